//! The lines, each folded to its mean period, shifted onto each other.

use std::f64::consts::TAU;
use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::inspect::synchronisation::period::Period;
use crate::inspect::synchronisation::strips::{FINE, HEIGHTS, Strips};
use crate::numerics::parabola_top;

/// Lines from which the alignment is started, rounds from each of them, rounds from the best.
/// Guesses.
const SEEDS: usize = 6;
const FIRST_ROUNDS: usize = 2;
const LAST_ROUNDS: usize = 4;

/// Each line's mean period.
pub struct Folded {
    /// Spectra, `[line][across][bin]`; the first bin, the mean, is zero: it tells nothing of
    /// shifts.
    spectra: Vec<Complex32>,
    /// Bins of a period.
    pub bins: usize,
    /// Lines.
    pub lines: usize,
    /// Power of each line by frequency, `[line][bin]`.
    power: Vec<f32>,
    inverse: Arc<dyn Fft<f32>>,
}

/// How far a line lies ahead of the common text.
#[derive(Clone, Default)]
pub struct Shift {
    /// In bins, with fraction.
    pub bins: f32,
    /// Correlation with the other lines over the next best shift's, in standard deviations.
    pub certainty: f32,
    /// Correlation with the other lines at each shift in bins.
    pub correlation: Vec<f32>,
}

impl Shift {
    /// Correlation at a shift in bins, between bins linearly.
    #[must_use]
    pub fn at(&self, bins: f64) -> f64 {
        let n = self.correlation.len();
        let place = bins.rem_euclid(n as f64);
        let (low, share) = (place as usize % n, place.fract());
        f64::from(self.correlation[low]) * (1.0 - share)
            + f64::from(self.correlation[(low + 1) % n]) * share
    }
}

