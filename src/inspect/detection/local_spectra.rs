//! Local spectra: where in a picture something repeats like lines of text, in which direction and
//! how fast.

use std::f64::consts::TAU;
use std::ops::Range;

use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::imaging::Plane;
use crate::inspect::signal::flatten::{Flat, SLOW};
use crate::numerics::median;
use crate::spec::modulation::TURNING_LIGHTNESS;

/// Side of a window in pixels of the search: 10 to 13 mm, some 30 lines. A guess.
pub const SIDE: usize = 128;
/// From one window to the next.
pub const HOP: usize = SIDE / 2;
/// A window has lines if their wave stands this many times over the median of its ring. Of windows
/// on noise one in some thousand does.
pub const STANDS_OUT: f32 = 8.0;
/// A window counts at most this much: no window is surer than sure. A guess.
pub const SURE: f32 = 40.0;
/// Windows that must agree: a quarter of a portrait has more.
pub const AGREEING: usize = 3;
/// Root mean square contrast below which a window is blank. A guess.
const BLANK: f32 = 0.006;

/// The strongest wave of a ring in one window.
#[derive(Clone, Copy, Debug)]
pub struct Wave {
    /// Column and row of the window.
    pub window: [usize; 2],
    /// Its middle in millimetres.
    pub middle: [f64; 2],
    /// Cycles a millimetre, x and y; y is not negative.
    pub frequency: [f64; 2],
    /// Power over the median of the ring.
    pub height: f32,
}

impl Wave {
    /// How far two waves' frequencies are apart, as a share of this one's.
    #[must_use]
    pub fn apart(&self, other: [f64; 2]) -> f64 {
        let [x, y] = self.frequency;
        // A frequency and its negative are the same wave.
        let there = (x - other[0]).hypot(y - other[1]);
        let mirrored = (x + other[0]).hypot(y + other[1]);
        there.min(mirrored) / x.hypot(y).max(1e-12)
    }

    /// Whether they are less than this share of this one's apart; quicker than by [`apart`](Self::apart).
    #[must_use]
    pub fn is_near(&self, other: [f64; 2], share: f64) -> bool {
        let [x, y] = self.frequency;
        let square = |x: f64, y: f64| x * x + y * y;
        let there = square(x - other[0], y - other[1]);
        there.min(square(x + other[0], y + other[1])) < share * share * square(x, y)
    }
}

/// For each of these rings (cycles a millimetre, from and to) and each window that is not blank,
/// the strongest wave, where it is a peak. `per_mm`: pixels of the search a millimetre.
#[must_use]
pub fn waves(flat: &Flat, per_mm: [f64; 2], rings: &[Range<f64>]) -> Vec<Vec<Wave>> {
    let (rows, columns) = flat.small.dim();
    let starts = [columns, rows].map(starts);
    let cells: Vec<[usize; 2]> =
        (0..starts[1].len()).flat_map(|j| (0..starts[0].len()).map(move |i| [i, j])).collect();
    let finder = PeakFinder::new(flat, per_mm, rings);
    let found: Vec<Vec<Option<Wave>>> = cells
        .par_iter()
        .map_init(
            || [vec![Complex32::default(); SIDE * SIDE], vec![Complex32::default(); SIDE * SIDE]],
            |buffers, &[i, j]| {
                let corner = [starts[0][i], starts[1][j]];
                let mut waves = finder.at(corner, buffers);
                let middle =
                    [0, 1].map(|axis| (corner[axis] as f64 + 0.5 * SIDE as f64) / per_mm[axis]);
                waves.iter_mut().flatten().for_each(|wave| {
                    (wave.window, wave.middle) = ([i, j], middle);
                });
                waves
            },
        )
        .collect();
    (0..rings.len())
        .map(|ring| found.iter().filter_map(|waves| *waves.get(ring)?).collect())
        .collect()
}

/// Where windows begin on an axis of so many pixels.
fn starts(length: usize) -> Vec<usize> {
    let last = length.saturating_sub(SIDE);
    (0..last.div_ceil(HOP)).map(|i| i * HOP).chain([last]).collect()
}

