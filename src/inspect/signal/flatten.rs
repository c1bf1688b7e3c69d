//! The scan without its portrait: relative contrast, local noise and local tone.

use ndarray::Axis;
use rayon::prelude::*;

use crate::imaging::raster::{Enlarged, blur, shrink, shrink_by, shrink_softly};
use crate::imaging::{Mm, Plane, tone};
use crate::inspect::signal::scan::Scan;
use crate::spec::{Profile, modulation};

/// Spread of the mean that is taken for the portrait. A guess; in millimetres, though it means five
/// eighths of a pitch: it is right for the default layout and does not follow another's.
pub const PORTRAIT_SPREAD: Mm = Mm(0.25);
/// Spread over which the local noise is measured: several lines of text. A guess; in millimetres,
/// though it means one and a half pitches.
const NOISE_SPREAD: Mm = Mm(0.6);
/// Flare and noise of any scanner, in relative luminance: below it contrast means nothing. A guess.
const FLARE: f32 = 0.01;
/// Noise that even a flat, clean ground has (relative contrast): quantisation, paper. A guess.
const NOISE_FLOOR: f32 = 0.004;

/// Slow planes have blocks of this many pixels of the search: they vary over several. A guess.
pub const SLOW: usize = 2;
/// Rows that are changed in one go. For speed alone.
const BAND: usize = 64;

/// What is left of a scan when the portrait is taken out.
#[derive(Debug)]
pub struct Flat {
    /// Relative contrast (Y − Ȳ)/Ȳ, cut at three times the local noise.
    pub contrast: Plane,
    /// The same, averaged over the blocks of the search (see [`Scan::search_factor`]).
    pub small: Plane,
    /// Side of the blocks for which the slow planes below hold a value, in working pixels:
    /// [`SLOW`] times that of the search.
    pub block: usize,
    /// One over the local standard deviation of the contrast.
    pub certainty: Plane,
    /// Lightness L* of the local mean.
    pub lightness: Plane,
}

/// Takes the portrait out of the scan: its edges and texture, not the sensor, are the real noise,
/// so each place is weighed by how lively the portrait is there.
#[must_use]
pub fn flatten(scan: &Scan) -> Flat {
    let per_mm = (scan.per_mm[0] * scan.per_mm[1]).sqrt();
    let factor = scan.search_factor();
    let (rows, columns) = scan.luminance.dim();
    let block = (SLOW * factor).min(rows).min(columns);
    // Averages over blocks, and linear between them, have spread the plane by a quarter of a
    // block².
    let spread = |mm: Mm| ((mm.0 * per_mm / block as f64).powi(2) - 0.25).max(0.0).sqrt();
    let mean = blur(&shrink(&scan.luminance, block), spread(PORTRAIT_SPREAD));
    let mut contrast = scan.luminance.clone();
    let slow = Enlarged::new(&mean, block);
    by_row(&mut contrast, &slow, |v, mean| (v - mean) / (mean.max(0.0) + FLARE));
    let mut certainty = blur(&shrink_by(&contrast, block, |v| v * v), spread(NOISE_SPREAD));
    certainty.mapv_inplace(|energy| 1.0 / (energy.max(0.0) + NOISE_FLOOR * NOISE_FLOOR).sqrt());
    let most = certainty.mapv(|c| 3.0 / c);
    by_row(&mut contrast, &Enlarged::new(&most, block), |v, most| v.max(-most).min(most));
    let small = shrink_softly(&contrast, factor);
    let lightness = mean.mapv(|y| tone::lightness(y.clamp(0.0, 1.0)));
    Flat { contrast, small, block, certainty, lightness }
}

/// Changes each pixel by the value of a slow plane at its place.
pub(super) fn by_row(
    plane: &mut Plane,
    slow: &Enlarged<'_>,
    change: impl Fn(f32, f32) -> f32 + Sync,
) {
    let bands = plane.axis_chunks_iter_mut(Axis(0), BAND).into_par_iter().enumerate();
    bands.for_each(|(i, mut band)| {
        let mut slow = slow.rows(band.ncols());
        for (y, mut row) in band.axis_iter_mut(Axis(0)).enumerate() {
            let slow = slow.row(i * BAND + y);
            row.iter_mut().zip(slow).for_each(|(v, &s)| *v = change(*v, s));
        }
    });
}

impl Flat {
    /// How high the carrier's peak should stand over `floor` (power density of the signal beside
    /// it, a pixel), if the profile's microtext were printed all over the scan's portrait.
    #[must_use]
    pub fn expected_peak(&self, profile: &Profile, floor: f64) -> f64 {
        // The mean line of text, as a wave: amplitude of its first harmonic, and what the blur of a
        // 400-ppi reader (0.08 mm) leaves of its power. Both calculated for the default layout.
        const WAVE: f64 = 0.2;
        const BLURRED: f64 = 0.18;
        // Presses and scanners close up the shadows: of letters there so much is expected at the most, as
        // the tamper map expects at the least.
        const DARK: f32 = 48.0;
        const LEFT: f32 = 0.3;
        let amplitudes =
            self.certainty.iter().zip(&self.lightness).map(|(&certainty, &lightness)| {
                let left = if lightness < DARK { LEFT } else { 1.0 };
                let amplitude = left * modulation::amplitude_of(lightness, profile.strength as f32);
                f64::from((amplitude * certainty).min(3.0))
            });
        let pixels = self.contrast.len() as f64;
        let sum = amplitudes.sum::<f64>() / self.certainty.len() as f64 * pixels;
        let power = (0.5 * WAVE * sum).powi(2) * BLURRED / pixels;
        if floor > 0.0 { power / floor } else { 0.0 }
    }

    /// This contrast at the resolution of the search, all of it equally certain, on a ground of
    /// this lightness by row and column of the slow planes.
    #[cfg(test)]
    pub fn of_contrast(contrast: Plane, lightness: impl Fn(usize, usize) -> f32) -> Self {
        let size = (contrast.nrows() / SLOW, contrast.ncols() / SLOW);
        let lightness = Plane::from_shape_fn(size, |(i, j)| lightness(i, j));
        let certainty = Plane::from_elem(size, 1.0);
        Self { small: contrast.clone(), contrast, block: SLOW, certainty, lightness }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_ground_has_no_contrast_and_the_floor_of_noise() {
        let flat = flatten(&Scan::of_plane(Plane::from_elem((160, 120), 0.25), 23.6));
        assert_eq!((flat.block, flat.small.dim(), flat.lightness.dim()), (4, (80, 60), (40, 30)));
        // The flare is in the divisor alone.
        assert!(flat.contrast.iter().all(|v| v.abs() < 1e-5));
        assert!(flat.certainty.iter().all(|c| (c * NOISE_FLOOR - 1.0).abs() < 1e-3));
        assert!(flat.lightness.iter().all(|l| (l - tone::lightness(0.25)).abs() < 1e-3));
    }

    #[test]
    fn a_spot_is_cut_at_three_times_the_noise() {
        let mut luminance = Plane::from_elem((160, 120), 0.25);
        luminance[[80, 60]] = 1.0;
        let flat = flatten(&Scan::of_plane(luminance, 23.6));
        let most = 3.0 / flat.certainty[[20, 15]];
        let found = flat.contrast[[80, 60]];
        assert!(found > 0.9 * most && found < 1.1 * most, "{found} {most}");
    }
}
