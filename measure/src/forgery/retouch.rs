//! Changes of a print, dot by dot: what forgers do, and what life does.

use std::f64::consts::TAU;

use image::{DynamicImage, Rgb, RgbImage, imageops};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::imaging::{Mm, Picture, Ppi};

use super::place::Place;

/// The print's dots an inch.
pub(super) fn ppi(picture: &Picture) -> Ppi {
    picture.ppi.map_or(Ppi(1200.0), |[ppi, _]| ppi)
}

/// Each dot changed, by what it and its place in millimetres are.
fn dots(picture: &Picture, change: impl Fn(&RgbImage, u32, u32, [f64; 2]) -> Rgb<u8>) -> Picture {
    let ppi = ppi(picture);
    let from = picture.pixels.to_rgb8();
    let pixels = RgbImage::from_fn(from.width(), from.height(), |x, y| {
        change(&from, x, y, [x, y].map(|v| ppi.mm(f64::from(v) + 0.5).0))
    });
    Picture { pixels: DynamicImage::from(pixels), ..picture.clone() }
}

/// The light of each dot times this factor, plus this share of white.
fn lit(picture: &Picture, light: impl Fn([f64; 2]) -> [f64; 2]) -> Picture {
    dots(picture, |own, x, y, at| {
        let [factor, veil] = light(at);
        own.get_pixel(x, y).0.map(|v| developed(linear(v) * factor + veil)).into()
    })
}

fn linear(value: u8) -> f64 {
    (f64::from(value) / 255.0).powf(2.2)
}

fn developed(light: f64) -> u8 {
    (255.0 * light.clamp(0.0, 1.0).powf(1.0 / 2.2)).round() as u8
}

/// A part of `picture` under so much of `cover`.
pub(super) fn over(picture: &Picture, cover: &Picture, place: Place, share: f64) -> Picture {
    let cover = cover.pixels.to_rgb8();
    dots(picture, |own, x, y, at| {
        let (own, cover) = (own.get_pixel(x, y), cover.get_pixel(x, y));
        if !place.has(at) {
            return *own;
        }
        let mixed =
            |c: usize| f64::from(own.0[c]) + share * (f64::from(cover.0[c]) - f64::from(own.0[c]));
        Rgb([0, 1, 2].map(|c| mixed(c).round() as u8))
    })
}

/// Mean and standard deviation of each colour within a place, as stored.
fn tones(picture: &Picture, place: Place) -> [[f64; 2]; 3] {
    let ppi = ppi(picture);
    let pixels = picture.pixels.to_rgb8();
    let (mut sums, mut count) = ([[0.0; 2]; 3], 0.0);
    for (x, y, pixel) in pixels.enumerate_pixels() {
        if place.has([x, y].map(|v| ppi.mm(f64::from(v) + 0.5).0)) {
            count += 1.0;
            for (sum, value) in sums.iter_mut().zip(pixel.0.map(f64::from)) {
                *sum = [sum[0] + value, sum[1] + value * value];
            }
        }
    }
    sums.map(|[sum, square]| {
        let mean = sum / count;
        [mean, (square / count - mean * mean).max(1.0).sqrt()]
    })
}

/// `cover` with the mean and the contrast that `picture` has in this place.
pub(super) fn matched(picture: &Picture, cover: &Picture, place: Place) -> Picture {
    let (to, from) = (tones(picture, place), tones(cover, place));
    dots(cover, |own, x, y, _| {
        let own = own.get_pixel(x, y).0;
        let value = |c: usize| {
            let [[mean, spread], [own_mean, own_spread]] = [to[c], from[c]];
            mean + (f64::from(own[c]) - own_mean) * (spread / own_spread).clamp(0.5, 2.0)
        };
        Rgb([0, 1, 2].map(|c| value(c).clamp(0.0, 255.0) as u8))
    })
}

/// The same with its light times a factor.
pub(super) fn exposed(picture: &Picture, factor: f64) -> Picture {
    lit(picture, |_| [factor, 0.0])
}

/// A part painted flat, in the place's mean tone times a factor of light.
pub(super) fn flat(picture: &Picture, place: Place, factor: f64) -> Picture {
    let tone = tones(picture, place);
    let paint = Rgb([0, 1, 2].map(|c| developed(linear(tone[c][0] as u8) * factor)));
    dots(picture, |own, x, y, at| if place.has(at) { paint } else { *own.get_pixel(x, y) })
}

/// A part in which all detail is smoothed away and grain is laid over it, as in-painting does.
pub(super) fn inpainted(picture: &Picture, place: Place, seed: u64) -> Picture {
    let pixels = picture.pixels.to_rgb8();
    // A small picture of it, enlarged: far quicker than a wide blur.
    let (width, height) = pixels.dimensions();
    let small = imageops::resize(&pixels, width / 24, height / 24, imageops::FilterType::Triangle);
    let smooth = imageops::resize(&small, width, height, imageops::FilterType::CatmullRom);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let grain: Vec<f64> = (0..4096).map(|_| random.random_range(-4.0..4.0)).collect();
    dots(picture, |own, x, y, at| {
        if !place.has(at) {
            return *own.get_pixel(x, y);
        }
        let grain = grain[(x as usize * 31 + y as usize * 977) % grain.len()];
        smooth.get_pixel(x, y).0.map(|v| (f64::from(v) + grain).clamp(0.0, 255.0) as u8).into()
    })
}

