//! TIFF files (TIFF 6.0 and BigTIFF): a page → a picture.
//!
//! The directory, strips and tiles are read here; what packs them is left to crates: `weezl`,
//! `flate2`, `fax` and `zune-jpeg`. Floating-point numbers, signs, Lab, old-style JPEG and depths
//! other than 1, 2, 4, 8 and 16 bits are not read.

mod directory;
mod fax;
mod layout;
mod pixels;
mod unpack;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Pixel, Rgb, RgbImage};

use super::alpha::{self, Sample};
use super::convert::{self, Inks};
use super::error::DecodeError;
use super::jpeg_file;
use super::limits::Limits;
use crate::imaging::colour::MAX_PROFILE_BYTES;
use crate::imaging::colour_spaces::Space;
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;
use directory::Directory;
use layout::{Compression, Layout, Photometric};
use pixels::Stored;

/// The directories that are pages, each counted from 0 among all of the file's.
///
/// # Errors
/// See [`DecodeError`].
pub(super) fn pages(file: &[u8]) -> Result<Vec<usize>, DecodeError> {
    Directory::pages(file)
}

/// What a directory, counted from 0, holds as it is stored, and how it has to be turned to stand upright.
///
/// # Errors
/// See [`DecodeError`].
pub(super) fn page(
    file: &[u8],
    number: usize,
    limits: Limits,
) -> Result<(Picture, Orientation), DecodeError> {
    let page = Directory::of(file, number)?;
    let layout = Layout::of(&page, limits)?;
    let icc = icc(&page);
    let (pixels, icc) = match (layout.photometric, layout.bits) {
        (Photometric::Inks, _) => inks(&page, &layout, &icc.ok_or(DecodeError::Inks)?)?,
        (_, 16) => (values::<u16>(&page, &layout)?, icc),
        _ => (values::<u8>(&page, &layout)?, icc),
    };
    let icc = icc.or_else(|| exif_space(&page)?.icc(!pixels.color().has_color()));
    let bilevel = layout.bits == 1
        && layout.alpha.is_none()
        && matches!(layout.photometric, Photometric::WhiteIsZero | Photometric::BlackIsZero);
    let orientation = page.number(274).and_then(|number| u8::try_from(number).ok());
    let orientation = orientation.and_then(Orientation::from_exif);
    let picture = Picture { pixels, ppi: ppi(&page), icc, bilevel };
    Ok((picture, orientation.unwrap_or(Orientation::NoTransforms)))
}

fn corrupt(detail: &str) -> DecodeError {
    DecodeError::corrupt("TIFF", detail)
}

