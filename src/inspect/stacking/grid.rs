//! The grid: where the pixels of a scan lie in the text, line by line and cell by cell.

use std::ops::Range;

use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::scan::Scan;
use crate::inspect::synchronisation::columns::Columns;

/// Bins a symbol along the line. A guess: finer than the scan, coarse enough that every bin gets
/// pixels.
pub const ALONG: usize = 12;
/// Bins a line pitch. A guess, for bins that are about as high as wide.
pub const ACROSS: usize = 20;

/// The maps are taken as straight over this many pixels, across and down. A guess.
const KNOT: usize = 16;
/// Rows that are summed in one go: sums must not depend on the number of threads.
pub(crate) const BAND: usize = 8 * KNOT;
/// Parts of a bin, as a power of two, in which places are counted.
const PARTS: u32 = 12;

/// Pixels of one row that lie in one line of text and one turn of the circle.
pub(crate) struct Run {
    /// Of the row.
    pub(crate) pixels: Range<usize>,
    /// The line.
    pub(crate) line: i64,
    /// Number of the cell in the line at which the circle begins.
    pub(crate) circle: i64,
    /// Bins along the circle.
    length: i32,
    /// Place of the first pixel along the circle and across the line, in parts of a bin.
    place: [i32; 2],
    /// From pixel to pixel.
    step: [i32; 2],
}

impl Run {
    /// The bins of the pixels, along the circle and across the line.
    pub(crate) fn bins(&self) -> impl Iterator<Item = [usize; 2]> + use<> {
        let ([mut along, mut across], step, length) = (self.place, self.step, self.length);
        std::iter::repeat_with(move || {
            // Rounding may carry the ends of a run out of the line or the circle.
            let column = (along >> PARTS).clamp(0, length - 1);
            let row = (across >> PARTS).clamp(0, ACROSS as i32 - 1);
            along += step[0];
            across += step[1];
            [column as usize, row as usize]
        })
    }
}

/// Where the pixels of a scan lie in the text.
pub(crate) struct Grid<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) frame: &'a Frame,
    pub(crate) columns: &'a Columns,
}

/// Line of text, distance along it in pitches, and symbols from its origin; all with fraction.
type Place = [f64; 3];

impl Grid<'_> {
    /// The columns and rows of the scan that the portrait reaches.
    pub(crate) fn bounds(&self) -> [Range<usize>; 2] {
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
    pub(crate) fn each_row(
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
                let turn = (symbol / circle).floor();
                let symbol = symbol - circle * turn;
                end = end.min(x + until(symbol, step[2], circle));
                let parts = |bins: f64| (bins * f64::from(1 << PARTS)) as i32;
                runs.push(Run {
                    pixels: x..end,
                    line: number as i64,
                    circle: (turn * circle) as i64 - phase as i64,
                    length: (self.columns.symbols * ALONG) as i32,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_leave_their_range_after_so_many_steps() {
        assert_eq!(until(0.25, 0.25, 1.0), 4);
        assert_eq!(until(0.3, 0.25, 1.0), 3);
        assert_eq!(until(0.3, -0.25, 1.0), 2);
        assert_eq!(until(0.0, -0.25, 1.0), 1);
    }

    #[test]
    fn a_run_steps_through_bins_and_stays_in_the_circle() {
        let parts = |bins: f64| (bins * f64::from(1 << PARTS)) as i32;
        let run = Run {
            pixels: 0..4,
            line: 0,
            circle: 0,
            length: 24,
            place: [parts(22.9), parts(19.6)],
            step: [parts(0.7), parts(0.25)],
        };
        let bins: Vec<[usize; 2]> = run.bins().take(4).collect();
        assert_eq!(bins, [[22, 19], [23, 19], [23, 19], [23, 19]]);
    }
}
