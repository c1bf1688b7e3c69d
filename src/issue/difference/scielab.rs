//! S-CIELAB (Zhang and Wandell, "A spatial extension of CIELAB for digital color-image
//! reproduction", Journal of the SID 5(1), 1997), its lightness only.

use rayon::prelude::*;

use super::measure::{DifferenceError, absolute_difference, alike, resolution};
use crate::imaging::colour::Colour;
use crate::imaging::raster::gaussian;
use crate::imaging::{Mm, Picture, Plane, tone};

/// One channel of the opponent colour space of Poirson and Wandell, in which S-CIELAB filters.
struct Channel {
    /// From CIE XYZ. Digits and signs are those of the authors' own program (`cmatrix.m`); the
    /// paper prints −0.077 for the +0.077 of the second channel, which would make a blue-yellow
    /// mixture of it: white would not lie near its zero.
    of_xyz: [f64; 3],
    /// What it adds to Y: the second row of the inverse matrix.
    to_luminance: f64,
    /// Its point spread: weights and spreads in degrees of the Gaussians k·exp(−(x² + y²)/spread²),
    /// each k and then the whole such that the sum is 1 (Zhang and Wandell, table 1).
    spread: &'static [(f64, f64)],
}

const CHANNELS: [Channel; 3] = [
    Channel {
        of_xyz: [0.278_733_6, 0.721_803_1, -0.106_552_0],
        to_luminance: 1.188_977_9,
        spread: &[(0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)],
    },
    Channel {
        of_xyz: [-0.448_773_6, 0.289_805_6, 0.077_156_9],
        to_luminance: 0.764_355_0,
        spread: &[(0.531, 0.0392), (0.330, 0.494)],
    },
    Channel {
        of_xyz: [0.085_951_3, -0.589_985_9, 0.501_108_9],
        to_luminance: 0.135_125_7,
        spread: &[(0.488, 0.0536), (0.371, 0.386)],
    },
];

/// The absolute difference in L*, pixel by pixel, that the eye sees from the distance `viewing`.
///
/// # Errors
/// [`DifferenceError`].
pub fn lightness_difference(
    original: &Picture,
    printed: &Picture,
    viewing: Mm,
) -> Result<Plane, DifferenceError> {
    alike(original, printed)?;
    Ok(absolute_difference(&seen_lightness(original, viewing)?, &seen_lightness(printed, viewing)?))
}

/// The lightness L* of each pixel as the eye sees it from the distance `viewing`: S-CIELAB's. The
/// picture is mirrored at its edges.
///
/// All three opponent channels are filtered, since they share Y among them: over the luminance
/// filter on Y alone, fine detail comes out 3 % stronger on grey, 10 % on skin.
///
/// In dark areas with bright surroundings the widest Gaussian, which is negative, can outweigh the
/// others: luminance falls below zero and L* goes on straight. The model overstates what is seen
/// there; differences are not made smaller for it.
///
/// # Errors
/// [`DifferenceError::Resolution`].
pub fn seen_lightness(picture: &Picture, viewing: Mm) -> Result<Plane, DifferenceError> {
    let degree = resolution(picture)?.px(viewing) * 1f64.to_radians().tan();
    let (size, colour) = (picture.size(), picture.colour());
    let values = picture.pixels.to_rgb16().into_raw();
    let mut seen = Plane::zeros((size.1, size.0));
    for channel in &CHANNELS {
        let share = channel.share_of_luminance(&values, size, &colour);
        let whole: f64 = channel.spread.iter().map(|(weight, _)| weight).sum();
        for (weight, spread) in channel.spread {
            let deviation = spread * degree / std::f64::consts::SQRT_2;
            let blurred = gaussian(&share, deviation);
            seen.scaled_add((weight / whole) as f32, &blurred);
        }
    }
    seen.par_mapv_inplace(tone::lightness);
    Ok(seen)
}

/// CIE X, Y and Z of each pixel through the finest of the eye's point spreads: what of the picture's
/// detail is seen from the distance `viewing`, to be looked at enlarged. Contrast is left as it is.
///
/// # Errors
/// [`DifferenceError::Resolution`].
pub fn seen_colours(picture: &Picture, viewing: Mm) -> Result<[Plane; 3], DifferenceError> {
    let degree = resolution(picture)?.px(viewing) * 1f64.to_radians().tan();
    let deviation = CHANNELS[0].spread[0].1 * degree / std::f64::consts::SQRT_2;
    let [red, green, blue] = picture.light().map(|light| gaussian(&light, deviation));
    Ok(picture.colour().xyz().map(|[r, g, b]| &red * r + &green * g + &blue * b))
}

