//! A press and a scanner of another build than the crate's model: optical gain by Yule and Nielsen over an
//! even ink, or a screen by threshold; spots and apertures are boxes, not Gaussians; a line camera with
//! photon noise and a gain a column.

use image::{GrayImage, Luma, Rgb, RgbImage};
use tumar::{Picture, Ppi};

/// A dot of a sheet at 1200 dpi, mm.
const DOT: f64 = 25.4 / 1200.0;

/// What both do.
#[derive(Clone, Debug)]
pub(crate) struct LineScan {
    /// Light of bare paper and of solid ink.
    pub(crate) paper: f64,
    pub(crate) black: f64,
    /// Yule–Nielsen factor, 1 to 2.
    pub(crate) n: f64,
    /// Width of a printed spot, mm: a box, passed twice.
    pub(crate) spot: f64,
    /// By how much too much ink is laid: dark tones run together.
    pub(crate) closes: f64,
    /// Screen: lines an inch and degrees.
    pub(crate) screen: Option<(f64, f64)>,
    /// Size of the print over the raster's.
    pub(crate) scale: f64,
    /// Noise of the ink over its own dots of 42 µm, as a share.
    pub(crate) grain: f64,
    /// Resolution of the scan, pixels an inch.
    pub(crate) ppi: f64,
    /// Turn of the page on the glass, degrees.
    pub(crate) turn_deg: f64,
    /// Electrons of white: the fewer, the noisier.
    pub(crate) well: f64,
    /// What the driver stretches to black and white.
    pub(crate) levels: Option<[f64; 2]>,
    /// By how much the lid's light adds where the ground is white.
    pub(crate) flare: f64,
    pub(crate) seed: u64,
}

impl LineScan {
    /// An ordinary one.
    pub(crate) fn usual() -> Self {
        Self {
            paper: 0.86,
            black: 0.03,
            n: 1.5,
            spot: 0.05,
            closes: 0.0,
            screen: None,
            scale: 1.0,
            grain: 0.03,
            ppi: 600.0,
            turn_deg: 0.7,
            well: 20_000.0,
            levels: None,
            flare: 0.0,
            seed: 1,
        }
    }

    /// Light of so much ink.
    pub(crate) fn light(&self, ink: f64) -> f64 {
        let ink = (ink * (1.0 + self.closes)).min(1.0);
        let root = |v: f64| v.powf(1.0 / self.n);
        ((1.0 - ink) * root(self.paper) + ink * root(self.black)).powf(self.n)
    }

    /// Tone value increase at half tone by Murray and Davies: the parabola that fits it best. Of an even ink:
    /// a screen's dots grow by other laws.
    pub(crate) fn gain(&self) -> f64 {
        let (mut dot, mut square) = (0.0, 0.0);
        for i in 1..100 {
            let ink = f64::from(i) / 100.0;
            let grown = (self.paper - self.light(ink)) / (self.paper - self.black);
            let parabola = 4.0 * ink * (1.0 - ink);
            dot += parabola * (grown - ink);
            square += parabola * parabola;
        }
        dot / square
    }

    /// Waves a millimetre of the sheet, of which half of the contrast is left.
    pub(crate) fn mtf50(&self) -> f64 {
        (1..).map(|i| 0.001 * f64::from(i)).find(|f| self.mtf(*f) < 0.5).unwrap_or(f64::NAN)
    }

