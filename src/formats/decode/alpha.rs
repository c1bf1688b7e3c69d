//! Pixels with alpha, laid on white.

use image::DynamicImage;

/// Grey or RGB without alpha, 8 or 16 bits.
pub(super) fn plain(pixels: DynamicImage) -> DynamicImage {
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
