//! What each tile shows of the letters that should stand in it, and of such as cannot.

use ndarray::Array2;

use crate::inspect::tamper::drift::Drift;
use crate::inspect::tamper::predicted::Predicted;
use crate::inspect::tamper::tiling::Tiling;
use crate::inspect::tamper::unrolled::{ACROSS, ALONG, Unrolled};

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
    /// Adds a bin of so many pixels that shows `seen`.
    fn add(&mut self, [seen, pixels]: [f32; 2], own: f32, common: f32, others: &Others<'_>) {
        let whole = pixels * (own + common);
        self.own.seen += seen * own;
        self.own.expected += pixels * own * own;
        self.common.seen += seen * common;
        self.common.expected += pixels * common * common;
        for i in 0..OTHERS {
            let (text, place) = (others.texts[i], others.places[i]);
            self.own.others[i] += seen * text;
            self.own.alike[i] += whole * text;
            self.common.others[i] += seen * place;
            self.common.alike[i] += whole * place;
        }
        self.pixels += pixels;
    }

    /// The same with all that is seen of the other sign.
    pub(super) fn turned(mut self) -> Self {
        for part in [&mut self.own, &mut self.common] {
            part.seen = -part.seen;
            part.others.iter_mut().for_each(|seen| *seen = -*seen);
        }
        self
    }
}

/// Heights at one bin of texts and at places where they cannot be.
struct Others<'a> {
    texts: &'a [f32; OTHERS],
    places: &'a [f32; OTHERS],
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
        let tile = &mut tiles[place];
        for row in across {
            let other = row as i64 - down;
            if !(0..rows as i64).contains(&other) || !predicted.kept[other as usize / ACROSS] {
                continue;
            }
            let other = other as usize;
            for column in length.clone() {
                let pixels = unrolled.pixels[[row, column]];
                let beside = column as i64 - along;
                if pixels == 0.0 || !(0..columns as i64).contains(&beside) {
                    continue;
                }
                let at = [other, beside as usize];
                let texts = elsewhere.texts(at);
                let others = Others { texts: &texts, places: elsewhere.places(at) };
                let seen = [unrolled.seen[[row, column]], pixels];
                tile.add(seen, predicted.own[at], predicted.common[at], &others);
            }
        }
    }
    tiles
}

/// The text turned within its lines, and its common part a quarter of a line off or half a cell aside.
struct Elsewhere<'a> {
    predicted: &'a Predicted,
    /// Bins along by which the texts are turned.
    turns: [usize; OTHERS],
    columns: usize,
    /// By bin within a line and a cell.
    places: Vec<[f32; OTHERS]>,
}

impl<'a> Elsewhere<'a> {
    fn new(predicted: &'a Predicted, columns: usize) -> Self {
        let turns = std::array::from_fn(|i| (1 + i * (predicted.symbols - 1) / OTHERS) * ALONG);
        let pattern = &predicted.pattern;
        let places = (0..ACROSS * ALONG).map(|bin| {
            std::array::from_fn(|i| {
                let off = ACROSS / 4 + (i % 4 / 2) * ACROSS / 2;
                let aside = (i % 2) * ALONG / 2 + (i / 4) * ALONG / 4;
                pattern[(bin / ALONG + off) % ACROSS][(bin % ALONG + aside) % ALONG]
            })
        });
        Self { predicted, turns, columns, places: places.collect() }
    }

    fn texts(&self, [row, column]: [usize; 2]) -> [f32; OTHERS] {
        self.turns.map(|turn| self.predicted.own[[row, (column + turn) % self.columns]])
    }

    fn places(&self, [row, column]: [usize; 2]) -> &[f32; OTHERS] {
        &self.places[row % ACROSS * ALONG + column % ALONG]
    }
}
