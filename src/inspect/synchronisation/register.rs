//! Registration by the row-phase sequence alone: where no text is seen to repeat along single
//! lines, all lines together still show it. The gaps between letters make a carrier of their own,
//! which gives the columns; every two lines near each other are then compared at the shifts that
//! the generator's row-phase sequence gives for each length of the text.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use crate::inspect::synchronisation::columns::SHEAR;
use crate::inspect::synchronisation::period::STRETCH;
use crate::inspect::synchronisation::row_phase::{self, RowPhases};
use crate::inspect::synchronisation::strips::{FINE, HEIGHTS, Strips};
use crate::spec::{Legend, Profile};

/// Lines up to this far apart are compared. A guess.
const APART: usize = 10;
/// Samples of a cell along, and across as complex numbers, each of two heights.
const SAMPLES: usize = 4;
const PARTS: usize = HEIGHTS / 2;
/// How far the sequence must stand over chance, in standard deviations, for a length to be
/// considered: some 50,000 placements are tried, of which the best reaches 4.5. Below what chance
/// reaches, since all lines together confirm it.
const PERHAPS: f64 = 3.5;
/// Lengths and columns that are considered. Guesses.
const LENGTHS: usize = 6;
const GRATINGS: usize = 4;
/// Columns are sought in this many steps to either side, and are the same ones within so many steps
/// of the advance and of the shear. Guesses.
const STEPS: i32 = 24;
const NEAR: [i32; 2] = [2, 3];

/// What the lines together show.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// Symbols of the text.
    pub symbols: usize,
    /// From one symbol to the next, in samples.
    pub advance: f64,
    /// Shift of the columns from one line to the next, in symbols.
    pub shear: f64,
    /// Where the lines lie in the generator's numbering.
    pub row_phases: RowPhases,
}

/// How the lines may lie, the likeliest first: to be confirmed by all of them together.
#[must_use]
pub fn register(strips: &Strips, profile: &Profile) -> Vec<Registration> {
    let lines = strips.lines;
    let columns = columns(strips, lines);
    // Lines near each other are alike even if the columns are not quite right.
    let Some(likeliest) = columns.first() else { return Vec::new() };
    let pairs = Pairs::of(strips, lines, likeliest);
    let longest = profile.most_symbols.min(pairs.cells / 2);
    let at = |n| row_phase::find_by_pairs(lines, n, APART, PERHAPS, &pairs.folded(n), profile);
    let found = (Legend::FEWEST..=longest).filter_map(|n| Some((n, at(n)?)));
    let mut found: Vec<(usize, RowPhases)> = found.collect();
    found.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score));
    found.truncate(LENGTHS);
    let with_columns = |(symbols, row_phases): (usize, RowPhases)| {
        let of = move |&Grating { advance, shear }: &Grating| Registration {
            symbols,
            advance,
            shear,
            row_phases,
        };
        columns.iter().map(of).collect::<Vec<_>>()
    };
    found.into_iter().flat_map(with_columns).collect()
}

/// Evenly spaced columns.
#[derive(Clone, Copy, Debug)]
struct Grating {
    /// In samples.
    advance: f64,
    /// In symbols a line.
    shear: f64,
}

