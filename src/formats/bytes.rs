//! A place in a file's bytes, from which big-endian numbers and pieces are taken: none past the end.

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    /// All of `bytes`, the first of which stands at byte `at` of the file.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    /// Where in the file the next byte stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes; none, and nothing taken, if there are fewer.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        self.at += count;
        Some(taken)
    }

    /// The next `count` bytes as a place of their own.
    pub(crate) fn part(&mut self, count: usize) -> Option<Self> {
        let at = self.at;
        Some(Self::new(self.take(count)?, at))
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.number().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.number().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.number().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.number().map(u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_past_the_end() {
        let mut bytes = Bytes::new(&[1, 2, 3, 4, 5], 10);
        assert_eq!((bytes.u8(), bytes.u16(), bytes.at()), (Some(1), Some(0x0203), 13));
        assert_eq!((bytes.u32(), bytes.u64(), bytes.left()), (None, None, 2));
        let part = bytes.part(1).unwrap();
        assert_eq!((part.at(), part.rest(), bytes.rest()), (13, &[4][..], &[5][..]));
    }
}
