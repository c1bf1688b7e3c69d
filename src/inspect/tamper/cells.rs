//! The cells: how strongly each one shows the symbol that stands there by all others.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis, Slice, Zip};
use rayon::prelude::*;

use crate::imaging::Plane;
use crate::imaging::raster::Enlarged;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::{BRIGHT, Scan};
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::inspect::stacking::grid::{BAND, Grid, Run};
use crate::inspect::synchronisation::columns::Columns;

/// Other texts against which a cell is held, to see how much letters are seen where there are none.
pub const OTHERS: usize = 8;

/// How far a cell shows one part of what is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// Σ a·c·h/σ²: amplitude, contrast, height of the ink, noise.
    pub seen: f32,
    /// Σ a²·h²/σ²; `seen` is as much where the symbol stands as expected, and nothing where it is not.
    pub expected: f32,
    /// What is seen of what cannot be there: the same moved elsewhere.
    pub others: [f32; OTHERS],
    /// How much of that is expected, since letters are somewhat alike.
    pub alike: [f32; OTHERS],
}

/// What one cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// What all symbols have in common: whether there are letters.
    pub common: Part,
    /// What tells them apart: which ones.
    pub own: Part,
    /// Σ L* of the ground.
    pub lightness: f32,
    /// Σ of the brightest channel's light.
    pub brightest: f32,
    /// Pixels.
    pub pixels: f32,
    /// Their sums of x and y.
    pub places: [f32; 2],
}

/// All cells of a portrait, `[line, cell of it]`; cells that lie below each other are so here.
#[derive(Clone, Debug)]
pub struct Cells {
    /// What each one shows; nothing where the line could not be placed.
    pub cells: Array2<Cell>,
    /// The line of the first row.
    pub first_line: i64,
    /// Symbols from the origin to the first column.
    pub first_cell: i64,
    /// From cell to cell and from line to line, in millimetres.
    pub size: [f64; 2],
}

impl Cells {
    /// Where the portrait's left edge lies, in symbols from the origin, if it is `width` symbols
    /// wide: of the places that `step` and `from` allow, the one whose cells show letters the most
    /// and whose surroundings do the least.
    #[must_use]
    pub fn left_edge(&self, width: f64, from: f64, step: f64) -> Option<f64> {
        let sums = self.cells.columns().into_iter().map(|column| {
            let told = column.iter().filter(|cell| cell.tells());
            told.fold([0.0; 2], |[seen, expected], cell| {
                [seen + f64::from(cell.own.seen), expected + f64::from(cell.own.expected)]
            })
        });
        let mut before = vec![[0.0; 2]];
        for [seen, expected] in sums {
            let [a, b] = before[before.len() - 1];
            before.push([a + seen, b + expected]);
        }
        let (cells, first) = (before.len() - 1, self.first_cell as f64);
        let within = |left: f64| {
            let end = |at: f64| (at - first).round().clamp(0.0, cells as f64) as usize;
            let (from, to) = (end(left), end(left + width));
            [0, 1].map(|i| before[to][i] - before[from][i])
        };
        let begin = from + ((first - from) / step).ceil() * step;
        let places = (0..).map(|i| begin + f64::from(i) * step);
        let places: Vec<(f64, [f64; 2])> = places
            .take_while(|left| left + width <= first + cells as f64)
            .map(|left| (left, within(left)))
            .collect();
        let share = |[seen, expected]: [f64; 2]| seen / f64::max(expected, 1e-20);
        let strength = places.iter().map(|(_, sums)| share(*sums)).fold(0.0, f64::max);
        // Twice the logarithm of how much likelier the sums are with letters than without.
        let odds = |[seen, expected]: [f64; 2]| strength * (2.0 * seen - strength * expected);
        let best = places.into_iter().max_by(|a, b| odds(a.1).total_cmp(&odds(b.1)))?;
        Some(best.0)
    }

    /// The same with nothing in the lines for which `keep` does not hold.
    #[must_use]
    pub fn only(&self, keep: impl Fn(i64) -> bool) -> Self {
        let mut cells = self.clone();
        for (line, mut row) in cells.cells.rows_mut().into_iter().enumerate() {
            if !keep(self.first_line + line as i64) {
                row.fill(Cell::default());
            }
        }
        cells
    }

    /// The cells of these lines and of these symbols from the origin.
    #[must_use]
    pub fn within(&self, lines: [f64; 2], symbols: [f64; 2]) -> Self {
        let (rows, columns) = self.cells.dim();
        let part = |bounds: [f64; 2], first: i64, count: usize| {
            let [from, to] = bounds.map(|v| (v - first as f64).round().clamp(0.0, count as f64));
            Slice::from(from as usize..to.max(from) as usize)
        };
        let (lines, symbols) =
            (part(lines, self.first_line, rows), part(symbols, self.first_cell, columns));
        let cells = self.cells.slice_axis(Axis(0), lines);
        Self {
            cells: cells.slice_axis(Axis(1), symbols).to_owned(),
            first_line: self.first_line + lines.start as i64,
            first_cell: self.first_cell + symbols.start as i64,
            size: self.size,
        }
    }
}

