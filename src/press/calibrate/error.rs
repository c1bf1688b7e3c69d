//! Why a scan tells nothing of a press.

use thiserror::Error;

/// Why a scan tells nothing of a press.
#[derive(Debug, Error)]
pub enum CalibrateError {
    /// None was found.
    #[error(
        "no test sheet is seen: none of its codes can be read; scan a sheet of tumar sheet, whole and upright or not, at 200 ppi or more, its right side and unmirrored"
    )]
    NoSheet,
    /// Too little of it.
    #[error("only {0} of the sheet's marks are seen; six are needed: scan more of it")]
    FewMarks(usize),
    /// A part lacks.
    #[error("no {0} of the sheet is seen whole: scan more of it")]
    Lacks(&'static str),
    /// How large its pixels are is not known.
    #[error(
        "the scan states no resolution, so the print's size cannot be told: give it with --ppi N"
    )]
    NoResolution,
    /// Nothing to calibrate by.
    #[error("no scan was given")]
    None,
}
