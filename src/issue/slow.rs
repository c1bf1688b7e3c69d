//! Quantities that vary slowly, known on blocks of print dots.

use crate::imaging::raster::bilinear;
use crate::imaging::{Mm, Plane};
use crate::spec::modulation::TONE_SPREAD;

/// The local tone, which tells dark letters from light ones, is computed on blocks of this size: half
/// its spread, so that straight lines between them follow it. A guess.
pub(super) const TONE_BLOCK: Mm = Mm(0.17);

const _: () = assert!(2.0 * TONE_BLOCK.0 <= TONE_SPREAD.0);

/// One value a block of `block` × `block` print dots: linear between the blocks' centres, constant
/// beyond the outermost.
#[derive(Debug)]
pub(super) struct Slow {
    blocks: Plane,
    block: usize,
}

/// Reads a [`Slow`] quantity row by row, best in order.
pub(super) struct Rows<'a> {
    slow: &'a Slow,
    /// Row of blocks that `above` holds.
    at: Option<usize>,
    above: Vec<f32>,
    below: Vec<f32>,
}

impl Slow {
    pub(super) fn new(blocks: Plane, block: usize) -> Self {
        Self { blocks, block }
    }

    /// The same with each value changed.
    pub(super) fn map(mut self, change: impl Fn(f32) -> f32) -> Self {
        self.blocks.mapv_inplace(change);
        self
    }

    /// The quantity `x` print dots from the left edge and `y` from the top, with fractions.
    pub(super) fn at(&self, [x, y]: [f64; 2]) -> f32 {
        let [x, y] = [x, y].map(|v| v / self.block as f64 - 0.5);
        bilinear(&self.blocks, x, y)
    }

    /// Rows of `width` print dots.
    pub(super) fn rows(&self, width: usize) -> Rows<'_> {
        Rows { slow: self, at: None, above: vec![0.0; width], below: vec![0.0; width] }
    }

    /// Row `y` of the blocks, seen on print dots.
    fn widen(&self, y: usize, out: &mut [f32]) {
        let row = self.blocks.row(y.min(self.blocks.nrows() - 1));
        let row = row.as_slice().expect("planes are row-major");
        // The first dot at or after the first block's centre.
        let first = (self.block / 2).min(out.len());
        let (edge, inner) = out.split_at_mut(first);
        edge.fill(row[0]);
        for (out, pair) in inner.chunks_mut(self.block).zip(row.windows(2)) {
            let slope = (pair[1] - pair[0]) / self.block as f32;
            let start = pair[0] + slope * 0.5 * (1 - self.block % 2) as f32;
            for (i, out) in out.iter_mut().enumerate() {
                *out = start + slope * i as f32;
            }
        }
        let widened = ((row.len() - 1) * self.block).min(inner.len());
        inner[widened..].fill(row[row.len() - 1]);
    }
}

impl Rows<'_> {
    /// Writes the quantity at each print dot of row `y`.
    pub(super) fn row(&mut self, y: usize, out: &mut [f32]) {
        let last = (self.slow.blocks.nrows() - 1) as f32;
        let position = ((y as f32 + 0.5) / self.slow.block as f32 - 0.5).clamp(0.0, last);
        let (row, share) = (position as usize, position.fract());
        if self.at != Some(row) {
            if row > 0 && self.at == Some(row - 1) {
                std::mem::swap(&mut self.above, &mut self.below);
            } else {
                self.slow.widen(row, &mut self.above);
            }
            self.slow.widen(row + 1, &mut self.below);
            self.at = Some(row);
        }
        let neighbours = self.above.iter().zip(&self.below);
        for (out, (above, below)) in out.iter_mut().zip(neighbours) {
            *out = above + share * (below - above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp_and_ends_flat() {
        let value = |y: f32, x: f32| 3.0 * y - 2.0 * x;
        for block in 1..=5 {
            let centre = |i: usize| (i as f32 + 0.5) * block as f32 - 0.5;
            let blocks = Plane::from_shape_fn((4, 6), |(y, x)| value(centre(y), centre(x)));
            let slow = Slow::new(blocks, block);
            let mut rows = slow.rows(6 * block + 1);
            let mut row = vec![0.0; 6 * block + 1];
            for y in 0..4 * block {
                let inside =
                    |i: usize, count: usize| (i as f32).clamp(centre(0), centre(count - 1));
                rows.row(y, &mut row);
                for (x, read) in row.iter().enumerate() {
                    let expected = value(inside(y, 4), inside(x, 6));
                    assert!((read - expected).abs() < 1e-4, "block {block}: ({x}, {y})");
                }
            }
        }
    }
}
