//! The portrait at print size: cropped, resampled, in linear light.

use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::{U16, U16x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageBuffer, Luma, Rgb};
use rayon::prelude::*;
use thiserror::Error;

use crate::imaging::colour::{Colour, Curve, ProfileFault};
use crate::imaging::crop::Crop;
use crate::imaging::{Picture, Ppi};
use crate::spec::Profile;

/// Below this width or height in pixels no face can be told.
pub const FEWEST_PIXELS: usize = 60;

/// Rows that are resampled at a time: few enough to stay in the cache.
const BAND: usize = 128;

/// Why a portrait cannot be used.
#[derive(Debug, Error)]
pub enum PortraitError {
    /// Smaller than [`FEWEST_PIXELS`].
    #[error(
        "the portrait has {width} × {height} pixels; it needs at least {FEWEST_PIXELS} × {FEWEST_PIXELS}"
    )]
    TooSmall {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
    },
}

/// A portrait at print resolution.
#[derive(Debug)]
pub struct Prepared {
    /// Linear light, 0..=65535, row-major, channels interleaved.
    pub linear: Vec<u16>,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Print dots across and down.
    pub size: (usize, usize),
    /// Print dots a pixel of the original.
    pub enlarged: f64,
    /// How linear light becomes stored values.
    pub colour: Colour,
    /// The ICC profile that says so.
    pub icc: Option<Vec<u8>>,
    /// What is wrong with the original's profile, which is then not carried on.
    pub fault: Option<ProfileFault>,
}

impl Prepared {
    /// White in [`Self::linear`].
    pub(super) const FULL: f32 = 65_535.0;

    /// The portrait as it came, at print size, in 16 bits: no letters, no room made for them.
    #[must_use]
    pub fn untouched(&self, dpi: Ppi) -> Picture {
        let (width, height) = (self.size.0 as u32, self.size.1 as u32);
        let tables = [0, 1, 2].map(|c| stored_of(self.colour.curve(c)));
        let stored = |(i, &v): (usize, &u16)| tables[i % self.channels][usize::from(v)];
        let values: Vec<u16> = self.linear.iter().enumerate().map(stored).collect();
        let pixels = if self.channels == 1 {
            ImageBuffer::<Luma<u16>, _>::from_raw(width, height, values).map(DynamicImage::from)
        } else {
            ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, values).map(DynamicImage::from)
        };
        let pixels = pixels.unwrap_or_else(|| unreachable!("one value a channel"));
        Picture { icc: self.icc.clone(), ..Picture::new(pixels, dpi) }
    }
}

fn stored_of(curve: &Curve) -> Vec<u16> {
    let stored = |light| curve.stored(f32::from(light) / Prepared::FULL) * Prepared::FULL + 0.5;
    (0..=u16::MAX).map(|light| stored(light) as u16).collect()
}

/// Crops about the centre to the profile's shape and resamples in linear light: Catmull-Rom when
/// it enlarges (sharp, little ringing), Lanczos-3 when it shrinks. Light is what the portrait's
/// colour profile says; sRGB where there is none or a faulty one.
///
/// # Errors
/// [`PortraitError`].
pub fn prepare(portrait: &Picture, profile: &Profile) -> Result<Prepared, PortraitError> {
    let mut prepared = unresampled(portrait, profile)?;
    let (colour, from, to) = (&prepared.colour, portrait.size(), prepared.size);
    let (linear, channels) = match &portrait.pixels {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) => {
            return luminance(portrait, profile);
        }
        DynamicImage::ImageRgb8(rgb) => {
            let tables = [0, 1, 2].map(|c| of_u8(colour.curve(c)));
            let pixel = |p: &[u8]| U16x3::new([0, 1, 2].map(|c| tables[c][usize::from(p[c])]));
            (resampled(from, to, rgb.as_raw().chunks_exact(3).map(pixel)), 3)
        }
        other => {
            let (tables, rgb) = ([0, 1, 2].map(|c| of_u16(colour.curve(c))), other.to_rgb16());
            let pixel = |p: &[u16]| U16x3::new([0, 1, 2].map(|c| tables[c][usize::from(p[c])]));
            (resampled(from, to, rgb.as_raw().chunks_exact(3).map(pixel)), 3)
        }
    };
    (prepared.linear, prepared.channels) = (linear, channels);
    Ok(prepared)
}

