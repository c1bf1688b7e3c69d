//! The scan: a page → the picture that a scanner or phone stores of it.
//!
//! Signals are reflectances (linear light) until the tone curve. Left out: colour filters and
//! demosaicing, the noise reduction of phones, colour errors that grow towards the edges of a lens.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageError, ImageFormat, RgbImage};
use ndarray::Axis;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::conditions::{ScanConditions, Surround};
use super::geometry::Geometry;
use super::glare;
use super::marks::{self, Mark};
use super::noise::{Gauss, mix};
use super::print::{Page, lookup};
use crate::imaging::raster::spread;
use crate::imaging::{Mm, Plane, tone};

/// Scans a page of the true size `print` (millimetres across and down).
pub(super) fn scan(
    page: Page,
    print: [Mm; 2],
    conditions: &ScanConditions,
    seed: u64,
) -> Result<DynamicImage, ImageError> {
    let geometry = Geometry::new(conditions, print);
    let taps = Taps::new(&geometry, conditions, page.pitch);
    let sigma = [0, 1].map(|i| {
        let variance = page.spread.powi(2) + taps.missing[i];
        variance.max(0.0).sqrt() / page.pitch[i]
    });
    let dirt = dirt(conditions, &geometry, mix(seed, 1));
    let ground = conditions.surround.reflectance as f32;
    let grey = page.planes.len() == 1;
    let [width, height] = geometry.size();
    let mut channels = Vec::with_capacity(3);
    for (channel, plane) in page.planes.into_iter().enumerate() {
        let lit = Lit::new(spread(&plane, sigma, MARGIN, ground), page.pitch);
        drop(plane);
        let aside = if grey { [0.0; 2] } else { aside(channel, conditions, geometry.pitch()) };
        let mut signal = lit.sample(&geometry, aside, &taps, &conditions.surround);
        drop(lit);
        dirt.iter().for_each(|mark| mark.draw(&mut signal));
        glare::light(&mut signal, &conditions.glare, ground, geometry.pitch());
        let balance = if grey { 1.0 } else { conditions.balance[channel] };
        let seed = mix(seed, 2 + channel as u64);
        channels.push(store(signal, conditions, balance, seed));
    }
    let [w, h] = [width as u32, height as u32];
    let full = "one value a pixel";
    let stored: DynamicImage = if grey {
        GrayImage::from_raw(w, h, channels.swap_remove(0)).expect(full).into()
    } else {
        let mut rgb = vec![0; 3 * width * height];
        for (channel, values) in channels.iter().enumerate() {
            rgb[channel..].iter_mut().step_by(3).zip(values).for_each(|(out, v)| *out = *v);
        }
        RgbImage::from_raw(w, h, rgb).expect(full).into()
    };
    match conditions.jpeg {
        Some(quality) => recompress(&stored, quality),
        None => Ok(stored),
    }
}

/// How far this colour lies from green, scan pixels right and down.
fn aside(channel: usize, conditions: &ScanConditions, pitch: [f64; 2]) -> [f64; 2] {
    let [red, blue] = conditions.registration;
    let from_green = [red, [Mm(0.0); 2], blue][channel];
    [0, 1].map(|i| from_green[i].0 / pitch[i])
}

/// Page pixels around the portrait that take its blur: about three deviations of the widest one.
const MARGIN: usize = 12;

/// Where, around a scan pixel's centre, the page is looked up.
struct Taps {
    /// Millimetres of the print.
    at: Vec<[f64; 2]>,
    /// Variance, mm² across and down, that the page needs before so that lookups and blur together
    /// make the pixel's square and the optics.
    missing: [f64; 2],
}

