//! What the headers of a JPEG file say beside its pixels, and its pixels where they are inks.

use image::metadata::Orientation;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::convert::{self, Inks};
use super::error::DecodeError;
use super::jpeg_walk;
use super::limits::Limits;
use crate::imaging::colour_spaces::Space;
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;

/// The markers up to the first scan, with what is behind each segment's length (ITU-T T.81, B.1.1.4).
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
            if marker == 0xff {
                at += 1;
                continue;
            }
            let length = usize::from(u16::from_be_bytes([high, low]));
            let segment = bytes.get(at + 4..at + 2 + length).unwrap_or(&[]);
            at += 2 + length;
            return (marker != 0xda).then_some((marker, segment));
        }
        None
    })
}

/// The components of a JPEG's frame (ITU-T T.81, B.2.2).
pub(super) fn channels(bytes: &[u8]) -> Option<u8> {
    let is_frame = |marker| matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
    segments(bytes).find(|&(marker, _)| is_frame(marker))?.1.get(5).copied()
}

/// Whether any part of a profile is there (ICC.1:2022, annex B.4).
pub(super) fn has_profile(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, segment)| marker == 0xe2 && segment.starts_with(b"ICC_PROFILE\0"))
}

/// What Adobe's marker says of the channels: 0 as they are, 1 YCbCr, 2 YCCK (ITU-T T.872, 6.5.3).
fn transform(bytes: &[u8]) -> Option<u8> {
    let adobe = |(marker, segment): (u8, &[u8])| match segment {
        [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..] if marker == 0xee => {
            Some(*transform)
        }
        _ => None,
    };
    segments(bytes).filter_map(adobe).last()
}

/// A picture in CMYK or YCCK → sRGB by the profile of its inks. With Adobe's marker 0 is all ink;
/// without it programs do not agree on that.
///
/// # Errors
/// [`DecodeError`].
pub(super) fn inks(
    bytes: &[u8],
    limits: Limits,
) -> Result<(Picture, Orientation, Option<Exif>), DecodeError> {
    let space = match transform(bytes) {
        Some(0) => ColorSpace::CMYK,
        Some(2) => ColorSpace::YCCK,
        _ => return Err(DecodeError::JpegInks),
    };
    jpeg_walk::walk(bytes, limits)?;
    let corrupt = |error: &dyn std::fmt::Display| {
        let detail = error.to_string();
        DecodeError::Corrupt { format: "JPEG", detail }
    };
    let options = DecoderOptions::default()
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| corrupt(&error))?;
    let icc = decoder.icc_profile().ok_or(DecodeError::Inks)?;
    let exif = decoder.exif().cloned();
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let mut inks = decoder.decode().map_err(|error| corrupt(&error))?;
    if inks.len() != 4 * width * height {
        return Err(corrupt(&"its size makes no sense"));
    }
    for pixel in inks.chunks_exact_mut(4) {
        if space == ColorSpace::YCCK {
            luma_chroma(pixel);
        } else {
            pixel.iter_mut().for_each(|ink| *ink = 255 - *ink);
        }
    }
    let size = (width as u32, height as u32);
    let picture =
        convert::from_cmyk(size, &Inks::Eight(inks), &icc).map_err(DecodeError::InksProfile)?;
    let orientation = exif.as_deref().and_then(Orientation::from_exif_chunk);
    let exif = exif.and_then(Exif::read);
    Ok((picture, orientation.unwrap_or(Orientation::NoTransforms), exif))
}

/// YCCK, whose first three are JFIF's YCbCr of 255 less the stored inks (ITU-T T.872, 6.5.3), → inks.
fn luma_chroma(pixel: &mut [u8]) {
    let [y, cb, cr] = [0, 1, 2].map(|channel| f32::from(pixel[channel]));
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
    for (ink, value) in pixel.iter_mut().zip(rgb) {
        *ink = (value + 0.5) as u8;
    }
    pixel[3] = 255 - pixel[3];
}

/// The JFIF header's density; where it names no unit, EXIF's.
pub(super) fn ppi(bytes: &[u8], exif: Option<&Exif>) -> Option<[Ppi; 2]> {
    jfif_ppi(bytes).or_else(|| exif?.ppi())
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

/// What EXIF says (CIPA DC-008), in JPEG, PNG and WebP.
pub(super) struct Exif(exif::Exif);

impl Exif {
    /// From its TIFF header on; some programs leave JPEG's mark before it.
    pub(super) fn read(mut raw: Vec<u8>) -> Option<Self> {
        if raw.starts_with(b"Exif\0\0") {
            raw.drain(..6);
        }
        exif::Reader::new().read_raw(raw).ok().map(Self)
    }

    fn value(&self, tag: exif::Tag) -> Option<&exif::Value> {
        Some(&self.0.get_field(tag, exif::In::PRIMARY)?.value)
    }

    /// The resolution that it states.
    pub(super) fn ppi(&self) -> Option<[Ppi; 2]> {
        use exif::{Tag, Value};
        let rational = |tag| match self.value(tag)? {
            Value::Rational(values) => values.first().map(exif::Rational::to_f64),
            _ => None,
        };
        let axes = [rational(Tag::XResolution)?, rational(Tag::YResolution)?];
        match self.value(Tag::ResolutionUnit).and_then(|value| value.get_uint(0)) {
            Some(3) => Some(axes.map(Ppi::from_per_centimetre)),
            Some(2) | None => Some(axes.map(Ppi)),
            Some(_) => None,
        }
    }

    /// Its colour space, none for sRGB.
    pub(super) fn space(&self) -> Option<Space> {
        use exif::{Tag, Value};
        let stated = self.value(Tag::ColorSpace)?.get_uint(0)?;
        let rule = match self.value(Tag::InteroperabilityIndex) {
            Some(Value::Ascii(texts)) => texts.first().map(Vec::as_slice),
            _ => None,
        };
        stated_space(stated, rule)
    }
}

/// ColorSpace and InteroperabilityIndex (CIPA DC-008, 4.6.6.3 and 4.6.8): the standard has 1 and
/// "uncalibrated", which is Adobe RGB by the rules of DCF; programs write 2 for it, too.
pub(super) fn stated_space(colour_space: u32, rule: Option<&[u8]>) -> Option<Space> {
    let adobe = match colour_space {
        2 => true,
        0xffff => rule.is_some_and(|rule| rule.starts_with(b"R03")),
        _ => false,
    };
    adobe.then_some(Space::AdobeRgb)
}
