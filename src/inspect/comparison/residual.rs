//! What is left between scan and reference when blur, small bends and the light of each place are
//! explained, and how much of it must be expected anyway.

use crate::imaging::Plane;
use crate::imaging::raster::blur;
use crate::inspect::comparison::level::slopes;
use crate::inspect::comparison::registration::Registration;
use crate::numerics::{median, quantile};

/// Blur that is fitted, in millimetres: what the scan lacks of the reference is a share of what a
/// Gaussian of this deviation takes.
const BLUR: f64 = 0.25;
/// Shares of it: below zero the scan is sharper than the reference. Guesses.
const SHARES: [f64; 2] = [-0.6, 1.5];
/// Over this, in millimetres, a local bend is even; and it is no longer than the other two: usually, and
/// at the most. Guesses: feeds err by 30 µm, lenses by more.
const EVEN: f64 = 2.0;
const USUAL_BEND: f64 = 0.03;
const MOST_BEND: f64 = 0.2;
/// Slower differences, in millimetres, are light's and stain's.
const SLOW: f64 = 0.75;
/// Bounds of the noise, in cube roots of light, and of what is left of the bend, in millimetres.
const NOISE: [f64; 2] = [0.003, 0.02];
const PLACE: [f64; 2] = [0.015, 0.06];
/// The median of squares of a normal distribution of variance one.
const MEDIAN_SQUARE: f64 = 0.455;
/// What is left out along the portrait's edges, in millimetres: what lies beside it is blurred into it.
const RIM: f64 = 0.8;
/// Deviation of the windows, in millimetres, in which light and contrast are free, and the bounds of the
/// contrast: glare and wear. Guesses.
const LIGHT: f64 = 1.25;
const GAINS: [f32; 2] = [0.25, 1.7];
/// Share of a window's variance that no model explains: tones that lean on their surroundings,
/// halftones, colours seen in grey. A guess.
const UNEXPLAINED: f32 = 0.01;
/// Rounds of the local fit.
const ROUNDS: usize = 3;

/// Scan and expected scan, and the variance that lies between them.
#[derive(Debug)]
pub(super) struct Residual {
    /// Pixels a millimetre.
    pub(super) per_mm: f64,
    /// The scan, in cube roots of light.
    pub(super) seen: Plane,
    /// The reference as it should look in it.
    pub(super) expected: Plane,
    /// Where both are known: 1, or else 0.
    pub(super) inside: Plane,
    /// Variance that noise and places leave.
    pub(super) variance: Plane,
    /// What is left when light and contrast of each place are free, in standard deviations.
    pub(super) left: Plane,
    /// Deviation of the noise.
    pub(super) noise: f64,
    /// Deviation of places around the face, in millimetres.
    pub(super) place: f64,
    /// Share of [`BLUR`] that the scan lacks.
    pub(super) blurred: f64,
}

impl Residual {
    /// `face`: 1 where the face is, whose places are not asked how well pictures fit, since it may be
    /// another's.
    pub(super) fn new(registration: &Registration, face: &Plane) -> Self {
        let Registration { level, seen, expected, inside, weights, .. } = registration;
        let per_mm = level.per_mm;
        // About zero: variances are small beside the tones' squares.
        let middle = seen.mean().unwrap_or(0.0);
        let (seen, mut expected) = (seen - middle, expected - middle);
        let inside = without_rim(inside, per_mm);
        let weights = weights * &inside;
        let blurred = blurred(&seen, &mut expected, &weights, per_mm);
        let off = fast(&(&seen - &expected), &inside, per_mm);
        let grounds = slopes(&expected);
        let steep = Steepness::new(&grounds, &inside, face);
        let noise = steep.noise(&off);
        bend(&mut expected, &off, &grounds, &weights, noise, per_mm);
        let off = fast(&(&seen - &expected), &inside, per_mm);
        let noise = steep.noise(&off);
        let place = steep.place(&off, noise, per_mm);
        let usual = place.clamp(PLACE[0], PLACE[1]);
        let variance = steep
            .slope
            .mapv(|slope| (noise.powi(2) + (usual * f64::from(slope) * per_mm).powi(2)) as f32);
        let left = left(&seen, &expected, &inside, &variance, per_mm);
        Self { per_mm, seen, expected, inside, variance, left, noise, place, blurred }
    }
}

fn without_rim(inside: &Plane, per_mm: f64) -> Plane {
    let (rows, columns) = inside.dim();
    let rim = (RIM * per_mm).ceil() as usize;
    Plane::from_shape_fn((rows, columns), |(y, x)| {
        let is_rim = x < rim || y < rim || x + rim >= columns || y + rim >= rows;
        if is_rim { 0.0 } else { inside[[y, x]] }
    })
}

/// Fits the blur, and gives its share.
fn blurred(seen: &Plane, expected: &mut Plane, weights: &Plane, per_mm: f64) -> f64 {
    let lost = &blur(expected, BLUR * per_mm) - &*expected;
    let mut sums = [0.0, 1e-9];
    for (at, &weight) in weights.indexed_iter() {
        let (weight, lost) = (f64::from(weight), f64::from(lost[at]));
        sums[0] += weight * lost * f64::from(seen[at] - expected[at]);
        sums[1] += weight * lost * lost;
    }
    let share = (sums[0] / sums[1]).clamp(SHARES[0], SHARES[1]);
    expected.scaled_add(share as f32, &lost);
    share
}

