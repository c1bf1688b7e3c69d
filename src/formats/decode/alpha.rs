//! Pixels with alpha, laid on white.

use image::{DynamicImage, ImageBuffer, Pixel};

/// A stored value of 8 or 16 bits.
pub(super) trait Sample: Copy + Send + Sync + Default + image::Primitive {
    /// The largest value.
    const TOP: u64;
    fn wide(self) -> u64;
    /// From a number up to [`Self::TOP`].
    fn narrow(value: u64) -> Self;
}

impl Sample for u8 {
    const TOP: u64 = 0xff;
    fn wide(self) -> u64 {
        self.into()
    }
    fn narrow(value: u64) -> Self {
        value as Self
    }
}

impl Sample for u16 {
    const TOP: u64 = 0xffff;
    fn wide(self) -> u64 {
        self.into()
    }
    fn narrow(value: u64) -> Self {
        value as Self
    }
}

/// Grey or RGB without alpha, 8 or 16 bits. No second picture is made of it, but of 32-bit floats.
pub(super) fn plain(pixels: DynamicImage) -> DynamicImage {
    match pixels {
        DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLuma16(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgb16(_) => pixels,
        DynamicImage::ImageLumaA8(of) => flat::<_, image::Luma<u8>>(of).into(),
        DynamicImage::ImageRgba8(of) => flat::<_, image::Rgb<u8>>(of).into(),
        DynamicImage::ImageLumaA16(of) => flat::<_, image::Luma<u16>>(of).into(),
        DynamicImage::ImageRgba16(of) => flat::<_, image::Rgb<u16>>(of).into(),
        deep if deep.color().has_alpha() => flat::<_, image::Rgb<u16>>(deep.into_rgba16()).into(),
        deep => deep.into_rgb16().into(),
    }
}

/// The same without its last channel.
fn flat<P, Q>(pixels: ImageBuffer<P, Vec<P::Subpixel>>) -> ImageBuffer<Q, Vec<P::Subpixel>>
where
    P: Pixel,
    P::Subpixel: Sample,
    Q: Pixel<Subpixel = P::Subpixel>,
{
    let (width, height) = pixels.dimensions();
    let mut samples = pixels.into_raw();
    on_white(&mut samples, Q::CHANNEL_COUNT.into(), false);
    ImageBuffer::from_raw(width, height, samples)
        .unwrap_or_else(|| unreachable!("a value a channel"))
}

/// Lays pixels of so many channels and alpha on white, in place. `multiplied` says that the
/// channels are multiplied by alpha already.
pub(super) fn on_white<T: Sample>(samples: &mut Vec<T>, channels: usize, multiplied: bool) {
    let pixels = samples.len() / (channels + 1);
    for pixel in 0..pixels {
        let from = pixel * (channels + 1);
        let alpha = samples[from + channels].wide();
        let white = T::TOP * (T::TOP - alpha);
        for channel in 0..channels {
            let value = samples[from + channel].wide();
            // A multiplied value above its alpha is none.
            let value = if multiplied { value.min(alpha) * T::TOP } else { value * alpha };
            samples[pixel * channels + channel] = T::narrow((value + white + T::TOP / 2) / T::TOP);
        }
    }
    samples.truncate(pixels * channels);
    samples.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_alpha_are_laid_on_white() {
        let mut straight = vec![200u8, 100, 0, 128, 10, 20, 30, 0];
        on_white(&mut straight, 3, false);
        assert_eq!(straight, [227, 177, 127, 255, 255, 255]);
        let mut multiplied = vec![100u8, 50, 0, 128, 0, 0, 0, 0];
        on_white(&mut multiplied, 3, true);
        assert_eq!(multiplied, [227, 177, 127, 255, 255, 255]);
        let mut deep = vec![40_000u16, 65_535, 40_000, 0];
        on_white(&mut deep, 1, false);
        assert_eq!(deep, [40_000, 65_535]);
    }
}
