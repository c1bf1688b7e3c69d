//! The operating range: what of a scan falls short where nothing can be told. Each limit was
//! measured on the channel's flatbed at 600 ppi, three portraits, one condition at a time.

use crate::imaging::raster::blur;
use crate::imaging::units::MM_PER_INCH;
use crate::imaging::{Mm, Ppi};
use crate::inspect::detection::spectrum::PEAK;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::Scan;
use crate::spec::Profile;

/// A good scanner's lines are read down to 1.6 pixels a capital, an ordinary one's hardly under 3.
const CAPITAL_PX: f64 = 3.0;
/// A spread (σ) of 0.064 mm is read, one of 0.085 mm is not.
const BLUR: Mm = Mm(0.08);
/// Share of the contrast that is finer than [`FINE`]: at the spread that is read 0.18 to 0.24, at
/// twice as much 0.13 to 0.22. Portraits in focus have more.
const SHARPNESS: f64 = 0.17;
const FINE: Mm = Mm(0.07);
/// Scans of which 62 to 79 % lay at the end of the scale were read, with 82 % not.
const SATURATED: f64 = 0.75;
/// Pieces of 12 mm a side were read, of 4 mm none.
const AREA_MM2: f64 = 100.0;
/// Lines that were read stood 33 times and more over the texture.
const FAINT: f64 = 2.0 * PEAK as f64;

/// What tells whether a scan can be read.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Height of a printed capital.
    pub cap_height: Mm,
    /// Width and height of a printed portrait.
    pub portrait: [Mm; 2],
    /// Pixels of the file a capital.
    pub capital_px: f64,
    /// Spread (σ) with which the letters were seen, where there are any.
    pub blur: Option<Mm>,
    /// Share of the contrast that is finer than 0.07 mm, 0..1.
    pub sharpness: f64,
    /// Share of the scan at either end of the scale, 0..1.
    pub saturated: f64,
    /// Across and down.
    pub size: [Mm; 2],
    /// Height of the lines' peak over the picture's texture.
    pub peak: f64,
}

impl Range {
    /// Range a scan of known resolution.
    #[must_use]
    pub fn of(scan: &Scan, flat: &Flat, profile: &Profile, peak: f32) -> Self {
        let per_mm = (scan.per_mm[0] * scan.per_mm[1]).sqrt();
        let (rows, columns) = scan.luminance.dim();
        // White and black of 8 bits, in linear light.
        let at_end = scan.luminance.iter().filter(|v| !(0.000_4..0.995).contains(*v)).count();
        let smooth = blur(&flat.small, FINE.0 * per_mm / scan.search_factor() as f64);
        let squares = flat.small.iter().zip(&smooth).fold([0.0f64; 2], |[fine, all], (v, s)| {
            [fine + f64::from(v - s).powi(2), all + f64::from(*v).powi(2)]
        });
        Self {
            cap_height: profile.layout.cap_height,
            portrait: [profile.width, profile.height],
            capital_px: profile.layout.cap_height.0 * per_mm * scan.factor as f64,
            blur: None,
            sharpness: (squares[0] / squares[1].max(1e-12)).sqrt(),
            saturated: at_end as f64 / scan.luminance.len().max(1) as f64,
            size: [columns as f64 / scan.per_mm[0], rows as f64 / scan.per_mm[1]].map(Mm),
            peak: f64::from(peak),
        }
    }

    /// Whether microtext would not show here whatever the portrait: its absence means nothing.
    #[must_use]
    pub fn hides_everything(&self) -> bool {
        self.sharpness < SHARPNESS || self.saturated > SATURATED
    }

    /// What falls short, as sentences, most important first.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        let mut found = Vec::new();
        let [width, height] = self.size.map(|mm| mm.0);
        if self.capital_px < CAPITAL_PX {
            let (is, needed) = (self.capital_px, CAPITAL_PX);
            let ppi = Ppi(needed / self.cap_height.0 * MM_PER_INCH);
            found.push(format!(
                "too coarse: capitals are {is:.1} pixels high, {needed} are needed ({:.0} ppi)",
                ppi.0
            ));
        }
        match self.blur {
            Some(blur) if blur > BLUR => found.push(format!(
                "too blurred: a point spreads over {:.3} mm, at most {:.2} mm can be read",
                blur.0, BLUR.0
            )),
            None if self.sharpness < SHARPNESS => found.push(format!(
                "too blurred: {:.0} % of the detail is fine, {:.0} % are needed",
                100.0 * self.sharpness,
                100.0 * SHARPNESS
            )),
            _ => {}
        }
        if self.saturated > SATURATED {
            let share = 100.0 * self.saturated;
            found
                .push(format!("saturated: {share:.0} % of the picture is at the end of the scale"));
        }
        if width * height < AREA_MM2 {
            found.push(format!(
                "too small: {width:.0} × {height:.0} mm, of a portrait of {} × {} mm",
                self.portrait[0].0, self.portrait[1].0
            ));
        }
        if self.blur.is_none() && self.peak < FAINT {
            let is = self.peak;
            found.push(format!(
                "too faint: lines stand {is:.0} times over the picture's own texture, {FAINT:.0} times are needed"
            ));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_shortfalls() {
        let profile = Profile::default();
        let good = Range {
            cap_height: profile.layout.cap_height,
            portrait: [profile.width, profile.height],
            capital_px: 5.7,
            blur: None,
            sharpness: 0.3,
            saturated: 0.2,
            size: [Mm(39.0), Mm(49.0)],
            peak: 400.0,
        };
        assert!(good.shortfalls().is_empty());
        for (measures, says) in [
            (Range { capital_px: 1.4, ..good }, "too coarse: capitals are 1.4 pixels high, 3 are"),
            (Range { sharpness: 0.12, ..good }, "too blurred: 12 %"),
            (Range { blur: Some(Mm(0.09)), ..good }, "too blurred: a point spreads over 0.090 mm"),
            (Range { saturated: 0.83, ..good }, "saturated: 83 %"),
            (
                Range { size: [Mm(4.0), Mm(6.0)], ..good },
                "too small: 4 × 6 mm, of a portrait of 35",
            ),
            (Range { peak: 20.0, ..good }, "too faint: lines stand 20 times"),
        ] {
            let found = measures.shortfalls();
            assert!(found.len() == 1 && found[0].starts_with(says), "{found:?}");
        }
    }
}
