//! Convolution with true Gaussians.

use ndarray::{Axis, Zip};
use rayon::prelude::*;

use crate::imaging::Plane;
use crate::imaging::raster::{Enlarged, shrink};

/// Deviation in pixels that a Gaussian may have at the least after averaging over blocks.
///
/// What stands at a multiple of the blocks' frequency aliases to below 0.3/deviation, where the
/// Gaussian still passes it, weakened by averaging to 0.3/24 = 1.3 %; and only the wide Gaussians,
/// which hold a tenth of the luminance's detail, are treated so.
const FEWEST_PIXELS_A_DEVIATION: f64 = 24.0;

/// A true Gaussian, cut at four deviations, mirrored edges.
///
/// [`raster::blur`](crate::imaging::raster::blur) would not do: where the Gaussian passes 7 %, at the
/// microtext's own line pitch, three running means pass half of that, and p95 comes out up to 12 %
/// too small.
pub(super) fn gaussian(plane: &Plane, deviation: f64) -> Plane {
    let shortest = plane.nrows().min(plane.ncols());
    let block = (deviation / FEWEST_PIXELS_A_DEVIATION) as usize;
    let block = block.min(shortest / 8).max(1);
    let deviation = deviation / block as f64;
    let half = half_gaussian(deviation, (4.0 * deviation).ceil() as usize);
    if block == 1 {
        return convolved(plane, &half);
    }
    let small = convolved(&shrink(plane, block), &half);
    let large = Enlarged::new(&small, block);
    let mut out = Plane::zeros(plane.dim());
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
        large.row(y, row.as_slice_mut().expect("planes are row-major"));
    });
    out
}

/// The middle and right half of a Gaussian whose whole sum is 1.
pub(super) fn half_gaussian(deviation: f64, reach: usize) -> Vec<f32> {
    let value = |i: usize| (-0.5 * (i as f64 / deviation).powi(2)).exp();
    let sum = 1.0 + 2.0 * (1..=reach).map(value).sum::<f64>();
    (0..=reach).map(|i| (value(i) / sum) as f32).collect()
}

/// Convolution along rows and columns with the symmetric kernel whose right half is `half`;
/// mirrored edges.
pub(super) fn convolved(plane: &Plane, half: &[f32]) -> Plane {
    let (rows, columns) = plane.dim();
    let reach = half.len() - 1;
    let mut across = Plane::zeros((rows, columns));
    Zip::from(across.axis_iter_mut(Axis(0))).and(plane.axis_iter(Axis(0))).par_for_each(
        |mut out, row| {
            let padded: Vec<f32> =
                (0..columns + 2 * reach).map(|x| row[mirrored(x, reach, columns)]).collect();
            let out = out.as_slice_mut().expect("planes are row-major");
            weigh(out, &padded[reach..], half[0]);
            for (i, &weight) in half.iter().enumerate().skip(1) {
                weigh_pair(out, &padded[reach - i..], &padded[reach + i..], weight);
            }
        },
    );
    let source = across.as_slice().expect("planes are row-major");
    let row = |y: usize| &source[mirrored(y, reach, rows) * columns..][..columns];
    let mut out = Plane::zeros((rows, columns));
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut out)| {
        let out = out.as_slice_mut().expect("planes are row-major");
        weigh(out, row(y + reach), half[0]);
        for (i, &weight) in half.iter().enumerate().skip(1) {
            weigh_pair(out, row(y + reach - i), row(y + reach + i), weight);
        }
    });
    out
}

fn weigh(out: &mut [f32], values: &[f32], weight: f32) {
    out.iter_mut().zip(values).for_each(|(out, v)| *out = weight * v);
}

fn weigh_pair(out: &mut [f32], left: &[f32], right: &[f32], weight: f32) {
    out.iter_mut().zip(left.iter().zip(right)).for_each(|(out, (l, r))| *out += weight * (l + r));
}

/// Where position `at − before` of an endlessly mirrored line of `length` pixels lies.
fn mirrored(at: usize, before: usize, length: usize) -> usize {
    let at = (at as isize - before as isize).rem_euclid(2 * length as isize) as usize;
    at.min(2 * length - 1 - at)
}

#[cfg(test)]
mod tests {
    use super::super::measure::{absolute_difference, percentile};
    use super::*;

    #[test]
    fn averaging_first_costs_a_wide_gaussian_under_one_percent() {
        let deviation = 57.0;
        let plane = Plane::from_shape_fn((500, 400), |(y, x)| {
            let (x, y) = (x as f32, y as f32);
            0.5 + 0.2 * (y / 20.0).sin() + 0.2 * (x / 60.0).cos() + 0.1 * (y * 2.9).sin()
        });
        let exact = convolved(&plane, &half_gaussian(deviation, 228));
        let worst = absolute_difference(&gaussian(&plane, deviation), &exact);
        assert!(percentile(&worst, 1.0) < 0.002, "{}", percentile(&worst, 1.0));
    }
}
