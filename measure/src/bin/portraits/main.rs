//! Draws synthetic passport portraits: `cargo run -p measure --bin portraits -- --out samples`.
//!
//! Nobody is depicted. Every head is a signed distance field that is ray-marched from the front,
//! so that skin, cloth and hair carry the gradients, edges and grain that microtext has to survive.
//! The same seed gives the same picture; for another person, add an entry to `PEOPLE`.
#![expect(clippy::print_stdout, reason = "it reports what it wrote")]

use std::{fs, io::Cursor, path::PathBuf};

use clap::Parser;
use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

// a file right beside this one would be taken for another example
mod field;
mod paint;
mod shape;

use field::{V, bell, encode, fbm, noise, ramp};

const WIDTH: usize = 620;
const HEIGHT: usize = 797;
/// Samples per pixel and axis: enough for hair and lashes not to alias.
const SUPER: usize = 2;

#[derive(Clone, Copy, PartialEq)]
enum Hair {
    Shaved,
    Cropped,
    Swept,
    Curly,
    Long,
    Scarf,
}

#[derive(Clone, Copy)]
enum Wear {
    Suit { tie: u32 },
    Knit { yarn: u32 },
    Blouse,
}

#[derive(Clone, Copy)]
enum Finish {
    Clean,
    Grey,
    Jpeg(u8),
}

/// Colours are `0xRRGGBB` in sRGB; lengths are in half head heights.
#[derive(Clone, Copy)]
struct Person {
    name: &'static str,
    seed: u32,
    /// Fitzpatrick type less one, an index into `SKIN`.
    skin: usize,
    hair: (Hair, u32),
    iris: u32,
    /// Widths of face, jaw and nose, fullness of the lips; 1 is average.
    shape: [f32; 4],
    lips: u32,
    /// 0 for a smooth skin, 1 for a lined one.
    age: f32,
    beard: f32,
    glasses: bool,
    wear: (Wear, u32),
    /// At the top and at the bottom.
    backdrop: (u32, u32),
    finish: Finish,
}

const SKIN: [u32; 6] = [0xf1cdbb, 0xe8bfa3, 0xd7a684, 0xb5805c, 0x85553c, 0x513327];
const PLAIN: Person = Person {
    name: "drawn",
    seed: 0,
    skin: 1,
    hair: (Hair::Cropped, 0x2a1c14),
    iris: 0x4a2e1c,
    shape: [1.0; 4],
    lips: 0xb56a62,
    age: 0.3,
    beard: 0.0,
    glasses: false,
    wear: (Wear::Suit { tie: 0x7a1420 }, 0x1b2130),
    backdrop: (0xffffff, 0xffffff),
    finish: Finish::Clean,
};

