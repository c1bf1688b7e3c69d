//! What the first directory of a TIFF file says beside its pixels.

use std::io::Cursor;

use crate::imaging::colour::MAX_PROFILE_BYTES;
use crate::imaging::units::Ppi;

/// The colour profile, byte for byte.
pub(super) fn icc(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = tiff::decoder::Limits::default();
    limits.ifd_value_size = MAX_PROFILE_BYTES;
    let decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).ok()?;
    let mut decoder = decoder.with_limits(limits);
    decoder.get_tag_u8_vec(tiff::tags::Tag::IccProfile).ok()
}

/// Pixels per inch across and down, if the unit is a length.
pub(super) fn ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    use tiff::decoder::ifd::Value;
    use tiff::tags::Tag;
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).ok()?;
    let mut axis = |tag| match decoder.get_tag(tag).ok()? {
        Value::Rational(n, d) if d > 0 => Some(f64::from(n) / f64::from(d)),
        _ => None,
    };
    let axes = [axis(Tag::XResolution)?, axis(Tag::YResolution)?];
    match decoder.get_tag_u32(Tag::ResolutionUnit).unwrap_or(2) {
        2 => Some(axes.map(Ppi)),
        3 => Some(axes.map(Ppi::from_per_centimetre)),
        _ => None,
    }
}
