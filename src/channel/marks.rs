//! Marks on a plane: dust, hairs, scratches.

use ndarray::Axis;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::imaging::Plane;

/// A stroke (or, with one point, a speck) that pulls a plane towards `value`.
pub(super) struct Mark {
    /// Places in pixels, centres of pixels at whole numbers.
    pub(super) points: Vec<[f64; 2]>,
    /// Half the width, pixels.
    pub(super) radius: f64,
    /// What a plane is pulled to.
    pub(super) value: f32,
    /// How far it is pulled, 0..1.
    pub(super) opacity: f32,
}

impl Mark {
    /// Draws the mark with soft edges of one pixel.
    pub(super) fn draw(&self, plane: &mut Plane) {
        if let [speck] = self.points[..] {
            self.part(plane, speck, speck);
        }
        for pair in self.points.windows(2) {
            self.part(plane, pair[0], pair[1]);
        }
    }

    fn part(&self, plane: &mut Plane, from: [f64; 2], to: [f64; 2]) {
        let reach = self.radius + 1.0;
        let bounds = |axis: usize, n: usize| {
            let low = (from[axis].min(to[axis]) - reach).ceil().clamp(0.0, n as f64) as usize;
            let high = (from[axis].max(to[axis]) + reach + 1.0).floor().clamp(0.0, n as f64);
            low..(high as usize).max(low)
        };
        let (columns, rows) = (bounds(0, plane.ncols()), bounds(1, plane.nrows()));
        let along = [to[0] - from[0], to[1] - from[1]];
        let square = along[0] * along[0] + along[1] * along[1];
        // A line thinner than a pixel covers only part of it.
        let full = (2.0 * self.radius).min(1.0);
        for y in rows {
            let mut line = plane.index_axis_mut(Axis(0), y);
            for x in columns.clone() {
                let [dx, dy] = [x as f64 - from[0], y as f64 - from[1]];
                let share =
                    if square > 0.0 { (dx * along[0] + dy * along[1]) / square } else { 0.0 };
                // Parts of a stroke share no pixel: no caps, and the end belongs to the next.
                if square > 0.0 && !(0.0..1.0).contains(&share) {
                    continue;
                }
                let distance = (dx - share * along[0]).hypot(dy - share * along[1]);
                let cover = (self.radius + 0.5 - distance).clamp(0.0, full) as f32;
                if cover > 0.0 {
                    let value = &mut line[x];
                    *value += self.opacity * cover * (self.value - *value);
                }
            }
        }
    }
}

/// A number of marks whose mean is `mean`: its whole part, and one more with the chance of the rest.
pub(super) fn count(rng: &mut ChaCha8Rng, mean: f64) -> usize {
    let mean = (mean * rng.random_range(0.5..1.5)).max(0.0);
    mean as usize + usize::from(rng.random_bool(mean.fract()))
}

/// A wandering line of `length` pixels from a random place within `size`; `bend` is the turn,
/// radians, between its parts of `step` pixels.
pub(super) fn wander(
    rng: &mut ChaCha8Rng,
    size: [f64; 2],
    length: f64,
    step: f64,
    bend: f64,
) -> Vec<[f64; 2]> {
    let mut at = size.map(|s| rng.random_range(0.0..s.max(1.0)));
    let mut heading = rng.random_range(0.0..std::f64::consts::TAU);
    let mut turn = 0.0;
    let mut points = vec![at];
    for _ in 0..(length / step).ceil().max(1.0) as usize {
        turn = 0.8 * turn + bend * rng.random_range(-1.0..=1.0);
        heading += turn;
        at = [at[0] + step * heading.cos(), at[1] + step * heading.sin()];
        points.push(at);
    }
    points
}
