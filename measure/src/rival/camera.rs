//! The line camera: a page and what is around it → light as measured, row by row.

use ndarray::Axis;
use rayon::prelude::*;
use tumar::imaging::Plane;
use tumar::imaging::raster::shrink;

use super::Kind;
use super::kernel::{Kernel, blur};
use super::press::Page;
use super::random::{Dice, Waves, bell, scatter};
use super::warp::Warp;

/// Pixels over which the warp is a straight line, to a micrometre.
const SPAN: usize = 8;

/// Page pixels of the ground that are blurred with the print.
const RIM: usize = 40;

/// A place where the page mirrors a lamp.
#[derive(Clone, Debug)]
struct Haze {
    /// As shares of the scan.
    at: [f64; 2],
    /// Distances at which a third is left, millimetres.
    size: [f64; 2],
    light: f64,
}

/// The camera and its lamp.
#[derive(Clone, Debug)]
pub(super) struct Camera {
    /// Reflectance around the print, and the depth of what is printed there.
    ground: f64,
    pattern: f32,
    waves: Waves,
    /// Widths of apertures beside the pixel's own, in pixels, across and along the feed.
    defocus: [f64; 2],
    motion: [f64; 2],
    /// Red and blue against green, millimetres.
    offsets: [[f64; 2]; 2],
    /// Share of each place's light that comes from around it, and how far from, millimetres.
    mixed: f32,
    reach: f64,
    hazes: Vec<Haze>,
    /// Change of light from side to side, and from the first row to the last.
    tilt: [f64; 2],
    /// Loss at the corners.
    corner: f64,
    row_gain: f32,
    column_drift: f32,
    read: f32,
    shot: f32,
    /// Share of red, green and blue in a grey scan; none in a colour scan.
    grey: Option<[f32; 3]>,
}

impl Camera {
    pub(super) fn draw(kind: Kind, dice: &mut Dice) -> Self {
        let phone = kind == Kind::Phone;
        let noise = match kind {
            Kind::Lab1200 => 0.5,
            Kind::Phone => 1.5,
            _ => 1.0,
        };
        let sharp = match kind {
            Kind::Phone => [0.5, 2.6],
            Kind::Worn => [0.1, 1.8],
            _ => [0.0, 1.4],
        };
        let offset = if phone { [0.006, 0.006] } else { [0.012, 0.035] };
        let dark = dice.chance(0.2);
        let defocus = dice.within(sharp);
        let oblong = dice.within([-0.45, 0.45]).exp();
        let motion = if phone { 1.5 } else { 0.4 };
        let hazes = match kind {
            Kind::Phone => 2.9,
            Kind::Lab1200 => 0.0,
            _ => 1.4,
        };
        let hazes = (dice.free() * hazes) as usize;
        let weights = [dice.within([0.1, 0.5]), dice.within([0.3, 0.9]), dice.within([0.02, 0.3])];
        let sum: f64 = weights.iter().sum();
        Self {
            ground: dice.within(if dark { [0.02, 0.2] } else { [0.7, 0.94] }),
            pattern: dice.within([0.0, 0.2]) as f32,
            waves: Waves::new(dice, 4, 0.7),
            defocus: [defocus * oblong, defocus / oblong],
            motion: [0; 2].map(|_| dice.within([0.0, motion])),
            offsets: [0; 2].map(|_| offset.map(|limit| dice.around(limit))),
            mixed: dice.within([0.0, 0.12]) as f32,
            reach: dice.within([2.0, 14.0]),
            hazes: (0..hazes).map(|_| Haze::draw(kind, dice)).collect(),
            tilt: [0; 2].map(|_| dice.around(if phone { 0.25 } else { 0.07 })),
            corner: dice.within(if phone { [0.0, 0.3] } else { [0.0, 0.03] }),
            row_gain: noise * dice.within([0.0, 0.006]) as f32,
            column_drift: noise * if phone { 0.0 } else { dice.within([0.0, 0.008]) as f32 },
            read: noise * dice.within([0.0005, 0.008]) as f32,
            shot: noise * dice.within([0.001, 0.02]) as f32,
            grey: (!phone && dice.chance(0.5)).then(|| weights.map(|w| (w / sum) as f32)),
        }
    }

