//! How much of the microtext the eye sees: the visual difference of two rasters.
//!
//! - S-CIELAB, its lightness only: [`lightness_difference`].
//! - Tone (L*) and colour (CIEDE2000) of small areas: [`block_lightness_error`],
//!   [`block_colour_difference`].
//! - SSIM: [`structural_similarity`].
//! - The portrait's own detail and its lightest and darkest values: [`kept_detail`],
//!   [`saturated_share`].
//!
//! Stored values are read by their colour profiles, and white is the paper's. Left out: gloss, the
//! printer's screen, adaptation to the surround.

mod blocks;
pub mod ciede2000;
mod detail;
mod measure;
#[cfg(test)]
mod rasters;
mod scielab;
mod ssim;

pub use blocks::{block_colour_difference, block_lightness_error};
pub use detail::{Detail, kept_detail, saturated_share};
pub use measure::{DifferenceError, absolute_difference, percentile};
pub use scielab::{lightness_difference, seen_colours, seen_lightness};
pub use ssim::{SSIM_PPI, structural_similarity};

#[cfg(test)]
mod tests {
    use super::rasters::{grating, grey, peak};
    use super::*;
    use crate::imaging::{Mm, Picture, Plane, Ppi, tone};

    const READING: Mm = Mm(400.0);

    #[test]
    fn equal_pictures_differ_by_nothing() {
        let picture = grating(25, 0.5);
        assert!(peak(&lightness_difference(&picture, &picture, READING).unwrap()) < 1e-9);
        assert!(peak(&block_lightness_error(&picture, &picture, Mm(1.0)).unwrap()) < 1e-9);
        assert!((structural_similarity(&picture, &picture).unwrap() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_constant_step_is_seen_whole() {
        let level =
            |lightness: f32| grey((200, 150), move |_, _| f64::from(tone::luminance(lightness)));
        let (a, b) = (level(50.0), level(53.0));
        let difference = lightness_difference(&a, &b, READING).unwrap();
        assert!(difference.iter().all(|d| (d - 3.0).abs() < 0.01));
        let blocks = block_lightness_error(&a, &b, Mm(1.0)).unwrap();
        assert_eq!(blocks.dim(), (3, 4));
        assert!(blocks.iter().all(|d| (d - 3.0).abs() < 0.01));
    }

    #[test]
    fn unlike_rasters_are_refused() {
        let (a, b) = (grey((80, 90), |_, _| 0.5), grey((90, 80), |_, _| 0.5));
        let size = DifferenceError::Size { first: (80, 90), second: (90, 80) };
        assert_eq!(lightness_difference(&a, &b, READING).unwrap_err(), size);
        let other = Picture { ppi: Some([Ppi(600.0); 2]), ..a.clone() };
        assert_eq!(structural_similarity(&a, &other).unwrap_err(), DifferenceError::Resolution);
        let none = Picture { ppi: None, ..a.clone() };
        assert_eq!(seen_lightness(&none, READING).unwrap_err(), DifferenceError::Resolution);
    }

    #[test]
    fn percentiles_of_a_ramp() {
        let ramp = Plane::from_shape_fn((1, 101), |(_, x)| (100 - x) as f32);
        for (share, expected) in [(0.0, 0.0), (0.5, 50.0), (0.95, 95.0), (1.0, 100.0)] {
            assert!((percentile(&ramp, share) - expected).abs() < 1e-6);
        }
        assert!(percentile(&Plane::zeros((0, 0)), 0.5).abs() < 1e-9);
    }
}
