//! Where a point of the scan lies on the print: polynomials and waves, perspective, lens.

use super::Kind;
use super::random::{Dice, Waves};

/// The middle of an ICAO portrait, millimetres: what rotation, perspective and lens leave in place.
const MIDDLE: [f64; 2] = [17.5, 22.5];

/// Half a portrait's diagonal, millimetres: where the lens has moved a point by its stated way.
const CORNER: f64 = 28.5;

/// Half a portrait's height: the unit of polynomials and perspective.
const HALF: f64 = 22.5;

/// The way from scan to print.
#[derive(Clone, Debug)]
pub(super) struct Warp {
    per_mm: [f64; 2],
    /// What is seen left of and above the print, and right of and below it.
    border: [[f64; 2]; 2],
    turn: [f64; 2],
    perspective: [f64; 2],
    radial: f64,
    /// Millimetres for the terms of second and third degree, for x and for y.
    terms: [[f64; 7]; 2],
    waves: [(f64, Waves); 2],
}

impl Warp {
    pub(super) fn draw(kind: Kind, ppi: f64, dice: &mut Dice) -> Self {
        let phone = kind == Kind::Phone;
        let scale = 1.0 + dice.around(0.018);
        let turn = dice.around(match kind {
            Kind::Phone => 9.0,
            Kind::Reader500 | Kind::Reader400 => 2.5,
            _ => 5.0,
        });
        let (sin, cos) = turn.to_radians().sin_cos();
        let wave = match kind {
            Kind::Reader500 | Kind::Reader400 => 0.028,
            Kind::Phone => 0.01,
            _ => 0.02,
        };
        let bent = if phone { 0.045 } else { 0.02 };
        Self {
            per_mm: [0; 2].map(|_| ppi / 25.4 * (scale + dice.around(0.008))),
            border: [0; 2].map(|_| [0; 2].map(|_| dice.within([4.5, 8.5]))),
            turn: [cos, sin],
            perspective: [0; 2].map(|_| dice.around(if phone { 0.015 } else { 0.0 })),
            radial: dice.around(match kind {
                Kind::Phone => 0.25,
                Kind::Reader500 | Kind::Reader400 => 0.06,
                _ => 0.0,
            }),
            terms: [0; 2].map(|_| [0; 7].map(|_| dice.around(bent))),
            waves: [0; 2].map(|_| {
                let length = dice.within([5.0, 35.0]);
                (dice.within([0.0, wave]), Waves::new(dice, 3, length))
            }),
        }
    }

    /// Pixels of the scan of a print of `print` millimetres.
    pub(super) fn size(&self, print: [f64; 2]) -> [usize; 2] {
        [0, 1].map(|i| {
            let whole = print[i] + self.border[0][i] + self.border[1][i];
            (whole * self.per_mm[i]).round().clamp(1.0, 20_000.0) as usize
        })
    }

    /// Millimetres a pixel, across and down.
    pub(super) fn pitch(&self) -> [f64; 2] {
        self.per_mm.map(|per_mm| 1.0 / per_mm)
    }

    pub(super) fn to_print(&self, pixel: [f64; 2]) -> [f64; 2] {
        let [x, y] =
            [0, 1].map(|i| (pixel[i] + 0.5) / self.per_mm[i] - self.border[0][i] - MIDDLE[i]);
        let (u, v) = (x / HALF, y / HALF);
        let depth = 1.0 + self.perspective[0] * u + self.perspective[1] * v;
        let lens = 1.0 + self.radial * (x * x + y * y) / (CORNER * CORNER * CORNER);
        let powers = [u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v];
        let moved = [0, 1].map(|i| {
            let bent: f64 =
                self.terms[i].iter().zip(powers).map(|(term, power)| term * power).sum();
            let (height, waves) = &self.waves[i];
            bent + height * waves.at([x, y])
        });
        let (x, y) = (x * lens / depth + moved[0], y * lens / depth + moved[1]);
        let [cos, sin] = self.turn;
        [cos * x + sin * y + MIDDLE[0], cos * y - sin * x + MIDDLE[1]]
    }
}