    /// Light as measured, 1 for white: one plane, or red, green and blue.
    pub(super) fn look(&self, mut page: Page, warp: &Warp, seed: u64) -> Vec<Plane> {
        if let (Some(weights), [red, green, blue]) = (self.grey, &mut page.planes[..]) {
            ndarray::Zip::from(&mut *red).and(&*green).and(&*blue).par_for_each(|r, g, b| {
                *r = weights[0] * *r + weights[1] * g + weights[2] * b;
            });
            page.planes.truncate(1);
        }
        let (rows, columns) = page.planes[0].dim();
        let pitch = page.pitch;
        let size = warp.size([columns as f64 * pitch[0], rows as f64 * pitch[1]]);
        let coloured = page.planes.len() == 3;
        let pixel = warp.pitch();
        let aperture = [0, 1].map(|i| {
            let width = pixel[i] / pitch[i];
            let boxes = [width, self.defocus[i] * width, self.motion[i] * width];
            Kernel::new(&boxes, page.scatter / pitch[i])
        });
        let channels = page.planes.into_iter().enumerate();
        let look = |(channel, plane): (usize, Plane)| {
            let seen = blur(self.laid_on_ground(plane, pitch), &aperture);
            let offset = match channel {
                0 if coloured => self.offsets[0],
                2 => self.offsets[1],
                _ => [0.0; 2],
            };
            let mut signal = self.sampled(&seen, pitch, warp, size, offset);
            self.stray_light(&mut signal, pixel);
            self.measure(&mut signal, scatter(seed, 20, channel));
            signal
        };
        channels.map(look).collect()
    }

    /// What lies around the print, at a place in millimetres.
    fn ground_at(&self, place: [f64; 2]) -> f32 {
        let pattern = self.pattern * (0.5 * self.waves.roughly(place)).clamp(-1.0, 1.0);
        self.ground as f32 * (1.0 - 0.5 * self.pattern + 0.5 * pattern)
    }

