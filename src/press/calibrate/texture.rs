//! Texture: the tints of a sheet → noise of the scan, grain of the print, and its halftone screen.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis, Slice};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::located::Located;
use super::patch::{Patch, inner, part};
use super::tones::Tones;
use crate::imaging::raster::blur;
use crate::imaging::{Picture, Plane};
use crate::inspect::signal::graininess::{Grain, Graininess};
use crate::numerics::median;
use crate::press::sheet::plan::{self, Part, Place, TINTS};

/// Share of a tint's sides that is left out.
const EDGE: f64 = 0.06;
/// Over so many millimetres clouds are taken away: grain is finer.
const CLOUDS: f64 = 0.5;
/// Of a normal distribution so many values are kept, those in the middle, and so much of its variance.
const KEPT: f64 = 0.98;
const LEFT: f64 = 0.873_5;
/// The size by which grain is stated, mm (as ink is described in the model).
const GRAIN: f64 = 0.02;
/// Screens that are looked for, cells a millimetre: 70 to 250 an inch.
const SCREENS: [f64; 2] = [2.8, 9.8];
/// A screen's peak stands so many times over the noise about it. A guess.
const STANDS: f32 = 40.0;
/// Light from which on paper is taken to be clipped, and the tint that takes its place.
const WHITE: f64 = 0.99;
const LIGHTEST: u8 = TINTS[TINTS.len() - 1];
/// … and the one upright to it has this share of its power. A guess.
const ALSO: f32 = 0.1;
/// Share of a tint's sides that is left out where windows stand upright in the scan.
const FLAT: f64 = 0.14;
/// Bare paper of a panel.
const BARE: Place = [50.0, 31.5, 24.0, 2.6];
/// Points of the transform, each way.
const POINTS: usize = 128;

/// What the tints tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Texture {
    /// Noise of the scan on bare paper, of its scale, a pixel.
    pub noise: Estimate,
    /// Noise on a middle tint, of the scan's scale, a pixel, without clouds.
    pub tint_noise: Estimate,
    /// Noise of the ink itself over 20 µm, as a share of it, where it is white.
    pub grain: Estimate,
    /// How the texture of solid ink, of each tint and of paper varies, finer than letters, by light; empty where
    /// the scan is coarser than 1200 ppi.
    #[serde(default)]
    pub grains: Vec<Grain>,
    /// Screen, if one was seen: cells a millimetre and the turn of its rows, 0–90°.
    pub screen: Option<Screen>,
}

/// A halftone screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    /// Cells an inch.
    pub lines_per_inch: f64,
    /// Turn of the rows on the sheet, degrees, 0–90.
    pub angle_deg: f64,
}

/// Measures the tints; none where none lies in the scan.
pub(super) fn measure(scan: &Picture, sheet: &Located, tones: &Tones) -> Option<Texture> {
    let per_mm = 0.5 * (sheet.map.per_mm()[0] + sheet.map.per_mm()[1]);
    let (mut paper, mut middle, mut grains, mut screens) = (vec![], vec![], vec![], vec![]);
    for [left, top] in sheet.size.panels() {
        // Bare paper between the marks and the edge of the panel.
        let bare = [left + 50.0, top + 32.0, 20.0, 2.0];
        if tones.paper.value <= WHITE {
            paper.extend(deviation(scan, sheet, bare, per_mm));
        }
        for (part, [x, y, width, height]) in plan::panel() {
            let Part::Tint(tint) = part else { continue };
            let place = inner([left + x, top + y, width, height], EDGE);
            let Some(noise) = deviation(scan, sheet, place, per_mm) else { continue };
            // Paper beyond the scan's own white shows no noise.
            if tint == LIGHTEST && tones.paper.value > WHITE {
                paper.push(noise);
            }
            let share = share(tint, tones);
            if (0.3..0.8).contains(&share) {
                middle.push(noise);
                let range = tones.paper.value - tones.black.value;
                grains.push((noise, share * range));
            }
            screens.push(screen(scan, sheet, place));
        }
    }
    let noise = Estimate::of(&paper)?;
    let tint_noise = Estimate::of(&middle)?;
    let grains: Vec<f64> = grains
        .into_iter()
        .map(|(noise_here, ink)| {
            let own = (noise_here.powi(2) - noise.value.powi(2)).max(0.0).sqrt();
            // White noise of a spot of a pixel, over 20 µm.
            own / ink.max(1e-3) / (per_mm * GRAIN).max(1e-3)
        })
        .collect();
    let (grain, screen) = (Estimate::of(&grains)?, agreed(&screens));
    Some(Texture { noise, tint_noise, grain, grains: fine(scan, sheet), screen })
}

