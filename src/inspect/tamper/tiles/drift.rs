//! The drift: how far letters stand beside where the grid has them, which bent pages, lenses and uneven
//! feeds move. It is followed before any letter is missed.

use ndarray::Array2;

use crate::imaging::Mm;
use crate::inspect::tamper::tiles::pooling::Pooling;
use crate::inspect::tamper::tiles::tiling::Tiling;
use crate::inspect::tamper::unrolling::predicted::Predicted;
use crate::inspect::tamper::unrolling::unrolled::Unrolled;

/// Bins of the unrolled portrait a step of the search, both ways.
pub(crate) const STEP: usize = 2;
/// Letters are sought so many steps to all sides: 0.3 mm in the default layout.
pub(crate) const REACH: i32 = 4;
const SIDE: usize = 2 * REACH as usize + 1;
/// Spread of the places that are looked at.
const SPREAD: Mm = Mm(1.8);
/// They are there if they stand so many standard deviations over none …
const FOUND: f32 = 7.0;
/// … where each step aside takes so many.
const ASIDE: f32 = 0.25;
/// The drift changes over this distance.
const SMOOTH: Mm = Mm(4.0);
/// Places whose letters stand further from the smooth drift, in steps, do not take part in it.
const ASTRAY: f32 = 1.2;

/// By tile, in bins of the unrolled portrait down and along.
#[derive(Clone, Debug)]
pub struct Drift(pub(crate) Array2<[f32; 2]>);

impl Drift {
    /// Follows the letters of an unrolled portrait.
    pub(crate) fn follow(coarse: &Coarse<'_>) -> Self {
        let (tiling, expected) = (coarse.tiling, &coarse.expected);
        let shown = coarse.all_steps();
        let pooling = Pooling::new(SPREAD, tiling.size);
        let sums: Vec<Array2<f32>> = shown.iter().map(|shown| pooling.sum(shown)).collect();
        let variance =
            Pooling::new(Mm(SPREAD.0 / std::f64::consts::SQRT_2), tiling.size).sum(expected);
        let mut found = Array2::from_elem(tiling.dim(), ([0.0; 2], 0.0));
        for place in tiling.places() {
            let deviation = variance[place].max(1e-6).sqrt();
            let surface: Vec<f32> = sums.iter().map(|sum| sum[place] / deviation).collect();
            found[place] = peak(&surface);
        }
        Self(smooth(&found, tiling))
    }

    /// The whole bins by which a tile's letters stand down and along.
    pub(crate) fn bins(&self, place: [usize; 2]) -> [i64; 2] {
        self.0[place].map(|bins| bins.round() as i64)
    }
}

/// The planes at the search's resolution.
pub(crate) struct Coarse<'a> {
    seen: Array2<f32>,
    letters: Array2<f32>,
    /// The square of what tiles should show, and its variance where there are no letters.
    pub(crate) expected: Array2<f32>,
    tiling: &'a Tiling,
}

impl<'a> Coarse<'a> {
    pub(crate) fn new(unrolled: &Unrolled, predicted: &Predicted, tiling: &'a Tiling) -> Self {
        let letters = &predicted.own + &predicted.common;
        let mut letters = summed(&letters);
        letters.mapv_inplace(|sum| sum / (STEP * STEP) as f32);
        let pixels = summed(&unrolled.pixels);
        let expected = expected(&pixels, &letters, tiling);
        Self { seen: summed(&unrolled.seen), letters, expected, tiling }
    }

    /// What each tile shows of the letters if they stand so many steps down and along.
    pub(crate) fn shown(&self, [down, along]: [i32; 2]) -> Array2<f32> {
        let (rows, columns) = self.seen.dim();
        let mut tiles = Array2::zeros(self.tiling.dim());
        let mut products = vec![0.0f32; columns];
        let from = along.clamp(0, columns as i32) as usize;
        let to = (columns as i32 + along).clamp(0, columns as i32) as usize;
        let width = self.tiling.bins([0, 0], STEP, (rows, columns))[1].len().max(1);
        let height = self.tiling.bins([0, 0], STEP, (rows, columns))[0].len().max(1);
        for row in 0..rows {
            let other = row as i32 - down;
            if !(0..rows as i32).contains(&other) || from >= to {
                continue;
            }
            let seen = self.seen.row(row);
            let letters = self.letters.row(other as usize);
            let (seen, letters) = (
                seen.to_slice().expect("planes are row-major"),
                letters.to_slice().expect("planes are row-major"),
            );
            let moved = &letters[(from as i32 - along) as usize..];
            products[from..to]
                .iter_mut()
                .zip(&seen[from..to])
                .zip(moved)
                .for_each(|((product, seen), letter)| *product = seen * letter);
            products[..from].fill(0.0);
            products[to..].fill(0.0);
            let mut tiles = tiles.row_mut((row / height).min(self.tiling.count[0] - 1));
            for (tile, products) in tiles.iter_mut().zip(products.chunks(width)) {
                *tile += products.iter().sum::<f32>();
            }
        }
        tiles
    }

