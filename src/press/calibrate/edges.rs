//! Sharpness: the slanted squares of a sheet (ISO 12233) → how wide an edge is, across and down.

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::located::Located;
use super::patch::Patch;
use crate::imaging::raster::bilinear;
use crate::imaging::{Picture, Plane};
use crate::numerics::normal;
use crate::press::sheet::plan::{self, Part, SLANT_DEG};

/// How far from an edge it is looked at, and by which steps, mm.
const REACH: f64 = 0.35;
const STEP: f64 = 0.005;
/// Share of a side that is used: corners are round.
const MIDDLE: f64 = 0.7;
/// Pieces of a side whose edges are found one by one.
const PIECES: usize = 12;
/// Steps over which overshoot is looked at.
const COARSE: usize = 4;
/// Lines of each piece.
const LINES: usize = 24;
/// Widths that are tried: from a fifth of a pixel at 2400 ppi to a blur in which nothing is read, mm.
const WIDTHS: [f64; 2] = [0.002, 0.25];

/// Waves a millimetre of the letters of the built-in profile: one a capital.
pub const LETTERS: f64 = 1.0 / 0.24;
/// Less contrast is not told from noise. A guess.
const LEAST: f64 = 0.01;

/// What the squares tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edges {
    /// Sigma of the blur of press and scanner together across the sheet, mm.
    pub across: Estimate,
    /// … and down it.
    pub down: Estimate,
    /// Contrast that is left of letters, of [`LETTERS`] waves a millimetre, 0..1, across and down.
    pub letters: [Estimate; 2],
    /// By how much edges overshoot, as a share of them: sharpening by the scanner.
    pub overshoot: Estimate,
}

impl Edges {
    /// Line pairs a millimetre at which half of the contrast is left, across and down.
    #[must_use]
    pub fn mtf50(&self) -> [f64; 2] {
        // exp(−2π²σ²f²) = ½
        [self.across, self.down].map(|sigma| {
            0.5f64.ln().abs().sqrt()
                / (sigma.value * std::f64::consts::PI * std::f64::consts::SQRT_2)
        })
    }
}

/// One side of a square.
struct Edge {
    sigma: f64,
    letters: f64,
    overshoot: f64,
}

/// Measures all squares; none where none lies in the scan.
pub(super) fn measure(scan: &Picture, sheet: &Located) -> Option<Edges> {
    let (mut across, mut down, mut overshoot) = (Vec::new(), Vec::new(), Vec::new());
    let mut letters = [Vec::new(), Vec::new()];
    for [left, top] in sheet.size.panels() {
        for (part, [x, y, width, height]) in plan::panel() {
            let Part::Square { .. } = part else { continue };
            let place = [left + x, top + y, width, height];
            let Some(patch) = Patch::new(scan, &sheet.map, place, 1.3) else { continue };
            let middle = [place[0] + 0.5 * width, place[1] + 0.5 * height];
            for side in 0..4u8 {
                let turn = f64::from(side) * 90.0 + SLANT_DEG;
                let Some(edge) = edge(&patch, middle, turn, 0.5 * width) else { continue };
                if side % 2 == 0 { &mut across } else { &mut down }.push(edge.sigma);
                letters[usize::from(side % 2)].push(edge.letters);
                overshoot.push(edge.overshoot);
            }
        }
    }
    Some(Edges {
        across: Estimate::of(&across)?,
        down: Estimate::of(&down)?,
        letters: [Estimate::of(&letters[0])?, Estimate::of(&letters[1])?],
        overshoot: Estimate::of(&overshoot)?,
    })
}

/// The side whose outward normal has this angle, `half` a side from the square's middle.
fn edge(patch: &Patch<'_>, middle: [f64; 2], turn_deg: f64, half: f64) -> Option<Edge> {
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    let (normal, along) = ([cos, sin], [-sin, cos]);
    let at = |out: f64, way: f64| {
        patch.at([0, 1].map(|i| middle[i] + (half + out) * normal[i] + way * along[i]))
    };
    let points = (2.0 * REACH / STEP) as usize;
    let way = |piece: usize, line: usize| {
        let share = (piece * LINES + line) as f64 / (PIECES * LINES) as f64;
        half * MIDDLE * (2.0 * share - 1.0)
    };
    let profile = |piece: usize, shift: f64| -> Option<Vec<f64>> {
        let point = |i: usize| {
            let out = STEP * (i as f64 + 0.5) - REACH + shift;
            let values = (0..LINES).map(|line| value(&patch.luminance, at(out, way(piece, line))));
            values.sum::<Option<f64>>().map(|sum| sum / LINES as f64)
        };
        (0..points).map(point).collect()
    };
    let own = |piece: usize| {
        let crossing = crossing(&profile(piece, 0.0)?)?;
        let shift = STEP * crossing - REACH;
        (shift.abs() < 0.5 * REACH).then(|| (way(piece, LINES / 2), shift))
    };
    let found: Vec<(f64, f64)> = (0..PIECES).filter_map(own).collect();
    if 2 * found.len() < PIECES {
        return None;
    }
    // The side is straight: one piece's own edge is as noisy as its ink.
    let [start, slope] = line(&found);
    // Pixels are sorted by how far they lie from it, and not read between: that would blur them (ISO 12233).
    let mut bins = vec![Bin::default(); points];
    patch.pixels(middle, half + 2.0 * REACH, |[x, y], v| {
        let (out, way) = (normal[0] * x + normal[1] * y - half, along[0] * x + along[1] * y);
        let bin = (out - start - slope * way + REACH) / STEP;
        if way.abs() <= half * MIDDLE && bin >= 0.0 && bin < points as f64 {
            bins[bin as usize].take(f64::from(v));
        }
    });
    let [dark, light] = ends(&bins)?;
    if light - dark < 0.05 {
        return None;
    }
    let share = |v: f64| (v - dark) / (light - dark);
    let rise = |n: usize| {
        bins.chunks(n).enumerate().filter_map(move |(i, bins)| {
            let sum = bins.iter().fold(Bin::default(), |all, bin| all.with(*bin));
            let middle = STEP * n as f64 * (i as f64 + 0.5) - REACH;
            (sum.count > 0.0).then(|| Rise { at: middle, of: share(sum.mean()), weight: sum.count })
        })
    };
    let fine: Vec<Rise> = rise(1).collect();
    let sigma = width(&fine)?;
    let letters = contrast(&fine, LETTERS).clamp(LEAST, 1.0);
    let least = rise(COARSE).map(|rise| rise.of).fold(0.0, f64::min);
    let most = rise(COARSE).map(|rise| rise.of).fold(1.0, f64::max);
    Some(Edge { sigma, letters, overshoot: 0.5 * (most - 1.0 - least) })
}

