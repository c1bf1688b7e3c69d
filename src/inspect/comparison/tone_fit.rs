//! What printer, scanner and light make of a tone: a monotone curve, and a smooth factor over the
//! portrait.

use nalgebra::{SMatrix, SVector};

use crate::imaging::Plane;

/// Knots of the curve at the most. A guess: curves of printers and scanners bend slowly.
const KNOTS: usize = 24;
/// Entries of the curve's table. For speed alone.
const TABLE: usize = 256;
/// Terms of the light's field, beside the constant.
const FIELD: usize = 5;
/// Curve and field are fitted in turn so often.
const ROUNDS: usize = 3;
/// What holds the field down where the portrait does not tell it, against a weight of one a pixel. A
/// guess.
const RIDGE: f64 = 1e-3;
/// The field stays within this share. A guess: the light of phones falls by a third to the corners,
/// which is a tenth in cube roots.
const MOST_FIELD: f32 = 0.25;

/// Tone curve and light.
#[derive(Clone, Debug)]
pub(super) struct ToneFit {
    /// The reference's darkest tone, and entries of the curve a tone.
    low: f32,
    scale: f32,
    /// Tones of the scan by those of the reference, evenly spaced; they do not descend.
    curve: Vec<f32>,
    field: [f64; FIELD],
}

/// The field's terms at a place of a plane of this size, about zero over it.
fn powers((row, column): (usize, usize), (rows, columns): (usize, usize)) -> [f64; FIELD] {
    let y = 2.0 * (row as f64 + 0.5) / rows as f64 - 1.0;
    let x = 2.0 * (column as f64 + 0.5) / columns as f64 - 1.0;
    [x, y, x * x - 1.0 / 3.0, x * y, y * y - 1.0 / 3.0]
}

/// A pixel that the fit is made from.
struct Sample {
    reference: f32,
    scan: f32,
    weight: f64,
    powers: [f64; FIELD],
}

impl ToneFit {
    /// The fit that leaves least of `scan`, by weighted squares over every so many rows and columns;
    /// all planes of one size.
    pub(super) fn new(reference: &Plane, scan: &Plane, weights: &Plane, every: usize) -> Self {
        let (rows, columns) = reference.dim();
        let at = (0..rows).step_by(every);
        let at = at.flat_map(|row| (0..columns).step_by(every).map(move |column| (row, column)));
        let samples: Vec<Sample> = at
            .map(|at| Sample {
                reference: reference[at],
                scan: scan[at],
                weight: f64::from(weights[at]),
                powers: powers(at, (rows, columns)),
            })
            .collect();
        let (low, high) = reference
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let mut fit = Self { low, scale: 1.0, curve: vec![0.0; TABLE + 1], field: [0.0; FIELD] };
        fit.scale = TABLE as f32 / (high - low).max(1e-6);
        for round in 0..ROUNDS {
            fit.fit_curve(&samples);
            if round + 1 < ROUNDS {
                fit.fit_light(&samples);
            }
        }
        fit
    }

    fn factor(&self, powers: &[f64; FIELD]) -> f32 {
        let sum: f64 = powers.iter().zip(&self.field).map(|(p, f)| p * f).sum();
        1.0 + (sum as f32).clamp(-MOST_FIELD, MOST_FIELD)
    }

    /// Weighted means of the scan's tones by those of the reference, made monotone.
    fn fit_curve(&mut self, samples: &[Sample]) {
        let mut sums = [[0.0f64; 3]; KNOTS];
        let bins = self.scale * (KNOTS as f32 / TABLE as f32);
        for sample in samples {
            let bin = (((sample.reference - self.low) * bins) as usize).min(KNOTS - 1);
            let even = f64::from(sample.scan / self.factor(&sample.powers));
            let sum = &mut sums[bin];
            sum[0] += sample.weight;
            sum[1] += sample.weight * f64::from(sample.reference);
            sum[2] += sample.weight * even;
        }
        let knots = monotone(sums.iter().filter(|sum| sum[0] > 1.0));
        for (i, value) in self.curve.iter_mut().enumerate() {
            let tone = self.low + i as f32 / self.scale;
            *value = between(&knots, tone);
        }
    }

