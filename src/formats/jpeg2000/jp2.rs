//! JPEG 2000 files before anything of them is decoded: boxes and codestream headers, with limits.
//!
//! ISO/IEC 15444-1, annex I for the boxes, annex A (in `codestream.rs`) for the headers. What a file
//! makes the decoder allocate follows from these alone.

use std::borrow::Cow;

use super::codestream::{self, Extent};
pub use super::error::{Jp2Error, MAX_COMPONENTS, MAX_JP2_PIXELS};
use crate::formats::bytes::Bytes;
use crate::imaging::units::Ppi;

/// What the headers say.
#[derive(Clone, Debug, PartialEq)]
pub struct Header<'a> {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bits a sample of each component, before a palette is applied; as many as components.
    pub bits: Vec<u8>,
    /// Pixels per inch across and down: those of the capture, else those for display.
    pub ppi: Option<[Ppi; 2]>,
    /// The ICC profile, byte for byte.
    pub icc: Option<&'a [u8]>,
}

/// The signature box (annex I.5.1).
const SIGNATURE: &[u8] = b"\0\0\0\x0cjP  \r\n\x87\n";

/// Whether a file announces itself as JPEG 2000, with boxes or without.
#[must_use]
pub fn is_jpeg_2000(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE) || codestream::is_codestream(bytes)
}

/// Reads the headers of a JP2 file or of a bare codestream and sees that the codestream is whole:
/// every tile is there and the end mark behind the last. Allocates nothing by what they claim.
///
/// # Errors
/// See [`Jp2Error`].
pub fn header(bytes: &[u8]) -> Result<Header<'_>, Jp2Error> {
    read(bytes).map(|(header, _)| header)
}

/// The headers, and the file as a strict decoder wants it where it is not: without bytes behind its
/// end or before its end mark, with all lengths filled in. Many programs write such files, and all
/// viewers show them.
pub(super) fn read(bytes: &[u8]) -> Result<(Header<'_>, Cow<'_, [u8]>), Jp2Error> {
    let mut file = Bytes::new(bytes, 0);
    if codestream::is_codestream(bytes) {
        let (size, extent) = codestream::header(file)?;
        let exact = extent.marked && extent.open.is_none() && extent.end + 2 == bytes.len();
        let plain = if exact { bytes.into() } else { closed(bytes, 0, extent).into() };
        return Ok((size.into(), plain));
    }
    if !bytes.starts_with(SIGNATURE) {
        return Err(Jp2Error::Missing("the signature"));
    }
    let (mut about, mut stream, mut others) = (None, None, Vec::new());
    let mut exact = true;
    loop {
        let start = file.at();
        let (kind, contents) = match next_box(&mut file) {
            Ok(Some(found)) => found,
            Ok(None) => break,
            // What is behind the picture does not count.
            Err(_) if about.is_some() && stream.is_some() => {
                exact = false;
                break;
            }
            Err(error) => return Err(error),
        };
        match &kind {
            b"jp2h" if about.is_some() => return Err(Jp2Error::Twice("the header box")),
            b"jp2h" => about = Some(jp2_header(contents)?),
            b"jp2c" if stream.is_some() => return Err(Jp2Error::Twice("the codestream")),
            b"jp2c" => stream = Some((contents.at(), codestream::header(contents)?)),
            _ => {}
        }
        match &kind {
            b"jp2c" => exact &= claims_what_it_has(&bytes[start..]),
            _ => others.extend(&bytes[start..file.at()]),
        }
    }
    let (ppi, icc) = about.ok_or(Jp2Error::Missing("the header box"))?;
    let (start, (size, extent)) = stream.ok_or(Jp2Error::Missing("the codestream"))?;
    let header = Header { ppi, icc, ..size.into() };
    if exact && extent.marked && extent.open.is_none() {
        return Ok((header, bytes.into()));
    }
    // A length of nought: the last box goes on to the end.
    others.extend(b"\0\0\0\0jp2c");
    others.extend(closed(bytes, start, extent));
    Ok((header, others.into()))
}

/// Whether a box is no longer than the bytes that begin with it.
fn claims_what_it_has(bytes: &[u8]) -> bool {
    let mut fields = Bytes::new(bytes, 0);
    let length = fields.u32().map_or(0, |length| length as usize);
    length <= bytes.len()
}

/// A codestream from a place on, ended behind its last tile-part.
fn closed(bytes: &[u8], start: usize, extent: Extent) -> Vec<u8> {
    let mut stream = bytes[start..extent.end].to_vec();
    if let Some((at, length)) = extent.open {
        stream[at - start..at - start + 4].copy_from_slice(&length.to_be_bytes());
    }
    stream.extend([0xff, 0xd9]);
    stream
}