/// The grain of solid ink, of each tint and of paper, by light.
fn fine(scan: &Picture, sheet: &Located) -> Vec<Grain> {
    let Some(graininess) = Graininess::of_scan(sheet.map.per_mm()) else { return Vec::new() };
    let mut by_tone: BTreeMap<u8, Vec<Grain>> = BTreeMap::new();
    for [left, top] in sheet.size.panels() {
        let at = |[x, y, width, height]: Place| [left + x, top + y, width, height];
        for (printed, place) in plan::panel() {
            let (tone, place) = match printed {
                Part::Tint(tone) => (tone, inner(at(place), FLAT)),
                Part::Square { tone: 0, .. } => (0, inner(at(place), 2.0 * FLAT)),
                _ => continue,
            };
            let Some(part) = part(scan, &sheet.map, place, 0.0) else { continue };
            by_tone.entry(tone).or_default().extend(graininess.windows(&part));
        }
        if let Some(part) = part(scan, &sheet.map, at(BARE), 0.0) {
            by_tone.entry(255).or_default().extend(graininess.windows(&part));
        }
    }
    let mut grains: Vec<Grain> = by_tone.values().filter_map(|all| Grain::median(all)).collect();
    grains.sort_by(|a, b| a.light.total_cmp(&b.light));
    grains
}

/// Ink that a tint has on paper, as a share.
fn share(tint: u8, tones: &Tones) -> f64 {
    let wish = 1.0 - f64::from(crate::imaging::tone::LINEAR_OF_U8[usize::from(tint)]);
    wish + 4.0 * tones.gain.value * wish * (1.0 - wish)
}

/// Standard deviation of the light over a place, a pixel, without its clouds.
fn deviation(scan: &Picture, sheet: &Located, place: Place, per_mm: f64) -> Option<f64> {
    let values = values(scan, sheet, place)?;
    let rest = &values - &blur(&values, CLOUDS * per_mm);
    // Dust is no noise; and a median would stick to the steps of a scan of 8 bits.
    let mut squares: Vec<f64> = rest.iter().map(|v| f64::from(*v).powi(2)).collect();
    squares.sort_by(f64::total_cmp);
    squares.truncate((squares.len() as f64 * KEPT) as usize);
    let mean = squares.iter().sum::<f64>() / squares.len().max(1) as f64;
    (!squares.is_empty()).then(|| (mean / LEFT).sqrt())
}

fn values(scan: &Picture, sheet: &Located, place: Place) -> Option<Plane> {
    let patch = Patch::new(scan, &sheet.map, place, 0.0)?;
    let values = patch.values(&patch.luminance, place);
    (values.len() >= 64 && values.iter().all(|v| v.is_finite())).then_some(values)
}

/// The strongest wave of a tint among those that screens have, cells a millimetre and degrees, if it stands
/// out.
fn screen(scan: &Picture, sheet: &Located, place: Place) -> Option<[f64; 2]> {
    let values = values(scan, sheet, place)?;
    let (rows, columns) = values.dim();
    if rows < POINTS || columns < POINTS {
        return None;
    }
    let per_mm = sheet.map.per_mm();
    let power = power(&values);
    let frequency = |i: usize, axis: usize| {
        let i = if i > POINTS / 2 { i as f64 - POINTS as f64 } else { i as f64 };
        i * per_mm[axis] / POINTS as f64
    };
    let mut best: Option<(f32, [f64; 2])> = None;
    let mut among = Vec::new();
    for ((y, x), &p) in power.indexed_iter() {
        let wave = [frequency(x, 0), frequency(y, 1)];
        let length = f64::hypot(wave[0], wave[1]);
        if wave[0] < 0.0 || !(SCREENS[0]..SCREENS[1]).contains(&length) {
            continue;
        }
        among.push(p);
        if best.is_none_or(|(most, _)| p > most) {
            best = Some((p, centre(&power, [x, y], frequency)));
        }
    }
    let (most, wave) = best?;
    let among = median(&mut among)?;
    // A screen has rows both ways; what error diffusion and a raster's beat leave has one.
    let bin = |v: f64, axis: usize| {
        (v * POINTS as f64 / per_mm[axis]).round().rem_euclid(POINTS as f64) as usize
    };
    let upright = [bin(-wave[1], 0), bin(wave[0], 1)];
    let near = (0..9).map(|i| {
        let at = |axis: usize, off: usize| (upright[axis] + POINTS + off - 1) % POINTS;
        power[[at(1, i / 3), at(0, i % 3)]]
    });
    let other = near.fold(0.0, f32::max);
    (most > STANDS * among && other > ALSO * most).then(|| {
        let angle = wave[1].atan2(wave[0]).to_degrees().rem_euclid(90.0);
        [f64::hypot(wave[0], wave[1]), angle]
    })
}

