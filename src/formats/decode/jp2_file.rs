//! JPEG 2000 → a picture.

use super::error::DecodeError;
use super::limits::Limits;
use super::{alpha, convert};
use crate::formats::jpeg2000::{self, Fault};
use crate::imaging::picture::Picture;

/// A picture, without alpha.
pub(super) fn picture(bytes: &[u8], limits: Limits) -> Result<Picture, DecodeError> {
    let (pixels, header) = jpeg2000::decode(bytes, limits.pixels).map_err(|fault| match fault {
        Fault::Header(error) => error.into(),
        Fault::TooLarge { width, height } => {
            DecodeError::TooLarge { width, height, most: limits.pixels }
        }
        Fault::Decoder(detail) => DecodeError::Corrupt { format: "JPEG 2000", detail },
    })?;
    let icc = header.icc.map(<[u8]>::to_vec);
    let mut picture =
        Picture { pixels: alpha::plain(pixels), ppi: header.ppi, icc, bilevel: false };
    convert::settle(&mut picture);
    Ok(picture)
}