impl From<codestream::Size> for Header<'_> {
    fn from(size: codestream::Size) -> Self {
        let bits = size.components.iter().map(|component| component.bits).collect();
        Self { width: size.width, height: size.height, bits, ppi: None, icc: None }
    }
}

type Resolution = Option<[Ppi; 2]>;

/// The boxes in the header box (annex I.5.3).
fn jp2_header(mut boxes: Bytes<'_>) -> Result<(Resolution, Option<&[u8]>), Jp2Error> {
    let (mut ppi, mut icc, mut coloured) = (None, None, false);
    while let Some((kind, mut contents)) = next_box(&mut boxes)? {
        let at = contents.at();
        match &kind {
            b"res " => ppi = resolution(contents)?,
            // I.5.3.3: of several, the first counts.
            b"colr" if !coloured => {
                coloured = true;
                let what = Jp2Error::Truncated { what: "the colour specification", at };
                let method = contents.take(3).ok_or(what.clone())?[0];
                match method {
                    1 => match contents.u32().ok_or(what)? {
                        16..=18 => {}
                        other => return Err(Jp2Error::Colour(other)),
                    },
                    2 => icc = Some(contents.rest()),
                    _ => {} // other parts' methods: grey or RGB, by the components
                }
            }
            // Each of these makes a plane of the picture's size.
            b"cmap" => at_most(MAX_COMPONENTS, "mapped channels", contents.left() as u64 / 4)?,
            b"pclr" => {
                let columns = contents.rest().get(2).copied().unwrap_or(0);
                at_most(MAX_COMPONENTS, "palette columns", columns.into())?;
            }
            _ => {}
        }
    }
    Ok((ppi, icc))
}

/// One to `most` of something.
fn at_most(most: u16, what: &'static str, count: u64) -> Result<(), Jp2Error> {
    match count {
        0 => Err(Jp2Error::Missing(what)),
        count if count <= u64::from(most) => Ok(()),
        count => Err(Jp2Error::TooMany { what, count, most: most.into() }),
    }
}

/// The resolution superbox (annex I.5.3.7): pixels per metre as fractions with powers of ten,
/// vertical first. One that makes no sense is as good as none.
fn resolution(mut boxes: Bytes<'_>) -> Result<Resolution, Jp2Error> {
    let (mut capture, mut display) = (None, None);
    while let Some((kind, contents)) = next_box(&mut boxes)? {
        match &kind {
            b"resc" => capture = per_inch(contents),
            b"resd" => display = per_inch(contents),
            _ => {}
        }
    }
    Ok(capture.or(display))
}

fn per_inch(mut fields: Bytes<'_>) -> Resolution {
    let mut fraction = || Some((f64::from(fields.u16()?), f64::from(fields.u16()?)));
    let (down, across) = (fraction()?, fraction()?);
    let exponents = fields.take(2)?;
    let axis = |(numerator, denominator): (f64, f64), exponent: u8| {
        let scale = 10f64.powi(i32::from(exponent.cast_signed()));
        Ppi::from_per_metre(numerator / denominator * scale)
    };
    let axes = [axis(across, exponents[1]), axis(down, exponents[0])];
    axes.iter().all(|axis| axis.is_plausible()).then_some(axes)
}

/// The next box: its type and contents (annex I.4); none at the end.
fn next_box<'a>(file: &mut Bytes<'a>) -> Result<Option<([u8; 4], Bytes<'a>)>, Jp2Error> {
    let at = file.at();
    if file.left() == 0 {
        return Ok(None);
    }
    let cut = Jp2Error::Truncated { what: "the box", at };
    let (length, kind) = file.u32().zip(file.u32()).ok_or(cut.clone())?;
    let length = match length {
        0 => Some(file.left()),
        1 => {
            let length = file.u64().ok_or(cut.clone())?.checked_sub(16);
            length.map(|length| usize::try_from(length).unwrap_or(usize::MAX))
        }
        length => (length as usize).checked_sub(8),
    };
    let length = length.ok_or(Jp2Error::Senseless { what: "the box", at })?;
    let kind = kind.to_be_bytes();
    // Some programs write the file's length: the codestream knows its own end.
    let length = if kind == *b"jp2c" { length.min(file.left()) } else { length };
    Ok(Some((kind, file.part(length).ok_or(cut)?)))
}
