//! The print check: whether the press that prints genuine portraits printed this one.

use std::fmt;

use crate::imaging::Mm;
use crate::inspect::signal::graininess::{BANDS, Grain};

/// The band of spatial frequency in which presses are compared: letters have nothing there.
pub const FINEST: usize = BANDS.len() - 1;
/// The sides of a pixel's square blur as much as a Gaussian of this share of them.
pub const SQUARE: f64 = 0.288_7;
/// Letters of another press are suspected if they are blurred by so much more, as a natural logarithm, and by
/// half of what they differ by themselves: genuine prints of 24 presses of measure's second model were blurred
/// by up to 0.17 more on the sheet's own scanner, copies from 1200 ppi by 0.11 and more (`--bin copies`) …
const BLURRED: f64 = 0.18;
/// … or if its tones are so much more grainy, or less: genuine ones by up to 0.78, on other scanners mostly 1.0.
pub const GRAINY: f64 = 1.2;

/// What the issuer's press prints, as a scanner shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Printing {
    /// Sigma of its letters' blur …
    pub blur: Mm,
    /// … in pixels of this size.
    pub pixel: Mm,
    /// By how much the blur may differ from print to print, as a share.
    pub spread: f64,
    /// The grain of its tones, by light, darkest first.
    pub grains: Vec<Grain>,
}

impl Printing {
    /// Blur that letters of this press have where pixels are so large.
    #[must_use]
    pub fn blur_in(&self, per_mm: [f64; 2]) -> Mm {
        let own = SQUARE * self.pixel.0;
        let pixel = SQUARE * SQUARE / (per_mm[0] * per_mm[1]);
        Mm((self.blur.0.powi(2) - own * own + pixel).max(pixel).sqrt())
    }

    /// The finest band's grain of a tone; none outside of the tones that were measured.
    #[must_use]
    pub fn grain(&self, light: f64) -> Option<f64> {
        let after = self.grains.iter().position(|grain| grain.light >= light)?;
        let [a, b] = [self.grains.get(after.checked_sub(1)?)?, &self.grains[after]];
        let share = (light - a.light) / (b.light - a.light).max(1e-9);
        let [from, to] = [a, b].map(|grain| grain.bands[FINEST]);
        Some(from + share * (to - from))
    }
}

/// Whether the issuer's press printed a portrait.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Printed {
    /// What it prints is not known.
    #[default]
    NotAsked,
    /// The scan is too coarse to tell, or shows no text.
    Unknown,
    /// What the scan tells.
    Looked(PrintCheck),
}

/// How a portrait was printed, against what the issuer's press prints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrintCheck {
    /// Sigma of the letters' blur.
    pub blur: Mm,
    /// Sigma that the press's letters have in such a scan.
    pub expected: Mm,
    /// By how much that differs from print to print, as a share.
    pub spread: f64,
    /// Natural logarithm of the tones' grain, finer than letters, over the press's.
    pub grain: f64,
    /// Windows of the portrait in which the grain was seen.
    pub windows: usize,
}

impl PrintCheck {
    /// Natural logarithm of the letters' blur over the press's.
    #[must_use]
    pub fn blurred(&self) -> f64 {
        (self.blur.0 / self.expected.0).ln()
    }

    /// Up to how many times the press's blur letters may have, where tones are as grainy.
    #[must_use]
    pub fn most_blurred(&self) -> f64 {
        (BLURRED + 0.5 * self.spread).exp()
    }

    /// 1 − how far it lies from the press's prints, 1 being the border: positive within.
    #[must_use]
    pub fn margin(&self) -> f64 {
        let sides = [self.blurred().max(0.0) / self.most_blurred().ln(), self.grain / GRAINY];
        (1.0 - f64::hypot(sides[0], sides[1])).clamp(-1.0, 1.0)
    }

    /// Whether another press is suspected.
    #[must_use]
    pub fn is_another(&self) -> bool {
        self.margin() < 0.0
    }
}

impl fmt::Display for PrintCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (blur, expected, grain) = (self.blur.0, self.expected.0, self.grain.exp());
        write!(
            f,
            "its letters are blurred by {blur:.3} mm, the press's by {expected:.3}, and its tones are {grain:.1} times as grainy"
        )
    }
}
