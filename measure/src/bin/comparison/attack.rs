//! What is done to a picture before it is printed, to a print before it is scanned, or to a reference.

use image::{DynamicImage, Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::imaging::Picture;

/// Width and height of the portrait in millimetres.
const SIZE: [f64; 2] = [35.0, 45.0];

/// A part of the portrait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Left, top, width, height in millimetres.
    Box([f64; 4]),
    /// Centre and half axes in millimetres.
    Oval([f64; 4]),
}

const FACE: Place = Place::Oval([17.5, 20.0, 8.0, 11.0]);
const EYES: Place = Place::Box([11.5, 15.5, 12.0, 4.0]);
const MOUTH: Place = Place::Box([14.0, 26.5, 7.0, 4.0]);

impl Place {
    fn has(self, [x, y]: [f64; 2]) -> bool {
        match self {
            Self::Box([left, top, width, height]) => {
                (left..left + width).contains(&x) && (top..top + height).contains(&y)
            }
            Self::Oval([cx, cy, a, b]) => ((x - cx) / a).powi(2) + ((y - cy) / b).powi(2) < 1.0,
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Genuine,
    Glare,
    Fingerprint,
    Scratches,
    Stamp,
    Face,
    Eyes,
    Mouth,
    Morph30,
    Morph50,
    Morph70,
    Portrait,
}

impl Deed {
    pub(crate) const ALL: [Self; 12] = [
        Self::Genuine,
        Self::Glare,
        Self::Fingerprint,
        Self::Scratches,
        Self::Stamp,
        Self::Face,
        Self::Eyes,
        Self::Mouth,
        Self::Morph30,
        Self::Morph50,
        Self::Morph70,
        Self::Portrait,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Genuine => "none",
            Self::Glare => "none; a haze of glare",
            Self::Fingerprint => "none; a fingerprint",
            Self::Scratches => "none; scratches",
            Self::Stamp => "none; a stamp over a corner",
            Self::Face => "face replaced, tone matched",
            Self::Eyes => "eyes replaced, 12 × 4 mm",
            Self::Mouth => "mouth replaced, 7 × 4 mm",
            Self::Morph30 => "face mixed with 30 % of another",
            Self::Morph50 => "face mixed with 50 % of another",
            Self::Morph70 => "face mixed with 70 % of another",
            Self::Portrait => "portrait of another, right name",
        }
    }

    /// Whether the picture is still the one that was issued.
    pub(crate) fn is_harmless(self) -> bool {
        self <= Self::Stamp
    }

    /// `own` with this done to it; `stranger`: another portrait of the same size.
    pub(crate) fn done(self, own: &Picture, stranger: &Picture, seed: u64) -> Picture {
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x6465_6564);
        match self {
            Self::Genuine | Self::Portrait => own.clone(),
            Self::Glare => glare(own, &mut random),
            Self::Fingerprint => fingerprint(own, &mut random),
            Self::Scratches => scratches(own, &mut random),
            Self::Stamp => stamp(own, &mut random),
            Self::Face => over(own, stranger, FACE, 1.0),
            Self::Eyes => over(own, stranger, EYES, 1.0),
            Self::Mouth => over(own, stranger, MOUTH, 1.0),
            Self::Morph30 => over(own, stranger, FACE, 0.3),
            Self::Morph50 => over(own, stranger, FACE, 0.5),
            Self::Morph70 => over(own, stranger, FACE, 0.7),
        }
    }
}

/// A picture changed pixel by pixel, each at its place in millimetres of the portrait.
pub(crate) fn dots(picture: &Picture, change: impl Fn([f64; 3], [f64; 2]) -> [f64; 3]) -> Picture {
    let from = picture.pixels.to_rgb8();
    let size = [from.width(), from.height()].map(f64::from);
    let pixels = RgbImage::from_fn(from.width(), from.height(), |x, y| {
        let at =
            [(f64::from(x) + 0.5) / size[0] * SIZE[0], (f64::from(y) + 0.5) / size[1] * SIZE[1]];
        let new = change(from.get_pixel(x, y).0.map(f64::from), at);
        Rgb(new.map(|v| v.round().clamp(0.0, 255.0) as u8))
    });
    Picture { pixels: DynamicImage::from(pixels), ..picture.clone() }
}

/// Mean and deviation of each channel within a place.
fn tones(picture: &RgbImage, place: Place) -> [[f64; 2]; 3] {
    let size = [picture.width(), picture.height()].map(f64::from);
    let mut sums = [[0.0; 2]; 3];
    let mut pixels = 0.0;
    for (x, y, pixel) in picture.enumerate_pixels() {
        let at = [f64::from(x) / size[0] * SIZE[0], f64::from(y) / size[1] * SIZE[1]];
        if place.has(at) {
            pixels += 1.0;
            for (sum, &v) in sums.iter_mut().zip(&pixel.0) {
                *sum = [sum[0] + f64::from(v), sum[1] + f64::from(v).powi(2)];
            }
        }
    }
    sums.map(|[sum, square]| {
        let mean = sum / pixels;
        [mean, (square / pixels - mean * mean).max(1.0).sqrt()]
    })
}

