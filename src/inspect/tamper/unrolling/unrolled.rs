//! The portrait unrolled: the scan's fine detail on a raster of lines and symbols.

use std::ops::Range;

use ndarray::{Array2, Axis, Slice, Zip};
use rayon::prelude::*;

use crate::imaging::Plane;
use crate::imaging::raster::Enlarged;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::{BRIGHT, Scan};
use crate::inspect::stacking::grid::{self, BAND, Grid, Run};
use crate::inspect::synchronisation::columns::Columns;

/// Bins of the stack a bin of the unrolled portrait, both ways: letters have all their detail in it.
pub(crate) const COARSER: usize = 2;
/// Bins a symbol along the line.
pub(crate) const ALONG: usize = grid::ALONG / COARSER;
/// Bins a line pitch.
pub(crate) const ACROSS: usize = grid::ACROSS / COARSER;

/// Above this light a scanner's channels are at their end, and show no letters.
pub(crate) const CLIPPED: f32 = 0.95;

/// Fine detail, `[bin across all lines, bin along all symbols]`.
#[derive(Clone, Debug)]
pub struct Unrolled {
    /// Σ over the bin's pixels of the contrast in units of the local detail, signed so that letters are
    /// positive: what is left does not depend on gain, glare or tone.
    pub(crate) seen: Array2<f32>,
    /// Pixels that could show letters.
    pub(crate) pixels: Array2<f32>,
    /// All pixels, by symbol.
    pub(crate) covered: Vec<f32>,
    /// The line of the first row of bins.
    pub(crate) first_line: i64,
    /// The cell of the first column of bins, counted from the lines' origins.
    pub(crate) first_cell: i64,
}

impl Unrolled {
    /// All that the portrait's lines show between the sides of `frame`. `turn`: the lightness at which
    /// letters turn from lighter to darker than their ground.
    #[must_use]
    pub fn new((scan, flat): (&Scan, &Flat), frame: &Frame, columns: &Columns, turn: f32) -> Self {
        let [lines, cells] = reach(frame, columns);
        let sign = signs(flat, turn);
        let sign = Enlarged::new(&sign, flat.block);
        let length = |range: &Range<i64>| (range.end - range.start).max(0) as usize;
        let size = (length(&lines) * ACROSS, length(&cells) * ALONG);
        let light = Enlarged::new(&scan.brightest, BRIGHT);
        let grid = Grid { scan, frame, columns };
        let [across, down] = grid.bounds();
        let tops: Vec<usize> = down.clone().step_by(BAND).collect();
        let bands = tops.into_par_iter().map(|top| {
            let mut found: Vec<(u32, f32)> = Vec::new();
            let mut covered = vec![0.0f32; size.1 / ALONG];
            let width = flat.contrast.ncols();
            let (mut sign, mut light) = (sign.rows(width), light.rows(width));
            grid.each_row(&across, top..(top + BAND).min(down.end), |y, runs| {
                let contrast = flat.contrast.row(y);
                let contrast = contrast.to_slice().expect("planes are row-major");
                let (sign, light) = (sign.row(y), light.row(y));
                for run in runs.iter().filter(|run| lines.contains(&run.line)) {
                    let bins = bins(run, run.line - lines.start, run.circle - cells.start, size.1);
                    for (x, bin) in run.pixels.clone().zip(bins) {
                        let Some(bin) = bin else { continue };
                        covered[bin as usize % size.1 / ALONG] += 1.0;
                        if light[x] < CLIPPED {
                            found.push((bin, sign[x] * contrast[x]));
                        }
                    }
                }
            });
            (found, covered)
        });
        let bands: Vec<_> = bands.collect();
        let [mut seen, mut pixels] = [(); 2].map(|()| vec![0.0f32; size.0 * size.1]);
        let mut covered = vec![0.0f32; size.1 / ALONG];
        for (found, part) in bands {
            covered.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            for (bin, value) in found {
                seen[bin as usize] += value;
                pixels[bin as usize] += 1.0;
            }
        }
        let plane = |bins| Array2::from_shape_vec(size, bins).expect("one value a bin");
        Self {
            seen: plane(seen),
            pixels: plane(pixels),
            covered,
            first_line: lines.start,
            first_cell: cells.start,
        }
    }

    /// The lines and the symbols from the origin in these bounds, to whole ones.
    #[must_use]
    pub fn within(&self, lines: [f64; 2], symbols: [f64; 2]) -> Self {
        let part = |bounds: [f64; 2], first: i64, bins: usize, each: usize| {
            let count = (bins / each) as f64;
            let [from, to] = bounds.map(|v| (v - first as f64).round().clamp(0.0, count));
            [from as usize * each, to.max(from) as usize * each]
        };
        let (rows, columns) = self.seen.dim();
        let [top, bottom] = part(lines, self.first_line, rows, ACROSS);
        let [left, right] = part(symbols, self.first_cell, columns, ALONG);
        let cut = |plane: &Array2<f32>| {
            let lines = plane.slice_axis(Axis(0), Slice::from(top..bottom));
            lines.slice_axis(Axis(1), Slice::from(left..right)).to_owned()
        };
        Self {
            seen: cut(&self.seen),
            pixels: cut(&self.pixels),
            covered: self.covered[left / ALONG..right / ALONG].to_vec(),
            first_line: self.first_line + (top / ACROSS) as i64,
            first_cell: self.first_cell + (left / ALONG) as i64,
        }
    }

    /// Lines and symbols.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        [self.seen.nrows() / ACROSS, self.seen.ncols() / ALONG]
    }
}

/// The lines and the cells that lie between the sides of a frame.
fn reach(frame: &Frame, columns: &Columns) -> [Range<i64>; 2] {
    let [top, bottom] = frame.down;
    let ends = [top, bottom].map(|line| {
        let at = |along: f64| columns.symbols_from_origin(along, line);
        frame.across.map(at)
    });
    let all = ends.iter().flatten();
    let least = all.clone().copied().fold(f64::INFINITY, f64::min);
    let most = all.copied().fold(f64::NEG_INFINITY, f64::max);
    let whole = |from: f64, to: f64| {
        // More lines or symbols than a page of any profile has are no portrait's.
        let [from, to] = [from.floor(), to.ceil()].map(|v| v.clamp(-2000.0, 4000.0) as i64);
        from..to.max(from).min(from + 2000)
    };
    [whole(top, bottom), whole(least, most)]
}

/// One over the local detail, negative where letters are darker than their ground, by block.
fn signs(flat: &Flat, turn: f32) -> Plane {
    let mut signs = flat.certainty.clone();
    Zip::from(&mut signs).and(&flat.lightness).for_each(|v, &lightness| {
        if lightness > turn {
            *v = -*v;
        }
    });
    signs
}

/// The bins of a run's pixels in a portrait of so many bins along; `line` and `circle` from its first.
fn bins(
    run: &Run,
    line: i64,
    circle: i64,
    width: usize,
) -> impl Iterator<Item = Option<u32>> + use<> {
    let (top, left) = (line as usize * ACROSS, circle * ALONG as i64);
    run.bins().map(move |[along, across]| {
        let column = left + (along / COARSER) as i64;
        let bin = (top + across / COARSER) * width + column.max(0) as usize;
        (0..width as i64).contains(&column).then_some(bin as u32)
    })
}