impl Taps {
    fn new(geometry: &Geometry, conditions: &ScanConditions, page: [f64; 2]) -> Self {
        let pixel = geometry.pitch();
        let [across, down] = geometry.steps();
        let counts = [0, 1].map(|i| (pixel[i] / page[i]).round().clamp(1.0, 6.0));
        // A moving picture is looked up every half pixel of its way.
        let way = conditions.motion_px;
        let moments = if way[0].hypot(way[1]) < 0.05 {
            1
        } else {
            (2.0 * way[0].hypot(way[1])).ceil() as usize + 1
        };
        let place = |i: usize, n: f64| (i as f64 + 0.5) / n - 0.5;
        let mut at = Vec::new();
        for moment in 0..moments {
            let time = place(moment, moments as f64);
            for j in 0..counts[1] as usize {
                for i in 0..counts[0] as usize {
                    let x = place(i, counts[0]) + time * way[0];
                    let y = place(j, counts[1]) + time * way[1];
                    at.push([0, 1].map(|axis| x * across[axis] + y * down[axis]));
                }
            }
        }
        // The square of side s has s² / 12, of which n lookups bring all but s² / 12 n²; straight
        // lines between page pixels p apart bring p² / 6.
        // The optics' axes are the scanner's, the blur's are the page's: what lies askew is left out.
        let optics = [conditions.aspect, 1.0 / conditions.aspect]
            .map(|aspect| aspect * conditions.optics_px.powi(2));
        let [cos, sin] = geometry.turn().map(|v| v * v);
        let missing = [0, 1].map(|i| {
            let optics = cos * optics[i] + sin * optics[1 - i];
            pixel[i] * pixel[i] * (optics + 1.0 / (12.0 * counts[i] * counts[i]))
                - page[i] * page[i] / 6.0
        });
        Self { at, missing }
    }
}

/// The page as the lens shows it, with [`MARGIN`].
struct Lit {
    source: Vec<f32>,
    columns: usize,
    rows: usize,
    pitch: [f64; 2],
}

impl Lit {
    fn new(plane: Plane, pitch: [f64; 2]) -> Self {
        let (rows, columns) = plane.dim();
        Self { source: plane.into_raw_vec_and_offset().0, columns, rows, pitch }
    }

    /// The page, moved by `aside` scan pixels right and down.
    fn sample(
        &self,
        geometry: &Geometry,
        aside: [f64; 2],
        taps: &Taps,
        surround: &Surround,
    ) -> Plane {
        /// The warp is a straight line over as many pixels, to 10⁻⁴ pixels.
        const SPAN: usize = 32;
        let [width, height] = geometry.size();
        let mut out = Plane::zeros((height, width));
        let pixels = |mm: [f64; 2]| [0, 1].map(|i| mm[i] / self.pitch[i]);
        let place = |x: usize, y: usize| {
            let at = pixels(geometry.to_print([x as f64 - aside[0], y as f64 - aside[1]]));
            at.map(|v| v - 0.5 + MARGIN as f64)
        };
        let taps: Vec<[f64; 2]> = taps.at.iter().map(|&tap| pixels(tap)).collect();
        let share = 1.0 / taps.len() as f32;
        let reach = [0, 1].map(|i| taps.iter().fold(0.0f64, |r, tap| r.max(tap[i].abs())));
        // A little less than the last pixel, for what rounding adds along a span.
        let limit = [self.columns, self.rows].map(|n| n as f64 - 1.001);
        let pattern = Pattern::new(surround, self.pitch);
        out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut line)| {
            let line = line.as_slice_mut().expect("planes are row-major");
            for (span, out) in line.chunks_mut(SPAN).enumerate() {
                let from = place(span * SPAN, y);
                let to = place((span + 1) * SPAN, y);
                let step = [0, 1].map(|i| (to[i] - from[i]) / SPAN as f64);
                let both = |test: &dyn Fn(f64) -> bool, i: usize| test(from[i]) && test(to[i]);
                let inside = (0..2).all(|i| {
                    both(&|v| v - reach[i] >= 0.0, i) && both(&|v| v + reach[i] < limit[i], i)
                });
                let outside = (0..2).any(|i| {
                    both(&|v| v + reach[i] < 0.0, i) || both(&|v| v - reach[i] >= limit[i], i)
                });
                let [mut x, mut y] = from;
                for out in out {
                    *out = if inside {
                        let mut sum = 0.0;
                        for &[dx, dy] in &taps {
                            sum += self.at(x + dx, y + dy);
                        }
                        share * sum
                    } else if outside {
                        pattern.at(x, y)
                    } else {
                        let mut sum = 0.0;
                        for &[dx, dy] in &taps {
                            let (x, y) = (x + dx, y + dy);
                            let within = x >= 0.0 && y >= 0.0 && x < limit[0] && y < limit[1];
                            sum += if within { self.at(x, y) } else { pattern.at(x, y) };
                        }
                        share * sum
                    };
                    x += step[0];
                    y += step[1];
                }
            }
        });
        out
    }

    #[inline]
    fn at(&self, x: f64, y: f64) -> f32 {
        let Self { columns, source, .. } = self;
        let (i, j) = (x as u32, y as u32);
        let (fx, fy) = ((x - f64::from(i)) as f32, (y - f64::from(j)) as f32);
        let place = j as usize * columns + i as usize;
        let upper = &source[place..place + 2];
        let lower = &source[place + columns..place + columns + 2];
        let above = upper[0] + fx * (upper[1] - upper[0]);
        let below = lower[0] + fx * (lower[1] - lower[0]);
        above + fy * (below - above)
    }
}