    /// Contrast that is left of so many waves a millimetre.
    pub(crate) fn mtf(&self, f: f64) -> f64 {
        let sinc = |v: f64| {
            if v < 1e-9 {
                1.0
            } else {
                (std::f64::consts::PI * v).sin() / (std::f64::consts::PI * v)
            }
        };
        // The page's own dots, twice: they are boxes, and are looked at without interpolation.
        let boxes = [25.4 / self.ppi / self.scale, DOT, DOT];
        // A spot is spread over whole dots, as `boxed` does it.
        let reach = 0.5 * self.spot / self.scale / DOT;
        let dots = reach.ceil() as i32 + 1;
        let share = |k: i32| {
            let (from, to) = (f64::from(k) - 0.5, f64::from(k) + 0.5);
            ((to.min(reach) - from.max(-reach)) / (2.0 * reach)).max(0.0)
        };
        let wave = |k: i32| share(k) * (std::f64::consts::TAU * f * DOT * f64::from(k)).cos();
        let spot: f64 = (-dots..=dots).map(wave).sum();
        boxes.iter().map(|width| sinc(f * width)).product::<f64>() * spot.powi(2)
    }

    /// Noise of bare paper's luminance, a pixel, as a share of full light.
    pub(crate) fn noise(&self) -> f64 {
        // Red, green and blue have their own noise, and one gain.
        let mixed = [0.2126f64, 0.7152, 0.0722].iter().map(|v| v * v).sum::<f64>();
        let level = 1.055 * self.paper.powf(1.0 / 2.4) - 0.055;
        let step = decode(level + 0.5 / 255.0) - decode(level - 0.5 / 255.0);
        let own = self.paper / self.well + step * step / 12.0;
        (mixed * own + (0.002 * self.paper).powi(2)).sqrt()
    }

