//! What the portrait as issued says of the one in the scan, together with the microtext.

use crate::inspect::comparison::agreement::{Agreement, Comparison, PictureRegion, Why};
use crate::inspect::signal::scan::Scan;
use crate::inspect::tamper::confirmation::State;
use crate::inspect::tamper::map::Tamper;

/// The picture was changed where it is another and letters are missing over so many square millimetres:
/// where nothing explains that they are, or in a face that is less alike than this and whose microtext
/// stands on less than this share of it.
pub const CHANGED: f64 = 9.0;
const UNLIKE: f64 = 0.72;
const UNSEEN: f64 = 0.25;
/// It is in doubt where it is another and letters are not confirmed, over so many.
pub const DOUBTED: f64 = 4.0;

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureCheck {
    /// Whether the face is the one that was issued.
    pub agreement: Agreement,
    /// The same of all of the portrait.
    pub whole: Agreement,
    /// −1 (differs) to 1 (agrees).
    pub margin: f64,
    /// What does not fit, if something does not.
    pub why: Option<Why>,
    /// Square millimetres of the face that show another picture and whose microtext is not confirmed.
    pub doubted: f64,
    /// Those of them whose microtext is missing, where nothing explains that.
    pub changed: f64,
    /// Those of them whose microtext is missing, for whatever reason, if face and reference are little
    /// alike and hardly any of its microtext stands; else 0.
    pub replaced: f64,
}

impl PictureCheck {
    /// Of a comparison; `tamper`: what the microtext says of the same portrait.
    #[must_use]
    pub fn of(comparison: &Comparison, tamper: Option<&Tamper>, scan: &Scan) -> Self {
        let in_face = comparison.regions.iter().filter(|region| region.is_face);
        let [mut doubted, mut changed, mut missing] = [0.0; 3];
        for region in in_face {
            let tiles = tamper.map_or_else(Vec::new, |map| tiles(map, scan, region));
            let share = |is: fn(&(State, bool)) -> bool| {
                tiles.iter().filter(|tile| is(tile)).count() as f64 / tiles.len().max(1) as f64
            };
            doubted += region.area_mm2 * (1.0 - share(|(state, _)| *state == State::Confirmed));
            changed += region.area_mm2 * share(|(state, _)| *state == State::Lacking);
            missing += region.area_mm2 * share(|(_, is_missing)| *is_missing);
        }
        let is_unseen = tamper.is_some_and(|map| map.face.share() < UNSEEN);
        let is_other = is_unseen && comparison.figures.likeness[0] < UNLIKE;
        Self {
            agreement: comparison.agreement,
            whole: comparison.whole,
            margin: comparison.margin,
            why: comparison.unexplained,
            doubted,
            changed,
            replaced: if is_other { missing } else { 0.0 },
        }
    }

    /// What says that the print was changed, where neither picture nor microtext says it by itself.
    #[must_use]
    pub fn speaks_of_change(&self) -> Option<String> {
        if self.is_of_no_use() {
            return None;
        }
        let area = self.changed.max(self.replaced);
        (area >= CHANGED).then(|| {
            format!("the face shows another picture, and its microtext lacks, over {area:.0} mm²")
        })
    }

    /// Whether the reference itself is at fault, or does not lie on the scan.
    #[must_use]
    pub fn is_of_no_use(&self) -> bool {
        matches!(
            self.why,
            Some(
                Why::Mirrored | Why::OtherCrop { .. } | Why::CarriesMicrotext | Why::NotRegistered
            )
        )
    }
}

/// What the map says of each tile in a region, and whether its letters are missing.
fn tiles(map: &Tamper, scan: &Scan, region: &PictureRegion) -> Vec<(State, bool)> {
    let tiles = map.states.iter().zip(&map.missing).zip(&map.middles);
    let inside = tiles.filter(|(_, middle)| middle.is_some_and(|at| region.has(scan.in_file(at))));
    inside.map(|((&state, &is_missing), _)| (state, is_missing)).collect()
}
