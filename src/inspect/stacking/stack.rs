//! The stack: one copy of the text, from all copies in the scan. Every pixel falls, without
//! interpolation, into its bin (symbol of the circle, height in the line) on a raster finer than
//! the scan; many copies at many sampling phases make the super-resolved picture.

use ndarray::Zip;
use rayon::prelude::*;

use crate::imaging::raster::Enlarged;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::Scan;
use crate::inspect::signal::tones::Tones;
use crate::inspect::stacking::grid::{ACROSS, ALONG, BAND, Grid, Run};
use crate::inspect::synchronisation::columns::Columns;

/// One copy of the text, `[across][along]`, `symbols · ALONG` bins along, as sums of weighted
/// least squares: the height of the ink at a bin is `signal / weight`, in units in which full
/// coverage at strength 1 is 1 (see `modulation::amplitude`).
#[derive(Clone, Debug)]
pub struct Stack {
    /// Symbols of the circle.
    pub symbols: usize,
    /// Σ a·c/σ² of all pixels in the bin: amplitude, contrast, noise.
    pub signal: Vec<f32>,
    /// Σ a²/σ².
    pub weight: Vec<f32>,
    /// Copies of the text that went in.
    pub copies: f64,
}

/// Stacks all copies.
#[must_use]
pub fn stack(flat: &Flat, scan: &Scan, frame: &Frame, columns: &Columns, tones: &Tones) -> Stack {
    // What a pixel's contrast counts, a/σ², and its weight, a²/σ², are slow.
    let share = flat.share(tones);
    let mut square = share.clone();
    Zip::from(&mut square).and(&flat.lightness).for_each(|v, &l| *v *= tones.at(l));
    let (share, square) = (Enlarged::new(&share, flat.block), Enlarged::new(&square, flat.block));
    let grid = Grid { scan, frame, columns };
    let [across, down] = grid.bounds();
    let tops: Vec<usize> = down.clone().step_by(BAND).collect();
    let bands = tops.into_par_iter().map(|top| {
        let mut sums = Sums::new(columns.symbols);
        let width = flat.contrast.ncols();
        let (mut share, mut square) = (share.rows(width), square.rows(width));
        grid.each_row(&across, top..(top + BAND).min(down.end), |y, runs| {
            let row = flat.contrast.row(y);
            let row = row.to_slice().expect("planes are row-major");
            let (share, square) = (share.row(y), square.row(y));
            runs.iter().for_each(|run| sums.add(run, row, share, square));
        });
        sums
    });
    let bands: Vec<Sums> = bands.collect();
    let mut circle = Sums::new(columns.symbols);
    for band in &bands {
        circle.pixels += band.pixels;
        for (sums, band) in circle.bins.iter_mut().zip(&band.bins) {
            *sums = [sums[0] + band[0], sums[1] + band[1]];
        }
    }
    let pitch_px = 1.0 / frame.lines.slope().iter().map(|s| s * s).sum::<f64>().sqrt()
        * (scan.per_mm[0] * scan.per_mm[1]).sqrt();
    let copy = columns.symbols as f64 * columns.advance * pitch_px * pitch_px;
    Stack {
        symbols: columns.symbols,
        signal: circle.bins.iter().map(|sums| sums[0]).collect(),
        weight: circle.bins.iter().map(|sums| sums[1]).collect(),
        copies: circle.pixels as f64 / copy,
    }
}

/// The sums of a [`Stack`].
struct Sums {
    /// Signal and weight side by side, since each pixel adds to both.
    bins: Vec<[f32; 2]>,
    /// Bins along the circle.
    length: usize,
    pixels: usize,
}

impl Sums {
    fn new(symbols: usize) -> Self {
        let length = symbols * ALONG;
        Self { bins: vec![[0.0; 2]; length * ACROSS], length, pixels: 0 }
    }

    fn add(&mut self, run: &Run, contrast: &[f32], share: &[f32], square: &[f32]) {
        let weights = share[run.pixels.clone()].iter().zip(&square[run.pixels.clone()]);
        let pixels = contrast[run.pixels.clone()].iter().zip(weights);
        for ([along, across], (contrast, (share, square))) in run.bins().zip(pixels) {
            let sums = &mut self.bins[across * self.length + along];
            *sums = [sums[0] + share * contrast, sums[1] + square];
        }
        self.pixels += run.pixels.len();
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::imaging::Plane;
    use crate::inspect::signal::geometry::Surface;

    #[test]
    fn each_bin_gets_its_letters_value() {
        const PER_MM: f64 = 24.0;
        let (symbols, pitch) = (7, 0.35);
        let turn = 0.05f64;
        let lines_at =
            Surface::plane([6.0, 5.0], 12.0, [turn.sin(), turn.cos()].map(|v| v / pitch));
        let along = lines_at.perpendicular();
        let frame = Frame {
            lines: lines_at,
            along,
            across: [-14.0, 14.0],
            down: [1.0, 23.0],
            coverage: 1.0,
        };
        let phases: Vec<usize> = (0..48).map(|line| line * 3 % symbols).collect();
        let mut columns = Columns::even(symbols, 0.6, phases);
        (columns.shear, columns.first_line) = (0.01, -10);
        // A letter's height at a symbol of the circle and a height in the line, 0..1.
        let ink = |symbol: f64, height: f64| {
            (TAU * symbol / symbols as f64 * 2.0).sin() * (TAU * height).cos()
        };
        let contrast = Plane::from_shape_fn((250, 300), |(y, x)| {
            let place = [x, y].map(|v| (v as f64 + 0.5) / PER_MM);
            let (line, along) = (frame.lines.at(place), frame.along.at(place));
            let phase = columns.phase(line.floor() as i64).expect("all lines are placed");
            let symbol = columns.symbols_from_origin(along, line) + phase as f64;
            0.5 * ink(symbol, line - line.floor()) as f32
        });
        let scan = Scan::of_plane(Plane::zeros((250, 300)), PER_MM);
        let flat = Flat::of_contrast(contrast, |_, _| 30.0);
        let stack = stack(&flat, &scan, &frame, &columns, &Tones::even(0.5));
        let length = symbols * ALONG;
        assert!(stack.weight.iter().all(|w| *w > 0.0));
        for (at, (signal, weight)) in stack.signal.iter().zip(&stack.weight).enumerate() {
            let middle = |bin: usize, bins: usize| (bin as f64 + 0.5) / bins as f64;
            let truth = ink(middle(at % length, ALONG), middle(at / length, ACROSS));
            let found = f64::from(signal / weight);
            assert!((found - truth).abs() < 0.15, "{at}: {found} {truth}");
        }
        // 22 lines of 28 pitches each, and what of others lies in the box about them.
        let copies = stack.copies / (22.0 * 28.0 / (symbols as f64 * 0.6));
        assert!(copies > 1.0 && copies < 1.3, "{copies}");
    }
}