struct PeakFinder<'a> {
    flat: &'a Flat,
    per_mm: [f64; 2],
    /// The bins of each ring, across and down.
    rings: Vec<Vec<[isize; 2]>>,
    /// Highest frequencies looked at, in cycles a window.
    most: [isize; 2],
    taper: Vec<f32>,
    forward: std::sync::Arc<dyn rustfft::Fft<f32>>,
}

impl<'a> PeakFinder<'a> {
    fn new(flat: &'a Flat, per_mm: [f64; 2], rings: &'a [Range<f64>]) -> Self {
        let reach = rings.iter().map(|ring| ring.end).fold(0.0, f64::max);
        let most = per_mm
            .map(|v| ((reach * SIDE as f64 / v) as isize + 1).clamp(1, SIDE as isize / 2 - 2));
        let hann = |i: usize| (0.5 - 0.5 * (TAU * (i as f64 + 0.5) / SIDE as f64).cos()) as f32;
        let forward = FftPlanner::new().plan_fft_forward(SIDE);
        let step = per_mm.map(|v| v / SIDE as f64);
        let length = |[kx, ky]: [isize; 2]| (kx as f64 * step[0]).hypot(ky as f64 * step[1]);
        let half = (0..=most[1]).flat_map(|ky| (-most[0]..=most[0]).map(move |kx| [kx, ky]));
        let half: Vec<_> = half.filter(|[kx, ky]| *ky > 0 || *kx >= 0).collect();
        let bins = |ring: &Range<f64>| {
            half.iter().copied().filter(|&bin| ring.contains(&length(bin))).collect()
        };
        let rings = rings.iter().map(bins).collect();
        Self { flat, per_mm, rings, most, taper: (0..SIDE).map(hann).collect(), forward }
    }

    fn at(&self, [left, top]: [usize; 2], buffers: &mut [Vec<Complex32>; 2]) -> Vec<Option<Wave>> {
        let [samples, columns] = buffers;
        if !self.fill(left, top, samples) {
            return Vec::new();
        }
        self.forward.process(samples);
        let kept = 2 * (self.most[0] as usize + 1) + 1;
        let columns = &mut columns[..kept * SIDE];
        let first = self.most[0] + 1;
        for (i, column) in columns.chunks_exact_mut(SIDE).enumerate() {
            let kx = (i as isize - first).rem_euclid(SIDE as isize) as usize;
            column.iter_mut().zip(samples.iter().skip(kx).step_by(SIDE)).for_each(|(c, s)| *c = *s);
        }
        self.forward.process(columns);
        // Dark places are the real part, light ones the imaginary: powers of both.
        let single = |kx: isize, ky: isize| {
            columns[(kx + first) as usize * SIDE + ky.rem_euclid(SIDE as isize) as usize].norm_sqr()
        };
        let height = (self.most[1] + 2) as usize;
        let power = |(y, x): (usize, usize)| {
            let (kx, ky) = (x as isize - first, y as isize - 1);
            single(kx, ky) + single(-kx, -ky)
        };
        let powers = Plane::from_shape_fn((height + 1, kept), power);
        self.rings.iter().map(|ring| self.strongest(ring, &powers)).collect()
    }

    /// Contrast in units of the local noise, tapered; false where there is next to none.
    fn fill(&self, left: usize, top: usize, samples: &mut [Complex32]) -> bool {
        let Flat { small, certainty, lightness, .. } = self.flat;
        samples.fill(Complex32::default());
        let last = |plane: &Plane| [plane.ncols().max(1) - 1, plane.nrows().max(1) - 1];
        let last = last(certainty);
        let mut energy = 0.0f32;
        for (dy, line) in samples.chunks_exact_mut(SIDE).enumerate().take(small.nrows() - top) {
            let y = top + dy;
            // The slow planes, block by block: over a block they hardly change.
            let slow = (y / SLOW).min(last[1]);
            let (sure, light) = (certainty.row(slow), lightness.row(slow));
            let contrast = small.row(y);
            for (dx, (z, &v)) in line.iter_mut().zip(contrast.iter().skip(left)).enumerate() {
                energy += v * v;
                let block = ((left + dx) / SLOW).min(last[0]);
                let v = v * sure[block] * self.taper[dx] * self.taper[dy];
                let is_light = light[block] > TURNING_LIGHTNESS + 5.0;
                *z = if is_light { Complex32::new(0.0, v) } else { Complex32::new(v, 0.0) };
            }
        }
        energy > BLANK * BLANK * (SIDE * SIDE) as f32
    }