/// Contrast that an edge leaves of so many waves a millimetre: the transform of its slope (ISO 12233).
fn contrast(rise: &[Rise], waves: f64) -> f64 {
    let [sin, cos] = rise.windows(2).fold([0.0; 2], |[sin, cos], pair| {
        let slope = pair[1].of - pair[0].of;
        let turn = std::f64::consts::TAU * waves * 0.5 * (pair[0].at + pair[1].at);
        [sin + slope * turn.sin(), cos + slope * turn.cos()]
    });
    sin.hypot(cos)
}

/// Pixels at one distance from an edge.
#[derive(Clone, Copy, Default)]
struct Bin {
    sum: f64,
    count: f64,
}

impl Bin {
    fn take(&mut self, value: f64) {
        *self = self.with(Self { sum: value, count: 1.0 });
    }

    fn with(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, count: self.count + other.count }
    }

    fn mean(self) -> f64 {
        self.sum / self.count
    }
}

/// A point of an edge: how far from its middle, mm, how light between its dark and its light side, and of
/// how many pixels.
struct Rise {
    at: f64,
    of: f64,
    weight: f64,
}

/// Start and slope of the line of least squares.
fn line(points: &[(f64, f64)]) -> [f64; 2] {
    let n = points.len() as f64;
    let mean = points.iter().fold([0.0; 2], |[x, y], p| [x + p.0 / n, y + p.1 / n]);
    let (mut dot, mut square) = (0.0, 1e-12);
    for (x, y) in points {
        dot += (x - mean[0]) * (y - mean[1]);
        square += (x - mean[0]).powi(2);
    }
    [mean[1] - dot / square * mean[0], dot / square]
}

fn value(plane: &Plane, [x, y]: [f64; 2]) -> Option<f64> {
    let (rows, columns) = plane.dim();
    let is_in = x >= 0.5 && y >= 0.5 && x <= columns as f64 - 0.5 && y <= rows as f64 - 0.5;
    is_in.then(|| f64::from(bilinear(plane, x - 0.5, y - 0.5)))
}

/// Mean of the dark and of the light end.
fn ends(bins: &[Bin]) -> Option<[f64; 2]> {
    let few = bins.len() / 6;
    let mean = |part: &[Bin]| {
        let all = part.iter().fold(Bin::default(), |all, bin| all.with(*bin));
        (all.count > 0.0).then(|| all.mean())
    };
    Some([mean(&bins[..few])?, mean(&bins[bins.len() - few..])?])
}

/// Where a profile crosses its half, in points.
fn crossing(values: &[f64]) -> Option<f64> {
    let bins: Vec<Bin> = values.iter().map(|v| Bin { sum: *v, count: 1.0 }).collect();
    let [dark, light] = ends(&bins)?;
    let half = 0.5 * (dark + light);
    if light - dark < 0.03 {
        return None;
    }
    let i = values.windows(2).position(|pair| pair[0] < half && pair[1] >= half)?;
    Some(i as f64 + 0.5 + (half - values[i]) / (values[i + 1] - values[i]))
}

/// The sigma of the normal integral that fits a rise from 0 to 1 best, mm.
fn width(rise: &[Rise]) -> Option<f64> {
    let error = |sigma: f64| -> f64 {
        let of = |rise: &Rise| rise.weight * (rise.of - normal::below(rise.at / sigma)).powi(2);
        rise.iter().map(of).sum()
    };
    // Golden section, on the logarithm.
    let [mut low, mut high] = WIDTHS.map(f64::ln);
    let ratio = 0.5 * (5.0f64.sqrt() - 1.0);
    for _ in 0..40 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if error(a.exp()) < error(b.exp()) { high = b } else { low = a }
    }
    let sigma = (0.5 * (low + high)).exp();
    (sigma < 0.9 * WIDTHS[1]).then_some(sigma)
}
