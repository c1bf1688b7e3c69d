//! The stack: one copy of the text, from all copies in the scan. Every pixel falls, without
//! interpolation, into its bin (symbol of the circle, height in the line) on a raster finer than
//! the scan; many copies at many sampling phases make the super-resolved picture.

use ndarray::Zip;

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

/// Stacks all copies.
#[must_use]
pub fn stack(flat: &Flat, scan: &Scan, frame: &Frame, columns: &Columns, tones: &Tones) -> Stack {
    let bins = columns.symbols * ALONG * ACROSS;
    let (mut signal, mut weight) = (vec![0.0f32; bins], vec![0.0f32; bins]);
    let mut pixels = 0usize;
    let length = columns.symbols * ALONG;
    // What a pixel's contrast counts, a/σ², and its weight, a²/σ², are slow.
    let mut share = flat.certainty.clone();
    Zip::from(&mut share).and(&flat.lightness).for_each(|v, &l| *v = v.powi(2) * tones.at(l));
    let mut square = share.clone();
    Zip::from(&mut square).and(&flat.lightness).for_each(|v, &l| *v *= tones.at(l));
    let (share, square) = (Enlarged::new(&share, flat.block), Enlarged::new(&square, flat.block));
    let width = flat.contrast.ncols();
    let (mut shares, mut squares) = (vec![0.0; width], vec![0.0; width]);
    each_run(scan, frame, columns, |y, run| match run {
        Run::Row => {
            share.row(y, &mut shares);
            square.row(y, &mut squares);
        }
        Run::Pixels { x, symbol, symbol_step, height, height_step, count } => {
            let contrast = flat.contrast.row(y);
            for i in 0..count {
                let along = symbol + i as f32 * symbol_step;
                let along = if along < 0.0 { along + length as f32 } else { along };
                let along = along as usize;
                let along = if along >= length { along - length } else { along };
                let across = ((height + i as f32 * height_step).max(0.0) as usize).min(ACROSS - 1);
                let bin = across * length + along.min(length - 1);
                signal[bin] += shares[x + i] * contrast[x + i];
                weight[bin] += squares[x + i];
            }
            pixels += count;
        }
    });
    let pitch_px = 1.0 / frame.lines.slope().iter().map(|s| s * s).sum::<f64>().sqrt()
        * (scan.per_mm[0] * scan.per_mm[1]).sqrt();
    let copy = columns.symbols as f64 * columns.advance * pitch_px * pitch_px;
    Stack { symbols: columns.symbols, signal, weight, copies: pixels as f64 / copy }
}

/// What [`each_run`] finds.
enum Run {
    /// A new row of the scan.
    Row,
    /// Pixels of one row that lie in one line of text, from column `x` on.
    Pixels {
        x: usize,
        /// Bins along the circle of the first pixel, and from pixel to pixel.
        symbol: f32,
        symbol_step: f32,
        /// Bins across the line of the first pixel, and from pixel to pixel.
        height: f32,
        height_step: f32,
        count: usize,
    },
}

/// Visits the portrait's pixels in placed lines, in runs over which the maps are straight.
fn each_run(scan: &Scan, frame: &Frame, columns: &Columns, mut visit: impl FnMut(usize, Run)) {
    const KNOT: usize = 16;
    let (rows, width) = scan.luminance.dim();
    let corners = frame.corners().map(|p| [0, 1].map(|i| p[i] * scan.per_mm[i]));
    let bound = |i: usize, limit: usize| {
        let low = corners.iter().map(|c| c[i]).fold(f64::INFINITY, f64::min).max(0.0) as usize;
        let high = corners.iter().map(|c| c[i]).fold(0.0, f64::max).ceil().max(0.0) as usize;
        (low.min(limit), high.min(limit))
    };
    let ((left, right), (top, bottom)) = (bound(0, width), bound(1, rows));
    let circle = columns.symbols as f64;
    for y in top..bottom {
        visit(y, Run::Row);
        let knot = |x: usize| {
            let place = [(x as f64 + 0.5) / scan.per_mm[0], (y as f64 + 0.5) / scan.per_mm[1]];
            let (line, along) = (frame.lines.at(place), frame.along.at(place));
            [line, along, columns.symbols_from_origin(along, line)]
        };
        let mut here = knot(left);
        for start in (left..right).step_by(KNOT) {
            let next = knot(start + KNOT);
            let step = [0, 1, 2].map(|i| (next[i] - here[i]) / KNOT as f64);
            let end = (start + KNOT).min(right);
            let mut x = start;
            while x < end {
                let t = (x - start) as f64;
                let [line, along, symbol] = [0, 1, 2].map(|i| here[i] + t * step[i]);
                let number = line.floor();
                // Up to where the line of text ends.
                let ahead = if step[0] > 0.0 { number + 1.0 - line } else { number - line };
                let whole = (ahead / step[0]).max(0.0) as usize + 1;
                let count = whole.min(end - x).max(1);
                let within = along >= frame.across[0] && along <= frame.across[1];
                if let Some(phase) = columns.phase(number as i64).filter(|_| within) {
                    let symbol = (symbol + phase as f64).rem_euclid(circle);
                    let run = Run::Pixels {
                        x,
                        symbol: (symbol * ALONG as f64) as f32,
                        symbol_step: (step[2] * ALONG as f64) as f32,
                        height: ((line - number) * ACROSS as f64) as f32,
                        height_step: (step[0] * ACROSS as f64) as f32,
                        count,
                    };
                    visit(y, run);
                }
                x += count;
            }
            here = next;
        }
    }
}
