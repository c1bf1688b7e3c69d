//! The strongest frequency of the lines, in the spectrum of the whole scan.

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::imaging::raster::Enlarged;
use crate::inspect::signal::flatten::{Flat, SLOW};
use crate::inspect::signal::scan::Scan;
use crate::spec::Layout;
use crate::spec::modulation::TURNING_LIGHTNESS;

/// How far the pitch may be off by the stated resolution: 3 % and a stretch of either axis. A
/// guess.
const PITCH_TOLERANCE: f64 = 0.05;
/// Rows that are transformed and transposed together: a cache line's worth of complex numbers. For
/// speed alone.
const BATCH: usize = 8;

/// The strongest frequency near that of the lines.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Cycles a millimetre, x and y; y is positive.
    pub frequency: [f64; 2],
    /// Power over the median of the searched ring.
    pub height: f32,
    /// That median, a pixel of the scan.
    pub floor: f64,
}

/// The peak must stand this many times over the median of the searched ring. Noise alone reaches
/// ln(ring's bins / ln 2) ≈ 12 (exponential law of the periodogram).
pub const PEAK: f32 = 16.0;
/// How far apart peaks are, as a share of the lines' frequency: a warped carrier is one. A guess.
const APART: f64 = 0.04;
/// Peaks that are looked at: the lines, and what the page has beside them. A guess.
const PEAKS: usize = 5;

/// Finds the frequencies that may be the lines', the strongest first, whichever letters are darker
/// and which lighter than their ground: light and dark parts of the picture are searched apart and
/// their powers added.
#[must_use]
pub fn peaks(flat: &Flat, scan: &Scan, layout: &Layout) -> Vec<Peak> {
    let (rows, columns) = flat.small.dim();
    if rows < 32 || columns < 32 {
        return Vec::new();
    }
    let factor = scan.search_factor();
    let radius = 1.0 / layout.pitch.0;
    let spectrum = Spectrum::of(flat, scan, radius * (1.0 + PITCH_TOLERANCE));
    let mut ring = spectrum.ring(radius);
    if ring.is_empty() {
        return Vec::new();
    }
    let middle = ring.len() / 2;
    let by_power = |a: &Bin, b: &Bin| a.power.total_cmp(&b.power);
    let median = ring.select_nth_unstable_by(middle, by_power).1.power.max(1e-30);
    // Averaging over blocks has divided the density a pixel by their area.
    let floor = f64::from(median) / (rows * columns) as f64 * (factor * factor) as f64;
    let mut peaks: Vec<Peak> = Vec::new();
    let mut taken: Vec<[f64; 2]> = Vec::new();
    while peaks.len() < PEAKS {
        let is_free = |bin: &&Bin| taken.iter().all(|other| bin.apart(*other) > APART * radius);
        let Some(bin) = ring.iter().filter(is_free).max_by(|a, b| by_power(a, b)) else { break };
        let height = bin.power / median;
        if !peaks.is_empty() && height < PEAK {
            break;
        }
        peaks.push(Peak { frequency: spectrum.centre_of_mass(bin), height, floor });
        taken.push(bin.frequency);
    }
    peaks
}

/// A bin of the spectrum.
struct Bin {
    /// Of the bin and its neighbours.
    power: f32,
    /// Cycles a millimetre, x and y.
    frequency: [f64; 2],
    /// Numbers of the bin, x and y.
    number: [isize; 2],
}

impl Bin {
    /// How far this frequency is from another, in cycles a millimetre.
    fn apart(&self, other: [f64; 2]) -> f64 {
        // A frequency and its negative are one.
        let away = |sign: f64| {
            (self.frequency[0] - sign * other[0]).hypot(self.frequency[1] - sign * other[1])
        };
        away(1.0).min(away(-1.0))
    }
}

/// The power of light and dark parts together, by frequency.
struct Spectrum {
    /// See [`transform`].
    values: Array2<Complex32>,
    /// Bins, x and y, of the whole transform.
    size: [usize; 2],
    /// Cycles a millimetre from bin to bin, x and y.
    step: [f64; 2],
    /// Highest numbers of bins that are looked at.
    most: [isize; 2],
}

impl Spectrum {
    /// Up to `reach` cycles a millimetre.
    fn of(flat: &Flat, scan: &Scan, reach: f64) -> Self {
        let (rows, columns) = flat.small.dim();
        let size = [columns, rows].map(good_size);
        let step = [0, 1].map(|i| scan.per_mm[i] / (scan.search_factor() * size[i]) as f64);
        let most = [0, 1].map(|i| ((reach / step[i]) as usize + 1).min(size[i] / 2 - 2) as isize);
        Self { values: transform(flat, size, most[0] as usize + 1), size, step, most }
    }

    /// Of two real planes in one complex transform X, the powers add up to those of X(f) and X(−f).
    fn power(&self, kx: isize, ky: isize) -> f32 {
        let at = |k: isize, n: usize| k.rem_euclid(n as isize) as usize;
        let kept = self.values.nrows();
        let there = self.values[[at(kx, kept), at(ky, self.size[1])]];
        let mirrored = self.values[[at(-kx, kept), at(-ky, self.size[1])]];
        0.5 * (there.norm_sqr() + mirrored.norm_sqr())
    }

