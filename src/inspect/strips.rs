//! The lines of text, straightened, and after which distance they repeat themselves.

use std::cmp::Ordering;

use realfft::RealFftPlanner;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use super::alignment::Folded;
use super::portrait::Frame;
use crate::base::Plane;
use crate::spec::Legend;

/// Samples an advance along the lines.
pub const FINE: usize = 5;
/// Samples across a line, without the gap between lines: centres at (i + 1½)/8 of the pitch.
pub const ACROSS: usize = 6;
/// The advance may differ from the pitch's scale by this much: scanners of which one axis is 1.5 %
/// long and the other short.
pub const STRETCH: f64 = 0.034;
/// Steps in which the advance is tried: half a sample over a whole line.
const STRETCH_STEP: f64 = 0.0005;
/// Standard deviations of the lower bound by which periods are compared: some 5,000 are tried.
const SURELY: f64 = 4.0;

/// The lines' signal, straightened: `[line][across][along]`.
pub struct Strips {
    samples: Vec<f32>,
    /// Samples along a line.
    pub length: usize,
    /// Number of the first line.
    pub first_line: i64,
    lines: usize,
    /// Distance along the lines of the first sample, in pitches.
    pub origin: f64,
    /// Distance between samples, in pitches.
    pub step: f64,
}

impl Strips {
    /// Samples the whole lines of the portrait at `step` pitches; `None` if there are too few.
    #[must_use]
    pub fn sample(signal: &Plane, per_mm: [f64; 2], frame: &Frame, step: f64) -> Option<Self> {
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
            let v = (first_line + (i / ACROSS) as i64) as f64 + ((i % ACROSS) as f64 + 1.5) / 8.0;
            let knot = |n: usize, near: [f64; 2]| {
                let [x, y] = frame.place(frame.across[0] + (n * KNOT) as f64 * step, v, near);
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

    /// The samples of a line at one height, from its first sample on.
    #[must_use]
    pub fn strip(&self, line: usize, across: usize) -> &[f32] {
        &self.samples[(line * ACROSS + across) * self.length..][..self.length]
    }

    /// Autocorrelation along the lines, summed over all of them, by lag in samples; and the
    /// variance that it would have at long lags if nothing repeated.
    fn autocorrelation(&self) -> (Vec<f32>, f64) {
        let size = (2 * self.length).next_multiple_of(60);
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let mut padded = forward.make_input_vec();
        let mut spectrum = forward.make_output_vec();
        let mut scratch = forward.make_scratch_vec();
        let mut power = vec![0.0f32; spectrum.len()];
        let mut variance = 0.0;
        for line in self.samples.chunks_exact(ACROSS * self.length) {
            let mut of_line = vec![0.0f32; spectrum.len()];
            for strip in line.chunks_exact(self.length) {
                padded[..self.length].copy_from_slice(strip);
                padded[self.length..].fill(0.0);
                if forward.process_with_scratch(&mut padded, &mut spectrum, &mut scratch).is_err() {
                    unreachable!("buffers are the planner's own");
                }
                of_line.iter_mut().zip(&spectrum).for_each(|(p, z)| *p += z.norm_sqr());
            }
            power.iter_mut().zip(&of_line).for_each(|(sum, p)| *sum += p);
            // Of a signal with this power and random phases (Parseval); the strips of a line are
            // taken as one, since letters are upright. Both halves of the spectrum.
            variance += 2.0 * of_line.iter().map(|&p| f64::from(p).powi(2)).sum::<f64>();
        }
        spectrum.iter_mut().zip(&power).for_each(|(z, &p)| *z = Complex32::new(p, 0.0));
        if inverse.process(&mut spectrum, &mut padded).is_err() {
            unreachable!("a real spectrum");
        }
        padded.truncate(self.length);
        (padded, variance)
    }

    /// The numbers of symbols and the advances at whose multiples the lines are most alike, the
    /// likeliest first.
    #[must_use]
    pub fn periods(&self, most: usize) -> Vec<Period> {
        let (correlation, variance) = self.autocorrelation();
        let overlap = |lag: f64| 1.0 - lag / self.length as f64;
        let at = |lag: f64| {
            let i = lag as usize;
            let share = (lag - i as f64) as f32;
            f64::from(correlation[i] * (1.0 - share) + correlation[i + 1] * share)
        };
        let longest = 0.95 * (self.length - 2) as f64;
        let steps = (STRETCH / STRETCH_STEP) as i32;
        // The best stretch for each number of symbols.
        let mut candidates: Vec<Option<Period>> = vec![None; most + 1];
        for stretch in -steps..=steps {
            let advance = FINE as f64 * (1.0 + f64::from(stretch) * STRETCH_STEP);
            let lags = (1..).map(|n| f64::from(n) * advance).take_while(|&lag| lag < longest);
            let cells: Vec<(f64, f64)> = lags.map(|lag| (at(lag), overlap(lag))).collect();
            for symbols in Legend::FEWEST..=most.min(cells.len() * 3 / 4) {
                // Over the symbols before and after: a portrait is like itself at short lags, and
                // letters are at any whole number of symbols.
                let peaks = cells[symbols - 2..].windows(3).step_by(symbols);
                let sums = peaks.fold([0.0; 2], |sum, c| {
                    [sum[0] + c[1].0 - 0.5 * (c[0].0 + c[2].0), sum[1] + c[1].1]
                });
                let deviation = (1.5 * variance / sums[1]).sqrt();
                let stands_out = sums[0] / sums[1];
                let surely = stands_out - SURELY * deviation;
                if candidates[symbols].as_ref().is_none_or(|b| surely > b.surely) {
                    let score = stands_out / deviation;
                    let found = Period { symbols, advance, stands_out, surely, score };
                    candidates[symbols] = Some(found);
                }
            }
        }
        let mut periods: Vec<Period> = candidates.into_iter().flatten().collect();
        let best = periods.iter().map(|p| p.surely).fold(0.0, f64::max);
        // Twice the period repeats as well as once: of equals, the shortest first.
        periods.sort_by(|a, b| {
            let equal = |p: &Period| p.surely >= 0.75 * best && best > 0.0;
            match (equal(a), equal(b)) {
                (true, true) => a.symbols.cmp(&b.symbols),
                (false, false) => b.surely.total_cmp(&a.surely),
                (first, _) => {
                    if first {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
            }
        });
        let all = periods.clone();
        periods.iter_mut().for_each(|p| *p = p.fundamental(&all));
        periods
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

/// After how many symbols of which width the lines repeat.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// Symbols.
    pub symbols: usize,
    /// From one symbol to the next, in samples.
    pub advance: f64,
    /// How far the mean correlation at whole periods stands over that a symbol before and after.
    stands_out: f64,
    /// A lower bound of that.
    surely: f64,
    /// How far it does, in standard deviations.
    pub score: f64,
}

impl Period {
    /// `part` of its `symbols` symbols, of which it may have been thought to have more or fewer.
    #[must_use]
    pub fn part(&self, part: usize, symbols: usize) -> Self {
        let advance = self.advance * self.symbols as f64 / symbols as f64;
        Self { symbols: part, advance, ..*self }
    }

    /// The shortest part of the period that repeats nearly as well: of half a period, only every
    /// second repetition is one.
    fn fundamental(self, all: &[Self]) -> Self {
        let parts = all.iter().filter(|p| {
            p.symbols < self.symbols
                && self.symbols.is_multiple_of(p.symbols)
                && p.stands_out >= 0.7 * self.stands_out
        });
        parts.min_by_key(|p| p.symbols).copied().unwrap_or(self)
    }
}
