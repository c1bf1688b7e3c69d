//! How much of the face was confirmed.

use serde::Serialize;

/// In square millimetres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Face {
    /// What was confirmed of the face's zone.
    pub checked: f64,
    /// The zone.
    pub of: f64,
}

impl Face {
    /// The confirmed share, 0..1.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.of > 0.0 { (self.checked / self.of).min(1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_face_has_no_share() {
        let face = Face { checked: 120.0, of: 240.0 };
        assert!((face.share() - 0.5).abs() < 1e-12 && Face::default().share() == 0.0);
    }
}
