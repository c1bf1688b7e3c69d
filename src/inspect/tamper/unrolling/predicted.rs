//! What an unrolled portrait should look like: the text that was read, line by line.

use ndarray::Array2;

use crate::inspect::stacking::grid;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::tamper::unrolling::unrolled::{ACROSS, ALONG, COARSER, Unrolled};

/// Heights of the ink, by bin of the unrolled portrait, in two parts.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// What tells letters apart: which ones stand there.
    pub(crate) own: Array2<f32>,
    /// What all letters have in common: whether there are any.
    pub(crate) common: Array2<f32>,
    /// The common part of one symbol.
    pub(crate) pattern: [[f32; ALONG]; ACROSS],
    /// Whether anything is known of each line.
    pub(crate) kept: Vec<bool>,
    /// Symbols of the text.
    pub(crate) symbols: usize,
}

/// Other text in lines of their own: what its stack should look like, and where its symbols lie.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Lines, and with which number each begins.
    pub columns: &'a Columns,
    /// In the stack's own order, `[across][along]`.
    pub expected: &'a [f32],
}

impl Predicted {
    /// The same with another text in lines that are blank.
    #[must_use]
    pub fn with(mut self, unrolled: &Unrolled, beside: Option<Beside<'_>>) -> Self {
        let Some(Beside { columns, expected }) = beside else { return self };
        let other = Self::new(unrolled, columns, expected, |_| true);
        for row in 0..self.own.nrows() {
            if !self.kept[row / ACROSS] && other.kept[row / ACROSS] {
                self.own.row_mut(row).assign(&other.own.row(row));
                self.common.row_mut(row).assign(&other.common.row(row));
            }
        }
        self.kept.iter_mut().zip(other.kept).for_each(|(kept, other)| *kept |= other);
        self
    }

    /// Of `expected`: what the stack should look like in its own order, `[across][along]`. Lines for
    /// which `keep` does not hold, and those whose place in the text is not known, are left blank.
    #[must_use]
    pub fn new(
        unrolled: &Unrolled,
        columns: &Columns,
        expected: &[f32],
        keep: impl Fn(i64) -> bool,
    ) -> Self {
        let symbols = columns.symbols;
        let text = Text::new(expected, symbols);
        let (rows, width) = unrolled.seen.dim();
        let [mut own, mut common] = [(); 2].map(|()| Array2::zeros((rows, width)));
        let mut kept = vec![false; rows / ACROSS];
        for (row, (mut own, mut common)) in
            own.rows_mut().into_iter().zip(common.rows_mut()).enumerate()
        {
            let line = unrolled.first_line + (row / ACROSS) as i64;
            let Some(phase) = columns.phase(line).filter(|_| keep(line)) else { continue };
            kept[row / ACROSS] = true;
            for (bin, (own, common)) in own.iter_mut().zip(&mut common).enumerate() {
                let cell = unrolled.first_cell + (bin / ALONG) as i64 + phase as i64;
                let symbol = cell.rem_euclid(symbols as i64) as usize;
                let (across, along) = (row % ACROSS, bin % ALONG);
                *common = text.common[across][along];
                *own = text.at(across, symbol * ALONG + along) - *common;
            }
        }
        Self { own, common, pattern: text.common, kept, symbols }
    }
}

/// One copy of the text.
struct Text {
    /// `[across][along]`.
    heights: Vec<f32>,
    length: usize,
    /// Mean over its symbols.
    common: [[f32; ALONG]; ACROSS],
}

impl Text {
    fn new(expected: &[f32], symbols: usize) -> Self {
        let (fine, length) = (symbols * grid::ALONG, symbols * ALONG);
        let mean = |bin: usize| {
            let (across, along) = (bin / length * COARSER, bin % length * COARSER);
            let part = |row: usize| expected[row * fine + along..][..COARSER].iter().sum::<f32>();
            (across..across + COARSER).map(part).sum::<f32>() / (COARSER * COARSER) as f32
        };
        let heights: Vec<f32> = (0..ACROSS * length).map(mean).collect();
        let common = std::array::from_fn(|across| {
            std::array::from_fn(|along| {
                let row = heights[across * length..][..length].iter();
                row.skip(along).step_by(ALONG).sum::<f32>() / symbols as f32
            })
        });
        Self { heights, length, common }
    }

    fn at(&self, across: usize, along: usize) -> f32 {
        self.heights[across * self.length + along]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A text of two symbols: ink in the left half of one and in the right half of the other.
    pub(in crate::inspect::tamper) fn halves() -> Vec<f32> {
        let length = 2 * grid::ALONG;
        let inked = |bin: usize| {
            let (symbol, along) = (bin % length / grid::ALONG, bin % grid::ALONG);
            let is_left = along < grid::ALONG / 2;
            f32::from(u8::from(is_left == (symbol == 0)))
        };
        (0..grid::ACROSS * length).map(inked).collect()
    }

    #[test]
    fn lines_repeat_the_text_from_their_phases_on() {
        let unrolled = Unrolled {
            seen: Array2::zeros((3 * ACROSS, 5 * ALONG)),
            pixels: Array2::zeros((3 * ACROSS, 5 * ALONG)),
            covered: vec![0.0; 5],
            first_line: 0,
            first_cell: -1,
        };
        let mut columns = Columns::even(2, 0.5, vec![0, 1, 0]);
        columns.phases[2] = None;
        let predicted = Predicted::new(&unrolled, &columns, &halves(), |_| true);
        assert!(predicted.common.row(0).iter().all(|v| (v - 0.5).abs() < 1e-6));
        // The first cell has number −1: the second symbol in line 0, the first one in line 1.
        for (line, first) in [(0, -0.5), (1, 0.5), (2, 0.0)] {
            assert!((predicted.own[[line * ACROSS, 0]] - first).abs() < 1e-6, "{line}");
        }
        let one = Predicted::new(&unrolled, &columns, &halves(), |line| line == 1);
        assert!(one.own.row(0).iter().all(|v| *v == 0.0));
        assert!((one.own[[ACROSS, 0]] - 0.5).abs() < 1e-6);
    }
}
