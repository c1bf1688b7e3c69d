//! How a page of a TIFF file is laid out: its samples, its strips or tiles.

use super::directory::Directory;
use crate::formats::decode::error::DecodeError;
use crate::formats::decode::limits::{Limits, MAX_PIXELS};

/// The most samples a pixel.
const MAX_SAMPLES: usize = 16;

/// What a page's values are (TIFF 6.0, PhotometricInterpretation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    /// Grey, 0 is white.
    WhiteIsZero,
    /// Grey, 0 is black.
    BlackIsZero,
    Rgb,
    Palette,
    Inks,
    YCbCr,
}

impl Photometric {
    /// Samples a pixel, without extra ones.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Inks => 4,
        }
    }
}

/// How strips and tiles are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// Without marks between rows.
    Fax2,
    Group3 {
        two_dimensional: bool,
    },
    Group4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

/// A page.
#[derive(Debug)]
pub(super) struct Layout {
    /// Pixels across and down.
    pub(super) size: [usize; 2],
    /// Bits a sample: 1, 2, 4, 8 or 16.
    pub(super) bits: usize,
    /// Samples a pixel, extra ones included.
    pub(super) samples: usize,
    pub(super) photometric: Photometric,
    pub(super) compression: Compression,
    /// Whether each plane has strips or tiles of its own.
    pub(super) planar: bool,
    /// Whether each sample is stored as the difference to the one before.
    pub(super) differences: bool,
    /// Pixels across and down that share a value of Cb and of Cr: 1, 2 or 4.
    pub(super) shared: [usize; 2],
    /// Whether the first bit of a byte is its lowest.
    pub(super) lowest_first: bool,
    /// Whether the first extra sample is alpha, and if so, whether the others are multiplied by it.
    pub(super) alpha: Option<bool>,
    /// A strip's or tile's pixels across and down.
    pub(super) chunk: [usize; 2],
    /// Strips or tiles across and down, of one plane.
    pub(super) chunks: [usize; 2],
    pub(super) tiled: bool,
    pub(super) offsets: Vec<u64>,
    /// As many as offsets; none where the file does not say.
    pub(super) lengths: Option<Vec<u64>>,
    /// What may be taken for it.
    pub(super) limits: Limits,
}

fn corrupt(detail: &str) -> DecodeError {
    DecodeError::corrupt("TIFF", detail)
}

impl Layout {
    /// # Errors
    /// [`DecodeError::TooLarge`], [`DecodeError::Kind`] for what is not read,
    /// [`DecodeError::Corrupt`].
    pub(super) fn of(page: &Directory<'_>, limits: Limits) -> Result<Self, DecodeError> {
        let of = |tag, usual| page.number(tag).unwrap_or(usual);
        let size = size(page, limits)?;
        let compression = compression(page)?;
        let photometric = photometric(page, compression)?;
        let samples = of(277, photometric.channels() as u64);
        let samples = usize::try_from(samples).ok().filter(|&n| n <= MAX_SAMPLES);
        let samples = samples.filter(|&n| n >= photometric.channels());
        let samples = samples.ok_or_else(|| corrupt("its number of samples makes no sense"))?;
        let bits = bits(page)?;
        if bits < 8 && (matches!(photometric, Photometric::Inks | Photometric::YCbCr)) {
            return Err(DecodeError::Kind("a TIFF in CMYK or YCbCr of under 8 bits"));
        }
        let differences = differences(page, bits, compression)?;
        let alpha = if samples > photometric.channels() { alpha(page) } else { None };
        let tiled = page.numbers(324).is_some() || page.number(322).is_some();
        let chunk = match tiled {
            true => [of(322, 0), of(323, 0)],
            false => [size[0] as u64, of(278, u64::MAX).min(size[1] as u64)],
        };
        let chunk = chunk.map(|side| usize::try_from(side).unwrap_or(0));
        let area = chunk[0].checked_mul(chunk[1]).filter(|&area| area > 0);
        if area.is_none_or(|area| area as u64 > limits.pixels.max(MAX_PIXELS)) {
            return Err(corrupt("the size of its strips or tiles makes no sense"));
        }
        let chunks = [0, 1].map(|axis| size[axis].div_ceil(chunk[axis]));
        let planar = of(284, 1) == 2 && samples > 1;
        let plain = bits == 8 && samples == 3 && !planar && !differences;
        let shared = match photometric {
            Photometric::YCbCr if compression != Compression::Jpeg => shared(page, plain)?,
            _ => [1, 1],
        };
        let [offsets, lengths] = if tiled { [324, 325] } else { [273, 279] };
        let number = chunks[0] * chunks[1] * if planar { samples } else { 1 };
        let missing = || corrupt("the places of its strips or tiles are missing");
        let offsets =
            page.numbers(offsets).filter(|all| all.len() >= number).ok_or_else(missing)?;
        let lengths = page.numbers(lengths).filter(|all| all.len() >= number);
        if number > 1 && lengths.is_none() && compression != Compression::None {
            return Err(corrupt("the lengths of its strips or tiles are missing"));
        }
        Ok(Self {
            size,
            bits,
            samples,
            photometric,
            compression,
            planar,
            differences,
            shared,
            lowest_first: of(266, 1) == 2,
            alpha,
            chunk,
            chunks,
            tiled,
            offsets,
            lengths,
            limits,
        })
    }
}

