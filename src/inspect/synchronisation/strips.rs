//! The lines of text, straightened.

use crate::imaging::Plane;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::geometry::Bend;

/// Samples an advance along the lines. A guess.
pub const FINE: usize = 4;
/// Samples across a line, over the capitals only: centres at (i + 1)/5 of the pitch. A guess.
pub const HEIGHTS: usize = 4;
/// Samples over which the way through the scan is taken as straight.
const KNOT: usize = 16;

/// Which lines of the scan: every one, or those of one legend where several take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Lines whose number leaves this remainder …
    pub which: usize,
    /// … by so many.
    pub of: usize,
}

impl Turn {
    /// All lines.
    pub const EVERY: Self = Self { which: 0, of: 1 };

    /// Whether a line is one of them.
    #[must_use]
    pub fn has(self, line: i64) -> bool {
        line.rem_euclid(self.of as i64) == self.which as i64
    }
}

/// The lines' signal, straightened: `[line][across][along]`.
pub struct Strips {
    samples: Vec<f32>,
    /// Samples along a line.
    pub length: usize,
    /// Number of the first line.
    pub first_line: i64,
    /// Lines.
    pub lines: usize,
    /// Distance along the lines of the first sample, in pitches.
    pub origin: f64,
    /// Distance between samples, in pitches.
    pub step: f64,
}

impl Strips {
    /// Samples the whole lines of the portrait at `step` pitches, or as their `bend` has it; `None`
    /// if there are too few.
    #[must_use]
    pub fn sample(
        signal: &Plane,
        per_mm: [f64; 2],
        frame: &Frame,
        step: f64,
        bend: Option<&Bend>,
    ) -> Option<Self> {
        let first_line = frame.down[0].ceil() as i64;
        let lines = (frame.down[1].floor() as i64 - first_line).max(0) as usize;
        let length = ((frame.across[1] - frame.across[0]) / step) as usize / KNOT * KNOT;
        if lines < 4 || length < 4 * KNOT {
            return None;
        }
        let mut samples = vec![0.0f32; lines * HEIGHTS * length];
        let (rows, columns) = signal.dim();
        let values = signal.as_slice()?;
        let inside = |[x, y]: [f64; 2]| {
            x >= 0.0 && y >= 0.0 && x < (columns - 1) as f64 && y < (rows - 1) as f64
        };
        for (i, strip) in samples.chunks_exact_mut(length).enumerate() {
            let v = (first_line + (i / HEIGHTS) as i64) as f64 + ((i % HEIGHTS) as f64 + 1.0) / 5.0;
            let knot = |n: usize, near: [f64; 2]| {
                let even = frame.across[0] + (n * KNOT) as f64 * step;
                let along = bend.map_or(even, |bend| bend.uneven(even, v));
                let [x, y] = frame.place(along, v, near);
                ([x, y], [x * per_mm[0] - 0.5, y * per_mm[1] - 0.5])
            };
            let (mut place, mut left) = knot(0, frame.lines.centre());
            for (n, run) in strip.chunks_exact_mut(KNOT).enumerate() {
                let (next, right) = knot(n + 1, place);
                if inside(left) && inside(right) {
                    interpolate(values, columns, [left, right], run);
                }
                (place, left) = (next, right);
            }
            let mean = strip.iter().sum::<f32>() / length as f32;
            strip.iter_mut().for_each(|v| *v -= mean);
        }
        Some(Self { samples, length, first_line, lines, origin: frame.across[0], step })
    }

    /// The same without the lines of other legends.
    #[must_use]
    pub fn only(mut self, turn: Turn) -> Self {
        let lines = self.samples.chunks_exact_mut(HEIGHTS * self.length).zip(self.first_line..);
        lines.filter(|(_, line)| !turn.has(*line)).for_each(|(samples, _)| samples.fill(0.0));
        self
    }

    /// The samples of a line at one height, from its first sample on.
    #[must_use]
    pub fn strip(&self, line: usize, across: usize) -> &[f32] {
        &self.samples[(line * HEIGHTS + across) * self.length..][..self.length]
    }

    /// Lines of `length` samples, at the scale of a scan.
    #[cfg(test)]
    pub fn of_lines(samples: Vec<f32>, length: usize) -> Self {
        let lines = samples.len() / (HEIGHTS * length);
        Self { samples, length, first_line: 0, lines, origin: 0.0, step: 0.55 / FINE as f64 }
    }

    /// Lines of a text of unlike letters. `place`: the number, with fraction, of the symbol at a
    /// sample of a line.
    #[cfg(test)]
    pub fn of_text(
        symbols: usize,
        [lines, length]: [usize; 2],
        place: impl Fn(usize, f64) -> f64,
    ) -> Self {
        let ink = |bin: usize, height: usize| {
            // SplitMix64 (Steele, Lea and Flood 2014).
            let number = (bin % (symbols * FINE) * HEIGHTS + height) as u64 + 1;
            let z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        let sample = |at: usize| {
            let (strip, x) = (at / length, at % length);
            let (line, height) = (strip / HEIGHTS, strip % HEIGHTS);
            let bin = (place(line, x as f64) * FINE as f64).rem_euclid((symbols * FINE) as f64);
            let (low, share) = (bin as usize, bin.fract() as f32);
            ink(low, height) * (1.0 - share) + ink(low + 1, height) * share
        };
        Self::of_lines((0..lines * HEIGHTS * length).map(sample).collect(), length)
    }

    /// All samples, line by line and height by height.
    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// The same lines with other samples.
    #[must_use]
    pub fn with(&self, samples: Vec<f32>) -> Self {
        Self { samples, ..*self }
    }
}

/// Samples a plane of `columns` columns along a straight way from the first of `ends` to just
/// before the second, bilinearly. Both lie inside the plane, but rounding may carry a place onto its
/// last row or column, where there is nothing beyond to mix in.
#[inline]
fn interpolate(values: &[f32], columns: usize, [left, right]: [[f64; 2]; 2], out: &mut [f32]) {
    let start = left.map(|v| v as f32);
    let last = [columns - 2, values.len() / columns - 2];
    let step = [0, 1].map(|i| (right[i] - left[i]) as f32 / KNOT as f32);
    for (t, out) in out.iter_mut().enumerate() {
        let [x, y] = [0, 1].map(|i| start[i] + t as f32 * step[i]);
        let (column, row) = ((x as usize).min(last[0]), (y as usize).min(last[1]));
        let (fx, fy) = (x - column as f32, y - row as f32);
        let at = row * columns + column;
        let (upper, lower) = (&values[at..at + 2], &values[at + columns..][..2]);
        let upper = upper[0] + fx * (upper[1] - upper[0]);
        let lower = lower[0] + fx * (lower[1] - lower[0]);
        *out = upper + fy * (lower - upper);
    }
}