/// A part replaced by another of the same print.
pub(super) fn cloned(picture: &Picture, place: Place, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let ppi = ppi(picture);
    let [cx, cy] = place.middle();
    let side = |centre: f64, size: f64, way: f64| if centre < 0.5 * size { way } else { -way };
    let shift = [
        side(cx, 35.0, random.random_range(4.5..8.0)),
        side(cy, 45.0, random.random_range(1.0..6.0)),
    ]
    .map(|mm| (mm * ppi.per_mm()).round() as i64);
    dots(picture, |own, x, y, at| {
        let from = [i64::from(x) + shift[0], i64::from(y) + shift[1]];
        let inside = from[0] >= 0
            && from[1] >= 0
            && from[0] < i64::from(own.width())
            && from[1] < i64::from(own.height());
        if place.has(at) && inside {
            *own.get_pixel(from[0] as u32, from[1] as u32)
        } else {
            *own.get_pixel(x, y)
        }
    })
}

/// The same, laid down beside its place: up to 0.5 mm either way.
pub(super) fn shifted(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x73_68);
    let off = [random.random_range(-0.5..0.5), random.random_range(-0.5..0.5)];
    let off = off.map(|mm| ppi(picture).px(Mm(mm)));
    dots(picture, |own, x, y, _| bilinear(own, [f64::from(x) + off[0], f64::from(y) + off[1]]))
}

/// The outer 1.5 % on each side cut off, the rest stretched over the whole.
pub(super) fn stretched(picture: &Picture) -> Picture {
    let (width, height) = (picture.pixels.width(), picture.pixels.height());
    let cut = [width, height].map(|v| (0.015 * f64::from(v)) as u32);
    let part = picture.pixels.crop_imm(cut[0], cut[1], width - 2 * cut[0], height - 2 * cut[1]);
    let pixels = part.resize_exact(width, height, imageops::FilterType::CatmullRom);
    Picture { pixels, ..picture.clone() }
}

/// A moustache, or glasses, drawn with a pen of dark ink.
pub(super) fn drawn(picture: &Picture, glasses: bool, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let ink = random.random_range(0.05..0.25);
    let [dx, dy] = [random.random_range(-0.6..0.6), random.random_range(-0.6..0.6)];
    let wide = random.random_range(0.9..1.1);
    lit(picture, |[x, y]| {
        let (x, y) = ((x - 17.5 - dx) / wide, y - dy);
        let is_inked = if glasses {
            let rim = |cx: f64| (((x - cx) / 3.1).hypot((y - 17.6) / 2.3) - 1.0).abs() < 0.16;
            rim(-3.6) || rim(3.6) || x.abs() < 0.6 && (y - 17.2).abs() < 0.3
        } else {
            let middle = 25.4 + 0.04 * x * x;
            x.abs() < 4.2 && (y - middle).abs() < 0.95 * (1.0 - (x / 4.4).powi(2))
        };
        [if is_inked { ink } else { 1.0 }, 0.0]
    })
}

/// Spots of light that a lamp throws on a laminate.
pub(super) fn glare(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x67_6c);
    let spots: Vec<[f64; 5]> = (0..random.random_range(1..4))
        .map(|_| {
            let at = [random.random_range(0.0..35.0), random.random_range(0.0..45.0)];
            let size = [random.random_range(3.0..14.0), random.random_range(3.0..14.0)];
            [at[0], at[1], size[0], size[1], random.random_range(0.1..0.6)]
        })
        .collect();
    lit(picture, |[x, y]| {
        let veil = |&[cx, cy, a, b, most]: &[f64; 5]| {
            most * (-((x - cx) / a).powi(2) - ((y - cy) / b).powi(2)).exp()
        };
        [1.0, spots.iter().map(veil).sum()]
    })
}

/// A greasy thumb: ridges half a millimetre apart within an oval.
pub(super) fn fingerprint(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x66_70);
    let [cx, cy] = [random.random_range(6.0..29.0), random.random_range(8.0..37.0)];
    let turn: f64 = random.random_range(0.0..TAU);
    let (depth, pitch) = (random.random_range(0.04..0.2), random.random_range(0.4..0.6));
    lit(picture, |[x, y]| {
        let [dx, dy] = [x - cx, y - cy];
        let (u, v) = (dx * turn.cos() + dy * turn.sin(), dy * turn.cos() - dx * turn.sin());
        let inside = (-((u / 7.0).powi(4) + (v / 9.0).powi(4))).exp();
        let ridge = 0.5 + 0.5 * (TAU * (u.hypot(0.6 * v + 3.0)) / pitch).sin();
        [1.0 - depth * inside * ridge, 0.0]
    })
}

