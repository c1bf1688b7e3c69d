//! Planes of numbers and the linear filters on them.

use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// One number a pixel, `[row, column]`, rows from the top, row-major.
pub type Plane = Array2<f32>;

/// A plane averaged over blocks of `factor` × `factor` pixels; a last partial block is left out.
#[must_use]
pub fn shrink(plane: &Plane, factor: usize) -> Plane {
    if factor <= 1 {
        return plane.clone();
    }
    shrink_by(plane, factor, |v| v)
}

/// [`shrink`] of a function of the plane.
#[must_use]
pub fn shrink_by(plane: &Plane, factor: usize, of: impl Fn(f32) -> f32 + Sync) -> Plane {
    let factor = factor.max(1);
    let (rows, columns) = (plane.nrows() / factor, plane.ncols() / factor);
    let mut small = Plane::zeros((rows, columns));
    let share = 1.0 / (factor * factor) as f32;
    let bands = plane.axis_chunks_iter(Axis(0), factor).into_par_iter();
    small.axis_iter_mut(Axis(0)).into_par_iter().zip(bands).for_each_init(
        || vec![0.0f32; columns * factor],
        |down, (mut out, band)| {
            // Whole rows first: sums down the columns take several columns at once.
            down.fill(0.0);
            for row in band.axis_iter(Axis(0)) {
                let row = row.to_slice().expect("planes are row-major");
                down.iter_mut().zip(row).for_each(|(sum, &v)| *sum += of(v));
            }
            for (mean, block) in out.iter_mut().zip(down.chunks_exact(factor)) {
                *mean = share * block.iter().sum::<f32>();
            }
        },
    );
    small
}

/// Averages as [`shrink`] does, but over three times the block, by a bell of three running means of
/// the block's width: hardly any of what is finer than the small plane can show, a halftone above
/// all, comes back as a coarser wave. Edges repeated.
#[must_use]
pub fn shrink_softly(plane: &Plane, factor: usize) -> Plane {
    if factor <= 1 {
        return plane.clone();
    }
    let bell = bell(factor);
    let before = factor - 1;
    let (height, width) = plane.dim();
    let mut small = Plane::zeros((height / factor, width / factor));
    small.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each_init(
        || vec![0.0f32; width + 2 * before],
        |down, (i, mut out)| {
            down.fill(0.0);
            for (j, &weight) in bell.iter().enumerate() {
                let y = (i * factor + j).saturating_sub(before).min(height - 1);
                let row = plane.row(y).to_slice().expect("planes are row-major");
                let inner = &mut down[before..before + width];
                inner.iter_mut().zip(row).for_each(|(sum, &v)| *sum += weight * v);
            }
            let (first, last) = (down[before], down[before + width - 1]);
            down[..before].fill(first);
            down[before + width..].fill(last);
            for (x, out) in out.iter_mut().enumerate() {
                let window = &down[x * factor..][..bell.len()];
                *out = window.iter().zip(&bell).map(|(v, weight)| v * weight).sum();
            }
        },
    );
    small
}

/// Three running means of this width in one.
fn bell(width: usize) -> Vec<f32> {
    let mut bell = vec![1.0];
    for _ in 0..3 {
        let mut wider = vec![0.0; bell.len() + width - 1];
        for (i, v) in bell.iter().enumerate() {
            wider[i..i + width].iter_mut().for_each(|w| *w += v / width as f32);
        }
        bell = wider;
    }
    bell
}

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

/// A plane seen `factor` times as large, row by row, between blocks linearly; the inverse of
/// [`shrink`] for planes that vary slowly.
#[derive(Debug)]
pub struct Enlarged<'a> {
    plane: &'a Plane,
    /// Blocks a pixel of the large plane.
    scale: f32,
}

impl<'a> Enlarged<'a> {
    /// A view of `plane`.
    #[must_use]
    pub fn new(plane: &'a Plane, factor: usize) -> Self {
        Self { plane, scale: 1.0 / factor as f32 }
    }

    /// The same seen on pixels `times` as large.
    #[must_use]
    pub fn every(mut self, times: usize) -> Self {
        self.scale *= times as f32;
        self
    }

    /// Left of two neighbours and the share of the right one, `limit` values in all.
    fn between(&self, at: usize, limit: usize) -> (usize, usize, f32) {
        let position = ((at as f32 + 0.5) * self.scale - 0.5).clamp(0.0, (limit - 1) as f32);
        let low = position as usize;
        (low, (low + 1).min(limit - 1), position - low as f32)
    }

