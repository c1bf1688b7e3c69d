//! The row carrier: the lines of text make a peak in the spectrum at one over their pitch. Its
//! phase, demodulated locally, tells which line each place of the scan belongs to, and where in
//! the scan there is microtext at all.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::f64::consts::TAU;

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::{Complex32, Complex64};

use super::flatten::Flat;
use super::geometry::Surface;
use super::scan::Scan;
use crate::base::raster::{Enlarged, blur};
use crate::base::{Mm, Plane};
use crate::spec::Layout;
use crate::spec::modulation::TURNING_LIGHTNESS;

/// How far the pitch may be off by the stated resolution: 3 % and a stretch of either axis.
const PITCH_TOLERANCE: f64 = 0.05;
/// The carrier is sought at no more than about this many pixels a millimetre.
const SEARCH_PER_MM: f64 = 9.5;
/// Spread over which the carrier is demodulated.
const DEMODULATION_SPREAD: Mm = Mm(1.0);
/// Distance of the nodes at which its phase is kept.
const NODE: Mm = Mm(1.0);
/// A node carries text where the demodulated amplitude is this many times what the same filter
/// finds beside the carrier.
pub const COHERENT: f32 = 2.5;
/// Nodes below this multiple say nothing of the phase.
const WEAK: f32 = 1.5;
/// Nodes that lie about this far off, in lines, hardly count for the map.
const AGREES: f64 = 0.15;
/// The peak must stand this many times over the median of the searched ring. Noise alone reaches
/// ln(ring's bins / ln 2) ≈ 12 (exponential law of the periodogram).
pub const PEAK: f32 = 16.0;

/// Where the lines run.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Line number, with fraction, of a place in millimetres: line `k` fills `k ≤ v < k + 1`.
    pub lines: Surface,
    /// Height of the spectral peak over the median of its ring.
    pub peak: f32,
    /// Amplitude of the carrier at nodes every millimetre, in units of what is found beside it;
    /// `[row, column]`, node (i, j) at ((j + ½) mm, (i + ½) mm).
    pub coherence: Plane,
    /// Root mean square of the phase that the smooth map leaves, in lines.
    pub residual: f64,
}

/// The strongest frequency near that of the lines.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Cycles a millimetre, x and y; y is positive.
    pub frequency: [f64; 2],
    /// Power over the median of the searched ring.
    pub height: f32,
    /// That median, a pixel of the scan.
    pub floor: f64,
}

/// By how much planes are shrunk for the search.
#[must_use]
pub fn search_factor(scan: &Scan) -> usize {
    (scan.per_mm[0].min(scan.per_mm[1]) / SEARCH_PER_MM).floor().max(1.0) as usize
}

/// Finds the frequency of the lines, whichever letters are darker and which lighter than their
/// ground: light and dark parts of the picture are searched apart and their powers added.
#[must_use]
pub fn peak(flat: &Flat, scan: &Scan, layout: &Layout) -> Option<Peak> {
    let factor = search_factor(scan);
    let (mut light, mut dark) = (flat.normalised(factor), Plane::zeros((0, 0)));
    dark.clone_from(&light);
    let lightness = Enlarged::new(&flat.lightness, flat.block).every(factor);
    let rows = light.axis_iter_mut(Axis(0)).into_par_iter().zip(dark.axis_iter_mut(Axis(0)));
    rows.enumerate().for_each_init(Vec::new, |values, (y, (light, dark))| {
        values.resize(light.len(), 0.0);
        lightness.row(y, values);
        for ((light, dark), &mut lightness) in light.into_iter().zip(dark).zip(values) {
            *(if lightness > TURNING_LIGHTNESS + 5.0 { dark } else { light }) = 0.0;
        }
    });
    let per_mm = scan.per_mm.map(|v| v / factor as f64);
    if light.nrows() < 32 || light.ncols() < 32 {
        return None;
    }
    let peak = spectral_peak(&light, &dark, per_mm, 1.0 / layout.pitch.0)?;
    // Averaging over blocks has divided the density a pixel by their area.
    Some(Peak { floor: peak.floor * (factor * factor) as f64, ..peak })
}