/// Grey or RGB of a page, on white.
fn values<T: Stored>(page: &Directory<'_>, layout: &Layout) -> Result<DynamicImage, DecodeError>
where
    Luma<T>: Pixel<Subpixel = T>,
    Rgb<T>: Pixel<Subpixel = T>,
    DynamicImage: From<ImageBuffer<Luma<T>, Vec<T>>> + From<ImageBuffer<Rgb<T>, Vec<T>>>,
{
    let mut samples = pixels::samples::<T>(page, layout)?;
    let channels = layout.photometric.channels();
    match layout.photometric {
        Photometric::Palette => return palette(page, layout, &samples),
        Photometric::YCbCr if layout.compression != Compression::Jpeg => {
            luma_chroma(page, layout, &mut samples)?;
        }
        Photometric::Rgb if layout.bits >= 8 => {}
        Photometric::YCbCr | Photometric::Inks => {}
        _ => pixels::settle(&mut samples, layout),
    }
    if let Some(multiplied) = layout.alpha {
        alpha::on_white(&mut samples, channels, multiplied);
    }
    let [width, height] = layout.size.map(|side| side as u32);
    let picture = match channels {
        1 => ImageBuffer::<Luma<T>, _>::from_raw(width, height, samples).map(DynamicImage::from),
        _ => ImageBuffer::<Rgb<T>, _>::from_raw(width, height, samples).map(DynamicImage::from),
    };
    picture.ok_or_else(|| corrupt("its size makes no sense"))
}

/// Colours of 8 bits by ColorMap; grey, if all of them are.
fn palette<T: Sample>(
    page: &Directory<'_>,
    layout: &Layout,
    samples: &[T],
) -> Result<DynamicImage, DecodeError> {
    let map = page.numbers(320).unwrap_or_default();
    let colours = 1usize << layout.bits;
    if layout.bits > 8 || map.len() < 3 * colours {
        return Err(corrupt("its palette does not fit"));
    }
    // Some programs write values of 8 bits, not of 16.
    let deep = map.iter().any(|&value| value > 255);
    let value = |channel: usize, colour: usize| {
        (map[channel * colours + colour] >> if deep { 8 } else { 0 }) as u8
    };
    let table: Vec<_> = (0..colours).map(|c| [0, 1, 2].map(|channel| value(channel, c))).collect();
    let [width, height] = layout.size.map(|side| side as u32);
    let stride = 1 + usize::from(layout.alpha.is_some());
    let indices = samples.chunks_exact(stride).map(|pixel| pixel[0].wide() as usize);
    let picture = if table.iter().all(|[r, g, b]| r == g && g == b) {
        let grey = indices.map(|index| table[index][0]).collect();
        GrayImage::from_raw(width, height, grey).map(DynamicImage::from)
    } else {
        let rgb = indices.flat_map(|index| table[index]).collect();
        RgbImage::from_raw(width, height, rgb).map(DynamicImage::from)
    };
    picture.ok_or_else(|| corrupt("its size makes no sense"))
}

/// YCbCr → RGB in place (TIFF 6.0, sections 20 and 21): by YCbCrCoefficients and ReferenceBlackWhite,
/// else by BT.601's and the whole range.
fn luma_chroma<T: Sample>(
    page: &Directory<'_>,
    layout: &Layout,
    samples: &mut [T],
) -> Result<(), DecodeError> {
    let (top, middle) = (T::TOP as f64, T::TOP.div_ceil(2) as f64);
    let shares = page.fractions(529).unwrap_or_else(|| vec![0.299, 0.587, 0.114]);
    let range = page.fractions(532).unwrap_or_else(|| vec![0.0, top, middle, top, middle, top]);
    let (&[red, green, blue], &[y0, y1, cb0, cb1, cr0, cr1]) = (&shares[..], &range[..]) else {
        return Err(corrupt("what its YCbCr means makes no sense"));
    };
    let scale = |full: f64, low: f64, high: f64| full / (high - low);
    let chroma = top - middle;
    let scales = [scale(top, y0, y1), scale(chroma, cb0, cb1), scale(chroma, cr0, cr1)];
    let sensible = |v: &f64| v.is_finite() && *v > 0.0;
    if !scales.iter().all(sensible) || ![red, green, blue].iter().all(sensible) {
        return Err(corrupt("what its YCbCr means makes no sense"));
    }
    let kept = 3 + usize::from(layout.alpha.is_some());
    for pixel in samples.chunks_exact_mut(kept) {
        let [y, cb, cr] = [(0, y0), (1, cb0), (2, cr0)]
            .map(|(channel, low)| (pixel[channel].wide() as f64 - low) * scales[channel]);
        let (r, b) = (y + (2.0 - 2.0 * red) * cr, y + (2.0 - 2.0 * blue) * cb);
        let g = (y - red * r - blue * b) / green;
        for (value, stored) in [r, g, b].into_iter().zip(pixel) {
            *stored = T::narrow(value.round().clamp(0.0, top) as u64);
        }
    }
    Ok(())
}

/// Inks → sRGB by their profile.
fn inks(
    page: &Directory<'_>,
    layout: &Layout,
    icc: &[u8],
) -> Result<(DynamicImage, Option<Vec<u8>>), DecodeError> {
    if layout.alpha.is_some() {
        return Err(DecodeError::Kind("a TIFF in CMYK with alpha"));
    }
    let inks = match layout.bits {
        16 => Inks::Sixteen(pixels::samples(page, layout)?),
        _ => Inks::Eight(pixels::samples(page, layout)?),
    };
    let size = (layout.size[0] as u32, layout.size[1] as u32);
    let srgb = convert::from_cmyk(size, &inks, icc).map_err(DecodeError::InksProfile)?;
    Ok((srgb.pixels, srgb.icc))
}

/// The colour space that the EXIF directory names, none for sRGB.
fn exif_space(page: &Directory<'_>) -> Option<Space> {
    let exif = page.below(34_665)?;
    let colour_space = u32::try_from(exif.number(40_961)?).ok()?;
    let rules = exif.below(40_965);
    jpeg_file::stated_space(colour_space, rules.as_ref().and_then(|rules| rules.bytes(1)))
}

/// The colour profile, byte for byte.
fn icc(page: &Directory<'_>) -> Option<Vec<u8>> {
    let icc = page.bytes(34_675)?;
    (icc.len() <= MAX_PROFILE_BYTES).then(|| icc.to_vec())
}

/// Pixels per inch across and down, if the unit is a length.
fn ppi(page: &Directory<'_>) -> Option<[Ppi; 2]> {
    let axes = [page.fraction(282)?, page.fraction(283)?];
    match page.number(296).unwrap_or(2) {
        2 => Some(axes.map(Ppi)),
        3 => Some(axes.map(Ppi::from_per_centimetre)),
        _ => None,
    }
}
