//! JPEG 2000 → pixels: the headers are checked first, then the decoder gets to see the file.

use hayro_jpeg2000::{ColorSpace, ComponentData, DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Pixel, Rgb, Rgba};

use super::jp2::{self, Header, Jp2Error};

/// Why there are no pixels: what the headers lack, or what the decoder said.
pub(crate) enum Fault {
    Header(Jp2Error),
    /// More pixels than are allowed.
    TooLarge {
        width: u32,
        height: u32,
    },
    Decoder(String),
}

impl From<Jp2Error> for Fault {
    fn from(error: Jp2Error) -> Self {
        Self::Header(error)
    }
}

impl From<hayro_jpeg2000::DecodeError> for Fault {
    fn from(error: hayro_jpeg2000::DecodeError) -> Self {
        Self::Decoder(error.to_string())
    }
}

impl From<&str> for Fault {
    fn from(said: &str) -> Self {
        Self::Decoder(said.to_owned())
    }
}

/// The pixels, grey or RGB of 8 or 16 bits, with alpha if the file has it, and what the headers
/// say. Samples of under 8 or 16 bits are stretched to them.
pub(crate) fn decode(bytes: &[u8], most: u64) -> Result<(DynamicImage, Header<'_>), Fault> {
    let (header, plain) = jp2::read(bytes)?;
    if u64::from(header.width) * u64::from(header.height) > most {
        return Err(Fault::TooLarge { width: header.width, height: header.height });
    }
    Ok((pixels(&plain, [header.width, header.height])?, header))
}

fn pixels(bytes: &[u8], size: [u32; 2]) -> Result<DynamicImage, Fault> {
    // Strict: what is cut within a packet or breaks a rule is refused, not filled with grey.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings)?;
    if !matches!(image.color_space(), ColorSpace::Gray | ColorSpace::RGB | ColorSpace::Icc { .. }) {
        return Err("it is neither grey nor RGB".into());
    }
    if [image.width(), image.height()] != size {
        return Err("its headers contradict each other".into());
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context)?;
    let planes = decoded.components();
    let deep = planes.iter().any(|plane| plane.bit_depth() > 8);
    let eight = |value: f32| (value * 255.0).round() as u8;
    let sixteen = |value: f32| (value * 65_535.0).round() as u16;
    let pixels = match (planes.len(), image.has_alpha(), deep) {
        (1, false, false) => laid::<Luma<u8>>(planes, size, eight).map(Into::into),
        (2, true, false) => laid::<LumaA<u8>>(planes, size, eight).map(Into::into),
        (3, false, false) => laid::<Rgb<u8>>(planes, size, eight).map(Into::into),
        (4, true, false) => laid::<Rgba<u8>>(planes, size, eight).map(Into::into),
        (1, false, true) => laid::<Luma<u16>>(planes, size, sixteen).map(Into::into),
        (2, true, true) => laid::<LumaA<u16>>(planes, size, sixteen).map(Into::into),
        (3, false, true) => laid::<Rgb<u16>>(planes, size, sixteen).map(Into::into),
        (4, true, true) => laid::<Rgba<u16>>(planes, size, sixteen).map(Into::into),
        _ => return Err("it is neither grey nor RGB".into()),
    };
    pixels.ok_or_else(|| "its components differ in size".into())
}

type Laid<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;

/// The planes beside each other, each value brought to 0..1 and rounded.
fn laid<P: Pixel>(
    planes: &[ComponentData],
    [width, height]: [u32; 2],
    rounded: impl Fn(f32) -> P::Subpixel,
) -> Option<Laid<P>> {
    let samples = width as usize * height as usize;
    if planes.iter().any(|plane| plane.samples().len() != samples) {
        return None;
    }
    // A palette may have deeper columns than the codestream has components.
    let scale = |plane: &ComponentData| 1.0 / (2f64.powi(plane.bit_depth().into()) - 1.0) as f32;
    let planes: Vec<_> = planes.iter().map(|plane| (plane.samples(), scale(plane))).collect();
    let mut raw = Vec::with_capacity(samples * planes.len());
    for at in 0..samples {
        raw.extend(
            planes.iter().map(|(plane, scale)| rounded((plane[at] * scale).clamp(0.0, 1.0))),
        );
    }
    ImageBuffer::from_raw(width, height, raw)
}
