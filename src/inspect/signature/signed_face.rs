//! The face in the scan, held against the digest that was signed.

use crate::inspect::comparison::view::{MARGIN_PX, View, size};
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::scan::Scan;
use crate::spec::Profile;
use crate::spec::signed::Digest;

/// The portrait may lie so many pixels of the view beside its frame, by what a frame was off in scans.
/// A guess.
const OFF: [f64; 3] = [-3.0, 0.0, 3.0];

/// How well the scan's face correlates with a digest, −1..1, and its own digest.
#[must_use]
pub fn look(
    scan: &Scan,
    frame: &Frame,
    orientation: Orientation,
    digest: &Digest,
    profile: &Profile,
) -> (f64, Digest) {
    let view = View::new(scan, frame, orientation, profile);
    let [width, height] = size(profile).map(|px| px as f64);
    let margin = MARGIN_PX as f64;
    let place = |[x, y]: [f64; 2]| [margin + x, margin + y, width, height];
    let at = |off| digest.correlation(&view.light, place(off));
    let seen = Digest::at(&view.light, place([0.0; 2]));
    let places = OFF.into_iter().flat_map(|x| OFF.map(|y| [x, y]));
    (places.map(at).fold(-1.0, f64::max), seen)
}