const PEOPLE: &[Person] = &[
    Person {
        name: "suit",
        seed: 1,
        skin: 1,
        hair: (Hair::Swept, 0x4a3020),
        iris: 0x5b7a8c,
        age: 0.5,
        beard: 0.18,
        ..PLAIN
    },
    Person {
        name: "long-hair",
        seed: 2,
        skin: 0,
        hair: (Hair::Long, 0xb98a4e),
        iris: 0x6f8f6a,
        shape: [0.94, 0.86, 0.85, 1.2],
        lips: 0xc2515c,
        age: 0.05,
        wear: (Wear::Blouse, 0xf1ece2),
        backdrop: (0xe6e7e9, 0xc2c4c8),
        ..PLAIN
    },
    Person {
        name: "headscarf",
        seed: 3,
        skin: 3,
        hair: (Hair::Scarf, 0x0d7f86),
        shape: [0.97, 0.9, 0.95, 1.15],
        lips: 0xa5524c,
        age: 0.1,
        wear: (Wear::Knit { yarn: 0xd8a13a }, 0x7c2440),
        backdrop: (0xc4d9ec, 0xb2cbe2),
        ..PLAIN
    },
    Person {
        name: "beard",
        seed: 4,
        skin: 2,
        hair: (Hair::Cropped, 0x1d1512),
        shape: [1.03, 1.05, 1.08, 0.9],
        age: 0.6,
        beard: 1.0,
        glasses: true,
        wear: (Wear::Knit { yarn: 0xe8e0cc }, 0x23406b),
        backdrop: (0x9d9fa1, 0x86888b),
        finish: Finish::Jpeg(88),
        ..PLAIN
    },
    Person {
        name: "curls",
        seed: 5,
        skin: 5,
        hair: (Hair::Curly, 0x16100e),
        iris: 0x2e1a10,
        shape: [1.0, 0.92, 1.22, 1.45],
        lips: 0x7a3f3c,
        age: 0.05,
        wear: (Wear::Blouse, 0xe9c32f),
        backdrop: (0xffffff, 0xffffff),
        ..PLAIN
    },
    Person {
        name: "shaved",
        seed: 6,
        skin: 4,
        hair: (Hair::Shaved, 0x1a1310),
        iris: 0x33200f,
        shape: [1.02, 1.08, 1.2, 1.3],
        lips: 0x7f4a42,
        age: 0.7,
        beard: 0.55,
        wear: (Wear::Suit { tie: 0x1f4fa8 }, 0x3a3d42),
        backdrop: (0xd3e2ee, 0xbfd2e4),
        ..PLAIN
    },
    Person {
        name: "grey",
        seed: 7,
        skin: 1,
        hair: (Hair::Swept, 0xa9a7a5),
        iris: 0x5f7488,
        shape: [0.98, 1.0, 1.1, 0.75],
        age: 1.0,
        glasses: true,
        wear: (Wear::Suit { tie: 0x3c4a3a }, 0x26241f),
        backdrop: (0xeceded, 0xd2d3d4),
        finish: Finish::Grey,
        ..PLAIN
    },
];

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Skin,
    Hair,
    Cloth,
}

struct Scene {
    who: Person,
    skin: V,
    hair: V,
    /// Turn and tilt of the head, which nobody holds perfectly straight.
    turn: (f32, f32),
    offset: V,
}