    /// The field that is left beside the curve.
    fn fit_light(&mut self, samples: &[Sample]) {
        let mut normal = SMatrix::<f64, FIELD, FIELD>::zeros();
        let mut right = SVector::<f64, FIELD>::zeros();
        let mut pixels = 0.0;
        for sample in samples {
            let curve = f64::from(self.curve_at(sample.reference));
            let row = SVector::from(sample.powers) * curve;
            normal += sample.weight * row * row.transpose();
            right += sample.weight * row * (f64::from(sample.scan) - curve);
            pixels += sample.weight;
        }
        normal += SMatrix::identity() * (RIDGE * pixels).max(1e-9);
        self.field = normal.cholesky().map_or([0.0; FIELD], |factor| factor.solve(&right).into());
    }

    fn curve_at(&self, tone: f32) -> f32 {
        let place = ((tone - self.low) * self.scale).clamp(0.0, TABLE as f32 - 1e-3);
        let (left, share) = (place as usize, place.fract());
        self.curve[left] + share * (self.curve[left + 1] - self.curve[left])
    }

    /// What the scan should show of the reference.
    pub(super) fn expected(&self, reference: &Plane) -> Plane {
        Plane::from_shape_fn(reference.dim(), |at| {
            self.curve_at(reference[at]) * self.factor(&powers(at, reference.dim()))
        })
    }
}

/// The value of a line through knots, which ascend; level beyond them.
fn between(knots: &[[f32; 2]], tone: f32) -> f32 {
    let Some(last) = knots.len().checked_sub(1) else { return tone };
    let right = knots.partition_point(|knot| knot[0] <= tone);
    if right == 0 || right > last {
        return knots[right.min(last)][1];
    }
    let ([x0, y0], [x1, y1]) = (knots[right - 1], knots[right]);
    y0 + (tone - x0) / (x1 - x0).max(1e-6) * (y1 - y0)
}

/// Means (weight, weighted tone, weighted other tone), pooled until they do not descend (Ayer et al.
/// 1955); each as a knot.
fn monotone<'a>(sums: impl Iterator<Item = &'a [f64; 3]>) -> Vec<[f32; 2]> {
    let mut pools: Vec<(f64, f64, Vec<f64>)> = Vec::new();
    for &[weight, tone, other] in sums {
        pools.push((weight, other, vec![tone / weight]));
        while let [.., before, last] = &mut pools[..] {
            if before.1 / before.0 <= last.1 / last.0 {
                break;
            }
            before.0 += last.0;
            before.1 += last.1;
            before.2.append(&mut last.2);
            pools.pop();
        }
    }
    let knots = pools.into_iter().flat_map(|(weight, other, tones)| {
        tones.into_iter().map(move |tone| [tone as f32, (other / weight) as f32])
    });
    knots.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curve_and_light_are_told_apart() {
        let size = (90, 70);
        let reference = Plane::from_shape_fn(size, |(y, x)| {
            0.5 + 0.3 * (x as f32 / 5.0).sin() * (y as f32 / 9.0).cos()
        });
        let light = |(y, x): (usize, usize)| {
            1.0 + 0.08 * (x as f32 / 35.0 - 1.0) - 0.05 * (y as f32 / 45.0 - 1.0).powi(2)
        };
        let scan = Plane::from_shape_fn(size, |at| {
            (0.1 + 0.8 * reference[at] * reference[at]) * light(at)
        });
        let fit = ToneFit::new(&reference, &scan, &Plane::from_elem(size, 1.0), 1);
        let expected = fit.expected(&reference);
        let worst = (&expected - &scan).fold(0.0f32, |worst, v| worst.max(v.abs()));
        assert!(worst < 0.025, "{worst}");
    }

    #[test]
    fn a_curve_never_descends() {
        let sums = [[2.0, 0.2, 1.0], [2.0, 0.6, 0.8], [2.0, 1.0, 1.6]];
        let knots = monotone(sums.iter());
        assert_eq!(knots, [[0.1, 0.45], [0.3, 0.45], [0.5, 0.8]]);
    }
}
