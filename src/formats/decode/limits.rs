//! What is decoded at the most.

use super::error::{DecodeError, MAX_FILE_BYTES};
use crate::formats::jp2::MAX_JP2_PIXELS;

/// The most pixels that a picture may claim, unless something else is asked for: an A4 page at
/// 1200 ppi has 139 million.
pub const MAX_PIXELS: u64 = 250_000_000;

const _: () = assert!(MAX_JP2_PIXELS <= MAX_PIXELS);
// Room for the largest picture in RGB of 16 bits, not compressed.
const _: () = assert!(6 * MAX_PIXELS <= MAX_FILE_BYTES);

/// The most pixels that a picture may have; checked before memory is taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one picture.
    pub pixels: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: MAX_PIXELS }
    }
}

impl Limits {
    /// The most bytes that a picture may take when it is decoded, alpha included: all pixels in RGB
    /// of 8 bits with alpha, or two thirds of them in RGB of 16.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.pixels.saturating_mul(4)
    }

    /// # Errors
    /// [`DecodeError::TooLarge`], also for a picture without pixels.
    pub(crate) fn check(self, width: u32, height: u32) -> Result<(), DecodeError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > self.pixels {
            return Err(DecodeError::TooLarge { width, height, most: self.pixels });
        }
        Ok(())
    }

    /// # Errors
    /// [`DecodeError::TooManyBytes`].
    pub(crate) fn check_bytes(self, bytes: u64) -> Result<(), DecodeError> {
        let most = self.bytes();
        if bytes > most {
            return Err(DecodeError::TooManyBytes { bytes, most });
        }
        Ok(())
    }
}
