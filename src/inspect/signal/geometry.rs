//! Smooth maps between the scan and the grid of the microtext.

use std::f64::consts::TAU;
use std::ops::Range;

use nalgebra::{DMatrix, DVector};

/// A polynomial of degree up to three in two variables, for places given in millimetres, about a
/// centre and on a scale that keep its coefficients tame.
#[derive(Clone, Debug)]
pub struct Surface {
    centre: [f64; 2],
    scale: f64,
    coefficients: [f64; TERMS],
    /// A wave on top of it.
    pub ripple: Option<Ripple>,
}

/// A plane wave.
#[derive(Clone, Copy, Debug)]
pub struct Ripple {
    /// Height of its crests.
    pub amplitude: f64,
    /// Turns a millimetre, across and down.
    pub turns: [f64; 2],
    /// Turns at the surface's centre.
    pub phase: f64,
}

impl Ripple {
    /// Its value at a place, from the surface's centre.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> f64 {
        self.amplitude * (TAU * (self.turns[0] * x + self.turns[1] * y + self.phase)).sin()
    }
}

const TERMS: usize = 10;

/// Terms of a polynomial of this degree.
fn terms(degree: usize) -> usize {
    (degree + 1) * (degree + 2) / 2
}

fn powers(x: f64, y: f64) -> [f64; TERMS] {
    [1.0, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y]
}

impl Surface {
    /// The plane `at_centre + slope · (place − centre)`.
    #[must_use]
    pub fn plane(centre: [f64; 2], at_centre: f64, slope: [f64; 2]) -> Self {
        let mut coefficients = [0.0; TERMS];
        coefficients[..3].copy_from_slice(&[at_centre, slope[0] * SCALE, slope[1] * SCALE]);
        Self { centre, scale: SCALE, coefficients, ripple: None }
    }

    /// The sum of two surfaces about the same centre, of which one at the most has a ripple.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        debug_assert!(self.centre.iter().zip(&other.centre).all(|(a, b)| (a - b).abs() < 1e-9));
        self.coefficients.iter_mut().zip(&other.coefficients).for_each(|(c, o)| *c += o);
        self.ripple = self.ripple.or(other.ripple);
        self
    }

    /// Its value at a place.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> f64 {
        let place = [(x - self.centre[0]) / self.scale, (y - self.centre[1]) / self.scale];
        let smooth: f64 =
            powers(place[0], place[1]).iter().zip(&self.coefficients).map(|(p, c)| p * c).sum();
        let from_centre = [x - self.centre[0], y - self.centre[1]];
        smooth + self.ripple.map_or(0.0, |ripple| ripple.at(from_centre))
    }

    /// Its slope at the centre, per millimetre, without the ripple.
    #[must_use]
    pub fn slope(&self) -> [f64; 2] {
        [self.coefficients[1] / self.scale, self.coefficients[2] / self.scale]
    }

    /// Its terms of second degree at the centre, x², xy and y², per square millimetre.
    #[must_use]
    pub fn curvature(&self) -> [f64; 3] {
        [3, 4, 5].map(|i| self.coefficients[i] / (self.scale * self.scale))
    }

    /// The place about which it is given.
    #[must_use]
    pub fn centre(&self) -> [f64; 2] {
        self.centre
    }

    /// The plane that rises as steeply as this surface does at its centre, a quarter turn
    /// anticlockwise: distance along lines of which this one is the number.
    #[must_use]
    pub fn perpendicular(&self) -> Self {
        let [x, y] = self.slope();
        Self::plane(self.centre, 0.0, [y, -x])
    }

    /// Adds the weighted least-squares fit of this degree to samples (place, value, weight).
    ///
    /// Returns the root of the weighted mean square that is left, or `None` (and no change) where
    /// the samples don't determine it.
    pub fn absorb(&mut self, degree: usize, samples: &[([f64; 2], f64, f64)]) -> Option<f64> {
        let rows =
            samples.iter().map(|&(place, value, weight)| (self.powers(place), value, weight));
        self.fit(0..terms(degree.min(3)), &rows.collect::<Vec<_>>())
    }

    /// The same for samples (from, to, rise from the one to the other, weight); the value at the
    /// centre stays.
    pub fn absorb_rises(
        &mut self,
        degree: usize,
        samples: &[([f64; 2], [f64; 2], f64, f64)],
    ) -> Option<f64> {
        let row = |&(from, to, rise, weight): &([f64; 2], [f64; 2], f64, f64)| {
            let (from, to) = (self.powers(from), self.powers(to));
            (std::array::from_fn(|i| to[i] - from[i]), rise, weight)
        };
        self.fit(1..terms(degree.min(3)), &samples.iter().map(row).collect::<Vec<_>>())
    }

    fn powers(&self, [x, y]: [f64; 2]) -> [f64; TERMS] {
        powers((x - self.centre[0]) / self.scale, (y - self.centre[1]) / self.scale)
    }

    /// Adds to these coefficients what brings Σ weight · (value − coefficients · powers)² down to
    /// its least.
    fn fit(&mut self, which: Range<usize>, rows: &[([f64; TERMS], f64, f64)]) -> Option<f64> {
        let n = which.len();
        let mut normal = DMatrix::<f64>::zeros(n, n);
        let mut right = DVector::<f64>::zeros(n);
        for (powers, value, weight) in rows {
            let powers = &powers[which.clone()];
            for i in 0..n {
                for j in 0..n {
                    normal[(i, j)] += weight * powers[i] * powers[j];
                }
                right[i] += weight * powers[i] * value;
            }
        }
        // Relative to the first term's weight, so that few or crowded samples are refused.
        let ridge = 1e-9 * normal[(0, 0)];
        let fit = normal.cholesky().filter(|c| c.l().diagonal().iter().all(|d| d * d > ridge))?;
        let fit = fit.solve(&right);
        self.coefficients[which.clone()].iter_mut().zip(&fit).for_each(|(c, f)| *c += f);
        let (mut square, mut total) = (0.0, 0.0);
        for (powers, value, weight) in rows {
            let powers = &powers[which.clone()];
            let left = value - fit.iter().zip(powers).map(|(c, p)| c * p).sum::<f64>();
            square += weight * left * left;
            total += weight;
        }
        Some((square / total).sqrt())
    }
}