impl Part {
    /// Adds a pixel: a·c/σ², a²/σ², and that times the height of all ink.
    fn add_pixel(&mut self, bin: &Bin, seen: f32, square: f32, whole: f32) {
        self.seen += seen * bin.height;
        self.expected += square * bin.height * bin.height;
        for i in 0..OTHERS {
            self.others[i] += seen * bin.others[i];
            self.alike[i] += whole * bin.others[i];
        }
    }

    fn add(&mut self, other: &Self) {
        self.seen += other.seen;
        self.expected += other.expected;
        self.others.iter_mut().zip(&other.others).for_each(|(sum, v)| *sum += v);
        self.alike.iter_mut().zip(&other.alike).for_each(|(sum, v)| *sum += v);
    }
}

/// Above this light a scanner's channels are at their end, and show no letters.
const CLIPPED: f32 = 0.95;

impl Cell {
    /// Whether the scanner could show letters here.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.pixels > 0.0 && self.brightest < CLIPPED * self.pixels
    }

    /// Its middle in pixels of the scan, where it has any.
    #[must_use]
    pub fn middle(&self) -> Option<[f64; 2]> {
        let middle = self.places.map(|sum| f64::from(sum) / f64::from(self.pixels));
        (self.pixels > 0.0).then_some(middle)
    }

    fn add(&mut self, other: &Self) {
        self.common.add(&other.common);
        self.own.add(&other.own);
        self.lightness += other.lightness;
        self.brightest += other.brightest;
        self.pixels += other.pixels;
        self.places = [0, 1].map(|i| self.places[i] + other.places[i]);
    }
}

/// What a stack should look like, in two parts, and each of them moved to where it is not.
#[derive(Clone, Debug)]
pub struct Templates {
    /// Of each bin: the common part and the own part.
    bins: Vec<[Bin; 2]>,
    length: usize,
}

/// A part of the text at one bin: the height of its ink there, and elsewhere.
#[derive(Clone, Copy, Debug)]
struct Bin {
    height: f32,
    others: [f32; OTHERS],
}

impl Templates {
    /// Of `expected`: what the stack should look like, in its own order, `[across][along]`. The others
    /// are what does not stand there.
    #[must_use]
    pub fn new(expected: &[f32], symbols: usize) -> Self {
        let elsewhere = |i: usize| {
            // A quarter of a line off waves of the lines' pitch are seen no more; half a cell aside
            // neither are those of the cells.
            let off = ACROSS / 4 + (i % 4 / 2) * ACROSS / 2;
            let aside = (i % 2) * ALONG / 2 + (i / 4) * ALONG / 4;
            let turn = (1 + i * (symbols - 1) / OTHERS) * ALONG;
            [[aside, off], [turn, 0]]
        };
        Self::moved(expected, symbols, std::array::from_fn(elsewhere))
    }

    /// The same with others that are `expected` moved by so many bins along and across.
    #[must_use]
    pub fn displaced(expected: &[f32], symbols: usize, by: [[i32; 2]; OTHERS]) -> Self {
        let length = (symbols * ALONG) as i32;
        let by = by.map(|[along, across]| {
            [along.rem_euclid(length) as usize, across.rem_euclid(ACROSS as i32) as usize]
        });
        Self::moved(expected, symbols, by.map(|by| [by; 2]))
    }

    /// `by`: where the others of the common part and of the own part are taken from, in bins ahead
    /// along and across.
    fn moved(expected: &[f32], symbols: usize, by: [[[usize; 2]; 2]; OTHERS]) -> Self {
        let length = symbols * ALONG;
        let mut common = vec![0.0; expected.len()];
        for (row, out) in expected.chunks_exact(length).zip(common.chunks_exact_mut(length)) {
            for bin in 0..ALONG {
                let sum: f32 = row.iter().skip(bin).step_by(ALONG).sum();
                out.iter_mut().skip(bin).step_by(ALONG).for_each(|v| *v = sum / symbols as f32);
            }
        }
        let own: Vec<f32> =
            expected.iter().zip(&common).map(|(all, common)| all - common).collect();
        let bin = |bin: usize| {
            let (row, place) = (bin / length, bin % length);
            let at = |plane: &[f32], [along, across]: [usize; 2]| {
                plane[(row + across) % ACROSS * length + (place + along) % length]
            };
            let part = |plane: &[f32], part: usize| Bin {
                height: plane[bin],
                others: by.map(|by| at(plane, by[part])),
            };
            [part(&common, 0), part(&own, 1)]
        };
        Self { bins: (0..expected.len()).map(bin).collect(), length }
    }
}