/// A place under so much of another picture, its tones matched.
fn over(own: &Picture, other: &Picture, place: Place, share: f64) -> Picture {
    let (width, height) = (own.pixels.width(), own.pixels.height());
    let cover = other.pixels.resize_exact(width, height, image::imageops::FilterType::CatmullRom);
    let cover = cover.to_rgb8();
    let (to, from) = (tones(&own.pixels.to_rgb8(), place), tones(&cover, place));
    dots(own, |pixel, at| {
        if !place.has(at) {
            return pixel;
        }
        let dot = [0, 1].map(|i| at[i] / SIZE[i] * f64::from([width, height][i]));
        let dot = cover.get_pixel((dot[0] as u32).min(width - 1), (dot[1] as u32).min(height - 1));
        [0, 1, 2].map(|c| {
            let gain = (to[c][1] / from[c][1]).clamp(0.4, 2.5);
            let matched = to[c][0] + (f64::from(dot.0[c]) - from[c][0]) * gain;
            pixel[c] + share * (matched - pixel[c])
        })
    })
}

/// Light that a lamp adds.
fn glare(own: &Picture, random: &mut ChaCha8Rng) -> Picture {
    let centre = [random.random_range(5.0..30.0), random.random_range(8.0..40.0)];
    let axes = [random.random_range(3.0..10.0), random.random_range(3.0..10.0)];
    let most = random.random_range(0.15..0.7);
    dots(own, |pixel, at| {
        let away: f64 = (0..2).map(|i| ((at[i] - centre[i]) / axes[i]).powi(2)).sum();
        let share = most * (-away).exp();
        pixel.map(|v| v + share * (255.0 - v))
    })
}

/// Ridges half a millimetre apart over an oval.
fn fingerprint(own: &Picture, random: &mut ChaCha8Rng) -> Picture {
    let centre = [random.random_range(5.0..30.0), random.random_range(8.0..40.0)];
    let bow = [random.random_range(-8.0..8.0), random.random_range(4.0..12.0)];
    let (depth, pitch) = (random.random_range(0.05..0.25), random.random_range(0.4..0.6));
    dots(own, |pixel, at| {
        let away = ((at[0] - centre[0]) / 6.0).powi(2) + ((at[1] - centre[1]) / 8.0).powi(2);
        let from = (at[0] - centre[0] - bow[0]).hypot(at[1] - centre[1] - bow[1]);
        let ridge = 0.5 + 0.5 * (std::f64::consts::TAU * from / pitch).sin();
        let share = depth * (-away.powi(2)).exp() * (0.3 + 0.7 * ridge);
        pixel.map(|v| v * (1.0 - share))
    })
}

/// Up to a dozen scratches, light or dark.
fn scratches(own: &Picture, random: &mut ChaCha8Rng) -> Picture {
    let count = random.random_range(3..12);
    let scratch = |_| {
        let from = [random.random_range(0.0..35.0), random.random_range(0.0..45.0)];
        let turn: f64 = random.random_range(0.0..6.3);
        let (length, half) = (random.random_range(5.0..25.0), random.random_range(0.03..0.15));
        let tone = if random.random_bool(0.7) { 235.0 } else { 40.0 };
        (from, turn, length, half, tone)
    };
    let all: Vec<([f64; 2], f64, f64, f64, f64)> = (0..count).map(scratch).collect();
    dots(own, |mut pixel, at| {
        for (from, turn, length, half, tone) in &all {
            let [dx, dy] = [at[0] - from[0], at[1] - from[1]];
            let along = dx * turn.cos() + dy * turn.sin();
            let across = dy * turn.cos() - dx * turn.sin();
            if (0.0..*length).contains(&along) && across.abs() < *half {
                pixel = pixel.map(|v| v + 0.8 * (tone - v));
            }
        }
        pixel
    })
}

/// Two rings and bars between them, over one of the lower corners.
fn stamp(own: &Picture, random: &mut ChaCha8Rng) -> Picture {
    let right = random.random_bool(0.5);
    let centre = [
        if right { random.random_range(30.0..36.0) } else { random.random_range(-1.0..5.0) },
        random.random_range(36.0..46.0),
    ];
    let (radius, depth) = (random.random_range(8.0..13.0), random.random_range(0.3..0.8));
    dots(own, |pixel, at| {
        let [dx, dy] = [at[0] - centre[0], at[1] - centre[1]];
        let from = dx.hypot(dy);
        let turn = dy.atan2(dx) * radius / 0.8;
        let ring = (from - radius).abs() < 0.25 || (from - radius + 3.5).abs() < 0.15;
        let bar = (radius - 2.8..radius - 0.8).contains(&from) && turn.sin() > 0.3;
        let share = if ring || bar { depth } else { 0.0 };
        let ink = [30.0, 30.0, 120.0];
        [0, 1, 2].map(|c| pixel[c] + share * (ink[c] * pixel[c] / 255.0 - pixel[c]))
    })
}