    /// Writes row `y` of the large plane to `out`; `out` may be a few pixels longer than it.
    pub fn row(&self, y: usize, out: &mut [f32]) {
        let (above, below, share) = self.between(y, self.plane.nrows());
        let rows = self.plane.row(above).into_iter().zip(self.plane.row(below));
        let between: Vec<f32> = rows.map(|(a, b)| a + share * (b - a)).collect();
        for (x, out) in out.iter_mut().enumerate() {
            let (left, right, share) = self.between(x, between.len());
            *out = between[left] + share * (between[right] - between[left]);
        }
    }

    /// Rows of `width` pixels, one after the other.
    #[must_use]
    pub fn rows(&self, width: usize) -> EnlargedRows<'_> {
        let row = vec![0.0; width];
        let across = (0..width).map(|x| self.between(x, self.plane.ncols())).collect();
        let (above, below) = (row.clone(), row.clone());
        EnlargedRows { of: self, across, held: None, above, below, between: row }
    }
}

/// Rows of an [`Enlarged`] plane. A row of blocks is enlarged once for all pixel rows in it.
#[derive(Debug)]
pub struct EnlargedRows<'a> {
    of: &'a Enlarged<'a>,
    /// For each pixel, its neighbours in a row of blocks and the share of the right one.
    across: Vec<(usize, usize, f32)>,
    /// The row of blocks that `above` holds.
    held: Option<usize>,
    above: Vec<f32>,
    below: Vec<f32>,
    between: Vec<f32>,
}

impl EnlargedRows<'_> {
    /// Row `y`; cheapest from the top down.
    pub fn row(&mut self, y: usize) -> &[f32] {
        let (above, below, share) = self.of.between(y, self.of.plane.nrows());
        if self.held != Some(above) {
            let enlarge = |from: usize, to: &mut [f32]| {
                let row = self.of.plane.row(from);
                let row = row.to_slice().expect("planes are row-major");
                for (out, &(left, right, share)) in to.iter_mut().zip(&self.across) {
                    *out = row[left] + share * (row[right] - row[left]);
                }
            };
            if self.held.is_some_and(|held| held + 1 == above) {
                std::mem::swap(&mut self.above, &mut self.below);
            } else {
                enlarge(above, &mut self.above);
            }
            enlarge(below, &mut self.below);
            self.held = Some(above);
        }
        let rows = self.above.iter().zip(&self.below);
        self.between.iter_mut().zip(rows).for_each(|(v, (a, b))| *v = a + share * (b - a));
        &self.between
    }
}

/// The value at fractional pixel centre (`x`, `y`), bilinear; edges repeated.
#[must_use]
pub fn bilinear(plane: &Plane, x: f64, y: f64) -> f32 {
    let (rows, columns) = plane.dim();
    let x = x.clamp(0.0, (columns - 1) as f64);
    let y = y.clamp(0.0, (rows - 1) as f64);
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(columns - 1), (y0 + 1).min(rows - 1));
    let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
    let upper = plane[[y0, x0]] + fx * (plane[[y0, x1]] - plane[[y0, x0]]);
    let lower = plane[[y1, x0]] + fx * (plane[[y1, x1]] - plane[[y1, x0]]);
    upper + fy * (lower - upper)
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

    #[test]
    fn shrink_averages_blocks() {
        let plane = Plane::from_shape_fn((5, 4), |(y, x)| (y * 4 + x) as f32);
        let small = shrink(&plane, 2);
        assert_eq!(small.dim(), (2, 2));
        assert!((small[[0, 0]] - 2.5).abs() < 1e-6 && (small[[1, 1]] - 12.5).abs() < 1e-6);
    }

    #[test]
    fn enlarged_rows_are_those_of_the_plane_in_any_order() {
        let plane = Plane::from_shape_fn((5, 7), |(y, x)| (y * y + 3 * x) as f32);
        let large = Enlarged::new(&plane, 4);
        let (mut rows, mut expected) = (large.rows(28), vec![0.0; 28]);
        for y in (0..20).chain([3, 11, 12]) {
            large.row(y, &mut expected);
            assert!(rows.row(y).iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "{y}");
        }
    }

    #[test]
    fn bilinear_is_exact_on_a_ramp() {
        let plane = Plane::from_shape_fn((6, 6), |(y, x)| 2.0 * x as f32 + 3.0 * y as f32);
        assert!((bilinear(&plane, 2.25, 3.5) - 15.0).abs() < 1e-5);
    }
}
