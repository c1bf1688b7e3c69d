//! The lines of a manifest, none longer than memory allows.

use std::io::{self, BufRead, Read};

/// The longest line, in bytes: a guess, far longer than any usual row.
pub(super) const MAX_LINE_BYTES: usize = 1 << 16;

/// One line, without its break.
pub(super) struct Line {
    /// Counted from 1, blank ones included.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    is_whole: bool,
}

impl Line {
    /// Its text, or why it has none.
    pub(super) fn text(&self) -> Result<String, String> {
        if !self.is_whole {
            return Err(format!("longer than {MAX_LINE_BYTES} bytes"));
        }
        String::from_utf8(self.bytes.clone()).map_err(|_| "not UTF-8".to_owned())
    }
}

/// A reader's lines, one after the other.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line that is not blank. Of one that is too long the rest is passed over.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let limit = MAX_LINE_BYTES as u64 + 1;
            if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let is_whole = bytes.len() <= MAX_LINE_BYTES || bytes.ends_with(b"\n");
            if !is_whole {
                self.input.skip_until(b'\n')?;
            }
            if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let end = bytes.trim_ascii_end().len();
            bytes.truncate(end);
            if !bytes.is_empty() || !is_whole {
                return Ok(Some(Line { number: self.number, bytes, is_whole }));
            }
        }
    }
}
