//! The parts of a portrait that are changed.

/// A part of a print of 35 × 45 mm.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Left, top, width, height in millimetres.
    Box([f64; 4]),
    /// Centre and half axes in millimetres.
    Oval([f64; 4]),
}

impl Place {
    /// The face, from chin to hairline.
    pub const FACE: Self = Self::Oval([17.5, 20.0, 8.0, 11.0]);
    /// The eyes with their brows.
    pub const EYES: Self = Self::Box([11.5, 15.5, 12.0, 4.0]);
    /// The mouth.
    pub const MOUTH: Self = Self::Box([14.0, 26.5, 7.0, 4.0]);
    /// A visible square over the face.
    pub const SQUARE: Self = Self::Box([10.5, 10.5, 14.0, 20.0]);

    /// Whether a place of the print, in millimetres, lies in it.
    #[must_use]
    pub fn has(self, [x, y]: [f64; 2]) -> bool {
        match self {
            Self::Box([left, top, width, height]) => {
                (left..left + width).contains(&x) && (top..top + height).contains(&y)
            }
            Self::Oval([cx, cy, a, b]) => ((x - cx) / a).powi(2) + ((y - cy) / b).powi(2) < 1.0,
        }
    }

    /// Its middle, in millimetres.
    #[must_use]
    pub fn middle(self) -> [f64; 2] {
        match self {
            Self::Box([left, top, width, height]) => [left + 0.5 * width, top + 0.5 * height],
            Self::Oval([cx, cy, ..]) => [cx, cy],
        }
    }
}
