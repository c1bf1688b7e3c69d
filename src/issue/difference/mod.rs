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
mod gaussian;
mod scielab;
mod ssim;

use ndarray::Zip;
use thiserror::Error;

use crate::imaging::{Picture, Plane, Ppi};

pub use blocks::{block_colour_difference, block_lightness_error};
pub use detail::{Detail, kept_detail, saturated_share};
pub use scielab::{lightness_difference, seen_colours, seen_lightness};
pub use ssim::{SSIM_PPI, structural_similarity};

/// Why two rasters cannot be compared.
#[derive(Debug, Error, PartialEq)]
pub enum DifferenceError {
    /// Rasters of two sizes.
    #[error("{} × {} pixels cannot be compared with {} × {}", first.0, first.1, second.0, second.1)]
    Size {
        /// Pixels across and down.
        first: (usize, usize),
        /// Pixels across and down.
        second: (usize, usize),
    },
    /// No resolution, pixels that are not square, or two resolutions.
    #[error("both pictures must state one and the same resolution, alike across and down")]
    Resolution,
}

/// |a − b|, pixel by pixel.
#[must_use]
pub fn absolute_difference(a: &Plane, b: &Plane) -> Plane {
    Zip::from(a).and(b).par_map_collect(|a, b| (a - b).abs())
}

/// The value that the share `share` (0..1) of a plane's values lies at or below: 0.5 is the median.
/// 0 for an empty plane.
#[must_use]
pub fn percentile(plane: &Plane, share: f64) -> f32 {
    let mut values: Vec<f32> = plane.iter().copied().collect();
    if values.is_empty() {
        return 0.0;
    }
    let rank = (share.clamp(0.0, 1.0) * (values.len() - 1) as f64).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

fn alike(original: &Picture, printed: &Picture) -> Result<(), DifferenceError> {
    let (first, second) = (original.size(), printed.size());
    if first != second {
        return Err(DifferenceError::Size { first, second });
    }
    let (first, second) = (resolution(original)?, resolution(printed)?);
    if same(first, second) { Ok(()) } else { Err(DifferenceError::Resolution) }
}

fn resolution(picture: &Picture) -> Result<Ppi, DifferenceError> {
    match picture.ppi {
        Some([x, y]) if same(x, y) => Ok(x),
        _ => Err(DifferenceError::Resolution),
    }
}

/// Equal within what the coarsest of the file formats can state.
fn same(a: Ppi, b: Ppi) -> bool {
    (a.0 - b.0).abs() < 1e-3 * a.0
}

/// Rasters to compare.
#[cfg(test)]
mod rasters {
    use std::f64::consts::PI;

    use image::{DynamicImage, ImageBuffer, Luma};

    use super::percentile;
    use crate::imaging::{Picture, Plane, Ppi, tone};

    pub(super) const PRINT: Ppi = Ppi(1200.0);

    /// A 16-bit picture of this linear luminance.
    pub(super) fn grey(size: (u32, u32), luminance: impl Fn(f64, f64) -> f64) -> Picture {
        let pixels: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_fn(size.0, size.1, |x, y| {
                let stored = tone::stored(luminance(f64::from(x), f64::from(y)) as f32);
                Luma([(stored * 65_535.0 + 0.5) as u16])
            });
        Picture::new(DynamicImage::ImageLuma16(pixels), PRINT)
    }

    /// 24 lines, an odd `period` of pixels apart so that one lies on the trough; mirrored edges
    /// continue them.
    pub(super) fn grating(period: u32, contrast: f64) -> Picture {
        let phase = |y| 2.0 * PI * (y + 0.5) / f64::from(period);
        grey((96, 24 * period), |_, y| 0.3 * (1.0 + contrast * phase(y).cos()))
    }

    pub(super) fn peak(difference: &Plane) -> f64 {
        f64::from(percentile(difference, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::rasters::{grating, grey, peak};
    use super::*;
    use crate::imaging::{Mm, tone};

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
