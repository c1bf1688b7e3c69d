//! The scan: luminance at the working resolution.

use serde::Serialize;
use thiserror::Error;

use crate::imaging::{Mm, Picture, Plane, Ppi};

/// Scans are averaged down to this resolution or up to twice as much: letters of 0.24 mm have all
/// their detail in it, and four times the pixels would cost four times the time.
const WORKING: Ppi = Ppi(600.0);
/// Pages are searched for portraits at this resolution or up to twice as much.
const SEARCHED: Ppi = Ppi(245.0);

/// … but at a resolution that is only guessed, pages that would be larger than this are shrunk once more,
/// to three pixels a line of the default layout or up to twice as many: no finer than the resolution was
/// guessed from.
const LARGE: usize = 18_000_000;
const COARSEST: Ppi = Ppi(196.0);

/// Lines are sought at no more than about this many pixels a millimetre: nearly four a line of the
/// default layout, and no more than [`SEARCHED`] gives, so that coarse pages are not shrunk once
/// more.
const SEARCH_PER_MM: f64 = 9.5;

/// Working pixels a block of [`Scan::brightest`]. A guess.
pub const BRIGHT: usize = 4;

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
    /// Neither the file nor the user tells. Only of [`Scan::new`]: a `Reader` estimates it.
    #[error("the file does not say its resolution; give it with --ppi N")]
    NoResolution,
    /// Not a scanner's.
    #[error("a resolution of {0} is not that of a scan")]
    AbsurdResolution(Ppi),
}

/// Pixels per inch, across and down, and who says so.
#[derive(Clone, Copy, Debug)]
pub struct Resolution {
    /// Across and down.
    pub axes: [Ppi; 2],
    /// Who says so.
    pub source: PpiSource,
}

impl Resolution {
    /// `option`'s, or else what the picture's file says; none where that says nothing plausible.
    ///
    /// # Errors
    /// [`ScanError::AbsurdResolution`] for an absurd `option`.
    pub fn stated(picture: &Picture, option: Option<Ppi>) -> Result<Option<Self>, ScanError> {
        if let Some(ppi) = option {
            let stated = Self { axes: [ppi; 2], source: PpiSource::Option };
            return if ppi.is_plausible() {
                Ok(Some(stated))
            } else {
                Err(ScanError::AbsurdResolution(ppi))
            };
        }
        let axes = picture.ppi.filter(|axes| axes.iter().all(|axis| axis.is_plausible()));
        Ok(axes.map(|axes| Self { axes, source: PpiSource::Metadata }))
    }

    /// File pixels a pixel of at least this resolution.
    fn factor(&self, least: Ppi, picture: &Picture) -> usize {
        let (width, height) = picture.size();
        pooled(Ppi(self.axes[0].0.min(self.axes[1].0)), least).min(width.min(height).max(1))
    }
}

/// File pixels a pixel of at least this resolution.
fn pooled(file: Ppi, least: Ppi) -> usize {
    ((file.0 / least.0 * 1.02).floor() as usize).max(1)
}

/// Side of a working pixel of a scan of this resolution.
#[must_use]
pub fn working_pixel(file: Ppi) -> Mm {
    Mm(pooled(file, WORKING) as f64 / file.per_mm())
}

/// A part of a picture, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Left and upper edge.
    pub corner: [usize; 2],
    /// Width and height.
    pub size: [usize; 2],
}

/// A scan in linear light.
#[derive(Debug)]
pub struct Scan {
    /// Luminance 0..1, `[row, column]`, at the working resolution.
    pub luminance: Plane,
    /// Light of the brightest channel 0..1, over blocks of [`BRIGHT`] × [`BRIGHT`] working pixels.
    pub brightest: Plane,
    /// Working pixels per millimetre across and down, by the resolution.
    pub per_mm: [f64; 2],
    /// Pixels of the file a working pixel, across and down.
    pub factor: usize,
    /// The file's pixel in which the first working pixel begins.
    pub corner: [usize; 2],
    /// Pixels of the file.
    pub size_px: (usize, usize),
    /// The resolution, where it is known.
    pub resolution: Option<Resolution>,
}

