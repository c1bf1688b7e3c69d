//! Whether two rasters can be compared, and how a plane of differences is summed up.

use ndarray::Zip;
use thiserror::Error;

use crate::imaging::{Picture, Plane, Ppi};
use crate::numerics::nearest_rank;

/// Why two rasters cannot be compared.
#[derive(Debug, Error, PartialEq)]
pub enum DifferenceError {
    /// Rasters of two sizes.
    #[error("{} × {} pixels cannot be compared with {} × {}", first.0, first.1, second.0, second.1)]
    Size {
        /// Pixels across and down.
        first: (usize, usize),
        /// Pixels across and down.
        second: (usize, usize),
    },
    /// No resolution, pixels that are not square, or two resolutions.
    #[error("both pictures must state one and the same resolution, alike across and down")]
    Resolution,
}

/// |a − b|, pixel by pixel.
#[must_use]
pub fn absolute_difference(a: &Plane, b: &Plane) -> Plane {
    Zip::from(a).and(b).par_map_collect(|a, b| (a - b).abs())
}

/// The value that the share `share` (0..1) of a plane's values lies at or below: 0.5 is the median.
/// 0 for an empty plane.
#[must_use]
pub fn percentile(plane: &Plane, share: f64) -> f32 {
    let mut values: Vec<f32> = plane.iter().copied().collect();
    nearest_rank(&mut values, share).unwrap_or(0.0)
}

pub(super) fn alike(original: &Picture, printed: &Picture) -> Result<(), DifferenceError> {
    let (first, second) = (original.size(), printed.size());
    if first != second {
        return Err(DifferenceError::Size { first, second });
    }
    let (first, second) = (resolution(original)?, resolution(printed)?);
    if same(first, second) { Ok(()) } else { Err(DifferenceError::Resolution) }
}

pub(super) fn resolution(picture: &Picture) -> Result<Ppi, DifferenceError> {
    match picture.ppi {
        Some([x, y]) if same(x, y) => Ok(x),
        _ => Err(DifferenceError::Resolution),
    }
}

/// Equal within what the coarsest of the file formats can state.
fn same(a: Ppi, b: Ppi) -> bool {
    (a.0 - b.0).abs() < 1e-3 * a.0
}
