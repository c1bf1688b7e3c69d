//! Rasters to compare, for tests.

use std::f64::consts::PI;

use image::{DynamicImage, ImageBuffer, Luma};

use super::measure::percentile;
use crate::imaging::{Picture, Plane, Ppi, tone};

pub(super) const PRINT: Ppi = Ppi(1200.0);

/// A 16-bit picture of this linear luminance.
pub(super) fn grey(size: (u32, u32), luminance: impl Fn(f64, f64) -> f64) -> Picture {
    let pixels: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_fn(size.0, size.1, |x, y| {
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
