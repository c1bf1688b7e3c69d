//! Scan and expectation held against each other in windows of one size.
//!
//! A mark on the page (scratch, stamp, hair) leaves much of a window alone, and what it covers is few
//! pixels, which count no more than so much each. Glare weakens detail and leaves it alike. Only
//! another picture has strong detail of its own where the reference's should be and is not.

use crate::imaging::Plane;
use crate::imaging::raster::blur;
use crate::inspect::comparison::residual::Residual;

/// No pixel counts for more standard deviations than this: detail, and what is left of it.
const MOST_DETAIL: f32 = 4.0;
const MOST_LEFT: f32 = 3.5;
/// Mean squares of the detail, in variances of the noise, at which it says all that it can. A guess.
const STRONG: f32 = 3.0;
/// What is added to them, so that noise alone is like itself.
const PRIOR: f32 = 0.5;

/// What windows about each pixel show; planes of the comparison's size.
#[derive(Debug)]
pub(super) struct Windows {
    /// How much speaks for another picture: what is left, in variances, times the share of the detail
    /// that is not the reference's; 0 where either picture has none. 0 to 12.
    pub(super) foreign: Plane,
}

impl Windows {
    /// Windows as wide as a square of this side, in millimetres.
    pub(super) fn new(residual: &Residual, side: f64) -> Self {
        let Residual { per_mm, seen, expected, inside, variance, left, .. } = residual;
        let sigma = side / 12.0f64.sqrt() * per_mm;
        let share = blur(inside, sigma).mapv_into(|v| v.max(0.05));
        let mean = |plane: &Plane| blur(&(plane * inside), sigma) / &share;
        let detail = |plane: &Plane| {
            let mut detail = plane - &mean(plane);
            detail.zip_mut_with(variance, |v, &variance| {
                *v = (*v / variance.sqrt()).clamp(-MOST_DETAIL, MOST_DETAIL);
            });
            detail
        };
        let (own, expected) = (detail(seen), detail(expected));
        let common = mean(&(&own * &expected));
        let (own, expected) = (mean(&(&own * &own)), mean(&(&expected * &expected)));
        let left = mean(&left.mapv(|v| (v * v).min(MOST_LEFT * MOST_LEFT)));
        let foreign = Plane::from_shape_fn(left.dim(), |at| {
            let (own, expected) = (own[at].max(0.0), expected[at].max(0.0));
            let alike = (common[at] + PRIOR) / ((own + PRIOR) * (expected + PRIOR)).sqrt();
            let told = (own / STRONG).min(1.0) * (expected / STRONG).min(1.0);
            (1.0 - alike).clamp(0.0, 1.0) * left[at].max(0.0) * told
        });
        Self { foreign }
    }
}
