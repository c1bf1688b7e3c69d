//! PNG, JPEG and TIFF → a picture.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader};

use super::error::{DecodeError, MAX_PIXELS};
use super::{alpha, convert, directory, jpeg_file, png_file, tiff_file};
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;

/// Bytes that a picture of [`MAX_PIXELS`] may take: four samples of 16 bits a pixel.
const MAX_PICTURE_BYTES: u64 = MAX_PIXELS * 8;

/// Which of the formats a file is in.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Png,
    Jpeg,
    Tiff,
}

impl Kind {
    fn of(format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::Tiff => Some(Self::Tiff),
            _ => None,
        }
    }

    fn corrupt(self, detail: impl ToString) -> DecodeError {
        let format = match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Tiff => "TIFF",
        };
        DecodeError::Corrupt { format, detail: detail.to_string() }
    }
}

/// A picture, upright, without alpha.
pub(super) fn picture(bytes: &[u8]) -> Result<Picture, DecodeError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let kind = reader.format().and_then(Kind::of).ok_or(DecodeError::UnknownFormat)?;
    reader.limits(limits());
    see_that_it_is_whole(bytes, kind)?;
    let mut decoder = reader.into_decoder().map_err(|error| kind.corrupt(error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width == 0 || height == 0 {
        return Err(DecodeError::TooLarge { width, height });
    }
    // A damaged profile, orientation or resolution is as good as none: the pixels still count.
    let icc = match kind {
        Kind::Tiff => tiff_file::icc(bytes),
        _ => decoder.icc_profile().ok().flatten(),
    };
    let stored = decoder.original_color_type();
    let bilevel = match kind {
        Kind::Png => png_file::is_bilevel(bytes),
        _ => stored == ExtendedColorType::L1,
    };
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let exif = decoder.exif_metadata().ok().flatten();
    let (mut pixels, icc) = match stored {
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => {
            let srgb = of_inks(bytes, kind, (width, height), icc)?;
            (srgb.pixels, srgb.icc)
        }
        _ => (DynamicImage::from_decoder(decoder).map_err(|error| kind.corrupt(error))?, icc),
    };
    pixels.apply_orientation(orientation);
    let ppi = resolution(bytes, kind, exif, orientation);
    let mut picture = Picture { pixels: alpha::plain(pixels), ppi, icc, bilevel };
    convert::settle(&mut picture);
    Ok(picture)
}

/// What the decoders would not refuse, or not in words: a JPEG that is cut off or in CMYK, a TIFF
/// whose fields claim more than the file has.
fn see_that_it_is_whole(bytes: &[u8], kind: Kind) -> Result<(), DecodeError> {
    match kind {
        Kind::Jpeg if !jpeg_file::has_its_end(bytes) => {
            Err(kind.corrupt("the file ends before its picture does"))
        }
        Kind::Jpeg if jpeg_file::channels(bytes) == Some(4) => Err(DecodeError::JpegInks),
        Kind::Tiff => match directory::overclaim(bytes) {
            Some((tag, count)) => Err(kind.corrupt(format!(
                "field {tag} claims {count} values, more than the file has room for"
            ))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PICTURE_BYTES);
    limits
}

/// Inks → sRGB by the profile, which must be there.
fn of_inks(
    bytes: &[u8],
    kind: Kind,
    size: (u32, u32),
    icc: Option<Vec<u8>>,
) -> Result<Picture, DecodeError> {
    let icc = icc.ok_or(DecodeError::Inks)?;
    let inks = convert::tiff_inks(bytes, MAX_PICTURE_BYTES).map_err(|error| kind.corrupt(error))?;
    convert::from_cmyk(size, &inks, &icc).map_err(DecodeError::InksProfile)
}

/// Pixels per inch across and down of the upright picture, if they are plausible.
fn resolution(
    bytes: &[u8],
    kind: Kind,
    exif: Option<Vec<u8>>,
    orientation: Orientation,
) -> Option<[Ppi; 2]> {
    let [x, y] = match kind {
        Kind::Png => png_file::ppi(bytes),
        Kind::Tiff => tiff_file::ppi(bytes),
        Kind::Jpeg => jpeg_file::ppi(bytes, exif),
    }?;
    let plausible = x.is_plausible() && y.is_plausible();
    plausible.then_some(if turns_sideways(orientation) { [y, x] } else { [x, y] })
}

fn turns_sideways(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}
