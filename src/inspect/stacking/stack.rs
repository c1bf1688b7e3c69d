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
use crate::inspect::stacking::grid::{BAND, Grid, Run};
use crate::inspect::synchronisation::columns::Columns;

/// Bins a symbol along the line.
pub const ALONG: usize = 12;
/// Bins a line pitch.
pub const ACROSS: usize = 20;

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
