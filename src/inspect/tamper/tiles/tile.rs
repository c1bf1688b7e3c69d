//! What each tile shows of the letters that should stand in it, and of such as cannot.

use ndarray::Array2;

use crate::inspect::tamper::tiles::drift::Drift;
use crate::inspect::tamper::tiles::tiling::Tiling;
use crate::inspect::tamper::unrolling::predicted::Predicted;
use crate::inspect::tamper::unrolling::unrolled::{ACROSS, ALONG, Unrolled};

/// Texts and places of letters against which a tile is held to see how much of them is seen where
/// there are none.
pub const OTHERS: usize = 6;

/// How far a tile shows one part of what is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// Σ v·h: fine detail and height of the ink.
    pub seen: f32,
    /// Σ h²; `seen` grows with it where the letters stand, and is nothing on average where not.
    pub expected: f32,
    /// What is seen of what cannot be there.
    pub others: [f32; OTHERS],
    /// How much of that is expected, since letters are somewhat alike.
    pub alike: [f32; OTHERS],
}

/// What one tile shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tile {
    /// What tells letters apart: which ones.
    pub own: Part,
    /// What all letters have in common: whether there are any.
    pub common: Part,
    /// Pixels.
    pub pixels: f32,
}

impl Tile {
    /// The same with all that is seen of the other sign.
    pub(crate) fn turned(mut self) -> Self {
        for part in [&mut self.own, &mut self.common] {
            part.seen = -part.seen;
            part.others.iter_mut().for_each(|seen| *seen = -*seen);
        }
        self
    }
}

/// Measures all tiles, each with its letters where the drift has them.
#[must_use]
pub fn measure(
    unrolled: &Unrolled,
    predicted: &Predicted,
    drift: &Drift,
    tiling: &Tiling,
) -> Array2<Tile> {
    let (rows, columns) = unrolled.seen.dim();
    let elsewhere = Elsewhere::new(predicted, columns);
    let mut tiles = Array2::from_elem(tiling.dim(), Tile::default());
    for place in tiling.places() {
        let [down, along] = drift.bins(place);
        let [across, length] = tiling.bins(place, 1, (rows, columns));
        // Those of the tile's bins whose letters lie in the portrait.
        let from = (length.start as i64).max(along) as usize;
        let to = (length.end as i64).min(columns as i64 + along).max(from as i64) as usize;
        let beside = (from as i64 - along) as usize;
        for row in across {
            let other = row as i64 - down;
            if !(0..rows as i64).contains(&other) || !predicted.kept[other as usize / ACROSS] {
                continue;
            }
            let other = other as usize;
            let seen = Seen {
                sums: &row_of(&unrolled.seen, row)[from..to],
                pixels: &row_of(&unrolled.pixels, row)[from..to],
                own: &row_of(&predicted.own, other)[beside..],
                common: &row_of(&predicted.common, other)[beside..],
            };
            seen.add_to(&mut tiles[place], &elsewhere, [other, beside]);
        }
    }
    tiles
}

fn row_of(plane: &Array2<f32>, row: usize) -> &[f32] {
    let columns = plane.ncols();
    &plane.as_slice().expect("planes are row-major")[row * columns..][..columns]
}

/// Bins of one row of a tile, and the letters that should stand in them.
struct Seen<'a> {
    sums: &'a [f32],
    pixels: &'a [f32],
    own: &'a [f32],
    common: &'a [f32],
}

impl Seen<'_> {
    /// `at`: the row and the column of the first of the letters.
    fn add_to(&self, tile: &mut Tile, elsewhere: &Elsewhere, [row, column]: [usize; 2]) {
        let Self { sums, pixels, own, common } = *self;
        let weighed = |heights: &[f32]| -> Vec<f32> {
            pixels.iter().zip(heights).map(|(pixels, height)| pixels * height).collect()
        };
        let (weighed_own, weighed_common) = (weighed(own), weighed(common));
        let whole: Vec<f32> =
            weighed_own.iter().zip(&weighed_common).map(|(own, common)| own + common).collect();
        tile.pixels += pixels.iter().sum::<f32>();
        tile.own.seen += product(sums, own);
        tile.own.expected += product(&weighed_own, own);
        tile.common.seen += product(sums, common);
        tile.common.expected += product(&weighed_common, common);
        for i in 0..OTHERS {
            let (text, place) = (elsewhere.text(i, row, column), elsewhere.place(i, row, column));
            tile.own.others[i] += product(sums, text);
            tile.own.alike[i] += product(&whole, text);
            tile.common.others[i] += product(sums, place);
            tile.common.alike[i] += product(&whole, place);
        }
    }
}

/// The scalar product, in lanes that a compiler adds at once.
fn product(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let b = &b[..a.len()];
    let (whole, rest) = (a.chunks_exact(LANES).zip(b.chunks_exact(LANES)), a.len() % LANES);
    let mut lanes = [0.0f32; LANES];
    for (a, b) in whole {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    let end = a.len() - rest;
    let last: f32 = a[end..].iter().zip(&b[end..]).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + last
}

/// The text turned within its lines, and its common part a quarter of a line off or half a cell aside.
struct Elsewhere {
    /// The text's own part, each row with as much of its beginning behind its end as it is turned.
    texts: Array2<f32>,
    /// Bins along by which it is turned.
    turns: [usize; OTHERS],
    /// The common part's rows, `[other, bin across a line][bin along]`.
    places: Array2<f32>,
}

impl Elsewhere {
    fn new(predicted: &Predicted, columns: usize) -> Self {
        let turn = |i: usize| (1 + i * (predicted.symbols - 1) / OTHERS) * ALONG;
        let turns: [usize; OTHERS] = std::array::from_fn(turn);
        let longest = columns + turns[OTHERS - 1];
        let mut texts = Array2::zeros((predicted.own.nrows(), longest));
        for (mut text, own) in texts.rows_mut().into_iter().zip(predicted.own.rows()) {
            text.iter_mut().zip(own.iter().cycle()).for_each(|(v, own)| *v = *own);
        }
        let places = Array2::from_shape_fn((OTHERS * ACROSS, columns), |(row, column)| {
            let (i, across) = (row / ACROSS, row % ACROSS);
            let off = ACROSS / 4 + (i % 4 / 2) * ACROSS / 2;
            let aside = (i % 2) * ALONG / 2 + (i / 4) * ALONG / 4;
            predicted.pattern[(across + off) % ACROSS][(column + aside) % ALONG]
        });
        Self { texts, turns, places }
    }

    fn text(&self, i: usize, row: usize, column: usize) -> &[f32] {
        &row_of(&self.texts, row)[column + self.turns[i]..]
    }

    fn place(&self, i: usize, row: usize, column: usize) -> &[f32] {
        &row_of(&self.places, i * ACROSS + row % ACROSS)[column..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_sums_of_products() {
        for length in [0, 1, 7, 8, 24, 29] {
            let a: Vec<f32> = (0..length).map(|i| i as f32).collect();
            let b: Vec<f32> = (0..length + 3).map(|i| 2.0 - i as f32).collect();
            let exact: f32 = (0..length).map(|i| i as f32 * (2.0 - i as f32)).sum();
            assert!((product(&a, &b) - exact).abs() < 1e-2, "{length}");
        }
    }
}
