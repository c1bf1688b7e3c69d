//! A preset's conditions, drawn by a seed from its row of ranges.
//!
//! The order of the draws is part of what a seed means: whoever changes it changes every measurement
//! that was made. A test below holds it.

use std::f64::consts::TAU;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::conditions::{
    Conditions, Glare, Kernel, PrintConditions, ScanConditions, Surround, Technology, Wear,
};
use super::noise::mix;
use super::preset::Preset;
use super::ranges::{self, Jpeg, Ranges, SHARED, Value};
use crate::imaging::{Mm, Ppi};

impl Conditions {
    /// Conditions of a preset, drawn by a seed.
    #[must_use]
    pub fn draw(preset: Preset, seed: u64) -> Self {
        // The print is drawn from a stream of its own, so that a change there moves no scan; what
        // came later from further ones, so that it moves nothing.
        let stream = |tag| Draw(ChaCha8Rng::seed_from_u64(mix(mix(seed, preset as u64), tag)));
        let ranges = ranges::of(preset);
        let mut conditions =
            Self { print: print(ranges, &mut stream(1)), scan: scan(ranges, &mut stream(2)) };
        later_print(&mut conditions.print, &mut stream(3));
        later_scan(&mut conditions.scan, ranges, &mut stream(4));
        conditions
    }
}

/// A seeded source of values.
struct Draw(ChaCha8Rng);

impl Draw {
    fn of(&mut self, value: Value) -> f64 {
        match value {
            Value::Fixed(value) => value,
            Value::Even(from, to) => self.0.random_range(from..to),
            Value::Around(limit) => self.0.random_range(-limit..=limit),
            Value::Tailed { usual, rare } => {
                let limit = if self.chance(0.125) { rare } else { usual };
                self.0.random_range(-limit..=limit)
            }
        }
    }

    fn each<const N: usize>(&mut self, value: Value) -> [f64; N] {
        [0; N].map(|_| self.of(value))
    }

