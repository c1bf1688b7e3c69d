//! Where each place of the reference lies in the view of the scan.

/// Terms of a displacement: a polynomial of second degree in two variables.
pub(super) const TERMS: usize = 6;

/// A smooth displacement, in millimetres, over the portrait.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Warp {
    /// Of 1, x, y, x², xy, y², each for across and down; x and y in [`UNIT`]s from the middle.
    pub(super) terms: [[f64; 2]; TERMS],
}

/// Millimetres: about half a portrait.
pub(super) const UNIT: f64 = 20.0;

/// The terms at a place in millimetres from the portrait's middle.
pub(super) fn powers([x, y]: [f64; 2]) -> [f64; TERMS] {
    let (x, y) = (x / UNIT, y / UNIT);
    [1.0, x, y, x * x, x * y, y * y]
}

impl Warp {
    /// A shift in millimetres, and an enlargement about the middle: 0.01 is 1 %.
    pub(super) fn similar(shift: [f64; 2], enlarged: f64) -> Self {
        let mut terms = [[0.0; 2]; TERMS];
        terms[0] = shift;
        terms[1][0] = enlarged * UNIT;
        terms[2][1] = enlarged * UNIT;
        Self { terms }
    }

    /// The displacement of a place, both in millimetres, the place from the portrait's middle.
    #[must_use]
    pub(super) fn at(&self, place: [f64; 2]) -> [f64; 2] {
        let powers = powers(place);
        [0, 1].map(|axis| powers.iter().zip(&self.terms).map(|(p, t)| p * t[axis]).sum())
    }

    /// Shift at the middle in millimetres, across and down.
    #[must_use]
    pub(super) fn shift(&self) -> [f64; 2] {
        self.terms[0]
    }

    /// How much larger, across and down, the picture is in the scan than in the reference: 0.01 is 1 %.
    #[must_use]
    pub(super) fn enlarged(&self) -> [f64; 2] {
        [self.terms[1][0] / UNIT, self.terms[2][1] / UNIT]
    }
}
