//! A manifest's bytes as UTF-8, whatever its table was saved as: UTF-8 or UTF-16, with its byte order
//! mark or without.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};

/// Bytes that are decoded at a time: a guess.
const CHUNK: u64 = 1 << 14;
/// A byte that no UTF-8 has: stands for what is no text, so that its line is refused.
const NO_TEXT: u8 = 0xff;

/// How two bytes are a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// A reader of UTF-8. Holds no more than a chunk of the file.
pub(super) struct Text<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    /// How the file writes UTF-16; none where it is UTF-8.
    unit: Option<Unit>,
    /// What is decoded and not read yet begins at `read`.
    decoded: Vec<u8>,
    read: usize,
    /// Bytes of a character that the next chunk ends.
    carried: Vec<u8>,
}

impl<R: BufRead> Text<R> {
    /// Looks at the first bytes.
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(3).read_to_end(&mut head)?;
        let is_plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let (unit, mark): (Option<Unit>, usize) = match &head[..] {
            [0xef, 0xbb, 0xbf] => (None, 3),
            [0xff, 0xfe, ..] => (Some(u16::from_le_bytes), 2),
            [0xfe, 0xff, ..] => (Some(u16::from_be_bytes), 2),
            [plain, 0, ..] if is_plain(plain) => (Some(u16::from_le_bytes), 0),
            [0, plain, ..] if is_plain(plain) => (Some(u16::from_be_bytes), 0),
            _ => (None, 0),
        };
        head.drain(..mark);
        let input = Cursor::new(head).chain(input);
        Ok(Self { input, unit, decoded: Vec::new(), read: 0, carried: Vec::new() })
    }

    /// Decodes the next chunk; nothing is decoded at the end of the file.
    fn decode(&mut self, unit: Unit) -> io::Result<()> {
        self.decoded.clear();
        self.read = 0;
        while self.decoded.is_empty() {
            let mut bytes = std::mem::take(&mut self.carried);
            let is_end = self.input.by_ref().take(CHUNK).read_to_end(&mut bytes)? == 0;
            let (pairs, odd) = bytes.as_chunks::<2>();
            let mut units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
            if !is_end {
                if units.pop_if(|last| (0xd800..0xdc00).contains(last)).is_some() {
                    self.carried.extend(pairs.last().into_iter().flatten());
                }
                self.carried.extend(odd);
            }
            for character in char::decode_utf16(units) {
                match character {
                    Ok(c) => self.decoded.extend(c.encode_utf8(&mut [0; 4]).bytes()),
                    Err(_) => self.decoded.push(NO_TEXT),
                }
            }
            if is_end {
                self.decoded.extend(odd.iter().map(|_| NO_TEXT));
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Text<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(unit) = self.unit else {
            // Nobody wants to know of a signal.
            while let Err(cause) = self.input.fill_buf() {
                if cause.kind() != ErrorKind::Interrupted {
                    return Err(cause);
                }
            }
            return self.input.fill_buf();
        };
        if self.read == self.decoded.len() {
            self.decode(unit)?;
        }
        Ok(&self.decoded[self.read..])
    }

    fn consume(&mut self, length: usize) {
        match self.unit {
            None => self.input.consume(length),
            Some(_) => self.read = (self.read + length).min(self.decoded.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], capacity: usize) -> Vec<u8> {
        let mut text = Vec::new();
        let input = io::BufReader::with_capacity(capacity, bytes);
        Text::new(input).unwrap().read_to_end(&mut text).unwrap();
        text
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    proptest! {
        #[test]
        fn text_comes_back(text in "[a-z][^\u{0}\u{feff}]{0,60}", capacity in 1usize..9) {
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                for mark in [true, false] {
                    prop_assert_eq!(read(&utf16(&text, bytes, mark), capacity), text.as_bytes());
                }
            }
            prop_assert_eq!(read(format!("\u{feff}{text}").as_bytes(), capacity), text.as_bytes());
            prop_assert_eq!(read(text.as_bytes(), capacity), text.as_bytes());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), mark in 0usize..3) {
            let marked = [[&b"\xff\xfe"[..], b"\xfe\xff", b""][mark], &bytes].concat();
            read(&marked, 3);
        }
    }

    #[test]
    fn long_files_are_whole_and_what_is_no_text_is_told() {
        let text = "a\u{1f600}".repeat(9_000);
        assert!(read(&utf16(&text, u16::to_le_bytes, true), 1 << 16) == text.as_bytes());
        assert_eq!(read(b"\xff\xfea\0\x00\xd8b\0c", 9), b"a\xffb\xff");
    }
}
