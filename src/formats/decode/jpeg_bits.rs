//! The bits of JPEG's entropy-coded segments, and the codes that they are read by.

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// No data is left before the next marker or the end of the file.
    Ended,
    /// Bits that are no code of the table, or that lead out of a block.
    Senseless,
}

/// Bits that one step looks up at once.
const QUICK: u32 = 9;

/// A Huffman table (ITU-T T.81, B.2.4.2, annex C).
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// For each beginning of [`QUICK`] bits the code's length and symbol; length 0 if it is longer.
    quick: Vec<[u8; 2]>,
    /// For each length the first code behind those of this length, at the top of 16 bits.
    ends: [u32; 17],
    /// For each length what brings a code to its symbol's place.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// Counts of codes of 1 to 16 bits, and their symbols; none if they are too many.
    pub(super) fn new(counts: &[u8], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            quick: vec![[0; 2]; 1 << QUICK],
            ends: [0; 17],
            offsets: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut place) = (0u32, 0usize);
        for (length, &count) in (1u32..=16).zip(counts) {
            let index = length as usize;
            table.offsets[index] = place as i32 - code as i32;
            for _ in 0..count {
                let symbol = *symbols.get(place)?;
                if code >= 1 << length {
                    return None;
                }
                if length <= QUICK {
                    let first = (code << (QUICK - length)) as usize;
                    table.quick[first..first + (1 << (QUICK - length))]
                        .fill([length as u8, symbol]);
                }
                code += 1;
                place += 1;
            }
            table.ends[index] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }

    /// Length and symbol of the code that these 16 bits begin with.
    fn find(&self, bits: u32) -> Option<(u32, u8)> {
        let [length, symbol] = self.quick[(bits >> (16 - QUICK)) as usize];
        if length > 0 {
            return Some((length.into(), symbol));
        }
        let length = (QUICK + 1..=16).find(|&length| bits < self.ends[length as usize])?;
        let place = (bits >> (16 - length)) as i32 + self.offsets[length as usize];
        Some((length, *self.symbols.get(usize::try_from(place).ok()?)?))
    }
}

/// Bits up to the next marker (F.1.2.3: 0 is stuffed behind each byte of ones).
#[derive(Debug)]
pub(super) struct Bits<'a> {
    file: &'a [u8],
    /// The next byte that is not yet held.
    pub(super) at: usize,
    buffer: u64,
    held: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(file: &'a [u8], at: usize) -> Self {
        Self { file, at, buffer: 0, held: 0 }
    }

    /// Forgets what is held, which fills up the last byte, and goes on behind this marker, which
    /// must come next. Any number of bytes of ones may stand before it (B.1.1.2).
    pub(super) fn restart_behind(&mut self, marker: u8) -> bool {
        let rest = self.file.get(self.at..).unwrap_or(&[]);
        let ones = rest.iter().take_while(|&&byte| byte == 0xff).count();
        let found = ones > 0 && self.held < 8 && rest.get(ones) == Some(&marker);
        if found {
            *self = Self::new(self.file, self.at + ones + 1);
        }
        found
    }

    fn fill(&mut self) {
        while self.held <= 56 {
            let step = match self.file.get(self.at..) {
                Some([0xff, 0, ..]) => 2,
                Some([0xff, ..] | []) | None => return,
                Some(_) => 1,
            };
            self.buffer |= u64::from(self.file[self.at]) << (56 - self.held);
            self.held += 8;
            self.at += step;
        }
    }

    /// Takes up to 16 bits.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, Stop> {
        if self.held < count {
            self.fill();
        }
        self.held = self.held.checked_sub(count).ok_or(Stop::Ended)?;
        // In two steps: a shift by 64 is none.
        let bits = (self.buffer >> 32 >> (32 - count)) as u32;
        self.buffer <<= count;
        Ok(bits)
    }

    /// Takes a code and gives its symbol.
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, Stop> {
        if self.held < 32 {
            self.fill();
        }
        let found = table.find((self.buffer >> 48) as u32);
        // Ones fill up the last byte, and are no code.
        let stop = if self.held < 16 { Stop::Ended } else { Stop::Senseless };
        let (length, symbol) = found.ok_or(stop)?;
        self.take(length)?;
        Ok(symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_all_lengths_are_found() {
        // One code of each length: 0, 10, 110, ..., and none of ones alone.
        let table = Table::new(&[1; 16], &(1..=16).collect::<Vec<_>>()).unwrap();
        let bits = (1..=16usize).map(|length| "1".repeat(length - 1) + "0").collect::<String>();
        let bytes: Vec<u8> = bits
            .as_bytes()
            .chunks(8)
            .flat_map(|bits| {
                let byte = bits.iter().fold(0u8, |byte, bit| byte << 1 | (bit - b'0'));
                [byte, 0].into_iter().take(if byte == 0xff { 2 } else { 1 })
            })
            .collect();
        let mut read = Bits::new(&bytes, 0);
        let symbols: Vec<_> = (0..16).map(|_| read.symbol(&table).unwrap()).collect();
        assert_eq!(symbols, (1..=16).collect::<Vec<_>>());
        assert_eq!(read.symbol(&table), Err(Stop::Ended));
        assert_eq!(Bits::new(&[0xff, 0, 0xff, 0, 0xff, 0], 0).symbol(&table), Err(Stop::Senseless));
        assert_eq!(Bits::new(&[0xff, 0xd9], 0).take(1), Err(Stop::Ended));
        assert!(Table::new(&[3], &[0; 3]).is_none() && Table::new(&[1], &[]).is_none());
    }
}
