//! The presets: ranges from which a seed draws a printer and a scanner.
//!
//! Ranges are wide on purpose, and every value is drawn evenly unless said otherwise. Each preset
//! is one kind of reading: where a number's source is not named with its field, it is our estimate
//! of the devices of that kind.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::noise::mix;
use super::{Conditions, Kernel, PrintConditions, ScanConditions, Surround, Technology, Wear};
use crate::imaging::{Mm, Ppi};

/// A kind of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// A laboratory's scanner at 2400 ppi.
    Lab2400,
    /// A laboratory's scanner at 1200 ppi.
    Lab1200,
    /// An office flatbed at 600 ppi.
    Flatbed600,
    /// A document reader with a line sensor at 500 ppi.
    Reader500,
    /// A document reader at 400 ppi.
    Reader400,
    /// A phone close to the page, 500–700 ppi.
    Phone,
    /// A worn page on an office flatbed at 600 ppi.
    Worn,
}

/// Not the name of a [`Preset`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "no preset {0:?}; there are lab2400, lab1200, flatbed600, reader500, reader400, phone, worn"
)]
pub struct UnknownPreset(pub String);

impl Preset {
    /// All presets, from the finest to the hardest.
    pub const ALL: [Self; 7] = [
        Self::Lab2400,
        Self::Lab1200,
        Self::Flatbed600,
        Self::Reader500,
        Self::Reader400,
        Self::Phone,
        Self::Worn,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lab2400 => "lab2400",
            Self::Lab1200 => "lab1200",
            Self::Flatbed600 => "flatbed600",
            Self::Reader500 => "reader500",
            Self::Reader400 => "reader400",
            Self::Phone => "phone",
            Self::Worn => "worn",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Lab2400 | Self::Lab1200 => Kind::Lab,
            Self::Flatbed600 => Kind::Flatbed,
            Self::Reader500 | Self::Reader400 => Kind::Reader,
            Self::Phone => Kind::Phone,
            Self::Worn => Kind::Worn,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        let found = Self::ALL.into_iter().find(|preset| preset.name() == name);
        found.ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Lab,
    Flatbed,
    Reader,
    Phone,
    Worn,
}

pub(super) fn draw(preset: Preset, seed: u64) -> Conditions {
    // The print is drawn from a stream of its own, so that a change there moves no scan.
    let stream = |tag| Draw(ChaCha8Rng::seed_from_u64(mix(mix(seed, preset as u64), tag)));
    Conditions {
        print: draw_print(preset, &mut stream(1)),
        scan: draw_scan(preset, &mut stream(2)),
    }
}

/// A seeded source of values.
struct Draw(ChaCha8Rng);

impl Draw {
    fn of(&mut self, range: Range<f64>) -> f64 {
        self.0.random_range(range)
    }

    fn around(&mut self, limit: f64) -> f64 {
        self.0.random_range(-limit..=limit)
    }

