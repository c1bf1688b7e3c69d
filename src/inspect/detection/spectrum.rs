//! The strongest frequency of the lines, in the spectrum of the whole scan.

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::imaging::raster::Enlarged;
use crate::inspect::rectification::carrier::{PEAK, search_factor};
use crate::inspect::signal::flatten::{Flat, SLOW};
use crate::inspect::signal::scan::Scan;
use crate::spec::Layout;
use crate::spec::modulation::TURNING_LIGHTNESS;

/// How far the pitch may be off by the stated resolution: 3 % and a stretch of either axis.
const PITCH_TOLERANCE: f64 = 0.05;
/// Rows that are transformed and transposed together: a cache line's worth of complex numbers.
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

/// How far apart peaks are, as a share of the lines' frequency: a warped carrier is one.
const APART: f64 = 0.04;
/// Peaks that are looked at: the lines, and what the page has beside them.
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
    let factor = search_factor(scan);
    let radius = 1.0 / layout.pitch.0;
    let size = [columns, rows].map(good_size);
    let step = [0, 1].map(|i| scan.per_mm[i] / (factor * size[i]) as f64);
    let reach = radius * (1.0 + PITCH_TOLERANCE);
    let most = [0, 1].map(|i| ((reach / step[i]) as usize + 1).min(size[i] / 2 - 2) as isize);
    let kept = 2 * (most[0] as usize + 1) + 1;
    let spectrum = spectrum(flat, size, most[0] as usize + 1);
    // Of two real planes in one complex transform X, the powers add up to those of X(f) and X(−f).
    let power = |kx: isize, ky: isize| {
        let at = |k: isize, n: usize| k.rem_euclid(n as isize) as usize;
        let there = spectrum[[at(kx, kept), at(ky, size[1])]];
        let mirrored = spectrum[[at(-kx, kept), at(-ky, size[1])]];
        0.5 * (there.norm_sqr() + mirrored.norm_sqr())
    };
    let around = || (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)));
    let mut ring = Vec::new();
    for ky in 0..=most[1] {
        for kx in -most[0]..=most[0] {
            let frequency = [kx as f64 * step[0], ky as f64 * step[1]];
            let length = frequency[0].hypot(frequency[1]);
            if (length / radius - 1.0).abs() > PITCH_TOLERANCE || (ky == 0 && kx < 0) {
                continue;
            }
            // The peak of a warped carrier is spread over neighbouring bins.
            let here: f32 = around().map(|(dx, dy)| power(kx + dx, ky + dy)).sum();
            ring.push((here, frequency, [kx, ky]));
        }
    }
    if ring.is_empty() {
        return Vec::new();
    }
    let middle = ring.len() / 2;
    let median = ring.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0)).1.0.max(1e-30);
    // Averaging over blocks has divided the density a pixel by their area.
    let floor = f64::from(median) / (rows * columns) as f64 * (factor * factor) as f64;
    let mut peaks: Vec<Peak> = Vec::new();
    let mut taken: Vec<[f64; 2]> = Vec::new();
    while peaks.len() < PEAKS {
        let is_free = |place: &[f64; 2]| {
            taken.iter().all(|other| {
                // A frequency and its negative are one.
                let away =
                    |sign: f64| (place[0] - sign * other[0]).hypot(place[1] - sign * other[1]);
                away(1.0).min(away(-1.0)) > APART * radius
            })
        };
        let free = ring.iter().filter(|(_, frequency, _)| is_free(frequency));
        let Some((here, place, [kx, ky])) = free.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        let height = here / median;
        if !peaks.is_empty() && height < PEAK {
            break;
        }
        // Centre of mass of the peak's neighbourhood: a tenth of a bin is enough to demodulate.
        let (mut mass, mut moment) = (0.0, [0.0; 2]);
        for (dx, dy) in around() {
            let p = f64::from(power(kx + dx, ky + dy));
            mass += p;
            moment = [moment[0] + p * dx as f64, moment[1] + p * dy as f64];
        }
        let frequency = [0, 1].map(|i| place[i] + step[i] * moment[i] / mass.max(1e-30));
        taken.push(*place);
        peaks.push(Peak { frequency, height, floor });
    }
    peaks
}

/// The 2-D spectrum of contrast in units of the local noise, where dark as the real part, where
/// light as the imaginary one; transposed, for `kx` up to `most` either way:
/// `[kx mod (2·most + 1), ky]`.
fn spectrum(flat: &Flat, size: [usize; 2], most: usize) -> Array2<Complex32> {
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
