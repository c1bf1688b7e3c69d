//! What the chunks of a PNG file say beside its pixels.

use std::io::Cursor;

use crate::imaging::units::Ppi;

/// Grey of one bit, neither of which is transparent.
pub(super) fn is_bilevel(bytes: &[u8]) -> bool {
    png::Decoder::new(Cursor::new(bytes)).read_info().is_ok_and(|reader| {
        let info = reader.info();
        let form = (info.color_type, info.bit_depth);
        form == (png::ColorType::Grayscale, png::BitDepth::One) && info.trns.is_none()
    })
}

/// The `pHYs` chunk, if its unit is the metre.
pub(super) fn ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    let dims = reader.info().pixel_dims?;
    matches!(dims.unit, png::Unit::Meter)
        .then(|| [dims.xppu, dims.yppu].map(|v| Ppi::from_per_metre(f64::from(v))))
}
