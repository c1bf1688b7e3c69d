//! Noise over frequencies: the filter that makes it white.

use ndarray::Array2;
use rustfft::num_complex::Complex32;
use rustfft::{FftDirection, FftPlanner};
use tumar::imaging::Plane;
use tumar::imaging::raster;

/// Steps of frequency over which the power density is averaged.
const SMOOTH: f64 = 3.0;
/// Least power density, as a share of the mean.
const FLOOR: f32 = 0.4;

/// A filter without phase, by its gain at each frequency.
pub(crate) struct Whitener(Plane);

impl Whitener {
    /// The filter that makes this noise white, with a mean square of about 1.
    pub(crate) fn of(noise: &Plane) -> Self {
        let share = 1.0 / noise.len() as f32;
        let power = transformed(noise.mapv(Complex32::from), FftDirection::Forward)
            .mapv(|z| z.norm_sqr() * share);
        let floor = FLOOR * power.mean().unwrap_or(1.0);
        Self(raster::blur(&power, SMOOTH).mapv(|p| 1.0 / p.max(floor).max(1e-20).sqrt()))
    }

    pub(crate) fn filtered(&self, values: &Plane) -> Plane {
        let mut spectrum = transformed(values.mapv(Complex32::from), FftDirection::Forward);
        let share = 1.0 / values.len() as f32;
        spectrum.zip_mut_with(&self.0, |z, gain| *z *= gain * share);
        transformed(spectrum, FftDirection::Inverse).mapv(|z| z.re)
    }
}

/// The two-dimensional transform.
fn transformed(mut values: Array2<Complex32>, direction: FftDirection) -> Array2<Complex32> {
    let mut planner = FftPlanner::new();
    for _ in 0..2 {
        let plan = planner.plan_fft(values.ncols(), direction);
        if let Some(values) = values.as_slice_mut() {
            plan.process(values);
        }
        values = values.t().as_standard_layout().into_owned();
    }
    values
}
