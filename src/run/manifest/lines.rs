//! The lines of a manifest, none longer than memory allows. A line ends with LF, with CR LF, or with CR
//! alone, as Excel for Mac has it.

use std::io::{self, BufRead};

use super::text::Text;

/// The longest line, in bytes: a guess, far longer than any usual row.
pub(super) const MAX_LINE_BYTES: usize = 1 << 16;

/// One line, without its break.
pub(super) struct Line {
    /// Counted from 1, blank ones included.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    /// Whether a break stands behind it. The last line of a file that was cut has none.
    pub(super) is_ended: bool,
    is_whole: bool,
}

impl Line {
    /// Its text, or why it has none.
    pub(super) fn text(&self) -> Result<String, String> {
        if !self.is_whole {
            return Err(format!("longer than {MAX_LINE_BYTES} bytes"));
        }
        String::from_utf8(self.bytes.clone())
            .map_err(|_| "not UTF-8 or UTF-16 text; save the table as CSV UTF-8".to_owned())
    }

    fn is_blank(&self) -> bool {
        self.is_whole && self.bytes.trim_ascii().is_empty()
    }
}

/// A reader's lines, one after the other.
pub(super) struct Lines<R> {
    input: Text<R>,
    number: u64,
    /// Whether the last break was a CR, to which an LF may belong.
    after_cr: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> io::Result<Self> {
        Ok(Self { input: Text::new(input)?, number: 0, after_cr: false })
    }

    /// The next line that is not blank. Of one that is too long the rest is passed over.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            match self.any_line()? {
                Some(line) if line.is_blank() => {}
                line => return Ok(line),
            }
        }
    }

    fn any_line(&mut self) -> io::Result<Option<Line>> {
        let (mut bytes, mut is_whole, mut is_there) = (Vec::new(), true, false);
        loop {
            let chunk = self.input.fill_buf()?;
            let is_over = chunk.is_empty();
            if !is_over && std::mem::take(&mut self.after_cr) && chunk[0] == b'\n' {
                self.input.consume(1);
                continue;
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let room = MAX_LINE_BYTES - bytes.len();
            is_whole &= part.len() <= room;
            bytes.extend(&part[..part.len().min(room)]);
            is_there |= !is_over;
            self.after_cr = end.is_some_and(|end| chunk[end] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() || is_over {
                self.number += u64::from(is_there);
                let line = Line { number: self.number, bytes, is_ended: end.is_some(), is_whole };
                return Ok(is_there.then_some(line));
            }
        }
    }
}
