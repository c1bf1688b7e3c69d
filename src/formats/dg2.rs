//! EF.DG2, the chip's file with the holder's portrait: where in it the picture is.
//!
//! ICAO Doc 9303-10, 4.7.2: templates in BER-TLV, in them one facial record of ISO/IEC
//! 19794-5:2005 (`5F2E` or `7F2E`) or one face image data block of ISO/IEC 39794-5:2019 in DER
//! (`7F2E`, `A1`). The path to the picture is followed tag by tag; nothing is searched for.

use thiserror::Error;

use crate::formats::bytes::Bytes;

/// What the chip says the picture in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// JPEG.
    Jpeg,
    /// JPEG 2000, lossy or lossless.
    Jpeg2000,
}

impl std::fmt::Display for Coding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Jpeg2000 => "JPEG 2000",
        })
    }
}

/// Why an EF.DG2 gave no picture. Places are counted in bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Dg2Error {
    /// The file ends, or what holds the thing ends, before the thing does.
    #[error("{what} at byte {at} claims {claimed} bytes where {left} are left")]
    Truncated {
        /// What is cut.
        what: &'static str,
        /// Where it begins.
        at: usize,
        /// How long it claims to be.
        claimed: usize,
        /// How much there is.
        left: usize,
    },
    /// A length of the indefinite form, or of more than four bytes.
    #[error("the length at byte {at} is indefinite or takes over four bytes")]
    Length {
        /// Where it stands.
        at: usize,
    },
    /// A tag that is not on the way to the picture where one that is must be.
    #[error("{what} is missing at byte {at}: the tag there is {found:X}")]
    Tag {
        /// What should be there.
        what: &'static str,
        /// Where.
        at: usize,
        /// The tag that is there.
        found: u32,
    },
    /// Something that the container must have.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The template is encrypted or signed by secure messaging (ISO/IEC 7816-11, tag `7D`).
    #[error("its template is protected by secure messaging")]
    Protected,
    /// The facial record is of another edition than ISO/IEC 19794-5:2005.
    #[error("its facial record is version {:?}; 010 is read", String::from_utf8_lossy(.0))]
    Version([u8; 3]),
    /// The container holds no face.
    #[error("it holds no face")]
    NoFace,
    /// Whose portrait is meant cannot be told.
    #[error("it holds {0} faces; one is read")]
    SeveralFaces(u32),
    /// The picture is coded in another way than JPEG or JPEG 2000.
    #[error("its picture has format code {0}; JPEG and JPEG 2000 are read")]
    Format(u32),
    /// The picture is not what the container says it is.
    #[error("it announces a {0} picture and holds something else")]
    Mismatch(Coding),
}

/// Whether a file announces itself as EF.DG2 or as a bare facial record.
#[must_use]
pub fn is_dg2(bytes: &[u8]) -> bool {
    let group = |at: usize| bytes.get(at..at + 2) == Some(&[0x7f, 0x61]);
    // Text that begins with u is no EF.DG2: the group template has to follow.
    let file = match bytes {
        [0x75, first @ 0x80..=0x84, ..] => group(2 + usize::from(first - 0x80)),
        [0x75, ..=0x7f, ..] => group(2),
        _ => false,
    };
    file || bytes.starts_with(RECORD)
}

/// The bytes of the one picture in an EF.DG2 or in a bare facial record, and what it is. Whatever
/// stands behind the outermost template is ignored: chips are read in blocks and padded.
///
/// # Errors
/// See [`Dg2Error`].
pub fn picture(bytes: &[u8]) -> Result<(Coding, &[u8]), Dg2Error> {
    if !is_dg2(bytes) {
        return Err(Dg2Error::Missing("the DG2 template"));
    }
    let mut file = Bytes::new(bytes, 0);
    let (said, mut picture) = if bytes.starts_with(RECORD) {
        facial_record(file)?
    } else {
        let mut file = expect(&mut file, 0x75, "the DG2 template")?;
        data_block(&mut expect(&mut file, 0x7f61, "the biometric group template")?)?
    };
    if !picture.rest().ends_with(&[0xff, 0xd9]) {
        // Lengths on the way were too short: decoders know where the picture ends.
        picture = Bytes::new(&bytes[picture.at()..], picture.at());
    }
    // Passports are about that say the one and hold the other.
    let picture = picture.rest();
    if picture.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok((Coding::Jpeg, picture));
    }
    if crate::formats::jp2::is_jpeg_2000(picture) {
        return Ok((Coding::Jpeg2000, picture));
    }
    Err(match said {
        Said::Coding(coding) => Dg2Error::Mismatch(coding),
        Said::Other(code) => Dg2Error::Format(code),
    })
}