    /// `powers`: `[ky + 1, kx + most + 1]`.
    fn strongest(&self, ring: &[[isize; 2]], powers: &Plane) -> Option<Wave> {
        let first = self.most[0] + 1;
        // A Hann window spreads a wave over the neighbouring bins.
        let around = |kx: isize, ky: isize| -> f32 {
            let (x, y) = ((kx + first) as usize, (ky + 1) as usize);
            (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| powers[[y, x]])).sum()
        };
        let mut all = Vec::with_capacity(ring.len());
        let mut best = (0.0f32, [0isize; 2]);
        for &[kx, ky] in ring {
            let here = around(kx, ky);
            all.push(here);
            if here > best.0 {
                best = (here, [kx, ky]);
            }
        }
        if all.len() < 16 {
            return None;
        }
        let median = median(&mut all)?;
        let (power, place) = best;
        let (frequency, is_peak) = self.centre_of_mass(powers, place);
        let (window, middle) = ([0; 2], [0.0; 2]);
        (is_peak && median > 0.0).then(|| Wave {
            window,
            middle,
            frequency,
            height: power / median,
        })
    }

    /// The frequency in the middle of a bin's neighbourhood, and whether the bin stands over it.
    /// `powers` as for [`strongest`](Self::strongest).
    fn centre_of_mass(&self, powers: &Plane, [kx, ky]: [isize; 2]) -> ([f64; 2], bool) {
        let first = self.most[0] + 1;
        let (mut mass, mut moment) = (0.0, [0.0; 2]);
        let centre = powers[[(ky + 1) as usize, (kx + first) as usize]];
        let mut is_peak = true;
        for dy in -1..=1 {
            for dx in -1..=1 {
                let there = powers[[(ky + 1 + dy) as usize, (kx + first + dx) as usize]];
                // Of two equal bins both are peaks, and the middle between them is found.
                is_peak &= there <= 1.5 * centre;
                mass += f64::from(there);
                moment = [
                    moment[0] + f64::from(there) * dx as f64,
                    moment[1] + f64::from(there) * dy as f64,
                ];
            }
        }
        let step = self.per_mm.map(|v| v / SIDE as f64);
        let frequency = [(kx, 0), (ky, 1)]
            .map(|(k, i)| (k as f64 + moment[i] / f64::max(mass, 1e-30)) * step[i]);
        (frequency, is_peak)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_of_each_half_is_found_in_its_windows() {
        let per_mm = [10.0; 2];
        let of = |x: usize| if x < 256 { [0.5, 2.8] } else { [-2.0, 1.9] };
        let contrast = Plane::from_shape_fn((256, 512), |(y, x)| {
            let [fx, fy] = of(x);
            (TAU * (fx * x as f64 + fy * y as f64) / 10.0).cos() as f32
        });
        let flat = Flat::of_contrast(contrast, |_, _| 30.0);
        let found = waves(&flat, per_mm, &[2.6..3.1, 0.9..1.1]).swap_remove(0);
        assert_eq!(found.len(), 3 * 7);
        for wave in found.iter().filter(|wave| wave.window[0] != 3) {
            let truth = of((wave.middle[0] * 10.0) as usize);
            assert!(wave.height > STANDS_OUT && wave.apart(truth) < 0.01, "{wave:?}");
        }
    }

    #[test]
    fn windows_reach_the_end() {
        assert_eq!(starts(100), [0]);
        assert_eq!(starts(128), [0]);
        assert_eq!(starts(300), [0, 64, 128, 172]);
    }
}
