//! What the chunks of a PNG file say beside its pixels.

use std::io::Cursor;

use png::{Info, ScaledFloat};

use super::error::DecodeError;
use super::jpeg_file::Exif;
use crate::imaging::colour_spaces::{Coded, Primaries, Space, coded};
use crate::imaging::units::Ppi;

/// The chunks before the pixels.
pub(super) fn info(bytes: &[u8]) -> Option<Info<'static>> {
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    Some(reader.info().clone())
}

/// Grey of one bit, neither of which is transparent.
pub(super) fn is_bilevel(info: &Info<'_>) -> bool {
    let form = (info.color_type, info.bit_depth);
    form == (png::ColorType::Grayscale, png::BitDepth::One) && info.trns.is_none()
}

/// The `pHYs` chunk, if its unit is the metre.
pub(super) fn ppi(info: &Info<'_>) -> Option<[Ppi; 2]> {
    let dims = info.pixel_dims?;
    matches!(dims.unit, png::Unit::Meter)
        .then(|| [dims.xppu, dims.yppu].map(|v| Ppi::from_per_metre(f64::from(v))))
}

/// The profile of a picture's colours, none for sRGB: of several chunks that which goes first (PNG,
/// third edition, 4.3): `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM`; last what EXIF says.
///
/// # Errors
/// [`DecodeError::Kind`]: values beyond white, or not from black to white.
pub(super) fn icc(
    info: &Info<'_>,
    profile: Option<Vec<u8>>,
    exif: Option<&Exif>,
    grey: bool,
) -> Result<Option<Vec<u8>>, DecodeError> {
    if let Some(code) = info.coding_independent_code_points {
        if !code.is_video_full_range_image {
            return Err(DecodeError::Kind("a PNG of narrow range, as video has it (cICP),"));
        }
        match coded(code.color_primaries, code.transfer_function) {
            Coded::Srgb => return Ok(None),
            Coded::Of(space) => return Ok(space.icc(grey)),
            Coded::Hdr => return Err(DecodeError::Kind("a PNG in HDR (cICP: PQ or HLG)")),
            Coded::Open | Coded::Unknown => {}
        }
    }
    if profile.is_some() || info.srgb.is_some() {
        return Ok(profile);
    }
    let stated = match info.gama_chunk {
        Some(gamma) => power(info, gamma),
        None => exif.and_then(Exif::space),
    };
    Ok(stated.and_then(|space| space.icc(grey)))
}

/// `gAMA` and `cHRM`, unless they stand for sRGB (11.3.2.2): 1/2.2 as programs round it, and no other
/// primaries. `cHRM` alone says nothing, as in browsers.
fn power(info: &Info<'_>, gamma: ScaledFloat) -> Option<Space> {
    const SRGB: std::ops::RangeInclusive<u32> = 45_000..=46_000;
    let pair = |(x, y): (ScaledFloat, ScaledFloat)| [x.into_value(), y.into_value()];
    let primaries = info.chrm_chunk.map(|of| Primaries {
        white: pair(of.white),
        colours: [pair(of.red), pair(of.green), pair(of.blue)],
    });
    let primaries = primaries.filter(|primaries| !primaries.are_srgb());
    let scaled = gamma.into_scaled();
    if SRGB.contains(&scaled) && primaries.is_none() {
        return None;
    }
    let exponent = 100_000.0 / scaled as f32;
    let stated = Space::Power(exponent, primaries);
    Some(if stated.icc(false).is_some() { stated } else { Space::Power(exponent, None) })
}