impl Scene {
    fn new(who: Person) -> Scene {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(who.seed));
        Scene {
            who,
            skin: V::srgb(SKIN[who.skin]),
            hair: V::srgb(who.hair.1),
            turn: (rng.random_range(-0.07..0.07), rng.random_range(-0.025..0.025)),
            offset: V(rng.random_range(0.0..90.0), rng.random_range(0.0..90.0), 0.0),
        }
    }

    fn head_space(&self, p: V) -> V {
        let ((s, c), (t, d)) = (self.turn.0.sin_cos(), self.turn.1.sin_cos());
        let q = V(c * p.0 - s * p.2, p.1, s * p.0 + c * p.2);
        V(d * q.0 - t * q.1, t * q.0 + d * q.1, q.2)
    }

    fn pixel(&self, x: f32, y: f32) -> V {
        let mut p = V(x, y, 1.0);
        let mut hit = None;
        for step in 0..90 {
            let (d, part) = self.map(p);
            if d < 0.0015 || step == 89 {
                hit = Some(part);
                break;
            }
            p.2 -= d * 0.85;
            if p.2 < -1.0 {
                break;
            }
        }
        let mut light = match hit {
            Some(part) => self.shade(p, part),
            None => self.backdrop(x, y),
        };
        if self.who.glasses {
            let h = self.head_space(V(x, y, 0.7));
            let (cover, _, sheen) = self.frame(h);
            let shadow = self.frame(V(h.0 - 0.015, h.1 + 0.03, h.2)).1;
            light = light * (1.0 - 0.25 * ramp(0.025, 0.0, shadow)) + V(sheen, sheen, sheen);
            let rim = V(0.02, 0.018, 0.018)
                * (1.0 + 4.0 * ramp(0.0, 0.3, noise(V(h.0 * 9.0, h.1 * 9.0, 0.0))));
            light = light.mix(rim, cover);
        }
        light
    }

    fn shade(&self, p: V, part: Part) -> V {
        let h = self.head_space(p);
        let mut n = self.normal(p);
        let (colour, gloss, tight) = match part {
            Part::Skin => {
                let (c, gloss) = self.face(h);
                let pore = |q: V| noise(q * 110.0) + 0.7 * noise(q * 48.0) + 0.5 * noise(q * 230.0);
                let (at, e) = (pore(h), 0.002);
                let bump = V(pore(h + V(e, 0.0, 0.0)) - at, pore(h + V(0.0, e, 0.0)) - at, 0.0);
                n = (n + bump * -(0.30 + 0.12 * self.who.age)).unit();
                (c, gloss, 18.0)
            }
            Part::Hair if self.who.hair.0 == Hair::Scarf => {
                let print = (h.0 * 30.0 + 2.0 * noise(h * 5.0)).sin() * (h.1 * 30.0).sin();
                let c =
                    if print > 0.72 { self.hair.mix(V(0.9, 0.75, 0.35), 0.75) } else { self.hair };
                (c * (1.0 + 0.1 * noise(h * 170.0)), 0.15, 8.0)
            }
            Part::Hair => {
                let s = if self.who.hair.0 == Hair::Curly {
                    1.2 * fbm(h * 26.0 + self.offset, 3)
                } else {
                    self.strand(h)
                };
                (self.hair * (0.95 + 0.75 * s).max(0.15), 0.25 + 0.5 * s.max(0.0), 10.0)
            }
            Part::Cloth => (self.garment(p), 0.06, 6.0),
        };
        let key = V(-0.42, 0.48, 0.77).unit();
        let share = self.lit(p + n * 0.01, key);
        let open = (0..3).fold(1.0, |sum: f32, i| {
            let reach = 0.05 + 0.09 * i as f32;
            sum - (0.42 / (1.0 + i as f32)) * (reach - self.map(p + n * reach).0).max(0.0) / reach
        });
        let wrap = |l: V, soft: f32| ((n.dot(l) + soft) / (1.0 + soft)).max(0.0);
        // light that scatters under the skin comes back red past the terminator
        let bleed = if part == Part::Skin { V(0.40, 0.20, 0.14) } else { V(0.15, 0.15, 0.15) };
        let main =
            V(wrap(key, bleed.0), wrap(key, bleed.1), wrap(key, bleed.2)) * (0.25 + 0.75 * share);
        let fill = wrap(V(0.65, 0.1, 0.75).unit(), 0.3) * 0.36;
        let sky = 0.22 + 0.08 * n.1;
        let shine = n.dot((key + V(0.0, 0.0, 1.0)).unit()).max(0.0).powf(tight) * gloss * share;
        let veil = V(0.16, 0.16, 0.17) * (shine + 0.25 * (1.0 - n.2).powi(4) * gloss);
        let base = colour * (main * 0.72 + V(1.0, 1.0, 1.0) * ((fill + sky) * open.max(0.15)));
        base + veil * 0.8
    }

    fn render(&self) -> Vec<V> {
        let (w, h) = (WIDTH * SUPER, HEIGHT * SUPER);
        // the head is 74 % of the height of the picture, 8 % of it above the crown
        let unit = h as f32 * 0.74 / 2.0;
        let fine: Vec<V> = (0..w * h)
            .into_par_iter()
            .map(|i| {
                let (col, row) = ((i % w) as f32 + 0.5, (i / w) as f32 + 0.5);
                self.pixel((col - w as f32 / 2.0) / unit, 1.0 - (row - 0.08 * h as f32) / unit)
            })
            .collect();
        // one Gaussian stands for the lens and for the reduction to pixels
        let reach = 2 * SUPER as isize;
        let blur = |src: &[V], wide: usize, tall: usize, dx: usize, dy: usize| -> Vec<V> {
            let (ow, oh) = (wide / dx, tall / dy);
            (0..ow * oh)
                .map(|i| {
                    let (cx, cy) = ((i % ow * dx) as isize, (i / ow * dy) as isize);
                    let (mut sum, mut mass) = (V::default(), 0.0);
                    for k in -reach..=reach {
                        let (x, y) = if dx > 1 { (cx + k, cy) } else { (cx, cy + k) };
                        let g = bell(k as f32 - (SUPER as f32 - 1.0) / 2.0, 0.85 * SUPER as f32);
                        let at = y.clamp(0, tall as isize - 1) * wide as isize
                            + x.clamp(0, wide as isize - 1);
                        sum = sum + src[at as usize] * g;
                        mass += g;
                    }
                    sum * (1.0 / mass)
                })
                .collect()
        };
        let rows = blur(&fine, w, h, SUPER, 1);
        blur(&rows, WIDTH, h, 1, SUPER)
    }

    /// Sensor noise is mostly common to the channels, and weakest where the picture is bright.
    fn expose(&self, light: &[V]) -> Vec<u8> {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(self.who.seed) << 8 | 1);
        let mut gauss = || (0..4).map(|_| rng.random_range(-0.87..0.87_f32)).sum::<f32>();
        let shot = |v: f32| {
            if v >= 0.999 { 0.0 } else { 1.1 + 0.9 * (1.0 - v).max(0.0).powi(3) }
        };
        let mut out = Vec::with_capacity(light.len() * 3);
        for &V(r, g, b) in light {
            let common = gauss();
            for v in [r, g, b] {
                out.push((encode(v) + shot(v) * (0.8 * common + 0.35 * gauss())).round() as u8);
            }
        }
        out
    }
}