/// How the container says that its picture is coded.
#[derive(Clone, Copy)]
enum Said {
    Coding(Coding),
    Other(u32),
}

/// How many bytes more than there are a length may claim: real chips' are off by some.
const SLACK: usize = 32;

/// The next `length` bytes, or those that are left, if it is but a little too much.
fn about<'a>(data: &mut Bytes<'a>, length: usize) -> Option<Bytes<'a>> {
    let left = data.left();
    data.part(if length > left && length - left <= SLACK { left } else { length })
}

/// The group template: a count, then that many templates of header and data block.
fn data_block<'a>(group: &mut Bytes<'a>) -> Result<(Said, Bytes<'a>), Dg2Error> {
    let count = expect(group, 0x02, "the number of faces")?;
    let count = number(count).ok_or(Dg2Error::Missing("the number of faces"))?;
    let mut templates = Vec::new();
    while let Some((tag, at, template)) = object(group)? {
        match tag {
            0x7f60 if templates.is_empty() => templates.push(template),
            0x7f60 => return Err(Dg2Error::SeveralFaces(count.max(2))),
            0x7d => return Err(Dg2Error::Protected),
            found => return Err(Dg2Error::Tag { what: "the biometric template", at, found }),
        }
    }
    if count > 1 {
        return Err(Dg2Error::SeveralFaces(count));
    }
    let mut template = templates.pop().filter(|_| count == 1).ok_or(Dg2Error::NoFace)?;
    while let Some((tag, _, mut block)) = object(&mut template)? {
        match tag {
            0x5f2e | 0x7f2e if block.rest().starts_with(RECORD) => return facial_record(block),
            0x7f2e => {
                // ICAO's application profile of ISO/IEC 39794-5 for eMRTDs, table 2.
                let mut block = expect(&mut block, 0xa1, "the standardized data block")?;
                return face_image(&mut expect(&mut block, 0x65, "the face image data block")?);
            }
            0x5f2e => return Err(Dg2Error::Missing("the facial record's FAC")),
            0x7d => return Err(Dg2Error::Protected),
            _ => {} // the header, and what others add
        }
    }
    Err(Dg2Error::Missing("the biometric data block"))
}

/// The format identifier of ISO/IEC 19794-5:2005, 5.4.1.
const RECORD: &[u8] = b"FAC\0";

/// ISO/IEC 19794-5:2005, 5.3: header, then one block for each face.
fn facial_record(mut data: Bytes<'_>) -> Result<(Said, Bytes<'_>), Dg2Error> {
    let at = data.at();
    let header = take(&mut data, 14, "the facial record's header")?;
    let mut fields = Bytes::new(&header[4..], at + 4);
    let missing = Dg2Error::Missing("the facial record's header");
    let [a, b, c, 0] = fields.u32().ok_or(missing.clone())?.to_be_bytes() else {
        return Err(Dg2Error::Version([header[4], header[5], header[6]]));
    };
    if [a, b, c] != *b"010" {
        return Err(Dg2Error::Version([a, b, c]));
    }
    let (length, faces) = fields.u32().zip(fields.u16()).ok_or(missing)?;
    match faces {
        0 => return Err(Dg2Error::NoFace),
        1 => {}
        several => return Err(Dg2Error::SeveralFaces(several.into())),
    }
    let (length, left) = (length as usize, data.left() + 14);
    if length < 14 || length > left + SLACK {
        let what = "the facial record";
        return Err(Dg2Error::Truncated { what, at, claimed: length, left });
    }
    // The block has a length of its own.
    face(&mut data)
}

/// ISO/IEC 19794-5:2005, 5.5 to 5.8: 20 bytes about the face, 8 for each feature point, 12 about
/// the picture, and the picture. Width and height in there are left to the picture's own header.
fn face<'a>(blocks: &mut Bytes<'a>) -> Result<(Said, Bytes<'a>), Dg2Error> {
    let (at, left) = (blocks.at(), blocks.left());
    let what = "the facial information";
    let missing = Dg2Error::Truncated { what, at, claimed: 20, left };
    let claimed = blocks.u32().ok_or(missing.clone())? as usize;
    let block = claimed.checked_sub(4).and_then(|length| about(blocks, length));
    let mut block = block.ok_or(Dg2Error::Truncated { what, at, claimed, left })?;
    let points = block.u16().ok_or(missing)?;
    take(&mut block, 14, what)?;
    take(&mut block, 8 * usize::from(points), "the feature points")?;
    let about = take(&mut block, 12, "the image information")?;
    let said = match about[1] {
        0 => Said::Coding(Coding::Jpeg),
        1 => Said::Coding(Coding::Jpeg2000),
        other => Said::Other(other.into()),
    };
    Ok((said, block))
}

