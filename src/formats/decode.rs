//! Files → pictures, with limits before memory is taken.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};
use thiserror::Error;

use crate::formats::convert;
use crate::formats::dg2::{self, Coding, Dg2Error};
use crate::formats::directory;
use crate::formats::jp2::{self, Jp2Error};
use crate::formats::jpeg2000::{self, Fault};
use crate::imaging::colour::{MAX_PROFILE_BYTES, ProfileFault};
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;

/// The most pixels that a picture may claim: an A4 page at 1200 ppi has 139 million.
pub const MAX_PIXELS: u64 = 200_000_000;

/// The longest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 2 << 30;

/// Why a file gave no picture.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The file could not be opened or read.
    #[error("cannot read it: {0}")]
    Read(#[from] std::io::Error),
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes; at most {MAX_FILE_BYTES} are read")]
    FileTooLong(u64),
    /// Not one of the formats that tumar reads.
    #[error("not a picture in PNG, JPEG, JPEG 2000 or TIFF, nor a chip's EF.DG2")]
    UnknownFormat,
    /// More than [`MAX_PIXELS`].
    #[error("the picture claims {width} × {height} pixels; at most {MAX_PIXELS} are decoded")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The format's decoder refused it.
    #[error("the {format} data is corrupt or not supported: {detail}")]
    Corrupt {
        /// The format that the first bytes announce.
        format: &'static str,
        /// What the decoder said.
        detail: String,
    },
    /// CMYK, and nothing says what its inks look like.
    #[error("CMYK without a colour profile: what its inks look like is not known")]
    Inks,
    /// CMYK whose profile does not say what its inks look like.
    #[error("CMYK whose colour profile {0}")]
    InksProfile(ProfileFault),
    /// CMYK in JPEG, where programs do not agree on whether 0 is no ink or all ink.
    #[error("a JPEG picture in CMYK is not read")]
    JpegInks,
    /// The headers of a JPEG 2000 file do not hold, or claim too much.
    #[error("the JPEG 2000 data is corrupt or not supported: {0}")]
    Jp2(#[from] Jp2Error),
    /// A chip's file without a picture that could be taken out.
    #[error("the EF.DG2 gives no portrait: {0}")]
    Dg2(#[from] Dg2Error),
}

impl DecodeError {
    /// What may help.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Read(_) => "check the path and the disk",
            Self::Empty | Self::Corrupt { .. } => "copy or export it again",
            Self::FileTooLong(_) | Self::TooLarge { .. } | Self::Jp2(Jp2Error::TooLarge { .. }) => {
                "crop it to the portrait or scan it at a lower resolution"
            }
            Self::Inks | Self::InksProfile(_) | Self::JpegInks => "convert it to RGB",
            Self::Jp2(Jp2Error::Truncated { .. } | Jp2Error::Missing(_)) => {
                "copy or export it again"
            }
            Self::Jp2(_) => "export it again as PNG or TIFF",
            Self::Dg2(Dg2Error::Truncated { .. }) => "read the chip again",
            Self::Dg2(_) => "hand over the one portrait as JPEG or JPEG 2000",
            Self::UnknownFormat => "convert it to one of them",
        }
    }
}

/// Reads a PNG, JPEG, JPEG 2000 or TIFF file, or the portrait in a chip's EF.DG2.
///
/// # Errors
/// See [`DecodeError`]; nothing larger than [`MAX_PIXELS`] is allocated for.
pub fn read(path: &Path) -> Result<Picture, DecodeError> {
    decode(&bytes(path)?)
}

/// The bytes of a file that may be a picture's.
///
/// # Errors
/// [`DecodeError::Read`] and [`DecodeError::FileTooLong`].
pub fn bytes(path: &Path) -> Result<Vec<u8>, DecodeError> {
    let metadata = std::fs::metadata(path)?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(DecodeError::FileTooLong(metadata.len()));
    }
    Ok(std::fs::read(path)?)
}

/// Decodes the bytes of a PNG, JPEG, JPEG 2000 or TIFF file, or of a chip's EF.DG2 with a JPEG or
/// JPEG 2000 picture in it: upright (EXIF orientation applied), alpha laid on white, grey or RGB in
/// 8 or 16 bits. Of a TIFF with several pages the first is taken. CMYK in TIFF, and RGB whose
/// profile is a table, become sRGB by their profiles.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Picture, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if !dg2::is_dg2(bytes) {
        return picture(bytes);
    }
    match dg2::picture(bytes)? {
        (Coding::Jpeg, bytes) => picture(bytes),
        (Coding::Jpeg2000, bytes) => jpeg_2000(bytes),
    }
}