/// Waves around the portrait, like a passport's background print.
struct Pattern {
    light: f32,
    depth: f32,
    /// Waves a page pixel down, swings a page pixel across.
    turns: [f32; 2],
    sine: Vec<f32>,
}

impl Pattern {
    fn new(surround: &Surround, pitch: [f64; 2]) -> Self {
        // Each line swings by about a wave's height every 6 mm.
        let turns = [pitch[1] / surround.pattern_pitch.0, pitch[0] / 6.0].map(|v| v as f32);
        let sine = (0..1024).map(|i| (std::f32::consts::TAU * i as f32 / 1024.0).sin()).collect();
        let light = surround.reflectance as f32;
        Self { light, depth: 0.5 * light * surround.pattern as f32, turns, sine }
    }

    #[inline]
    fn at(&self, x: f64, y: f64) -> f32 {
        if self.depth <= 0.0 {
            return self.light;
        }
        let sine = |turns: f32| self.sine[((turns * 1024.0) as i32 & 1023) as usize];
        let swing = sine(self.turns[1] * x as f32);
        self.light - self.depth * (1.0 + sine(self.turns[0] * y as f32 + 0.8 * swing))
    }
}

/// Dust and hairs on the glass.
fn dirt(conditions: &ScanConditions, geometry: &Geometry, seed: u64) -> Vec<Mark> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let size = geometry.size().map(|n| n as f64);
    let pitch = geometry.pitch()[0];
    let area = size[0] * size[1] * pitch * geometry.pitch()[1] / 100.0;
    let mut marks = Vec::new();
    for _ in 0..marks::count(&mut rng, conditions.dust * area) {
        let at = size.map(|s| rng.random_range(0.0..s));
        let radius = 0.5 * rng.random_range(0.015..0.12) / pitch;
        marks.push(mark(&mut rng, vec![at], radius));
    }
    for _ in 0..marks::count(&mut rng, conditions.hairs * area) {
        let length = rng.random_range(0.4..4.0) / pitch;
        let points = marks::wander(&mut rng, size, length, 0.08 / pitch, 0.12);
        let radius = 0.5 * rng.random_range(0.015..0.05) / pitch;
        marks.push(mark(&mut rng, points, radius));
    }
    marks
}

/// Dust shadows the page, or shines where the lamp catches it.
fn mark(rng: &mut ChaCha8Rng, points: Vec<[f64; 2]>, radius: f64) -> Mark {
    let value = if rng.random_bool(0.6) { 0.08 } else { 0.8 };
    Mark { points, radius, value, opacity: rng.random_range(0.3..1.0) }
}

