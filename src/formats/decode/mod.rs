//! Files → pictures, with limits before memory is taken.

mod alpha;
mod classic;
mod convert;
mod error;
mod guard;
mod jp2_file;
mod jpeg_bits;
mod jpeg_file;
mod jpeg_frame;
mod jpeg_walk;
mod limits;
mod magic;
mod pages;
mod pdf;
mod png_file;
mod tiff;

use std::path::Path;

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
