//! What one press and one scanner do, by its test sheets: `press.toml`.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::calibrate::edges::{Edges, LETTERS};
use super::calibrate::estimate::Estimate;
use super::calibrate::inks::Register;
use super::calibrate::legibility::Legible;
use super::calibrate::texture::Texture;
use super::calibrate::tones::Tones;
use crate::channel::{Conditions, Glare, Technology};
use crate::imaging::{Mm, Ppi};
use crate::inspect::decision::print_check::{Printing, SQUARE};
use crate::inspect::signal::scan::working_pixel;
use crate::numerics::{median, quantile};
use crate::spec::Mode;

/// The first line of the file: what it is, and its version.
pub(super) const SCHEMA: &str = "tumar.press/1";

/// Sigma of a good scanner's optics, in its pixels: how much of an edge's width is taken for the scanner's.
/// A guess; at 1200 ppi it is a quarter of what most presses blur.
const OPTICS_PX: f64 = 0.45;
/// Resolution of a screened press; its dots are not resolved. A guess.
const DEVICE: Ppi = Ppi(2400.0);
/// Fewest strips of microtext whose letters tell their blur …
const LETTERED: usize = 3;
/// … and the strength from which on they are clear enough for that.
const CLEAR: f64 = 0.13;
/// By how much letters may differ from the press's edges, as a share, where there are too few strips. A guess,
/// from presses of another build.
const EDGES: f64 = 0.1;
/// Letters are blurred by so many times what edges are, at the least and at the most. A guess.
const LIKE_EDGES: [f64; 2] = [0.9, 1.35];

/// A press and the scanner that its sheets were scanned on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// What the file is.
    pub(super) schema: String,
    /// Numbers of the sheets, with their sizes.
    pub sheets: Vec<String>,
    /// Resolution that the scans state, and the true one, pixels an inch of the raster's own size.
    pub scan_ppi: f64,
    /// Size of the print over the raster's, across and down, 1 being 100 %, by the resolution that the scan
    /// states.
    pub scale: [Estimate; 2],
    /// How far lines bow, mm.
    pub bow_mm: Estimate,
    /// Root mean square by which marks miss their places after all, mm.
    pub placement_mm: Estimate,
    /// What the wedges tell.
    pub tones: Tones,
    /// What the edges tell.
    pub edges: Edges,
    /// What the tints tell.
    pub texture: Texture,
    /// What the dots of ink tell, where there are colours.
    pub register: Option<Register>,
    /// How the strips were read.
    #[serde(default)]
    pub strips: Vec<Legible>,
}

