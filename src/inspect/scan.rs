//! The scan: luminance at the working resolution.

use serde::Serialize;
use thiserror::Error;

use crate::base::{Picture, Plane, Ppi};

/// Scans are averaged down to this resolution or up to twice as much: letters of 0.24 mm have all
/// their detail in it, and four times the pixels would cost four times the time.
const WORKING: Ppi = Ppi(600.0);

/// Where the resolution is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PpiSource {
    /// The file.
    Metadata,
    /// The user.
    Option,
    /// The microtext's pitch.
    Estimated,
}

/// Why a picture cannot be inspected.
#[derive(Debug, Error)]
pub enum ScanError {
    /// Neither the file nor the user tells.
    #[error("the file does not say its resolution; give it with --ppi N")]
    NoResolution,
    /// Not a scanner's.
    #[error("a resolution of {0} is not that of a scan")]
    AbsurdResolution(Ppi),
}

/// A scan in linear light.
#[derive(Debug)]
pub struct Scan {
    /// Luminance 0..1, `[row, column]`, at the working resolution.
    pub luminance: Plane,
    /// Working pixels per millimetre across and down, by the stated resolution.
    pub per_mm: [f64; 2],
    /// Pixels of the file a working pixel, across and down.
    pub factor: usize,
    /// Pixels of the file.
    pub size_px: (usize, usize),
    /// The stated resolution across.
    pub ppi: Ppi,
    /// Who stated it.
    pub ppi_source: PpiSource,
}

impl Scan {
    /// Takes the luminance of `picture`, whose resolution is `option`'s or else its file's.
    ///
    /// # Errors
    /// [`ScanError`].
    pub fn new(picture: &Picture, option: Option<Ppi>) -> Result<Self, ScanError> {
        let (axes, ppi_source) = match (option, picture.ppi) {
            (Some(ppi), _) => ([ppi; 2], PpiSource::Option),
            (None, Some(axes)) => (axes, PpiSource::Metadata),
            (None, None) => return Err(ScanError::NoResolution),
        };
        if let Some(absurd) = axes.into_iter().find(|axis| !axis.is_plausible()) {
            return Err(ScanError::AbsurdResolution(absurd));
        }
        let coarser = axes[0].0.min(axes[1].0);
        let (width, height) = picture.size();
        let factor = ((coarser / WORKING.0 * 1.02).floor() as usize).clamp(1, width.min(height));
        Ok(Self {
            luminance: picture.luminance(factor),
            per_mm: axes.map(|axis| axis.per_mm() / factor as f64),
            factor,
            size_px: picture.size(),
            ppi: axes[0],
            ppi_source,
        })
    }

    /// The place in the file of a place in working pixels (centres at whole numbers in both).
    #[must_use]
    pub fn in_file(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let factor = self.factor as f64;
        [x, y].map(|v| (v + 0.5) * factor - 0.5)
    }
}
