//! Where each symbol stands: lines of cells over the whole portrait.

use std::f64::consts::TAU;

use crate::imaging::Mm;

/// The grid: line `k` fills `k·pitch ≤ y < (k+1)·pitch`, cell `j` fills
/// `j·advance ≤ x < (j+1)·advance`, both from the portrait's top left corner; a wave lifts and
/// lowers the cells of a line.
///
/// Cell (k, j) holds symbol `(j + row_phase(k)) mod L` of the line's legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Height of a capital.
    pub cap_height: Mm,
    /// Height of a capital in every second line, where two sizes take turns.
    pub second_cap_height: Option<Mm>,
    /// From one symbol to the next.
    pub advance: Mm,
    /// From one line to the next.
    pub pitch: Mm,
    /// How the lines wave, if they do.
    pub wave: Option<Wave>,
    /// Legends that take turns from line to line: 1, or 2 for the same name in two scripts.
    pub legends: usize,
}

/// A gentle wave of the lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// How far a line leaves its place, up or down.
    pub amplitude: Mm,
    /// From crest to crest.
    pub period: Mm,
    /// How far the crests of a line lie to the right of those of the line above.
    pub drift: Mm,
}

impl Wave {
    /// How far below its place line `row` (with fraction) lies at `x` from the left edge.
    #[must_use]
    pub fn at(&self, x: Mm, row: f64) -> Mm {
        let turns = (x.0 - row * self.drift.0) / self.period.0;
        Mm(self.amplitude.0 * (TAU * turns).sin())
    }
}

/// What stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The name, and it begins where the row-phase sequence says.
    Name,
    /// The name, and it begins where the issuer's key says.
    Keyed,
    /// The payload of a signed print.
    Payload,
}

/// Which turns the lines of each legend take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// The name alone.
    #[default]
    Plain,
    /// Every second line is keyed.
    Keyed,
    /// Every sixth line carries the payload: the name needs most lines, since by it the reader finds
    /// its way (measured: docs/signature.md).
    Signed,
    /// Both.
    KeyedAndSigned,
}

impl Rows {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Keyed, Self::Signed, Self::KeyedAndSigned];

    /// Those of a print that is keyed, or signed, or both.
    #[must_use]
    pub fn of(keyed: bool, signed: bool) -> Self {
        match (keyed, signed) {
            (false, false) => Self::Plain,
            (true, false) => Self::Keyed,
            (false, true) => Self::Signed,
            (true, true) => Self::KeyedAndSigned,
        }
    }

    /// Whether some lines begin where a key says.
    #[must_use]
    pub fn are_keyed(self) -> bool {
        self.turn().contains(&Line::Keyed)
    }

    /// Whether some lines carry a payload.
    #[must_use]
    pub fn are_signed(self) -> bool {
        self.turn().contains(&Line::Payload)
    }

    fn turn(self) -> &'static [Line] {
        use Line::{Keyed, Name, Payload};
        match self {
            Self::Plain => &[Name],
            Self::Keyed => &[Name, Keyed],
            Self::Signed => &[Name, Name, Payload, Name, Name, Name],
            Self::KeyedAndSigned => &[Name, Keyed, Payload, Name, Keyed, Name],
        }
    }
}

/// One symbol in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Which text of the imprint's: a legend, or after those the payload.
    pub text: usize,
    /// Which symbol of it.
    pub symbol: usize,
    /// Left edge of the cell, from that of the portrait.
    pub left: Mm,
    /// What its capitals stand on, from the top of the portrait.
    pub baseline: Mm,
    /// Height of its capitals.
    pub cap_height: Mm,
}

impl Layout {
    /// Straight lines of one size and one legend.
    #[must_use]
    pub fn plain(cap_height: Mm, advance: Mm, pitch: Mm) -> Self {
        Self { cap_height, second_cap_height: None, advance, pitch, wave: None, legends: 1 }
    }

    /// Height of a capital in line `row`.
    #[must_use]
    pub fn cap_height_of(&self, row: usize) -> Mm {
        self.second_cap_height.filter(|_| row % 2 == 1).unwrap_or(self.cap_height)
    }

    /// Which legend stands in line `row`.
    #[must_use]
    pub fn legend_of(&self, row: usize) -> usize {
        row % self.legends
    }

    /// From the top of a line to the baseline of its capitals, which stand in its middle.
    #[must_use]
    pub fn baseline(&self, cap_height: Mm) -> Mm {
        Mm(0.5 * (self.pitch.0 + cap_height.0))
    }

    /// What stands in line `row` of a print whose lines of each legend take these turns.
    #[must_use]
    pub fn line(&self, row: usize, rows: Rows) -> Line {
        let turn = rows.turn();
        turn[row / self.legends % turn.len()]
    }

    /// Whether line `row` begins where the row-phase sequence says, by which the reader finds its way.
    #[must_use]
    pub fn follows(&self, row: usize, rows: Rows) -> bool {
        self.line(row, rows) == Line::Name
    }

    /// Which symbol of a legend of `length` symbols stands first in line `row`.
    ///
    /// Scattered by a fixed hash (the finaliser of SplitMix64), so that equal letters form no
    /// columns or diagonals that the eye finds. The reader places faint lines by it where the others
    /// follow it.
    #[must_use]
    pub fn row_phase(&self, row: usize, length: usize) -> usize {
        let mut z = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % length as u64) as usize
    }

    /// Lines and cells a line that it takes to cover `width` × `height`, partial ones included.
    #[must_use]
    pub fn extent(&self, width: Mm, height: Mm) -> (usize, usize) {
        ((height.0 / self.pitch.0).ceil() as usize, (width.0 / self.advance.0).ceil() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_phases_fill_the_circle_evenly() {
        let layout = Layout::plain(Mm(0.24), Mm(0.2), Mm(0.4));
        for length in [2, 7, 20, 63] {
            let mut counts = vec![0u32; length];
            (0..length * 100).for_each(|row| counts[layout.row_phase(row, length)] += 1);
            assert!(counts.iter().all(|n| (60..150).contains(n)), "{length}: {counts:?}");
        }
    }
}