/// Light → stored 8-bit values: illumination, noise, tone curve, sharpening.
fn store(mut signal: Plane, conditions: &ScanConditions, balance: f64, seed: u64) -> Vec<u8> {
    let (height, width) = signal.dim();
    let columns: Vec<f32> = {
        let mut gauss = Gauss::new(mix(seed, 1), 0);
        (0..width).map(|_| 1.0 + conditions.column_noise as f32 * gauss.next()).collect()
    };
    let tones = Tones::new(conditions);
    let noise = mix(seed, 2);
    let (read, shot) = (conditions.read_noise.powi(2) as f32, conditions.shot_noise.powi(2) as f32);
    let noisy = read + shot > 0.0;
    let (tilt, rise) = (conditions.illumination[0] as f32, conditions.illumination[1] as f32);
    let fall = 0.5 * conditions.vignette as f32;
    let develop = |(y, line): (usize, &mut [f32])| {
        let mut gauss = Gauss::new(noise, y);
        let v = 2.0 * (y as f32 + 0.5) / height as f32 - 1.0;
        let level = balance as f32 * (1.0 + rise * v - fall * v * v);
        let unit = 2.0 / width as f32;
        for (x, (value, column)) in line.iter_mut().zip(&columns).enumerate() {
            let u = (x as f32 + 0.5) * unit - 1.0;
            let light = *value * (level + tilt * u - fall * u * u) * column;
            let noise = if noisy { (read + shot * light.abs()).sqrt() * gauss.next() } else { 0.0 };
            *value = tones.stored(light + noise);
        }
    };
    let byte = |v: f32| (v * 255.0 + 0.5) as u8;
    let values = signal.as_slice_mut().expect("planes are row-major");
    values.par_chunks_exact_mut(width).enumerate().for_each(develop);
    if conditions.sharpen <= 0.0 {
        return values.par_iter().map(|&v| byte(v)).collect();
    }
    let ground = tones.stored(conditions.surround.reflectance as f32);
    let soft = spread(&signal, [conditions.sharpen_radius_px; 2], 0, ground);
    let amount = conditions.sharpen as f32;
    let (sharp, soft) = (signal.as_slice(), soft.as_slice());
    let (sharp, soft) = sharp.zip(soft).expect("planes are row-major");
    sharp.par_iter().zip(soft).map(|(v, s)| byte((v + amount * (v - s)).clamp(0.0, 1.0))).collect()
}

/// Reflectance → stored value 0..1, as a table.
struct Tones(Vec<f32>);

impl Tones {
    /// Noise may leave 0..1 by as much. A guess: seven deviations of the noisiest preset.
    const BEYOND: f32 = 0.25;

    fn new(conditions: &ScanConditions) -> Self {
        let ScanConditions { black_point, white_point, gamma, .. } = *conditions;
        let curve = |i: u32| {
            let light = (1.0 + 2.0 * Self::BEYOND) * i as f32 / 12_288.0 - Self::BEYOND;
            let share = (f64::from(light) - black_point) / (white_point - black_point);
            tone::stored(share.clamp(0.0, 1.0).powf(gamma) as f32)
        };
        Self((0..=12_288).map(curve).collect())
    }

    #[inline]
    fn stored(&self, light: f32) -> f32 {
        lookup(&self.0, (light + Self::BEYOND) * (1.0 / (1.0 + 2.0 * Self::BEYOND)))
    }
}

fn recompress(stored: &DynamicImage, quality: u8) -> Result<DynamicImage, ImageError> {
    let mut bytes = Vec::new();
    let kind =
        if stored.color().has_color() { ExtendedColorType::Rgb8 } else { ExtendedColorType::L8 };
    let (width, height) = (stored.width(), stored.height());
    JpegEncoder::new_with_quality(&mut bytes, quality).encode(
        stored.as_bytes(),
        width,
        height,
        kind,
    )?;
    image::load(Cursor::new(bytes), ImageFormat::Jpeg)
}
