//! The correction: a press's own tone curve taken back from what it is given, dark tones kept out of the
//! shadows that it loses, and letters as strong as its blur asks for.

use image::DynamicImage;

use super::calibrate::edges::LETTERS;
use super::press::Press;
use crate::imaging::{Picture, tone};
use crate::spec::{Mode, Profile};

/// Shadows lost up to here are no loss, L*: no press tells apart what is darker.
const BLACK: f32 = 6.0;

/// Steps of the curve rise at least so much, that it can be inverted.
const RISE: f32 = 1e-3;

/// Where letters are raised, so much contrast is to be left of their lines, which is what is seen from 40 cm,
/// as a blur of 45 µm leaves, an ordinary press's and scanner's …
const USUAL: f64 = 0.045;
/// … but never more than so many times: what is stronger is seen where the press is better than its sheet.
const MOST: f64 = 2.5;

/// Why a press cannot be corrected for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CorrectionError {
    /// The scan's own scale ended before the print's.
    #[error(
        "the sheet's scan was clipped, so that the press's tones are not known: scan it again without automatic corrections, and calibrate"
    )]
    Clipped,
    /// No sheet had strips of letter screen.
    #[error(
        "how the press prints letter screens is not known: calibrate by a sheet of --size a4 at 847 dpi or more, or give [screen] dot_gain in the profile"
    )]
    NoScreen,
}

/// The profile by which a press's prints are read as those of an ordinary one: letters are stronger where it
/// blurs more, and a letter screen has its dot gain.
///
/// # Errors
/// [`CorrectionError::NoScreen`].
pub fn profile(press: &Press, profile: &Profile) -> Result<Profile, CorrectionError> {
    match profile.mode {
        Mode::Tint => {
            let [across, down] = press.edges.letters.map(|left| left.value);
            let usual = (-2.0 * (std::f64::consts::PI * LETTERS * USUAL).powi(2)).exp();
            // A bell's loss grows as the square of the frequency.
            let lines = LETTERS * profile.layout.pitch.0;
            let raised = (usual / (across * down).sqrt()).powf(lines.powi(-2));
            let strength = profile.strength * raised.clamp(1.0, MOST);
            Ok(profile.clone().with_strength(strength.min(1.0)).unwrap_or_else(|_| profile.clone()))
        }
        Mode::Screen => {
            let curve = dot_gain(press).ok_or(CorrectionError::NoScreen)?;
            let screen = profile.screen.clone().with_dot_gain(curve);
            let screen = screen.map_err(|_| CorrectionError::NoScreen)?;
            Ok(Profile { screen, ..profile.clone() })
        }
    }
}

/// Dot gain of letter screens by their strips: two terms, one of which leans to light or dark tones, by least
/// squares.
fn dot_gain(press: &Press) -> Option<Vec<[f64; 2]>> {
    let (paper, black) = (press.tones.paper.value, press.tones.black.value);
    let screens =
        press.strips.iter().filter(|strip| strip.mode == Mode::Screen && strip.light > 0.0);
    let terms = |area: f64| {
        let bulge = 4.0 * area * (1.0 - area);
        [bulge, bulge * (1.0 - 2.0 * area)]
    };
    let (mut own, mut mixed, mut right) = ([0.0; 2], 0.0, [0.0; 2]);
    let mut tones = std::collections::BTreeSet::new();
    for strip in screens {
        tones.insert(strip.tone);
        let area = 1.0 - f64::from(tone::LINEAR_OF_U8[usize::from(strip.tone)]);
        let gain = (paper - strip.light) / (paper - black) - area;
        let [a, b] = terms(area);
        own = [own[0] + a * a, own[1] + b * b];
        mixed += a * b;
        right = [right[0] + a * gain, right[1] + b * gain];
    }
    let whole = own[0] * own[1] - mixed * mixed;
    if tones.len() < 2 || whole < 1e-9 {
        return None;
    }
    let bulge = (right[0] * own[1] - right[1] * mixed) / whole;
    let lean = (right[1] * own[0] - right[0] * mixed) / whole;
    let printed = |i: i32| {
        let area = f64::from(i) / 20.0;
        let [a, b] = terms(area);
        [area, (area + bulge * a + lean * b).clamp(0.0, 1.0)]
    };
    // Where the curve is full no ink is left to take back.
    let rising = (1..20).map(printed).filter(|[_, printed]| (0.001..0.998).contains(printed));
    Some(rising.collect())
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

    /// The raster with which the press prints what `print` shows. A letter screen has it in its dots, by
    /// [`profile`].
    #[must_use]
    pub fn corrected(&self, print: Picture) -> Picture {
        if print.bilevel { print } else { mapped(&print, |light| self.raster(light)) }
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
