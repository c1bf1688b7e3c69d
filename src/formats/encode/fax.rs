//! Rows of black and white → a fax stream, ITU-T T.6 (CCITT Group 4): each row is told by where its
//! colour changes beside the row above.
//!
//! The code tables are those of the crate `fax`. Its encoder looks at one pixel at a time and counts
//! them in 16 bits: a halftone of 3500 × 4500 dots takes it 40 ms on one core, and this one 18 ms.

use fax::Bits;
use fax::maps::{black, white};

/// T.6, table 1.
const PASS: Bits = Bits { data: 0b0001, len: 4 };
const HORIZONTAL: Bits = Bits { data: 0b001, len: 3 };
/// A change up to three pixels left or right of that in the row above: −3, .., 3.
const VERTICAL: [Bits; 7] = [
    Bits { data: 0b000_0010, len: 7 },
    Bits { data: 0b00_0010, len: 6 },
    Bits { data: 0b010, len: 3 },
    Bits { data: 0b1, len: 1 },
    Bits { data: 0b011, len: 3 },
    Bits { data: 0b00_0011, len: 6 },
    Bits { data: 0b000_0011, len: 7 },
];
/// Half of what ends the stream (T.6, 2.4.1.1).
const END_OF_LINE: Bits = Bits { data: 1, len: 12 };

/// The longest run that has a code of its own.
const LONGEST_RUN: u32 = 2560;

/// The stream of rows of `width` pixels, dark ones (under 128) as black, with its end mark.
pub(crate) fn encode(grey: &[u8], width: usize) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::with_capacity(grey.len() / 32), ..Writer::default() };
    let mut above = Vec::new();
    let mut changes = Vec::new();
    // The first row is told beside a white one.
    find_changes(&[], width as u32, &mut above);
    for row in grey.chunks_exact(width) {
        find_changes(row, width as u32, &mut changes);
        writer.row(&above, &changes, width as u32);
        std::mem::swap(&mut above, &mut changes);
    }
    writer.put(END_OF_LINE);
    writer.put(END_OF_LINE);
    writer.finish()
}

/// Where a row's colour changes, beginning with white: even places turn black, odd ones white. Ends
/// with as many ends of the row as [`Writer::row`] looks ahead.
fn find_changes(row: &[u8], width: u32, changes: &mut Vec<u32>) {
    const SIGNS: u64 = 0x8080_8080_8080_8080;
    changes.clear();
    let (words, rest) = row.as_chunks::<8>();
    // The sign of each byte tells its colour; eight pixels at once beside their left neighbours.
    let mut before = 0x80;
    let mut find = |word: u64, at: usize| {
        let light = word & SIGNS;
        let mut differ = light ^ (light << 8 | before);
        before = light >> 56;
        while differ != 0 {
            changes.push((at * 8) as u32 + differ.trailing_zeros() / 8);
            differ &= differ - 1;
        }
    };
    words.iter().enumerate().for_each(|(at, word)| find(u64::from_le_bytes(*word), at));
    if let Some(&last) = rest.last() {
        // Filled up with its own last pixel, the rest has no change that is not the row's.
        let mut word = [last; 8];
        word[..rest.len()].copy_from_slice(rest);
        find(u64::from_le_bytes(word), words.len());
    }
    changes.extend([width; 4]);
}

/// Codes of any length → bytes, the first code's first bit on top.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Bits that make no byte yet, at the lower end.
    waiting: u64,
    count: u32,
}

impl Writer {
    fn put(&mut self, code: Bits) {
        self.waiting = self.waiting << code.len | u64::from(code.data);
        self.count += u32::from(code.len);
        if self.count >= 32 {
            self.count -= 32;
            self.bytes.extend(((self.waiting >> self.count) as u32).to_be_bytes());
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let padded = (self.waiting << (63 - self.count) << 1).to_be_bytes();
        self.bytes.extend(&padded[..self.count.div_ceil(8) as usize]);
        self.bytes
    }

    /// T.6, 2.2.1 to 2.2.3; a0, a1, a2, b1, b2 are the recommendation's.
    fn row(&mut self, above: &[u32], changes: &[u32], width: u32) {
        let (mut a, mut b, mut dark) = (0, 0, false);
        // An imaginary white pixel left of the row.
        let mut a0 = None;
        while a0.is_none_or(|a0| a0 < width) {
            let a1 = changes[a];
            // The next change to the other colour than a0's, right of it.
            while above[b] < width && a0.is_some_and(|a0| above[b] <= a0) {
                b += 2;
            }
            let (b1, b2) = (above[b], above[b + 1]);
            let aside = i64::from(a1) - i64::from(b1);
            if b2 < a1 {
                self.put(PASS);
                a0 = Some(b2);
            } else if (-3..=3).contains(&aside) {
                self.put(VERTICAL[(aside + 3) as usize]);
                a0 = Some(a1);
                (a, dark) = (a + 1, !dark);
                b = if b > 0 { b - 1 } else { 1 };
            } else {
                let a2 = changes[a + 1];
                self.put(HORIZONTAL);
                self.run(a1 - a0.unwrap_or(0), dark);
                self.run(a2 - a1, !dark);
                a0 = Some(a2);
                a += 2;
            }
        }
    }

    fn run(&mut self, mut length: u32, dark: bool) {
        let codes = if dark { &black::ENTRIES } else { &white::ENTRIES };
        while length >= LONGEST_RUN {
            self.put(codes[103].1);
            length -= LONGEST_RUN;
        }
        if length >= 64 {
            self.put(codes[(63 + length / 64) as usize].1);
        }
        self.put(codes[if length >= 64 { length % 64 } else { length } as usize].1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fax::Color;
    use rand::{RngExt, SeedableRng};

    fn decoded(stream: &[u8], width: usize, height: usize) -> Vec<u8> {
        let mut grey = Vec::new();
        let mut row = |changes: &[u16]| {
            grey.extend(fax::decoder::pels(changes, width as u16).map(|colour| match colour {
                Color::Black => 0,
                Color::White => 255,
            }));
        };
        let bytes = stream.iter().copied();
        fax::decoder::decode_g4(bytes, width as u16, Some(height as u16), &mut row).unwrap();
        grey
    }

    #[test]
    fn rows_come_back() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(4);
        for width in [1, 2, 7, 8, 9, 63, 64, 65, 2559, 2560, 2561, 6000] {
            for dark in [0.0, 0.001, 0.1, 0.5, 0.97, 1.0] {
                let height = 40;
                let mut dots: Vec<u8> = (0..width * height)
                    .map(|_| if random.random::<f64>() < dark { 0 } else { 255 })
                    .collect();
                // Rows that resemble the one above, as in a picture.
                for i in width * 20..dots.len() {
                    if random.random::<f64>() < 0.9 {
                        dots[i] = dots[i - width];
                    }
                }
                assert!(decoded(&encode(&dots, width), width, height) == dots, "{width}, {dark}");
            }
        }
    }
}
