//! TIFF 6.0, in strips that are compressed each for itself: in as many threads as there are, the
//! bytes never depending on it.

use std::io::Cursor;

use image::DynamicImage;
use rayon::prelude::*;
use tiff::TiffResult;
use tiff::encoder::{Rational, TiffEncoder};
use tiff::tags::{
    CompressionMethod, PhotometricInterpretation, PlanarConfiguration, Predictor, ResolutionUnit,
    Tag,
};

use crate::formats::encode::deflate::{self, Sample};
use crate::formats::encode::fax;
use crate::imaging::picture::Picture;
use crate::imaging::units::Ppi;

/// Bytes of pixels in a strip, about. TIFF 6.0 advises 8 KiB, for the memories of 1992.
const STRIP: usize = 1 << 18;

/// Strips and what the tags say of them.
struct Strips {
    bits: Vec<u16>,
    compression: CompressionMethod,
    photometric: PhotometricInterpretation,
    rows: usize,
    bytes: Vec<Vec<u8>>,
}

pub(super) fn encode(picture: &Picture) -> TiffResult<Vec<u8>> {
    let width = picture.pixels.width() as usize;
    let strips = match &picture.pixels {
        DynamicImage::ImageLuma8(grey) if picture.bilevel => faxed(grey, width),
        DynamicImage::ImageLuma8(grey) => deflated::<1, _>(grey, width),
        DynamicImage::ImageLuma16(grey) => deflated::<1, _>(grey, width),
        DynamicImage::ImageRgb16(rgb) => deflated::<3, _>(rgb, width),
        DynamicImage::ImageRgb8(rgb) => deflated::<3, _>(rgb, width),
        other => deflated::<3, _>(&other.to_rgb8(), width),
    };
    write(picture, strips)
}

/// TIFF 6.0, section 11: CCITT T.6, white is 0, the leftmost pixel on top of its byte.
fn faxed(grey: &[u8], width: usize) -> Strips {
    let rows = (STRIP * 8 / width).clamp(1, grey.len() / width);
    let strips = grey.par_chunks(width * rows);
    Strips {
        bits: vec![1],
        compression: CompressionMethod::Fax4,
        photometric: PhotometricInterpretation::WhiteIsZero,
        rows,
        bytes: strips.map(|strip| fax::encode(strip, width)).collect(),
    }
}

/// TIFF 6.0, section 14, and Adobe's TIFF Technical Notes of 2002 on Deflate.
fn deflated<const N: usize, S: Sample>(samples: &[S], width: usize) -> Strips {
    let row = width * N * size_of::<S>();
    let rows = (STRIP / row).clamp(1, samples.len() / (width * N));
    let strips = samples.par_chunks(width * N * rows);
    Strips {
        bits: vec![8 * size_of::<S>() as u16; N],
        compression: CompressionMethod::Deflate,
        photometric: match N {
            1 => PhotometricInterpretation::BlackIsZero,
            _ => PhotometricInterpretation::RGB,
        },
        rows,
        bytes: strips.map(|strip| deflate::differences::<N, S>(strip, width)).collect(),
    }
}

/// The profile's tag is that of the ICC specification, annex B.
fn write(picture: &Picture, strips: Strips) -> TiffResult<Vec<u8>> {
    let length = strips.bytes.iter().map(Vec::len).sum::<usize>();
    let tags = 4096 + 8 * strips.bytes.len() + picture.icc.as_ref().map_or(0, Vec::len);
    let mut bytes = Cursor::new(Vec::with_capacity(length + tags));
    let mut encoder = TiffEncoder::new(&mut bytes)?;
    let mut page = encoder.image_directory()?;
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    // Each strip is let go as soon as it is in the file.
    for strip in strips.bytes {
        counts.push(u32::try_from(strip.len())?);
        offsets.push(u32::try_from(page.write_data(strip.as_slice())?)?);
    }
    page.write_tag(Tag::ImageWidth, picture.pixels.width())?;
    page.write_tag(Tag::ImageLength, picture.pixels.height())?;
    page.write_tag(Tag::BitsPerSample, strips.bits.as_slice())?;
    page.write_tag(Tag::Compression, strips.compression.to_u16())?;
    page.write_tag(Tag::PhotometricInterpretation, strips.photometric.to_u16())?;
    page.write_tag(Tag::StripOffsets, offsets.as_slice())?;
    page.write_tag(Tag::SamplesPerPixel, strips.bits.len() as u16)?;
    page.write_tag(Tag::RowsPerStrip, strips.rows as u32)?;
    page.write_tag(Tag::StripByteCounts, counts.as_slice())?;
    page.write_tag(Tag::PlanarConfiguration, PlanarConfiguration::Chunky.to_u16())?;
    if strips.compression == CompressionMethod::Deflate {
        page.write_tag(Tag::Predictor, Predictor::Horizontal.to_u16())?;
    }
    let unit = if picture.ppi.is_some() { ResolutionUnit::Inch } else { ResolutionUnit::None };
    let [x, y] = picture.ppi.unwrap_or([Ppi(1.0); 2]).map(rational);
    page.write_tag(Tag::XResolution, x)?;
    page.write_tag(Tag::YResolution, y)?;
    page.write_tag(Tag::ResolutionUnit, unit.to_u16())?;
    if let Some(icc) = &picture.icc {
        page.write_tag(Tag::IccProfile, icc.as_slice())?;
    }
    page.finish()?;
    Ok(bytes.into_inner())
}

/// The simplest fraction that is the resolution, by its continued fraction; where none of 32 bits
/// is, the nearest found, less than 10⁻⁹ away.
fn rational(ppi: Ppi) -> Rational {
    let (mut before, mut found) = ([0u64, 1], [1u64, 0]);
    let mut rest = ppi.0;
    for _ in 0..32 {
        let whole = rest.floor();
        let next = [0, 1].map(|i| whole as u64 * found[i] + before[i]);
        if next.iter().any(|&v| v > u64::from(u32::MAX)) {
            break;
        }
        (before, found) = (found, next);
        let error = found[0] as f64 / found[1] as f64 - ppi.0;
        if error.abs() < 1e-12 * ppi.0 || rest <= whole {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    Rational { n: found[0] as u32, d: found[1] as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_are_exact() {
        for (ppi, n, d) in [
            (1200.0, 1200, 1),
            (2540.0, 2540, 1),
            (600.5, 1201, 2),
            (1000.0 / 3.0, 1000, 3),
            (1016.05, 20_321, 20),
        ] {
            let found = rational(Ppi(ppi));
            assert_eq!((found.n, found.d), (n, d), "{ppi}");
        }
        for ppi in [1_234.567_890_123, std::f64::consts::PI * 300.0] {
            let found = rational(Ppi(ppi));
            assert!((f64::from(found.n) / f64::from(found.d) - ppi).abs() < 1e-9, "{ppi}");
        }
    }
}