/// What the first extra sample is (TIFF 6.0, section 18).
fn alpha(page: &Directory<'_>) -> Option<bool> {
    match page.numbers(338)?.first() {
        Some(1) => Some(true),
        Some(2) => Some(false),
        _ => None,
    }
}

/// YCbCrSubSampling (TIFF 6.0, section 21); `plain` are 8 bits, no planes, no predictor.
fn shared(page: &Directory<'_>, plain: bool) -> Result<[usize; 2], DecodeError> {
    let shared = match page.numbers(530).as_deref() {
        None => [2, 2],
        Some(&[across @ (1 | 2 | 4), down @ (1 | 2 | 4)]) => [across, down],
        Some(_) => return Err(corrupt("its samples of chroma make no sense")),
    };
    if shared != [1, 1] && !plain {
        let kind =
            "a TIFF in YCbCr of fewer samples of chroma, deep, in planes or with a predictor,";
        return Err(DecodeError::Kind(kind));
    }
    Ok(shared.map(|number| number as usize))
}

/// Width and height.
fn size(page: &Directory<'_>, limits: Limits) -> Result<[usize; 2], DecodeError> {
    let side = |tag| u32::try_from(page.number(tag).unwrap_or(0));
    let (Ok(width), Ok(height)) = (side(256), side(257)) else {
        return Err(corrupt("its size makes no sense"));
    };
    limits.check(width, height)?;
    Ok([width as usize, height as usize])
}

/// Whether samples are differences from those before them (TIFF 6.0, section 14).
fn differences(
    page: &Directory<'_>,
    bits: usize,
    compression: Compression,
) -> Result<bool, DecodeError> {
    match page.number(317).unwrap_or(1) {
        1 => Ok(false),
        // Only these two heed the field.
        2 if bits >= 8 => Ok(matches!(compression, Compression::Lzw | Compression::Deflate)),
        2 => Err(DecodeError::Kind("a TIFF of under 8 bits with a predictor")),
        _ => Err(DecodeError::Kind("a TIFF of floating-point numbers")),
    }
}

fn compression(page: &Directory<'_>) -> Result<Compression, DecodeError> {
    let kind = |kind| Err(DecodeError::Kind(kind));
    let compression = match page.number(259).unwrap_or(1) {
        1 => Compression::None,
        2 => Compression::Fax2,
        3 => Compression::Group3 { two_dimensional: page.number(292).unwrap_or(0) & 1 == 1 },
        4 => Compression::Group4,
        5 => Compression::Lzw,
        6 => return kind("a TIFF with old-style JPEG in it (compression 6)"),
        7 => Compression::Jpeg,
        8 | 32_946 => Compression::Deflate,
        32_773 => Compression::PackBits,
        34_676 | 34_677 => return kind("a TIFF in LogLuv"),
        34_712 | 33_003..=33_005 => return kind("a TIFF with JPEG 2000 in it"),
        50_000 => return kind("a TIFF packed with Zstandard"),
        _ => return kind("a TIFF packed in another way than LZW, Deflate, PackBits, JPEG or fax"),
    };
    Ok(compression)
}

fn photometric(page: &Directory<'_>, compression: Compression) -> Result<Photometric, DecodeError> {
    let kind = |kind| Err(DecodeError::Kind(kind));
    let fax =
        matches!(compression, Compression::Fax2 | Compression::Group3 { .. } | Compression::Group4);
    let photometric = match page.number(262) {
        None if fax => Photometric::WhiteIsZero,
        None if page.number(277).unwrap_or(1) >= 3 => Photometric::Rgb,
        None => Photometric::BlackIsZero,
        Some(0) => Photometric::WhiteIsZero,
        // A mask is black and white as well as any.
        Some(1 | 4) => Photometric::BlackIsZero,
        Some(2) => Photometric::Rgb,
        Some(3) => Photometric::Palette,
        Some(5) if page.number(332).unwrap_or(1) == 1 => Photometric::Inks,
        Some(5) => return kind("a TIFF in other inks than CMYK"),
        Some(6) => Photometric::YCbCr,
        Some(8..=10) => return kind("a TIFF in Lab"),
        Some(32_803 | 34_892) => return kind("a camera's raw picture in TIFF"),
        Some(_) => return kind("a TIFF that is none of grey, palette, RGB, YCbCr and CMYK"),
    };
    if fax && (photometric.channels() != 1 || page.number(258).unwrap_or(1) != 1) {
        return Err(corrupt("fax data is of one bit"));
    }
    Ok(photometric)
}

fn bits(page: &Directory<'_>) -> Result<usize, DecodeError> {
    let kind = |kind| Err(DecodeError::Kind(kind));
    let formats = page.numbers(339).unwrap_or_default();
    match formats.iter().find(|&&format| format != 1 && format != 4) {
        None => {}
        Some(2) => return kind("a TIFF of numbers with a sign"),
        Some(_) => return kind("a TIFF of floating-point numbers"),
    }
    let all = page.numbers(258).unwrap_or_else(|| vec![1]);
    let bits = all.first().copied().unwrap_or(1);
    if all.iter().any(|&other| other != bits) {
        return kind("a TIFF whose channels differ in depth");
    }
    match bits {
        1 | 2 | 4 | 8 | 16 => Ok(bits as usize),
        0 => Err(corrupt("samples of no bits")),
        10 | 12 | 14 => kind("a TIFF of 10, 12 or 14 bits a sample"),
        _ => kind("a TIFF of other depths than 1, 2, 4, 8 and 16 bits a sample"),
    }
}
