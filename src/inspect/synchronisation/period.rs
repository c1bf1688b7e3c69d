//! After which distance the lines repeat themselves.

use std::cmp::Ordering;

use realfft::RealFftPlanner;
use rustfft::num_complex::Complex32;

use crate::inspect::synchronisation::strips::{FINE, HEIGHTS, Strips};
use crate::spec::Legend;

/// The advance may differ from the pitch's scale by this much: scanners of which one axis is 1.5 %
/// long and the other short.
pub const STRETCH: f64 = 0.034;
/// Steps in which the advance is tried: half a sample over a whole line. For a portrait of the
/// default width.
const STRETCH_STEP: f64 = 0.0005;
/// Standard deviations of the lower bound by which periods are compared: some 5,000 are tried.
/// Chance reaches 3.7 of so many, if they are Gaussian.
const LOWER_BOUND: f64 = 4.0;

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
    lower_bound: f64,
    /// How far it does, in standard deviations.
    pub score: f64,
}

impl Period {
    /// A period that was found by other means.
    #[must_use]
    pub fn known(symbols: usize, advance: f64) -> Self {
        Self { symbols, advance, stands_out: 0.0, lower_bound: 0.0, score: 0.0 }
    }

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

/// Autocorrelation along the lines, summed over all of them, by lag in samples; and the
/// variance that it would have at long lags if nothing repeated.
fn autocorrelation(strips: &Strips) -> (Vec<f32>, f64) {
    let size = (2 * strips.length).next_multiple_of(60);
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let mut padded = forward.make_input_vec();
    let mut spectrum = forward.make_output_vec();
    let mut scratch = forward.make_scratch_vec();
    let mut power = vec![0.0f32; spectrum.len()];
    let mut variance = 0.0;
    for line in strips.samples().chunks_exact(HEIGHTS * strips.length) {
        let mut of_line = vec![0.0f32; spectrum.len()];
        for strip in line.chunks_exact(strips.length) {
            padded[..strips.length].copy_from_slice(strip);
            padded[strips.length..].fill(0.0);
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
    padded.truncate(strips.length);
    (padded, variance)
}

/// The numbers of symbols and the advances at whose multiples the lines are most alike, the
/// likeliest first.
#[must_use]
pub fn periods(strips: &Strips, most: usize) -> Vec<Period> {
    let (correlation, variance) = autocorrelation(strips);
    let overlap = |lag: f64| 1.0 - lag / strips.length as f64;
    let at = |lag: f64| {
        let i = lag as usize;
        let share = (lag - i as f64) as f32;
        f64::from(correlation[i] * (1.0 - share) + correlation[i + 1] * share)
    };
    let longest = 0.95 * (strips.length - 2) as f64;
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
            let lower_bound = stands_out - LOWER_BOUND * deviation;
            if candidates[symbols].as_ref().is_none_or(|b| lower_bound > b.lower_bound) {
                let score = stands_out / deviation;
                let found = Period { symbols, advance, stands_out, lower_bound, score };
                candidates[symbols] = Some(found);
            }
        }
    }
    let mut periods: Vec<Period> = candidates.into_iter().flatten().collect();
    let best = periods.iter().map(|p| p.lower_bound).fold(0.0, f64::max);
    // Twice the period repeats as well as once: of equals, the shortest first.
    let equal = |p: &Period| p.lower_bound >= 0.75 * best && best > 0.0;
    periods.sort_by(|a, b| match (equal(a), equal(b)) {
        (true, true) => a.symbols.cmp(&b.symbols),
        (false, false) => b.lower_bound.total_cmp(&a.lower_bound),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    });
    let all = periods.clone();
    periods.iter_mut().for_each(|p| *p = p.fundamental(&all));
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_repeats_after_its_own_length() {
        let advance = 0.985 * FINE as f64;
        let strips = Strips::of_text(13, [24, 400], |line, x| x / advance + (line * 5) as f64);
        let found = periods(&strips, 40)[0];
        assert_eq!(found.symbols, 13, "{found:?}");
        assert!((found.advance / advance - 1.0).abs() < 1e-3 && found.score > 5.0, "{found:?}");
    }

    #[test]
    fn a_part_keeps_the_length_of_a_symbol_of_the_whole() {
        let half = Period::known(20, 4.0).part(10, 20);
        assert!(half.symbols == 10 && (half.advance - 4.0).abs() < 1e-12);
        let finer = Period::known(20, 4.0).part(40, 40);
        assert!(finer.symbols == 40 && (finer.advance - 2.0).abs() < 1e-12);
    }
}
