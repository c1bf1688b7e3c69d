//! A wave brought down to rest: what is left of it is slow, and few numbers hold it.

use std::f64::consts::TAU;

use ndarray::{Array2, Axis, Zip};
use rayon::prelude::*;
use rustfft::num_complex::{Complex32, Complex64};

use crate::imaging::Plane;
use crate::imaging::raster::blur;

/// The sums of `plane` · exp(−2πi·phase) over blocks, `[row, column]`; a last partial block is left
/// out. The phase is `frequency` (cycles a pixel, x and y) times the place of the pixel's centre.
#[must_use]
pub fn demodulate(plane: &Plane, frequency: [f64; 2], block: [usize; 2]) -> Array2<Complex32> {
    let (rows, columns) = (plane.nrows() / block[1], plane.ncols() / block[0]);
    let turns = |n: usize, frequency: f64| -> Vec<Complex32> {
        let turn = |i: usize| Complex64::cis(-TAU * frequency * (i as f64 + 0.5));
        (0..n).map(turn).map(|z| Complex32::new(z.re as f32, z.im as f32)).collect()
    };
    let across = turns(columns * block[0], frequency[0]);
    let down = turns(rows * block[1], frequency[1]);
    let mut sums = Array2::zeros((rows, columns));
    let bands = plane.axis_chunks_iter(Axis(0), block[1]).into_par_iter();
    let bands = bands.zip(down.par_chunks(block[1]));
    sums.axis_iter_mut(Axis(0)).into_par_iter().zip(bands).for_each_init(
        || [vec![0.0f32; across.len()], vec![0.0f32; across.len()]],
        |[re, im], (mut sums, (band, down))| {
            re.fill(0.0);
            im.fill(0.0);
            for (row, turn) in band.axis_iter(Axis(0)).zip(down) {
                let row = row.to_slice().expect("planes are row-major");
                for ((re, im), v) in re.iter_mut().zip(&mut *im).zip(row) {
                    *re += v * turn.re;
                    *im += v * turn.im;
                }
            }
            let blocks = re.chunks_exact(block[0]).zip(im.chunks_exact(block[0]));
            let turns = across.chunks_exact(block[0]);
            for (sum, ((re, im), turns)) in sums.iter_mut().zip(blocks.zip(turns)) {
                for ((&re, &im), turn) in re.iter().zip(im).zip(turns) {
                    *sum += Complex32::new(re, im) * turn;
                }
            }
        },
    );
    sums
}

/// [`blur`] of a complex field.
#[must_use]
pub fn smooth(field: &Array2<Complex32>, sigma: f64) -> Array2<Complex64> {
    let (re, im) = (blur(&field.mapv(|z| z.re), sigma), blur(&field.mapv(|z| z.im), sigma));
    Zip::from(&re).and(&im).map_collect(|&re, &im| Complex64::new(f64::from(re), f64::from(im)))
}

/// A complex field `[row, column]` averaged with Gaussian weights of these spreads, down and along;
/// nothing is beyond its edges.
#[must_use]
pub fn smooth_by(field: &Array2<Complex64>, spread: [f64; 2]) -> Array2<Complex64> {
    let mut field = field.clone();
    for (axis, spread) in spread.into_iter().enumerate() {
        let n = field.len_of(Axis(axis));
        let weight = |d: usize| (-0.5 * (d as f64 / spread).powi(2)).exp();
        let weights =
            Array2::from_shape_fn((n, n), |(i, j)| Complex64::from(weight(i.abs_diff(j))));
        field = if axis == 0 { weights.dot(&field) } else { field.dot(&weights) };
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_comes_to_rest() {
        let frequency = [0.031, 0.17];
        let phase = |x: usize, y: usize| {
            TAU * (frequency[0] * (x as f64 + 0.5) + frequency[1] * (y as f64 + 0.5)) + 0.4
        };
        let wave = Plane::from_shape_fn((121, 90), |(y, x)| phase(x, y).cos() as f32);
        let still = smooth(&demodulate(&wave, frequency, [3, 2]), 6.0)[[30, 15]];
        // Half of a cosine turns the other way, and comes to nothing.
        assert!((still.arg() - 0.4).abs() < 0.01 && (still.norm() - 3.0).abs() < 0.05, "{still}");
    }
}
