//! How a portrait was printed: the blur of its letters and the grain of its tones, against those of the press
//! that prints genuine ones.

use crate::imaging::{Mm, Picture};
use crate::inspect::decision::print_check::{FINEST, PrintCheck, Printing};
use crate::inspect::signal::graininess::Graininess;
use crate::inspect::signal::scan::Scan;

/// Paper and the portrait's edge are left out, mm.
const INSET: f64 = 2.0;
/// Fewest windows that tell. A guess.
const WINDOWS: usize = 40;
/// Of the windows' grain this share lies below what is taken: the others hold the portrait's own detail.
const QUIET: f64 = 0.25;

impl Printing {
    /// A portrait against it, with its corners in pixels of the picture and its letters' blur; none where the
    /// picture is coarser than 1200 ppi, or shows too little of the portrait.
    #[must_use]
    pub fn look(
        &self,
        picture: &Picture,
        scan: &Scan,
        corners: [[f64; 2]; 4],
        blur: Mm,
    ) -> Option<PrintCheck> {
        let per_mm = scan.per_mm.map(|per_mm| per_mm * scan.factor as f64);
        let graininess = Graininess::of_scan(per_mm)?;
        let range = |axis: usize| {
            let inset = INSET * per_mm[axis];
            let values = corners.iter().map(|corner| corner[axis]);
            let [low, high] =
                values.fold([f64::INFINITY, 0.0], |[low, high], v| [low.min(v), high.max(v)]);
            [(low + inset).max(0.0), (high - inset).max(0.0)].map(|v| v as usize)
        };
        let ([left, right], [top, bottom]) = (range(0), range(1));
        let size = [right.checked_sub(left)?, bottom.checked_sub(top)?];
        let windows = graininess.windows(&picture.part([left, top], size));
        let mut over: Vec<f64> = windows
            .iter()
            .filter_map(|grain| {
                let usual = self.grain(grain.light)?;
                Some((grain.bands[FINEST] / usual).ln()).filter(|over| over.is_finite())
            })
            .collect();
        if over.len() < WINDOWS {
            return None;
        }
        over.sort_by(f64::total_cmp);
        let grain = over[(QUIET * (over.len() - 1) as f64) as usize];
        let expected = self.blur_in(scan.per_mm);
        Some(PrintCheck { blur, expected, spread: self.spread, grain, windows: over.len() })
    }
}