fn write_png(path: &PathBuf, grey: bool, data: &[u8]) -> anyhow::Result<u64> {
    let mut png = png::Encoder::new(fs::File::create(path)?, WIDTH as u32, HEIGHT as u32);
    png.set_color(if grey { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    png.set_compression(png::Compression::High);
    png.set_filter(png::Filter::Adaptive);
    png.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let metre = (WIDTH as f32 / 0.035) as u32;
    png.set_pixel_dims(Some(png::PixelDimensions {
        xppu: metre,
        yppu: metre,
        unit: png::Unit::Meter,
    }));
    png.write_header()?.write_image_data(data)?;
    Ok(fs::metadata(path)?.len())
}

fn draw(seed: u32) -> Person {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut person = *PEOPLE.choose(&mut rng).unwrap_or(&PLAIN);
    let other = PEOPLE.choose(&mut rng).unwrap_or(&PLAIN);
    person.name = PLAIN.name;
    person.seed = seed;
    person.skin = rng.random_range(0..SKIN.len());
    person.shape = person.shape.map(|s| s * rng.random_range(0.94..1.06));
    person.age = rng.random_range(0.0..1.0);
    person.glasses = rng.random_bool(0.25);
    person.backdrop = other.backdrop;
    person.wear = other.wear;
    person
}

#[derive(Parser)]
#[command(about = "Draws synthetic passport portraits")]
struct Options {
    /// Folder for the pictures
    #[arg(long, default_value = "samples")]
    out: PathBuf,
    /// How many people; those beyond the table are drawn at random
    #[arg(long, default_value_t = PEOPLE.len())]
    people: usize,
    /// Seed of the people drawn at random
    #[arg(long, default_value_t = 1000)]
    seed: u32,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    fs::create_dir_all(&options.out)?;
    let extra = (0..).map(|i| draw(options.seed + i));
    for (i, who) in PEOPLE.iter().copied().chain(extra).take(options.people).enumerate() {
        let scene = Scene::new(who);
        let mut data = scene.expose(&scene.render());
        let grey = matches!(who.finish, Finish::Grey);
        if let Finish::Jpeg(quality) = who.finish {
            let mut file = Vec::new();
            JpegEncoder::new_with_quality(&mut file, quality).encode(
                &data,
                WIDTH as u32,
                HEIGHT as u32,
                image::ExtendedColorType::Rgb8,
            )?;
            data = image::load(Cursor::new(file), ImageFormat::Jpeg)?.into_rgb8().into_raw();
        }
        if grey {
            let rgb =
                image::RgbImage::from_raw(WIDTH as u32, HEIGHT as u32, data).unwrap_or_default();
            data = DynamicImage::from(rgb).into_luma8().into_raw();
        }
        let path = options.out.join(format!("synthetic-{:02}-{}.png", i + 1, who.name));
        let bytes = write_png(&path, grey, &data)?;
        println!("{} ({} kB)", path.display(), bytes / 1000);
    }
    Ok(())
}
