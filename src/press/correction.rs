//! The correction: a press's own tone curve taken back from what it is given, and dark tones kept out of the
//! shadows that it loses.

use image::DynamicImage;

use super::press::Press;
use crate::imaging::{Picture, tone};

/// Shadows lost up to here are no loss, L*: no press tells apart what is darker.
const BLACK: f32 = 6.0;

/// Steps of the curve rise at least so much, that it can be inverted.
const RISE: f32 = 1e-3;

/// Why a press's curve cannot be taken back.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CorrectionError {
    /// The scan's own scale ended before the print's.
    #[error(
        "the sheet's scan was clipped, so that the press's tones are not known: scan it again without automatic corrections, and calibrate"
    )]
    Clipped,
    /// Dots of one bit have no tone to correct.
    #[error(
        "a letter screen has no tones to correct: give its dot gain in the profile, [screen] dot_gain"
    )]
    Bilevel,
}

/// The curve of a press, and back.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Light of the raster and of the print over its own range, both 0..1 and rising, by their roots, in which
    /// they are near to straight.
    curve: Vec<[f32; 2]>,
    /// Up to which lightness shadows are lost.
    lost: f32,
}

impl Correction {
    /// Of a press.
    ///
    /// # Errors
    /// [`CorrectionError::Clipped`].
    pub fn of(press: &Press) -> Result<Self, CorrectionError> {
        let tones = &press.tones;
        if tones.clipped.contains(&true) {
            return Err(CorrectionError::Clipped);
        }
        let (black, paper) = (tones.black.value, tones.paper.value);
        let mut curve = vec![[0.0f32; 2]];
        for step in &tones.steps {
            let wish = tone::LINEAR_OF_U8[usize::from(step.tone)].sqrt();
            let seen = ((step.on_white - black) / (paper - black)).clamp(0.0, 1.0).sqrt() as f32;
            // What noise turned round is left out.
            let [before, darker] = curve[curve.len() - 1];
            if wish > before && seen > darker + RISE && seen < 1.0 - RISE {
                curve.push([wish, seen]);
            }
        }
        curve.push([1.0; 2]);
        Ok(Self { curve, lost: tones.shadows_lost })
    }

    /// A portrait whose shadows lie above those that are lost: tones up to twice as light are compressed.
    #[must_use]
    pub fn lifted(&self, portrait: &Picture) -> Picture {
        let lost = self.lost;
        if lost <= BLACK {
            return portrait.clone();
        }
        mapped(portrait, |light| {
            let lightness = tone::lightness(light);
            if lightness >= 2.0 * lost { light } else { tone::luminance(lost + 0.5 * lightness) }
        })
    }

    /// The raster with which the press prints what `print` shows.
    ///
    /// # Errors
    /// [`CorrectionError::Bilevel`].
    pub fn corrected(&self, print: &Picture) -> Result<Picture, CorrectionError> {
        if print.bilevel {
            return Err(CorrectionError::Bilevel);
        }
        Ok(mapped(print, |light| self.raster(light)))
    }

    /// The raster's light that is printed as this share of the press's range.
    fn raster(&self, light: f32) -> f32 {
        let wish = light.clamp(0.0, 1.0).sqrt();
        let after = self.curve.iter().position(|[_, seen]| *seen >= wish);
        let after = after.unwrap_or(self.curve.len() - 1).max(1);
        let [[a, from], [b, to]] = [self.curve[after - 1], self.curve[after]];
        let root = a + (b - a) * ((wish - from) / (to - from)).clamp(0.0, 1.0);
        root * root
    }
}

/// The same with each stored value's light changed, whatever the colour.
fn mapped(picture: &Picture, of: impl Fn(f32) -> f32) -> Picture {
    let stored = |light: f32| tone::stored(of(light)).clamp(0.0, 1.0);
    let eight: Vec<u8> =
        tone::LINEAR_OF_U8.iter().map(|v| (255.0 * stored(*v)).round() as u8).collect();
    let mut pixels = picture.pixels.clone();
    match &mut pixels {
        DynamicImage::ImageLuma8(grey) => grey.iter_mut().for_each(|v| *v = eight[usize::from(*v)]),
        DynamicImage::ImageRgb8(rgb) => rgb.iter_mut().for_each(|v| *v = eight[usize::from(*v)]),
        other => {
            let sixteen: Vec<u16> = tone::LINEAR_OF_U16
                .iter()
                .map(|v| (65_535.0 * stored(*v)).round() as u16)
                .collect();
            match other {
                DynamicImage::ImageLuma16(grey) => {
                    grey.iter_mut().for_each(|v| *v = sixteen[usize::from(*v)]);
                }
                _ => {
                    let mut rgb = other.to_rgb16();
                    rgb.iter_mut().for_each(|v| *v = sixteen[usize::from(*v)]);
                    *other = rgb.into();
                }
            }
        }
    }
    Picture { pixels, ..picture.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square_root() -> Correction {
        // A press that prints the root of each light.
        let at = |i: i32| (f64::from(i) / 15.0) as f32;
        Correction { curve: (0..16).map(|i| [at(i), at(i).sqrt()]).collect(), lost: 20.0 }
    }

    #[test]
    fn the_curve_is_taken_back() {
        let correction = square_root();
        for i in 0..=100 {
            let light = i as f32 / 100.0;
            let printed = correction.raster(light).sqrt();
            assert!((printed - light).abs() < 0.02, "{light} {printed}");
        }
    }

    #[test]
    fn shadows_are_lifted_and_light_tones_stay() {
        let levels = image::GrayImage::from_fn(256, 1, |x, _| image::Luma([x as u8]));
        let picture = Picture::new(levels.into(), crate::imaging::Ppi(300.0));
        let lifted = square_root().lifted(&picture).pixels.to_luma8().into_raw();
        assert!(lifted.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(lifted[200], 200);
        let darkest = tone::lightness(tone::LINEAR_OF_U8[usize::from(lifted[0])]);
        assert!((darkest - 20.0).abs() < 0.5, "{darkest}");
    }
}
