//! The measures of one scan: what a press operator can act on.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::measure::Measure;
use crate::imaging::{Mm, tone};
use crate::inspect::recognition::reading::Reading;
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::inspect::tamper::tiles::tone_response::ToneResponse;
use crate::inspect::{Inspection, Page};
use crate::spec::Profile;

/// The measures of one scan.
///
/// Rounded far below their uncertainty, so that their bytes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Strength of the letters in light tones as a share of the profile's, 0.5 to 1.6. Presses and
    /// scanners raise it and lower it; the portrait moves it by a tenth.
    pub contrast: f64,
    /// Width of strokes in millimetres, as far as tones tell it: as drawn where tones come out as printed,
    /// up to twice that where all gaps close. A scanner's own curve moves it, too. None for letter screens,
    /// and where the scan does not tell at which tone letters were printed to turn.
    pub stroke_mm: Option<f64>,
    /// Line pairs a millimetre at which half of the contrast is left.
    pub mtf50_per_mm: f64,
    /// From the scan's left edge to the portrait's centre, in millimetres by the scan's resolution.
    pub across_mm: f64,
    /// The same from its upper edge.
    pub down_mm: f64,
    /// Degrees that the portrait is turned clockwise from the nearest upright, −45 to 45.
    pub skew_deg: f64,
    /// log10 of how much likelier the least clear symbol is than any other in its place, by the scan
    /// alone; below 0 where only the check symbols tell it.
    pub log10_odds: f64,
    /// Share of the portrait on which lines were found, 0..1.
    pub coverage: f64,
}

/// Evidence beyond this many nepers means nothing: a guess, far above any that was seen.
const MOST_ODDS: f64 = 1e4;
/// Steps of the search for half of the contrast, and the finest that is looked at, in line pairs a
/// millimetre: both guesses; between steps it is interpolated.
const STEP: f64 = 0.05;
const FINEST: f64 = 40.0;

impl Measures {
    /// Of a page's main portrait; none where no text is established.
    #[must_use]
    pub fn of(page: &Page, profile: &Profile) -> Option<Self> {
        Self::of_portrait(&page.main, profile)
    }

    /// Of one portrait; likewise.
    #[must_use]
    pub fn of_portrait(inspection: &Inspection, profile: &Profile) -> Option<Self> {
        inspection.evidence.established()?;
        let reading = inspection.reading()?;
        let [across, down] = centre(inspection)?;
        // Of letter screens the tones say nothing yet.
        let shown = inspection.tamper.as_ref().map(|tamper| &tamper.tone_response);
        let light = shown.and_then(ToneResponse::light).unwrap_or(1.0);
        let turns = shown.and_then(|shown| Some([shown.turn(), shown.printed_turn()?]));
        Some(Self {
            contrast: rounded(light * reading.contrast / profile.strength, 5),
            stroke_mm: turns.map(|turns| rounded(stroke(turns, profile).0, 6)),
            mtf50_per_mm: rounded(mtf50(reading, profile), 4),
            across_mm: rounded(across, 4),
            down_mm: rounded(down, 4),
            skew_deg: rounded(skew(inspection.rotation_deg()?), 4),
            log10_odds: rounded(log10_odds(reading), 3),
            coverage: rounded(inspection.evidence.coverage, 4),
        })
    }

    /// One of them, in its unit, if the scan tells it.
    #[must_use]
    pub fn get(&self, measure: Measure) -> Option<f64> {
        Some(match measure {
            Measure::Contrast => self.contrast,
            Measure::Stroke => return self.stroke_mm,
            Measure::Sharpness => self.mtf50_per_mm,
            Measure::Across => self.across_mm,
            Measure::Down => self.down_mm,
            Measure::Skew => self.skew_deg,
            Measure::Legibility => self.log10_odds,
            Measure::Coverage => self.coverage,
        })
    }
}

/// Width of strokes, from the tone at which letters turn from lighter than their ground to darker: the
/// portrait does not move it, and ink that spreads darkens it. What is left of its light lies between
/// marks; a gap as wide as a stroke closes by as much as the root of that light falls.
///
/// Strokes by themselves do not tell: with amplitude and blur free, their growth scatters by 0.4 to 1 µm
/// over portraits at 600 ppi, and a gain of 15 % moves it by 0.2.
/// `turns`: that lightness in the scan, and in the print.
fn stroke([turn, printed]: [f64; 2], profile: &Profile) -> Mm {
    let drawn = profile.layout.cap_height.0 * profile.typeface.stem();
    let light = |lightness: f64| f64::from(tone::luminance(lightness as f32));
    let left = light(turn) / light(printed);
    Mm(drawn * (2.0 - left.sqrt()))
}

