//! The bend: how the letters' advance changes over a page that lies tilted before a phone, or
//! curls. The lines alone tell the tilt, and the gaps between letters, a weak wave along the lines,
//! tell the rest.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

use super::carrier::Carrier;
use super::geometry::Surface;
use super::portrait::Frame;
use super::strips::{ACROSS, FINE, Strips};
use crate::base::Plane;
use crate::spec::Profile;

/// Steepest shear between lines and columns, in cells a line: a tilt about a slanted axis.
const SHEAR: f64 = 0.12;
/// The advance may differ from the pitch's scale by this much: a tilt of 22° shortens one axis.
const STRETCH: f64 = 0.08;
/// How far the columns may lie off an even spacing at the portrait's sides, in cells.
const BEND: f64 = 6.0;
/// Samples over which the wave is taken down to rest: four cells.
const BLOCK: usize = 4 * FINE;
/// Steps of the search, in cells at the portrait's sides.
const STEP: f64 = 0.3;
/// Places a side at which a bent map is sampled.
const SAMPLES: usize = 9;

/// Frames in which the letters stand evenly: if the page was tilted, and if it was curled. `frame`:
/// that of a flat page.
pub fn straightened(
    signal: &Plane,
    per_mm: [f64; 2],
    carrier: &Carrier,
    frame: &Frame,
    profile: &Profile,
) -> impl Iterator<Item = Frame> {
    let bases = tilted(carrier, frame, profile).into_iter().chain([frame.clone()]);
    bases.filter_map(move |base| unbent(signal, per_mm, carrier, &base, profile))
}

/// The frame of a plane seen at an angle. Both coordinates of such a plane have the same
/// denominator: line = a + s·r / (1 + q·r), where r is the place from the centre.
fn tilted(carrier: &Carrier, frame: &Frame, profile: &Profile) -> Option<Frame> {
    let [s1, s2] = carrier.lines.slope();
    // −(s·r)(q·r), by least squares for q.
    let rows = [[-s1, 0.0], [-s2, -s1], [0.0, -s2]];
    let found = carrier.lines.curvature();
    let sum = |of: &dyn Fn(usize) -> f64| (0..3).map(of).sum::<f64>();
    let [a, b, d] = [(0, 0), (0, 1), (1, 1)].map(|(i, j)| sum(&|k| rows[k][i] * rows[k][j]));
    let [e, f] = [0, 1].map(|i| sum(&|k| rows[k][i] * found[k]));
    let determinant = a * d - b * b;
    if determinant.abs() < 1e-12 {
        return None;
    }
    let q = [(d * e - b * f) / determinant, (a * f - b * e) / determinant];
    let centre = frame.lines.centre();
    mapped(carrier, frame, profile, |place, along| {
        let nearness = 1.0 + q[0] * (place[0] - centre[0]) + q[1] * (place[1] - centre[1]);
        along / nearness.max(0.5)
    })
}

/// The frame with its distance along the lines mapped, as a smooth surface.
fn mapped(
    carrier: &Carrier,
    frame: &Frame,
    profile: &Profile,
    map: impl Fn([f64; 2], f64) -> f64,
) -> Option<Frame> {
    let between = |range: [f64; 2], i: usize| {
        range[0] + (range[1] - range[0]) * i as f64 / (SAMPLES - 1) as f64
    };
    let centre = frame.lines.centre();
    let mut samples = Vec::with_capacity(SAMPLES * SAMPLES);
    for i in 0..SAMPLES {
        for j in 0..SAMPLES {
            let along = between(frame.across, j);
            let place = frame.place(along, between(frame.down, i), centre);
            samples.push((place, map(place, along), 1.0));
        }
    }
    let mut surface = Surface::plane(centre, 0.0, [0.0; 2]);
    surface.absorb(3, &samples)?;
    Some(Frame::along(carrier, surface, profile))
}

/// The frame in which the wave of the gaps is strongest: stretched, and bent by a parabola.
fn unbent(
    signal: &Plane,
    per_mm: [f64; 2],
    carrier: &Carrier,
    frame: &Frame,
    profile: &Profile,
) -> Option<Frame> {
    let advance = profile.layout.advance.0 / profile.layout.pitch.0;
    let strips = Strips::sample(signal, per_mm, frame, advance / FINE as f64)?;
    let [stretch, bend] = Gaps::of(&strips).strongest();
    let (middle, half) = strips_span(&strips);
    mapped(carrier, frame, profile, |_, along| {
        let off = along - middle;
        middle + off * (1.0 + stretch) + advance * bend * (off / half).powi(2)
    })
}

/// Middle and half length of the strips, in pitches.
fn strips_span(strips: &Strips) -> (f64, f64) {
    let half = 0.5 * strips.length as f64 * strips.step;
    (strips.origin + half, half)
}

/// The wave of the gaps at the profile's advance, brought down to rest: `[height][line][block]`.
struct Gaps {
    lines: usize,
    blocks: usize,
    cells: f64,
    field: Vec<Complex32>,
}

impl Gaps {
    fn of(strips: &Strips) -> Self {
        let turns: Vec<Complex32> =
            (0..FINE).map(|i| cis(-(i as f64 + 0.5) / FINE as f64)).collect();
        let blocks = strips.length / BLOCK;
        let mut field = Vec::with_capacity(ACROSS * strips.lines * blocks);
        for height in 0..ACROSS {
            for line in 0..strips.lines {
                let strip = strips.strip(line, height);
                field.extend(strip.chunks_exact(BLOCK).map(|block| {
                    let wave = block.iter().zip(turns.iter().cycle());
                    wave.map(|(v, turn)| turn * v).sum::<Complex32>()
                }));
            }
        }
        let cells = strips.length as f64 / FINE as f64;
        Self { lines: strips.lines, blocks, cells, field }
    }

    /// Stretch, as a share, and bend, in cells at the sides, with which the wave adds up.
    fn strongest(&self) -> [f64; 2] {
        let size = 2 * self.lines;
        let forward = FftPlanner::<f32>::new().plan_fft_forward(size);
        let reach = (SHEAR * size as f64) as usize;
        let half = 0.5 * self.cells;
        let steps = |most: f64| {
            let steps = (most / STEP).ceil() as i32;
            (-steps..=steps).map(|i| f64::from(i) * STEP)
        };
        let mut best = (0.0f32, [0.0; 2]);
        for stretch in steps(STRETCH * half) {
            for bend in steps(BEND) {
                let turns: Vec<Complex32> = (0..self.blocks)
                    .map(|i| (2.0 * i as f64 + 1.0) / self.blocks as f64 - 1.0)
                    .map(|side| cis(-(stretch * side + bend * side * side)))
                    .collect();
                let mut power = vec![0.0f32; size];
                for of_height in self.field.chunks_exact(self.lines * self.blocks) {
                    let mut sums = vec![Complex32::default(); size];
                    let lines = of_height.chunks_exact(self.blocks);
                    for (sum, line) in sums.iter_mut().zip(lines) {
                        *sum = line.iter().zip(&turns).map(|(z, turn)| z * turn).sum();
                    }
                    forward.process(&mut sums);
                    power.iter_mut().zip(&sums).for_each(|(p, z)| *p += z.norm_sqr());
                }
                let sheared = power[..=reach].iter().chain(&power[size - reach..]);
                let here = sheared.copied().fold(0.0, f32::max);
                if here > best.0 {
                    best = (here, [stretch / half, bend]);
                }
            }
        }
        best.1
    }
}

fn cis(turns: f64) -> Complex32 {
    Complex32::from_polar(1.0, (TAU * turns.fract()) as f32)
}