    /// The same at all steps, down and then along.
    fn all_steps(&self) -> Vec<Array2<f32>> {
        steps().map(|step| self.shown(step)).collect()
    }
}

fn expected(pixels: &Array2<f32>, letters: &Array2<f32>, tiling: &Tiling) -> Array2<f32> {
    let mut tiles = Array2::zeros(tiling.dim());
    for place in tiling.places() {
        let [rows, columns] = tiling.bins(place, STEP, pixels.dim());
        tiles[place] = rows
            .flat_map(|row| columns.clone().map(move |column| [row, column]))
            .map(|bin| pixels[bin] * letters[bin].powi(2))
            .sum();
    }
    tiles
}

/// All steps, down and along.
pub(crate) fn steps() -> impl Iterator<Item = [i32; 2]> {
    (-REACH..=REACH).flat_map(|down| (-REACH..=REACH).map(move |along| [down, along]))
}

/// Sums over squares of [`STEP`] bins.
fn summed(plane: &Array2<f32>) -> Array2<f32> {
    let size = (plane.nrows() / STEP, plane.ncols() / STEP);
    let mut sums = Array2::zeros(size);
    for (row, mut sums) in sums.rows_mut().into_iter().enumerate() {
        for part in 0..STEP {
            let plane = plane.row(row * STEP + part);
            for (column, sum) in sums.iter_mut().enumerate() {
                *sum += (0..STEP).map(|i| plane[column * STEP + i]).sum::<f32>();
            }
        }
    }
    sums
}

/// Where a surface over all steps is highest, in steps down and along, and its weight; 0 where nothing
/// stands out.
fn peak(surface: &[f32]) -> ([f32; 2], f32) {
    let held = |i: usize| {
        let [down, along] = [i / SIDE, i % SIDE].map(|v| v as f32 - REACH as f32);
        surface[i] - ASIDE * down.hypot(along)
    };
    let best = (0..surface.len()).max_by(|&a, &b| held(a).total_cmp(&held(b))).unwrap_or(0);
    let height = surface[best];
    if height < FOUND {
        return ([0.0; 2], 0.0);
    }
    let at = [best / SIDE, best % SIDE];
    let place = [0, 1].map(|axis| {
        let apart = if axis == 0 { SIDE } else { 1 };
        let middle = at[axis] as f32 - REACH as f32;
        if at[axis] == 0 || at[axis] + 1 == SIDE {
            return middle;
        }
        let (before, after) = (surface[best - apart], surface[best + apart]);
        let bend = before - 2.0 * height + after;
        middle + if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.6, 0.6) } else { 0.0 }
    });
    (place, height * height)
}

/// Steps by tile → a smooth field in bins, by those that agree.
fn smooth(found: &Array2<([f32; 2], f32)>, tiling: &Tiling) -> Array2<[f32; 2]> {
    let pooling = Pooling::new(SMOOTH, tiling.size);
    let mut weights = found.map(|(_, weight)| *weight);
    let mut field = Array2::from_elem(found.dim(), [0.0f32; 2]);
    for round in 0..2 {
        let all = pooling.sum(&weights);
        let axes = [0, 1].map(|axis| {
            let mut weighed = found.map(|(place, _)| place[axis]);
            weighed *= &weights;
            pooling.sum(&weighed)
        });
        for (at, field) in field.indexed_iter_mut() {
            *field = axes.each_ref().map(|axis| axis[at] / all[at].max(1e-6));
        }
        if round == 0 {
            for (at, weight) in weights.indexed_iter_mut() {
                let off = [0, 1].map(|axis| found[at].0[axis] - field[at][axis]);
                if off[0].hypot(off[1]) > ASTRAY {
                    *weight = 0.0;
                }
            }
        }
    }
    field.mapv(|place| place.map(|steps| steps * STEP as f32))
}
