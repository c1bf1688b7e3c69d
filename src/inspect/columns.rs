//! The columns: after how many symbols the text repeats, how wide a symbol is, and with which
//! symbol each line begins. Nothing of the letters is known yet: lines are compared with
//! themselves and with each other.

use std::cmp::Ordering;
use std::f64::consts::TAU;

use realfft::RealFftPlanner;
use rustfft::FftPlanner;
use rustfft::num_complex::{Complex32, Complex64};

use super::portrait::Frame;
use super::scan::Scan;
use crate::base::Plane;
use crate::base::raster::bilinear;
use crate::spec::{Legend, Profile};

/// Samples an advance along the lines.
const FINE: usize = 5;
/// Samples across a line, without the gap between lines: centres at (i + 1½)/8 of the pitch.
const ACROSS: usize = 6;
/// The advance may differ from the pitch's scale by this much: scanners of which one axis is 1.5 %
/// long and the other short.
const STRETCH: f64 = 0.034;
/// Steps in which the advance is tried: half a sample over a whole line.
const STRETCH_STEP: f64 = 0.0005;
/// Steepest shear between lines and columns, in cells a line.
const SHEAR: f64 = 0.12;
/// Standard deviations of the lower bound by which periods are compared: some 5,000 are tried.
const SURELY: f64 = 4.0;
/// A line is placed where its correlation with the others stands this many standard deviations
/// over what it is at any other symbol.
const ALIGNED: f32 = 2.5;
/// Periods that are tried, and how well lines must begin on whole symbols for the others to be
/// left aside.
const PERIODS: usize = 5;
const ON_SYMBOLS: f64 = 0.75;
/// Lines from which the alignment is started.
const SEEDS: usize = 8;

/// The period of the text and the place of each line in it.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Symbols of the legend.
    pub symbols: usize,
    /// From one symbol to the next, in line pitches.
    pub advance: f64,
    /// How far the repetition stands over chance, in standard deviations.
    pub repetition: f64,
    /// How well the lines' offsets fall on whole symbols: 0 (at random) to 1.
    pub lattice: f64,
    /// Shift of the columns from one line to the next, in symbols.
    pub shear: f64,
    /// The first line of `phases`.
    pub first_line: i64,
    /// Distance along the lines, in pitches, at which the phases count.
    pub origin: f64,
    /// For each line, the number of the symbol at the origin; none where the line could not be
    /// placed. Which symbol has number 0, and where in its cell the origin lies, is not known yet.
    pub phases: Vec<Option<usize>>,
}

impl Columns {
    /// The line of this number, if it could be placed: its phase, then where in the circle of
    /// symbols, with fraction, a place of the line lies.
    #[must_use]
    pub fn phase(&self, line: i64) -> Option<usize> {
        *self.phases.get(usize::try_from(line - self.first_line).ok()?)?
    }

    /// How many symbols the place (`along`, `line` with fraction) lies from the origin of its line.
    #[must_use]
    pub fn symbols_from_origin(&self, along: f64, line: f64) -> f64 {
        (along - self.origin) / self.advance + self.shear * (line - self.first_line as f64 - 0.5)
    }
}

/// The lines' signal, straightened: `[line][across][along]`.
struct Strips {
    samples: Vec<f32>,
    length: usize,
    first_line: i64,
    lines: usize,
    /// Distance along the lines of the first sample, in pitches.
    origin: f64,
    /// Distance between samples, in pitches.
    step: f64,
}

