//! Why a file gave no picture, and what is read at the most.

use thiserror::Error;

use crate::formats::dg2::Dg2Error;
use crate::formats::jp2::Jp2Error;
use crate::imaging::colour::ProfileFault;

/// The longest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 2 << 30;

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
    #[error(
        "not a picture in PNG, JPEG, JPEG 2000, TIFF, WebP or BMP, nor a PDF or a chip's EF.DG2"
    )]
    UnknownFormat,
    /// HEIC or AVIF, as phones write them.
    #[error("a {0} picture, as phones take them, is not read")]
    Phone(&'static str),
    /// More pixels than are allowed: [`Limits`](super::limits::Limits).
    #[error("the picture claims {width} × {height} pixels; at most {most} are decoded")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The most that are decoded.
        most: u64,
    },
    /// More bytes than so many pixels may take.
    #[error("the picture takes {bytes} bytes when decoded; at most {most} are taken")]
    TooManyBytes {
        /// Bytes that it would take, or those at which counting stopped.
        bytes: u64,
        /// The most that are taken.
        most: u64,
    },
    /// A page that the file does not have.
    #[error("it has no page {asked}, but {of} in all")]
    NoPage {
        /// Counted from 1.
        asked: usize,
        /// How many there are.
        of: usize,
    },
    /// The format's decoder refused it.
    #[error("the {format} data is corrupt or not supported: {detail}")]
    Corrupt {
        /// The format that the first bytes announce.
        format: &'static str,
        /// What the decoder said.
        detail: String,
    },
    /// The data ends before the last row.
    #[error("the file ends before its picture does: about {missing} % of the rows are missing")]
    Ends {
        /// How many of a hundred rows are missing, rounded up.
        missing: u8,
    },
    /// The data of a picture that is sent in steps ends before the last of them.
    #[error(
        "the file ends before its picture does: the rows are there, but not all of their detail"
    )]
    EndsCoarse,
    /// Something stands in the data that does not belong there.
    #[error("the {format} data is damaged at byte {at}: nothing below row {row} can be relied on")]
    Damaged {
        /// The format that the first bytes announce.
        format: &'static str,
        /// Where decoding stopped, in bytes from the start of the picture's data.
        at: usize,
        /// The first row, in pixels from the top of the stored picture, that is not whole.
        row: u32,
    },
    /// A kind of picture within a format that is read.
    #[error("{0} is not read")]
    Kind(&'static str),
    /// The decoder broke down.
    #[error("the {0} decoder failed on this file")]
    Broken(&'static str),
    /// CMYK, and nothing says what its inks look like.
    #[error("CMYK without a colour profile: what its inks look like is not known")]
    Inks,
    /// CMYK whose profile does not say what its inks look like.
    #[error("CMYK whose colour profile {0}")]
    InksProfile(ProfileFault),
    /// CMYK in JPEG without Adobe's marker: programs do not agree on whether 0 is no ink or all ink.
    #[error("a JPEG in CMYK that does not say which end is no ink (no Adobe marker) is not read")]
    JpegInks,
    /// The headers of a JPEG 2000 file do not hold, or claim too much.
    #[error("the JPEG 2000 data is corrupt or not supported: {0}")]
    Jp2(#[from] Jp2Error),
    /// A chip's file without a picture that could be taken out.
    #[error("the EF.DG2 gives no portrait: {0}")]
    Dg2(#[from] Dg2Error),
}

impl DecodeError {
    /// [`Self::Corrupt`] with a sentence of ours.
    pub(super) fn corrupt(format: &'static str, detail: &str) -> Self {
        Self::Corrupt { format, detail: detail.to_owned() }
    }

    /// What may help.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Read(_) => "check the path and the disk",
            Self::Empty
            | Self::Corrupt { .. }
            | Self::Ends { .. }
            | Self::EndsCoarse
            | Self::Damaged { .. } => "copy or export it again",
            Self::Kind(_) => "export it as PNG, or as TIFF in grey or RGB of 8 or 16 bits",
            Self::Broken(_) => "export it as PNG or plain TIFF",
            Self::FileTooLong(_)
            | Self::TooLarge { .. }
            | Self::TooManyBytes { .. }
            | Self::Jp2(Jp2Error::TooLarge { .. }) => {
                "crop it to the portrait or scan it at a lower resolution; --max-pixels allows more"
            }
            Self::NoPage { .. } => "name one of them by --page",
            Self::Inks | Self::InksProfile(_) | Self::JpegInks => "convert it to RGB",
            Self::Jp2(Jp2Error::Truncated { .. } | Jp2Error::Missing(_)) => {
                "copy or export it again"
            }
            Self::Jp2(_) => "export it again as PNG or TIFF",
            Self::Dg2(Dg2Error::Truncated { .. }) => "read the chip again",
            Self::Dg2(_) => "hand over the one portrait as JPEG or JPEG 2000",
            Self::UnknownFormat => "convert it to one of them",
            Self::Phone(_) => {
                "send it from the phone as JPEG (iPhone: Settings, Camera, Formats, Most Compatible)"
            }
        }
    }
}
