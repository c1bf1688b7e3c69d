//! The stack: one copy of the text, from all copies in the scan. Every pixel falls, without
//! interpolation, into its bin (symbol of the circle, height in the line) on a raster finer than
//! the scan; many copies at many sampling phases make the super-resolved picture.

use std::ops::Range;

use ndarray::Zip;
use rayon::prelude::*;

use super::columns::Columns;
use super::flatten::Flat;
use super::portrait::Frame;
use super::scan::Scan;
use super::tones::Tones;
use crate::base::raster::Enlarged;

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

/// The maps are taken as straight over this many pixels, across and down.
const KNOT: usize = 16;
/// Rows that are summed in one go: sums must not depend on the number of threads.
const BAND: usize = 8 * KNOT;
/// Parts of a bin, as a power of two, in which places are counted.
const PARTS: u32 = 12;

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
    length: i32,
    pixels: usize,
}

/// Pixels of one row that lie in one line of text and one turn of the circle.
struct Run {
    pixels: Range<usize>,
    /// Place of the first pixel along the circle and across the line, in parts of a bin.
    place: [i32; 2],
    /// From pixel to pixel.
    step: [i32; 2],
}

impl Sums {
    fn new(symbols: usize) -> Self {
        let length = symbols * ALONG;
        Self { bins: vec![[0.0; 2]; length * ACROSS], length: length as i32, pixels: 0 }
    }

    fn add(&mut self, run: &Run, contrast: &[f32], share: &[f32], square: &[f32]) {
        let [mut along, mut across] = run.place;
        let weights = share[run.pixels.clone()].iter().zip(&square[run.pixels.clone()]);
        for (contrast, (share, square)) in contrast[run.pixels.clone()].iter().zip(weights) {
            // Rounding may carry the ends of a run out of the line or the circle.
            let column = (along >> PARTS).clamp(0, self.length - 1);
            let row = (across >> PARTS).clamp(0, ACROSS as i32 - 1);
            let sums = &mut self.bins[(row * self.length + column) as usize];
            *sums = [sums[0] + share * contrast, sums[1] + square];
            along += run.step[0];
            across += run.step[1];
        }
        self.pixels += run.pixels.len();
    }
}

/// Where the pixels of a scan lie in the text.
struct Grid<'a> {
    scan: &'a Scan,
    frame: &'a Frame,
    columns: &'a Columns,
}

/// Line of text, distance along it in pitches, and symbols from its origin; all with fraction.
type Place = [f64; 3];

impl Grid<'_> {
    /// The columns and rows of the scan that the portrait reaches.
    fn bounds(&self) -> [Range<usize>; 2] {
        let (rows, width) = self.scan.luminance.dim();
        let corners = self.frame.corners().map(|p| [0, 1].map(|i| p[i] * self.scan.per_mm[i]));
        let bound = |i: usize, limit: usize| {
            let low = corners.iter().map(|c| c[i]).fold(f64::INFINITY, f64::min).max(0.0) as usize;
            let high = corners.iter().map(|c| c[i]).fold(0.0, f64::max).ceil().max(0.0) as usize;
            low.min(limit)..high.min(limit)
        };
        [bound(0, width), bound(1, rows)]
    }

    /// The places of row `y` at the first and every [`KNOT`]th pixel of `across`.
    fn knots(&self, across: &Range<usize>, y: usize) -> Vec<Place> {
        let knots = 0..=across.len().div_ceil(KNOT);
        knots
            .map(|knot| {
                let pixel = [(across.start + knot * KNOT) as f64, y as f64];
                let place = [0, 1].map(|i| (pixel[i] + 0.5) / self.scan.per_mm[i]);
                let (line, along) = (self.frame.lines.at(place), self.frame.along.at(place));
                [line, along, self.columns.symbols_from_origin(along, line)]
            })
            .collect()
    }

    /// Visits the pixels of `across` in placed lines, row by row.
    fn each_row(
        &self,
        across: &Range<usize>,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, &[Run]),
    ) {
        let mut runs = Vec::new();
        let mut below = self.knots(across, rows.start);
        for top in rows.clone().step_by(KNOT) {
            let above = std::mem::replace(&mut below, self.knots(across, top + KNOT));
            for y in top..(top + KNOT).min(rows.end) {
                let share = (y - top) as f64 / KNOT as f64;
                let between =
                    |k: usize, i: usize| above[k][i] + share * (below[k][i] - above[k][i]);
                runs.clear();
                for (knot, start) in across.clone().step_by(KNOT).enumerate() {
                    let (here, next) = (
                        [0, 1, 2].map(|i| between(knot, i)),
                        [0, 1, 2].map(|i| between(knot + 1, i)),
                    );
                    let step = [0, 1, 2].map(|i| (next[i] - here[i]) / KNOT as f64);
                    self.cut(start..(start + KNOT).min(across.end), here, step, &mut runs);
                }
                visit(y, &runs);
            }
        }
    }

    /// Cuts pixels, of which the first lies at `first`, into runs.
    fn cut(&self, pixels: Range<usize>, first: Place, step: Place, runs: &mut Vec<Run>) {
        let circle = self.columns.symbols as f64;
        let mut x = pixels.start;
        while x < pixels.end {
            let [line, along, symbol] =
                [0, 1, 2].map(|i| first[i] + (x - pixels.start) as f64 * step[i]);
            let number = line.floor();
            let mut end = pixels.end.min(x + until(line - number, step[0], 1.0));
            let within = along >= self.frame.across[0] && along <= self.frame.across[1];
            if let Some(phase) = self.columns.phase(number as i64).filter(|_| within) {
                let symbol = symbol + phase as f64;
                let symbol = symbol - circle * (symbol / circle).floor();
                end = end.min(x + until(symbol, step[2], circle));
                let parts = |bins: f64| (bins * f64::from(1 << PARTS)) as i32;
                runs.push(Run {
                    pixels: x..end,
                    place: [parts(symbol * ALONG as f64), parts((line - number) * ACROSS as f64)],
                    step: [parts(step[2] * ALONG as f64), parts(step[0] * ACROSS as f64)],
                });
            }
            x = end;
        }
    }
}

/// Steps, at least one, until `value` has left 0..`limit`.
fn until(value: f64, step: f64, limit: f64) -> usize {
    let ahead = if step > 0.0 { limit - value } else { -value };
    (ahead / step).max(0.0) as usize + 1
}
