//! The stack: one copy of the text, from all copies in the scan. Every pixel falls, without
//! interpolation, into its bin (symbol of the circle, height in the line) on a raster finer than
//! the scan; many copies at many sampling phases make the super-resolved picture.

use super::columns::Columns;
use super::flatten::Flat;
use super::portrait::Frame;
use super::scan::Scan;
use super::tones::Tones;

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
    each_pixel(scan, frame, columns, |[y, x], _, symbol, height| {
        let amplitude = tones.at(flat.lightness[[y, x]]);
        let certainty = flat.certainty[[y, x]];
        let share = amplitude * certainty * certainty;
        let along = ((symbol * ALONG as f32) as usize).min(columns.symbols * ALONG - 1);
        let bin = (height * ACROSS as f32) as usize * columns.symbols * ALONG + along;
        signal[bin] += share * flat.contrast[[y, x]];
        weight[bin] += share * amplitude;
        pixels += 1;
    });
    let pitch_px = 1.0 / frame.lines.slope().iter().map(|s| s * s).sum::<f64>().sqrt()
        * (scan.per_mm[0] * scan.per_mm[1]).sqrt();
    let copy = columns.symbols as f64 * columns.advance * pitch_px * pitch_px;
    Stack { symbols: columns.symbols, signal, weight, copies: pixels as f64 / copy }
}

/// Calls `visit(pixel, line, symbol, height)` for each pixel of the portrait that lies in a placed
/// line; `symbol` is in 0..symbols of the circle, `height` in 0..1 from the line's top.
pub(super) fn each_pixel(
    scan: &Scan,
    frame: &Frame,
    columns: &Columns,
    mut visit: impl FnMut([usize; 2], i64, f32, f32),
) {
    // The maps are smooth: exact at every eighth pixel, straight between.
    const KNOT: usize = 8;
    let (rows, width) = scan.luminance.dim();
    let circle = columns.symbols as f32;
    let corners = frame.corners().map(|p| [0, 1].map(|i| p[i] * scan.per_mm[i]));
    let bound = |i: usize, limit: usize| {
        let low = corners.iter().map(|c| c[i]).fold(f64::INFINITY, f64::min).max(0.0) as usize;
        let high = corners.iter().map(|c| c[i]).fold(0.0, f64::max).ceil().max(0.0) as usize;
        (low.min(limit), high.min(limit))
    };
    let ((left, right), (top, bottom)) = (bound(0, width), bound(1, rows));
    for y in top..bottom {
        let knot = |x: usize| {
            let place = [(x as f64 + 0.5) / scan.per_mm[0], (y as f64 + 0.5) / scan.per_mm[1]];
            let (line, along) = (frame.lines.at(place), frame.along.at(place));
            [line, along, columns.symbols_from_origin(along, line)]
        };
        let mut here = knot(left);
        for start in (left..right).step_by(KNOT) {
            let next = knot(start + KNOT);
            let step = [0, 1, 2].map(|i| (next[i] - here[i]) / KNOT as f64);
            for x in start..(start + KNOT).min(right) {
                let t = (x - start) as f64;
                let [line, along, symbol] = [0, 1, 2].map(|i| here[i] + t * step[i]);
                if along < frame.across[0] || along > frame.across[1] {
                    continue;
                }
                let number = line.floor() as i64;
                let Some(phase) = columns.phase(number) else { continue };
                let symbol = (symbol as f32 + phase as f32) / circle;
                let symbol = (symbol - symbol.floor()) * circle;
                visit([y, x], number, symbol, ((line - number as f64) as f32).min(0.999_99));
            }
            here = next;
        }
    }
}