    fn laid_on_ground(&self, plane: Plane, pitch: [f64; 2]) -> Plane {
        let (rows, columns) = plane.dim();
        let mut wide = Plane::zeros((rows + 2 * RIM, columns + 2 * RIM));
        wide.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let inside = (RIM..RIM + rows).contains(&y);
            if inside {
                row.iter_mut().skip(RIM).zip(plane.row(y - RIM)).for_each(|(to, from)| *to = *from);
            }
            for x in 0..columns + 2 * RIM {
                if inside && (RIM..RIM + columns).contains(&x) {
                    continue;
                }
                let place = [x, y].map(|v| v as f64 + 0.5 - RIM as f64);
                row[x] = self.ground_at([place[0] * pitch[0], place[1] * pitch[1]]);
            }
        });
        wide
    }

    fn sampled(
        &self,
        seen: &Plane,
        pitch: [f64; 2],
        warp: &Warp,
        size: [usize; 2],
        offset: [f64; 2],
    ) -> Plane {
        let mut signal = Plane::zeros((size[1], size[0]));
        signal.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let place = |x: usize| {
                let at = warp.to_print([x as f64, y as f64]);
                [at[0] - offset[0], at[1] - offset[1]]
            };
            let mut from = place(0);
            for (span, values) in
                row.as_slice_mut().expect("planes are row-major").chunks_mut(SPAN).enumerate()
            {
                let to = place((span + 1) * SPAN);
                for (i, value) in values.iter_mut().enumerate() {
                    let share = i as f64 / SPAN as f64;
                    let mm = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]));
                    let at = [0, 1].map(|i| mm[i] / pitch[i] - 0.5 + RIM as f64);
                    *value = cubic(seen, at).unwrap_or_else(|| self.ground_at(mm));
                }
                from = to;
            }
        });
        signal
    }

    /// Light from around, and from lamps.
    fn stray_light(&self, signal: &mut Plane, pixel: [f64; 2]) {
        let (rows, columns) = signal.dim();
        // About a millimetre.
        let block = ((1.0 / pixel[0]) as usize).clamp(1, rows.min(columns));
        let reach = self.reach / (pixel[0] * block as f64);
        let kernel = Kernel::new(&[1.5 * reach, 1.5 * reach], 0.0);
        let around = blur(shrink(signal, block), &[kernel.clone(), kernel]);
        let (last_row, last_column) = (around.nrows() - 1, around.ncols() - 1);
        signal.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let down = (y as f32 / block as f32 - 0.5).clamp(0.0, last_row as f32);
            let (above, below) = (down as usize, (down as usize + 1).min(last_row));
            let down = down - above as f32;
            for (x, value) in row.iter_mut().enumerate() {
                let along = (x as f32 / block as f32 - 0.5).clamp(0.0, last_column as f32);
                let (left, right) = (along as usize, (along as usize + 1).min(last_column));
                let along = along - left as f32;
                let at =
                    |row: usize| around[[row, left]] * (1.0 - along) + around[[row, right]] * along;
                let around = at(above) * (1.0 - down) + at(below) * down;
                *value += self.mixed * (around - *value);
            }
            let v = y as f64 / rows as f64;
            for haze in &self.hazes {
                let dy = (v - haze.at[1]) * rows as f64 * pixel[1] / haze.size[1];
                for (x, value) in row.iter_mut().enumerate() {
                    let dx = (x as f64 - haze.at[0] * columns as f64) * pixel[0] / haze.size[0];
                    let far = 1.0 + dx * dx + dy * dy;
                    *value += (haze.light / (far * far.sqrt())) as f32;
                }
            }
        });
    }

    /// Lamp, gains and noise.
    fn measure(&self, signal: &mut Plane, seed: u64) {
        let (rows, columns) = signal.dim();
        // Steps of all lengths add up to a drift whose power falls with frequency.
        let drift = |x: usize| {
            let octave = |o: usize| bell(scatter(seed ^ o as u64, x >> o, o)) / 3.0;
            self.column_drift * (0..9).map(octave).sum::<f32>()
        };
        let columns_gain: Vec<f32> = (0..columns).map(|x| 1.0 + drift(x)).collect();
        let row_drift = |y: usize| {
            let octave = |o: usize| bell(scatter(seed ^ 77 ^ o as u64, y >> o, o)) / 3.0;
            self.row_gain * (0..9).map(octave).sum::<f32>()
        };
        let noise = scatter(seed, 5, 5);
        signal.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let v = 2.0 * y as f64 / rows as f64 - 1.0;
            let gain = 1.0 + row_drift(y);
            for (x, (value, column)) in row.iter_mut().zip(&columns_gain).enumerate() {
                let u = 2.0 * x as f64 / columns as f64 - 1.0;
                let lamp =
                    1.0 + self.tilt[0] * u + self.tilt[1] * v - 0.5 * self.corner * (u * u + v * v);
                let light = *value * lamp as f32 * gain * column;
                let sigma = (self.read * self.read + self.shot * self.shot * light.max(0.0)).sqrt();
                *value = light + sigma * bell(scatter(noise, x, y));
            }
        });
    }
}

impl Haze {
    fn draw(kind: Kind, dice: &mut Dice) -> Self {
        let light = if kind == Kind::Phone { 0.3 } else { 0.18 };
        Self {
            at: [dice.free(), dice.free()],
            size: [0; 2].map(|_| dice.within([3.0, 14.0])),
            light: dice.within([0.02, light]),
        }
    }
}

/// Catmull and Rom (1974): a value between pixels, none at the rim.
#[inline]
fn cubic(plane: &Plane, [x, y]: [f64; 2]) -> Option<f32> {
    let (rows, columns) = plane.dim();
    if x < 1.0 || y < 1.0 || x >= columns as f64 - 2.0 || y >= rows as f64 - 2.0 {
        return None;
    }
    let weights = |t: f32| {
        let (square, cube) = (t * t, t * t * t);
        [
            0.5 * (2.0 * square - t - cube),
            0.5 * (3.0 * cube - 5.0 * square + 2.0),
            0.5 * (4.0 * square - 3.0 * cube + t),
            0.5 * (cube - square),
        ]
    };
    let (column, row) = (x as usize, y as usize);
    let across = weights((x - column as f64) as f32);
    let down = weights((y - row as f64) as f32);
    let source = plane.as_slice()?;
    let line = |i: usize| {
        let start = (row - 1 + i) * columns + column - 1;
        let four = &source[start..start + 4];
        across[0] * four[0] + across[1] * four[1] + across[2] * four[2] + across[3] * four[3]
    };
    Some(down[0] * line(0) + down[1] * line(1) + down[2] * line(2) + down[3] * line(3))
}
