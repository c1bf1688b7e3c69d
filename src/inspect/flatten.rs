//! The scan without its portrait: relative contrast, local noise and local tone.

use ndarray::{Axis, Zip};
use rayon::prelude::*;

use super::scan::Scan;
use super::tones::Tones;
use crate::base::raster::{Enlarged, blur, shrink, shrink_by};
use crate::base::{Mm, Plane, tone};
use crate::spec::{Profile, modulation};

/// Spread of the mean that is taken for the portrait.
pub const PORTRAIT_SPREAD: Mm = Mm(0.25);
/// Spread over which the local noise is measured: several lines of text.
const NOISE_SPREAD: Mm = Mm(0.6);
/// Flare and noise of any scanner, in relative luminance: below it contrast means nothing.
const FLARE: f32 = 0.01;
/// Noise that even a flat, clean ground has (relative contrast): quantisation, paper.
const NOISE_FLOOR: f32 = 0.004;

/// What is left of a scan when the portrait is taken out.
#[derive(Debug)]
pub struct Flat {
    /// Relative contrast (Y − Ȳ)/Ȳ, cut at three times the local noise.
    pub contrast: Plane,
    /// Side of the blocks for which the slow planes below hold a value, in working pixels.
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
    let px = |mm: Mm| mm.0 * (scan.per_mm[0] * scan.per_mm[1]).sqrt();
    // Blocks of under half the spread: linear between them, the mean is a Gaussian still.
    let (rows, columns) = scan.luminance.dim();
    let block = ((0.5 * px(PORTRAIT_SPREAD)) as usize).clamp(1, rows.min(columns).max(1));
    let blocks = |mm: Mm| px(mm) / block as f64;
    let mean = blur(&shrink(&scan.luminance, block), blocks(PORTRAIT_SPREAD));
    let mut contrast = scan.luminance.clone();
    let slow = Enlarged::new(&mean, block);
    by_row(&mut contrast, &slow, |v, mean| (v - mean) / (mean.max(0.0) + FLARE));
    let mut certainty = blur(&shrink_by(&contrast, block, |v| v * v), blocks(NOISE_SPREAD));
    certainty.mapv_inplace(|energy| 1.0 / (energy.max(0.0) + NOISE_FLOOR * NOISE_FLOOR).sqrt());
    let slow = Enlarged::new(&certainty, block);
    by_row(&mut contrast, &slow, |v, c| v.clamp(-3.0 / c, 3.0 / c));
    let lightness = mean.mapv(|y| tone::lightness(y.clamp(0.0, 1.0)));
    Flat { contrast, block, certainty, lightness }
}

/// Changes each pixel by the value of a slow plane at its place.
fn by_row(plane: &mut Plane, slow: &Enlarged<'_>, change: impl Fn(f32, f32) -> f32 + Sync) {
    plane.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each_init(
        Vec::new,
        |values, (y, mut row)| {
            values.resize(row.len(), 0.0);
            slow.row(y, values);
            row.iter_mut().zip(values).for_each(|(v, &mut s)| *v = change(*v, s));
        },
    );
}

impl Flat {
    /// Contrast in units of the local noise, averaged over blocks of `factor` pixels.
    #[must_use]
    pub fn normalised(&self, factor: usize) -> Plane {
        self.weighed(&self.certainty, factor)
    }

    fn weighed(&self, weight: &Plane, factor: usize) -> Plane {
        let mut plane = shrink(&self.contrast, factor);
        let weight = Enlarged::new(weight, self.block).every(factor);
        by_row(&mut plane, &weight, |v, w| v * w);
        plane
    }

    /// The matched filter's view, averaged over blocks of `factor` pixels: contrast in units of the
    /// local noise, weighed by how far the letters should stand out of it, and signed so that
    /// letters are positive.
    #[must_use]
    pub fn signal(&self, tones: &Tones, factor: usize) -> Plane {
        let mut weight = self.certainty.clone();
        Zip::from(&mut weight).and(&self.lightness).for_each(|v, &l| *v = v.powi(2) * tones.at(l));
        self.weighed(&weight, factor)
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
