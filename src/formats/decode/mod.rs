//! Files → pictures, with limits before memory is taken.

mod alpha;
mod classic;
mod convert;
mod error;
mod guard;
mod jpeg_bits;
mod jpeg_file;
mod jpeg_frame;
mod jpeg_walk;
mod limits;
mod pages;
mod pdf;
mod png_file;
mod tiff;

use std::path::Path;

use crate::formats::dg2;
use crate::formats::jpeg2000::{self, Fault};
use crate::imaging::picture::Picture;
pub use error::{DecodeError, MAX_FILE_BYTES};
pub use limits::{Limits, MAX_PIXELS};
pub use pages::Pages;

/// Reads a PNG, JPEG, JPEG 2000, TIFF, WebP, BMP or PDF file, or the portrait in a chip's EF.DG2.
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

/// Decodes the bytes of a PNG, JPEG, JPEG 2000, TIFF, WebP, BMP or PDF file, or of a chip's EF.DG2
/// with a JPEG or JPEG 2000 picture in it: upright (EXIF orientation applied), alpha laid on white,
/// grey or RGB in 8 or 16 bits. Of several pages the first is taken; [`Pages`] has all. CMYK, and
/// RGB whose profile is a table, become sRGB by their profiles; of a PDF, all colours do.
///
/// A decoder that panics is an error, too: the first call wraps the process's panic hook, so that
/// nothing of it is printed.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Picture, DecodeError> {
    Pages::of(bytes, Limits::default())?.page(1)
}

/// The format that the first bytes announce.
fn format_of(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "JPEG",
        [0x89, ..] => "PNG",
        [b'I', b'I', ..] | [b'M', b'M', ..] => "TIFF",
        [b'R', ..] => "WebP",
        [b'B', ..] => "BMP",
        _ if pdf::is_pdf(bytes) => "PDF",
        _ => "JPEG 2000",
    }
}

fn jpeg_2000(bytes: &[u8], limits: Limits) -> Result<Picture, DecodeError> {
    let (pixels, header) = jpeg2000::decode(bytes, limits.pixels).map_err(|fault| match fault {
        Fault::Header(error) => error.into(),
        Fault::TooLarge { width, height } => {
            DecodeError::TooLarge { width, height, most: limits.pixels }
        }
        Fault::Decoder(detail) => DecodeError::Corrupt { format: "JPEG 2000", detail },
    })?;
    let icc = header.icc.map(<[u8]>::to_vec);
    let mut picture =
        Picture { pixels: alpha::plain(pixels), ppi: header.ppi, icc, bilevel: false };
    convert::settle(&mut picture);
    Ok(picture)
}
