//! A region in which the microtext is not what it should be.

use serde::Serialize;

use crate::inspect::tamper::cells::Cells;

/// A place lacks letters if it stands so many standard deviations below the weakest genuine one. Of
/// genuine prints that were no more than stained, all presets but phones and worn pages, 198 stayed
/// below 5.6; letters that were painted under the portrait reached 7.0.
pub const LACKS: f32 = 8.0;
/// … and the letters of a place lack what tells them apart if that stands so many below; of 550 genuine
/// prints one reached 6.1, another 4.4, the others stayed below 2.2.
pub const DIFFERS: f32 = 6.5;

/// What is wrong with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// There are no letters.
    Missing,
    /// There are other letters.
    Foreign,
}

impl Kind {
    /// How far a place must stand below genuine ones.
    pub(super) fn lower_bound(self) -> f32 {
        match self {
            Self::Missing => LACKS,
            Self::Foreign => DIFFERS,
        }
    }
}

/// A region in which the microtext is not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What is wrong.
    pub kind: Kind,
    /// Its cells, `[line, cell]`.
    pub cells: Vec<[usize; 2]>,
    /// Its middle in pixels of the scan.
    pub middle: [f64; 2],
    /// Left, top, right and bottom in pixels of the scan.
    pub bounds: [f64; 4],
    /// In square millimetres.
    pub area: f64,
    /// How far its worst place stands below genuine ones, in standard deviations.
    pub z: f64,
}

impl Region {
    pub(super) fn of(
        mut places: Vec<[usize; 2]>,
        kind: Kind,
        z: f64,
        cells: &Cells,
    ) -> Option<Self> {
        places.sort_unstable();
        let middles: Vec<[f64; 2]> =
            places.iter().filter_map(|&place| cells.cells[place].middle()).collect();
        let fold = |i: usize, f: fn(f64, f64) -> f64| middles.iter().map(|m| m[i]).reduce(f);
        let bounds =
            [fold(0, f64::min)?, fold(1, f64::min)?, fold(0, f64::max)?, fold(1, f64::max)?];
        let middle =
            [0, 1].map(|i| middles.iter().map(|m| m[i]).sum::<f64>() / middles.len() as f64);
        let area = places.len() as f64 * cells.size[0] * cells.size[1];
        Some(Self { kind, cells: places, middle, bounds, area, z })
    }

    /// Whether a good part of another one lies in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let again = other.cells.iter().filter(|cell| self.cells.binary_search(cell).is_ok());
        3 * again.count() > other.cells.len()
    }
}