impl Scan {
    /// Takes the luminance of `picture`, whose resolution is `option`'s or else its file's.
    ///
    /// # Errors
    /// [`ScanError`].
    pub fn new(picture: &Picture, option: Option<Ppi>) -> Result<Self, ScanError> {
        let resolution = Resolution::stated(picture, option)?.ok_or(ScanError::NoResolution)?;
        Ok(Self::at(picture, resolution))
    }

    /// The whole picture at the working resolution.
    #[must_use]
    pub fn at(picture: &Picture, resolution: Resolution) -> Self {
        Self::averaged(picture, resolution, resolution.factor(WORKING, picture))
    }

    /// The whole picture, as coarse as the search for lines allows.
    #[must_use]
    pub fn coarse(picture: &Picture, resolution: Resolution) -> Self {
        let factor = resolution.factor(SEARCHED, picture);
        let (width, height) = picture.size();
        let is_large = (width / factor) * (height / factor) > LARGE;
        let factor = if is_large && resolution.source == PpiSource::Estimated {
            resolution.factor(COARSEST, picture)
        } else {
            factor
        };
        Self::averaged(picture, resolution, factor)
    }

    /// A part of a picture at the working resolution; cut to the picture.
    #[must_use]
    pub fn part(picture: &Picture, resolution: Resolution, part: Part) -> Self {
        let mut scan = Self::at(&picture.part(part.corner, part.size), resolution);
        (scan.corner, scan.size_px) = (part.corner, picture.size());
        scan
    }

    /// A picture of which not even the resolution is known.
    #[must_use]
    pub fn unknown(picture: &Picture) -> Self {
        Self {
            luminance: Plane::zeros((0, 0)),
            brightest: Plane::zeros((0, 0)),
            per_mm: [1.0; 2],
            factor: 1,
            corner: [0; 2],
            size_px: picture.size(),
            resolution: None,
        }
    }

    fn averaged(picture: &Picture, resolution: Resolution, factor: usize) -> Self {
        Self {
            luminance: picture.luminance(factor),
            brightest: picture.brightest(factor * BRIGHT),
            per_mm: resolution.axes.map(|axis| axis.per_mm() / factor as f64),
            factor,
            corner: [0; 2],
            size_px: picture.size(),
            resolution: Some(resolution),
        }
    }

    /// Working pixels, across and down, that are averaged into one for the search for lines.
    #[must_use]
    pub fn search_factor(&self) -> usize {
        let (rows, columns) = self.luminance.dim();
        let factor = (self.per_mm[0].min(self.per_mm[1]) / SEARCH_PER_MM) as usize;
        factor.clamp(1, rows.min(columns).max(1))
    }

    /// A scan of this luminance.
    #[cfg(test)]
    pub fn of_plane(luminance: Plane, per_mm: f64) -> Self {
        let brightest = crate::imaging::raster::shrink(&luminance, BRIGHT);
        let size_px = (luminance.ncols(), luminance.nrows());
        let (factor, corner) = (1, [0; 2]);
        let per_mm = [per_mm; 2];
        Self { luminance, brightest, per_mm, factor, corner, size_px, resolution: None }
    }

    /// The place in the file of a place in working pixels (centres at whole numbers in both).
    #[must_use]
    pub fn in_file(&self, place: [f64; 2]) -> [f64; 2] {
        let factor = self.factor as f64;
        [0, 1].map(|i| (place[i] + 0.5) * factor - 0.5 + self.corner[i] as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sought_in_what_pages_are_shrunk_to() {
        let factor = |per_mm| Scan::of_plane(Plane::zeros((90, 60)), per_mm).search_factor();
        assert_eq!([4.0, 9.0, SEARCHED.per_mm(), 23.6, 47.2, 9e9].map(factor), [1, 1, 1, 2, 4, 60]);
    }

    #[test]
    fn places_in_the_file_are_those_of_pixel_centres() {
        let mut scan = Scan::of_plane(Plane::zeros((4, 4)), 9.0);
        (scan.factor, scan.corner) = (4, [100, 7]);
        // The first working pixel is the mean of the file's pixels 100 to 103 and 7 to 10.
        for (place, truth) in [([0.0, 0.0], [101.5, 8.5]), ([-0.375, 1.0], [100.0, 12.5])] {
            let found = scan.in_file(place);
            assert!((0..2).all(|i| (found[i] - truth[i]).abs() < 1e-9), "{place:?}: {found:?}");
        }
    }
}
