//! A second print-and-scan model, to judge the judge on a model that it was not tuned on.
//!
//! It shares neither code nor formulas with `tumar::channel`. Ink is a layer whose density adds up
//! (Beer and Lambert) under a surface that mirrors light back into the paper (Saunderson 1942), laid by
//! an area curve of Yule and Nielsen's; screens are ordered or stochastic; the page is warped by
//! polynomials and waves, and looked at by a line camera; phones add perspective, a lens, and their own
//! idea of a good picture. All ranges are guesses, wider than what the presets of `tumar::channel` draw.
//! They are cut into slices: what is tuned on [`Part::Tuning`] is measured on [`Part::Final`].

mod camera;
mod develop;
mod kernel;
mod life;
mod press;
mod random;
mod warp;

use std::fmt;
use std::str::FromStr;

use tumar::imaging::{Picture, Ppi};

use camera::Camera;
use develop::Development;
use life::Life;
use press::Press;
use random::Dice;
use warp::Warp;

/// A kind of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A laboratory's scanner at 1200 ppi.
    Lab1200,
    /// An office flatbed at 600 ppi.
    Flatbed600,
    /// A document reader at 500 ppi.
    Reader500,
    /// A document reader at 400 ppi.
    Reader400,
    /// A phone, 450–700 ppi.
    Phone,
    /// A rubbed, scratched, stained or folded page on an office flatbed.
    Worn,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Lab1200,
        Self::Flatbed600,
        Self::Reader500,
        Self::Reader400,
        Self::Phone,
        Self::Worn,
    ];

    /// As written on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lab1200 => "lab1200",
            Self::Flatbed600 => "flatbed600",
            Self::Reader500 => "reader500",
            Self::Reader400 => "reader400",
            Self::Phone => "phone",
            Self::Worn => "worn",
        }
    }

    fn is_reader(self) -> bool {
        matches!(self, Self::Reader500 | Self::Reader400)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no kind {name:?}; there are {names}")
        })
    }
}

/// Which slices of each range are drawn from: those of either part have no value in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// For setting thresholds.
    Tuning,
    /// For the final table only.
    Final,
}

/// One printer, one page's life and one scanner.
#[derive(Clone, Debug)]
pub struct World {
    ppi: f64,
    press: Press,
    life: Life,
    warp: Warp,
    camera: Camera,
    development: Development,
    seed: u64,
}

impl World {
    /// Draws a world of a kind. The same kind, seed and part give the same world.
    pub fn draw(kind: Kind, seed: u64, part: Part) -> Self {
        let seed = random::scatter(seed, kind as usize + 1, usize::from(part == Part::Final));
        let dice = |purpose| Dice::new(seed, purpose, part);
        let ppi = match kind {
            Kind::Lab1200 => 1200.0,
            Kind::Flatbed600 | Kind::Worn => 600.0,
            Kind::Reader500 => 500.0,
            Kind::Reader400 => 400.0,
            Kind::Phone => dice(0).within([450.0, 700.0]).round(),
        };
        Self {
            ppi,
            press: Press::draw(kind, &mut dice(1)),
            life: Life::draw(kind, &mut dice(2)),
            warp: Warp::draw(kind, ppi, &mut dice(3)),
            camera: Camera::draw(kind, &mut dice(4)),
            development: Development::draw(kind, &mut dice(5)),
            seed,
        }
    }

    /// Prints a picture (which states its resolution; 1200 ppi is taken where it does not) and scans the
    /// print. The result states the nominal resolution, from which the true one differs.
    pub fn print_and_scan(&self, print: &Picture) -> Picture {
        let page = self.press.print(print, self.seed);
        let page = self.life.wear(page, self.seed);
        let signal = self.camera.look(page, &self.warp, self.seed);
        let pixels = self.development.develop(signal);
        Picture::new(pixels, Ppi(self.ppi))
    }

    /// The same with another world's printer.
    #[must_use]
    pub fn with_press_of(&self, other: &Self) -> Self {
        Self { press: other.press.clone(), seed: other.seed, ..self.clone() }
    }

    /// The same, whose scans are stored as they are.
    #[must_use]
    pub fn lossless(&self) -> Self {
        Self { development: self.development.lossless(), ..self.clone() }
    }

