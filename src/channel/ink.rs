//! Where the ink lies: wished ink shares → rasters of device and page → drops, grain and spot.

use ndarray::Axis;
use rayon::prelude::*;

use super::conditions::{PrintConditions, Technology};
use super::halftone::Source;
use super::noise::{Gauss, mix};
use crate::imaging::Plane;
use crate::imaging::raster::spread;
use crate::imaging::units::MM_PER_INCH;

/// Steps from the picture's pixels over device dots to page pixels, along one axis.
pub(super) struct Steps {
    /// Picture pixels averaged to a dot.
    pub(super) average: usize,
    /// Dots that repeat a pixel.
    repeat: usize,
    /// Dots averaged to a page pixel.
    gather: usize,
    /// Page pixels that repeat a dot.
    scatter: usize,
}

impl Steps {
    /// The coarsest page raster that loses nothing to an eye of `finest`, or to the spot.
    ///
    /// Devices are rounded to whole multiples or fractions of the picture's resolution.
    pub(super) fn new(picture: f64, technology: &Technology, finest: f64) -> Self {
        // 1150: spots of 15 µm and more are well sampled at 1200 a inch.
        let fine = (0.95 * finest).max(1150.0);
        let (device, fine) = match technology {
            // Nothing in it is sharper than the spot.
            Technology::Continuous | Technology::Engraving => (picture, 1150.0),
            Technology::ClusteredDot { device, .. }
            | Technology::ErrorDiffusion { device, .. }
            | Technology::Inkjet { device, .. } => (device.0, fine),
        };
        let whole = |ratio: f64| ratio.round().max(1.0) as usize;
        let (average, repeat) = (whole(picture / device), whole(device / picture));
        let dots = picture * repeat as f64 / average as f64;
        let gather = (dots / fine).floor().max(1.0) as usize;
        let scatter = ((fine / dots).ceil().max(1.0) as usize).min(4);
        Self { average, repeat, gather, scatter }
    }

    /// Page pixels a picture pixel.
    pub(super) fn page_per_picture(&self) -> f64 {
        (self.repeat * self.scatter) as f64 / (self.average * self.gather) as f64
    }
}

/// How much finer the screens of shared inks are than the colours'. A guess.
const FINER: f64 = 1.08;

/// The share of each page pixel that ink covers; `channel` is the ink's place among them all.
pub(super) fn lay(
    wish: &Plane,
    pitch: [f64; 2],
    conditions: &PrintConditions,
    steps: &Steps,
    channel: usize,
    seed: u64,
) -> Plane {
    let source = Source { ink: wish, repeat: steps.repeat };
    let [columns, rows] = source.size().map(|n| (n * steps.scatter).div_ceil(steps.gather));
    let mut page = Plane::zeros((rows, columns));
    let dot = pitch.map(|p| p * steps.scatter as f64 / steps.gather as f64);
    let collect = |y: usize, row: &[f32]| deposit(&mut page, steps, y, row);
    // Variance, in dots², that the rasters add to the spot's own.
    let mut extra = raster_variance(steps);
    match conditions.technology {
        Technology::Continuous | Technology::Engraving => source.continuous(collect),
        Technology::ClusteredDot { lines, angle_deg, .. } => {
            // Inks 30° apart, as in every process print.
            let angle = (angle_deg + 30.0 * channel as f64).to_radians();
            // The fourth ink stands across the first: with the same lines both would lock.
            let lines = if channel < 3 { lines } else { lines * FINER };
            source.clustered(dot.map(|d| lines * d / MM_PER_INCH), angle, seed, collect);
        }
        Technology::ErrorDiffusion { kernel, .. } => source.diffuse(kernel, 2, seed, collect),
        Technology::Inkjet { levels, kernel, placement, .. } => {
            let error = dot.map(|d| placement.0 / d);
            let mut drops = Drops::new(source.size(), error, seed, collect);
            match kernel {
                Some(kernel) => source.diffuse(kernel, levels, seed, |y, row| drops.land(y, row)),
                None => source.blue_noise(levels, seed, |y, row| drops.land(y, row)),
            }
            drops.finish();
            extra += drops_variance(error[0]);
        }
    }
    // Noise in a continuous tone vanishes in the solids, which no more ink makes darker.
    let solid = match conditions.technology {
        Technology::Continuous | Technology::Engraving => 1.0,
        _ => 0.0,
    };
    let grain = (1.0 + solid) * (conditions.grain * 0.020 / pitch[0]) as f32;
    if grain > 0.0 {
        page.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let mut gauss = Gauss::new(mix(seed, 10), y);
            let row = row.as_slice_mut().expect("planes are row-major");
            row.iter_mut().for_each(|v| *v *= 1.0 + grain * (1.0 - solid * *v) * gauss.next());
        });
    }
    let sigma = [0, 1].map(|i| {
        let variance = conditions.spot.0.powi(2) - extra * dot[i] * dot[i];
        variance.max(0.0).sqrt() / pitch[i]
    });
    spread(&page, sigma, 0, 0.0)
}

