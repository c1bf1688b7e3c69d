//! Reference and scan laid on each other: first by their coarse features, then by small steps that
//! bring down what is left (Lucas and Kanade 1981), each place weighed by how well it fits.

use nalgebra::{DMatrix, DVector};

use crate::imaging::raster::{bilinear, blur};
use crate::imaging::{Mm, Plane};
use crate::inspect::comparison::level::{Level, slopes};
use crate::inspect::comparison::reference::Reference;
use crate::inspect::comparison::tone_fit::ToneFit;
use crate::inspect::comparison::view::{MARGIN, View};
use crate::inspect::comparison::warp::{TERMS, Warp, powers};
use crate::numerics::median;

/// Bands in which the pictures are laid on each other, and the view's pixels a pixel of them. The first
/// leads over the frame's error, the last is well below the letters.
const ROUGH: (Mm, usize) = (Mm(0.7), 4);
const FINE: (Mm, usize) = (Mm(0.25), 2);
/// Slower changes are the light's. A guess.
const LIGHT: Mm = Mm(4.0);
/// The coarse search's steps, in millimetres.
const STEP: f64 = 0.5;
/// Share of the samples that must lie in the view. A guess.
const LEAST_SHARE: f64 = 0.3;
/// Pixels from one sample of a fit to the next: bands are smooth. For speed alone.
const EVERY: usize = 2;
/// Differences of so many standard deviations count half. A guess (Cauchy's weights; 2.4 is usual).
const HALF: f32 = 2.4;
/// Terms of the displacement that each step fits, rough and fine.
const STEPS: [[usize; 4]; 2] = [[1, 3, 3, 3], [3, 3, TERMS, TERMS]];

/// How far the search goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Millimetres to each side, across and down.
    pub(super) shift: [f64; 2],
    /// Enlargements: 0.01 is 1 %.
    pub(super) enlarged: &'static [f64],
}

/// What the microtext's frame may be off by.
pub(super) const NEAR: Reach = Reach { shift: [1.5, 1.5], enlarged: &[-0.015, 0.0, 0.015] };
/// Where lines of text begin is less sure than which line is the first: by a part of the text.
pub(super) const ALONG: Reach = Reach { shift: [6.0, 1.5], enlarged: &[-0.015, 0.0, 0.015] };
/// What another crop of the same picture is found by.
pub(super) const FAR: Reach = Reach {
    shift: [2.0, 2.0],
    enlarged: &[-0.25, -0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
};

/// Reference and scan, laid on each other.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    /// Where the reference's places lie in the view.
    pub(super) warp: Warp,
    /// Correlation of the coarse features, −1..1.
    pub(super) likeness: f64,
    /// What printer, scanner and light make of a tone.
    pub(super) tones: ToneFit,
    /// The fine band.
    pub(super) level: Level,
    /// The scan on the reference's grid.
    pub(super) seen: Plane,
    /// What it should show there.
    pub(super) expected: Plane,
    /// Where the grid lies in the scan: 1, or else 0.
    pub(super) inside: Plane,
    /// How well each place fits, 0..1; 0 outside.
    pub(super) weights: Plane,
}

impl Registration {
    /// Lays the pictures on each other.
    pub(super) fn new(reference: &Reference, view: &View, reach: Reach) -> Self {
        let rough = level(reference, view, ROUGH);
        let (likeness, mut warp) = coarse(&rough, reach);
        let mut fit = Fit::new(&rough, warp);
        for terms in STEPS[0] {
            fit.step(&rough, terms);
        }
        warp = fit.warp;
        let fine = level(reference, view, FINE);
        let mut fit = Fit::new(&fine, warp);
        for terms in STEPS[1] {
            fit.step(&fine, terms);
        }
        let Fit { warp, seen, inside, tones, expected, weights } = fit;
        Self { warp, likeness, tones, level: fine, seen, expected, inside, weights }
    }
}

/// Correlation of the coarse features, −1..1, where it is best.
pub(super) fn likeness(reference: &Reference, view: &View, reach: Reach) -> f64 {
    coarse(&level(reference, view, ROUGH), reach).0
}

/// Both pictures in a band, or in that of the reference's pixels where they are coarser.
fn level(reference: &Reference, view: &View, (sigma, step): (Mm, usize)) -> Level {
    Level::new(reference, view, Mm(sigma.0.max(0.6 / reference.per_mm)), step)
}

/// The best shift and enlargement of those in reach, and the correlation that they give.
fn coarse(level: &Level, reach: Reach) -> (f64, Warp) {
    let without_light = |plane: &Plane| plane - &blur(plane, LIGHT.0 * level.per_mm);
    let samples = samples(level, &without_light(&level.reference));
    let view = without_light(level.view());
    let steps = reach.shift.map(|shift| (shift / STEP).round() as i32);
    let mut best = (-1.0, Warp::default());
    for &enlarged in reach.enlarged {
        for down in -steps[1]..=steps[1] {
            for across in -steps[0]..=steps[0] {
                let shift = [across, down].map(|v| f64::from(v) * STEP);
                let likeness = correlation(level, &samples, &view, shift, enlarged);
                if likeness > best.0 {
                    best = (likeness, Warp::similar(shift, enlarged));
                }
            }
        }
    }
    best
}

