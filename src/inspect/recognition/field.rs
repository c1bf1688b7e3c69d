//! The stack as the reading sees it: heights and weights on a circle.

use crate::inspect::recognition::templates::{LENGTH, REACH, Template};
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::inspect::stacking::stack::Stack;
use crate::numerics::median;

/// The stack as heights and weights, `[across][along]`, every row a circle.
#[derive(Clone, Debug)]
pub struct Field {
    /// Symbols of the circle.
    pub symbols: usize,
    /// Height of the ink at each bin.
    pub heights: Vec<f32>,
    /// Weight of each bin, 1 in the mean.
    pub weights: Vec<f32>,
}

impl Field {
    /// A stack, so turned and mirrored that the text of a scan of this orientation is upright.
    #[must_use]
    pub fn of(stack: &Stack, orientation: Orientation) -> Self {
        let height = |(s, w): (&f32, &f32)| if *w > 0.0 { s / w } else { 0.0 };
        let mut heights: Vec<f32> = stack.signal.iter().zip(&stack.weight).map(height).collect();
        let mut weights = stack.weight.clone();
        let length = stack.symbols * ALONG;
        for values in [&mut heights, &mut weights] {
            if orientation.upside_down {
                values.reverse();
            }
            if orientation.mirrored {
                values.chunks_exact_mut(length).for_each(<[f32]>::reverse);
            }
        }
        let mean = weights.iter().sum::<f32>() / weights.len() as f32;
        weights.iter_mut().for_each(|w| *w /= mean.max(1e-20));
        Self { symbols: stack.symbols, heights, weights }
    }

    /// The same with no bin heavier than `times` the median of those that have pixels.
    #[must_use]
    pub fn even(mut self, times: f32) -> Self {
        let mut seen: Vec<f32> = self.weights.iter().copied().filter(|w| *w > 0.0).collect();
        let most = times * median(&mut seen).unwrap_or(0.0);
        self.weights.iter_mut().for_each(|weight| *weight = weight.min(most));
        self
    }

    /// The same, beginning `bins` later in the circle.
    #[must_use]
    pub fn turned(&self, bins: usize) -> Self {
        let n = self.length();
        let turn = |values: &[f32]| -> Vec<f32> {
            let rows = values.chunks_exact(n);
            rows.flat_map(|row| [&row[bins % n..], &row[..bins % n]].concat()).collect()
        };
        Self { symbols: self.symbols, heights: turn(&self.heights), weights: turn(&self.weights) }
    }

    /// Bins of a row.
    #[must_use]
    pub fn length(&self) -> usize {
        self.symbols * ALONG
    }

    /// Copies the template's window about a symbol: the circle goes round as often as it must.
    pub fn window(&self, values: &[f32], symbol: usize, out: &mut [f32]) {
        let n = self.length();
        let start = self.window_start(symbol);
        for (row, out) in out.chunks_exact_mut(LENGTH).enumerate() {
            let line = &values[row * n..(row + 1) * n];
            let mut at = start;
            for out in out.chunks_exact_mut(ALONG) {
                out.copy_from_slice(&line[at..at + ALONG]);
                at = (at + ALONG) % n;
            }
        }
    }

    /// The bin at which the template's window about a symbol begins.
    #[must_use]
    pub fn window_start(&self, symbol: usize) -> usize {
        (symbol + self.symbols * REACH - REACH) % self.symbols * ALONG
    }

    /// The heights of the single cell that begins `bins` later than a symbol's, `[across][along]`.
    pub fn cell(&self, symbol: usize, bins: usize, out: &mut [f32; CELL]) {
        let n = self.length();
        for (row, out) in out.chunks_exact_mut(ALONG).enumerate() {
            for (i, out) in out.iter_mut().enumerate() {
                *out = self.heights[row * n + (symbol * ALONG + bins + i) % n];
            }
        }
    }

