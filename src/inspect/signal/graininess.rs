//! Graininess: how much a print's texture varies within bands of spatial frequency, finer than its letters.

use ndarray::{ArrayView2, Axis, Slice};
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;
use serde::{Deserialize, Serialize};

use crate::imaging::Picture;
use crate::numerics::median;

/// Cycles a millimetre: below them a portrait and its letters have their own detail, above them a scan at
/// 1200 ppi has none.
pub const BANDS: [[f64; 2]; 3] = [[7.0, 10.0], [10.0, 14.0], [14.0, 20.0]];
/// Pixels of a window, each way: 1.4 mm at 1200 ppi.
pub const WINDOW: usize = 64;

/// The texture of a window: its mean light, and the root mean square of its variation in each of [`BANDS`],
/// as shares of full light.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grain {
    /// Mean, 0..1.
    pub light: f64,
    /// By band.
    pub bands: [f64; BANDS.len()],
}

impl Grain {
    /// Of several: the medians.
    #[must_use]
    pub fn median(all: &[Self]) -> Option<Self> {
        let middle =
            |of: &dyn Fn(&Self) -> f64| median(&mut all.iter().map(of).collect::<Vec<_>>());
        let light = middle(&|grain| grain.light)?;
        let mut bands = [0.0; BANDS.len()];
        for (i, band) in bands.iter_mut().enumerate() {
            *band = middle(&|grain| grain.bands[i])?;
        }
        Some(Self { light, bands })
    }
}

/// Transforms windows.
pub struct Graininess {
    /// Pixels of a picture that are averaged to one of a window.
    factor: usize,
    fft: std::sync::Arc<dyn rustfft::Fft<f32>>,
    hann: Vec<f32>,
    /// By point of the transform: the band that it belongs to.
    band: Vec<Option<usize>>,
}

impl Graininess {
    /// For a scan of so many pixels a millimetre, if it shows all of [`BANDS`].
    #[must_use]
    pub fn of_scan(per_mm: [f64; 2]) -> Option<Self> {
        let finest = 2.0 * BANDS[BANDS.len() - 1][1];
        let least = per_mm[0].min(per_mm[1]);
        (least >= finest).then(|| Self::new(per_mm, (least / finest) as usize))
    }

    /// For pictures of so many pixels a millimetre across and down, of which so many make one.
    fn new(per_mm: [f64; 2], factor: usize) -> Self {
        let per_mm = per_mm.map(|per_mm| per_mm / factor as f64);
        let hann = |i: usize| {
            let turn = std::f32::consts::TAU * (i as f32 + 0.5) / WINDOW as f32;
            0.5 - 0.5 * turn.cos()
        };
        let frequency =
            |i: usize, axis: usize| i.min(WINDOW - i) as f64 * per_mm[axis] / WINDOW as f64;
        let band = |i: usize| {
            let wave = f64::hypot(frequency(i % WINDOW, 0), frequency(i / WINDOW, 1));
            BANDS.iter().position(|[from, to]| (*from..*to).contains(&wave))
        };
        Self {
            factor,
            fft: FftPlanner::new().plan_fft_forward(WINDOW),
            hann: (0..WINDOW).map(hann).collect(),
            band: (0..WINDOW * WINDOW).map(band).collect(),
        }
    }

    /// Of a window of [`WINDOW`] pixels each way.
    fn of(&self, window: ArrayView2<'_, f32>) -> Grain {
        let light = window.mean().unwrap_or(0.0);
        let mut waves: Vec<Complex32> = window
            .indexed_iter()
            .map(|((y, x), v)| Complex32::new((v - light) * self.hann[x] * self.hann[y], 0.0))
            .collect();
        for _ in 0..2 {
            waves.chunks_exact_mut(WINDOW).for_each(|row| self.fft.process(row));
            let turned = |i: usize| waves[i % WINDOW * WINDOW + i / WINDOW];
            waves = (0..WINDOW * WINDOW).map(turned).collect();
        }
        let mut power = [0.0f64; BANDS.len()];
        for (wave, band) in waves.iter().zip(&self.band) {
            if let Some(band) = band {
                power[*band] += f64::from(wave.norm_sqr());
            }
        }
        // Parseval, and what the window takes.
        let points = (WINDOW * WINDOW) as f64;
        let taken = (3.0f64 / 8.0).powi(2);
        Grain {
            light: f64::from(light),
            bands: power.map(|p| (p / points / points / taken).sqrt()),
        }
    }

    /// Of all windows of a picture that begin half a window apart.
    #[must_use]
    pub fn windows(&self, picture: &Picture) -> Vec<Grain> {
        let plane = picture.luminance(self.factor);
        let (rows, columns) = plane.dim();
        let starts = |n: usize| (0..(n + 1).saturating_sub(WINDOW)).step_by(WINDOW / 2);
        let corners: Vec<_> =
            starts(rows).flat_map(|y| starts(columns).map(move |x| (y, x))).collect();
        let of = |(y, x)| {
            let window = plane.slice_each_axis(|axis| {
                let start = if axis.axis == Axis(0) { y } else { x };
                Slice::from(start..start + WINDOW)
            });
            self.of(window)
        };
        corners.into_par_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Plane;

    #[test]
    fn a_wave_s_power_is_found_in_its_band() {
        let per_mm = 1200.0 / 25.4;
        let graininess = Graininess::new([per_mm; 2], 1);
        for (i, band) in BANDS.iter().enumerate() {
            let wave = 0.5 * (band[0] + band[1]) / per_mm * std::f64::consts::TAU;
            let plane = Plane::from_shape_fn((WINDOW, WINDOW), |(y, x)| {
                (0.5 + 0.1 * (wave * (0.6 * x as f64 + 0.8 * y as f64)).sin()) as f32
            });
            let grain = graininess.of(plane.view());
            assert!((grain.light - 0.5).abs() < 0.01);
            assert!((grain.bands[i] - 0.1 / 2.0f64.sqrt()).abs() < 0.005, "{grain:?}");
            let others = (0..BANDS.len()).filter(|other| *other != i);
            assert!(others.map(|o| grain.bands[o]).all(|b| b < 0.01), "{grain:?}");
        }
    }
}
