//! Blur by direct sums: apertures are boxes, scattered light falls off exponentially.

use ndarray::Axis;
use rayon::prelude::*;
use tumar::imaging::Plane;

/// Weights at the places −n..=n of a raster.
#[derive(Clone, Debug)]
pub(super) struct Kernel(Vec<f32>);

impl Kernel {
    /// Places of the raster a fine step.
    const FINE: usize = 8;

    /// The convolution of boxes of these widths and of e^(−|x| / `tail`), all in pixels.
    pub(super) fn new(boxes: &[f64], tail: f64) -> Self {
        let reach = boxes.iter().sum::<f64>() / 2.0 + 4.0 * tail + 1.0;
        let half = (reach.ceil() as usize).clamp(1, 24) * Self::FINE;
        let mut fine = vec![0.0; 2 * half + 1];
        fine[half] = 1.0;
        for width in boxes {
            // Fractions of a fine step at both ends.
            let side = width * Self::FINE as f64 / 2.0;
            let whole = (side - 0.5).max(0.0) as usize;
            let mut part = vec![1.0; 2 * whole + 3];
            let end = (side - whole as f64 - 0.5).clamp(0.0, 1.0);
            (part[0], part[2 * whole + 2]) = (end, end);
            fine = convolved(&fine, &part);
        }
        if tail > 0.01 {
            let fall = |i: usize| (-(i.abs_diff(half) as f64) / (tail * Self::FINE as f64)).exp();
            fine = convolved(&fine, &(0..=2 * half).map(fall).collect::<Vec<_>>());
        }
        let places = half / Self::FINE;
        let at = |place: usize| {
            // The mean over one place, so that no weight falls between two.
            let middle = half + place * Self::FINE - places * Self::FINE;
            let (first, last) =
                (middle.saturating_sub(Self::FINE / 2), (middle + Self::FINE / 2).min(2 * half));
            fine[first..=last].iter().sum::<f64>()
        };
        let weights: Vec<f64> = (0..=2 * places).map(at).collect();
        let sum: f64 = weights.iter().sum();
        let far = weights.iter().position(|w| w / sum > 1e-3).unwrap_or(0);
        let kept = &weights[far..weights.len() - far];
        let sum: f64 = kept.iter().sum();
        Self(kept.iter().map(|w| (w / sum) as f32).collect())
    }

    fn along_rows(&self, plane: &mut Plane) {
        let half = self.0.len() / 2;
        let columns = plane.ncols();
        plane.axis_iter_mut(Axis(0)).into_par_iter().for_each_init(
            || vec![0.0f32; columns + 2 * half],
            |wide, mut row| {
                let row = row.as_slice_mut().expect("planes are row-major");
                wide[..half].fill(row[0]);
                wide[half..half + columns].copy_from_slice(row);
                wide[half + columns..].fill(row[columns - 1]);
                row.fill(0.0);
                for (weight, from) in self.0.iter().zip(0..) {
                    row.iter_mut().zip(&wide[from..]).for_each(|(sum, v)| *sum += weight * v);
                }
            },
        );
    }

    fn down_columns(&self, plane: &Plane) -> Plane {
        let half = self.0.len() / 2;
        let (rows, columns) = plane.dim();
        let mut out = Plane::zeros((rows, columns));
        out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut sum)| {
            for (weight, from) in self.0.iter().zip(0..) {
                let source = (y + from).saturating_sub(half).min(rows - 1);
                sum.scaled_add(*weight, &plane.row(source));
            }
        });
        out
    }
}

fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let half = b.len() / 2;
    let at = |i: usize| {
        b.iter()
            .enumerate()
            .map(|(j, w)| w * a.get((i + half).wrapping_sub(j)).unwrap_or(&0.0))
            .sum()
    };
    (0..a.len()).map(at).collect()
}

/// Blurs a plane across and down.
pub(super) fn blur(mut plane: Plane, [across, down]: &[Kernel; 2]) -> Plane {
    if across.0.len() > 1 {
        across.along_rows(&mut plane);
    }
    if down.0.len() > 1 { down.down_columns(&plane) } else { plane }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_have_the_variance_of_their_parts() {
        for (boxes, tail) in [(vec![2.0, 3.0], 0.0), (vec![4.0], 1.5), (vec![1.0, 1.0], 0.8)] {
            let Kernel(weights) = Kernel::new(&boxes, tail);
            let half = (weights.len() / 2) as f64;
            let square = |(i, w): (usize, &f32)| f64::from(*w) * (i as f64 - half).powi(2);
            let found: f64 = weights.iter().enumerate().map(square).sum();
            let wish = boxes.iter().map(|b| b * b / 12.0).sum::<f64>() + 2.0 * tail * tail;
            assert!((found - wish).abs() < 0.15 * wish + 0.1, "{boxes:?} {tail}: {found} {wish}");
        }
    }
}
