//! Pictures → files that appear whole or not at all.

pub(crate) mod deflate;
pub(crate) mod fax;
mod png_file;
mod tiff_file;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

use super::durable::{self, Synced};
use crate::imaging::picture::Picture;

/// Why nothing was written. No partial file is left behind.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// The ending of the file's name is not that of a format that tumar writes.
    #[error("{}: the name must end in .png, .tif or .tiff", .0.display())]
    UnknownEnding(PathBuf),
    /// The folder or the disk refused.
    #[error("{}: cannot write it: {detail}", path.display())]
    Write {
        /// The file that was to be.
        path: PathBuf,
        /// What the system said.
        detail: std::io::Error,
    },
    /// The format cannot hold this picture.
    #[error("the picture cannot be encoded: {0}")]
    Format(String),
}

/// The file formats that tumar writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PNG. Its resolution is whole pixels per metre, so that the size that it states is at most
    /// 0.05 ‰ off from 300 dpi on (2 µm on 45 mm), 0.01 ‰ from 1200 dpi on.
    Png,
    /// TIFF: deflated, or CCITT Group 4 where it is bilevel. Its resolution is exact.
    Tiff,
}

impl Format {
    /// The format that a file's ending names.
    ///
    /// # Errors
    /// [`EncodeError::UnknownEnding`].
    pub fn of(path: &Path) -> Result<Self, EncodeError> {
        let ending = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("png") => Ok(Self::Png),
            Some("tif" | "tiff") => Ok(Self::Tiff),
            _ => Err(EncodeError::UnknownEnding(path.to_owned())),
        }
    }
}

/// Encodes `picture` and writes it to `path`, whose ending names the format.
///
/// # Errors
/// See [`EncodeError`].
pub fn write(path: &Path, picture: &Picture) -> Result<Synced, EncodeError> {
    let bytes = encode(picture, Format::of(path)?)?;
    write_whole(path, &bytes)
}

/// Writes `bytes` to a temporary file beside `path`, syncs it, where the drive can, and renames it.
///
/// # Errors
/// [`EncodeError::Write`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<Synced, EncodeError> {
    let failed = |detail| EncodeError::Write { path: path.to_owned(), detail };
    let (file, synced) = filled(temporary_in(folder_of(path)), bytes).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(synced)
}

/// [`write_whole`] of a file that replaces none.
///
/// # Errors
/// [`EncodeError::Write`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<Synced, EncodeError> {
    new(temporary_in(folder_of(path)), path, bytes)
}

/// [`write_new`] of a file that only its owner may read.
///
/// # Errors
/// [`EncodeError::Write`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<Synced, EncodeError> {
    // A temporary file is its owner's alone.
    new(tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder_of(path)), path, bytes)
}

fn new(
    temporary: io::Result<NamedTempFile>,
    path: &Path,
    bytes: &[u8],
) -> Result<Synced, EncodeError> {
    let failed = |detail| EncodeError::Write { path: path.to_owned(), detail };
    let (file, synced) = filled(temporary, bytes).map_err(failed)?;
    durable::persist_new(file, path).map_err(failed)?;
    Ok(synced)
}

fn filled(
    temporary: io::Result<NamedTempFile>,
    bytes: &[u8],
) -> io::Result<(NamedTempFile, Synced)> {
    let mut file = temporary?;
    file.write_all(bytes)?;
    let synced = durable::sync(file.as_file())?;
    Ok((file, synced))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How the names of temporary files begin.
const TEMPORARY: &str = ".tumar-";

/// A file that is gone when it is dropped, unless it gets a name of its own.
pub(crate) fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).permissions_like_a_plain_file().tempfile_in(folder)
}

/// tempfile's default is 0600, which would hide a print from the next station of the line.
trait PlainPermissions {
    fn permissions_like_a_plain_file(&mut self) -> &mut Self;
}

impl PlainPermissions for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like_a_plain_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        self.permissions(std::fs::Permissions::from_mode(0o666)) // less the umask
    }
    #[cfg(not(unix))]
    fn permissions_like_a_plain_file(&mut self) -> &mut Self {
        self
    }
}

