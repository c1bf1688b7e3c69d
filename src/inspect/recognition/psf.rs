//! The point spread beyond a Gaussian: what sharpening, motion and the dots of a printer make of a
//! letter's edges. Once a text is read, it is its own test chart.

use nalgebra::{DMatrix, DVector};

use crate::inspect::recognition::field::Field;
use crate::inspect::recognition::templates::{LENGTH, Template};
use crate::inspect::stacking::grid::{ACROSS, ALONG};

/// Taps to either side, and bins between them. Guesses.
const RADIUS: isize = 2;
const SPACING: isize = 2;
/// How firmly the taps are held to those of no further spread: the share of the chart's energy that
/// a tap of 1 costs. A guess.
const RIDGE: f64 = 2e-3;

/// A correction that comes after the Gaussian. Scanners and printers spread a point alike to
/// either side, so it is symmetric about its centre.
#[derive(Clone, Debug)]
pub struct Psf {
    /// (bins across, bins along, share).
    taps: Vec<(isize, isize, f32)>,
}

impl Default for Psf {
    fn default() -> Self {
        Self { taps: vec![(0, 0, 1.0)] }
    }
}

impl Psf {
    /// The correction that brings a text's `model` (see `Field::render`) nearest to the field;
    /// none if the field does not determine it.
    #[must_use]
    pub fn fit(field: &Field, model: &[f32]) -> Self {
        // One of each pair of opposite taps; the centre is the last.
        let places: Vec<(isize, isize)> = (-RADIUS..=0)
            .flat_map(|y| (-RADIUS..=RADIUS).map(move |x| (y, x)))
            .take_while(|&place| place != (0, 1))
            .map(|(y, x)| (y * SPACING, x * SPACING))
            .collect();
        let shifted: Vec<Vec<f32>> = places
            .iter()
            .map(|&(y, x)| {
                let mut there = moved(model, field.length(), y, x);
                if (y, x) != (0, 0) {
                    let opposite = moved(model, field.length(), -y, -x);
                    there.iter_mut().zip(&opposite).for_each(|(a, b)| *a += b);
                }
                there
            })
            .collect();
        let n = places.len();
        let mut normal = DMatrix::<f64>::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let dot = field.dot(&shifted[i], &shifted[j]);
                (normal[(i, j)], normal[(j, i)]) = (dot, dot);
            }
        }
        let mut right =
            DVector::from_iterator(n, shifted.iter().map(|s| field.dot(s, &field.heights)));
        // Relative to the amplitude at which the model fits as it is.
        let energy = normal[(n - 1, n - 1)].max(1e-20);
        let amplitude = right[n - 1] / energy;
        for i in 0..n {
            normal[(i, i)] += RIDGE * energy;
        }
        right[n - 1] += RIDGE * energy * amplitude;
        let Some(fitted) = normal.cholesky().map(|c| c.solve(&right)) else {
            return Self::default();
        };
        let sum: f64 = 2.0 * fitted.iter().sum::<f64>() - fitted[n - 1];
        if !(sum > 0.0 && fitted.iter().all(|t| t.is_finite())) {
            return Self::default();
        }
        let both = |(i, &(y, x)): (usize, &(isize, isize))| {
            let share = (fitted[i] / sum) as f32;
            let opposite = ((y, x) != (0, 0)).then_some((-y, -x, share));
            [Some((y, x, share)), opposite]
        };
        Self { taps: places.iter().enumerate().flat_map(both).flatten().collect() }
    }

    /// What it leaves of a wave of so many turns a bin, across and along.
    #[must_use]
    pub fn response(&self, [across, along]: [f64; 2]) -> f64 {
        let turn = |&(y, x, share): &(isize, isize, f32)| {
            let turns = across * y as f64 + along * x as f64;
            f64::from(share) * (std::f64::consts::TAU * turns).cos()
        };
        self.taps.iter().map(turn).sum()
    }

    /// Spreads a template.
    pub fn apply(&self, template: &mut Template) {
        if self.taps.len() == 1 {
            return;
        }
        let mut near = vec![0.0f32; template.near.len()];
        let mut far = [0.0f32; ACROSS];
        for &(y, x, share) in &self.taps {
            for row in 0..ACROSS {
                let from = source_row(row, y);
                let line = &template.near[from * LENGTH..][..LENGTH];
                let out = &mut near[row * LENGTH..][..LENGTH];
                // What the window loses at its ends is the tail of a tail.
                let (out, line) = if x >= 0 {
                    (&mut out[x as usize..], &line[..LENGTH - x as usize])
                } else {
                    (&mut out[..LENGTH - x.unsigned_abs()], &line[x.unsigned_abs()..])
                };
                out.iter_mut().zip(line).for_each(|(o, v)| *o += share * v);
                far[row] += share * template.far[from];
            }
        }
        (template.near, template.far) = (near, far);
    }
}

