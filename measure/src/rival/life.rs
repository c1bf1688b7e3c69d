//! The page's life: fibres, rubbing, scratches, stains, folds.

use std::f64::consts::{PI, TAU};

use ndarray::{Axis, Zip};
use rayon::prelude::*;
use tumar::imaging::Plane;

use super::Kind;
use super::press::Page;
use super::random::{Dice, Waves, bell, scatter};

/// A straight line across the page.
#[derive(Clone, Debug)]
struct Fold {
    /// Its distance from the print's corner along its normal, millimetres, and the normal.
    distance: f64,
    normal: [f64; 2],
    /// Light won on one side and lost on the other.
    shade: f64,
    /// Share of the ink that broke off.
    broken: f64,
}

#[derive(Clone, Debug)]
struct Scratch {
    from: [f64; 2],
    to: [f64; 2],
    width: f64,
    /// Towards paper, or towards black.
    light: bool,
    strength: f32,
}

/// What happened to a page.
#[derive(Clone, Debug)]
pub(super) struct Life {
    fibre: f32,
    rubbed: f32,
    rubs: Waves,
    stain: f32,
    stains: Waves,
    tint: [f32; 3],
    folds: Vec<Fold>,
    scratches: Vec<Scratch>,
}

impl Life {
    pub(super) fn draw(kind: Kind, dice: &mut Dice) -> Self {
        let worn = kind == Kind::Worn;
        let used = worn || kind.is_reader() || kind == Kind::Phone;
        let rubbed = dice.within(if worn { [0.05, 0.4] } else { [0.0, 0.1] });
        let stain = dice.within(if worn { [0.0, 0.2] } else { [0.0, 0.03] });
        let folds = if worn { (dice.free() * 2.6) as usize } else { 0 };
        let scratches = dice.within(if worn { [5.0, 60.0] } else { [0.0, 6.0] });
        Self {
            fibre: dice.within([0.002, 0.02]) as f32,
            rubbed: if used { rubbed as f32 } else { 0.0 },
            rubs: Waves::new(dice, 9, 14.0),
            stain: if used { stain as f32 } else { 0.0 },
            stains: Waves::new(dice, 6, 12.0),
            tint: [0.6, 1.0, 1.6],
            folds: (0..folds).map(|_| Fold::draw(dice)).collect(),
            scratches: (0..scratches as usize).map(|_| Scratch::draw(dice)).collect(),
        }
    }

    pub(super) fn wear(&self, mut page: Page, seed: u64) -> Page {
        let pitch = page.pitch;
        let (rows, columns) = page.planes[0].dim();
        // The same for all colours.
        let lost = (self.rubbed > 0.0).then(|| self.lost([rows, columns], pitch, seed));
        let soaked = (self.stain > 0.0).then(|| self.soaked([rows, columns], pitch));
        let coloured = page.planes.len() == 3;
        for (channel, plane) in page.planes.iter_mut().enumerate() {
            let paper = page.paper[channel];
            if let Some(lost) = &lost {
                Zip::from(&mut *plane).and(lost).par_for_each(|v, lost| *v += lost * (paper - *v));
            }
            if let Some(soaked) = &soaked {
                let stain = 2.3 * self.stain * if coloured { self.tint[channel] } else { 1.0 };
                Zip::from(&mut *plane)
                    .and(soaked)
                    .par_for_each(|v, soaked| *v *= 1.0 - stain * soaked);
            }
            plane.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
                for (x, value) in row.iter_mut().enumerate() {
                    *value *= 1.0 + self.fibre * bell(scatter(seed ^ 11, x, y));
                }
                let from = [0.5 * pitch[0], (y as f64 + 0.5) * pitch[1]];
                let row = row.as_slice_mut().expect("planes are row-major");
                self.folds.iter().for_each(|fold| fold.mark(row, from, pitch[0], paper));
            });
            let size = [columns as f64 * pitch[0], rows as f64 * pitch[1]];
            self.scratches.iter().for_each(|scratch| scratch.mark(plane, pitch, size, paper));
        }
        page
    }

    /// The share of ink that rubbing took, more from the fibres that stand out.
    fn lost(&self, size: [usize; 2], pitch: [f64; 2], seed: u64) -> Plane {
        let mut lost = Self::field(&self.rubs, size, pitch);
        lost.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            for (x, value) in row.iter_mut().enumerate() {
                let place = (0.5 * *value - 0.1).clamp(0.0, 1.0);
                let fibres = [2, 3].map(|size| bell(scatter(seed ^ size, x >> size, y >> size)));
                let out = (0.55 + 0.2 * (fibres[0] + fibres[1])).clamp(0.0, 1.0);
                *value = self.rubbed * place * out;
            }
        });
        lost
    }

    fn soaked(&self, size: [usize; 2], pitch: [f64; 2]) -> Plane {
        let mut soaked = Self::field(&self.stains, size, pitch);
        soaked.par_mapv_inplace(|v| (v - 0.7).clamp(0.0, 1.0));
        soaked
    }

    fn field(waves: &Waves, size: [usize; 2], pitch: [f64; 2]) -> Plane {
        let mut field = Plane::zeros((size[0], size[1]));
        field.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let from = [0.5 * pitch[0], (y as f64 + 0.5) * pitch[1]];
            waves.row(from, pitch[0], row.as_slice_mut().expect("planes are row-major"));
        });
        field
    }
}