/// The middle of a peak: mean of it and its neighbours by their power.
fn centre(
    power: &Array2<f32>,
    at: [usize; 2],
    frequency: impl Fn(usize, usize) -> f64,
) -> [f64; 2] {
    let [mut sum, mut wave] = [0.0, 0.0].map(|v: f64| [v; 2]);
    let mut whole = 0.0;
    let origin = [frequency(at[0], 0), frequency(at[1], 1)];
    let step = [frequency(1, 0), frequency(1, 1)];
    for (i, j) in (0..3usize).flat_map(|i| (0..3usize).map(move |j| (i, j))) {
        let x = (at[0] + POINTS + i - 1) % POINTS;
        let y = (at[1] + POINTS + j - 1) % POINTS;
        let p = f64::from(power[[y, x]]);
        whole += p;
        sum = [sum[0] + p * (i as f64 - 1.0), sum[1] + p * (j as f64 - 1.0)];
    }
    for axis in 0..2 {
        wave[axis] = origin[axis] + step[axis] * sum[axis] / whole.max(1e-30);
    }
    wave
}

/// Power of the waves of all windows that fit, Hann-weighted, `[down, across]`.
fn power(values: &Plane) -> Array2<f32> {
    let (rows, columns) = values.dim();
    let hann = |i: usize| {
        let turn = std::f32::consts::TAU * (i as f32 + 0.5) / POINTS as f32;
        0.5 - 0.5 * turn.cos()
    };
    let mut power = Array2::<f32>::zeros((POINTS, POINTS));
    let fft = FftPlanner::new().plan_fft_forward(POINTS);
    let starts = |most: usize| (0..=most - POINTS).step_by(POINTS / 2);
    for (top, left) in starts(rows).flat_map(|top| starts(columns).map(move |left| (top, left))) {
        let window = values.slice_each_axis(|axis| {
            let start = if axis.axis == Axis(0) { top } else { left };
            Slice::from(start..start + POINTS)
        });
        let mean = window.mean().unwrap_or(0.0);
        let mut waves: Vec<Complex32> = window
            .indexed_iter()
            .map(|((y, x), v)| Complex32::new((v - mean) * hann(x) * hann(y), 0.0))
            .collect();
        for _ in 0..2 {
            waves.chunks_exact_mut(POINTS).for_each(|row| fft.process(row));
            let turned: Vec<Complex32> =
                (0..POINTS * POINTS).map(|i| waves[i % POINTS * POINTS + i / POINTS]).collect();
            waves = turned;
        }
        power.iter_mut().zip(&waves).for_each(|(sum, wave)| *sum += wave.norm_sqr());
    }
    power
}

/// The screen on which most tints agree. `tints`: what was seen on each.
fn agreed(tints: &[Option<[f64; 2]>]) -> Option<Screen> {
    let seen: Vec<[f64; 2]> = tints.iter().copied().flatten().collect();
    let near = |a: &[f64; 2], b: &[f64; 2]| {
        let turn = (a[1] - b[1]).abs();
        (a[0] / b[0] - 1.0).abs() < 0.02 && turn.min(90.0 - turn) < 2.0
    };
    let votes = |one: &&[f64; 2]| seen.iter().filter(|other| near(one, other)).count();
    let best = seen.iter().max_by_key(votes)?;
    let same: Vec<&[f64; 2]> = seen.iter().filter(|other| near(best, other)).collect();
    // By chance one tint has a wave; half of them do not have the same.
    (2 * same.len() >= tints.len()).then(|| {
        let mean = |of: &dyn Fn(&[f64; 2]) -> f64| {
            same.iter().map(|s| of(s)).sum::<f64>() / same.len() as f64
        };
        let angle = best[1] + mean(&|s| (s[1] - best[1] + 45.0).rem_euclid(90.0) - 45.0);
        Screen { lines_per_inch: 25.4 * mean(&|s| s[0]), angle_deg: angle.rem_euclid(90.0) }
    })
}