/// A circle moved by bins across and along; beyond the first and the last row it goes on as there.
fn moved(model: &[f32], length: usize, y: isize, x: isize) -> Vec<f32> {
    let turn = (-x).rem_euclid(length as isize) as usize;
    let rows = (0..ACROSS).map(|row| &model[source_row(row, y) * length..][..length]);
    rows.flat_map(|row| row[turn..].iter().chain(&row[..turn]).copied()).collect()
}

fn source_row(row: usize, y: isize) -> usize {
    (row as isize - y).clamp(0, ACROSS as isize - 1) as usize
}

const _: () = assert!((RADIUS * SPACING) as usize <= ALONG, "a tap leaves its neighbours alone");

#[cfg(test)]
mod tests {
    use super::*;

    /// A circle of blobs of unlike size, `[across][along]`.
    fn chart(symbols: usize) -> Vec<f32> {
        let n = symbols * ALONG;
        let blob = |row: usize, i: usize| -> f32 {
            let centre = |k: usize| ((k * 37 % 60) as f32 + 4.0, (k * 13 % 14) as f32 + 3.0);
            (0..9)
                .map(|k| {
                    let (x, y) = centre(k);
                    let d = (i as f32 - x).powi(2) + (row as f32 - y).powi(2);
                    (-d / (3.0 + k as f32)).exp()
                })
                .sum()
        };
        (0..ACROSS * n).map(|at| blob(at / n, at % n)).collect()
    }

    #[test]
    fn a_known_spread_is_found() {
        let (symbols, amplitude) = (6, 0.3);
        let model = chart(symbols);
        let length = symbols * ALONG;
        let side = moved(&model, length, 0, 2);
        let other = moved(&model, length, 0, -2);
        let heights = (0..model.len())
            .map(|i| amplitude * (0.8 * model[i] + 0.1 * (side[i] + other[i])))
            .collect();
        let field = Field { symbols, heights, weights: vec![1.0; model.len()] };
        let psf = Psf::fit(&field, &model);
        let tap = |y, x| psf.taps.iter().find(|t| (t.0, t.1) == (y, x)).map_or(0.0, |t| t.2);
        assert!((tap(0, 0) - 0.8).abs() < 0.05, "{psf:?}");
        assert!((tap(0, 2) - 0.1).abs() < 0.03, "{psf:?}");
        assert!((tap(0, 2) - tap(0, -2)).abs() < 1e-6);
        let sum: f32 = psf.taps.iter().map(|t| t.2).sum();
        assert!((sum - 1.0).abs() < 1e-4);
    }

    #[test]
    fn an_empty_field_has_no_spread() {
        let model = vec![0.0; 3 * ALONG * ACROSS];
        let weights = vec![1.0; model.len()];
        let field = Field { symbols: 3, heights: model.clone(), weights };
        assert_eq!(Psf::fit(&field, &model).taps.len(), 1);
    }
}