    /// Prints and scans a page, all in one, in colour if it has any.
    pub(crate) fn scan(&self, page: &Picture) -> Picture {
        let per_mm = page.ppi.expect("a print has a size")[0].0 / 25.4;
        let rgb = page.pixels.to_rgb8();
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let planes: Vec<Vec<f32>> = (0..3).map(|c| self.print(&rgb, c, per_mm)).collect();
        let pitch = per_mm * 25.4 / self.ppi / self.scale;
        let (sin, cos) = self.turn_deg.to_radians().sin_cos();
        let margin = 5.0 * self.ppi / 25.4;
        let size = [width, height].map(|n| (n as f64 / pitch + 2.0 * margin) as u32);
        let mut random = Random(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let gains: Vec<f64> = (0..size[0]).map(|_| 1.0 + 0.002 * random.normal()).collect();
        let middle = [width, height].map(|n| 0.5 * n as f64);
        let scanned = RgbImage::from_fn(size[0], size[1], |x, y| {
            let off =
                [f64::from(x) - 0.5 * f64::from(size[0]), f64::from(y) - 0.5 * f64::from(size[1])];
            let at = [
                middle[0] + pitch * (cos * off[0] + sin * off[1]),
                middle[1] + pitch * (cos * off[1] - sin * off[0]),
            ];
            let levels = [0, 1, 2].map(|c| {
                let light = self.aperture(&planes[c], [width, height], at, pitch);
                let shot = (light.max(0.0) / self.well).sqrt() * random.normal();
                let seen = (light + shot) * gains[x as usize];
                let seen = match self.levels {
                    Some([low, high]) => (seen - low) / (high - low),
                    None => seen,
                };
                encode(seen)
            });
            Rgb(levels)
        });
        Picture::new(scanned.into(), Ppi(self.ppi))
    }

    /// The light of one colour's print.
    fn print(&self, rgb: &RgbImage, channel: usize, per_mm: f64) -> Vec<f32> {
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let mut random = Random(
            self.seed.wrapping_add(channel as u64 + 7).wrapping_mul(0x2545_f491_4f6c_dd1d) | 1,
        );
        let dot = (per_mm * 0.042).max(1.0) as usize;
        let columns = width / dot + 2;
        let noise: Vec<f64> = (0..columns * (height / dot + 2)).map(|_| random.normal()).collect();
        let mut light = vec![0.0f32; width * height];
        for (i, value) in light.iter_mut().enumerate() {
            let (x, y) = (i % width, i / width);
            let level = f64::from(rgb.get_pixel(x as u32, y as u32)[channel]) / 255.0;
            let wish = 1.0 - decode(level);
            let ink = match self.screen {
                None => wish,
                Some((lines, angle)) => {
                    let turn = std::f64::consts::TAU * lines / 25.4 / per_mm;
                    let (sin, cos) = angle.to_radians().sin_cos();
                    let (u, v) = (x as f64 * cos + y as f64 * sin, y as f64 * cos - x as f64 * sin);
                    let threshold = 0.5 - 0.25 * ((turn * u).cos() + (turn * v).cos());
                    // Soft at the dot's edge.
                    let share = 0.5 + (wish - threshold) * 6.0;
                    share.clamp(0.0, 1.0)
                }
            };
            let grain =
                self.grain * noise[y / dot * columns + x / dot] * 2.0 * (1.0 - wish).min(0.5);
            *value = self.light((ink * (1.0 + grain)).clamp(0.0, 1.0)) as f32;
        }
        let reach = (self.spot * per_mm / self.scale).max(1e-6);
        for _ in 0..2 {
            light = boxed(&light, width, height, reach);
        }
        light
    }

    /// Mean of a pixel's square: 4 × 4 points.
    fn aperture(&self, plane: &[f32], size: [usize; 2], at: [f64; 2], pitch: f64) -> f64 {
        let mut sum = 0.0;
        for (i, j) in (0..4).flat_map(|i| (0..4).map(move |j| (i, j))) {
            let shift = |k: i32| pitch * ((f64::from(k) + 0.5) / 4.0 - 0.5);
            let [x, y] = [at[0] + shift(i), at[1] + shift(j)].map(f64::floor);
            let is_in = x >= 0.0 && y >= 0.0 && x < size[0] as f64 && y < size[1] as f64;
            sum += if is_in {
                f64::from(plane[y as usize * size[0] + x as usize])
            } else {
                self.paper
            };
        }
        sum / 16.0 * (1.0 + self.flare)
    }
}

/// A running mean over a box of this many pixels, with fraction, both ways.
fn boxed(plane: &[f32], width: usize, height: usize, reach: f64) -> Vec<f32> {
    let line = |get: &dyn Fn(usize) -> f32, n: usize, put: &mut dyn FnMut(usize, f32)| {
        let mut sums = vec![0.0f64; n + 1];
        (0..n).for_each(|i| sums[i + 1] = sums[i] + f64::from(get(i)));
        let until = |at: f64| {
            let at = at.clamp(0.0, n as f64);
            let i = (at as usize).min(n - 1);
            sums[i] + (at - i as f64) * (sums[i + 1] - sums[i])
        };
        for i in 0..n {
            let (a, b) = (i as f64 + 0.5 - 0.5 * reach, i as f64 + 0.5 + 0.5 * reach);
            let (a, b) = (a.max(0.0), b.min(n as f64));
            put(i, ((until(b) - until(a)) / (b - a)) as f32);
        }
    };
    let mut across = vec![0.0; plane.len()];
    for y in 0..height {
        line(&|x| plane[y * width + x], width, &mut |x, v| across[y * width + x] = v);
    }
    let mut down = vec![0.0; plane.len()];
    for x in 0..width {
        line(&|y| across[y * width + x], height, &mut |y, v| down[y * width + x] = v);
    }
    down
}

fn decode(level: f64) -> f64 {
    if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
}

fn encode(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let level =
        if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (255.0 * level).round() as u8
}

/// Random numbers (Marsaglia's xorshift64*, 2003; Box and Muller 1958).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (a, b) = (self.unit().max(1e-12), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// Only what is grey, for files that have no colours.
pub(crate) fn grey(scan: &Picture) -> Picture {
    let rgb = scan.pixels.to_rgb8();
    let grey = GrayImage::from_fn(rgb.width(), rgb.height(), |x, y| Luma([rgb.get_pixel(x, y)[1]]));
    Picture { pixels: grey.into(), ..scan.clone() }
}
