//! PNG (ISO/IEC 15948).

use image::DynamicImage;
use png::{BitDepth, ColorType, Compression, DeflateCompression, EncodingError, Filter};
use rayon::prelude::*;

use crate::base::picture::Picture;

pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>, EncodingError> {
    match &picture.pixels {
        DynamicImage::ImageLuma8(grey) if picture.bilevel => {
            let bits = packed(grey, grey.width() as usize);
            write(picture, ColorType::Grayscale, BitDepth::One, &bits)
        }
        DynamicImage::ImageLuma8(grey) => {
            write(picture, ColorType::Grayscale, BitDepth::Eight, grey)
        }
        DynamicImage::ImageLuma16(grey) => {
            write(picture, ColorType::Grayscale, BitDepth::Sixteen, &big_endian(grey))
        }
        DynamicImage::ImageRgb16(rgb) => {
            write(picture, ColorType::Rgb, BitDepth::Sixteen, &big_endian(rgb))
        }
        DynamicImage::ImageRgb8(rgb) => write(picture, ColorType::Rgb, BitDepth::Eight, rgb),
        other => write(picture, ColorType::Rgb, BitDepth::Eight, &other.to_rgb8()),
    }
}

fn write(
    picture: &Picture,
    color: ColorType,
    depth: BitDepth,
    samples: &[u8],
) -> Result<Vec<u8>, EncodingError> {
    let mut info = png::Info::with_size(picture.pixels.width(), picture.pixels.height());
    info.color_type = color;
    info.bit_depth = depth;
    info.pixel_dims = picture.ppi.map(|[x, y]| png::PixelDimensions {
        xppu: x.per_metre(),
        yppu: y.per_metre(),
        unit: png::Unit::Meter,
    });
    info.icc_profile = picture.icc.as_deref().map(Into::into);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info)?;
    if depth == BitDepth::One {
        // Eight dots a byte: neighbours tell nothing of each other, but rows repeat.
        encoder.set_deflate_compression(DeflateCompression::Level(1));
        encoder.set_filter(Filter::NoFilter);
    } else {
        // Microtext at 2540 dpi, 3500 × 4500 in colour, one core: 105 ms and 13 MB, as fast as with
        // the simpler filters, which leave a fifth to a third more; level 1 of zlib takes 240 ms.
        encoder.set_compression(Compression::Fast);
        encoder.set_filter(Filter::Paeth);
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(samples)?;
    writer.finish()?;
    Ok(bytes)
}

fn big_endian(samples: &[u16]) -> Vec<u8> {
    samples.iter().flat_map(|v| v.to_be_bytes()).collect()
}

/// Eight dots a byte, the leftmost on top; 1 is light, and so is what fills up a row.
fn packed(grey: &[u8], width: usize) -> Vec<u8> {
    let row = width.div_ceil(8);
    let mut bits = vec![0u8; row * (grey.len() / width)];
    bits.par_chunks_mut(row).zip(grey.par_chunks_exact(width)).for_each(|(bits, grey)| {
        for (bits, dots) in bits.iter_mut().zip(grey.chunks(8)) {
            let sign = |i: usize| dots.get(i).map_or(1, |dot| dot >> 7);
            *bits = (0..8).fold(0, |bits, i| bits << 1 | sign(i));
        }
    });
    bits
}