/// A picture that is not in a container.
fn picture(bytes: &[u8]) -> Result<Picture, DecodeError> {
    if jp2::is_jpeg_2000(bytes) {
        return jpeg_2000(bytes);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let format = reader.format().ok_or(DecodeError::UnknownFormat)?;
    let name = name_of(format).ok_or(DecodeError::UnknownFormat)?;
    reader.limits(limits());
    let corrupt =
        |error: ImageError| DecodeError::Corrupt { format: name, detail: error.to_string() };

    if format == ImageFormat::Jpeg && !jpeg_has_its_end(bytes) {
        let detail = "the file ends before its picture does".to_owned();
        return Err(DecodeError::Corrupt { format: name, detail });
    }
    if format == ImageFormat::Jpeg && jpeg_channels(bytes) == Some(4) {
        return Err(DecodeError::JpegInks);
    }
    if format == ImageFormat::Tiff
        && let Some((tag, count)) = directory::overclaim(bytes)
    {
        let detail = format!("field {tag} claims {count} values, more than the file has room for");
        return Err(DecodeError::Corrupt { format: name, detail });
    }
    let mut decoder = reader.into_decoder().map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width == 0 || height == 0 {
        return Err(DecodeError::TooLarge { width, height });
    }
    // A damaged profile, orientation or resolution is as good as none: the pixels still count.
    let icc = match format {
        ImageFormat::Tiff => tiff_icc(bytes),
        _ => decoder.icc_profile().ok().flatten(),
    };
    let in_inks = matches!(
        decoder.original_color_type(),
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16
    );
    let bilevel = match format {
        ImageFormat::Png => png_is_bilevel(bytes),
        _ => decoder.original_color_type() == ExtendedColorType::L1,
    };
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let exif = decoder.exif_metadata().ok().flatten();
    let (mut pixels, icc) = if in_inks {
        let icc = icc.ok_or(DecodeError::Inks)?;
        let inks = convert::tiff_inks(bytes, MAX_PIXELS * 8);
        let inks =
            inks.map_err(|e| DecodeError::Corrupt { format: name, detail: e.to_string() })?;
        let srgb = convert::from_cmyk((width, height), &inks, &icc);
        let srgb = srgb.map_err(DecodeError::InksProfile)?;
        (srgb.pixels, srgb.icc)
    } else {
        (DynamicImage::from_decoder(decoder).map_err(corrupt)?, icc)
    };
    pixels.apply_orientation(orientation);

    let ppi = match format {
        ImageFormat::Png => png_ppi(bytes),
        ImageFormat::Tiff => tiff_ppi(bytes),
        _ => jpeg_ppi(bytes, exif),
    };
    let ppi = ppi.filter(|axes| axes.iter().all(|axis| axis.is_plausible()));
    let ppi = ppi.map(|[x, y]| if turns_sideways(orientation) { [y, x] } else { [x, y] });
    let mut picture = Picture { pixels: plain(pixels), ppi, icc, bilevel };
    convert::settle(&mut picture);
    Ok(picture)
}

fn jpeg_2000(bytes: &[u8]) -> Result<Picture, DecodeError> {
    let (pixels, header) = jpeg2000::decode(bytes).map_err(|fault| match fault {
        Fault::Header(error) => error.into(),
        Fault::Decoder(detail) => DecodeError::Corrupt { format: "JPEG 2000", detail },
    })?;
    let icc = header.icc.map(<[u8]>::to_vec);
    let mut picture = Picture { pixels: plain(pixels), ppi: header.ppi, icc, bilevel: false };
    convert::settle(&mut picture);
    Ok(picture)
}

fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    limits
}

fn name_of(format: ImageFormat) -> Option<&'static str> {
    match format {
        ImageFormat::Png => Some("PNG"),
        ImageFormat::Jpeg => Some("JPEG"),
        ImageFormat::Tiff => Some("TIFF"),
        _ => None,
    }
}

