//! Planes averaged over blocks.

use ndarray::Axis;
use rayon::prelude::*;

use super::plane::Plane;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrink_averages_blocks() {
        let plane = Plane::from_shape_fn((5, 4), |(y, x)| (y * 4 + x) as f32);
        let small = shrink(&plane, 2);
        assert_eq!(small.dim(), (2, 2));
        assert!((small[[0, 0]] - 2.5).abs() < 1e-6 && (small[[1, 1]] - 12.5).abs() < 1e-6);
    }
}
