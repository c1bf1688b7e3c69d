//! The gaps between letters make a carrier of their own along the lines, the same in all of them:
//! rows are shifted by whole symbols only. Its phase tells how far perspective, lens and feed have
//! moved the columns from even distances, before any letter is known.

use std::f64::consts::TAU;

use ndarray::Array2;
use rustfft::num_complex::Complex64;

use crate::inspect::signal::demodulation::smooth_by;
use crate::inspect::signal::geometry::{Bend, Surface};
use crate::inspect::synchronisation::columns::SHEAR;
use crate::inspect::synchronisation::period::STRETCH;
use crate::inspect::synchronisation::strips::{FINE, HEIGHTS, Strips};

/// Lines and cells of a part. A shear or a stretch as steep as is sought turns the carrier by less
/// than half a cycle from part to part.
const LINES: usize = 3;
const CELLS: usize = 5;
/// Spread over which parts are averaged, across and along, in parts. A guess.
const SPREAD: [f64; 2] = [3.0, 2.4];
/// Parts that lie about this far off, in cells, hardly count. A guess.
const AGREES: f64 = 0.2;
/// Other stages find an advance that is off by less than this share.
const STEEP: f64 = 0.032;
const _: () = assert!(STEEP < STRETCH, "what is not steep must be within reach of the others");
/// By how much a bent map must gather more of the carrier than a straight one. A guess.
const BETTER: f64 = 1.2;
/// And by how many times what noise alone would add to its power. A guess.
const OVER_NOISE: f64 = 12.0;

/// How the columns lie; `None` where they are even as far as can be seen.
#[must_use]
pub fn bend(strips: &Strips) -> Option<Bend> {
    let mut parts = Parts::demodulate(strips)?;
    let slope = parts.take_slope();
    if slope[1].abs() > SHEAR {
        return None;
    }
    let bent = parts.settle()?;
    let flat = Surface::plane(bent.centre(), 0.0, [0.0; 2]);
    let (straight, gathered) = (parts.gathered(&flat), parts.gathered(&bent));
    let noise: f64 = parts.field.iter().map(Complex64::norm_sqr).sum();
    let is_bent =
        gathered > BETTER * straight && gathered.powi(2) - straight.powi(2) > OVER_NOISE * noise;
    let is_steep = slope[0].abs() * FINE as f64 * strips.step > STEEP
        && gathered.powi(2) > 2.0 * OVER_NOISE * noise;
    let cells = bent.plus(&Surface::plane(flat.centre(), 0.0, slope));
    (is_bent || is_steep).then_some(Bend { cells, cell: FINE as f64 * strips.step })
}

/// The carrier of the gaps by parts, `[line][along]`.
struct Parts {
    field: Array2<Complex64>,
    /// Middle of the first part (along, line), and from part to part, in pitches.
    origin: [f64; 2],
    step: [f64; 2],
}

impl Parts {
    fn demodulate(strips: &Strips) -> Option<Self> {
        let (rows, columns) = (strips.lines / LINES, strips.length / (CELLS * FINE));
        if rows < 4 || columns < 4 {
            return None;
        }
        // FINE samples a cycle.
        let turns: Vec<Complex64> =
            (0..FINE).map(|i| Complex64::cis(-TAU * i as f64 / FINE as f64)).collect();
        let mut field = Array2::<Complex64>::zeros((rows, columns));
        for line in 0..rows * LINES {
            for across in 0..HEIGHTS {
                let strip = strips.strip(line, across);
                let parts = strip.chunks_exact(CELLS * FINE);
                for (column, part) in parts.enumerate().take(columns) {
                    let turned = part.iter().zip(turns.iter().cycle());
                    let sum: Complex64 = turned.map(|(&v, turn)| turn * f64::from(v)).sum();
                    field[[line / LINES, column]] += sum;
                }
            }
        }
        // Lively parts would drown the others.
        field.mapv_inplace(|z| z / z.norm().sqrt().max(1e-12));
        let step = [(CELLS * FINE) as f64 * strips.step, LINES as f64];
        let origin = [strips.origin + 0.5 * step[0], strips.first_line as f64 + 0.5 * step[1]];
        Some(Self { field, origin, step })
    }

    /// Middle of a part.
    fn place(&self, (row, column): (usize, usize)) -> [f64; 2] {
        [self.origin[0] + column as f64 * self.step[0], self.origin[1] + row as f64 * self.step[1]]
    }