/// Where the columns lie.
#[derive(Clone, Debug)]
pub struct Bend {
    /// By how much they lie further along than even ones, in cells, over (along, line) in pitches.
    pub cells: Surface,
    /// A cell in pitches.
    pub cell: f64,
}

impl Bend {
    /// How far along a place would lie if the columns were even, in pitches.
    #[must_use]
    pub fn even(&self, along: f64, line: f64) -> f64 {
        along + self.cell * self.cells.at([along, line])
    }

    /// The place that would then lie there.
    #[must_use]
    pub fn uneven(&self, even: f64, line: f64) -> f64 {
        // The map is so smooth that this converges at once.
        (0..3).fold(even, |along, _| even - self.cell * self.cells.at([along, line]))
    }
}

/// Millimetres a unit of the polynomial's variable: half a portrait.
const SCALE: f64 = 20.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_found_from_its_samples() {
        let truth = |[x, y]: [f64; 2]| 3.0 + 0.2 * x - 0.1 * y + 0.01 * x * y + 1e-4 * y * y * y;
        let places =
            (0..15).flat_map(|i| (0..15).map(move |j| [f64::from(i) * 3.0, f64::from(j) * 3.0]));
        let samples: Vec<_> = places.map(|p| (p, truth(p), 1.0)).collect();
        let mut surface = Surface::plane([20.0, 22.0], 0.0, [0.0; 2]);
        let left = surface.absorb(3, &samples).unwrap();
        assert!(left < 1e-6);
        for place in [[5.5, 7.1], [30.0, 40.0]] {
            assert!((surface.at(place) - truth(place)).abs() < 1e-6);
        }
        assert!(surface.absorb(3, &samples[..4]).is_none());
        let rises: Vec<_> =
            samples.iter().zip(&samples[16..]).map(|(a, b)| (a.0, b.0, b.1 - a.1, 1.0)).collect();
        let mut surface = Surface::plane([20.0, 22.0], truth([20.0, 22.0]), [0.0; 2]);
        assert!(surface.absorb_rises(3, &rises).unwrap() < 1e-6);
        assert!((surface.at([5.5, 7.1]) - truth([5.5, 7.1])).abs() < 1e-6);
    }

    #[test]
    fn even_and_uneven_places_are_inverse() {
        let mut cells = Surface::plane([40.0, 60.0], 0.3, [0.004, -0.002]);
        cells.coefficients[3] = 0.4;
        let bend = Bend { cells, cell: 0.55 };
        for (along, line) in [(0.0, 0.0), (40.0, 60.0), (77.0, 12.5)] {
            let back = bend.uneven(bend.even(along, line), line);
            assert!((back - along).abs() < 1e-3, "{along} {line}: {back}");
        }
    }
}
