//! Lengths and resolutions. The only place where millimetres become pixels.

use serde::{Deserialize, Serialize};

/// Millimetres an inch, by definition.
pub const MM_PER_INCH: f64 = 25.4;

/// A length on paper in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mm(pub f64);

/// A resolution in pixels (or print dots) per inch.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ppi(pub f64);

/// The resolutions that a file or an option may state, in pixels per inch.
///
/// Below, a portrait is a thumbnail; above, no scanner or platesetter exists.
pub const PLAUSIBLE_PPI: std::ops::RangeInclusive<f64> = 50.0..=12_000.0;

impl Ppi {
    /// Pixels per millimetre.
    #[must_use]
    pub fn per_mm(self) -> f64 {
        self.0 / MM_PER_INCH
    }

    /// The length of `mm` in pixels, with fraction.
    #[must_use]
    pub fn px(self, mm: Mm) -> f64 {
        mm.0 * self.per_mm()
    }

    /// The length of `px` pixels on paper.
    #[must_use]
    pub fn mm(self, px: f64) -> Mm {
        Mm(px / self.per_mm())
    }

    /// Pixels per metre, rounded: PNG's `pHYs` can hold nothing finer.
    #[must_use]
    pub fn per_metre(self) -> u32 {
        (self.0 * 1000.0 / MM_PER_INCH).round() as u32
    }

    /// The inverse of [`Ppi::per_metre`]: the whole number of pixels per inch if one rounds to it.
    #[must_use]
    pub fn from_per_metre(pixels: f64) -> Self {
        let exact = pixels * MM_PER_INCH / 1000.0;
        let whole = Self(exact.round());
        if (f64::from(whole.per_metre()) - pixels).abs() < 0.5 { whole } else { Self(exact) }
    }

    /// Pixels per inch from pixels per centimetre.
    #[must_use]
    pub fn from_per_centimetre(pixels: f64) -> Self {
        Self(pixels * MM_PER_INCH / 10.0)
    }

    /// Whether a scanner or printer of this resolution can exist (see [`PLAUSIBLE_PPI`]).
    #[must_use]
    pub fn is_plausible(self) -> bool {
        PLAUSIBLE_PPI.contains(&self.0)
    }
}

impl std::fmt::Display for Mm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} mm", self.0)
    }
}

impl std::fmt::Display for Ppi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ppi", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inch_is_25_4_mm() {
        assert!((Ppi(1200.0).px(Mm(25.4)) - 1200.0).abs() < 1e-9);
        assert!((Ppi(600.0).mm(600.0).0 - 25.4).abs() < 1e-9);
    }

    #[test]
    fn whole_ppi_survive_the_metre() {
        for ppi in [72.0, 300.0, 400.0, 500.0, 600.0, 1200.0, 2400.0, 2540.0] {
            let back = Ppi::from_per_metre(f64::from(Ppi(ppi).per_metre()));
            assert!((back.0 - ppi).abs() < 1e-12, "{ppi} became {back}");
        }
    }
}