/// Finds period, advance and line phases.
#[must_use]
pub fn find(signal: &Plane, scan: &Scan, frame: &Frame, profile: &Profile) -> Option<Columns> {
    let advance = profile.layout.advance.0 / profile.layout.pitch.0;
    let strips = Strips::sample(signal, scan, frame, advance / FINE as f64)?;
    let periods = strips.periods(profile.most_symbols);
    // A halftone or a weave may repeat more strongly than the text, but its lines do not begin on
    // whole symbols.
    let mut best: Option<Columns> = None;
    for period in periods.iter().take(PERIODS) {
        let columns = place(&strips, period, &strips.fold(period).align());
        if best.as_ref().is_none_or(|b| columns.lattice > b.lattice) {
            best = Some(columns);
        }
        if best.as_ref().is_some_and(|b| b.lattice >= ON_SYMBOLS) {
            break;
        }
    }
    best
}

impl Strips {
    fn sample(signal: &Plane, scan: &Scan, frame: &Frame, step: f64) -> Option<Self> {
        const KNOT: usize = 16;
        let first_line = frame.down[0].ceil() as i64;
        let lines = (frame.down[1].floor() as i64 - first_line).max(0) as usize;
        let length = ((frame.across[1] - frame.across[0]) / step) as usize / KNOT * KNOT;
        if lines < 4 || length < 4 * KNOT {
            return None;
        }
        let mut samples = vec![0.0f32; lines * ACROSS * length];
        let (rows, columns) = signal.dim();
        let inside = |x: f64, y: f64| {
            x >= 0.0 && y >= 0.0 && x <= (columns - 1) as f64 && y <= (rows - 1) as f64
        };
        for (i, strip) in samples.chunks_exact_mut(length).enumerate() {
            let v = (first_line + (i / ACROSS) as i64) as f64 + ((i % ACROSS) as f64 + 1.5) / 8.0;
            let knot = |n: usize, near: [f64; 2]| {
                let [x, y] = frame.place(frame.across[0] + (n * KNOT) as f64 * step, v, near);
                ([x, y], [x * scan.per_mm[0] - 0.5, y * scan.per_mm[1] - 0.5])
            };
            let (mut place, mut left) = knot(0, frame.lines.centre());
            for (n, run) in strip.chunks_exact_mut(KNOT).enumerate() {
                let (next, right) = knot(n + 1, place);
                for (t, out) in run.iter_mut().enumerate() {
                    let t = t as f64 / KNOT as f64;
                    let x = left[0] + t * (right[0] - left[0]);
                    let y = left[1] + t * (right[1] - left[1]);
                    if inside(x, y) {
                        *out = bilinear(signal, x, y);
                    }
                }
                (place, left) = (next, right);
            }
            let mean = strip.iter().sum::<f32>() / length as f32;
            strip.iter_mut().for_each(|v| *v -= mean);
        }
        Some(Self { samples, length, first_line, lines, origin: frame.across[0], step })
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
    fn periods(&self, most: usize) -> Vec<Period> {
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
                    candidates[symbols] = Some(Period { symbols, advance, surely, score });
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
        periods
    }

    /// Each line's mean period.
    fn fold(&self, period: &Period) -> Folded {
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
            sums[0] = Complex32::default(); // the mean tells nothing of the shift
            spectra.append(&mut sums);
        }
        Folded { spectra, bins, lines: self.lines }
    }
}

#[derive(Clone)]
struct Period {
    symbols: usize,
    /// In samples.
    advance: f64,
    /// Lower bound of how far the mean correlation at whole periods stands over that a symbol before
    /// and after.
    surely: f64,
    /// The same in standard deviations.
    score: f64,
}

/// Spectra of the lines' mean periods, `[line][across][bin]`.
struct Folded {
    spectra: Vec<Complex32>,
    bins: usize,
    lines: usize,
}

/// How far a line lies ahead of the common text, in bins, and how surely.
#[derive(Clone, Copy, Default)]
struct Shift {
    bins: f32,
    /// Correlation with the other lines over the next best shift's, in standard deviations.
    certainty: f32,
    correlation: f32,
}

impl Folded {
    fn line(&self, line: usize) -> &[Complex32] {
        &self.spectra[line * ACROSS * self.bins..(line + 1) * ACROSS * self.bins]
    }

