//! PNG, JPEG, TIFF, WebP and BMP → a picture.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::error::DecodeError;
use super::jpeg_file::Exif;
use super::limits::Limits;
use super::{alpha, convert, jpeg_file, jpeg_walk, magic, png_file};
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;

/// A picture, upright, without alpha.
pub(super) fn picture(bytes: &[u8], limits: Limits) -> Result<Picture, DecodeError> {
    let stored = match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => png(bytes, limits)?,
        Ok(ImageFormat::Jpeg) => jpeg(bytes, limits)?,
        Ok(ImageFormat::WebP) => webp(bytes, limits)?,
        Ok(ImageFormat::Bmp) => bmp(bytes, limits)?,
        _ => {
            return Err(
                magic::of_a_phone(bytes).map_or(DecodeError::UnknownFormat, DecodeError::Phone)
            );
        }
    };
    Ok(upright(stored))
}

/// A picture as it is stored, turned, on white, its colours settled.
pub(super) fn upright((mut picture, orientation): (Picture, Orientation)) -> Picture {
    picture.pixels.apply_orientation(orientation);
    let plausible = |ppi: &[Ppi; 2]| ppi.iter().all(|axis| axis.is_plausible());
    let turned = |[x, y]: [Ppi; 2]| if turns_sideways(orientation) { [y, x] } else { [x, y] };
    picture.ppi = picture.ppi.filter(plausible).map(turned);
    picture.pixels = alpha::plain(picture.pixels);
    convert::settle(&mut picture);
    picture
}

/// Of an animation the first picture.
fn webp(bytes: &[u8], limits: Limits) -> Result<(Picture, Orientation), DecodeError> {
    let length = bytes.get(4..8).and_then(|length| length.first_chunk());
    let length = length.map_or(0, |&length| u32::from_le_bytes(length) as usize);
    if length.saturating_add(8) > bytes.len() {
        let detail = "the file ends before its picture does".to_owned();
        return Err(DecodeError::Corrupt { format: "WebP", detail });
    }
    let (mut picture, orientation, exif) = decoded(bytes, ImageFormat::WebP, "WebP", limits)?;
    picture.ppi = exif.as_ref().and_then(Exif::ppi);
    stated(&mut picture, exif.as_ref());
    Ok((picture, orientation))
}

fn bmp(bytes: &[u8], limits: Limits) -> Result<(Picture, Orientation), DecodeError> {
    let (mut picture, orientation, _) = decoded(bytes, ImageFormat::Bmp, "BMP", limits)?;
    // BITMAPINFOHEADER's pixels per metre, where the header is as long.
    let number = |at: usize| bytes.get(at..)?.first_chunk().map(|&n| u32::from_le_bytes(n));
    if number(14).is_some_and(|length| length >= 40) {
        let axes = number(38).zip(number(42)).map(|(x, y)| [x, y]);
        picture.ppi = axes.map(|axes| axes.map(|axis| Ppi::from_per_metre(f64::from(axis))));
    }
    Ok((picture, orientation))
}

fn png(bytes: &[u8], limits: Limits) -> Result<(Picture, Orientation), DecodeError> {
    let (mut picture, orientation, exif) = decoded(bytes, ImageFormat::Png, "PNG", limits)?;
    if let Some(info) = png_file::info(bytes) {
        picture.ppi = png_file::ppi(&info);
        picture.bilevel = png_file::is_bilevel(&info);
        let grey = !picture.pixels.color().has_color();
        picture.icc = png_file::icc(&info, picture.icc.take(), exif.as_ref(), grey)?;
    }
    Ok((picture, orientation))
}

fn jpeg(bytes: &[u8], limits: Limits) -> Result<(Picture, Orientation), DecodeError> {
    let (mut picture, orientation, exif) = if jpeg_file::channels(bytes) == Some(4) {
        jpeg_file::inks(bytes, limits)?
    } else {
        jpeg_walk::walk(bytes, limits)?;
        decoded(bytes, ImageFormat::Jpeg, "JPEG", limits)?
    };
    picture.ppi = jpeg_file::ppi(bytes, exif.as_ref());
    if picture.icc.is_none() && jpeg_file::has_profile(bytes) {
        // A part of it is missing. What is left is damaged, and said to be.
        picture.icc = Some(Vec::new());
    }
    stated(&mut picture, exif.as_ref());
    Ok((picture, orientation))
}

/// Where there is no profile, EXIF's colour space.
fn stated(picture: &mut Picture, exif: Option<&Exif>) {
    if picture.icc.is_none() {
        let grey = !picture.pixels.color().has_color();
        picture.icc = exif.and_then(Exif::space).and_then(|space| space.icc(grey));
    }
}

/// Pixels, profile, orientation and EXIF, none of whose faults make the pixels worthless.
fn decoded(
    bytes: &[u8],
    kind: ImageFormat,
    format: &'static str,
    limits: Limits,
) -> Result<(Picture, Orientation, Option<Exif>), DecodeError> {
    let corrupt = |error: image::ImageError| {
        let detail = error.to_string();
        DecodeError::Corrupt { format, detail }
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut allowed = image::Limits::default();
    allowed.max_alloc = Some(limits.bytes());
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    limits.check_bytes(decoder.total_bytes())?;
    let icc = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let exif = decoder.exif_metadata().ok().flatten().and_then(Exif::read);
    let pixels = DynamicImage::from_decoder(decoder).map_err(corrupt)?;
    Ok((Picture { pixels, ppi: None, icc, bilevel: false }, orientation, exif))
}

fn turns_sideways(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}
