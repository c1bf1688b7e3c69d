//! A picture as it stands in a file: stored pixels, resolution, colour profile.

use image::{DynamicImage, ImageBuffer, Rgb};
use ndarray::Axis;
use rayon::prelude::*;

use crate::imaging::colour::{Colour, ProfileFault};
use crate::imaging::raster::{Plane, shrink};
use crate::imaging::units::Ppi;

/// Pixels with what their file says of them.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Grey or RGB, 8 or 16 bits, no alpha, upright.
    pub pixels: DynamicImage,
    /// Pixels per inch across and down, where the file says so plausibly.
    pub ppi: Option<[Ppi; 2]>,
    /// The ICC profile, byte for byte.
    pub icc: Option<Vec<u8>>,
    /// Whether each pixel is black or white, in grey of 8 bits, and is to be written in one bit.
    pub bilevel: bool,
}

impl Picture {
    /// A picture with square pixels of this resolution and no profile.
    #[must_use]
    pub fn new(pixels: DynamicImage, ppi: Ppi) -> Self {
        Self { pixels, ppi: Some([ppi; 2]), icc: None, bilevel: false }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.pixels.width() as usize, self.pixels.height() as usize)
    }

    /// A part of the picture: its upper left corner and size in pixels, cut to the picture.
    #[must_use]
    pub fn part(&self, corner: [usize; 2], size: [usize; 2]) -> Self {
        let [x, y, width, height] = [corner[0], corner[1], size[0], size[1]].map(|v| v as u32);
        Self {
            pixels: self.pixels.crop_imm(x, y, width, height),
            ppi: self.ppi,
            icc: self.icc.clone(),
            bilevel: self.bilevel,
        }
    }

    /// What the stored values mean: by the profile, or, if there is none that says it, by sRGB.
    #[must_use]
    pub fn colour(&self) -> Colour {
        self.stated_colour().unwrap_or_else(|_| Colour::srgb())
    }

    /// What the profile says that the stored values mean; sRGB without a profile.
    ///
    /// # Errors
    /// [`ProfileFault`]: the pixels may still be read by [`Self::colour`].
    pub fn stated_colour(&self) -> Result<Colour, ProfileFault> {
        let grey =
            matches!(self.pixels, DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_));
        match &self.icc {
            None => Ok(Colour::srgb()),
            Some(icc) => Colour::parse(icc, grey),
        }
    }

    /// Luminance in linear light, 0..1, `[row, column]`, averaged over blocks of `factor` ×
    /// `factor` pixels (a last partial block is left out), by [`Self::colour`].
    #[must_use]
    pub fn luminance(&self, factor: usize) -> Plane {
        let colour = self.colour();
        let luma = colour.luma();
        let curve = |channel| colour.curve(channel);
        match &self.pixels {
            DynamicImage::ImageLuma8(grey) => {
                let linear = curve(0).of_u8();
                self.averaged(grey.as_raw(), 1, factor, |p| linear[usize::from(p[0])])
            }
            DynamicImage::ImageRgb8(rgb) => {
                let [r, g, b] = [0, 1, 2].map(|c| curve(c).of_u8().map(|v| v * luma[c]));
                self.averaged(rgb.as_raw(), 3, factor, |p| {
                    r[usize::from(p[0])] + g[usize::from(p[1])] + b[usize::from(p[2])]
                })
            }
            DynamicImage::ImageLuma16(grey) => {
                let linear = curve(0).of_u16();
                self.averaged(grey.as_raw(), 1, factor, |p| linear[usize::from(p[0])])
            }
            other => {
                let linear = [0, 1, 2].map(|c| curve(c).of_u16());
                self.averaged(other.to_rgb16().as_raw(), 3, factor, |p| {
                    (0..3).map(|c| luma[c] * linear[c][usize::from(p[c])]).sum()
                })
            }
        }
    }

    /// Linear light 0..1 of each pixel's brightest channel, averaged as by [`Self::luminance`].
    #[must_use]
    pub fn brightest(&self, factor: usize) -> Plane {
        let curve = self.colour();
        let curve = curve.curve(0);
        match &self.pixels {
            DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) => self.luminance(factor),
            DynamicImage::ImageRgb8(rgb) => {
                let linear = curve.of_u8();
                self.averaged(rgb.as_raw(), 3, factor, |p| {
                    linear[usize::from(p[0].max(p[1]).max(p[2]))]
                })
            }
            other => {
                let linear = curve.of_u16();
                self.averaged(other.to_rgb16().as_raw(), 3, factor, |p| {
                    linear[usize::from(p[0].max(p[1]).max(p[2]))]
                })
            }
        }
    }

    /// Linear light 0..1 of red, green and blue, `[row, column]`, by [`Self::colour`].
    #[must_use]
    pub fn light(&self) -> [Plane; 3] {
        let (width, height) = self.size();
        let (colour, rgb) = (self.colour(), self.pixels.to_rgb16().into_raw());
        [0, 1, 2].map(|c| {
            let linear = colour.curve(c).of_u16();
            let values = rgb.par_chunks_exact(3).map(|p| linear[usize::from(p[c])]).collect();
            Plane::from_shape_vec((height, width), values)
                .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
        })
    }

    /// The picture in 16 bits and at a `factor`th of its resolution: light averaged over blocks of
    /// `factor` × `factor` pixels (a last partial block is left out).
    #[must_use]
    pub fn shrunk(&self, factor: usize) -> Self {
        let (colour, factor) = (self.colour(), factor.max(1));
        let width = self.size().0 / factor;
        let mut values = Vec::new();
        // Bands, so that no copy of the whole in 16 bits is made.
        for row in 0..self.size().1 / factor {
            let band = self.part([0, row * factor], [width * factor, factor]).light();
            let [r, g, b] = band.map(|plane| shrink(&plane, factor));
            for ((r, g), b) in r.iter().zip(&g).zip(&b) {
                for (c, &light) in [r, g, b].into_iter().enumerate() {
                    values.push((colour.curve(c).stored(light) * 65_535.0 + 0.5) as u16);
                }
            }
        }
        let height = values.len() / (3 * width).max(1);
        let pixels = ImageBuffer::<Rgb<u16>, _>::from_raw(width as u32, height as u32, values)
            .unwrap_or_else(|| unreachable!("one value a channel"));
        let pixels = if self.pixels.color().has_color() {
            DynamicImage::from(pixels)
        } else {
            DynamicImage::from(pixels).to_luma16().into()
        };
        let ppi = self.ppi.map(|ppi| ppi.map(|ppi| Ppi(ppi.0 / factor as f64)));
        Self { pixels, ppi, icc: self.icc.clone(), bilevel: false }
    }

    fn averaged<T: Sync>(
        &self,
        samples: &[T],
        channels: usize,
        factor: usize,
        luminance: impl Fn(&[T]) -> f32 + Sync,
    ) -> Plane {
        let (width, height) = self.size();
        let (rows, columns) = (height / factor, width / factor);
        let mut plane = Plane::zeros((rows, columns));
        let share = 1.0 / (factor * factor) as f32;
        plane.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(row, mut out)| {
            for y in row * factor..(row + 1) * factor {
                let line = &samples[y * width * channels..][..columns * factor * channels];
                for (sum, block) in out.iter_mut().zip(line.chunks_exact(factor * channels)) {
                    *sum += block.chunks_exact(channels).map(&luminance).sum::<f32>() * share;
                }
            }
        });
        plane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_and_equal_channels_have_the_same_luminance() {
        let grey = image::GrayImage::from_fn(7, 5, |x, y| image::Luma([(x * 30 + y * 9) as u8]));
        let rgb = DynamicImage::from(grey.clone()).to_rgb8();
        let deep = DynamicImage::from(grey.clone()).to_luma16();
        let of = |pixels: DynamicImage| Picture::new(pixels, Ppi(600.0)).luminance(2);
        let expected = of(grey.into());
        assert_eq!(expected.dim(), (2, 3));
        for other in [of(rgb.into()), of(DynamicImage::ImageLuma16(deep))] {
            assert!(expected.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}
