//! How strongly the letters shift the tone: one law for generator and reader.

use crate::imaging::Mm;

/// Spread (standard deviation) of the local mean that is taken from the letters' coverage, so that
/// the mean tone stays.
pub const MEAN_SPREAD: Mm = Mm(0.10);

/// Spread of the local tone that sets sign and amplitude.
pub const TONE_SPREAD: Mm = Mm(0.35);

/// Above this lightness (CIE L*) letters are darker than their ground, below it lighter, unless
/// the face lies in just these tones ([`turning`](super::turning)). Under the middle, since printers close up the shadows long before they lose
/// the highlights.
pub const TURNING_LIGHTNESS: f32 = 40.0;

/// Half the width of the turn, in L*.
const TURN: f32 = 2.0;

/// The brightest light that is printed in any channel, 0..1: what is above is bent to end here.
pub const WHITE: f32 = 0.962;

/// How far the coverage's local mean rises in most gaps between letters. In the others white is cut
/// off; the share of white pixels stays within 0.1 % of the portrait's.
const GAP: f32 = 0.24;

/// The largest amplitude for which the gaps between dark letters keep below white, where the brightest
/// channel is printed with this light, 0..1.
#[must_use]
pub fn most(brightest: f32) -> f32 {
    (1.0 / brightest - 1.0) / GAP
}

/// The relative change of luminance under a letter, dY/Y, for a strength 0..1 of the lightness
/// scale on ground of this lightness (CIE L*), where letters turn at `turning`; negative where they are
/// darker.
#[must_use]
pub fn amplitude(lightness: f32, turning: f32, strength: f32) -> f32 {
    let sign = ((turning - lightness) / TURN).clamp(-1.0, 1.0);
    sign * amplitude_of(lightness, strength)
}

/// The size of [`amplitude`] away from the turn.
#[must_use]
pub fn amplitude_of(lightness: f32, strength: f32) -> f32 {
    // CIE 15: L* = 116 Y^(1/3) − 16, so dY/Y = 3 dL* / (L* + 16).
    strength * 100.0 * 3.0 / (lightness.max(8.0) + 16.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::tone::{lightness, luminance};

    #[test]
    fn the_amplitude_is_the_stated_lightness_step() {
        for turning in [28.0, TURNING_LIGHTNESS, 52.0] {
            for ground in [20.0, 60.0, 90.0] {
                let step = 0.01;
                let changed = luminance(ground) * (1.0 + amplitude(ground, turning, step));
                let sign = if ground > turning { -1.0 } else { 1.0 };
                assert!((lightness(changed) - ground - sign).abs() < 0.05, "{ground}");
            }
            assert!(amplitude(turning, turning, 1.0).abs() < 1e-6);
        }
    }
}
