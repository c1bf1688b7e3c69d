//! Register: the dots of each ink → how far it lies from black, and the scanner's colours from each other.

use serde::{Deserialize, Serialize};

use super::located::Located;
use super::patch::Patch;
use crate::imaging::{Picture, Plane};
use crate::numerics::median;
use crate::press::sheet::plan::{self, DOT, Ink, Part};

/// Contrast that a dot must have to be seen. A guess.
const SEEN: f32 = 0.15;

/// Where inks and colours lie, millimetres right and down the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// Cyan, magenta, yellow from black on the print.
    pub inks: [[f64; 2]; 3],
    /// Red and blue from green in the scan.
    pub colours: [[f64; 2]; 2],
}

/// Measures the dots; none where the scan or the print has no colours.
pub(super) fn measure(scan: &Picture, sheet: &Located) -> Option<Register> {
    // By channel: the inks' own dots, and black's.
    let mut own: [Vec<[f64; 2]>; 3] = Default::default();
    let mut black: [Vec<[f64; 2]>; 3] = Default::default();
    for [left, top] in sheet.size.panels() {
        for (part, [x, y, width, height]) in plan::panel() {
            let Part::Dot(ink) = part else { continue };
            let place = [left + x, top + y, width, height];
            let Some(patch) = Patch::new(scan, &sheet.map, place, 0.6) else { continue };
            let middle = [place[0] + 0.5 * width, place[1] + 0.5 * height];
            let off =
                |channel: usize| off(&patch.light[channel], &patch, middle, sheet.map.per_mm());
            match ink {
                Ink::Black => (0..3).for_each(|c| black[c].extend(off(c))),
                Ink::Cyan => own[0].extend(off(0)),
                Ink::Magenta => own[1].extend(off(1)),
                Ink::Yellow => own[2].extend(off(2)),
            }
        }
    }
    let middle = |places: &[[f64; 2]]| {
        let axis = |i: usize| median(&mut places.iter().map(|p| p[i]).collect::<Vec<f64>>());
        Some([axis(0)?, axis(1)?])
    };
    let black: Option<Vec<[f64; 2]>> = black.iter().map(|places| middle(places)).collect();
    let own: Option<Vec<[f64; 2]>> = own.iter().map(|places| middle(places)).collect();
    let (black, own) = (black?, own?);
    let from = |a: [f64; 2], b: [f64; 2]| [a[0] - b[0], a[1] - b[1]];
    Some(Register {
        inks: [0, 1, 2].map(|c| from(own[c], black[c])),
        colours: [from(black[0], black[1]), from(black[2], black[1])],
    })
}

/// How far the middle of a dot lies from where it should be, mm.
fn off(plane: &Plane, patch: &Patch<'_>, middle: [f64; 2], per_mm: [f64; 2]) -> Option<[f64; 2]> {
    let reach = DOT + 0.5;
    let columns = (2.0 * reach * per_mm[0]) as usize;
    let rows = (2.0 * reach * per_mm[1]) as usize;
    let place = [middle[0] - reach, middle[1] - reach, 2.0 * reach, 2.0 * reach];
    let values = patch.values(plane, place);
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let least = values.iter().copied().fold(f32::INFINITY, f32::min);
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if values.dim() != (rows.max(1), columns.max(1)) || (most - least).total_cmp(&SEEN).is_le() {
        return None;
    }
    let (mut sum, mut at) = (0.0, [0.0; 2]);
    for ((y, x), v) in values.indexed_iter() {
        let ink = f64::from(((most - v) / (most - least) - 0.3).max(0.0));
        sum += ink;
        at[0] += ink * (x as f64 + 0.5);
        at[1] += ink * (y as f64 + 0.5);
    }
    let share = [at[0] / sum / columns as f64, at[1] / sum / rows as f64];
    Some(share.map(|v| 2.0 * reach * (v - 0.5)))
}