    fn mm(&mut self, micrometres: Range<f64>) -> Mm {
        Mm(self.of(micrometres) / 1000.0)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    /// Mostly within `usual` of 0, once in eight up to `rare`.
    fn tailed(&mut self, usual: f64, rare: f64) -> f64 {
        let limit = if self.chance(0.125) { rare } else { usual };
        self.around(limit)
    }
}

fn draw_print(preset: Preset, draw: &mut Draw) -> PrintConditions {
    let kind = preset.kind();
    let technology = draw_technology(kind, draw);
    // Sigmas in µm. A round dot of diameter d has d / 4, a Gaussian pulse 0.42 of its width at half
    // height; a dye-sublimation head of 300–600 elements a inch smears the most.
    let spot = match technology {
        Technology::Continuous if kind == Kind::Lab => draw.mm(15.0..35.0),
        Technology::Continuous => draw.mm(15.0..45.0),
        Technology::Engraving => draw.mm(8.5..17.0),
        Technology::ClusteredDot { .. } => draw.mm(4.0..8.0),
        Technology::ErrorDiffusion { .. } => draw.mm(8.0..15.0),
        Technology::Inkjet { .. } => draw.mm(5.0..9.0),
    };
    // Binary devices have the noise of their dots already.
    let grain = match technology {
        Technology::Continuous | Technology::Engraving => draw.of(0.005..0.05),
        _ => draw.of(0.01..0.10),
    };
    let wear = match kind {
        Kind::Worn => Wear {
            abrasion: draw.of(0.05..0.30),
            stain: draw.of(0.0..0.25),
            scratches: draw.of(0.5..4.0),
        },
        Kind::Phone | Kind::Reader => Wear {
            abrasion: draw.of(0.0..0.06),
            stain: draw.of(0.0..0.05),
            scratches: draw.of(0.0..0.4),
        },
        Kind::Lab | Kind::Flatbed => {
            Wear { abrasion: 0.0, stain: 0.0, scratches: draw.of(0.0..0.15) }
        }
    };
    PrintConditions {
        technology,
        paper: draw.of(0.80..0.92),
        black: draw.of(0.01..0.05),
        gain: draw.of(0.05..0.22),
        yule_nielsen: draw.of(1.0..1.7),
        calibration: draw.of(0.3..1.0),
        spot,
        spread: draw.mm(10.0..40.0),
        grain,
        mottle: draw.of(0.0..0.03),
        mottle_size: draw.mm(100.0..1500.0),
        banding: draw.of(0.0..0.02),
        banding_pitch: draw.mm(200.0..3000.0),
        wear,
    }
}

fn draw_technology(kind: Kind, draw: &mut Draw) -> Technology {
    // Passports are dye-sublimated, inkjet-printed or engraved; offices and forgers do the rest.
    let choice = draw.of(0.0..1.0);
    let device = if draw.chance(0.5) { Ppi(2400.0) } else { Ppi(1200.0) };
    let kernel = if draw.chance(0.5) { Kernel::FloydSteinberg } else { Kernel::Stucki };
    match kind {
        // Screens under 175 lines dissolve capitals of 0.24 mm, whatever the scanner.
        Kind::Lab | Kind::Flatbed if choice < 0.02 => clustered(draw, 175.0..200.0),
        Kind::Phone | Kind::Worn if choice < 0.05 => clustered(draw, 150.0..200.0),
        _ if choice < 0.38 => Technology::Continuous,
        _ if choice < 0.64 => Technology::Inkjet {
            device,
            levels: draw.0.random_range(2..=4),
            kernel: draw.chance(0.6).then_some(kernel),
            placement: draw.mm(1.0..6.0),
        },
        _ if choice < 0.89 => Technology::Engraving,
        _ => Technology::ErrorDiffusion { device, kernel },
    }
}

fn clustered(draw: &mut Draw, lines: Range<f64>) -> Technology {
    let angle_deg = draw.of(0.0..90.0);
    Technology::ClusteredDot { device: Ppi(2400.0), lines: draw.of(lines), angle_deg }
}

fn draw_scan(preset: Preset, draw: &mut Draw) -> ScanConditions {
    let kind = preset.kind();
    let line_sensor = kind != Kind::Phone;
    // Along both axes together, and each axis by itself: 3 % at most.
    let common = draw.around(0.015);
    let scale = [0; 2].map(|_| 1.0 + common + draw.around(if line_sensor { 0.015 } else { 0.005 }));
    let ppi = match preset {
        Preset::Lab2400 => 2400.0,
        Preset::Lab1200 => 1200.0,
        Preset::Flatbed600 | Preset::Worn => 600.0,
        Preset::Reader500 => 500.0,
        Preset::Reader400 => 400.0,
        Preset::Phone => draw.of(500.0..700.0).round(),
    };
    let rotation_deg = match kind {
        Kind::Lab | Kind::Flatbed | Kind::Worn => draw.tailed(3.0, 10.0),
        Kind::Reader => draw.around(2.0),
        Kind::Phone => draw.around(8.0),
    };
    let fed = match kind {
        Kind::Reader => 30.0,
        Kind::Lab => 6.0,
        _ => 12.0,
    };
    let (keystone, lens) = match kind {
        Kind::Phone => ([0; 2].map(|_| draw.around(0.02)), draw.around(0.006)),
        Kind::Reader => ([0.0; 2], draw.around(0.001)),
        _ => ([0.0; 2], 0.0),
    };
    let optics_px = match kind {
        Kind::Phone => draw.of(0.4..1.2),
        Kind::Worn => draw.of(0.3..0.75),
        _ => draw.of(0.25..0.6),
    };
    let motion_px = if kind == Kind::Phone {
        let (length, heading) = (draw.of(0.0..1.5), draw.of(0.0..std::f64::consts::TAU));
        [length * heading.cos(), length * heading.sin()]
    } else {
        [0.0; 2]
    };
    let light = if line_sensor { 0.05 } else { 0.25 };
    let noisy = match kind {
        Kind::Lab => 0.4,
        Kind::Flatbed => 0.7,
        Kind::Reader | Kind::Worn => 1.0,
        Kind::Phone => 1.5,
    };
    let dirty = match kind {
        Kind::Lab => 0.15,
        Kind::Flatbed => 0.4,
        Kind::Reader => 0.5,
        Kind::Phone => 0.1,
        Kind::Worn => 1.0,
    };
    let sharpens = draw.chance(match kind {
        Kind::Lab => 0.1,
        Kind::Phone => 0.9,
        _ => 0.4,
    });
    let jpeg = match kind {
        Kind::Lab => draw.chance(0.15).then(|| draw.0.random_range(90..=95)),
        Kind::Flatbed => draw.chance(0.7).then(|| draw.0.random_range(80..=95)),
        Kind::Reader => draw.chance(0.6).then(|| draw.0.random_range(80..=95)),
        Kind::Phone | Kind::Worn => Some(draw.0.random_range(75..=92)),
    };
    let dark = draw.chance(if kind == Kind::Reader { 0.3 } else { 0.12 });
    let patterned = !dark && draw.chance(0.5);
    ScanConditions {
        ppi: Ppi(ppi),
        scale,
        rotation_deg,
        shift_px: [0; 2].map(|_| draw.around(0.5)),
        border: [0; 4].map(|_| Mm(draw.of(2.0..6.0))),
        surround: Surround {
            reflectance: if dark { draw.of(0.02..0.2) } else { draw.of(0.75..0.92) },
            pattern: if patterned { draw.of(0.01..0.15) } else { 0.0 },
            pattern_pitch: Mm(draw.of(0.3..1.2)),
        },
        keystone,
        lens,
        feed_jitter: if line_sensor { draw.mm(0.0..fed) } else { Mm(0.0) },
        feed_period: Mm(draw.of(2.0..25.0)),
        feed_phase: draw.of(0.0..std::f64::consts::TAU),
        optics_px,
        motion_px,
        illumination: [0; 2].map(|_| draw.around(light)),
        vignette: if line_sensor { 0.0 } else { draw.of(0.0..0.3) },
        gamma: draw.of(0.85..1.2),
        black_point: draw.of(-0.03..0.02),
        white_point: draw.of(0.8..1.05),
        balance: [0; 3].map(|_| 1.0 + draw.around(0.05)),
        sharpen: if sharpens { draw.of(0.2..1.5) } else { 0.0 },
        sharpen_radius_px: draw.of(0.6..1.5),
        read_noise: noisy * draw.of(0.001..0.010),
        shot_noise: noisy * draw.of(0.002..0.020),
        column_noise: if line_sensor { noisy * draw.of(0.0..0.008) } else { 0.0 },
        dust: dirty * draw.of(0.0..8.0),
        hairs: dirty * draw.of(0.0..0.3),
        colour: draw.chance(0.4),
        jpeg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for preset in Preset::ALL {
            assert_eq!(preset.to_string().parse(), Ok(preset));
        }
        assert!("lab600".parse::<Preset>().unwrap_err().to_string().contains("reader400"));
    }

    #[test]
    fn draws_stay_in_their_ranges_and_differ() {
        for preset in Preset::ALL {
            for seed in 0..300 {
                let Conditions { print, scan } = Conditions::draw(preset, seed);
                assert!(scan.scale.iter().all(|s| (s - 1.0).abs() <= 0.03));
                assert!(scan.rotation_deg.abs() <= 10.0);
                assert!(
                    (0.80..0.92).contains(&print.paper)
                        && (0.0..0.3).contains(&print.wear.abrasion)
                );
                if let Technology::ClusteredDot { lines, .. } = print.technology {
                    let least = if preset.kind() == Kind::Lab { 175.0 } else { 150.0 };
                    assert!(lines >= least && preset.kind() != Kind::Reader);
                }
            }
            assert_eq!(Conditions::draw(preset, 1), Conditions::draw(preset, 1));
            assert_ne!(Conditions::draw(preset, 1), Conditions::draw(preset, 2));
        }
        assert_ne!(
            Conditions::draw(Preset::Reader400, 1).print,
            Conditions::draw(Preset::Reader500, 1).print
        );
    }
}