/// Follows the lines of a peak over the whole signal (see `Flat::signal`), averaged over blocks of
/// `factor` working pixels.
#[must_use]
pub fn follow(small: &Plane, factor: usize, scan: &Scan, peak: &Peak) -> Option<Carrier> {
    if peak.height < PEAK {
        return None;
    }
    let per_mm = scan.per_mm.map(|v| v / factor as f64);
    let frequency = peak.frequency;
    let nodes = Nodes::demodulate(small, per_mm, frequency);
    // Beside the carrier, at a frequency where no line or letter of the grid has energy.
    let beside = Nodes::demodulate(small, per_mm, frequency.map(|f| f * 1.31));
    let noise = median(beside.field.iter().map(|z| z.norm()).collect()).max(1e-6);
    let coherence = nodes.field.mapv(|z| (z.norm() / noise) as f32);

    let start = nodes.best_start(&coherence);
    // The middle of the capitals, where the carrier peaks, is the middle of the line.
    let centre = node_place(start);
    let straight = nodes.straight(&coherence, centre);
    let at_centre = frequency[0] * centre[0] + frequency[1] * centre[1] + 0.5;
    let carrier_plane = Surface::plane(centre, at_centre, frequency);
    // A scanner's lines are straight but for a little; a phone's are not, and have to be unwrapped
    // from node to node, which noise may lead astray. The map that more nodes agree with is taken.
    let unwrapped = nodes.unwrap(&coherence, start);
    let mut bent = Surface::plane(centre, 0.0, [0.0; 2]);
    let bent = bent.absorb(degree_for(unwrapped.len()), &unwrapped).map(|_| bent);
    let settled = [Some(straight), bent].into_iter().flatten();
    let (phase, residual, _) =
        settled.map(|start| nodes.settle(&coherence, start)).max_by(|a, b| a.2.total_cmp(&b.2))?;
    let lines = carrier_plane.plus(&phase);
    Some(Carrier { lines, peak: peak.height, coherence, residual })
}

/// The degree that so many nodes determine.
fn degree_for(nodes: usize) -> usize {
    match nodes {
        0..60 => 1,
        60..200 => 2,
        _ => 3,
    }
}

/// The place of a node in millimetres.
#[must_use]
pub fn node_place((i, j): (usize, usize)) -> [f64; 2] {
    [(j as f64 + 0.5) * NODE.0, (i as f64 + 0.5) * NODE.0]
}

/// The strongest frequency on the ring about `radius` in either of two planes.
fn spectral_peak(light: &Plane, dark: &Plane, per_mm: [f64; 2], radius: f64) -> Option<Peak> {
    let (rows, columns) = light.dim();
    let size = [good_size(columns), good_size(rows)];
    let step = [per_mm[0] / size[0] as f64, per_mm[1] / size[1] as f64];
    let reach = radius * (1.0 + PITCH_TOLERANCE);
    let most_y = ((reach / step[1]) as usize + 1).min(size[1] / 2 - 2) as isize;
    let most_x = ((reach / step[0]) as usize + 1).min(size[0] / 2 - 2) as isize;
    let kept = 2 * (most_x as usize + 1) + 1;
    let spectrum = spectrum(light, dark, size, most_x as usize + 1);
    // Of two real planes in one complex transform X, the powers add up to those of X(f) and X(−f).
    let power = |kx: isize, ky: isize| {
        let at = |k: isize, n: usize| k.rem_euclid(n as isize) as usize;
        let there = spectrum[[at(kx, kept), at(ky, size[1])]];
        let mirrored = spectrum[[at(-kx, kept), at(-ky, size[1])]];
        0.5 * (there.norm_sqr() + mirrored.norm_sqr())
    };
    // The peak of a warped carrier is spread over neighbouring bins.
    let smooth = |kx: isize, ky: isize| -> f32 {
        (-1..=1)
            .flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)))
            .map(|(dx, dy)| power(kx + dx, ky + dy))
            .sum()
    };
    let mut ring = Vec::new();
    let mut best = (0.0, [0.0; 2], 0isize, 0isize);
    for ky in 0..=most_y {
        for kx in -most_x..=most_x {
            let frequency = [kx as f64 * step[0], ky as f64 * step[1]];
            let length = frequency[0].hypot(frequency[1]);
            if (length / radius - 1.0).abs() > PITCH_TOLERANCE || (ky == 0 && kx < 0) {
                continue;
            }
            let here = smooth(kx, ky);
            ring.push(f64::from(here));
            if here > best.0 {
                best = (here, frequency, kx, ky);
            }
        }
    }
    if ring.is_empty() {
        return None;
    }
    // Centre of mass of the peak's neighbourhood: a tenth of a bin is enough to demodulate.
    let (mut mass, mut moment) = (0.0, [0.0; 2]);
    for dy in -1..=1 {
        for dx in -1..=1 {
            let p = f64::from(power(best.2 + dx, best.3 + dy));
            mass += p;
            moment = [moment[0] + p * dx as f64, moment[1] + p * dy as f64];
        }
    }
    let frequency = [0, 1].map(|i| best.1[i] + step[i] * moment[i] / mass.max(1e-30));
    let median = median(ring).max(1e-30);
    let floor = median / (rows * columns) as f64;
    Some(Peak { frequency, height: (f64::from(best.0) / median) as f32, floor })
}

