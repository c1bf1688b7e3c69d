//! The row carrier: the lines of text make a peak in the spectrum at one over their pitch. Its
//! phase, demodulated locally, tells which line each place of the scan belongs to, and where in
//! the scan there is microtext at all.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::f64::consts::TAU;

use ndarray::Array2;
use rustfft::num_complex::Complex64;

use crate::imaging::raster::blur;
use crate::imaging::{Mm, Plane};
use crate::inspect::detection::spectrum::{PEAK, Peak};
use crate::inspect::signal::demodulation::{demodulate, smooth};
use crate::inspect::signal::geometry::{Ripple, Surface};
use crate::inspect::signal::scan::Scan;
use crate::numerics::median;
use crate::spec::Layout;
use crate::spec::layout::Wave;

/// Spread over which the carrier is demodulated. A guess; in millimetres, though it means two and a
/// half pitches.
const DEMODULATION_SPREAD: Mm = Mm(1.0);
/// Distance of the nodes at which its phase is kept. As fine as that spread lets it change.
const NODE: Mm = Mm(1.0);
/// A node carries text where the demodulated amplitude is this many times what the same filter
/// finds beside the carrier. A guess.
pub const COHERENT: f32 = 2.5;
/// Nodes below this multiple say nothing of the phase. A guess.
const WEAK: f32 = 1.5;
/// Nodes that lie about this far off, in lines, hardly count for the map. A guess.
const AGREES: f64 = 0.15;
/// Places that are tried for the beginning of a wave, and rounds in which it and the smooth map
/// settle. Guesses.
const PHASES: u32 = 72;
const RIPPLES: usize = 2;
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