/// What the rasters add to the variance of a spot, in dots²: (g² − 1) / 12 for gathering g dots,
/// (1 − 1 / s²) / 12 for repeating one s times. Where the gathered dots are all of one picture
/// pixel, their own variance is lost instead.
fn raster_variance(steps: &Steps) -> f64 {
    let (gather, scatter) = (steps.gather as f64, steps.scatter as f64);
    let gathered = (gather * gather - 1.0) / 12.0;
    let lost = steps.gather > 1 && steps.repeat.is_multiple_of(steps.gather);
    let repeated = (1.0 - 1.0 / (scatter * scatter)) / 12.0;
    if lost { repeated - gathered } else { repeated + gathered }
}

fn deposit(page: &mut Plane, steps: &Steps, y: usize, row: &[f32]) {
    let &Steps { gather, scatter, .. } = steps;
    if scatter > 1 {
        for line in y * scatter..(y + 1) * scatter {
            let mut line = page.row_mut(line);
            let line = line.as_slice_mut().expect("planes are row-major");
            line.chunks_exact_mut(scatter).zip(row).for_each(|(block, &v)| block.fill(v));
        }
        return;
    }
    let mut line = page.row_mut(y / gather);
    let line = line.as_slice_mut().expect("planes are row-major");
    if gather == 1 {
        line.copy_from_slice(row);
        return;
    }
    let share = 1.0 / (gather * gather) as f32;
    for (sum, block) in line.iter_mut().zip(row.chunks(gather)) {
        *sum += share * block.iter().sum::<f32>();
    }
}

/// Drops that land beside their place: each divides its ink among the four dots around it.
struct Drops<F> {
    error: [f32; 2],
    seed: u64,
    /// The rows y − 1, y and y + 1, with one spare dot on either side.
    rows: [Vec<f32>; 3],
    done: usize,
    emit: F,
}

impl<F: FnMut(usize, &[f32])> Drops<F> {
    fn new(size: [usize; 2], error: [f64; 2], seed: u64, emit: F) -> Self {
        let rows = std::array::from_fn(|_| vec![0.0; size[0] + 2]);
        Self { error: error.map(|e| e as f32), seed: mix(seed, 20), rows, done: 0, emit }
    }

    fn land(&mut self, y: usize, row: &[f32]) {
        let mut gauss = Gauss::new(self.seed, y);
        // Half of the variance is the nozzle's.
        let [ex, ey] = self.error.map(|e| e * std::f32::consts::FRAC_1_SQRT_2);
        let nozzle = [ex * gauss.next(), ey * gauss.next()];
        let [above, here, below] = &mut self.rows;
        for (x, &ink) in row.iter().enumerate() {
            if ink <= 0.0 {
                continue;
            }
            let [dx, dy] = gauss.pair();
            let dx = (nozzle[0] + ex * dx).clamp(-1.0, 1.0);
            let dy = (nozzle[1] + ey * dy).clamp(-1.0, 1.0);
            let beside = if dx < 0.0 { x } else { x + 2 };
            let other = if dy < 0.0 { &mut *above } else { &mut *below };
            let (ax, ay) = (dx.abs(), dy.abs());
            other[x + 1] += ink * (1.0 - ax) * ay;
            other[beside] += ink * ax * ay;
            here[x + 1] += ink * (1.0 - ax) * (1.0 - ay);
            here[beside] += ink * ax * (1.0 - ay);
        }
        if y > 0 {
            self.pass(y - 1);
        } else {
            self.rows.rotate_left(1);
            self.rows[2].fill(0.0);
        }
        self.done = y;
    }

    fn pass(&mut self, y: usize) {
        let inner = self.rows[0].len() - 1;
        (self.emit)(y, &self.rows[0][1..inner]);
        self.rows.rotate_left(1);
        self.rows[2].fill(0.0);
    }

    fn finish(mut self) {
        self.pass(self.done);
    }
}

/// Dividing a drop among its neighbours spreads it by |d| (1 − |d|) dots² on average.
fn drops_variance(error: f64) -> f64 {
    ((2.0 / std::f64::consts::PI).sqrt() * error - error * error).max(0.0)
}
