//! Gaussians of any width at one price, by running means: not quite Gaussians.

use ndarray::Axis;
use rayon::prelude::*;

use super::plane::Plane;

/// A Gaussian of `sigma` pixels as three running means (Wells 1986), edges repeated.
///
/// The variance is met exactly by blending two box lengths; costs the same for every `sigma`.
#[must_use]
pub fn blur(plane: &Plane, sigma: f64) -> Plane {
    let (mut out, mut spare) = (plane.clone(), Plane::zeros(plane.dim()));
    for _ in 0..3 {
        box_rows(&mut out, sigma);
        box_columns(&out, &mut spare, sigma);
        std::mem::swap(&mut out, &mut spare);
    }
    out
}

/// Whole radius and edge weight of the running mean whose variance is a third of `sigma`²
/// (the "extended box" of Gwosdek et al. 2011).
fn box_of(sigma: f64) -> (usize, f32, f32) {
    let variance = sigma * sigma / 3.0;
    let radius = ((0.5 * ((12.0 * variance + 1.0).sqrt() - 1.0)).floor()).max(0.0);
    let (r, full) = (radius, 2.0 * radius + 1.0);
    // variance = [Σ_{-r..r} i² + 2 e (r+1)²] / (full + 2 e), solved for the edge weight e
    let inner = r * (r + 1.0) * full / 3.0;
    let edge = 0.5 * (variance * full - inner) / ((r + 1.0) * (r + 1.0) - variance);
    let edge = edge.clamp(0.0, 1.0);
    (radius as usize, edge as f32, (1.0 / (full + 2.0 * edge)) as f32)
}

/// Up to this radius a mean is summed anew at each pixel: more additions than a running sum takes,
/// but none of them waits for its neighbour's.
const SHORT: usize = 4;

fn box_rows(plane: &mut Plane, sigma: f64) {
    let (radius, edge, share) = box_of(sigma);
    plane.axis_iter_mut(Axis(0)).into_par_iter().for_each_init(Vec::new, |padded, mut row| {
        let n = row.len();
        let reach = radius + 1;
        padded.clear();
        padded.resize(reach, row[0]);
        padded.extend(row.iter());
        padded.resize(n + 2 * reach, row[n - 1]);
        let entering = &padded[2 * reach..];
        if radius <= SHORT {
            let row = row.as_slice_mut().expect("planes are row-major");
            let ends = padded.iter().zip(entering);
            row.iter_mut().zip(ends).for_each(|(v, (left, right))| *v = edge * (left + right));
            for within in padded.windows(n).skip(1).take(2 * radius + 1) {
                row.iter_mut().zip(within).for_each(|(sum, v)| *sum += v);
            }
            row.iter_mut().for_each(|sum| *sum *= share);
            return;
        }
        let mut sum: f32 = padded[1..2 * radius + 2].iter().sum();
        for (x, value) in row.iter_mut().enumerate() {
            *value = (sum + edge * (padded[x] + entering[x])) * share;
            sum += entering[x] - padded[x + 1];
        }
    });
}

fn box_columns(plane: &Plane, out: &mut Plane, sigma: f64) {
    let (radius, edge, share) = box_of(sigma);
    let (rows, columns) = plane.dim();
    let source = plane.as_slice().expect("planes are row-major");
    let row = |y: isize| {
        let y = y.clamp(0, rows as isize - 1) as usize;
        &source[y * columns..][..columns]
    };
    // Bands of fixed height: sums must not depend on the number of threads.
    let band = 128;
    out.axis_chunks_iter_mut(Axis(0), band).into_par_iter().enumerate().for_each(
        |(i, mut chunk)| {
            let top = (i * band) as isize;
            let r = radius as isize;
            let mut sum = vec![0.0f32; columns];
            for y in top - r..=top + r {
                sum.iter_mut().zip(row(y)).for_each(|(s, v)| *s += v);
            }
            for (dy, mut line) in chunk.axis_iter_mut(Axis(0)).enumerate() {
                let y = top + dy as isize;
                let (above, below) = (row(y - r - 1), row(y + r + 1));
                let line = &mut line.as_slice_mut().expect("planes are row-major")[..columns];
                let (sum, leaving) = (&mut sum[..columns], row(y - r));
                for x in 0..columns {
                    line[x] = (sum[x] + edge * (above[x] + below[x])) * share;
                    sum[x] += below[x] - leaving[x];
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impulse(n: usize) -> Plane {
        let mut plane = Plane::zeros((n, n));
        plane[[n / 2, n / 2]] = 1.0;
        plane
    }

    #[test]
    fn blur_keeps_the_sum_and_has_the_stated_variance() {
        for sigma in [0.6, 1.0, 2.3, 5.0, 8.27] {
            let n = 129;
            let out = blur(&impulse(n), sigma);
            let mut moments = [0.0f64; 3];
            for ((y, x), &v) in out.indexed_iter() {
                let (dy, dx) = (y as f64 - (n / 2) as f64, x as f64 - (n / 2) as f64);
                moments[0] += f64::from(v);
                moments[1] += f64::from(v) * dx * dx;
                moments[2] += f64::from(v) * dy * dy;
            }
            assert!((moments[0] - 1.0).abs() < 1e-4);
            assert!((moments[1].sqrt() - sigma).abs() < 0.01 * sigma, "{sigma}: {moments:?}");
            assert!((moments[2].sqrt() - sigma).abs() < 0.01 * sigma, "{sigma}: {moments:?}");
        }
    }

    #[test]
    fn blur_leaves_a_flat_plane_flat() {
        let out = blur(&Plane::from_elem((40, 70), 0.37), 9.0);
        assert!(out.iter().all(|v| (v - 0.37).abs() < 1e-5));
    }
}
