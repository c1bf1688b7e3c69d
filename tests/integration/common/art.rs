//! Line work, screens and noise.

use std::f64::consts::TAU;

use image::{DynamicImage, GrayImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::imaging::raster::blur;
use tumar::imaging::{Mm, Picture, Plane, Ppi};

use super::{SIZE, draw, wave};

/// Noise, a value a pixel of 600 ppi, with a spectrum of f^−`slope` in amplitude: 0 is white.
pub(crate) fn noise(slope: f64, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let size = SIZE.map(|side| Ppi(600.0).px(side).round() as usize);
    let white = |random: &mut ChaCha8Rng| {
        Plane::from_shape_simple_fn((size[1], size[0]), || random.random_range(-1.0f32..1.0))
    };
    let mut sum = white(&mut random);
    if slope > 0.0 {
        for octave in 0..7 {
            let sigma = f64::from(1 << octave);
            // White noise that is blurred by σ has an amplitude of 1/σ.
            let weight = sigma.powf(slope) as f32;
            sum.scaled_add(weight, &blur(&white(&mut random), sigma));
        }
    }
    let deviation = (sum.mapv(|v| v * v).mean().unwrap_or(1.0)).sqrt();
    let bytes = sum.iter().map(|v| (128.0 + 50.0 * v / deviation).clamp(0.0, 255.0) as u8);
    let pixels = GrayImage::from_raw(size[0] as u32, size[1] as u32, bytes.collect());
    Picture::new(DynamicImage::from(pixels.expect("a byte a pixel")), Ppi(600.0))
}

/// Straight lines.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    pub(crate) period: Mm,
    pub(crate) angle_deg: f64,
}

impl Lines {
    pub(crate) fn at(self, x: f64, y: f64) -> f64 {
        let (sin, cos) = self.angle_deg.to_radians().sin_cos();
        (y * cos - x * sin) / self.period.0
    }

    fn along(self, x: f64, y: f64) -> f64 {
        let (sin, cos) = self.angle_deg.to_radians().sin_cos();
        x * cos + y * sin
    }
}

/// Ink on white of which a share of `ink` (0..1) lies about each line, with soft edges.
pub(crate) fn stroke(lines: f64, ink: f64) -> f64 {
    let edge = (TAU * 0.5 * (1.0 - ink)).cos();
    0.95 - 0.85 / (1.0 + ((edge - wave(lines)) * 6.0).exp())
}

/// Hatchings over each other, as wide as the `tone` (0..1) under them is dark.
pub(crate) fn hatching(layers: &[Lines], tone: impl Fn(f64, f64) -> f64) -> Picture {
    draw(SIZE, |x, y| {
        let ink = 0.75 * (1.0 - tone(x, y)) + 0.05;
        layers.iter().map(|lines| stroke(lines.at(x, y), ink)).product()
    })
}

/// Hatchings cut into dashes of `length`, each line shifted against the last by `shift`.
pub(crate) fn dashes(lines: Lines, length: Mm, shift: f64) -> Picture {
    draw(SIZE, |x, y| {
        let line = lines.at(x, y);
        let along = lines.along(x, y) / length.0 + shift * line.round();
        1.0 - (1.0 - stroke(line, 0.35)) * (0.5 + 0.5 * wave(along))
    })
}

/// Level lines of a hilly landscape, on average `distance` apart.
pub(crate) fn contours(distance: Mm, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let hills: Vec<[f64; 3]> = (0..12)
        .map(|_| {
            let wavelength: f64 = random.random_range(8.0..25.0);
            let turn = random.random_range(0.0..TAU);
            [wavelength.recip() * turn.cos(), wavelength.recip() * turn.sin(), random.random()]
        })
        .collect();
    draw(SIZE, |x, y| {
        let height: f64 = hills.iter().map(|h| wave(h[0] * x + h[1] * y + h[2] + 20.0)).sum();
        stroke((y + height) / distance.0, 0.3)
    })
}

/// Waves whose amplitude swells and fades, and their mirror image: the ground of a banknote.
pub(crate) fn waves(distance: Mm, height: Mm, length: Mm) -> Picture {
    draw(SIZE, |x, y| {
        let swell = height.0 * (0.6 + 0.4 * wave(y / 17.0)) * wave(x / length.0);
        stroke((y + swell) / distance.0, 0.25) * stroke((y - swell) / distance.0, 0.25)
    })
}

/// A rosette: rings about the middle, bent by petals, and their counterpart.
pub(crate) fn rosette(distance: Mm, petals: f64, depth: f64) -> Picture {
    let [cx, cy] = SIZE.map(|side| 0.5 * side.0);
    draw(SIZE, |x, y| {
        let (radius, turn) = ((x - cx).hypot(y - cy), (y - cy).atan2(x - cx) / TAU + 1.0);
        let bend = depth * wave(petals * turn) * (radius / 6.0).min(1.0);
        let ring = |bend: f64| stroke((radius + bend) / distance.0, 0.3);
        ring(bend) * ring(-bend)
    })
}

/// A screen of round dots: lines both ways; larger where `tone` is darker.
pub(crate) fn screen(lines: Lines, tone: f64, x: f64, y: f64) -> f64 {
    let across = Lines { angle_deg: lines.angle_deg + 90.0, ..lines };
    let dot = 0.5 * (wave(lines.at(x, y)) + wave(across.at(x, y)));
    let edge = (TAU * 0.5 * tone).cos();
    0.95 - 0.85 / (1.0 + ((-edge - dot) * 8.0).exp())
}

/// Screens printed over each other.
pub(crate) fn screens(layers: &[Lines], tone: impl Fn(f64, f64) -> f64) -> Picture {
    draw(SIZE, |x, y| {
        let tone = 0.15 + 0.75 * tone(x, y);
        layers.iter().map(|&lines| screen(lines, tone, x, y)).product()
    })
}