impl Press {
    /// Reads a press's file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let press: Self = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
        if press.schema != SCHEMA {
            return Err(format!("it says {:?}, not {SCHEMA:?}: calibrate anew", press.schema));
        }
        let range = press.tones.paper.value - press.tones.black.value;
        let [across, down] = [press.edges.across.value, press.edges.down.value];
        let is_sane = (0.05..2.0).contains(&range)
            && (0.0..2.0).contains(&press.tones.paper.value)
            && [across, down].iter().all(|sigma| (0.001..0.5).contains(sigma))
            && press.edges.letters.iter().all(|left| (0.001..=1.0).contains(&left.value))
            && (50.0..=12_000.0).contains(&press.scan_ppi)
            && press.tones.gain.value.abs() < 0.5
            && press.tones.steps.iter().all(|step| (0.0..=2.0).contains(&step.on_white))
            && press.scale.iter().all(|scale| (0.5..2.0).contains(&scale.value))
            && (0.0..100.0).contains(&press.tones.shadows_lost)
            && [press.tones.glare, press.texture.noise, press.texture.grain]
                .iter()
                .all(|estimate| estimate.value.is_finite())
            && press.texture.screen.is_none_or(|screen| {
                (50.0..400.0).contains(&screen.lines_per_inch) && screen.angle_deg.is_finite()
            });
        is_sane
            .then_some(press)
            .ok_or_else(|| "its numbers are not those of a press: calibrate anew".to_owned())
    }

    /// As `press.toml`.
    ///
    /// # Errors
    /// None that a measured press has.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// This very press and scanner, for the print-and-scan model.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        let Conditions { mut print, mut scan } = Conditions::clean(Ppi(self.scan_ppi));
        let tones = &self.tones;
        print.technology = match self.texture.screen {
            Some(screen) => Technology::ClusteredDot {
                device: DEVICE,
                lines: screen.lines_per_inch,
                angle_deg: screen.angle_deg,
            },
            None => Technology::Continuous,
        };
        print.paper = tones.paper.value.clamp(0.05, 1.0);
        print.black = tones.black.value.clamp(0.0, 0.9 * print.paper);
        // What calibration left of it is all that was seen.
        (print.gain, print.calibration) = (tones.gain.value.clamp(-0.24, 0.24), 0.0);
        print.spot = Mm(self.spot_mm());
        // A screen's dots are no grain.
        let grain = if self.texture.screen.is_some() { 0.0 } else { self.texture.grain.value };
        print.grain = grain.clamp(0.0, 0.3);
        scan.optics_px = OPTICS_PX;
        scan.aspect = (self.edges.across.value / self.edges.down.value).clamp(0.5, 2.0);
        scan.scale = self.scale.map(|scale| 1.0 / scale.value.clamp(0.5, 2.0));
        let glass = tones.glare.value.clamp(0.0, 0.4);
        scan.glare = Glare { glass, reach: Mm(5.0), ..Glare::NONE };
        scan.read_noise = self.texture.noise.value.clamp(0.0, 0.1);
        scan.border = [Mm(3.0); 4];
        scan.surround.reflectance = print.paper;
        Conditions { print, scan }
    }

    /// Sigma of a printed spot, mm: of the blur that leaves letters as much contrast as they have, what the
    /// scanner's pixels and optics do not explain. Of a press whose spots are no bells, edges tell less.
    #[must_use]
    pub fn spot_mm(&self) -> f64 {
        let pixel = 25.4 / self.scan_ppi;
        let [across, down] = self.edges.letters.map(|left| left.value);
        // exp(−2π²σ²f²)
        let whole = -(across * down).sqrt().ln() / (2.0 * (PI * LETTERS).powi(2));
        let scanner = pixel * pixel * (OPTICS_PX * OPTICS_PX + SQUARE * SQUARE);
        (whole - scanner).max(0.003f64.powi(2)).sqrt()
    }

    /// What its prints look like at 1200 ppi, by which copies are told; none where no sheet was scanned so
    /// finely.
    #[must_use]
    pub fn printing(&self) -> Option<Printing> {
        if self.texture.grains.len() < 3 {
            return None;
        }
        let grains = self.texture.grains.clone();
        // Letters themselves tell best; a card has none, and edges are another thing than letters.
        let of_strip = |strip: &Legible| {
            let usual = strip.mode == Mode::Tint && strip.is_read && strip.strength >= CLEAR;
            strip.blur_mm.filter(|_| usual && (strip.cap_height_mm * LETTERS - 1.0).abs() < 0.01)
        };
        let mut letters: Vec<f64> = self.strips.iter().filter_map(of_strip).collect();
        let Edges { across, down, .. } = &self.edges;
        let blur = Mm((across.value * down.value).sqrt());
        let file = Mm(1.0 / Ppi(self.scan_ppi).per_mm());
        let by_edges = Printing { blur, pixel: file, spread: EDGES, grains };
        if letters.len() < LETTERED {
            return Some(by_edges);
        }
        let pixel = working_pixel(Ppi(self.scan_ppi));
        // What breaks letters makes them seem blurred, never sharper.
        let blur = quantile(&mut letters, 0.25)?;
        let mut apart: Vec<f64> = letters.iter().map(|one| (one / blur - 1.0).abs()).collect();
        let spread = median(&mut apart)?.min(EDGES);
        // A screen's dots break the letters of flat tones, which then seem blurred.
        let edges = by_edges.blur_in([1.0 / pixel.0; 2]).0;
        let blur = Mm(blur.clamp(LIKE_EDGES[0] * edges, LIKE_EDGES[1] * edges));
        Some(Printing { blur, pixel, spread, ..by_edges })
    }

    /// Sentences on what is out of the ordinary, and what to mend.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        let tones = &self.tones;
        let percent = |scale: Estimate| 100.0 * scale.value;
        if self.scale.iter().any(|scale| (scale.value - 1.0).abs() > 0.004) {
            advice.push(format!(
                "the print is {:.1} % wide and {:.1} % high: print at 100 %, without fitting it to the page, or correct the resolution that the scanner states",
                percent(self.scale[0]),
                percent(self.scale[1])
            ));
        }
        match tones.clipped {
            [true, true] => advice.push(
                "the scan ends at both black and white: the scanner's driver stretches contrast (automatic exposure, levels or document mode); switch it off and scan again".to_owned(),
            ),
            [true, false] => advice.push(
                "dark tones are cut off by the scan itself: lower the black point in the scanner's driver, and switch automatic exposure off".to_owned(),
            ),
            [false, true] => advice.push(
                "paper and light tones are cut off by the scan itself: raise the white point in the scanner's driver, and switch automatic exposure off".to_owned(),
            ),
            [false, false] => {}
        }
        if tones.shadows_lost > 12.0 && !tones.clipped[0] {
            advice.push(format!(
                "shadows under L* {:.0} are lost: raise the black point of the print (less ink), or lighten dark portraits",
                tones.shadows_lost
            ));
        }
        if tones.highlights_lost < 95.0 && !tones.clipped[1] {
            advice.push(format!(
                "lights over L* {:.0} are lost: print light tones with more ink",
                tones.highlights_lost
            ));
        }
        if tones.gain.value > 0.12 {
            advice.push(format!(
                "half tones print {:.0} % too full: calibrate the press, or let embed take it back (--press)",
                100.0 * tones.gain.value
            ));
        }
        if self.edges.overshoot.value > 0.06 {
            advice.push(format!(
                "edges overshoot by {:.0} %: the scanner sharpens; switch it off",
                100.0 * self.edges.overshoot.value
            ));
        }
        let [across, down] = [self.edges.across.value, self.edges.down.value];
        if f64::max(across, down) > 0.075 {
            advice.push(format!(
                "an edge spreads over {across:.3} × {down:.3} mm; microtext of 0.24 mm is read up to 0.08: print and scan finer, or choose larger capitals"
            ));
        }
        if let Some(register) = &self.register {
            let off =
                register.inks.iter().map(|ink| f64::hypot(ink[0], ink[1])).fold(0.0, f64::max);
            if off > 0.08 {
                advice
                    .push(format!("inks miss each other by up to {off:.2} mm: register the press"));
            }
        }
        advice
    }
}