    /// A length whose range is in µm.
    fn micrometres(&mut self, value: Value) -> Mm {
        Mm(self.of(value) / 1000.0)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    fn jpeg(&mut self, Jpeg { share, quality: [least, most] }: Jpeg) -> Option<u8> {
        let stored = share >= 1.0 || self.chance(share);
        stored.then(|| self.0.random_range(least..=most))
    }
}

fn print(ranges: &Ranges, draw: &mut Draw) -> PrintConditions {
    let technology = technology(ranges, draw);
    let spot = draw.micrometres(match technology {
        Technology::Continuous => ranges.dye_spot,
        Technology::Engraving => SHARED.burnt_spot,
        Technology::ClusteredDot { .. } => SHARED.plate_spot,
        Technology::ErrorDiffusion { .. } => SHARED.toner_spot,
        Technology::Inkjet { .. } => SHARED.drop_spot,
    });
    let grain = draw.of(match technology {
        Technology::Continuous | Technology::Engraving => SHARED.smooth_grain,
        _ => SHARED.dotted_grain,
    });
    let wear = Wear {
        abrasion: draw.of(ranges.abrasion),
        stain: draw.of(ranges.stain),
        scratches: draw.of(ranges.scratches),
    };
    PrintConditions {
        technology,
        shared_inks: 0,
        paper: draw.of(SHARED.paper),
        black: draw.of(SHARED.black),
        gain: draw.of(SHARED.gain),
        yule_nielsen: draw.of(SHARED.yule_nielsen),
        calibration: draw.of(SHARED.calibration),
        spot,
        spread: draw.micrometres(SHARED.spread),
        grain,
        mottle: draw.of(SHARED.mottle),
        mottle_size: draw.micrometres(SHARED.mottle_size),
        banding: draw.of(SHARED.banding),
        banding_pitch: draw.micrometres(SHARED.banding_pitch),
        wear,
        relief: 0.0,
    }
}

/// Passports are dye-sublimated, inkjet-printed or engraved; offices and forgers do the rest. The
/// shares are guesses.
fn technology(ranges: &Ranges, draw: &mut Draw) -> Technology {
    let choice = draw.of(Value::Even(0.0, 1.0));
    let device = if draw.chance(0.5) { Ppi(2400.0) } else { Ppi(1200.0) };
    let kernel = if draw.chance(0.5) { Kernel::FloydSteinberg } else { Kernel::Stucki };
    match choice {
        _ if choice < ranges.screened => {
            let angle_deg = draw.of(Value::Even(0.0, 90.0));
            let lines = draw.of(ranges.lines);
            Technology::ClusteredDot { device: Ppi(2400.0), lines, angle_deg }
        }
        _ if choice < 0.38 => Technology::Continuous,
        _ if choice < 0.64 => Technology::Inkjet {
            device,
            levels: draw.0.random_range(2..=4),
            kernel: draw.chance(0.6).then_some(kernel),
            placement: draw.micrometres(SHARED.placement),
        },
        _ if choice < 0.89 => Technology::Engraving,
        _ => Technology::ErrorDiffusion { device, kernel },
    }
}

fn scan(ranges: &Ranges, draw: &mut Draw) -> ScanConditions {
    // Along both axes together, and each axis by itself: 3 % at most.
    let common = draw.of(SHARED.scale);
    let scale = draw.each(ranges.axis_scale).map(|own| 1.0 + common + own);
    let ppi = Ppi(draw.of(ranges.ppi).round());
    let rotation_deg = draw.of(ranges.rotation_deg);
    let (keystone, lens) = (draw.each(ranges.keystone), draw.of(ranges.lens));
    let optics_px = draw.of(ranges.optics_px);
    let motion_px = motion(ranges.motion_px, draw);
    let sharpens = draw.chance(ranges.sharpened);
    let jpeg = draw.jpeg(ranges.jpeg);
    let dark = draw.chance(ranges.dark);
    let patterned = !dark && draw.chance(SHARED.patterned);
    ScanConditions {
        ppi,
        scale,
        rotation_deg,
        shift_px: draw.each(SHARED.shift_px),
        border: draw.each(SHARED.border).map(Mm),
        surround: Surround {
            reflectance: draw.of(if dark { SHARED.dark_ground } else { SHARED.light_ground }),
            pattern: if patterned { draw.of(SHARED.pattern) } else { 0.0 },
            pattern_pitch: Mm(draw.of(SHARED.pattern_pitch)),
        },
        keystone,
        lens,
        feed_jitter: draw.micrometres(ranges.feed_jitter),
        feed_period: Mm(draw.of(SHARED.feed_period)),
        feed_phase: draw.of(Value::Even(0.0, TAU)),
        sway: Mm(0.0),
        sway_period: Mm(1.0),
        sway_phase: 0.0,
        registration: [[Mm(0.0); 2]; 2],
        optics_px,
        aspect: 1.0,
        motion_px,
        illumination: draw.each(ranges.illumination),
        vignette: draw.of(ranges.vignette),
        glare: Glare::NONE,
        gamma: draw.of(SHARED.gamma),
        black_point: draw.of(SHARED.black_point),
        white_point: draw.of(SHARED.white_point),
        balance: draw.each(SHARED.balance).map(|off| 1.0 + off),
        sharpen: if sharpens { draw.of(SHARED.sharpen) } else { 0.0 },
        sharpen_radius_px: draw.of(SHARED.sharpen_radius_px),
        read_noise: ranges.noise * draw.of(SHARED.read_noise),
        shot_noise: ranges.noise * draw.of(SHARED.shot_noise),
        column_noise: ranges.noise * draw.of(ranges.column_noise),
        dust: ranges.dirt * draw.of(SHARED.dust),
        hairs: ranges.dirt * draw.of(SHARED.hairs),
        colour: draw.chance(SHARED.colour),
        jpeg,
    }
}

/// What the print's first stream does not know.
fn later_print(print: &mut PrintConditions, draw: &mut Draw) {
    let (embossed, relief) = (draw.chance(SHARED.embossed), draw.of(SHARED.relief));
    print.relief = if embossed { relief } else { 0.0 };
    // Half of all screened prints have none. A guess.
    let inks = draw.0.random_range(0..=3u8).saturating_sub(1);
    if matches!(print.technology, Technology::ClusteredDot { .. }) {
        print.shared_inks = inks;
    }
}

/// What the scan's first stream does not know.
fn later_scan(scan: &mut ScanConditions, ranges: &Ranges, draw: &mut Draw) {
    scan.sway = draw.micrometres(ranges.sway);
    scan.sway_period = Mm(draw.of(SHARED.sway_period));
    scan.sway_phase = draw.of(Value::Even(0.0, TAU));
    scan.registration = [0; 2].map(|_| ranges.registration.map(|axis| draw.micrometres(axis)));
    scan.aspect = draw.of(SHARED.log_aspect).exp();
    let veiled = draw.chance(ranges.veiled);
    let veil = draw.of(SHARED.veil);
    scan.glare = Glare {
        glass: draw.of(ranges.glass),
        lens: draw.of(ranges.lens_glare),
        reach: Mm(draw.of(SHARED.glare_reach)),
        veil: if veiled { veil } else { 0.0 },
        veil_size: Mm(draw.of(SHARED.veil_size)),
        veil_at: draw.each(Value::Even(0.0, 1.0)),
    };
}

/// A way of up to `longest` pixels in any direction.
fn motion(longest: f64, draw: &mut Draw) -> [f64; 2] {
    if longest <= 0.0 {
        return [0.0; 2];
    }
    let length = draw.of(Value::Even(0.0, longest));
    let heading = draw.of(Value::Even(0.0, TAU));
    [length * heading.cos(), length * heading.sin()]
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// What seeds 0..256 draw, to the last bit: the first eight bytes of SHA-256 of the conditions
    /// as JSON, one after the other. Written anew when the ranges were widened to hold real scans.
    #[test]
    fn seeds_mean_what_they_always_meant() {
        let drawn = |preset: Preset| {
            let mut digest = Sha256::new();
            for seed in 0..256 {
                let conditions = Conditions::draw(preset, seed);
                digest.update(serde_json::to_string(&conditions).unwrap());
            }
            digest.finalize()[..8].iter().fold(0, |all, &byte| all << 8 | u64::from(byte))
        };
        let digests = Preset::ALL.map(|preset| (preset, format!("{:016x}", drawn(preset))));
        let expected = [
            (Preset::Lab2400, "9bb980f6c81a43c9"),
            (Preset::Lab1200, "5af04eba50529748"),
            (Preset::Flatbed600, "e981dd8371f45673"),
            (Preset::Reader500, "d0829b736236901f"),
            (Preset::Reader400, "452e98cb402ed49c"),
            (Preset::Phone, "410e0391db580b22"),
            (Preset::Worn, "3681bfd183605bd1"),
        ];
        assert_eq!(digests, expected.map(|(preset, digest)| (preset, digest.to_owned())));
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
                    let fine =
                        matches!(preset, Preset::Lab2400 | Preset::Lab1200 | Preset::Flatbed600);
                    assert!(lines >= if fine { 175.0 } else { 150.0 });
                    assert!(!matches!(preset, Preset::Reader500 | Preset::Reader400));
                }
            }
            assert_eq!(Conditions::draw(preset, 1), Conditions::draw(preset, 1));
            assert_ne!(Conditions::draw(preset, 1), Conditions::draw(preset, 2));
        }
        let clipped = |seed: &u64| {
            let Conditions { print, scan } = Conditions::draw(Preset::Flatbed600, *seed);
            scan.white_point < print.paper
        };
        let clipped = (0..1000).filter(clipped).count();
        assert!((360..480).contains(&clipped), "{clipped} of 1,000; 3 of 7 real scans");
        assert_ne!(
            Conditions::draw(Preset::Reader400, 1).print,
            Conditions::draw(Preset::Reader500, 1).print
        );
    }
}
