//! Pooling: sums over cells with Gaussian weights. Single cells tell too little.

use ndarray::Array2;

use super::cells::{Cell, Cells};
use crate::base::Mm;

/// Sums of one spread over cells of one size.
pub(super) struct Pooling {
    down: Array2<f32>,
    along: Array2<f32>,
}

impl Pooling {
    /// With weights of this standard deviation, 1 at their middle.
    pub(super) fn new(spread: Mm, cells: &Cells) -> Self {
        let weights = |n: usize, size: f64| {
            Array2::from_shape_fn((n, n), |(i, j)| {
                (-0.5 * (i.abs_diff(j) as f64 * size / spread.0).powi(2)).exp() as f32
            })
        };
        let (lines, symbols) = cells.cells.dim();
        Self { down: weights(lines, cells.size[1]), along: weights(symbols, cells.size[0]) }
    }

    /// A plane, pooled; nothing is beyond its edges.
    pub(super) fn sum(&self, plane: &Array2<f32>) -> Array2<f32> {
        self.down.dot(plane).dot(&self.along)
    }

    /// One value of each cell, pooled; tiny where there are none, so that one can divide by it.
    pub(super) fn of(&self, cells: &Cells, value: impl Fn(&Cell) -> f32) -> Array2<f32> {
        self.sum(&cells.cells.map(value)).mapv_into(|v| v + f32::MIN_POSITIVE)
    }
}