impl Channel {
    /// The share of the luminance that passes through this channel; the three add up to it.
    fn share_of_luminance(&self, rgb: &[u16], size: (usize, usize), colour: &Colour) -> Plane {
        let xyz = colour.xyz();
        let of_rgb = [0, 1, 2].map(|c| {
            let sum: f64 = (0..3).map(|i| self.of_xyz[i] * f64::from(xyz[i][c])).sum();
            (sum * self.to_luminance) as f32
        });
        let linear = [0, 1, 2].map(|c| colour.curve(c).of_u16());
        let share = |p: &[u16]| (0..3).map(|c| of_rgb[c] * linear[c][usize::from(p[c])]).sum();
        let values = rgb.par_chunks_exact(3).map(share).collect();
        Plane::from_shape_vec((size.1, size.0), values)
            .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::rasters::{PRINT, grating, peak};
    use super::*;
    use image::{DynamicImage, ImageBuffer, Rgb};
    use std::f64::consts::PI;

    const READING: Mm = Mm(400.0);

    /// What a spread in degrees passes of a grating of this pitch, seen from 400 mm:
    /// the transform of exp(−x²/σ²) is exp(−π²σ²f²).
    fn passed(spread: f64, pitch: Mm) -> f64 {
        let spread = spread * READING.0 * 1f64.to_radians().tan();
        (-(PI * spread / pitch.0).powi(2)).exp()
    }

    #[test]
    fn matrix_and_its_inverse() {
        for column in 0..3 {
            let sum: f64 = CHANNELS.iter().map(|c| c.to_luminance * c.of_xyz[column]).sum();
            assert!((sum - [0.0, 1.0, 0.0][column]).abs() < 1e-6, "{sum}");
        }
    }

    #[test]
    fn the_eye_weakens_a_grating_as_the_published_kernels_say() {
        // The share of a grey's luminance in each channel.
        let shares = CHANNELS.each_ref().map(|channel| {
            let white = Colour::srgb().xyz().map(|row| f64::from(row.iter().sum::<f32>()));
            let value: f64 = channel.of_xyz.iter().zip(white).map(|(m, w)| m * w).sum();
            channel.to_luminance * value
        });
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        for (period, contrast) in [(17, 0.3), (19, 0.3), (9, 0.8), (35, 0.1), (95, 0.05)] {
            let pitch = PRINT.mm(f64::from(period));
            let expected: f64 = CHANNELS
                .iter()
                .zip(shares)
                .map(|(channel, share)| {
                    let whole: f64 = channel.spread.iter().map(|(w, _)| w).sum();
                    let sum: f64 = channel.spread.iter().map(|(w, s)| w * passed(*s, pitch)).sum();
                    share * sum / whole
                })
                .sum();
            let seen = |v: f64| f64::from(tone::lightness(v as f32));
            // L* is steeper in the troughs.
            let expected = seen(0.3) - seen(0.3 * (1.0 - contrast * expected));
            let flat = grating(period, 0.0);
            let difference = lightness_difference(&flat, &grating(period, contrast), READING);
            let measured = peak(&difference.unwrap());
            assert!(
                (measured - expected).abs() < 0.01 * expected.max(0.2),
                "{pitch}: {measured} instead of {expected}"
            );
        }
    }

    #[test]
    fn from_farther_away_less_is_seen() {
        let (flat, text) = (grating(19, 0.0), grating(19, 0.4));
        let at = |mm| peak(&lightness_difference(&flat, &text, Mm(mm)).unwrap());
        assert!(at(200.0) > 3.0 * at(400.0) && at(400.0) > 3.0 * at(600.0));
    }

    #[test]
    fn colours_of_equal_luminance_differ_only_where_they_meet() {
        let [red, _, blue] = tone::LUMA;
        let colour = |rgb: [f32; 3]| {
            let stored = rgb.map(|v| (tone::stored(v) * 65_535.0 + 0.5) as u16);
            let pixels = ImageBuffer::from_pixel(300, 300, Rgb(stored));
            Picture::new(DynamicImage::ImageRgb16(pixels), PRINT)
        };
        let difference = lightness_difference(
            &colour([0.2, 0.0, 0.0]),
            &colour([0.0, 0.0, 0.2 * red / blue]),
            READING,
        );
        assert!(peak(&difference.unwrap()) < 0.05);
    }
}
