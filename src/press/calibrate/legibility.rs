//! Legibility: the strips of a sheet, read by the reader itself.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::located::Located;
use super::patch::{Patch, inner};
use crate::imaging::{Picture, Ppi};
use crate::inspect::{Reader, Verdict};
use crate::press::sheet::plan::{self, Place};
use crate::press::sheet::strip::{self, Strip};
use crate::spec::Mode;

/// Paper that is left about a strip, mm.
const MARGIN: f64 = 0.8;
/// Share of a strip's sides that its tone is measured without.
const SIDE: f64 = 0.06;

/// How one strip was read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Legible {
    /// sRGB level of its ground.
    pub tone: u8,
    /// Its strength.
    pub strength: f64,
    /// Height of its capitals, mm.
    pub cap_height_mm: f64,
    /// Tint or screen.
    pub mode: Mode,
    /// Mean light of the strip, letters and ground.
    #[serde(default)]
    pub light: f64,
    /// Sigma of the blur of its letters, mm, where some were seen.
    #[serde(default)]
    pub blur_mm: Option<f64>,
    /// Whether its name was read and accepted.
    pub is_read: bool,
    /// The margin of the verdict, −1..1.
    pub margin: f64,
}

/// Reads all strips that lie in the scan.
pub(super) fn measure(scan: &Picture, sheet: &Located) -> Vec<Legible> {
    let name = strip::name();
    let strips: Vec<_> = Strip::all().into_iter().zip(plan::strips(sheet.size)).collect();
    let read = |(strip, place): (Strip, Place)| {
        let profile = strip.profile(Ppi(1200.0)).ok()?;
        let (part, ppi) = part(scan, sheet, place)?;
        let found = Reader::new(&profile).inspect(&part, Some(ppi), Some(&name)).ok()?;
        let decision = found.decision();
        Some(Legible {
            tone: strip.tone,
            strength: strip.strength,
            cap_height_mm: strip.cap_height.0,
            mode: strip.mode,
            light: light(scan, sheet, place)?,
            blur_mm: found.evidence().blur.map(|blur| blur.0),
            is_read: found.evidence().established().is_some()
                && decision.verdict != Verdict::NameMismatch,
            margin: decision.margin,
        })
    };
    strips.into_par_iter().filter_map(read).collect()
}

/// Mean light of a strip without its sides.
fn light(scan: &Picture, sheet: &Located, place: Place) -> Option<f64> {
    let place = inner(place, SIDE);
    let patch = Patch::new(scan, &sheet.map, place, 0.0)?;
    patch.values(&patch.luminance, place).mean().map(f64::from).filter(|light| light.is_finite())
}

/// The pixels of a place and a little around it, and their true resolution.
pub(super) fn part(
    scan: &Picture,
    sheet: &Located,
    [left, top, width, height]: Place,
) -> Option<(Picture, Ppi)> {
    let (xs, ys) = ([left - MARGIN, left + width + MARGIN], [top - MARGIN, top + height + MARGIN]);
    let corners = xs.map(|x| ys.map(|y| sheet.map.at([x, y])));
    let ends = |axis: usize| {
        let values = corners.iter().flatten().map(|c| c[axis]);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| [a.min(v), b.max(v)])
    };
    let (columns, rows) = scan.size();
    let ([x0, x1], [y0, y1]) = (ends(0), ends(1));
    let is_in = x0 >= 0.0 && y0 >= 0.0 && x1 <= columns as f64 && y1 <= rows as f64;
    let per_mm = sheet.map.per_mm();
    let ppi = Ppi(25.4 * 0.5 * (per_mm[0] + per_mm[1]));
    let corner = [x0, y0].map(|v| v.max(0.0) as usize);
    let size = [x1 - x0, y1 - y0].map(|v| v.max(1.0) as usize);
    is_in.then(|| (Picture { ppi: Some([ppi; 2]), ..scan.part(corner, size) }, ppi))
}
