//! The scan without its portrait: relative contrast, local noise and local tone.

use ndarray::Zip;

use super::scan::Scan;
use super::tones::Tones;
use crate::base::{Mm, Plane, raster::blur, tone};
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
    let mean = blur(&scan.luminance, px(PORTRAIT_SPREAD));
    let mut contrast = scan.luminance.clone();
    Zip::from(&mut contrast)
        .and(&mean)
        .par_for_each(|v, &mean| *v = (*v - mean) / (mean.max(0.0) + FLARE));
    let mut certainty = blur(&contrast.mapv(|v| v * v), px(NOISE_SPREAD));
    certainty.par_mapv_inplace(|energy| 1.0 / (energy.max(0.0) + NOISE_FLOOR * NOISE_FLOOR).sqrt());
    Zip::from(&mut contrast).and(&certainty).par_for_each(|v, &c| *v = v.clamp(-3.0 / c, 3.0 / c));
    let mut lightness = mean;
    lightness.par_mapv_inplace(|y| tone::lightness(y.clamp(0.0, 1.0)));
    Flat { contrast, certainty, lightness }
}

impl Flat {
    /// The matched filter's view: contrast in units of the local noise, weighed by how far the
    /// letters should stand out of it, and signed so that letters are positive.
    #[must_use]
    pub fn signal(&self, tones: &Tones) -> Plane {
        let mut signal = self.contrast.clone();
        Zip::from(&mut signal).and(&self.certainty).and(&self.lightness).par_for_each(
            |v, &certainty, &lightness| *v *= certainty * certainty * tones.at(lightness),
        );
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
        let sum: f64 = amplitudes.sum();
        let pixels = self.certainty.len() as f64;
        let power = (0.5 * WAVE * sum).powi(2) * BLURRED / pixels;
        if floor > 0.0 { power / floor } else { 0.0 }
    }
}