/// The same in one channel: the luminance of a coloured portrait.
///
/// # Errors
/// [`PortraitError`].
pub fn luminance(portrait: &Picture, profile: &Profile) -> Result<Prepared, PortraitError> {
    let mut prepared = unresampled(portrait, profile)?;
    let (colour, from, to) = (&prepared.colour, portrait.size(), prepared.size);
    // The shares add up to one.
    let shares = colour.luma().map(|weight| (weight.max(0.0) * 65_536.0) as u32);
    let sum = |light: [u16; 3]| {
        let sum: u32 = (0..3).map(|c| (shares[c] * u32::from(light[c])) >> 8).sum();
        U16::new((sum >> 8).min(65_535) as u16)
    };
    prepared.linear = match &portrait.pixels {
        DynamicImage::ImageLuma8(grey) => {
            let table = of_u8(colour.curve(0));
            resampled(from, to, grey.as_raw().iter().map(|&v| U16::new(table[usize::from(v)])))
        }
        DynamicImage::ImageLuma16(grey) => {
            let table = of_u16(colour.curve(0));
            resampled(from, to, grey.as_raw().iter().map(|&v| U16::new(table[usize::from(v)])))
        }
        DynamicImage::ImageRgb8(rgb) => {
            let tables = [0, 1, 2].map(|c| of_u8(colour.curve(c)));
            let light = |p: &[u8]| sum([0, 1, 2].map(|c| tables[c][usize::from(p[c])]));
            resampled(from, to, rgb.as_raw().chunks_exact(3).map(light))
        }
        other => {
            let (tables, rgb) = ([0, 1, 2].map(|c| of_u16(colour.curve(c))), other.to_rgb16());
            let light = |p: &[u16]| sum([0, 1, 2].map(|c| tables[c][usize::from(p[c])]));
            resampled(from, to, rgb.as_raw().chunks_exact(3).map(light))
        }
    };
    Ok(prepared)
}

/// What is known of a portrait before its pixels are resampled.
fn unresampled(portrait: &Picture, profile: &Profile) -> Result<Prepared, PortraitError> {
    let (width, height) = portrait.size();
    if width < FEWEST_PIXELS || height < FEWEST_PIXELS {
        return Err(PortraitError::TooSmall { width, height });
    }
    let size = profile.size_px();
    let enlarged = (size.0 as f64 / width as f64).max(size.1 as f64 / height as f64);
    let (colour, fault) = match portrait.stated_colour() {
        Ok(colour) => (colour, None),
        Err(fault) => (Colour::srgb(), Some(fault)),
    };
    let icc = portrait.icc.clone().filter(|_| fault.is_none());
    Ok(Prepared { linear: Vec::new(), channels: 1, size, enlarged, colour, icc, fault })
}

fn of_u8(curve: &Curve) -> [u16; 256] {
    curve.of_u8().map(full_scale)
}

fn of_u16(curve: &Curve) -> Vec<u16> {
    curve.of_u16().iter().map(|&v| full_scale(v)).collect()
}

fn full_scale(linear: f32) -> u16 {
    (linear * Prepared::FULL + 0.5) as u16
}

/// Cropped about the centre to the shape of `to` and resampled to it, channels interleaved.
fn resampled<P>(
    from: (usize, usize),
    to: (usize, usize),
    pixels: impl Iterator<Item = P>,
) -> Vec<u16>
where
    P: PixelTrait<Component = u16>,
{
    let filter = if to.0 > from.0 { FilterType::CatmullRom } else { FilterType::Lanczos3 };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let (width, height) = (from.0 as u32, from.1 as u32);
    let source = TypedImage::from_pixels(width, height, pixels.collect());
    let source = source.unwrap_or_else(|e| unreachable!("one pixel each: {e}"));
    let crop = Crop::centred(from, to);
    let row = to.0 * P::count_of_components();
    let mut printed = vec![0; row * to.1];
    printed.par_chunks_mut(row * BAND).enumerate().for_each_init(
        Resizer::new,
        |resizer, (i, out)| {
            let rows = out.len() / row;
            let top = crop.top + (i * BAND) as f64 * crop.height / to.1 as f64;
            let height = rows as f64 * crop.height / to.1 as f64;
            let height = height.min(from.1 as f64 - top);
            let options = options.crop(crop.left, top, crop.width, height);
            let mut band = TypedImage::new(to.0 as u32, rows as u32);
            resizer
                .resize_typed(&source, &mut band, &options)
                .unwrap_or_else(|e| unreachable!("the crop lies within: {e}"));
            out.copy_from_slice(P::components(band.pixels()));
        },
    );
    printed
}
