//! What a press operator can act on, scan by scan.

use serde::{Deserialize, Serialize};

/// What a press operator can act on, of one scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "a stand-in")]
pub enum Measure {
    Contrast,
    Stroke,
    Sharpness,
    Across,
    Down,
    Skew,
    Legibility,
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

    const fn words(self) -> (&'static str, &'static str, &'static str, usize) {
        match self {
            Self::Contrast => ("contrast", "Contrast", "", 4),
            Self::Stroke => ("stroke_mm", "Stroke width", "mm", 4),
            Self::Sharpness => ("mtf50_per_mm", "Sharpness", "lines/mm", 2),
            Self::Across => ("across_mm", "Registration across", "mm", 3),
            Self::Down => ("down_mm", "Registration down", "mm", 3),
            Self::Skew => ("skew_deg", "Skew", "°", 3),
            Self::Legibility => ("legibility", "Legibility", "", 3),
            Self::Coverage => ("coverage_percent", "Coverage", "%", 1),
        }
    }

    /// Column name, with its unit.
    #[must_use]
    pub fn column(self) -> &'static str {
        self.words().0
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.words().1
    }

    /// For people.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.words().2
    }

    /// Decimals that are worth showing.
    #[must_use]
    pub fn decimals(self) -> usize {
        self.words().3
    }
}

/// The measures of one scan; none where no text is established.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a stand-in")]
pub struct Measures {
    pub contrast: f64,
    pub stroke_mm: f64,
    pub mtf50_per_mm: f64,
    pub across_mm: f64,
    pub down_mm: f64,
    pub skew_deg: f64,
    pub legibility: f64,
    pub coverage_percent: f64,
}

impl Measures {
    /// The value of one.
    #[must_use]
    pub fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Contrast => self.contrast,
            Measure::Stroke => self.stroke_mm,
            Measure::Sharpness => self.mtf50_per_mm,
            Measure::Across => self.across_mm,
            Measure::Down => self.down_mm,
            Measure::Skew => self.skew_deg,
            Measure::Legibility => self.legibility,
            Measure::Coverage => self.coverage_percent,
        }
    }
}
