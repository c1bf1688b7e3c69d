//! The printer: light wished → ink laid → light reflected.

use ndarray::Axis;
use rayon::prelude::*;
use tumar::imaging::raster::shrink;
use tumar::imaging::{Picture, Plane, Ppi};

use super::Kind;
use super::kernel::{Kernel, blur};
use super::random::{Dice, bell, scatter};

/// A printed page, without what is around the portrait.
pub(super) struct Page {
    /// Reflectances of one plane, or of red, green and blue.
    pub(super) planes: Vec<Plane>,
    /// Millimetres a pixel, across and down.
    pub(super) pitch: [f64; 2],
    /// Reflectance of the bare page in each plane.
    pub(super) paper: Vec<f32>,
    /// Length over which light in the paper falls to 1/e, millimetres; still to be applied.
    pub(super) scatter: f64,
}

/// How ink becomes dots.
#[derive(Clone, Debug)]
enum Screen {
    /// Any tone at any place, with a trail along the feed (warm heads): its share a pixel row.
    Dye { trail: f32 },
    /// Any tone, each pulse a little different.
    Burnt,
    /// Drops on the sequence R2 (Roberts 2018), shaken.
    Stochastic { shaken: f32 },
    /// Dots with straight sides; `oblong` is the weight of the second axis.
    Diamond { lines: f64, angle: f64, oblong: f32 },
}

/// A printer with its ink and paper.
#[derive(Clone, Debug)]
pub(super) struct Press {
    screen: Screen,
    /// Of solid ink, over paper.
    density: f64,
    /// Share of light that the surface sends back into the paper.
    mirror: f64,
    /// Share of light that the surface reflects itself.
    gloss: f64,
    paper: [f64; 3],
    /// Yule and Nielsen's n that the printer's calibration believes in.
    n: f64,
    /// Exponent by which the calibration is off.
    misfit: f64,
    /// Share of an ink's density in each of the other two colours.
    stray: f32,
    /// Width of a spot, millimetres.
    spot: f64,
    scatter: f64,
    /// Deviation of the ink, by row and by pixel.
    row_gain: f32,
    grain: f32,
}

impl Press {
    pub(super) fn draw(kind: Kind, dice: &mut Dice) -> Self {
        let screened = match kind {
            Kind::Reader400 | Kind::Reader500 => 0.0,
            _ => 0.1,
        };
        let choice = dice.free();
        let shaken = dice.within([0.05, 0.35]) as f32;
        let lines = dice.within([185.0, 250.0]);
        let angle = dice.around(45.0).to_radians();
        let oblong = dice.within([0.6, 1.0]) as f32;
        let screen = match choice {
            _ if choice < screened => Screen::Diamond { lines, angle, oblong },
            _ if choice < 0.45 => Screen::Dye { trail: 0.3 * shaken },
            _ if choice < 0.70 => Screen::Burnt,
            _ => Screen::Stochastic { shaken },
        };
        let tint = dice.within([0.76, 0.94]);
        let dots = matches!(screen, Screen::Stochastic { .. } | Screen::Diamond { .. });
        Self {
            density: dice.within([1.15, 2.1]),
            mirror: dice.within([0.0, 0.5]),
            gloss: dice.within([0.002, 0.025]),
            paper: [0; 3].map(|_| tint + dice.around(0.03)),
            n: dice.within([1.0, 2.2]),
            misfit: dice.within([0.88, 1.25]),
            stray: dice.within([0.0, 0.1]) as f32,
            spot: dice.within(if dots { [0.012, 0.035] } else { [0.03, 0.11] }),
            scatter: dice.within([0.002, 0.03]),
            row_gain: dice.within([0.0, 0.03]) as f32,
            grain: dice.within([0.0, 0.12]) as f32,
            screen,
        }
    }

