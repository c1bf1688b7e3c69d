//! Where each symbol stands: lines of cells over the whole portrait.

use crate::base::Mm;

/// The grid: line `k` fills `k·pitch ≤ y < (k+1)·pitch`, cell `j` fills
/// `j·advance ≤ x < (j+1)·advance`, both from the portrait's top left corner.
///
/// Cell (k, j) holds symbol `(j + row_phase(k)) mod L` of the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Height of a capital.
    pub cap_height: Mm,
    /// From one symbol to the next.
    pub advance: Mm,
    /// From one line to the next.
    pub pitch: Mm,
}

impl Layout {
    /// From the top of a line to the baseline of its capitals, which stand in its middle.
    #[must_use]
    pub fn baseline(&self) -> Mm {
        Mm(0.5 * (self.pitch.0 + self.cap_height.0))
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
        let layout = Layout { cap_height: Mm(0.24), advance: Mm(0.2), pitch: Mm(0.4) };
        for length in [2, 7, 20, 63] {
            let mut counts = vec![0u32; length];
            (0..length * 100).for_each(|row| counts[layout.row_phase(row, length)] += 1);
            assert!(counts.iter().all(|n| (60..150).contains(n)), "{length}: {counts:?}");
        }
    }
}
