//! The measures by name: columns, titles and units.

use serde::{Deserialize, Serialize};

/// A property of a print, or of how it lies in its scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How strong the letters are in light tones: 1 as the profile prints them.
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
            Self::Stroke => 4,
            Self::Contrast | Self::Coverage => 3,
            Self::Sharpness | Self::Across | Self::Down | Self::Skew => 2,
            Self::Legibility => 1,
        }
    }

    /// Differences below this mean nothing, in the measure's unit: a press or a feeder that scatters less
    /// is taken to scatter so much. Guesses.
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