impl Folded {
    /// Each line's mean period.
    #[must_use]
    pub fn of(strips: &Strips, period: &Period) -> Self {
        let bins = period.symbols * FINE;
        let per_sample = bins as f64 / (period.advance * period.symbols as f64);
        let mut planner = FftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(bins);
        let mut spectra = Vec::with_capacity(strips.lines * HEIGHTS * bins);
        for strip in strips.samples().chunks_exact(strips.length) {
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
        Self::new(spectra, bins)
    }

    /// Takes spectra, `[line][across][bin]`.
    #[must_use]
    pub fn new(spectra: Vec<Complex32>, bins: usize) -> Self {
        let lines = spectra.len() / (HEIGHTS * bins);
        let mut power = vec![0.0; lines * bins];
        for (line, power) in spectra.chunks_exact(HEIGHTS * bins).zip(power.chunks_exact_mut(bins))
        {
            for part in line.chunks_exact(bins) {
                power.iter_mut().zip(part).for_each(|(p, z)| *p += z.norm_sqr());
            }
        }
        let inverse = FftPlanner::new().plan_fft_inverse(bins);
        Self { spectra, bins, lines, power, inverse }
    }

    /// Shifts all lines onto each other: each in turn is correlated with the mean of the others
    /// (Frank's alternating alignment), from several lines as a start; the best end is kept.
    #[must_use]
    pub fn align(&self) -> Vec<Shift> {
        let energy = |line: usize| -> f32 { self.power_of(line).iter().sum() };
        let mut order: Vec<(f32, usize)> = (0..self.lines).map(|l| (energy(l), l)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut best: (f32, Vec<Shift>) = (f32::NEG_INFINITY, Vec::new());
        for &(_, seed) in order.iter().take(SEEDS) {
            let mut only = vec![None; self.lines];
            only[seed] = Some(0.0);
            let mut shifts = self.correlate(&only);
            for _ in 1..FIRST_ROUNDS {
                shifts = self.correlate(&places(&shifts));
            }
            let highest = |s: &Shift| s.correlation.iter().copied().fold(0.0, f32::max);
            let total = shifts.iter().map(highest).sum();
            if total > best.0 {
                best = (total, shifts);
            }
        }
        let mut shifts = best.1;
        for _ in 0..LAST_ROUNDS {
            shifts = self.correlate(&places(&shifts));
        }
        shifts
    }

    /// Each line against the mean of the others, which are placed at these shifts in bins.
    #[must_use]
    pub fn correlate(&self, at: &[Option<f32>]) -> Vec<Shift> {
        let turns: Vec<Option<Vec<Complex32>>> =
            at.iter().map(|shift| shift.map(|bins| self.turn(bins))).collect();
        let template = self.mean(&turns);
        let power: f32 = template.iter().map(Complex32::norm_sqr).sum();
        (0..self.lines)
            .map(|line| self.against(&template, power, line, turns[line].as_deref()))
            .collect()
    }

    /// The sum of all lines, each turned on.
    fn mean(&self, turns: &[Option<Vec<Complex32>>]) -> Vec<Complex32> {
        let mut template = vec![Complex32::default(); HEIGHTS * self.bins];
        for (line, turn) in turns.iter().enumerate() {
            let Some(turn) = turn else { continue };
            let parts = self.line(line).chunks_exact(self.bins);
            for (sum, part) in template.chunks_exact_mut(self.bins).zip(parts) {
                sum.iter_mut().zip(turn).zip(part).for_each(|((s, t), z)| *s += t * z);
            }
        }
        template
    }

    /// How alike the mean of the lines, placed at these shifts, is to itself moved on by `bins`;
    /// 1 is the same.
    #[must_use]
    pub fn likeness(&self, at: &[Option<f32>], bins: f32) -> f32 {
        let turns: Vec<_> = at.iter().map(|shift| shift.map(|bins| self.turn(bins))).collect();
        let template = self.mean(&turns);
        let turn = self.turn(bins);
        let (mut moved, mut still) = (0.0, 0.0);
        for part in template.chunks_exact(self.bins) {
            for (z, turn) in part.iter().zip(&turn) {
                moved += z.norm_sqr() * turn.re;
                still += z.norm_sqr();
            }
        }
        moved / still.max(1e-20)
    }

    /// A line against a template that holds the line itself where `own` turned it to.
    fn against(
        &self,
        template: &[Complex32],
        power: f32,
        line: usize,
        own: Option<&[Complex32]>,
    ) -> Shift {
        let mut cross = vec![Complex32::default(); self.bins];
        let parts = self.line(line).chunks_exact(self.bins);
        for (template, part) in template.chunks_exact(self.bins).zip(parts) {
            cross.iter_mut().zip(template).zip(part).for_each(|((c, t), z)| *c += t * z.conj());
        }
        if let Some(own) = own {
            // Without its own share, which would hold it where it is.
            let shares = own.iter().zip(self.power_of(line));
            cross.iter_mut().zip(shares).for_each(|(c, (turn, power))| *c -= turn * power);
        }
        self.inverse.process(&mut cross);
        let correlation: Vec<f32> = cross.iter().map(|z| z.re).collect();
        // Of the correlation of the template with noise of what the template leaves of the line: a
        // quarter of the bins are independent, the signal is finer than its sampling.
        let energy: f32 = self.power_of(line).iter().sum();
        let best = correlation.iter().copied().fold(0.0, f32::max);
        let noise = (energy - best * best / power.max(1e-20)).max(0.05 * energy);
        let independent = (HEIGHTS * self.bins) as f32 / 4.0;
        peak(correlation, (2.0 * power * noise / independent).sqrt())
    }

    fn line(&self, line: usize) -> &[Complex32] {
        &self.spectra[line * HEIGHTS * self.bins..(line + 1) * HEIGHTS * self.bins]
    }

    fn power_of(&self, line: usize) -> &[f32] {
        &self.power[line * self.bins..(line + 1) * self.bins]
    }

    /// The factors that move a spectrum on by `bins`.
    fn turn(&self, bins: f32) -> Vec<Complex32> {
        let n = self.bins;
        let step = Complex32::from_polar(1.0, -(TAU as f32) * bins / n as f32);
        let mut turn = vec![Complex32::new(1.0, 0.0); n];
        for f in 1..=n / 2 {
            turn[f] = turn[f - 1] * step;
            turn[n - f] = turn[f].conj();
        }
        turn
    }
}

fn places(shifts: &[Shift]) -> Vec<Option<f32>> {
    shifts.iter().map(|shift| Some(shift.bins)).collect()
}

/// The place of the highest correlation, to a fraction of a bin, and by how many standard
/// deviations `deviation` it stands over any place more than half a symbol away.
fn peak(correlation: Vec<f32>, deviation: f32) -> Shift {
    let n = correlation.len();
    let best = (0..n).max_by(|&a, &b| correlation[a].total_cmp(&correlation[b])).unwrap_or(0);
    let height = correlation[best];
    let (before, after) = (correlation[(best + n - 1) % n], correlation[(best + 1) % n]);
    let fraction = parabola_top(before, height, after).map_or(0.0, |top| top.clamp(-0.5, 0.5));
    let far = |i: &usize| {
        let d = (i + n - best) % n;
        d.min(n - d) > FINE / 2
    };
    let next = (0..n).filter(far).map(|i| correlation[i]).fold(f32::NEG_INFINITY, f32::max);
    let certainty = (height - next) / deviation.max(1e-20);
    Shift { bins: best as f32 + fraction, certainty, correlation }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shifted_by_where_they_begin() {
        let symbols = 13;
        let advance = 1.01 * FINE as f64;
        let begin = |line: usize| (line * line * 5 % symbols) as f64 + 0.02 * line as f64;
        let strips = Strips::of_text(symbols, [16, 400], |line, x| x / advance + begin(line));
        let folded = Folded::of(&strips, &Period::known(symbols, advance));
        let shifts = folded.align();
        for (line, shift) in shifts.iter().enumerate() {
            let off = f64::from(shift.bins - shifts[0].bins) / FINE as f64 - begin(line) + begin(0);
            let off = off - (off / symbols as f64).round() * symbols as f64;
            assert!(off.abs() < 0.1 && shift.certainty > 3.0, "{line}: {off}");
        }
        let at: Vec<Option<f32>> = shifts.iter().map(|shift| Some(shift.bins)).collect();
        assert!((folded.likeness(&at, 0.0) - 1.0).abs() < 1e-5);
        assert!(folded.likeness(&at, FINE as f32) < 0.5);
    }
}
