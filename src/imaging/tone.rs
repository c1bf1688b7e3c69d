//! Tones: stored sRGB values, linear light, CIE lightness. The only place where one becomes another.
//!
//! IEC 61966-2-1 for the sRGB curve and its luminance weights, CIE 15:2004 for L*.

use std::sync::LazyLock;

/// Luminance weights of linear sRGB (Rec. 709 primaries, D65): R, G, B.
pub const LUMA: [f32; 3] = [0.212_639, 0.715_169, 0.072_192];

/// CIE 15: below this luminance L* is a straight line.
const LINEAR_PART: f32 = 216.0 / 24_389.0;
const SLOPE: f32 = 24_389.0 / 27.0;

/// Linear light 0..1 of a stored sRGB value 0..1.
#[must_use]
pub fn linear(stored: f32) -> f32 {
    if stored <= 0.040_45 { stored / 12.92 } else { ((stored + 0.055) / 1.055).powf(2.4) }
}

/// Stored sRGB value 0..1 of linear light 0..1.
#[must_use]
pub fn stored(linear: f32) -> f32 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// CIE lightness L*, 0..100, of a luminance 0..1 (relative to paper white).
#[must_use]
pub fn lightness(luminance: f32) -> f32 {
    if luminance <= LINEAR_PART { luminance * SLOPE } else { 116.0 * luminance.cbrt() - 16.0 }
}

/// Luminance 0..1 of a CIE lightness L*, 0..100.
#[must_use]
pub fn luminance(lightness: f32) -> f32 {
    if lightness <= 8.0 {
        lightness / SLOPE
    } else {
        let t = (lightness + 16.0) / 116.0;
        t * t * t
    }
}

/// [`linear`] of each 8-bit value.
pub static LINEAR_OF_U8: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|v| linear(v as f32 / 255.0)));

/// [`linear`] of each 16-bit value.
pub static LINEAR_OF_U16: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..=u16::MAX).map(|v| linear(f32::from(v) / 65_535.0)).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tones() {
        // CIE 15: Y = 0.184 186 is L* 50; sRGB 119/255 is the nearest stored value to it.
        assert!((lightness(0.184_186_5) - 50.0).abs() < 1e-3);
        assert!((stored(0.184_186_5) * 255.0 - 118.9).abs() < 0.1);
        assert!((lightness(1.0) - 100.0).abs() < 1e-4);
    }

    #[test]
    fn curves_invert() {
        for i in 0..=1000 {
            let v = i as f32 / 1000.0;
            assert!((stored(linear(v)) - v).abs() < 2e-5, "sRGB at {v}");
            assert!((luminance(lightness(v)) - v).abs() < 2e-5, "L* at {v}");
        }
    }
}
