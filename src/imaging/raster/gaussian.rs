//! True Gaussians, by direct sums: with mirrored edges, for what the eye sees, and on an endless
//! ground, for spots and lenses.
//!
//! Each output row is summed by itself, so that results do not depend on the number of threads.

use ndarray::{Axis, Zip};
use rayon::prelude::*;

use super::enlarged::Enlarged;
use super::plane::Plane;
use super::shrink::shrink;

/// Deviation in pixels that a Gaussian may have at the least after averaging over blocks.
///
/// What stands at a multiple of the blocks' frequency aliases to below 0.3/deviation, where the
/// Gaussian still passes it, weakened by averaging to 0.3/24 = 1.3 %; and only the wide Gaussians,
/// which hold a tenth of the luminance's detail, are treated so.
const FEWEST_PIXELS_A_DEVIATION: f64 = 24.0;

/// A true Gaussian, cut at four deviations, mirrored edges.
///
/// [`blur`](super::blur()) would not do: where the Gaussian passes 7 %, at the
/// microtext's own line pitch, three running means pass half of that, and p95 comes out up to 12 %
/// too small.
pub(crate) fn gaussian(plane: &Plane, deviation: f64) -> Plane {
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
pub(crate) fn half_gaussian(deviation: f64, reach: usize) -> Vec<f32> {
    let value = |i: usize| (-0.5 * (i as f64 / deviation).powi(2)).exp();
    let sum = 1.0 + 2.0 * (1..=reach).map(value).sum::<f64>();
    (0..=reach).map(|i| (value(i) / sum) as f32).collect()
}

/// Convolution along rows and columns with the symmetric kernel whose right half is `half`;
/// mirrored edges.
pub(crate) fn convolved(plane: &Plane, half: &[f32]) -> Plane {
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

/// A Gaussian of `sigma` pixels (across, down) over `plane` laid on an endless ground of value
/// `ground`; the result is wider by `margin` pixels on each side.
///
/// Unlike [`blur`](super::blur()) it is a direct sum, exact for the small sigmas of spots
/// and lenses: the variance is met within 2 % from 0 up.
pub(crate) fn spread(plane: &Plane, sigma: [f64; 2], margin: usize, ground: f32) -> Plane {
    let (rows, columns) = plane.dim();
    let [across, down] = sigma.map(half_kernel);
    let reach = across.len() - 1;
    let wide = columns + 2 * margin;
    let source = plane.as_slice().expect("planes are row-major");
    let mut out = Plane::zeros((rows + 2 * margin, wide));
    let line = |y: isize| {
        (0..rows as isize).contains(&y).then(|| &source[y as usize * columns..][..columns])
    };
    let make = || vec![ground; wide + 2 * reach];
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each_init(
        make,
        |sum, (y, mut o)| {
            let o = o.as_slice_mut().expect("planes are row-major");
            let y = y as isize - margin as isize;
            let inner = &mut sum[margin + reach..][..columns];
            match line(y) {
                Some(row) => inner.iter_mut().zip(row).for_each(|(s, v)| *s = down[0] * v),
                None => inner.fill(down[0] * ground),
            }
            for (t, &weight) in down.iter().enumerate().skip(1) {
                match (line(y - t as isize), line(y + t as isize)) {
                    (Some(above), Some(below)) => {
                        for ((s, a), b) in inner.iter_mut().zip(above).zip(below) {
                            *s += weight * (a + b);
                        }
                    }
                    (Some(row), None) | (None, Some(row)) => {
                        inner.iter_mut().zip(row).for_each(|(s, v)| *s += weight * (v + ground));
                    }
                    (None, None) => inner.iter_mut().for_each(|s| *s += weight * 2.0 * ground),
                }
            }
            o.iter_mut().zip(&sum[reach..]).for_each(|(o, s)| *o = across[0] * s);
            for (t, &weight) in across.iter().enumerate().skip(1) {
                let (left, right) = (&sum[reach - t..], &sum[reach + t..]);
                for ((o, l), r) in o.iter_mut().zip(left).zip(right) {
                    *o += weight * (l + r);
                }
            }
        },
    );
    out
}

/// Weights 0, 1, 2 … pixels from the centre, of total 1 with their mirror images.
fn half_kernel(sigma: f64) -> Vec<f32> {
    let variance = sigma * sigma;
    if variance < 1e-6 {
        return vec![1.0];
    }
    // Under 0.7 pixels samples of the bell miss its variance: three weights that have it.
    if sigma < 0.7 {
        return vec![(1.0 - variance) as f32, (variance / 2.0) as f32];
    }
    let reach = (3.2 * sigma).ceil() as usize;
    let bell = |t: usize| (-0.5 * (t * t) as f64 / variance).exp();
    let total = bell(0) + 2.0 * (1..=reach).map(bell).sum::<f64>();
    (0..=reach).map(|t| (bell(t) / total) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averaging_first_costs_a_wide_gaussian_under_one_percent() {
        let deviation = 57.0;
        let plane = Plane::from_shape_fn((500, 400), |(y, x)| {
            let (x, y) = (x as f32, y as f32);
            0.5 + 0.2 * (y / 20.0).sin() + 0.2 * (x / 60.0).cos() + 0.1 * (y * 2.9).sin()
        });
        let exact = convolved(&plane, &half_gaussian(deviation, 228));
        let worst = (&gaussian(&plane, deviation) - &exact).fold(0.0f32, |w, v| w.max(v.abs()));
        assert!(worst < 0.002, "{worst}");
    }

    #[test]
    fn spread_keeps_the_sum_and_has_the_stated_variance() {
        let mut plane = Plane::zeros((41, 41));
        plane[[20, 20]] = 1.0;
        for sigma in [0.0, 0.3, 0.69, 0.71, 0.9, 2.2, 4.0] {
            let out = spread(&plane, [sigma, 2.0 * sigma], 30, 0.0);
            assert_eq!(out.dim(), (101, 101));
            let moment = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
                let at = |(y, x): (usize, usize)| f(x as f64 - 50.0, y as f64 - 50.0);
                out.indexed_iter().map(|(i, &v)| f64::from(v) * at(i)).sum()
            };
            assert!((moment(&|_, _| 1.0) - 1.0).abs() < 2e-3);
            let square = sigma * sigma;
            assert!((moment(&|x, _| x * x) - square).abs() < 0.02 * square + 1e-6, "{sigma}");
            assert!((moment(&|_, y| y * y) - 4.0 * square).abs() < 0.08 * square + 1e-6);
        }
    }

    #[test]
    fn spread_leaves_a_ground_alone() {
        let out = spread(&Plane::from_elem((9, 12), 0.4), [1.7, 0.4], 3, 0.4);
        assert!(out.iter().all(|v| (v - 0.4).abs() < 1e-6));
    }
}