    /// The bins about this length in cycles a millimetre, of half the plane.
    fn ring(&self, radius: f64) -> Vec<Bin> {
        let mut ring = Vec::new();
        for ky in 0..=self.most[1] {
            for kx in -self.most[0]..=self.most[0] {
                let frequency = [kx as f64 * self.step[0], ky as f64 * self.step[1]];
                let length = frequency[0].hypot(frequency[1]);
                if (length / radius - 1.0).abs() > PITCH_TOLERANCE || (ky == 0 && kx < 0) {
                    continue;
                }
                // The peak of a warped carrier is spread over neighbouring bins.
                let power = around().map(|(dx, dy)| self.power(kx + dx, ky + dy)).sum();
                ring.push(Bin { power, frequency, number: [kx, ky] });
            }
        }
        ring
    }

    /// Centre of mass of a bin's neighbourhood: a tenth of a bin is enough to demodulate.
    fn centre_of_mass(&self, &Bin { frequency, number: [kx, ky], .. }: &Bin) -> [f64; 2] {
        let (mut mass, mut moment) = (0.0, [0.0; 2]);
        for (dx, dy) in around() {
            let p = f64::from(self.power(kx + dx, ky + dy));
            mass += p;
            moment = [moment[0] + p * dx as f64, moment[1] + p * dy as f64];
        }
        [0, 1].map(|i| frequency[i] + self.step[i] * moment[i] / f64::max(mass, 1e-30))
    }
}

/// A bin and its neighbours.
fn around() -> impl Iterator<Item = (isize, isize)> {
    (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)))
}

/// The 2-D spectrum of contrast in units of the local noise, where dark as the real part, where
/// light as the imaginary one; transposed, for `kx` up to `most` either way:
/// `[kx mod (2·most + 1), ky]`.
fn transform(flat: &Flat, size: [usize; 2], most: usize) -> Array2<Complex32> {
    let mut planner = FftPlanner::<f32>::new();
    let across = planner.plan_fft_forward(size[0]);
    let down = planner.plan_fft_forward(size[1]);
    let width = flat.small.ncols();
    let certainty = Enlarged::new(&flat.certainty, SLOW);
    let lightness = Enlarged::new(&flat.lightness, SLOW);
    let mut transposed = Array2::<Complex32>::zeros((2 * most + 1, size[1]));
    let batches = transposed.axis_chunks_iter_mut(Axis(1), BATCH).into_par_iter();
    let batches = batches.zip(flat.small.axis_chunks_iter(Axis(0), BATCH)).enumerate();
    batches.for_each_init(
        || (certainty.rows(width), lightness.rows(width), vec![Complex32::default(); size[0]]),
        |(certainty, lightness, line), (i, (mut out, contrast))| {
            for (dy, contrast) in contrast.axis_iter(Axis(0)).enumerate() {
                let y = i * BATCH + dy;
                let slow = certainty.row(y).iter().zip(lightness.row(y));
                for ((z, v), (certainty, &lightness)) in line.iter_mut().zip(contrast).zip(slow) {
                    let v = v * certainty;
                    let light = lightness > TURNING_LIGHTNESS + 5.0;
                    *z = if light { Complex32::new(0.0, v) } else { Complex32::new(v, 0.0) };
                }
                line[width..].fill(Complex32::default());
                across.process(line);
                let frequencies = line[..=most].iter().chain(&line[size[0] - most..]);
                out.column_mut(dy).iter_mut().zip(frequencies).for_each(|(out, &z)| *out = z);
            }
        },
    );
    transposed.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut line| {
        down.process(line.as_slice_mut().expect("transforms are row-major"));
    });
    transposed
}

/// The next product of small primes, for which the FFT is fast.
fn good_size(n: usize) -> usize {
    (n..).find(|&m| [2, 3, 5].iter().fold(m, |m, p| strip(m, *p)) == 1).unwrap_or(n)
}

fn strip(mut n: usize, prime: usize) -> usize {
    while n.is_multiple_of(prime) {
        n /= prime;
    }
    n
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::imaging::Plane;

    #[test]
    fn a_wave_is_found_to_half_a_bin_in_light_and_dark_alike() {
        let layout = crate::spec::Profile::default().layout;
        let scan = Scan::of_plane(Plane::zeros((300, 240)), 9.0);
        let turn = 0.2f64;
        let frequency = [turn.sin(), turn.cos()].map(|v| 1.01 * v / layout.pitch.0);
        let wave = |(y, x): (usize, usize)| {
            let cycles = (frequency[0] * x as f64 + frequency[1] * y as f64) / 9.0;
            // Letters are darker than light ground, lighter than dark ground.
            let sign = if y < 150 { 1.0 } else { -1.0 };
            (sign * (TAU * cycles).cos()) as f32
        };
        let contrast = Plane::from_shape_fn((300, 240), wave);
        let flat = Flat::of_contrast(contrast, |row, _| if row < 75 { 20.0 } else { 90.0 });
        let found = peaks(&flat, &scan, &layout);
        assert!(found[0].height > 10.0 * PEAK, "{found:?}");
        for i in 0..2 {
            // A bin is 0.03 cycles a millimetre or more.
            assert!(
                (found[0].frequency[i] - frequency[i]).abs() < 0.015,
                "{found:?} {frequency:?}"
            );
        }
    }

    #[test]
    fn sizes_are_products_of_small_primes() {
        assert_eq!([1, 7, 31, 121, 720].map(good_size), [1, 8, 32, 125, 720]);
    }
}
