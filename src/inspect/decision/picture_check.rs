//! What the portrait as issued says of the one in the scan, together with the microtext.

use crate::inspect::comparison::agreement::{Agreement, Comparison, Why};
use crate::inspect::signal::scan::Scan;
use crate::inspect::tamper::confirmation::State;
use crate::inspect::tamper::map::Tamper;

/// The picture was changed where it is another and letters lack over so many square millimetres …
pub const CHANGED: f64 = 9.0;
/// … and it is not confirmed where it is another and letters are not, over so many.
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
    /// Those of them whose microtext lacks.
    pub changed: f64,
}

impl PictureCheck {
    /// Of a comparison; `tamper`: what the microtext says of the same portrait.
    #[must_use]
    pub fn of(comparison: &Comparison, tamper: Option<&Tamper>, scan: &Scan) -> Self {
        let in_face = comparison.regions.iter().filter(|region| region.is_face);
        let (mut doubted, mut changed) = (0.0, 0.0);
        for region in in_face {
            let states = tamper.map_or_else(Vec::new, |map| states(map, scan, region.bounds));
            let share = |state: State| {
                let count = states.iter().filter(|own| **own == state).count();
                count as f64 / states.len().max(1) as f64
            };
            doubted += region.area_mm2 * (1.0 - share(State::Confirmed));
            changed += region.area_mm2 * share(State::Lacking);
        }
        Self {
            agreement: comparison.agreement,
            whole: comparison.whole,
            margin: comparison.margin,
            why: comparison.unexplained,
            doubted,
            changed,
        }
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

/// What the map says within these bounds, in pixels of the file.
fn states(map: &Tamper, scan: &Scan, [left, top, right, bottom]: [f64; 4]) -> Vec<State> {
    let tiles = map.states.iter().zip(&map.middles);
    let inside = tiles.filter(|(_, middle)| {
        middle.is_some_and(|middle| {
            let [x, y] = scan.in_file(middle);
            (left..=right).contains(&x) && (top..=bottom).contains(&y)
        })
    });
    inside.map(|(state, _)| *state).collect()
}
