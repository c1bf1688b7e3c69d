//! Why a JPEG 2000 file is refused, and what of it is taken at the most.

use thiserror::Error;

/// The most pixels of a JPEG 2000 picture. Its decoder keeps whole planes of 32-bit numbers: 14 bytes a
/// pixel were measured in grey and 24 in RGB, the picture of 8 bits included, so this is 2.4 GB; alpha
/// and 16 bits may double it. An A3 page at 600 ppi has 70 million.
pub const MAX_JP2_PIXELS: u64 = 100_000_000;

/// The most components of a picture: red, green, blue and alpha.
pub const MAX_COMPONENTS: u16 = 4;

/// Why a JPEG 2000 file is refused by its headers. Places are bytes from the file's start.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Jp2Error {
    /// The file ends before this does.
    #[error("the file ends before {what} at byte {at} does")]
    Truncated {
        /// What is cut.
        what: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// Something holds values that contradict each other or the standard.
    #[error("{what} at byte {at} makes no sense")]
    Senseless {
        /// What.
        what: &'static str,
        /// Where it begins.
        at: usize,
    },
    /// Something that every file has.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Two of what a file has once.
    #[error("it has two of {0}")]
    Twice(&'static str),
    /// More than [`MAX_JP2_PIXELS`].
    #[error("it claims {width} × {height} pixels; at most {MAX_JP2_PIXELS} are decoded")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More of something than any portrait or scan has.
    #[error("it claims {count} {what}; at most {most} are decoded")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: u64,
        /// The limit.
        most: u64,
    },
    /// Samples that are signed or of over 16 bits.
    #[error("its samples have {bits} bits{}; 1 to 16 without sign are read", sign(.signed))]
    Samples {
        /// Bits a sample.
        bits: u8,
        /// Whether they have a sign.
        signed: bool,
    },
    /// A colour space that is none of grey, sRGB, sYCC and an ICC profile's (annex I.5.3.3).
    #[error("its colour space has number {0}; grey, sRGB, sYCC and ICC profiles are read")]
    Colour(u32),
}

fn sign(signed: &bool) -> &'static str {
    if *signed { " and a sign" } else { "" }
}
