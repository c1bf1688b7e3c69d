//! How a press prints a letter screen: one law for generator and reader.

use serde::Deserialize;

use super::profile_error::{ProfileError, within};
use crate::imaging::tone;

/// Beyond this darkness letters are lighter than their ground.
const TURN: f32 = 0.5;

/// The part of a profile that letter screens need.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Share of ink beyond which letters are light on dark ground.
    pub turn: f32,
    /// Printed share of ink by the share in the raster, both rising from 0 to 1.
    dot_gain: Vec<[f64; 2]>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScreenPart {
    #[serde(default)]
    dot_gain: Vec<[f64; 2]>,
}

impl Screen {
    pub(super) fn parse(part: ScreenPart) -> Result<Self, ProfileError> {
        Self { turn: TURN, dot_gain: Vec::new() }.with_dot_gain(part.dot_gain)
    }

    /// The same on a press that prints these shares of ink, the second of each pair, for those in the raster,
    /// the first; both rise.
    ///
    /// # Errors
    /// [`ProfileError::Range`], where they do not rise within 0..1.
    pub fn with_dot_gain(self, curve: Vec<[f64; 2]>) -> Result<Self, ProfileError> {
        let mut dot_gain = vec![[0.0, 0.0]];
        for [nominal, printed] in curve {
            let [before, grown] = dot_gain[dot_gain.len() - 1];
            // Steps of the curve that rise at least a little, so that it can be inverted.
            let nominal = within("screen.dot_gain (nominal)", nominal, [before + 0.001, 0.999])?;
            let printed = within("screen.dot_gain (printed)", printed, [grown + 0.001, 0.999])?;
            dot_gain.push([nominal, printed]);
        }
        dot_gain.push([1.0, 1.0]);
        Ok(Self { dot_gain, ..self })
    }

    /// The lightness (CIE L*) above which letters are darker than their ground.
    #[must_use]
    pub fn turning_lightness(&self) -> f32 {
        tone::lightness(1.0 - self.turn)
    }

    /// The relative change of luminance, dY/Y, where a letter's [`weight`](Self::weight) is 1 rather
    /// than 0, on ground of this lightness (CIE L*); negative where letters are darker.
    #[must_use]
    pub fn amplitude(&self, lightness: f32) -> f32 {
        let light = tone::luminance(lightness).clamp(0.005, 0.995);
        let (area, sign) =
            if 1.0 - light <= self.turn { (1.0 - light, -1.0) } else { (light, 1.0) };
        // A place takes the letter's colour if its threshold, which is spread evenly over 0..1, is
        // below `area`: the regression of that on its weight.
        let turn = self.turn;
        let covariance = area - 0.5 * area * area / turn - 0.5 * area * turn;
        let variance = turn / 3.0 - 0.25 * turn * turn;
        sign * covariance / variance / light
    }

    /// How much a place with this threshold, 0..1, belongs to the letter: the share of the tones up
    /// to the turn at which it has the letter's colour.
    #[must_use]
    pub fn weight(&self, threshold: f32) -> f32 {
        (1.0 - threshold / self.turn).max(0.0)
    }

    /// The share of ink, 0..1, that the raster must have for the press to print `printed`.
    #[must_use]
    pub fn area(&self, printed: f64) -> f64 {
        let printed = printed.clamp(0.0, 1.0);
        let at = self.dot_gain.iter().skip(1).position(|p| p[1] >= printed).unwrap_or(0);
        let ([a, from], [b, to]) = (self.dot_gain[at], self.dot_gain[at + 1]);
        a + (b - a) * (printed - from) / (to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amplitude_is_the_regression_of_the_dots_on_their_weight() {
        let screen = Screen::parse(ScreenPart::default()).unwrap();
        for light in [0.05f32, 0.3, 0.6, 0.9] {
            let dark_letters = 1.0 - light <= screen.turn;
            let mut sums = [0.0f64; 4];
            for i in 0..10_000 {
                let threshold = (i as f32 + 0.5) / 10_000.0;
                let paper = if dark_letters { threshold >= 1.0 - light } else { threshold < light };
                let contrast = f64::from(u8::from(paper)) / f64::from(light) - 1.0;
                let weight = f64::from(screen.weight(threshold));
                sums[0] += weight;
                sums[1] += weight * weight;
                sums[2] += contrast;
                sums[3] += weight * contrast;
            }
            let [w, ww, c, wc] = sums.map(|sum| sum / 10_000.0);
            let slope = (wc - w * c) / (ww - w * w);
            let found = f64::from(screen.amplitude(tone::lightness(light)));
            assert!((slope / found - 1.0).abs() < 0.01, "{light}: {slope} {found}");
        }
    }

    #[test]
    fn the_curve_is_taken_back() {
        let plain = Screen::parse(ScreenPart::default()).unwrap();
        let gain = ScreenPart { dot_gain: vec![[0.25, 0.35], [0.5, 0.65], [0.75, 0.85]] };
        let gain = Screen::parse(gain).unwrap();
        for (printed, nominal) in [(0.0, 0.0), (0.35, 0.25), (0.5, 0.375), (0.65, 0.5), (1.0, 1.0)]
        {
            assert!((gain.area(printed) - nominal).abs() < 1e-9, "{printed}");
            assert!((plain.area(printed) - printed).abs() < 1e-9);
        }
        let folded = ScreenPart { dot_gain: vec![[0.5, 0.6], [0.4, 0.7]] };
        assert!(Screen::parse(folded).unwrap_err().to_string().contains("dot_gain"));
    }
}
