//! Pooling: sums over tiles with Gaussian weights. Single tiles tell too little.

use ndarray::{Array2, Axis, Slice};

use crate::imaging::Mm;

/// Weights end at this many standard deviations.
const REACH: f64 = 3.0;

/// Sums of one spread over tiles of one size.
pub(crate) struct Pooling {
    /// Weights from the middle out, down and along the lines.
    weights: [Vec<f32>; 2],
}

impl Pooling {
    /// With weights of this standard deviation, 1 at their middle, over tiles of so many millimetres
    /// across and down.
    pub(crate) fn new(spread: Mm, [across, down]: [f64; 2]) -> Self {
        let weights = |size: f64| {
            let reach = (REACH * spread.0 / size).ceil() as usize;
            (0..=reach)
                .map(|i| (-0.5 * (i as f64 * size / spread.0).powi(2)).exp() as f32)
                .collect()
        };
        Self { weights: [weights(down), weights(across)] }
    }

    /// A plane, pooled; nothing is beyond its edges.
    pub(crate) fn sum(&self, plane: &Array2<f32>) -> Array2<f32> {
        let [down, along] = &self.weights;
        let mut lines = Array2::zeros(plane.dim());
        for (line, mut sum) in lines.rows_mut().into_iter().enumerate() {
            for other in around(line, down.len(), plane.nrows()) {
                sum.scaled_add(down[line.abs_diff(other)], &plane.row(other));
            }
        }
        let mut sums = Array2::zeros(plane.dim());
        for (line, mut sum) in lines.rows().into_iter().zip(sums.rows_mut()) {
            for (off, &weight) in along.iter().enumerate().take(plane.ncols()) {
                let far = plane.ncols() - off;
                let right = line.slice_axis(Axis(0), Slice::from(off..));
                sum.slice_axis_mut(Axis(0), Slice::from(..far)).scaled_add(weight, &right);
                if off > 0 {
                    let near = line.slice_axis(Axis(0), Slice::from(..far));
                    sum.slice_axis_mut(Axis(0), Slice::from(off..)).scaled_add(weight, &near);
                }
            }
        }
        sums
    }

    /// The weighted mean of a plane.
    pub(crate) fn mean(&self, plane: &Array2<f32>) -> Array2<f32> {
        self.sum(plane) / self.sum(&Array2::ones(plane.dim()))
    }
}

/// Numbers within `reach` of one, of so many.
fn around(at: usize, reach: usize, count: usize) -> std::ops::Range<usize> {
    (at + 1).saturating_sub(reach)..(at + reach).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_gaussian_weights() {
        let plane = Array2::from_shape_fn((9, 40), |(i, j)| ((i * 7 + j * 3) % 11) as f32);
        let pooled = Pooling::new(Mm(0.5), [0.2, 0.4]).sum(&plane);
        for at in [[0usize, 0usize], [4, 20], [8, 39]] {
            let weight = |i: usize, j: usize| {
                let [down, along] =
                    [0.4 * i.abs_diff(at[0]) as f64, 0.2 * j.abs_diff(at[1]) as f64];
                (-0.5 * (down * down + along * along) / 0.25).exp()
            };
            let exact: f64 =
                plane.indexed_iter().map(|((i, j), &v)| weight(i, j) * f64::from(v)).sum();
            assert!((f64::from(pooled[at]) / exact - 1.0).abs() < 0.02, "{at:?}");
        }
    }
}