/// Turns a millimetre of which half is left, the mean of along and across the lines: the blur and what it
/// is beyond a Gaussian.
fn mtf50(reading: &Reading, profile: &Profile) -> f64 {
    let layout = &profile.layout;
    let bins = [layout.pitch.0 / ACROSS as f64, layout.advance.0 / ALONG as f64];
    let blur = reading.imaging.blur.0;
    let left = |turns: f64| {
        let gauss = (-2.0 * (PI * blur * turns).powi(2)).exp();
        let along = reading.psf.response([0.0, turns * bins[1]]);
        gauss * 0.5 * (along + reading.psf.response([turns * bins[0], 0.0]))
    };
    let steps = (FINEST / STEP) as usize;
    let first = (1..steps).find(|&i| left(i as f64 * STEP) < 0.5).unwrap_or(steps);
    let [below, above] = [first - 1, first].map(|i| left(i as f64 * STEP));
    STEP * (first as f64 - (0.5 - above) / (below - above).max(1e-12))
}

/// The portrait's centre in millimetres from the scan's corner.
fn centre(inspection: &Inspection) -> Option<[f64; 2]> {
    let corners = inspection.corners()?;
    let axes = inspection.scan.resolution?.axes;
    let middle = |i: usize| corners.iter().map(|corner| corner[i]).sum::<f64>() / 4.0;
    Some([0, 1].map(|i| (middle(i) + 0.5) / axes[i].per_mm()))
}

/// The turn from the nearest upright.
fn skew(rotation_deg: f64) -> f64 {
    rotation_deg - 90.0 * (rotation_deg / 90.0).round()
}

/// Of the scan alone, since what check symbols and letters' rarity add is cut off where it is plenty.
fn log10_odds(reading: &Reading) -> f64 {
    let weakest = reading.circle.iter().map(|read| {
        let others = read.against.iter().filter(|(symbol, _)| *symbol != read.symbol);
        -others.map(|(_, likelihood)| *likelihood).fold(f64::NEG_INFINITY, f64::max)
    });
    // One that stands for itself alone has no other symbol; no alphabet has none.
    weakest.fold(MOST_ODDS, f64::min) / std::f64::consts::LN_10
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    // Adding zero turns −0 into 0.
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Conditions, print_and_scan};
    use crate::imaging::{Picture, Ppi};
    use crate::inspect::Reader;
    use crate::issue::embed;
    use crate::spec::Name;

    /// Of a portrait of all tones, printed this strong and scanned with this much blur, in pixels.
    fn measured(strength: f64, optics_px: f64, border: f64) -> Measures {
        let tone = |x: u32, y: u32| image::Luma([(40 + x / 3 + y / 6) as u8]);
        let pixels = image::GrayImage::from_fn(350, 450, tone);
        let portrait = Picture::new(pixels.into(), Ppi(300.0));
        let name = Name::new("Назарбаева", "Әсел").unwrap();
        let profile = Profile::default();
        let printer = Profile { strength: strength * profile.strength, ..profile.clone() };
        let print = embed(&portrait, &name, &printer).unwrap().picture;
        let mut conditions = Conditions::clean(Ppi(600.0));
        conditions.scan.optics_px = optics_px;
        conditions.scan.border = [Mm(border), Mm(2.0), Mm(3.0), Mm(3.0)];
        let scan = print_and_scan(&print, &conditions, 1).unwrap();
        let page = Reader::new(&profile).page(&scan, None, Some(&name)).unwrap();
        Measures::of(&page, &profile).unwrap()
    }

    #[test]
    fn measures_follow_what_they_stand_for() {
        let [usual, weak] = [1.0, 0.8].map(|strength| measured(strength, 0.3, 3.0));
        assert!((0.8..1.2).contains(&usual.contrast), "{usual:?}");
        assert!((weak.contrast / usual.contrast - 0.8).abs() < 0.04, "{weak:?}");
        assert!((weak.mtf50_per_mm / usual.mtf50_per_mm - 1.0).abs() < 0.03, "{weak:?}");
        let dull = measured(1.0, 0.9, 4.0);
        assert!(dull.mtf50_per_mm < 0.9 * usual.mtf50_per_mm, "{dull:?}");
        assert!((dull.across_mm - usual.across_mm - 1.0).abs() < 0.1, "{dull:?}");
        assert!((usual.across_mm - 20.5).abs() < 0.2 && (usual.down_mm - 24.5).abs() < 0.3);
        assert!(usual.skew_deg.abs() < 0.05 && usual.coverage > 0.8 && usual.log10_odds > 5.0);
    }

    #[test]
    fn columns_are_the_record_s_fields() {
        let json = serde_json::to_value(measured(1.0, 0.3, 3.0)).unwrap();
        let columns: Vec<&str> = Measure::ALL.iter().map(|measure| measure.column()).collect();
        assert_eq!(json.as_object().unwrap().len(), columns.len());
        assert!(columns.iter().all(|column| json[column].is_f64() || json[column].is_null()));
    }

    #[test]
    fn quarter_turns_are_no_skew() {
        for (rotation, expected) in
            [(0.5, 0.5), (90.5, 0.5), (-89.0, 1.0), (179.0, -1.0), (180.0, 0.0), (44.0, 44.0)]
        {
            assert!((skew(rotation) - expected).abs() < 1e-9, "{rotation}: {}", skew(rotation));
        }
    }
}
