//! Light as measured → the stored file: denoising, tone, sharpening, JPEG.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use ndarray::Axis;
use rayon::prelude::*;
use tumar::imaging::{Plane, tone};

use super::Kind;
use super::random::Dice;

#[derive(Clone, Copy, Debug)]
enum Sharpening {
    None,
    /// A share of what a mean over 3 × 3 (or 5 × 5) pixels takes away.
    Mask {
        share: f32,
        side: usize,
    },
    /// Van Cittert (1931), twice: rings.
    Rings {
        share: f32,
    },
}

/// How light becomes a file.
#[derive(Clone, Debug)]
pub(super) struct Development {
    /// Share of a median over 3 × 3 pixels, and of a mean of like neighbours.
    median: f32,
    alike: f32,
    /// What counts as alike, stored values.
    likeness: f32,
    exposure: f32,
    balance: [f32; 3],
    /// Share of an S-shaped curve (negative: its inverse's bend), lifted black, start of the shoulder.
    contrast: f32,
    lift: f32,
    shoulder: f32,
    sharpening: Sharpening,
    jpeg: Option<u8>,
    halved_colours: bool,
}

impl Development {
    pub(super) fn draw(kind: Kind, dice: &mut Dice) -> Self {
        let phone = kind == Kind::Phone;
        let lab = kind == Kind::Lab1200;
        let denoises = phone || dice.chance(0.25);
        let sharpens = dice.chance(match kind {
            Kind::Lab1200 => 0.2,
            Kind::Phone => 0.85,
            _ => 0.5,
        });
        let (share, rings) = (dice.within([0.1, 1.6]) as f32, dice.chance(0.4));
        let side = if dice.chance(0.5) { 3 } else { 5 };
        let [median, alike] = [0; 2].map(|_| dice.within([0.0, 0.6]) as f32);
        Self {
            median: if denoises { 0.7 * median } else { 0.0 },
            alike: if denoises { alike } else { 0.0 },
            likeness: dice.within([0.02, 0.12]) as f32,
            exposure: dice.within([0.95, 1.32]) as f32,
            balance: [0; 3].map(|_| 1.0 + dice.around(0.06) as f32),
            contrast: dice.within([-0.25, 0.5]) as f32,
            lift: dice.within([0.0, 0.1]) as f32,
            shoulder: dice.within([0.75, 1.0]) as f32,
            sharpening: match (sharpens, rings) {
                (false, _) => Sharpening::None,
                (true, true) => Sharpening::Rings { share: 0.5 * share },
                (true, false) => Sharpening::Mask { share, side },
            },
            jpeg: (phone || dice.chance(if lab { 0.2 } else { 0.7 }))
                .then(|| dice.within(if lab { [88.0, 97.0] } else { [72.0, 97.0] }) as u8),
            halved_colours: dice.chance(0.7),
        }
    }

    pub(super) fn lossless(&self) -> Self {
        Self { jpeg: None, ..self.clone() }
    }