/// The bytes of a PNG or TIFF file with resolution and colour profile. What is bilevel takes one bit
/// a pixel, in TIFF by CCITT Group 4.
///
/// # Errors
/// [`EncodeError::Format`].
pub fn encode(picture: &Picture, format: Format) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = picture.size();
    if width == 0 || height == 0 {
        return Err(EncodeError::Format(format!("it has {width} × {height} pixels")));
    }
    match format {
        Format::Png => png_file::encode(picture).map_err(|e| EncodeError::Format(e.to_string())),
        Format::Tiff => tiff_file::encode(picture).map_err(|e| EncodeError::Format(e.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::formats::decode::decode;
    use crate::imaging::Ppi;
    use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb, RgbImage};

    fn pictures() -> Vec<DynamicImage> {
        let ramp = |x: u32, y: u32| (x * 7 + y * 13) as u16;
        vec![
            GrayImage::from_fn(31, 17, |x, y| Luma([ramp(x, y) as u8])).into(),
            RgbImage::from_fn(31, 17, |x, y| Rgb([ramp(x, y) as u8, x as u8, y as u8])).into(),
            DynamicImage::ImageLuma16(ImageBuffer::from_fn(31, 17, |x, y| Luma([ramp(x, y) * 97]))),
            DynamicImage::ImageRgb16(ImageBuffer::from_fn(31, 17, |x, y| {
                Rgb([ramp(x, y) * 97, x as u16 * 999, y as u16])
            })),
        ]
    }

    #[test]
    fn pixels_resolution_and_profile_come_back() {
        for format in [Format::Png, Format::Tiff] {
            for pixels in pictures() {
                let mut picture = Picture::new(pixels, Ppi(1200.0));
                picture.icc = Some(vec![7; 300]);
                let back = decode(&encode(&picture, format).unwrap()).unwrap();
                assert_eq!(back.pixels, picture.pixels, "{format:?}");
                assert_eq!(back.ppi, picture.ppi, "{format:?}");
                assert_eq!(back.icc, picture.icc, "{format:?}");
            }
        }
    }

    /// What is written in one bit, by the crates that read it.
    #[test]
    fn black_and_white_come_back() {
        for (width, height) in [(1, 1), (7, 3), (8, 8), (33, 200), (1655, 1300)] {
            for kind in 0..4 {
                let dark = |x: u32, y: u32| match kind {
                    0 => false,
                    1 => true,
                    2 => (x + y).is_multiple_of(2),
                    _ => (x / 5 + (y / 3) * 7) % 4 == 1,
                };
                let grey = GrayImage::from_fn(width, height, |x, y| {
                    Luma([if dark(x, y) { 0 } else { 255 }])
                });
                let mut picture = Picture::new(grey.clone().into(), Ppi(2540.0));
                picture.bilevel = true;

                let png = encode(&picture, Format::Png).unwrap();
                let info = png::Decoder::new(Cursor::new(&png)).read_info().unwrap();
                assert_eq!(info.info().bit_depth, png::BitDepth::One);
                let back = decode(&png).unwrap();
                assert!(back.pixels.to_luma8() == grey, "{width} × {height}, {kind}");
                assert_eq!(back.ppi, picture.ppi);

                let tiff = encode(&picture, Format::Tiff).unwrap();
                let mut tiff = tiff::decoder::Decoder::new(Cursor::new(tiff)).unwrap();
                assert_eq!(tiff.colortype().unwrap(), tiff::ColorType::Gray(1));
                let tiff::decoder::DecodingResult::U8(bits) = tiff.read_image().unwrap() else {
                    panic!("not in bytes")
                };
                let row = width.div_ceil(8) as usize;
                let light = |x: u32, y: u32| bits[y as usize * row + x as usize / 8] >> (7 - x % 8);
                let back =
                    GrayImage::from_fn(width, height, |x, y| Luma([(light(x, y) & 1) * 255]));
                assert!(back == grey, "{width} × {height}, {kind}");
            }
        }
    }

    #[test]
    fn a_missing_folder_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/out.png");
        let picture = Picture::new(GrayImage::new(2, 2).into(), Ppi(600.0));
        assert!(matches!(write(&path, &picture), Err(EncodeError::Write { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
