//! The tiles: places of a few letters, which the map is made of.

use std::ops::Range;

use crate::inspect::tamper::unrolling::unrolled::{ACROSS, ALONG, Unrolled};

/// A tile's side, in millimetres: regions are told to about as much.
const SIDE: f64 = 0.85;

/// How an unrolled portrait is cut into tiles.
#[derive(Clone, Copy, Debug)]
pub struct Tiling {
    /// Lines and symbols a tile.
    pub(crate) each: [usize; 2],
    /// Tiles down and along; the last ones may be cut.
    pub(crate) count: [usize; 2],
    /// A tile's sides across and down, in millimetres.
    pub size: [f64; 2],
}

impl Tiling {
    /// Of a portrait whose symbols and lines lie so many millimetres apart.
    #[must_use]
    pub fn new(unrolled: &Unrolled, [advance, pitch]: [f64; 2]) -> Self {
        let each = [pitch, advance].map(|step| (SIDE / step).round().clamp(1.0, 64.0) as usize);
        let size = unrolled.size();
        Self {
            each,
            count: [0, 1].map(|i| size[i].div_ceil(each[i])),
            size: [each[1] as f64 * advance, each[0] as f64 * pitch],
        }
    }

    /// Rows and columns.
    pub(crate) fn dim(&self) -> (usize, usize) {
        (self.count[0], self.count[1])
    }

    /// Millimetres from the portrait's upper left corner, across and down, to a tile's middle.
    pub(crate) fn middle(&self, [row, column]: [usize; 2]) -> [f64; 2] {
        [(column as f64 + 0.5) * self.size[0], (row as f64 + 0.5) * self.size[1]]
    }

    /// Square millimetres of a tile.
    pub(crate) fn area(&self) -> f64 {
        self.size[0] * self.size[1]
    }

    /// The bins of a tile, across the lines and along them, if bins are `coarser` times as large.
    pub(crate) fn bins(
        &self,
        [row, column]: [usize; 2],
        coarser: usize,
        (rows, columns): (usize, usize),
    ) -> [Range<usize>; 2] {
        let part = |at: usize, each: usize, limit: usize| {
            (at * each).min(limit)..((at + 1) * each).min(limit)
        };
        [
            part(row, self.each[0] * ACROSS / coarser, rows),
            part(column, self.each[1] * ALONG / coarser, columns),
        ]
    }

    /// All tiles.
    pub(crate) fn places(&self) -> impl Iterator<Item = [usize; 2]> + use<> {
        let [rows, columns] = self.count;
        (0..rows).flat_map(move |row| (0..columns).map(move |column| [row, column]))
    }
}
