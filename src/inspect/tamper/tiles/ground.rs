//! The ground that letters stand on, tile by tile.

use ndarray::Array2;

use crate::imaging::Plane;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::{BRIGHT, Scan};
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::tamper::tiles::tiling::Tiling;
use crate::inspect::tamper::unrolling::unrolled::Unrolled;
use crate::spec::modulation;

/// What a tile's letters stand on.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// L*, 0..100.
    pub lightness: f32,
    /// L* of its darkest and of its lightest place.
    pub range: [f32; 2],
    /// Light of the brightest channel, 0..1.
    pub brightest: f32,
    /// One over the contrast of all fine detail.
    pub certainty: f32,
    /// The tile's middle in pixels of the scan.
    pub middle: [f64; 2],
}

impl Ground {
    /// How far letters of the profile's amplitude at strength 1 should stand out of the fine detail.
    pub(crate) fn amplitude(&self) -> f32 {
        modulation::amplitude_of(self.lightness, 1.0) * self.certainty
    }
}

/// The ground of all tiles; none where a tile lies beyond the scan.
#[must_use]
pub fn measure(
    (scan, flat): (&Scan, &Flat),
    frame: &Frame,
    columns: &Columns,
    unrolled: &Unrolled,
    tiling: &Tiling,
) -> Array2<Option<Ground>> {
    let reach = [0, 1].map(|i| 0.5 * tiling.size[i] * scan.per_mm[i]);
    let mut tiles = Array2::from_elem(tiling.dim(), None);
    let mut near = frame.lines.centre();
    for place in tiling.places() {
        let at =
            |i: usize, first: i64| first as f64 + (place[i] as f64 + 0.5) * tiling.each[i] as f64;
        let (line, symbol) = (at(0, unrolled.first_line), at(1, unrolled.first_cell));
        near = frame.place(columns.along(symbol, line), line, near);
        let middle = [0, 1].map(|i| near[i] * scan.per_mm[i] - 0.5);
        let of = |plane: &Plane, block: usize| {
            let around = around(plane, block as f64, middle, reach);
            let (sum, count) = around.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
            sum / f32::max(count, 1.0)
        };
        let (rows, width) = scan.luminance.dim();
        let inside = |v: f64, limit: usize| v >= 0.0 && v < limit as f64;
        if inside(middle[0], width) && inside(middle[1], rows) {
            tiles[place] = Some(Ground {
                lightness: of(&flat.lightness, flat.block),
                range: around(&flat.lightness, flat.block as f64, middle, reach)
                    .fold([f32::INFINITY, 0.0], |[a, b], v| [a.min(v), b.max(v)]),
                brightest: of(&scan.brightest, BRIGHT),
                certainty: of(&flat.certainty, flat.block),
                middle,
            });
        } else {
            near = frame.lines.centre();
        }
    }
    tiles
}

/// The values of a plane with a value a block of pixels, over so many pixels to all sides.
fn around(
    plane: &Plane,
    block: f64,
    middle: [f64; 2],
    reach: [f64; 2],
) -> impl Iterator<Item = f32> + '_ {
    let part = |axis: usize, count: usize| {
        let end = |v: f64| {
            ((v + 0.5) / block).floor().clamp(0.0, count.saturating_sub(1) as f64) as usize
        };
        end(middle[axis] - reach[axis])..(end(middle[axis] + reach[axis]) + 1).min(count)
    };
    let (rows, columns) = (part(1, plane.nrows()), part(0, plane.ncols()));
    rows.flat_map(move |row| columns.clone().map(move |column| plane[[row, column]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_blocks_around() {
        let plane = Plane::from_shape_fn((20, 30), |(i, j)| (i + 10 * j) as f32);
        let found: Vec<f32> = around(&plane, 4.0, [57.5, 37.5], [8.0, 4.0]).collect();
        // Blocks 12 to 16 along, 8 to 10 down.
        assert_eq!((found.len(), found[0], found[14]), (15, 128.0, 170.0));
        let corner: Vec<f32> = around(&plane, 4.0, [-50.0, 1e9], [1.0, 1.0]).collect();
        assert_eq!(corner, [19.0]);
        assert_eq!(around(&Plane::zeros((0, 0)), 4.0, [1.0; 2], [1.0; 2]).count(), 0);
    }
}