impl Fold {
    fn draw(dice: &mut Dice) -> Self {
        // Along a side of the page, roughly.
        let heading = if dice.chance(0.5) { 0.0 } else { 0.5 * PI } + dice.around(0.12);
        Self {
            distance: 8.0 + 25.0 * dice.free(),
            normal: [heading.cos(), heading.sin()],
            shade: dice.around(0.12),
            broken: dice.within([0.1, 0.8]),
        }
    }

    fn mark(&self, row: &mut [f32], from: [f64; 2], step: f64, paper: f32) {
        let [nx, ny] = self.normal;
        for (x, value) in row.iter_mut().enumerate() {
            let across = nx * (from[0] + x as f64 * step) + ny * from[1] - self.distance;
            if across.abs() > 5.0 {
                continue;
            }
            let shade = self.shade * across.signum() * (-across.abs() / 1.2).exp();
            let broken = self.broken * (1.0 - across.abs() / 0.12).max(0.0);
            *value += broken as f32 * (paper - *value);
            *value *= 1.0 + shade as f32;
        }
    }
}

impl Scratch {
    /// A share of the page's sides; lengths in millimetres.
    fn draw(dice: &mut Dice) -> Self {
        let from = [36.0, 46.0].map(|side| side * dice.free());
        let (heading, length) = (TAU * dice.free(), dice.within([1.0, 28.0]));
        Self {
            from,
            to: [from[0] + length * heading.cos(), from[1] + length * heading.sin()],
            width: dice.within([0.015, 0.09]),
            light: dice.chance(0.65),
            strength: dice.within([0.15, 0.95]) as f32,
        }
    }

    fn mark(&self, plane: &mut Plane, pitch: [f64; 2], size: [f64; 2], paper: f32) {
        let way = [self.to[0] - self.from[0], self.to[1] - self.from[1]];
        let steps = (2.0 * way[0].hypot(way[1]) / pitch[0]).ceil().max(1.0);
        let aim = if self.light { paper } else { 0.12 * paper };
        // Each pixel is met about twice, and by as many points as the scratch is wide.
        let strength = 1.0 - (1.0 - self.strength).sqrt();
        let across = (self.width / pitch[0]).ceil().max(1.0) as i32;
        let normal = [-way[1], way[0]].map(|v| v / way[0].hypot(way[1]));
        for step in 0..steps as usize {
            let along = step as f64 / steps;
            for side in 0..across {
                let off = (f64::from(side) - 0.5 * f64::from(across - 1)) * pitch[0];
                let at = [0, 1].map(|i| self.from[i] + along * way[i] + off * normal[i]);
                if at.iter().zip(size).any(|(v, side)| *v < 0.0 || *v >= side) {
                    continue;
                }
                let [x, y] = [0, 1].map(|i| (at[i] / pitch[i]) as usize);
                if let Some(value) = plane.get_mut((y, x)) {
                    *value += strength * (aim - *value);
                }
            }
        }
    }
}