/// Scratches to the bare paper.
pub(super) fn scratched(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x73_63);
    let lines: Vec<[f64; 4]> = (0..random.random_range(6..40))
        .map(|_| {
            let at = [random.random_range(0.0..35.0), random.random_range(0.0..45.0)];
            [at[0], at[1], random.random_range(0.0..TAU), random.random_range(2.0..25.0)]
        })
        .collect();
    lit(picture, |[x, y]| {
        let on = lines.iter().any(|&[x0, y0, turn, length]| {
            let [dx, dy] = [x - x0, y - y0];
            let (along, across) =
                (dx * turn.cos() + dy * turn.sin(), dy * turn.cos() - dx * turn.sin());
            (0.0..length).contains(&along) && (across + 0.01 * along * along / 4.0).abs() < 0.03
        });
        if on { [0.2, 0.65] } else { [1.0, 0.0] }
    })
}

/// A round stamp over one corner.
pub(super) fn stamped(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x73_74_61);
    let corner = [random.random_range(0..2), random.random_range(0..2)];
    let centre = [35.0, 45.0].map(|side: f64| side * 0.5);
    let off = [random.random_range(15.0..19.0), random.random_range(19.0..24.0)];
    let at = [0, 1].map(|i| centre[i] + if corner[i] == 0 { -off[i] } else { off[i] });
    let ink = random.random_range(0.25..0.6);
    lit(picture, |[x, y]| {
        let [dx, dy] = [x - at[0], y - at[1]];
        let radius = dx.hypot(dy);
        let ring = [9.5, 8.7, 5.5].iter().any(|r| (radius - r).abs() < 0.16);
        let letters = (6.0..8.2).contains(&radius) && (11.0 * dy.atan2(dx)).sin() > 0.35;
        [if ring || letters { ink } else { 1.0 }, 0.0]
    })
}

/// Waves of a laminate that catch the light.
pub(super) fn laminated(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x6c_61);
    let turn: f64 = random.random_range(0.0..TAU);
    let (pitch, depth) = (random.random_range(1.5..6.0), random.random_range(0.03..0.15));
    let swing = random.random_range(0.5..3.0);
    lit(picture, |[x, y]| {
        let (u, v) = (x * turn.cos() + y * turn.sin(), y * turn.cos() - x * turn.sin());
        let wave = (TAU * (u + swing * (v / 7.0).sin()) / pitch).sin().max(0.0).powi(3);
        [1.0, depth * wave]
    })
}

/// A page that bulges: its lines bend and its light falls off.
pub(super) fn curled(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x63_75);
    let bow = [random.random_range(-0.35..0.35), random.random_range(-0.35..0.35)];
    let shade = random.random_range(0.0..0.3);
    let ppi = ppi(picture);
    let bent = dots(picture, |own, x, y, [mx, my]| {
        let (u, v) = (mx / 17.5 - 1.0, my / 22.5 - 1.0);
        let off = [bow[0] * (1.0 - v * v) * u, bow[1] * (1.0 - u * u) * v];
        let off = off.map(|mm| ppi.px(Mm(mm)));
        bilinear(own, [f64::from(x) - off[0], f64::from(y) - off[1]])
    });
    lit(&bent, |[x, _]| [1.0 - shade * (x / 35.0).powi(2), 0.0])
}

/// A thumb's smear and a pen's stroke.
pub(super) fn stained(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x73_74);
    let thumb = [random.random_range(5.0..30.0), random.random_range(5.0..40.0)];
    let from = [random.random_range(0.0..35.0), random.random_range(0.0..45.0)];
    let angle: f64 = random.random_range(0.0..3.1);
    let length = random.random_range(5.0..15.0);
    dots(picture, |own, x, y, at| {
        let mut light = 1.0;
        let away = ((at[0] - thumb[0]) / 6.0).powi(2) + ((at[1] - thumb[1]) / 8.0).powi(2);
        light *= 1.0 - 0.15 * (-away).exp();
        let [dx, dy] = [at[0] - from[0], at[1] - from[1]];
        let (along, across) =
            (dx * angle.cos() + dy * angle.sin(), dy * angle.cos() - dx * angle.sin());
        if (0.0..length).contains(&along) && across.abs() < 0.25 {
            light *= 0.25;
        }
        own.get_pixel(x, y).0.map(|v| (f64::from(v) * light).round() as u8).into()
    })
}

pub(super) fn bilinear(picture: &RgbImage, [x, y]: [f64; 2]) -> Rgb<u8> {
    let limit = [picture.width() - 1, picture.height() - 1].map(f64::from);
    let (x, y) = (x.clamp(0.0, limit[0]), y.clamp(0.0, limit[1]));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(picture.width() - 1), (y0 + 1).min(picture.height() - 1));
    let (fx, fy) = (x.fract(), y.fract());
    let corner = |x, y, c: usize| f64::from(picture.get_pixel(x, y).0[c]);
    Rgb([0, 1, 2].map(|c| {
        let upper = corner(x0, y0, c) * (1.0 - fx) + corner(x1, y0, c) * fx;
        let lower = corner(x0, y1, c) * (1.0 - fx) + corner(x1, y1, c) * fx;
        (upper * (1.0 - fy) + lower * fy).round() as u8
    }))
}