/// A pixel of the reference: its row and column, its place in millimetres from the middle, its value.
type Sample = ((usize, usize), [f64; 2], f64);

/// Every so many pixels.
fn samples(level: &Level, reference: &Plane) -> Vec<Sample> {
    let (rows, columns) = reference.dim();
    let rows = (EVERY / 2..rows).step_by(EVERY);
    let all =
        rows.flat_map(|row| (EVERY / 2..columns).step_by(EVERY).map(move |column| (row, column)));
    all.map(|at| (at, level.millimetres(at), f64::from(reference[at]))).collect()
}

/// Correlation of the samples that lie in the view, −1..1.
fn correlation(
    level: &Level,
    samples: &[Sample],
    view: &Plane,
    shift: [f64; 2],
    enlarged: f64,
) -> f64 {
    let mut sums = [0.0f64; 6];
    for &(at, place, a) in samples {
        let by = [0, 1].map(|axis| shift[axis] + enlarged * place[axis]);
        let [x, y] = level.in_view(at, by);
        if !level.has([x, y]) {
            continue;
        }
        let b = f64::from(bilinear(view, x, y));
        sums.iter_mut().zip([1.0, a, b, a * a, b * b, a * b]).for_each(|(sum, v)| *sum += v);
    }
    let [n, a, b, aa, bb, ab] = sums;
    if n < LEAST_SHARE * samples.len() as f64 {
        return -1.0;
    }
    let (va, vb) = (aa - a * a / n, bb - b * b / n);
    if va <= 0.0 || vb <= 0.0 { 0.0 } else { (ab - a * b / n) / (va * vb).sqrt() }
}

/// A warp, and what is left under it.
struct Fit {
    warp: Warp,
    seen: Plane,
    inside: Plane,
    tones: ToneFit,
    expected: Plane,
    weights: Plane,
}

impl Fit {
    fn new(level: &Level, warp: Warp) -> Self {
        let (seen, inside) = level.seen(&warp);
        let tones = ToneFit::new(&level.reference, &seen, &inside, EVERY);
        let expected = tones.expected(&level.reference);
        let weights = inside.clone();
        let mut fit = Self { warp, seen, inside, tones, expected, weights };
        fit.weigh();
        fit.fit_tones(level);
        fit
    }

    /// Tones, then weights.
    fn fit_tones(&mut self, level: &Level) {
        self.tones = ToneFit::new(&level.reference, &self.seen, &self.weights, EVERY);
        self.expected = self.tones.expected(&level.reference);
        self.weigh();
    }

    fn weigh(&mut self) {
        let known = self.inside.iter().zip(&self.seen).zip(&self.expected);
        let mut off: Vec<f32> = known
            .filter(|((inside, _), _)| **inside > 0.0)
            .map(|((_, seen), expected)| (seen - expected).abs())
            .collect();
        // A median of absolute values is 0.67 standard deviations of a normal distribution.
        let scale = HALF * (1.48 * median(&mut off).unwrap_or(0.0)).max(1e-4);
        for ((weight, inside), (seen, expected)) in
            self.weights.iter_mut().zip(&self.inside).zip(self.seen.iter().zip(&self.expected))
        {
            *weight = inside / (1.0 + ((seen - expected) / scale).powi(2));
        }
    }

    /// One step of the displacement's first `terms`.
    fn step(&mut self, level: &Level, terms: usize) {
        let slopes = slopes(&self.expected);
        let n = 2 * terms;
        let mut normal = DMatrix::<f64>::zeros(n, n);
        let mut right = DVector::<f64>::zeros(n);
        let mut row = vec![0.0; n];
        let mut pixels = 0.0;
        let is_sampled = |(row, column): (usize, usize)| {
            row.is_multiple_of(EVERY) && column.is_multiple_of(EVERY)
        };
        for (at, &weight) in self.weights.indexed_iter() {
            if weight <= 0.0 || !is_sampled(at) {
                continue;
            }
            let powers = powers(level.millimetres(at));
            for (axis, slopes) in slopes.iter().enumerate() {
                let slope = f64::from(slopes[at]) * level.per_mm;
                (0..terms).for_each(|i| row[axis * terms + i] = slope * powers[i]);
            }
            let (weight, off) = (f64::from(weight), f64::from(self.expected[at] - self.seen[at]));
            for i in 0..n {
                let share = weight * row[i];
                for j in 0..=i {
                    normal[(i, j)] += share * row[j];
                }
                right[i] += share * off;
            }
            pixels += weight;
        }
        for i in 0..n {
            normal[(i, i)] += 1e-8 * pixels.max(1.0);
            for j in 0..i {
                normal[(j, i)] = normal[(i, j)];
            }
        }
        let Some(step) = normal.cholesky().map(|factor| factor.solve(&right)) else { return };
        let most = MARGIN.0;
        for i in 0..terms {
            for axis in 0..2 {
                let term = &mut self.warp.terms[i][axis];
                *term = (*term + step[axis * terms + i].clamp(-1.0, 1.0))
                    .clamp(-2.0 * most, 2.0 * most);
            }
        }
        (self.seen, self.inside) = level.seen(&self.warp);
        self.weights = &self.weights * &self.inside;
        self.fit_tones(level);
    }
}