/// The 2-D spectrum of `real + i·imaginary`, transposed, for `kx` up to `most` either way:
/// `[kx mod (2·most + 1), ky]`.
fn spectrum(real: &Plane, imaginary: &Plane, size: [usize; 2], most: usize) -> Array2<Complex32> {
    let mut planner = FftPlanner::<f32>::new();
    let across = planner.plan_fft_forward(size[0]);
    let down = planner.plan_fft_forward(size[1]);
    let kept = 2 * most + 1;
    let mut transposed = Array2::<Complex32>::zeros((kept, size[1]));
    let mut line = vec![Complex32::default(); size[0]];
    for (y, (real, imaginary)) in
        real.axis_iter(Axis(0)).zip(imaginary.axis_iter(Axis(0))).enumerate()
    {
        line.fill(Complex32::default());
        let values = real.iter().zip(imaginary).map(|(&re, &im)| Complex32::new(re, im));
        line.iter_mut().zip(values).for_each(|(z, v)| *z = v);
        across.process(&mut line);
        let frequencies = line[..=most].iter().chain(&line[size[0] - most..]);
        transposed.column_mut(y).iter_mut().zip(frequencies).for_each(|(out, &z)| *out = z);
    }
    if let Some(all) = transposed.as_slice_mut() {
        down.process(all);
    }
    transposed
}

/// The next product of small primes, for which the FFT is fast.
fn good_size(n: usize) -> usize {
    (n..).find(|&m| [2, 3, 5].iter().fold(m, |m, p| strip(m, *p)) == 1).unwrap_or(n)
}

