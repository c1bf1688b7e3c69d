//! Why a file gave no picture, and what is read at the most.

use thiserror::Error;

use crate::formats::dg2::Dg2Error;
use crate::formats::jp2::{Jp2Error, MAX_JP2_PIXELS};
use crate::imaging::colour::ProfileFault;

/// The most pixels that a picture may claim: an A4 page at 1200 ppi has 139 million.
pub const MAX_PIXELS: u64 = 200_000_000;

const _: () = assert!(MAX_JP2_PIXELS <= MAX_PIXELS);

/// The longest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 2 << 30;

// Room for the largest picture in RGB of 16 bits, not compressed.
const _: () = assert!(6 * MAX_PIXELS <= MAX_FILE_BYTES);

/// Why a file gave no picture.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The file could not be opened or read.
    #[error("cannot read it: {0}")]
    Read(#[from] std::io::Error),
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes; at most {MAX_FILE_BYTES} are read")]
    FileTooLong(u64),
    /// Not one of the formats that tumar reads.
    #[error("not a picture in PNG, JPEG, JPEG 2000 or TIFF, nor a chip's EF.DG2")]
    UnknownFormat,
    /// More than [`MAX_PIXELS`].
    #[error("the picture claims {width} × {height} pixels; at most {MAX_PIXELS} are decoded")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The format's decoder refused it.
    #[error("the {format} data is corrupt or not supported: {detail}")]
    Corrupt {
        /// The format that the first bytes announce.
        format: &'static str,
        /// What the decoder said.
        detail: String,
    },
    /// CMYK, and nothing says what its inks look like.
    #[error("CMYK without a colour profile: what its inks look like is not known")]
    Inks,
    /// CMYK whose profile does not say what its inks look like.
    #[error("CMYK whose colour profile {0}")]
    InksProfile(ProfileFault),
    /// CMYK in JPEG, where programs do not agree on whether 0 is no ink or all ink.
    #[error("a JPEG picture in CMYK is not read")]
    JpegInks,
    /// The headers of a JPEG 2000 file do not hold, or claim too much.
    #[error("the JPEG 2000 data is corrupt or not supported: {0}")]
    Jp2(#[from] Jp2Error),
    /// A chip's file without a picture that could be taken out.
    #[error("the EF.DG2 gives no portrait: {0}")]
    Dg2(#[from] Dg2Error),
}

impl DecodeError {
    /// What may help.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Read(_) => "check the path and the disk",
            Self::Empty | Self::Corrupt { .. } => "copy or export it again",
            Self::FileTooLong(_) | Self::TooLarge { .. } | Self::Jp2(Jp2Error::TooLarge { .. }) => {
                "crop it to the portrait or scan it at a lower resolution"
            }
            Self::Inks | Self::InksProfile(_) | Self::JpegInks => "convert it to RGB",
            Self::Jp2(Jp2Error::Truncated { .. } | Jp2Error::Missing(_)) => {
                "copy or export it again"
            }
            Self::Jp2(_) => "export it again as PNG or TIFF",
            Self::Dg2(Dg2Error::Truncated { .. }) => "read the chip again",
            Self::Dg2(_) => "hand over the one portrait as JPEG or JPEG 2000",
            Self::UnknownFormat => "convert it to one of them",
        }
    }
}
