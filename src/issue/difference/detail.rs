//! Whether the portrait's own detail stays, and its lightest and darkest values.

use ndarray::Zip;

use super::measure::{DifferenceError, alike, resolution};
use crate::imaging::raster::gaussian;
use crate::imaging::{Mm, Picture, Plane, tone};

/// Between a Gaussian of this deviation and one of twice that, what repeats at six and a half times
/// the deviation stands out most.
const PERIOD_A_DEVIATION: f64 = 6.53;

/// How detail of one size came through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail {
    /// Its contrast in the print as a share of that in the original: 1 is all of it.
    pub contrast: f64,
    /// Its correlation with the original's, −1..1: 1 is the same detail.
    pub correlation: f64,
}

/// How the detail of `original` that is about `size` apart came through in `printed`, in L*.
///
/// # Errors
/// [`DifferenceError`].
pub fn kept_detail(
    original: &Picture,
    printed: &Picture,
    size: Mm,
) -> Result<Detail, DifferenceError> {
    alike(original, printed)?;
    let deviation = resolution(original)?.px(size) / PERIOD_A_DEVIATION;
    let (a, b) = (band(original, deviation), band(printed, deviation));
    let sum = |a: &Plane, b: &Plane| -> f64 {
        Zip::from(a).and(b).fold(0.0, |sum, a, b| sum + f64::from(*a) * f64::from(*b))
    };
    let (aa, ab, bb) = (sum(&a, &a), sum(&a, &b), sum(&b, &b));
    // Nothing came through as nothing.
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    Ok(Detail { contrast: share(ab, aa), correlation: share(ab, (aa * bb).sqrt()) })
}

/// L* of the luminance less that of its surroundings.
fn band(picture: &Picture, deviation: f64) -> Plane {
    let light = picture.luminance(1);
    let mut near = gaussian(&light, deviation);
    let far = gaussian(&light, 2.0 * deviation);
    Zip::from(&mut near)
        .and(&far)
        .par_for_each(|near, &far| *near = tone::lightness(*near) - tone::lightness(far));
    near
}

/// The share of pixels, 0..1, of which a channel is at its end, black or full, in 8 bits.
#[must_use]
pub fn saturated_share(picture: &Picture) -> f64 {
    let (width, height) = picture.size();
    let rgb = picture.pixels.to_rgb8();
    let ends = rgb.pixels().filter(|p| p.0.contains(&0) || p.0.contains(&255)).count();
    ends as f64 / (width * height).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::rasters::{PRINT, grating, grey};
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn half_the_contrast_is_half() {
        let size = PRINT.mm(95.0);
        let detail = kept_detail(&grating(95, 0.02), &grating(95, 0.01), size).unwrap();
        assert!((detail.contrast - 0.5).abs() < 0.01, "{detail:?}");
        assert!(detail.correlation > 0.999, "{detail:?}");
    }

    #[test]
    fn other_sizes_count_less() {
        let level = |_, _| 0.3;
        let text = |_: f64, y: f64| 0.3 + 0.1 * (y * 2.0 * std::f64::consts::PI / 19.0).sin();
        let face = |_: f64, y: f64| 0.3 + 0.05 * (y * 2.0 * std::f64::consts::PI / 95.0).sin();
        let both = |x: f64, y: f64| text(x, y) + face(x, y) - 0.3;
        let [level, face, both] =
            [grey((380, 380), level), grey((380, 380), face), grey((380, 380), both)];
        let size = PRINT.mm(95.0);
        let kept = kept_detail(&face, &both, size).unwrap();
        assert!((kept.contrast - 1.0).abs() < 0.02 && kept.correlation > 0.98, "{kept:?}");
        let lost = kept_detail(&face, &level, size).unwrap();
        assert!(lost.contrast.abs() < 1e-3, "{lost:?}");
    }

    #[test]
    fn ends_are_counted_by_pixel() {
        let colours = [[0, 128, 255], [1, 254, 9], [255, 255, 255], [7, 0, 7]];
        let pixels = RgbImage::from_fn(4, 1, |x, _| Rgb(colours[x as usize]));
        let share = saturated_share(&Picture::new(pixels.into(), PRINT));
        assert!((share - 0.75).abs() < 1e-12);
    }
}