/// ISO/IEC 39794-5:2019, annex A, with implicit tags but for choices:
/// `65 {A0 version, A1 {30 {80 id, A1 {A0 {A0 {80 picture, A1 {A0 {80 format}}}}}}}}`.
fn face_image<'a>(block: &mut Bytes<'a>) -> Result<(Said, Bytes<'a>), Dg2Error> {
    expect(block, 0xa0, "the version block")?;
    let mut faces = expect(block, 0xa1, "the list of representations")?;
    if faces.left() == 0 {
        return Err(Dg2Error::NoFace);
    }
    let mut face = expect(&mut faces, 0x30, "the representation")?;
    let mut further = 0;
    while object(&mut faces)?.is_some() {
        further += 1;
    }
    if further > 0 {
        return Err(Dg2Error::SeveralFaces(1 + further));
    }
    expect(&mut face, 0x80, "the representation's number")?;
    let mut image = expect(&mut face, 0xa1, "the image representation")?;
    let mut base = expect(&mut image, 0xa0, "the base representation")?;
    let mut flat = expect(&mut base, 0xa0, "the 2D representation")?;
    let picture = expect(&mut flat, 0x80, "the picture")?;
    let mut about = expect(&mut flat, 0xa1, "the image information")?;
    let mut format = expect(&mut about, 0xa0, "the image data format")?;
    let code = number(expect(&mut format, 0x80, "the image data format's code")?);
    match code.ok_or(Dg2Error::Missing("the image data format's code"))? {
        2 => Ok((Said::Coding(Coding::Jpeg), picture)),
        3 | 4 => Ok((Said::Coding(Coding::Jpeg2000), picture)),
        other => Ok((Said::Other(other), picture)),
    }
}

/// The contents of the next object, which must have this tag.
fn expect<'a>(data: &mut Bytes<'a>, tag: u32, what: &'static str) -> Result<Bytes<'a>, Dg2Error> {
    match object(data)? {
        Some((found, _, contents)) if found == tag => Ok(contents),
        Some((found, at, _)) => Err(Dg2Error::Tag { what, at, found }),
        None => Err(Dg2Error::Missing(what)),
    }
}

/// The next object of BER-TLV: tag, place and contents; none at the end. Zeros between objects are
/// fill (ISO/IEC 7816-4, 5.2.2.1).
fn object<'a>(data: &mut Bytes<'a>) -> Result<Option<(u32, usize, Bytes<'a>)>, Dg2Error> {
    while data.rest().first() == Some(&0) {
        data.u8();
    }
    let (at, left) = (data.at(), data.left());
    let cut = |claimed| Dg2Error::Truncated { what: "the object", at, claimed, left };
    let Some(first) = data.u8() else { return Ok(None) };
    let mut tag = u32::from(first);
    if first & 0x1f == 0x1f {
        // No tag of more than two bytes is on the way to the picture.
        tag = tag << 8 | u32::from(data.u8().ok_or(cut(3))?);
        if tag & 0x80 != 0 {
            return Err(Dg2Error::Tag { what: "a tag of one or two bytes", at, found: tag });
        }
    }
    let at_length = data.at();
    let length = match data.u8().ok_or(cut(2))? {
        short @ ..=0x7f => usize::from(short),
        long @ 0x81..=0x84 => {
            let bytes = data.take(usize::from(long - 0x80)).ok_or(cut(2))?;
            bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte))
        }
        _ => return Err(Dg2Error::Length { at: at_length }),
    };
    let contents = about(data, length);
    let claimed = (data.at() - at).saturating_add(length);
    contents.map(|contents| Some((tag, at, contents))).ok_or(cut(claimed))
}

/// A number of one to three bytes, none of which makes it negative.
fn number(contents: Bytes<'_>) -> Option<u32> {
    let bytes = contents.rest();
    let fits = (1..=3).contains(&bytes.len()) && bytes[0] < 0x80;
    fits.then(|| bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
}

fn take<'a>(data: &mut Bytes<'a>, count: usize, what: &'static str) -> Result<&'a [u8], Dg2Error> {
    let (at, left) = (data.at(), data.left());
    data.take(count).ok_or(Dg2Error::Truncated { what, at, claimed: count, left })
}