    /// How its printer lays ink.
    #[must_use]
    pub fn technology(&self) -> &'static str {
        self.press.technology()
    }

    /// The inverse of [`Self::to_print`].
    #[must_use]
    pub fn to_scan(&self, print: [f64; 2]) -> [f64; 2] {
        let per_mm = self.ppi / 25.4;
        let mut at = print.map(|v| v * per_mm);
        for _ in 0..12 {
            let reached = self.to_print(at);
            at = [0, 1].map(|i| at[i] + (print[i] - reached[i]) * per_mm);
        }
        at
    }

    /// Where on the print (millimetres from its upper left corner) a point of the scan (pixels, centres
    /// at whole numbers) lies; in colour scans, where green lies.
    pub fn to_print(&self, pixel: [f64; 2]) -> [f64; 2] {
        self.warp.to_print(pixel)
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

    use super::*;

    fn colour() -> Picture {
        let value = |x: u32, y: u32| Rgb([(x / 3 % 256) as u8, (y / 4 % 256) as u8, 120]);
        Picture::new(RgbImage::from_fn(500, 600, value).into(), Ppi(1200.0))
    }

    #[test]
    fn every_kind_runs_and_repeats_itself() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            for part in [Part::Tuning, Part::Final] {
                let world = World::draw(kind, 3, part);
                let scan = world.print_and_scan(&colour());
                let again = World::draw(kind, 3, part).print_and_scan(&colour());
                assert_eq!(scan.pixels, again.pixels, "{kind}");
                assert_eq!(scan.ppi, Some([Ppi(world.ppi); 2]));
                let other = World::draw(kind, 4, part).print_and_scan(&colour());
                assert_ne!(scan.pixels, other.pixels, "{kind}");
            }
        }
        assert!("lab600".parse::<Kind>().unwrap_err().contains("reader400"));
    }

    #[test]
    fn the_smallest_print_is_no_trouble() {
        let one: DynamicImage = GrayImage::from_pixel(1, 1, Luma([90])).into();
        for kind in Kind::ALL {
            for seed in 0..8 {
                let world = World::draw(kind, seed, Part::Final);
                world.print_and_scan(&Picture::new(one.clone(), Ppi(1200.0)));
            }
        }
    }

    #[test]
    fn parts_have_no_value_in_common() {
        let draw = |part| {
            let mut dice = Dice::new(1, 1, part);
            (0..200).map(|_| (dice.within([0.0, 8.0]) as u32) % 2).sum::<u32>()
        };
        assert_eq!((draw(Part::Tuning), draw(Part::Final)), (0, 200));
    }

    /// Dots of a print without microtext are found where the warp says.
    #[test]
    fn a_dot_lands_where_the_warp_says() {
        for kind in [Kind::Flatbed600, Kind::Reader400, Kind::Phone] {
            let mut pixels = GrayImage::from_pixel(1654, 2126, Luma([230]));
            let dots = [[300u32, 400], [1300, 500], [800, 1000], [400, 1800], [1400, 1900]];
            for [x, y] in dots {
                (0..16 * 16).for_each(|i| pixels.put_pixel(x + i % 16, y + i / 16, Luma([0])));
            }
            let world = World::draw(kind, 12, Part::Tuning);
            let scan = world.print_and_scan(&Picture::new(pixels.into(), Ppi(1200.0)));
            let light = scan.luminance(1);
            for dot in dots {
                let wish = dot.map(|v| (f64::from(v) + 8.0) * 25.4 / 1200.0);
                let near = |([y, x], _): &([usize; 2], f32)| {
                    let at = world.to_print([*x as f64, *y as f64]);
                    (at[0] - wish[0]).hypot(at[1] - wish[1]) < 0.45
                };
                let places = light.indexed_iter().map(|((y, x), &v)| ([y, x], v));
                let around: Vec<_> = places.filter(near).collect();
                let ground = around.iter().fold(0.0f32, |most, (_, v)| most.max(*v));
                let (mut mass, mut at) = (0.0, [0.0; 2]);
                for ([y, x], v) in around {
                    let dark = f64::from((0.7 * ground - v).max(0.0));
                    mass += dark;
                    at = [at[0] + dark * x as f64, at[1] + dark * y as f64];
                }
                let found = world.to_print(at.map(|sum| sum / mass));
                let miss = (found[0] - wish[0]).hypot(found[1] - wish[1]);
                assert!(miss < 0.015, "{kind}: {found:?} for {wish:?}");
            }
        }
    }
}
