//! The measures: what a press operator can act on, of one scan.

use serde::{Deserialize, Serialize};

use crate::inspect::reading::Reading;
use crate::inspect::{Inspection, Page};
use crate::spec::Profile;

/// A property of a print, or of how it lies in its scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How strong the letters are: 1 as the profile prints them, if neither press nor scanner took
    /// anything.
    Contrast,
    /// How wide strokes came out.
    Stroke,
    /// At which fineness half of the contrast is left.
    Sharpness,
    /// Where the portrait's centre lies in the scan, from its left edge.
    Across,
    /// The same from its upper edge.
    Down,
    /// How far it is turned clockwise from the nearest upright.
    Skew,
    /// How far the least clear symbol is from being another one.
    Legibility,
    /// On which share of the portrait lines were found.
    Coverage,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Contrast,
        Self::Stroke,
        Self::Sharpness,
        Self::Across,
        Self::Down,
        Self::Skew,
        Self::Legibility,
        Self::Coverage,
    ];

    /// Name of the column in CSV, JSON and Parquet, with its unit.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Contrast => "contrast",
            Self::Stroke => "stroke_mm",
            Self::Sharpness => "mtf50_per_mm",
            Self::Across => "across_mm",
            Self::Down => "down_mm",
            Self::Skew => "skew_deg",
            Self::Legibility => "log10_odds",
            Self::Coverage => "coverage",
        }
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Contrast => "Contrast",
            Self::Stroke => "Stroke width",
            Self::Sharpness => "Sharpness (MTF50)",
            Self::Across => "Place across",
            Self::Down => "Place down",
            Self::Skew => "Skew",
            Self::Legibility => "Legibility",
            Self::Coverage => "Coverage",
        }
    }

    /// For people; nothing where it is a number.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Contrast | Self::Coverage => "",
            Self::Stroke | Self::Across | Self::Down => "mm",
            Self::Sharpness => "lines/mm",
            Self::Skew => "°",
            Self::Legibility => "decades",
        }
    }

    /// Decimals worth showing.
    #[must_use]
    pub fn decimals(self) -> usize {
        match self {
            Self::Contrast | Self::Coverage | Self::Stroke => 3,
            Self::Sharpness | Self::Across | Self::Down | Self::Skew => 2,
            Self::Legibility => 1,
        }
    }

    /// Differences below this mean nothing, in its unit: a press or a feeder that scatters less is taken
    /// to scatter so much.
    #[must_use]
    pub fn grain(self) -> f64 {
        match self {
            Self::Contrast | Self::Coverage => 0.002,
            Self::Stroke => 0.000_2,
            Self::Sharpness => 0.01,
            Self::Across | Self::Down | Self::Skew => 0.02,
            Self::Legibility => 0.05,
        }
    }
}

/// The measures of one scan.
///
/// Rounded far below their uncertainty, so that their bytes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Strength of the letters as a share of the profile's, about 0.3 to 1.
    pub contrast: f64,
    /// Width of strokes in millimetres.
    pub stroke_mm: f64,
    /// Line pairs a millimetre at which half of the contrast is left.
    pub mtf50_per_mm: f64,
    /// From the scan's left edge to the portrait's centre, in millimetres by the scan's resolution.
    pub across_mm: f64,
    /// The same from its upper edge.
    pub down_mm: f64,
    /// Degrees that the portrait is turned clockwise from the nearest upright, −45 to 45.
    pub skew_deg: f64,
    /// log10 of how much likelier the text is than any with another symbol at its least clear place;
    /// below 0 where letters and check symbols disagree.
    pub log10_odds: f64,
    /// Share of the portrait on which lines were found, 0..1.
    pub coverage: f64,
}

/// Spatial frequency times spread at which a Gaussian leaves half: √(ln 2 / 2) / π.
const HALF: f64 = 0.187_39;

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
        Some(Self {
            contrast: rounded(reading.contrast / profile.strength, 5),
            stroke_mm: 0.0,
            mtf50_per_mm: rounded(HALF / reading.imaging.blur.0, 4),
            across_mm: rounded(across, 4),
            down_mm: rounded(down, 4),
            skew_deg: rounded(skew(inspection.rotation_deg()?), 4),
            log10_odds: rounded(log10_odds(reading), 3),
            coverage: rounded(inspection.evidence.coverage, 4),
        })
    }

    /// One of them, in its unit.
    #[must_use]
    pub fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Contrast => self.contrast,
            Measure::Stroke => self.stroke_mm,
            Measure::Sharpness => self.mtf50_per_mm,
            Measure::Across => self.across_mm,
            Measure::Down => self.down_mm,
            Measure::Skew => self.skew_deg,
            Measure::Legibility => self.log10_odds,
            Measure::Coverage => self.coverage,
        }
    }
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

fn log10_odds(reading: &Reading) -> f64 {
    let weakest = reading.circle.iter().map(|read| read.log_odds).fold(f64::INFINITY, f64::min);
    weakest / std::f64::consts::LN_10
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10.0_f64.powi(decimals);
    // Adding zero turns −0 into 0.
    (value * scale).round() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_turns_are_no_skew() {
        for (rotation, expected) in
            [(0.5, 0.5), (90.5, 0.5), (-89.0, 1.0), (179.0, -1.0), (180.0, 0.0), (44.0, 44.0)]
        {
            assert!((skew(rotation) - expected).abs() < 1e-9, "{rotation}: {}", skew(rotation));
        }
    }
}
