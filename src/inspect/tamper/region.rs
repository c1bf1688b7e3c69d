//! A region in which the microtext is not what it should be, once nothing else explains it.

use serde::Serialize;

/// Smaller regions are dust, scratches and smears, in square millimetres: 3 × 3 mm.
pub(super) const SMALLEST: f64 = 9.0;

/// A region lacks letters if it stands so many standard deviations below the share that may be left; the
/// scale of margins.
pub const LACKS: f32 = 4.0;

/// What is wrong with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// There are no letters.
    Missing,
    /// There are other letters.
    Foreign,
}

/// A region in which the microtext is not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What is wrong.
    pub kind: Kind,
    /// Its tiles, `[row, column]`.
    pub tiles: Vec<[usize; 2]>,
    /// Its middle in pixels of the scan.
    pub middle: [f64; 2],
    /// Left, top, right and bottom in pixels of the scan.
    pub bounds: [f64; 4],
    /// In square millimetres.
    pub area: f64,
    /// How far it stands below genuine letters, in standard deviations.
    pub z: f64,
}

impl Region {
    /// Of tiles with these middles, each of so many square millimetres.
    pub(super) fn of(
        mut tiles: Vec<[usize; 2]>,
        middles: &[[f64; 2]],
        kind: Kind,
        z: f64,
        tile: f64,
    ) -> Option<Self> {
        tiles.sort_unstable();
        let fold = |i: usize, f: fn(f64, f64) -> f64| middles.iter().map(|m| m[i]).reduce(f);
        let bounds =
            [fold(0, f64::min)?, fold(1, f64::min)?, fold(0, f64::max)?, fold(1, f64::max)?];
        let middle =
            [0, 1].map(|i| middles.iter().map(|m| m[i]).sum::<f64>() / middles.len() as f64);
        let area = tiles.len() as f64 * tile;
        Some(Self { kind, tiles, middle, bounds, area, z })
    }
}