/// What of a difference changes fast.
fn fast(off: &Plane, inside: &Plane, per_mm: f64) -> Plane {
    let sigma = SLOW * per_mm;
    let share = blur(inside, sigma);
    let slow = blur(&(off * inside), sigma);
    Plane::from_shape_fn(off.dim(), |at| {
        if inside[at] > 0.0 { off[at] - slow[at] / share[at].max(0.1) } else { 0.0 }
    })
}

/// How steep the expected scan is, a pixel, and what counts as flat and as steep.
struct Steepness {
    slope: Plane,
    known: Vec<(usize, usize)>,
    /// Known places around the face.
    around: Vec<(usize, usize)>,
    flat: f32,
    steep: f32,
}

impl Steepness {
    fn new([across, down]: &[Plane; 2], inside: &Plane, face: &Plane) -> Self {
        let slope = Plane::from_shape_fn(inside.dim(), |at| across[at].hypot(down[at]));
        let known = inside.indexed_iter().filter(|(_, inside)| **inside > 0.0).map(|(at, _)| at);
        let known: Vec<_> = known.collect();
        let mut all: Vec<f32> = known.iter().map(|&at| slope[at]).collect();
        let flat = median(&mut all).unwrap_or(0.0);
        let around: Vec<_> = known.iter().copied().filter(|&at| face[at] <= 0.0).collect();
        let mut all: Vec<f32> = around.iter().map(|&at| slope[at]).collect();
        let steep = quantile(&mut all, 0.75).unwrap_or(0.0);
        Self { slope, known, around, flat, steep }
    }

    /// Deviation of the differences where the picture is flat.
    fn noise(&self, off: &Plane) -> f64 {
        let flat = self.known.iter().filter(|at| self.slope[**at] <= self.flat);
        let mut off: Vec<f32> = flat.map(|&at| off[at].abs()).collect();
        let middle = median(&mut off).map_or(NOISE[1], f64::from);
        (middle / MEDIAN_SQUARE.sqrt()).clamp(NOISE[0], NOISE[1])
    }

    /// Deviation of places in millimetres, by the differences where the picture is steep.
    fn place(&self, off: &Plane, noise: f64, per_mm: f64) -> f64 {
        let steep = self.around.iter().filter(|at| self.slope[**at] > self.steep.max(1e-6));
        let mut squares: Vec<f64> = steep
            .map(|&at| {
                let slope = f64::from(self.slope[at]) * per_mm;
                let beyond = f64::from(off[at]).powi(2) - MEDIAN_SQUARE * noise * noise;
                beyond.max(0.0) / (slope * slope)
            })
            .collect();
        let middle = median(&mut squares).unwrap_or(0.0);
        (middle / MEDIAN_SQUARE).sqrt()
    }
}

/// Moves each place a little, as its surroundings ask (Lucas and Kanade 1981, held down as by a prior).
fn bend(
    expected: &mut Plane,
    off: &Plane,
    [across, down]: &[Plane; 2],
    weights: &Plane,
    noise: f64,
    per_mm: f64,
) {
    let sigma = EVEN * per_mm;
    let even = |a: &Plane, b: &Plane| blur(&(a * b * weights), sigma);
    let [xx, xy, yy] = [even(across, across), even(across, down), even(down, down)];
    let [bx, by] = [even(across, off), even(down, off)];
    let prior = ((noise / (USUAL_BEND * per_mm)).powi(2) * 0.1) as f32;
    let most = (MOST_BEND * per_mm) as f32;
    for (at, expected) in expected.indexed_iter_mut() {
        let (xx, yy, xy) = (xx[at] + prior, yy[at] + prior, xy[at]);
        let determinant = (xx * yy - xy * xy).max(1e-20);
        let move_x = (yy * bx[at] - xy * by[at]) / determinant;
        let move_y = (xx * by[at] - xy * bx[at]) / determinant;
        let share = (most / move_x.hypot(move_y).max(1e-9)).min(1.0);
        *expected += share * (move_x * across[at] + move_y * down[at]);
    }
}

/// What is left when light and contrast of each place are free, in standard deviations; places that do
/// not fit have less say in both.
fn left(seen: &Plane, expected: &Plane, inside: &Plane, variance: &Plane, per_mm: f64) -> Plane {
    let sigma = LIGHT * per_mm;
    let (squares, products) = (expected * expected, seen * expected);
    let prior = blur(variance, sigma) * 0.3;
    let mut weights = inside.clone();
    let mut left = Plane::zeros(seen.dim());
    for _ in 0..ROUNDS {
        let share = blur(&weights, sigma).mapv_into(|v| v.max(0.02));
        let mean = |plane: &Plane| blur(&(plane * &weights), sigma) / &share;
        let (means, meant) = (mean(seen), mean(expected));
        let (squares, products) = (mean(&squares), mean(&products));
        for (at, left) in left.indexed_iter_mut() {
            let own = squares[at] - meant[at] * meant[at];
            let common = products[at] - means[at] * meant[at];
            let gain = ((common + prior[at]) / (own + prior[at])).clamp(GAINS[0], GAINS[1]);
            let off = seen[at] - means[at] - gain * (expected[at] - meant[at]);
            let expected = variance[at] + UNEXPLAINED * gain * gain * own.max(0.0);
            *left = off / expected.sqrt();
            // Three standard deviations count half.
            weights[at] = inside[at] / (1.0 + *left * *left / 9.0);
        }
    }
    left * inside
}