    pub(super) fn develop(&self, signal: Vec<Plane>) -> DynamicImage {
        let coloured = signal.len() == 3;
        let stored: Vec<Plane> = signal
            .into_iter()
            .enumerate()
            .map(|(channel, light)| {
                let gain = if coloured { self.balance[channel] } else { 1.0 };
                let stored = self.toned(light, gain * self.exposure);
                self.sharpened(self.denoised(stored))
            })
            .collect();
        let (rows, columns) = stored[0].dim();
        let (width, height) = (columns as u32, rows as u32);
        let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let mut picture: DynamicImage = if let [red, green, blue] = &stored[..] {
            let place = |x: u32, y: u32| [y as usize, x as usize];
            let mut rgb = RgbImage::from_fn(width, height, |x, y| {
                let at = place(x, y);
                image::Rgb([byte(red[at]), byte(green[at]), byte(blue[at])])
            });
            if self.jpeg.is_some() && self.halved_colours {
                halve_colours(&mut rgb);
            }
            rgb.into()
        } else {
            let place = |x: u32, y: u32| [y as usize, x as usize];
            GrayImage::from_fn(width, height, |x, y| image::Luma([byte(stored[0][place(x, y)])]))
                .into()
        };
        if let Some(quality) = self.jpeg {
            let mut bytes = Vec::new();
            let written = JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture);
            // A picture of at most 20 000 pixels a side is always one that JPEG can hold.
            if written.is_ok()
                && let Ok(read) = image::load(Cursor::new(bytes), ImageFormat::Jpeg)
            {
                picture = read;
            }
        }
        picture
    }

    /// Light → stored values 0..1, by a curve with toe and shoulder.
    fn toned(&self, mut light: Plane, gain: f32) -> Plane {
        let curve = |light: f32| {
            let v = tone::stored((gain * light).clamp(0.0, 1.0));
            let over = (gain * light - 1.0).max(0.0);
            let bent = v * v * (3.0 - 2.0 * v);
            let v = v + self.contrast * (bent - v) + 0.4 * over;
            let knee = self.shoulder;
            let room = (1.0 - knee).max(1e-3);
            let v = if v > knee { knee + room * ((v - knee) / room).tanh() } else { v };
            self.lift * (1.0 - v) + v
        };
        let table: Vec<f32> = (0..=8192).map(|i| curve(i as f32 / 4096.0)).collect();
        light.par_mapv_inplace(|v| {
            let at = v.clamp(0.0, 1.999) * 4096.0;
            let i = at as usize;
            table[i] + (at - i as f32) * (table[i + 1] - table[i])
        });
        light
    }

    fn denoised(&self, plane: Plane) -> Plane {
        if self.median + self.alike <= 0.0 {
            return plane;
        }
        let like = 1.0 / self.likeness;
        neighbourhoods(&plane, |nine| {
            let own = nine[4];
            let (mut sum, mut count) = (0.0, 0.0);
            for v in nine {
                let unlike = (v - own) * like;
                let weight = 1.0 / (1.0 + unlike * unlike);
                (sum, count) = (sum + weight * v, count + weight);
            }
            let out = own + self.alike * (sum / count - own);
            out + self.median * (median(nine) - own)
        })
    }

    fn sharpened(&self, plane: Plane) -> Plane {
        let mean = |plane: &Plane| neighbourhoods(plane, |nine| nine.iter().sum::<f32>() / 9.0);
        match self.sharpening {
            Sharpening::None => plane,
            Sharpening::Mask { share, side } => {
                let mut soft = mean(&plane);
                if side > 3 {
                    soft = mean(&soft);
                }
                (1.0 + share) * &plane - share * &soft
            }
            Sharpening::Rings { share } => {
                let mut sharp = plane.clone();
                for _ in 0..2 {
                    sharp = &sharp + &(share * (&plane - &mean(&sharp)));
                }
                sharp
            }
        }
    }
}

/// The middle one of nine: columns sorted, then the greatest of the least, the middle of the middle and
/// the least of the greatest (Smith 1996).
fn median(nine: &[f32; 9]) -> f32 {
    let order = |[a, b, c]: [f32; 3]| {
        let (low, high) = (a.min(b), a.max(b));
        [low.min(c), low.max(high.min(c)), high.max(c)]
    };
    let columns = [0, 1, 2].map(|i| order([nine[i], nine[i + 3], nine[i + 6]]));
    let row = |i: usize| order([columns[0][i], columns[1][i], columns[2][i]]);
    order([row(0)[2], row(1)[1], row(2)[0]])[1]
}

/// A function of each pixel and its eight neighbours; edges repeated.
fn neighbourhoods(plane: &Plane, of: impl Fn(&[f32; 9]) -> f32 + Sync) -> Plane {
    let (rows, columns) = plane.dim();
    let mut out = Plane::zeros((rows, columns));
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
        let lines = [y.saturating_sub(1), y, (y + 1).min(rows - 1)].map(|y| plane.row(y));
        for (x, value) in row.iter_mut().enumerate() {
            let beside = [x.saturating_sub(1), x, (x + 1).min(columns - 1)];
            let nine = std::array::from_fn(|i| lines[i / 3][beside[i % 3]]);
            *value = of(&nine);
        }
    });
    out
}

/// Colour differences over 2 × 2 pixels, as most JPEG files keep them.
fn halve_colours(rgb: &mut RgbImage) {
    let (width, height) = rgb.dimensions();
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let places = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| (x + i, y + j));
            let inside = places.into_iter().filter(|(x, y)| *x < width && *y < height);
            let luma = |p: [f32; 3]| 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
            let (mut mean, mut count) = ([0.0; 3], 0.0);
            for (x, y) in inside.clone() {
                let p = rgb.get_pixel(x, y).0.map(f32::from);
                let light = luma(p);
                count += 1.0;
                (0..3).for_each(|c| mean[c] += p[c] - light);
            }
            for (x, y) in inside {
                let pixel = rgb.get_pixel_mut(x, y);
                let light = luma(pixel.0.map(f32::from));
                pixel.0 = std::array::from_fn(|c| {
                    (light + mean[c] / count + 0.5).clamp(0.0, 255.0) as u8
                });
            }
        }
    }
}