    /// Takes off the turn that is common from part to part: stretch and shear. Returns it in cells
    /// a pitch, along and across the lines.
    fn take_slope(&mut self) -> [f64; 2] {
        let turn = |a: (usize, usize)| -> f64 {
            let pairs = self.field.indexed_iter().filter_map(|((i, j), z)| {
                self.field.get((i + a.0, j + a.1)).map(|next| next * z.conj())
            });
            pairs.sum::<Complex64>().arg()
        };
        let (down, along) = (turn((1, 0)), turn((0, 1)));
        for ((i, j), z) in self.field.indexed_iter_mut() {
            *z *= Complex64::cis(-(down * i as f64 + along * j as f64));
        }
        [along / self.step[0], down / self.step[1]].map(|turn| turn / TAU)
    }

    /// The smooth map that the parts agree with.
    fn settle(&self) -> Option<Surface> {
        let smooth = smooth_by(&self.field, SPREAD);
        let (rows, columns) = smooth.dim();
        let centre = self.place((rows / 2, columns / 2));
        let mut rises = Vec::new();
        for ((i, j), z) in smooth.indexed_iter() {
            for next in [(i + 1, j), (i, j + 1)] {
                let Some(other) = smooth.get(next) else { continue };
                let turn = other * z.conj();
                rises.push((self.place((i, j)), self.place(next), turn.arg() / TAU, turn.norm()));
            }
        }
        let mut map = Surface::plane(centre, 0.0, [0.0; 2]);
        map.absorb_rises(3, &rises)?;
        for degree in [2, 3, 3, 3] {
            // What is nearly at rest is averaged without loss.
            let turned = smooth_by(&self.turned(&map), SPREAD);
            let common = turned.sum().arg();
            let samples: Vec<([f64; 2], f64, f64)> = turned
                .indexed_iter()
                .map(|(at, z)| {
                    let off = (z * Complex64::cis(-common)).arg() / TAU;
                    (self.place(at), off, z.norm() * (-(off / AGREES).powi(2)).exp())
                })
                .collect();
            map.absorb(degree, &samples)?;
        }
        Some(map)
    }

    /// The carrier with a map's turns taken off.
    fn turned(&self, map: &Surface) -> Array2<Complex64> {
        let turn = |at: (usize, usize)| Complex64::cis(-TAU * map.at(self.place(at)));
        Array2::from_shape_fn(self.field.dim(), |at| self.field[at] * turn(at))
    }

    /// How much of the carrier a map brings together.
    fn gathered(&self, map: &Surface) -> f64 {
        self.turned(map).sum().norm()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of cells with a gap each, of unlike letters, bent by `bend` cells.
    fn strips(bend: impl Fn(f64, f64) -> f64) -> Strips {
        let (lines, length) = (96, 640);
        let sample = |at: usize| {
            let (line, x) = (at / (HEIGHTS * length), at % length);
            let cell = x as f64 / FINE as f64 - bend(x as f64 / length as f64, line as f64 / 96.0);
            let letter = (cell.floor() as i64 * 7 + line as i64 * 13).rem_euclid(11) as f64;
            let gap = (TAU * cell).cos();
            (gap + 0.9 * (TAU * (letter / 11.0 + 0.37 * cell)).sin()) as f32
        };
        Strips::of_lines((0..lines * HEIGHTS * length).map(sample).collect(), length)
    }

    #[test]
    fn a_bend_of_more_than_a_cell_is_found() {
        let bend = |x: f64, y: f64| 6.0 * (x - 0.5).powi(2) - 4.0 * (x - 0.5) * (y - 0.5);
        let strips = strips(bend);
        let found = super::bend(&strips).expect("it is bent").cells;
        let at = |x: f64, y: f64| found.at([x * 640.0 * strips.step, y * 96.0]) + bend(x, y);
        // But for a plane, which is left to others.
        let second = |a: f64, b: f64, c: f64| a - 2.0 * b + c;
        let left = second(at(0.1, 0.5), at(0.5, 0.5), at(0.9, 0.5));
        assert!(left.abs() < 0.15, "{left}");
        assert!((at(0.1, 0.1) - at(0.9, 0.1) - at(0.1, 0.9) + at(0.9, 0.9)).abs() < 0.15);
    }

    #[test]
    fn even_columns_stay() {
        assert!(super::bend(&strips(|_, _| 0.0)).is_none());
        assert!(super::bend(&strips(|x, y| 3.0 * x + 2.0 * y)).is_none());
        assert!(super::bend(&strips(|x, y| 9.0 * x + 2.0 * y)).is_some());
    }
}