fn strip(mut n: usize, prime: usize) -> usize {
    while n.is_multiple_of(prime) {
        n /= prime;
    }
    n
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// The signal, shifted down by a frequency and smoothed, at nodes every millimetre.
struct Nodes {
    field: Array2<Complex64>,
}

impl Nodes {
    fn demodulate(plane: &Plane, per_mm: [f64; 2], frequency: [f64; 2]) -> Self {
        let (rows, columns) = plane.dim();
        let turn = |n: usize, axis: usize| -> Vec<Complex32> {
            let turn = |i: usize| -TAU * frequency[axis] * (i as f64 + 0.5) / per_mm[axis];
            (0..n).map(|i| Complex64::cis(turn(i)).to_complex32()).collect()
        };
        let (across, down) = (turn(columns, 0), turn(rows, 1));
        // Down to a quarter of a millimetre at once: what is left of the carrier is slow.
        let block = [0, 1].map(|i| ((per_mm[i] * 0.25).round() as usize).max(1));
        let (small_rows, small_columns) = (rows / block[1], columns / block[0]);
        let mut parts =
            [Plane::zeros((small_rows, small_columns)), Plane::zeros((small_rows, small_columns))];
        for y in 0..small_rows * block[1] {
            let row = plane.row(y);
            for x in 0..small_columns * block[0] {
                let z = across[x] * down[y] * row[x];
                parts[0][[y / block[1], x / block[0]]] += z.re;
                parts[1][[y / block[1], x / block[0]]] += z.im;
            }
        }
        let blocks_per_mm = [0, 1].map(|i| per_mm[i] / block[i] as f64);
        let sigma = DEMODULATION_SPREAD.0 * (blocks_per_mm[0] * blocks_per_mm[1]).sqrt();
        let [re, im] = parts.map(|part| blur(&part, sigma));
        let nodes = [rows, columns];
        let size = [0, 1].map(|i| ((nodes[i] as f64 / per_mm[1 - i] / NODE.0) as usize).max(1));
        let field = Array2::from_shape_fn((size[0], size[1]), |node| {
            let [x, y] = node_place(node);
            let column = ((x * blocks_per_mm[0]) as usize).min(small_columns - 1);
            let row = ((y * blocks_per_mm[1]) as usize).min(small_rows - 1);
            Complex64::new(f64::from(re[[row, column]]), f64::from(im[[row, column]]))
        });
        Self { field }
    }

    /// The node in the middle of the most coherent surroundings.
    fn best_start(&self, coherence: &Plane) -> (usize, usize) {
        let around = blur(coherence, 4.0);
        let best = around.indexed_iter().max_by(|a, b| a.1.total_cmp(b.1));
        best.map_or((0, 0), |(node, _)| node)
    }

    /// The plane of phases, in lines about `centre`, with which most of the carrier agrees: the
    /// peak of the nodes' own spectrum, to a fraction of the bin in which the first was found.
    fn straight(&self, coherence: &Plane, centre: [f64; 2]) -> Surface {
        let (rows, columns) = self.field.dim();
        let unit = |node: (usize, usize), z: &Complex64| {
            z / z.norm().max(1e-12) * f64::from(coherence[node].min(10.0))
        };
        let steps = |length: f64| (-12..=12).map(move |i| f64::from(i) * 0.125 / length);
        let turn = |frequency: f64, place: f64| Complex64::cis(-TAU * frequency * place);
        let mut best = (0.0, Surface::plane(centre, 0.0, [0.0; 2]));
        for down in steps(rows as f64 * NODE.0) {
            let mut sums = vec![Complex64::default(); columns];
            for (node, z) in self.field.indexed_iter() {
                if coherence[node] >= WEAK {
                    sums[node.1] += unit(node, z) * turn(down, node_place(node)[1] - centre[1]);
                }
            }
            for across in steps(columns as f64 * NODE.0) {
                let sum: Complex64 = sums
                    .iter()
                    .enumerate()
                    .map(|(j, z)| z * turn(across, node_place((0, j))[0] - centre[0]))
                    .sum();
                if sum.norm() > best.0 {
                    let plane = Surface::plane(centre, sum.arg() / TAU, [across, down]);
                    best = (sum.norm(), plane);
                }
            }
        }
        best.1
    }

    /// Draws a map of phases to the nodes that agree with it (iteratively reweighted least squares,
    /// phases taken modulo a line), bending it more as it settles. Returns it with the root mean
    /// square that is left and the share of the carrier that agrees.
    fn settle(&self, coherence: &Plane, mut phase: Surface) -> (Surface, f64, f64) {
        let left = |phase: &Surface| -> Vec<([f64; 2], f64, f64)> {
            let nodes = self.field.indexed_iter().filter(|(node, _)| coherence[*node] >= WEAK);
            nodes
                .map(|(node, z)| {
                    let place = node_place(node);
                    let turned = z * Complex64::cis(-TAU * phase.at(place));
                    (place, turned.arg() / TAU, f64::from(coherence[node].min(10.0)).powi(2))
                })
                .collect()
        };
        let mut residual = 0.5;
        for degree in [1, 1, 2, 2, 3, 3, 3] {
            let mut samples = left(&phase);
            let degree = degree_for(samples.len()).min(degree);
            samples
                .iter_mut()
                .for_each(|(_, off, weight)| *weight *= (-(*off / AGREES).powi(2)).exp());
            let Some(rest) = phase.absorb(degree, &samples) else { break };
            residual = rest;
        }
        let (agreed, total) = left(&phase).iter().fold((0.0, 0.0), |(a, t), (_, off, weight)| {
            (a + weight.sqrt() * (TAU * off).cos(), t + weight.sqrt())
        });
        (phase, residual, agreed / f64::max(total, 1e-12))
    }

    /// Phases in lines, relative to the demodulating frequency, from the start outwards over the
    /// most coherent nodes first.
    fn unwrap(&self, coherence: &Plane, start: (usize, usize)) -> Vec<([f64; 2], f64, f64)> {
        let (rows, columns) = self.field.dim();
        let mut lines = Array2::from_elem((rows, columns), f64::NAN);
        let mut queue = BinaryHeap::new();
        lines[start] = self.field[start].arg() / TAU;
        queue.push(Reached { coherence: coherence[start], node: start });
        while let Some(Reached { node: (i, j), .. }) = queue.pop() {
            let neighbours =
                [(i.wrapping_sub(1), j), (i + 1, j), (i, j.wrapping_sub(1)), (i, j + 1)];
            for node in neighbours {
                if node.0 >= rows || node.1 >= columns || !lines[node].is_nan() {
                    continue;
                }
                if coherence[node] < COHERENT {
                    continue;
                }
                let step = (self.field[node] * self.field[(i, j)].conj()).arg() / TAU;
                lines[node] = lines[(i, j)] + step;
                queue.push(Reached { coherence: coherence[node], node });
            }
        }
        let known = lines.indexed_iter().filter(|(_, line)| !line.is_nan());
        known
            .map(|(node, &line)| {
                (node_place(node), line, f64::from(coherence[node].min(20.0)).powi(2))
            })
            .collect()
    }
}

trait ToSingle {
    fn to_complex32(self) -> Complex32;
}

impl ToSingle for Complex64 {
    fn to_complex32(self) -> Complex32 {
        Complex32::new(self.re as f32, self.im as f32)
    }
}

struct Reached {
    coherence: f32,
    node: (usize, usize),
}

impl PartialEq for Reached {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Reached {}
impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        self.coherence.total_cmp(&other.coherence).then(self.node.cmp(&other.node))
    }
}
