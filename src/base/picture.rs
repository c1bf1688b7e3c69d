//! A picture as it stands in a file: stored pixels, resolution, colour profile.

use image::DynamicImage;
use ndarray::Array2;

use super::raster::Plane;
use super::tone::{LINEAR_OF_U8, LINEAR_OF_U16, LUMA};
use super::units::Ppi;

/// Pixels with what their file says of them.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Grey or RGB, 8 or 16 bits, no alpha, upright.
    pub pixels: DynamicImage,
    /// Pixels per inch across and down, where the file says so plausibly.
    pub ppi: Option<[Ppi; 2]>,
    /// The ICC profile, byte for byte.
    pub icc: Option<Vec<u8>>,
}

impl Picture {
    /// A picture with square pixels of this resolution and no profile.
    #[must_use]
    pub fn new(pixels: DynamicImage, ppi: Ppi) -> Self {
        Self { pixels, ppi: Some([ppi; 2]), icc: None }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.pixels.width() as usize, self.pixels.height() as usize)
    }

    /// Luminance in linear light, 0..1, `[row, column]`. Stored values are read as sRGB.
    #[must_use]
    pub fn luminance(&self) -> Plane {
        let (width, height) = self.size();
        let values: Vec<f32> = match &self.pixels {
            DynamicImage::ImageLuma8(grey) => {
                let linear = &*LINEAR_OF_U8;
                grey.as_raw().iter().map(|&v| linear[usize::from(v)]).collect()
            }
            DynamicImage::ImageRgb8(rgb) => {
                let [r, g, b] = LUMA.map(|weight| LINEAR_OF_U8.map(|v| v * weight));
                rgb.as_raw()
                    .chunks_exact(3)
                    .map(|p| r[usize::from(p[0])] + g[usize::from(p[1])] + b[usize::from(p[2])])
                    .collect()
            }
            DynamicImage::ImageLuma16(grey) => {
                let linear = &*LINEAR_OF_U16;
                grey.as_raw().iter().map(|&v| linear[usize::from(v)]).collect()
            }
            other => {
                let linear = &*LINEAR_OF_U16;
                other
                    .to_rgb16()
                    .as_raw()
                    .chunks_exact(3)
                    .map(|p| (0..3).map(|c| LUMA[c] * linear[usize::from(p[c])]).sum())
                    .collect()
            }
        };
        Array2::from_shape_vec((height, width), values).expect("one value a pixel")
    }
}