/// The strongest frequencies near that of the cells: the gaps between letters, and what the picture
/// has beside them.
fn columns(strips: &Strips, lines: usize) -> Vec<Grating> {
    let mut planner = FftPlanner::<f32>::new();
    let size = 2 * lines;
    let forward = planner.plan_fft_forward(size);
    let mut all: Vec<(f32, [i32; 2])> = Vec::new();
    let advance = |step: i32| FINE as f64 * (1.0 + STRETCH * f64::from(step) / f64::from(STEPS));
    let shear = |bin: i32| f64::from(bin) / size as f64;
    for step in -STEPS..=STEPS {
        let advance = advance(step);
        let turns: Vec<Complex32> = (0..strips.length)
            .map(|x| Complex32::from_polar(1.0, (-TAU * (x as f64 / advance).fract()) as f32))
            .collect();
        let mut power = vec![0.0f32; size];
        for height in 0..HEIGHTS {
            let mut of_lines = vec![Complex32::default(); size];
            for (line, sum) in of_lines.iter_mut().take(lines).enumerate() {
                let strip = strips.strip(line, height);
                *sum = strip.iter().zip(&turns).map(|(v, turn)| turn * v).sum();
            }
            forward.process(&mut of_lines);
            power.iter_mut().zip(&of_lines).for_each(|(p, z)| *p += z.norm_sqr());
        }
        for (bin, power) in power.into_iter().enumerate() {
            let signed = if bin > lines { bin as i32 - size as i32 } else { bin as i32 };
            if shear(signed).abs() <= SHEAR {
                all.push((power, [step, signed]));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut peaks: Vec<[i32; 2]> = Vec::new();
    for (_, place) in all {
        let is_near = |other: &[i32; 2]| (0..2).all(|i| (place[i] - other[i]).abs() <= NEAR[i]);
        if peaks.len() < GRATINGS && !peaks.iter().any(is_near) {
            peaks.push(place);
        }
    }
    let grating = |[step, bin]: [i32; 2]| Grating { advance: advance(step), shear: shear(bin) };
    peaks.into_iter().map(grating).collect()
}

/// How alike lines are, cell by cell, at each shift in cells.
struct Pairs {
    cells: usize,
    /// For each line and each of the [`APART`] after it: correlation by shift, `size` of them,
    /// negative ones at the end.
    correlations: Vec<Vec<f32>>,
    size: usize,
}

impl Pairs {
    fn of(strips: &Strips, lines: usize, columns: &Grating) -> Self {
        let cells = ((strips.length as f64 / columns.advance) as usize).saturating_sub(2);
        let size = (2 * cells).next_multiple_of(60);
        let mut planner = FftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let dimensions = SAMPLES * PARTS;
        let mut features = vec![Complex32::default(); lines * dimensions * size];
        for (line, features) in features.chunks_exact_mut(dimensions * size).enumerate() {
            sample(strips, line, cells, columns, size, features);
        }
        // What all cells have in common tells no text from another.
        for dimension in 0..dimensions {
            let at = |line: usize| (line * dimensions + dimension) * size;
            let sum: Complex32 =
                (0..lines).flat_map(|line| &features[at(line)..at(line) + cells]).sum();
            let mean = sum / (lines * cells) as f32;
            for line in 0..lines {
                features[at(line)..at(line) + cells].iter_mut().for_each(|z| *z -= mean);
            }
        }
        for of_line in features.chunks_exact_mut(dimensions * size) {
            // Lines of equal weight: a lively one would drown the others.
            let energy: f32 = of_line.iter().map(Complex32::norm_sqr).sum();
            let scale = 1.0 / energy.sqrt().max(1e-20);
            of_line.iter_mut().for_each(|z| *z *= scale);
            of_line.chunks_exact_mut(size).for_each(|part| forward.process(part));
        }
        let spectrum = |line: usize| &features[line * dimensions * size..][..dimensions * size];
        let mut correlations = Vec::with_capacity(lines * APART);
        for line in 0..lines {
            for other in line + 1..=line + APART {
                let mut cross = vec![Complex32::default(); size];
                if other < lines {
                    let parts = spectrum(line).chunks_exact(size);
                    for (a, b) in parts.zip(spectrum(other).chunks_exact(size)) {
                        cross
                            .iter_mut()
                            .zip(a.iter().zip(b))
                            .for_each(|(c, (a, b))| *c += b * a.conj());
                    }
                    inverse.process(&mut cross);
                }
                correlations.push(cross.iter().map(|z| z.re).collect());
            }
        }
        Self { cells, correlations, size }
    }

    /// The correlations by shift modulo `symbols`.
    fn folded(&self, symbols: usize) -> Vec<f32> {
        let mut folded = vec![0.0f32; self.correlations.len() * symbols];
        let zero = self.size.div_ceil(symbols) * symbols;
        for (sums, correlation) in folded.chunks_exact_mut(symbols).zip(&self.correlations) {
            let (positive, negative) = (&correlation[..self.cells], &correlation[self.cells..]);
            let mut place = 0;
            for value in positive {
                sums[place] += value;
                place = if place + 1 == symbols { 0 } else { place + 1 };
            }
            let mut place = (zero - negative.len()) % symbols;
            for value in negative {
                sums[place] += value;
                place = if place + 1 == symbols { 0 } else { place + 1 };
            }
        }
        folded
    }
}

/// The cells of a line, `[dimension][cell]`.
fn sample(
    strips: &Strips,
    line: usize,
    cells: usize,
    &Grating { advance, shear }: &Grating,
    size: usize,
    out: &mut [Complex32],
) {
    let first = (shear * line as f64).ceil().max(0.0) - shear * line as f64;
    let heights: Vec<&[f32]> = (0..HEIGHTS).map(|height| strips.strip(line, height)).collect();
    for cell in 0..cells {
        for sample in 0..SAMPLES {
            let x = (first + cell as f64 + (sample as f64 + 0.5) / SAMPLES as f64) * advance;
            let low = (x as usize).min(strips.length - 2);
            let share = (x - low as f64).clamp(0.0, 1.0) as f32;
            let at = |height: usize| {
                heights[height][low] + share * (heights[height][low + 1] - heights[height][low])
            };
            for part in 0..PARTS {
                let pair = Complex32::new(at(2 * part), at(2 * part + 1));
                out[(PARTS * sample + part) * size + cell] = pair;
            }
        }
    }
}