    /// Shifts all lines onto each other: each in turn is correlated with the mean of the others
    /// (Frank's alternating alignment), from several lines as a start; the best end is kept.
    fn align(&self) -> Vec<Shift> {
        let energy = |line: usize| -> f32 { self.line(line).iter().map(|z| z.norm_sqr()).sum() };
        let mut order: Vec<(f32, usize)> = (0..self.lines).map(|l| (energy(l), l)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut planner = FftPlanner::<f32>::new();
        let inverse = planner.plan_fft_inverse(self.bins);
        let correlate = |template: &[Complex32], line: usize, own: Option<Shift>| {
            let mut cross = vec![Complex32::default(); self.bins];
            for (part, spectrum) in
                template.chunks_exact(self.bins).zip(self.line(line).chunks_exact(self.bins))
            {
                for ((sum, t), z) in cross.iter_mut().zip(part).zip(spectrum) {
                    *sum += t * z.conj();
                }
            }
            if let Some(own) = own {
                // Without its own share, which would hold it where it is.
                for (f, sum) in cross.iter_mut().enumerate() {
                    let norm: f32 =
                        self.line(line)[f..].iter().step_by(self.bins).map(|z| z.norm_sqr()).sum();
                    *sum -= turn(f, own.bins, self.bins) * norm;
                }
            }
            inverse.process(&mut cross);
            // Of the correlation of the template with noise of the line's energy: a quarter of the
            // bins are independent, the signal is finer than its sampling.
            let power: f32 = template.iter().map(|z| z.norm_sqr()).sum();
            let energy: f32 = self.line(line).iter().map(|z| z.norm_sqr()).sum();
            let best = cross.iter().map(|z| z.re).fold(0.0, f32::max);
            let noise = (energy - best * best / power.max(1e-20)).max(0.05 * energy);
            let independent = (ACROSS * self.bins) as f32 / 4.0;
            peak(&cross, (2.0 * power * noise / independent).sqrt())
        };
        let template_of = |shifts: &[Option<Shift>]| {
            let mut template = vec![Complex32::default(); ACROSS * self.bins];
            for (line, shift) in shifts.iter().enumerate() {
                let Some(shift) = shift else { continue };
                for (part, spectrum) in template
                    .chunks_exact_mut(self.bins)
                    .zip(self.line(line).chunks_exact(self.bins))
                {
                    for (f, (sum, z)) in part.iter_mut().zip(spectrum).enumerate() {
                        *sum += turn(f, shift.bins, self.bins) * z;
                    }
                }
            }
            template
        };
        let mut best: (f32, Vec<Option<Shift>>) = (f32::NEG_INFINITY, Vec::new());
        for &(_, seed) in order.iter().take(SEEDS) {
            let mut shifts = vec![None; self.lines];
            shifts[seed] = Some(Shift::default());
            let mut total = 0.0;
            for _ in 0..3 {
                let template = template_of(&shifts);
                shifts =
                    (0..self.lines).map(|l| Some(correlate(&template, l, shifts[l]))).collect();
                total = shifts.iter().flatten().map(|s| s.correlation).sum();
            }
            if total > best.0 {
                best = (total, shifts);
            }
        }
        let mut shifts = best.1;
        for _ in 0..5 {
            let template = template_of(&shifts);
            shifts = (0..self.lines).map(|l| Some(correlate(&template, l, shifts[l]))).collect();
        }
        shifts.into_iter().flatten().collect()
    }
}

/// The factor that moves a spectrum's bin `f` of `n` on by `bins`.
fn turn(f: usize, bins: f32, n: usize) -> Complex32 {
    let signed = if f * 2 > n { f as f32 - n as f32 } else { f as f32 };
    let angle = (TAU as f32) * signed * bins / n as f32;
    Complex32::new(angle.cos(), -angle.sin())
}

/// The highest correlation, its place to a fraction of a bin, and by how many standard deviations
/// `deviation` it stands over any place more than half a symbol away.
fn peak(correlation: &[Complex32], deviation: f32) -> Shift {
    let n = correlation.len();
    let best = (0..n).max_by(|&a, &b| correlation[a].re.total_cmp(&correlation[b].re)).unwrap_or(0);
    let height = correlation[best].re;
    let (before, after) = (correlation[(best + n - 1) % n].re, correlation[(best + 1) % n].re);
    let bend = before - 2.0 * height + after;
    let fraction = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    let far = |i: &usize| {
        let d = (i + n - best) % n;
        d.min(n - d) > FINE / 2
    };
    let next = (0..n).filter(far).map(|i| correlation[i].re).fold(f32::NEG_INFINITY, f32::max);
    let certainty = (height - next) / deviation.max(1e-20);
    Shift { bins: best as f32 + fraction, certainty, correlation: height }
}

/// The lines' shifts must fall on whole symbols, but for a shear that grows evenly from line to
/// line (found by a one-dimensional periodogram). That also tells how many symbols the period has,
/// where the tolerated stretch leaves it open.
fn place(strips: &Strips, period: &Period, shifts: &[Shift]) -> Columns {
    let samples = period.advance * period.symbols as f64;
    let in_periods: Vec<(f64, f64)> = shifts
        .iter()
        .map(|s| {
            let whole = (period.symbols * FINE) as f64;
            (f64::from(s.bins) / whole, f64::from(s.certainty.clamp(0.0, 10.0)))
        })
        .collect();
    let advances = Legend::FEWEST..=strips.length;
    let (symbols, lattice) = advances
        .filter(|&n| (samples / n as f64 / FINE as f64 - 1.0).abs() <= STRETCH * 1.001)
        .map(|n| (n, Lattice::of(&in_periods, n as f64)))
        .max_by(|a, b| a.1.strength.total_cmp(&b.1.strength))
        .unwrap_or((period.symbols, Lattice::default()));
    let phases = in_periods.iter().zip(shifts).enumerate().map(|(line, (shift, found))| {
        let symbol = shift.0 * symbols as f64 - lattice.common - lattice.shear * line as f64;
        let symbol = (symbol.round() as i64).rem_euclid(symbols as i64) as usize;
        (found.certainty >= ALIGNED).then_some(symbol)
    });
    Columns {
        symbols,
        advance: samples / symbols as f64 * strips.step,
        repetition: period.score,
        lattice: lattice.strength,
        shear: lattice.shear,
        first_line: strips.first_line,
        origin: strips.origin,
        phases: phases.collect(),
    }
}

/// How the lines' shifts fall on whole symbols.
#[derive(Default)]
struct Lattice {
    /// 0 (at random) to 1 (exactly).
    strength: f64,
    /// Symbols from one line to the next.
    shear: f64,
    /// Fraction of a symbol that all lines share.
    common: f64,
}

impl Lattice {
    /// For shifts (in periods, with weights) and this many symbols a period.
    fn of(shifts: &[(f64, f64)], symbols: f64) -> Self {
        let phasors: Vec<Complex64> =
            shifts.iter().map(|(s, weight)| Complex64::cis(TAU * s * symbols) * *weight).collect();
        let total: f64 = shifts.iter().map(|s| s.1).sum();
        let sum = |shear: f64| -> Complex64 {
            phasors
                .iter()
                .enumerate()
                .map(|(l, z)| z * Complex64::cis(-TAU * shear * l as f64))
                .sum()
        };
        let step = 0.2 / shifts.len() as f64;
        let steps = (SHEAR / step) as i32;
        let tried = (-steps..=steps).map(|i| f64::from(i) * step);
        let shear = tried.max_by(|&a, &b| sum(a).norm().total_cmp(&sum(b).norm())).unwrap_or(0.0);
        let best = sum(shear);
        Self { strength: best.norm() / total.max(1e-30), shear, common: best.arg() / TAU }
    }
}
