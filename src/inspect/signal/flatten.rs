//! The scan without its portrait: relative contrast, local noise and local tone.

use ndarray::{Axis, Zip};
use rayon::prelude::*;

use crate::imaging::raster::{Enlarged, blur, shrink, shrink_by, shrink_softly};
use crate::imaging::{Mm, Plane, tone};
use crate::inspect::rectification::carrier;
use crate::inspect::signal::scan::Scan;
use crate::inspect::signal::tones::Tones;
use crate::spec::{Profile, modulation};

/// Spread of the mean that is taken for the portrait.
pub const PORTRAIT_SPREAD: Mm = Mm(0.25);
/// Spread over which the local noise is measured: several lines of text.
const NOISE_SPREAD: Mm = Mm(0.6);
/// Flare and noise of any scanner, in relative luminance: below it contrast means nothing.
const FLARE: f32 = 0.01;
/// Noise that even a flat, clean ground has (relative contrast): quantisation, paper.
const NOISE_FLOOR: f32 = 0.004;

/// Slow planes have blocks of this many pixels of the search: they vary over several.
pub const SLOW: usize = 2;
/// Rows that are changed in one go.
const BAND: usize = 64;

/// What is left of a scan when the portrait is taken out.
#[derive(Debug)]
pub struct Flat {
    /// Relative contrast (Y − Ȳ)/Ȳ, cut at three times the local noise.
    pub contrast: Plane,
    /// The same, averaged over the blocks of the search (see `carrier::search_factor`).
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
    let factor = carrier::search_factor(scan);
    let (rows, columns) = scan.luminance.dim();
    let block = (SLOW * factor).min(rows).min(columns);
    // Averages over blocks, and linear between them, have spread the plane by a quarter of a block².
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
fn by_row(plane: &mut Plane, slow: &Enlarged<'_>, change: impl Fn(f32, f32) -> f32 + Sync) {
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
    /// What a pixel's contrast counts for the letters, a/σ²: their amplitude over the variance of
    /// the noise, by block, signed so that letters are positive.
    #[must_use]
    pub fn share(&self, tones: &Tones) -> Plane {
        let mut share = self.certainty.clone();
        Zip::from(&mut share).and(&self.lightness).for_each(|v, &l| *v = v.powi(2) * tones.at(l));
        share
    }

    /// The matched filter's view, on the blocks of the search: contrast in units of the local
    /// noise, weighed by how far the letters should stand out of it, and signed so that letters are
    /// positive.
    #[must_use]
    pub fn signal(&self, tones: &Tones) -> Plane {
        let mut signal = self.small.clone();
        by_row(&mut signal, &Enlarged::new(&self.share(tones), SLOW), |v, share| v * share);
        signal
    }

    /// How high the carrier's peak should stand over `floor` (power density of the signal beside
    /// it, a pixel), if the profile's microtext were printed all over the scan's portrait.
    #[must_use]
    pub fn expected_peak(&self, profile: &Profile, floor: f64) -> f64 {
        // The mean line of text, as a wave: amplitude of its first harmonic, and what the blur of
        // a 400-ppi reader (0.08 mm) leaves of its power.
        const WAVE: f64 = 0.2;
        const BLURRED: f64 = 0.18;
        let amplitudes =
            self.certainty.iter().zip(&self.lightness).map(|(&certainty, &lightness)| {
                let amplitude = modulation::amplitude(lightness, profile.strength as f32).abs();
                f64::from((amplitude * certainty).min(3.0))
            });
        let pixels = self.contrast.len() as f64;
        let sum = amplitudes.sum::<f64>() / self.certainty.len() as f64 * pixels;
        let power = (0.5 * WAVE * sum).powi(2) * BLURRED / pixels;
        if floor > 0.0 { power / floor } else { 0.0 }
    }
}
