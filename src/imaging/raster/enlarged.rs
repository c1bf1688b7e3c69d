//! Planes seen larger than they are.

use super::plane::Plane;

/// A plane seen `factor` times as large, row by row, between blocks linearly; the inverse of
/// [`shrink`](super::shrink()) for planes that vary slowly.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