fn turns_sideways(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Grey or RGB without alpha, 8 or 16 bits.
fn plain(pixels: DynamicImage) -> DynamicImage {
    match pixels {
        DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLuma16(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgb16(_) => pixels,
        DynamicImage::ImageLumaA8(_) => {
            let flat = pixels.to_luma_alpha8();
            let grey = |p: &image::LumaA<u8>| image::Luma([on_white_8(p.0[0], p.0[1])]);
            image::ImageBuffer::from_fn(flat.width(), flat.height(), |x, y| {
                grey(flat.get_pixel(x, y))
            })
            .into()
        }
        DynamicImage::ImageRgba8(_) => {
            let flat = pixels.to_rgba8();
            let rgb =
                |p: &image::Rgba<u8>| image::Rgb([0, 1, 2].map(|c| on_white_8(p.0[c], p.0[3])));
            image::ImageBuffer::from_fn(flat.width(), flat.height(), |x, y| {
                rgb(flat.get_pixel(x, y))
            })
            .into()
        }
        deep if deep.color().has_alpha() => {
            let flat = deep.to_rgba16();
            let rgb =
                |p: &image::Rgba<u16>| image::Rgb([0, 1, 2].map(|c| on_white_16(p.0[c], p.0[3])));
            let laid: image::ImageBuffer<image::Rgb<u16>, Vec<u16>> =
                image::ImageBuffer::from_fn(flat.width(), flat.height(), |x, y| {
                    rgb(flat.get_pixel(x, y))
                });
            DynamicImage::ImageRgb16(laid)
        }
        deep => DynamicImage::ImageRgb16(deep.to_rgb16()),
    }
}

fn on_white_8(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

fn on_white_16(value: u16, alpha: u16) -> u16 {
    let (value, alpha) = (u64::from(value), u64::from(alpha));
    ((value * alpha + 65_535 * (65_535 - alpha) + 32_767) / 65_535) as u16
}

/// Whether a JPEG has an end mark (ITU-T T.81, B.1.1): without it, decoders fill the rest with grey.
/// Thumbnails, which have end marks of their own, stand in segments before the first scan.
fn jpeg_has_its_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == 0xda {
            return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        // Any number of fill bytes may stand before a marker.
        at += if marker == 0xff { 1 } else { 2 + usize::from(u16::from_be_bytes([high, low])) };
    }
    // Something else before the first scan is for the decoder to judge.
    at + 4 <= bytes.len()
}

/// The components of a JPEG's frame (ITU-T T.81, B.2.2).
fn jpeg_channels(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return bytes.get(at + 9).copied(),
            0xda => return None,
            _ => {}
        }
        at += if marker == 0xff { 1 } else { 2 + usize::from(u16::from_be_bytes([high, low])) };
    }
    None
}

/// Grey of one bit, neither of which is transparent.
fn png_is_bilevel(bytes: &[u8]) -> bool {
    png::Decoder::new(Cursor::new(bytes)).read_info().is_ok_and(|reader| {
        let info = reader.info();
        let form = (info.color_type, info.bit_depth);
        form == (png::ColorType::Grayscale, png::BitDepth::One) && info.trns.is_none()
    })
}

/// The `pHYs` chunk, if its unit is the metre.
fn png_ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    let dims = reader.info().pixel_dims?;
    matches!(dims.unit, png::Unit::Meter)
        .then(|| [dims.xppu, dims.yppu].map(|v| Ppi::from_per_metre(f64::from(v))))
}

/// The JFIF header's density; where it names no unit, EXIF's.
fn jpeg_ppi(bytes: &[u8], exif: Option<Vec<u8>>) -> Option<[Ppi; 2]> {
    jfif_ppi(bytes).or_else(|| exif_ppi(exif?))
}

/// ITU-T T.871, clause 10.1: the APP0 segment that follows SOI.
fn jfif_ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    let at = bytes.windows(5).take(4096).position(|w| w == b"JFIF\0")?;
    let field = bytes.get(at + 7..at + 12)?;
    let density = |hi: u8, lo: u8| f64::from(u16::from_be_bytes([hi, lo]));
    let axes = [density(field[1], field[2]), density(field[3], field[4])];
    match field[0] {
        1 => Some(axes.map(Ppi)),
        2 => Some(axes.map(Ppi::from_per_centimetre)),
        _ => None,
    }
}

fn exif_ppi(raw: Vec<u8>) -> Option<[Ppi; 2]> {
    use exif::{In, Tag, Value};
    let exif = exif::Reader::new().read_raw(raw).ok()?;
    let rational = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.first().map(exif::Rational::to_f64),
        _ => None,
    };
    let axes = [rational(Tag::XResolution)?, rational(Tag::YResolution)?];
    match exif.get_field(Tag::ResolutionUnit, In::PRIMARY).and_then(|f| f.value.get_uint(0)) {
        Some(3) => Some(axes.map(Ppi::from_per_centimetre)),
        Some(2) | None => Some(axes.map(Ppi)),
        Some(_) => None,
    }
}

fn tiff_icc(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = tiff::decoder::Limits::default();
    limits.ifd_value_size = MAX_PROFILE_BYTES;
    let decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).ok()?;
    let mut decoder = decoder.with_limits(limits);
    decoder.get_tag_u8_vec(tiff::tags::Tag::IccProfile).ok()
}

fn tiff_ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    use tiff::decoder::ifd::Value;
    use tiff::tags::Tag;
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).ok()?;
    let mut axis = |tag| match decoder.get_tag(tag).ok()? {
        Value::Rational(n, d) if d > 0 => Some(f64::from(n) / f64::from(d)),
        _ => None,
    };
    let axes = [axis(Tag::XResolution)?, axis(Tag::YResolution)?];
    match decoder.get_tag_u32(Tag::ResolutionUnit).unwrap_or(2) {
        2 => Some(axes.map(Ppi)),
        3 => Some(axes.map(Ppi::from_per_centimetre)),
        _ => None,
    }
}