    /// What a text looks like, at amplitude 1.
    pub fn render<'t>(&self, text: impl Iterator<Item = &'t Template>) -> Vec<f32> {
        let n = self.length();
        let mut out = vec![0.0f32; n * ACROSS];
        let mut far = [0.0f32; ACROSS];
        for (symbol, template) in text.enumerate() {
            let start = self.window_start(symbol);
            for (row, line) in template.near.chunks_exact(LENGTH).enumerate() {
                let out = &mut out[row * n..(row + 1) * n];
                let mut at = start;
                for run in line.chunks_exact(ALONG) {
                    out[at..at + ALONG].iter_mut().zip(run).for_each(|(o, t)| *o += t);
                    at = (at + ALONG) % n;
                }
            }
            far.iter_mut().zip(&template.far).for_each(|(sum, f)| *sum += f / n as f32);
        }
        for (row, far) in out.chunks_exact_mut(n).zip(far) {
            row.iter_mut().for_each(|v| *v += far);
        }
        out
    }

    /// Σ a·b·weight over all bins.
    #[must_use]
    pub fn dot(&self, a: &[f32], b: &[f32]) -> f64 {
        weighted_dot(a, b, &self.weights)
    }
}

/// Bins of a single cell.
pub const CELL: usize = ALONG * ACROSS;

/// The template's own cell, scaled to a square sum of 1.
#[must_use]
pub fn normalised_cell(template: &Template) -> [f32; CELL] {
    let mut cell = [0.0; CELL];
    let rows =
        template.near.chunks_exact(LENGTH).map(|row| &row[REACH * ALONG..(REACH + 1) * ALONG]);
    cell.chunks_exact_mut(ALONG).zip(rows).for_each(|(out, row)| out.copy_from_slice(row));
    let norm = cell.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9);
    cell.map(|v| v / norm)
}

/// Σ a·b in lanes, which the compiler turns into vector instructions.
#[must_use]
pub fn plain_dot(a: &[f32; CELL], b: &[f32; CELL]) -> f32 {
    let mut lanes = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for i in 0..8 {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes.iter().sum()
}

/// Σ a·b·w, likewise.
fn weighted_dot(a: &[f32], b: &[f32], w: &[f32]) -> f64 {
    let mut lanes = [0.0f32; 8];
    let chunks = a.chunks_exact(8).zip(b.chunks_exact(8)).zip(w.chunks_exact(8));
    for ((a, b), w) in chunks {
        for i in 0..8 {
            lanes[i] += a[i] * b[i] * w[i];
        }
    }
    let whole = a.len() / 8 * 8;
    let rest: f32 = (whole..a.len()).map(|i| a[i] * b[i] * w[i]).sum();
    f64::from(lanes.iter().sum::<f32>() + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack() -> Stack {
        let bins = 3 * ALONG * ACROSS;
        let weight: Vec<f32> = (0..bins).map(|at| 1.0 + (at % 5) as f32).collect();
        let signal = weight.iter().enumerate().map(|(at, w)| at as f32 * w).collect();
        Stack { symbols: 3, signal, weight, copies: 9.0 }
    }

    #[test]
    fn heights_are_those_of_the_stack_however_it_lies() {
        let upright = Field::of(&stack(), Orientation::default());
        let last = upright.heights.len() - 1;
        assert!((upright.heights[7] - 7.0).abs() < 1e-4);
        assert!((upright.weights.iter().sum::<f32>() / (last + 1) as f32 - 1.0).abs() < 1e-4);
        let over = Field::of(&stack(), Orientation { upside_down: true, mirrored: false });
        assert!((over.heights[7] - (last - 7) as f32).abs() < 1e-3);
        let mirrored = Field::of(&stack(), Orientation { upside_down: false, mirrored: true });
        assert!((mirrored.heights[7] - (upright.length() - 8) as f32).abs() < 1e-3);
    }

    #[test]
    fn a_turned_circle_begins_later() {
        let field = Field::of(&stack(), Orientation::default());
        let turned = field.turned(ALONG);
        assert!((turned.heights[0] - field.heights[ALONG]).abs() < 1e-6);
        assert!((turned.heights[2 * ALONG] - field.heights[0]).abs() < 1e-6);
        let mut cell = [0.0; CELL];
        field.cell(1, 2, &mut cell);
        assert!((cell[0] - field.heights[ALONG + 2]).abs() < 1e-6);
    }
}
