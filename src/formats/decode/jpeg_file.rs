//! What the headers of a JPEG file say beside its pixels.

use crate::imaging::units::Ppi;

/// The components of a JPEG's frame (ITU-T T.81, B.2.2).
pub(super) fn channels(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return bytes.get(at + 9).copied(),
            0xda => return None,
            _ => {}
        }
        at += if marker == 0xff { 1 } else { 2 + usize::from(u16::from_be_bytes([high, low])) };
    }
    None
}

/// The JFIF header's density; where it names no unit, EXIF's.
pub(super) fn ppi(bytes: &[u8], exif: Option<Vec<u8>>) -> Option<[Ppi; 2]> {
    jfif_ppi(bytes).or_else(|| exif_ppi(exif?))
}

/// ITU-T T.871, clause 10.1: the APP0 segment that follows SOI.
fn jfif_ppi(bytes: &[u8]) -> Option<[Ppi; 2]> {
    let at = bytes.windows(5).take(4096).position(|w| w == b"JFIF\0")?;
    let field = bytes.get(at + 7..at + 12)?;
    let density = |hi: u8, lo: u8| f64::from(u16::from_be_bytes([hi, lo]));
    let axes = [density(field[1], field[2]), density(field[3], field[4])];
    match field[0] {
        1 => Some(axes.map(Ppi)),
        2 => Some(axes.map(Ppi::from_per_centimetre)),
        _ => None,
    }
}

/// The resolution that EXIF states.
pub(super) fn exif_ppi(raw: Vec<u8>) -> Option<[Ppi; 2]> {
    use exif::{In, Tag, Value};
    let exif = exif::Reader::new().read_raw(raw).ok()?;
    let rational = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.first().map(exif::Rational::to_f64),
        _ => None,
    };
    let axes = [rational(Tag::XResolution)?, rational(Tag::YResolution)?];
    match exif.get_field(Tag::ResolutionUnit, In::PRIMARY).and_then(|f| f.value.get_uint(0)) {
        Some(3) => Some(axes.map(Ppi::from_per_centimetre)),
        Some(2) | None => Some(axes.map(Ppi)),
        Some(_) => None,
    }
}
