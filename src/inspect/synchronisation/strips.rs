//! The lines of text, straightened.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::imaging::Plane;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::synchronisation::alignment::Folded;
use crate::inspect::synchronisation::columns::Turn;
use crate::inspect::synchronisation::gap_carrier::Bend;
use crate::inspect::synchronisation::period::Period;

/// Samples an advance along the lines.
pub const FINE: usize = 4;
/// Samples across a line, over the capitals only: centres at (i + 1)/5 of the pitch.
pub const ACROSS: usize = 4;
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
        const KNOT: usize = 16;
        let first_line = frame.down[0].ceil() as i64;
        let lines = (frame.down[1].floor() as i64 - first_line).max(0) as usize;
        let length = ((frame.across[1] - frame.across[0]) / step) as usize / KNOT * KNOT;
        if lines < 4 || length < 4 * KNOT {
            return None;
        }
        let mut samples = vec![0.0f32; lines * ACROSS * length];
        let (rows, columns) = signal.dim();
        let values = signal.as_slice()?;
        let inside = |[x, y]: [f64; 2]| {
            x >= 0.0 && y >= 0.0 && x < (columns - 1) as f64 && y < (rows - 1) as f64
        };
        for (i, strip) in samples.chunks_exact_mut(length).enumerate() {
            let v = (first_line + (i / ACROSS) as i64) as f64 + ((i % ACROSS) as f64 + 1.0) / 5.0;
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
                    let start = left.map(|v| v as f32);
                    let step = [0, 1].map(|i| (right[i] - left[i]) as f32 / KNOT as f32);
                    for (t, out) in run.iter_mut().enumerate() {
                        let [x, y] = [0, 1].map(|i| start[i] + t as f32 * step[i]);
                        let (column, row) = (x as usize, y as usize);
                        let (fx, fy) = (x - column as f32, y - row as f32);
                        let at = row * columns + column;
                        let (upper, lower) = (&values[at..at + 2], &values[at + columns..][..2]);
                        let upper = upper[0] + fx * (upper[1] - upper[0]);
                        let lower = lower[0] + fx * (lower[1] - lower[0]);
                        *out = upper + fy * (lower - upper);
                    }
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
        let lines = self.samples.chunks_exact_mut(ACROSS * self.length).zip(self.first_line..);
        lines.filter(|(_, line)| !turn.has(*line)).for_each(|(samples, _)| samples.fill(0.0));
        self
    }

    /// The samples of a line at one height, from its first sample on.
    #[must_use]
    pub fn strip(&self, line: usize, across: usize) -> &[f32] {
        &self.samples[(line * ACROSS + across) * self.length..][..self.length]
    }

    /// Lines of `length` samples, at the scale of a scan.
    #[cfg(test)]
    pub fn of_lines(samples: Vec<f32>, length: usize) -> Self {
        let lines = samples.len() / (ACROSS * length);
        Self { samples, length, first_line: 0, lines, origin: 0.0, step: 0.55 / FINE as f64 }
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

    /// Each line's mean period.
    #[must_use]
    pub fn fold(&self, period: &Period) -> Folded {
        let bins = period.symbols * FINE;
        let per_sample = bins as f64 / (period.advance * period.symbols as f64);
        let mut planner = FftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(bins);
        let mut spectra = Vec::with_capacity(self.lines * ACROSS * bins);
        for strip in self.samples.chunks_exact(self.length) {
            let mut sums = vec![Complex32::default(); bins];
            for (i, &v) in strip.iter().enumerate() {
                let place = i as f64 * per_sample;
                let (low, share) = (place as usize, (place - place.floor()) as f32);
                sums[low % bins].re += v * (1.0 - share);
                sums[(low + 1) % bins].re += v * share;
            }
            forward.process(&mut sums);
            sums[0] = Complex32::default();
            spectra.append(&mut sums);
        }
        Folded::new(spectra, bins)
    }
}