    pub(super) fn technology(&self) -> &'static str {
        match self.screen {
            Screen::Dye { .. } => "dye",
            Screen::Burnt => "burnt",
            Screen::Stochastic { .. } => "drops",
            Screen::Diamond { .. } => "screen",
        }
    }

    pub(super) fn print(&self, picture: &Picture, seed: u64) -> Page {
        let stated = picture.ppi.unwrap_or([Ppi(1200.0); 2]);
        let (average, repeat) = steps(stated[0].0);
        let pitch = stated.map(|axis| 25.4 / axis.0 * average as f64 / repeat as f64);
        let light = if picture.pixels.color().has_color() {
            picture.light().to_vec()
        } else {
            vec![picture.luminance(1)]
        };
        let curve = self.area_curve();
        let mut inks: Vec<Plane> = light
            .into_iter()
            .enumerate()
            .map(|(ink, light)| {
                let average = average.min(light.nrows()).min(light.ncols());
                let wish = shrink(&light, average)
                    .mapv(|light| curve[(light.clamp(0.0, 1.0) * 4095.0) as usize]);
                let laid = self.lay(&wish, repeat, pitch, ink, scatter(seed, 10, ink));
                let spot = pitch.map(|p| Kernel::new(&[0.5 * self.spot / p; 2], 0.0));
                blur(laid, &spot)
            })
            .collect();
        if let [c, m, y] = &mut inks[..] {
            let stray = self.stray;
            ndarray::Zip::from(c).and(m).and(y).par_for_each(|c, m, y| {
                let all = stray * (*c + *m + *y);
                [c, m, y].into_iter().for_each(|ink| *ink = (1.0 - 3.0 * stray) * *ink + all);
            });
        }
        let paper = if inks.len() == 3 { self.paper.to_vec() } else { vec![self.paper[1]] };
        let table: Vec<f32> =
            (0..=1100).map(|i| self.reflected(f64::from(i) / 1000.0) as f32).collect();
        for (ink, paper) in inks.iter_mut().zip(&paper) {
            let paper = *paper as f32;
            ink.par_mapv_inplace(|ink| {
                paper * table[(ink * 1000.0 + 0.5).clamp(0.0, 1100.0) as usize]
            });
        }
        let paper = paper.into_iter().map(|paper| paper as f32).collect();
        Page { planes: inks, pitch, paper, scatter: self.scatter }
    }

    /// Reflectance over that of paper, of a layer of so much ink.
    fn reflected(&self, ink: f64) -> f64 {
        let through = 10f64.powf(-self.density * ink);
        let inside = (1.0 - self.mirror) * through / (1.0 - self.mirror * through);
        self.gloss + (1.0 - self.gloss) * inside
    }

    /// Ink for the light 0, 1 / 4095 … 1.
    fn area_curve(&self) -> Vec<f32> {
        let solid = self.reflected(1.0);
        let dots = matches!(self.screen, Screen::Stochastic { .. } | Screen::Diamond { .. });
        let ink = |light: f64| {
            let wish = solid + light * (1.0 - solid);
            let ink = if dots {
                let power = 1.0 / self.n;
                (1.0 - wish.powf(power)) / (1.0 - solid.powf(power))
            } else {
                let inside = ((wish - self.gloss) / (1.0 - self.gloss)).max(1e-4);
                let through = inside / (1.0 - self.mirror + self.mirror * inside);
                -through.log10() / self.density
            };
            ink.clamp(0.0, 1.0).powf(self.misfit) as f32
        };
        (0..4096).map(|i| ink(f64::from(i) / 4095.0)).collect()
    }

    /// Lays one ink: its share of each pixel.
    fn lay(&self, wish: &Plane, repeat: usize, pitch: [f64; 2], ink: usize, seed: u64) -> Plane {
        let (rows, columns) = (wish.nrows() * repeat, wish.ncols() * repeat);
        let mut page = Plane::zeros((rows, columns));
        let (row_gain, grain) = (self.row_gain, self.grain);
        page.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
            let source = wish.row(y / repeat);
            let dots = self.dots(pitch, ink, y, seed);
            // Rows next to each other share half of what is wrong with them.
            let [own, before] = [y, y + 1].map(|y| bell(scatter(seed, 1, y)));
            let row_gain = 1.0 + 0.7 * row_gain * (own + before);
            for (x, value) in row.iter_mut().enumerate() {
                let laid = dots(source[x / repeat] * row_gain, x);
                let noise = grain * (1.0 - 0.8 * laid) * bell(scatter(seed ^ 7, x, y));
                *value = laid * (1.0 + noise);
            }
        });
        if let Screen::Dye { trail } = self.screen {
            let mut above = vec![0.0f32; columns];
            for (y, mut row) in page.axis_iter_mut(Axis(0)).enumerate() {
                for (value, above) in row.iter_mut().zip(&mut above) {
                    if y > 0 {
                        *value += trail * (*above - *value);
                    }
                    *above = *value;
                }
            }
        }
        page
    }

    /// The dots of a row of pixels: ink wished, place → ink laid, the mean of 2 × 2 dots.
    fn dots(&self, pitch: [f64; 2], ink: usize, y: usize, seed: u64) -> impl Fn(f32, usize) -> f32 {
        let screen = self.screen.clone();
        // Three inks as far from each other as three can be.
        let turn = [0.0, 1.0, 2.0][ink.min(2)] * std::f64::consts::FRAC_PI_3;
        let (step, sin, cos) = match screen {
            Screen::Diamond { lines, angle, .. } => {
                let (sin, cos) = (angle + turn).sin_cos();
                (pitch.map(|p| (0.5 * p * lines / 25.4) as f32), sin as f32, cos as f32)
            }
            _ => ([0.0; 2], 0.0, 1.0),
        };
        move |wish, x| match screen {
            Screen::Dye { .. } | Screen::Burnt => wish,
            Screen::Stochastic { shaken } => {
                let shake = scatter(seed ^ 3, x, y);
                let on = |i: usize| {
                    let (x, y) = (2 * x + i % 2, 2 * y + i / 2);
                    let order = 0.754_877_666_2 * x as f64 + 0.569_840_291 * y as f64;
                    let shake = (shake >> (16 * i) & 0xffff) as f32 / 65_536.0 - 0.5;
                    let threshold = (order - (order as u64) as f64) as f32 + shaken * shake;
                    let threshold = if threshold < 0.0 { threshold + 1.0 } else { threshold };
                    let threshold = if threshold < 1.0 { threshold } else { threshold - 1.0 };
                    f32::from(wish > threshold)
                };
                0.25 * (on(0) + on(1) + on(2) + on(3))
            }
            Screen::Diamond { oblong, .. } => {
                let on = |i: usize| {
                    let (x, y) =
                        ((2 * x + i % 2) as f32 * step[0], (2 * y + i / 2) as f32 * step[1]);
                    let ridge = |turns: f32| {
                        let turns = f64::from(turns) + 65_536.0;
                        (2.0 * (turns - (turns as u32) as f64) - 1.0).abs() as f32
                    };
                    let (u, v) = (cos * x + sin * y, cos * y - sin * x);
                    f32::from(wish > share_below(ridge(u) + oblong * ridge(v), oblong))
                };
                0.25 * (on(0) + on(1) + on(2) + on(3))
            }
        }
    }
}

/// The share of u + c v below `sum`, for u and v even in 0..1 and c at most 1.
fn share_below(sum: f32, c: f32) -> f32 {
    if sum < c {
        sum * sum / (2.0 * c)
    } else if sum < 1.0 {
        sum - 0.5 * c
    } else {
        1.0 - (1.0 + c - sum).powi(2) / (2.0 * c)
    }
}

/// Picture pixels averaged to a page pixel, page pixels a picture pixel: about 1200 an inch.
fn steps(ppi: f64) -> (usize, usize) {
    let ratio = 1200.0 / ppi;
    let whole = |v: f64| v.round().clamp(1.0, 4.0) as usize;
    (whole(1.0 / ratio), whole(ratio))
}