/// Follows the lines of a peak over the whole signal (see `Flat::signal`), averaged over blocks of
/// `factor` working pixels.
#[must_use]
pub fn follow(
    small: &Plane,
    factor: usize,
    scan: &Scan,
    peak: &Peak,
    layout: &Layout,
) -> Option<Carrier> {
    if peak.height < PEAK {
        return None;
    }
    let per_mm = scan.per_mm.map(|v| v / factor as f64);
    let frequency = peak.frequency;
    let nodes = Nodes::demodulate(small, per_mm, frequency);
    // Beside the carrier, at a frequency where no line or letter of the grid has energy.
    let beside = Nodes::demodulate(small, per_mm, frequency.map(|f| f * 1.31));
    let mut amplitudes: Vec<f64> = beside.field.iter().map(|z| z.norm()).collect();
    let noise = median(&mut amplitudes).unwrap_or(0.0).max(1e-6);
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
    let settled = settled.map(|start| nodes.settle(&coherence, start));
    let (mut phase, mut residual, _) = settled.max_by(|a, b| a.2.total_cmp(&b.2))?;
    if let Some(wave) = &layout.wave {
        let slope = carrier_plane.clone().plus(&phase).slope();
        for _ in 0..RIPPLES {
            phase.ripple = nodes.ripple(&coherence, &phase, slope, wave, layout);
            (phase, residual, _) = nodes.settle(&coherence, phase);
        }
    }
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

/// The signal, shifted down by a frequency and smoothed, at nodes every millimetre.
struct Nodes {
    field: Array2<Complex64>,
}

impl Nodes {
    fn demodulate(plane: &Plane, per_mm: [f64; 2], frequency: [f64; 2]) -> Self {
        let (rows, columns) = plane.dim();
        // Down to a quarter of a millimetre at once: what is left of the carrier is slow.
        let block = per_mm.map(|v| ((v * 0.25).round() as usize).max(1));
        let slow = demodulate(plane, [0, 1].map(|i| frequency[i] / per_mm[i]), block);
        let blocks_per_mm = [0, 1].map(|i| per_mm[i] / block[i] as f64);
        let sigma = DEMODULATION_SPREAD.0 * (blocks_per_mm[0] * blocks_per_mm[1]).sqrt();
        let slow = smooth(&slow, sigma);
        let nodes = |n: usize, axis: usize| ((n as f64 / per_mm[axis] / NODE.0) as usize).max(1);
        let field = Array2::from_shape_fn((nodes(rows, 1), nodes(columns, 0)), |node| {
            let [x, y] = node_place(node);
            let column = ((x * blocks_per_mm[0]) as usize).min(slow.ncols() - 1);
            let row = ((y * blocks_per_mm[1]) as usize).min(slow.nrows() - 1);
            slow[[row, column]]
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
        let units = Array2::from_shape_fn((rows, columns), |node| {
            let z = self.field[node];
            let weight = if coherence[node] < WEAK { 0.0 } else { coherence[node].min(10.0) };
            z / z.norm().max(1e-12) * f64::from(weight)
        });
        // [step][node]
        let turns = |nodes: usize, centre: f64| -> Vec<(f64, Vec<Complex64>)> {
            let steps = (-12..=12).map(|i| f64::from(i) * 0.125 / (nodes as f64 * NODE.0));
            let place = |i: usize| node_place((i, i))[0] - centre;
            let turns = |f: f64| (0..nodes).map(|i| Complex64::cis(-TAU * f * place(i))).collect();
            steps.map(|frequency| (frequency, turns(frequency))).collect()
        };
        let (across, down) = (turns(columns, centre[0]), turns(rows, centre[1]));
        let mut best = (0.0, Surface::plane(centre, 0.0, [0.0; 2]));
        for (down, turns) in &down {
            let mut sums = vec![Complex64::default(); columns];
            for (units, turn) in units.outer_iter().zip(turns) {
                sums.iter_mut().zip(units).for_each(|(sum, z)| *sum += z * turn);
            }
            for (across, turns) in &across {
                let sum: Complex64 = sums.iter().zip(turns).map(|(z, turn)| z * turn).sum();
                if sum.norm() > best.0 {
                    let plane = Surface::plane(centre, sum.arg() / TAU, [*across, *down]);
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
        let nodes: Vec<([f64; 2], f64, f64)> = self
            .field
            .indexed_iter()
            .filter(|(node, _)| coherence[*node] >= WEAK)
            .map(|(node, z)| {
                (node_place(node), z.arg() / TAU, f64::from(coherence[node].min(10.0)).powi(2))
            })
            .collect();
        let left = |phase: &Surface| -> Vec<([f64; 2], f64, f64)> {
            let off = |place: [f64; 2], measured: f64| measured - phase.at(place);
            let nodes = nodes.iter().map(|&(place, z, weight)| (place, off(place, z), weight));
            nodes.map(|(place, off, weight)| (place, off - off.round(), weight)).collect()
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

    /// The lines' wave, of which all is known but where it begins, and whether the scan is
    /// mirrored: what most of the carrier agrees with beside the `smooth` map. `slope`: lines a
    /// millimetre.
    fn ripple(
        &self,
        coherence: &Plane,
        smooth: &Surface,
        slope: [f64; 2],
        wave: &Wave,
        layout: &Layout,
    ) -> Option<Ripple> {
        let mut smooth = smooth.clone();
        smooth.ripple = None;
        let centre = smooth.centre();
        let nodes: Vec<([f64; 2], Complex64)> = self
            .field
            .indexed_iter()
            .filter(|(node, _)| coherence[*node] >= COHERENT)
            .map(|(node, z)| {
                let place = node_place(node);
                let weight = f64::from(coherence[node].min(10.0));
                let off = Complex64::cis(z.arg() - TAU * smooth.at(place));
                ([place[0] - centre[0], place[1] - centre[1]], off * weight)
            })
            .collect();
        let amplitude = wave.amplitude.0 / layout.pitch.0;
        let drifts = [-wave.drift.0, wave.drift.0];
        let tried = drifts.into_iter().flat_map(|drift| {
            // Along the lines, in print millimetres, and down them, in lines.
            let along = [slope[1] * layout.pitch.0, -slope[0] * layout.pitch.0];
            let turns = [0, 1].map(|i| (along[i] + drift * slope[i]) / wave.period.0);
            let phases = (0..PHASES).map(|i| f64::from(i) / f64::from(PHASES));
            phases.map(move |phase| Ripple { amplitude, turns, phase })
        });
        let agreement = |ripple: &Ripple| -> f64 {
            nodes.iter().map(|(at, off)| (off * Complex64::cis(-TAU * ripple.at(*at))).re).sum()
        };
        tried
            .map(|ripple| (agreement(&ripple), ripple))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|t| t.1)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Profile;

    const PER_MM: f64 = 9.0;

    /// Lines whose number, with fraction, is `lines`: the carrier peaks in their middle.
    fn followed(lines: impl Fn([f64; 2]) -> f64, frequency: [f64; 2]) -> Carrier {
        let wave = |(y, x): (usize, usize)| {
            let place = [x, y].map(|v| (v as f64 + 0.5) / PER_MM);
            (TAU * (lines(place) - 0.5)).cos() as f32
        };
        let signal = Plane::from_shape_fn((360, 270), wave);
        let scan = Scan::of_plane(Plane::zeros((360, 270)), PER_MM);
        let peak = Peak { frequency, height: 100.0, floor: 1.0 };
        follow(&signal, 1, &scan, &peak, &Profile::default().layout).expect("lines")
    }

    /// Greatest distance of the map from these lines, but for a whole number.
    fn off(carrier: &Carrier, lines: impl Fn([f64; 2]) -> f64) -> f64 {
        let places = (0..9).map(|i| [f64::from(i % 3 * 11 + 4), f64::from(i / 3 * 14 + 6)]);
        let left: Vec<f64> = places.map(|p| carrier.lines.at(p) - lines(p)).collect();
        left.iter().map(|v| (v - left[0].round()).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn a_plane_wave_of_known_frequency_and_phase() {
        let frequency = [0.21, 2.78];
        let lines = |[x, y]: [f64; 2]| frequency[0] * x + frequency[1] * y + 0.37;
        // The peak's own frequency may be off by a part of a bin.
        let carrier = followed(lines, [frequency[0] + 0.004, frequency[1] - 0.005]);
        assert!(off(&carrier, lines) < 0.01, "{}", off(&carrier, lines));
        assert!(carrier.residual < 0.01);
        assert!(carrier.coherence.iter().all(|c| *c > COHERENT));
    }

    #[test]
    fn a_bend_of_some_lines_is_followed() {
        let lines = |[x, y]: [f64; 2]| {
            2.8 * y - 0.1 * x + 0.004 * (x - 15.0).powi(2) + 0.002 * (x - 15.0) * (y - 20.0)
        };
        let carrier = followed(lines, [-0.1, 2.8]);
        assert!(off(&carrier, lines) < 0.05, "{}", off(&carrier, lines));
    }

    #[test]
    fn what_does_not_stand_out_is_not_followed() {
        let scan = Scan::of_plane(Plane::zeros((90, 90)), PER_MM);
        let peak = Peak { frequency: [0.0, 2.8], height: PEAK - 1.0, floor: 1.0 };
        let layout = Profile::default().layout;
        assert!(follow(&Plane::zeros((90, 90)), 1, &scan, &peak, &layout).is_none());
    }
}