/// Measures the cells. `amplitude`: signed, by block of `flat`.
#[must_use]
pub fn measure(
    flat: &Flat,
    scan: &Scan,
    frame: &Frame,
    columns: &Columns,
    amplitude: &Plane,
    templates: &Templates,
) -> Cells {
    let mut share = flat.certainty.clone();
    Zip::from(&mut share).and(amplitude).for_each(|v, &a| *v = *v * *v * a);
    let mut square = share.clone();
    Zip::from(&mut square).and(amplitude).for_each(|v, &a| *v *= a);
    let slow = [&share, &square, &flat.lightness].map(|plane| Enlarged::new(plane, flat.block));
    let bright = Enlarged::new(&scan.brightest, BRIGHT);
    let grid = Grid { scan, frame, columns };
    let [across, down] = grid.bounds();
    let tops: Vec<usize> = down.clone().step_by(BAND).collect();
    let bands = tops.into_par_iter().map(|top| {
        let mut cells = BTreeMap::<[i64; 2], Cell>::new();
        let width = flat.contrast.ncols();
        let mut slow = slow.each_ref().map(|plane| plane.rows(width));
        let mut bright = bright.rows(width);
        grid.each_row(&across, top..(top + BAND).min(down.end), |y, runs| {
            let contrast = flat.contrast.row(y);
            let contrast = contrast.to_slice().expect("planes are row-major");
            let [share, square, lightness] = slow.each_mut().map(|rows| rows.row(y));
            let ground = [share, square, lightness, bright.row(y)];
            for run in runs {
                for (place, cell) in of_run(run, y, contrast, ground, templates) {
                    cells.entry(place).or_default().add(&cell);
                }
            }
        });
        cells
    });
    let bands: Vec<_> = bands.collect();
    let mut all = BTreeMap::<[i64; 2], Cell>::new();
    for (place, cell) in bands.into_iter().flatten() {
        all.entry(place).or_default().add(&cell);
    }
    let bounds = |i: usize| {
        let at = || all.keys().map(|place| place[i]);
        let first = at().min().unwrap_or(0);
        (first, (at().max().unwrap_or(first - 1) - first + 1) as usize)
    };
    let ((top, lines), (left, cells)) = (bounds(0), bounds(1));
    let mut plane = Array2::from_elem((lines, cells), Cell::default());
    for ([line, cell], sums) in all {
        plane[[(line - top) as usize, (cell - left) as usize]] = sums;
    }
    let pitch = 1.0 / frame.lines.slope().iter().map(|s| s * s).sum::<f64>().sqrt();
    Cells {
        cells: plane,
        first_line: top,
        first_cell: left,
        size: [columns.advance * pitch, pitch],
    }
}

/// The cells that a run passes, each with what the run adds to it.
fn of_run(
    run: &Run,
    y: usize,
    contrast: &[f32],
    [share, square, lightness, brightest]: [&[f32]; 4],
    templates: &Templates,
) -> Vec<([i64; 2], Cell)> {
    let mut passed: Vec<([i64; 2], Cell)> = Vec::new();
    for (x, [along, across]) in run.pixels.clone().zip(run.bins()) {
        let place = [run.line, run.circle + (along / ALONG) as i64];
        if passed.last().is_none_or(|(last, _)| *last != place) {
            passed.push((place, Cell::default()));
        }
        let Some((_, cell)) = passed.last_mut() else { continue };
        let [common, own] = &templates.bins[across * templates.length + along];
        let (seen, square) = (share[x] * contrast[x], square[x]);
        let whole = square * (common.height + own.height);
        cell.common.add_pixel(common, seen, square, whole);
        cell.own.add_pixel(own, seen, square, whole);
        cell.lightness += lightness[x];
        cell.brightest += brightest[x];
        cell.pixels += 1.0;
        cell.places = [cell.places[0] + x as f32, cell.places[1] + y as f32];
    }
    passed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_left_edge_is_where_letters_begin() {
        let cell = |(_, symbol): (usize, usize)| {
            let seen = if (13..43).contains(&symbol) { 8.0 } else { 0.3 };
            let own = Part { seen, expected: 10.0, ..Part::default() };
            Cell { own, pixels: 9.0, ..Cell::default() }
        };
        let cells = Array2::from_shape_fn((20, 60), cell);
        let cells = Cells { cells, first_line: -3, first_cell: -20, size: [0.2, 0.4] };
        // A text of ten symbols begins at −7.2 and every ten further; or anywhere.
        for (step, expected) in [(10.0, -7.2), (1.0, -7.2)] {
            let left = cells.left_edge(30.0, 2.8, step).unwrap();
            assert!((left - expected).abs() < 1e-9, "{left}");
        }
        let part = cells.within([-1.0, 9.0], [-7.2, 22.8]);
        assert_eq!((part.cells.dim(), part.first_line, part.first_cell), ((10, 30), -1, -7));
        assert!(cells.left_edge(70.0, 0.0, 1.0).is_none());
    }

    #[test]
    fn letters_are_unlike_their_like_elsewhere() {
        // Two symbols: ink in the left half of one and in the right half of the other.
        let expected: Vec<f32> = (0..ACROSS * 2 * ALONG)
            .map(|bin| {
                let along = bin % (2 * ALONG);
                f32::from(u8::from(!(ALONG / 2..2 * ALONG - ALONG / 2).contains(&along)))
            })
            .collect();
        let templates = Templates::new(&expected, 2);
        for [common, own] in &templates.bins {
            // What they have in common is half.
            assert_eq!((common.height, own.height.abs()), (0.5, 0.5));
            assert!(common.others.iter().all(|&other| (other - 0.5).abs() < 1e-6));
        }
    }
}
