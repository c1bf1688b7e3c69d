//! Tones: the wedges of a sheet, and what they tell of paper, ink, dot gain and glare.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::located::Located;
use super::patch::{Patch, inner};
use crate::imaging::{Picture, tone};
use crate::numerics::median;
use crate::press::sheet::plan::{self, Part, STEPS};

/// Share of a step's sides that is left out on each side: blur, and what the map is off.
const EDGE: f64 = 0.25;
/// Steps closer than this share of what the picture has them apart are lost, lightness. A guess.
const LOST: f32 = 0.25;
/// Light from which on a scan is clipped, and up to which.
const CLIPPED: [f32; 2] = [0.002, 0.992];

/// One step of the wedge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// sRGB level in the raster.
    pub tone: u8,
    /// Light on white ground, 0..1 of the scan's scale: median of the panels.
    pub on_white: f64,
    /// … and on black ground.
    pub on_black: f64,
}

/// What the wedges tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tones {
    /// The wedge, from solid to bare.
    pub steps: Vec<Step>,
    /// Light of bare paper, of the scan's scale.
    pub paper: Estimate,
    /// Light of solid ink.
    pub black: Estimate,
    /// Tone value increase at half tone (ISO 12647-1), of the whole: what calibration left of it.
    pub gain: Estimate,
    /// By how much a patch is lighter on white ground than on black, as a share: median of middle tones.
    pub glare: Estimate,
    /// Lightness in the raster up to which darker tones are not told apart, L*.
    pub shadows_lost: f32,
    /// … and from which on lighter ones are not.
    pub highlights_lost: f32,
    /// Whether the scan's own scale ends before the print's: black, white.
    pub clipped: [bool; 2],
}

/// Measures the wedges of all panels; none where too few steps lie in the scan.
pub(super) fn measure(scan: &Picture, sheet: &Located) -> Option<Tones> {
    let mut seen: BTreeMap<(bool, u8), Vec<f32>> = BTreeMap::new();
    for [left, top] in sheet.size.panels() {
        for (part, [x, y, width, height]) in plan::panel() {
            let Part::Step { tone, on_black } = part else { continue };
            let place = inner([left + x, top + y, width, height], EDGE);
            let Some(patch) = Patch::new(scan, &sheet.map, place, 0.0) else { continue };
            let values = patch.values(&patch.luminance, place);
            let (sum, count) =
                values.iter().filter(|v| v.is_finite()).fold((0.0, 0), |(s, n), v| (s + v, n + 1));
            if 2 * count > values.len() {
                seen.entry((on_black, tone)).or_default().push(sum / count as f32);
            }
        }
    }
    let of = |on_black: bool, tone: u8| {
        let mut values = seen.get(&(on_black, tone)).cloned().unwrap_or_default();
        median(&mut values).map(f64::from)
    };
    let steps: Option<Vec<Step>> = STEPS
        .into_iter()
        .map(|tone| Some(Step { tone, on_white: of(false, tone)?, on_black: of(true, tone)? }))
        .collect();
    let steps = steps?;
    let spread = |tone: u8| spread(seen.get(&(false, tone)).map_or(&[], Vec::as_slice));
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    let paper = Estimate::new(last.on_white, spread(last.tone).max(1e-4));
    let black = Estimate::new(first.on_white, spread(first.tone).max(1e-4));
    let gain = gain(&steps, paper.value, black.value);
    let middle = &steps[4..12];
    let mut lighter: Vec<f64> =
        middle.iter().map(|s| s.on_white / s.on_black.max(1e-4) - 1.0).collect();
    let glare = Estimate::new(median(&mut lighter).unwrap_or(0.0), deviation(&lighter));
    let clipped = [
        steps[0].on_white < f64::from(CLIPPED[0]) && steps[1].on_white < f64::from(CLIPPED[0]),
        steps[15].on_white > f64::from(CLIPPED[1]) && steps[14].on_white > f64::from(CLIPPED[1]),
    ];
    let [shadows_lost, highlights_lost] = lost(&steps, paper.value);
    Some(Tones { steps, paper, black, gain, glare, shadows_lost, highlights_lost, clipped })
}

/// Share of ink in the raster (Murray 1936): of the light that paper gives and solid ink does not.
fn nominal(tone: u8) -> f64 {
    1.0 - f64::from(tone::LINEAR_OF_U8[usize::from(tone)])
}

/// The parabola of tone value increase, by least squares over the steps between the ends.
fn gain(steps: &[Step], paper: f64, black: f64) -> Estimate {
    let range = (paper - black).max(1e-3);
    let pair = |step: &Step| {
        let (wish, grown) = (nominal(step.tone), (paper - step.on_white) / range);
        (4.0 * wish * (1.0 - wish), grown - wish)
    };
    let pairs: Vec<(f64, f64)> = steps[1..steps.len() - 1].iter().map(pair).collect();
    let (dot, square) = pairs.iter().fold((0.0, 0.0), |(d, s), (a, b)| (d + a * b, s + a * a));
    let value = dot / square;
    let rest: f64 = pairs.iter().map(|(a, b)| (b - value * a).powi(2)).sum();
    Estimate::new(value, (rest / (pairs.len() - 1) as f64 / square).sqrt())
}

/// Up to which tone shadows, and from which on highlights, are not told apart, L* in the raster.
fn lost(steps: &[Step], paper: f64) -> [f32; 2] {
    let wish = |step: &Step| tone::lightness(tone::LINEAR_OF_U8[usize::from(step.tone)]);
    let seen =
        |step: &Step| tone::lightness((step.on_white / paper.max(1e-3)).clamp(0.0, 1.0) as f32);
    let is_lost =
        |pair: &[Step]| seen(&pair[1]) - seen(&pair[0]) < LOST * (wish(&pair[1]) - wish(&pair[0]));
    let pairs: Vec<&[Step]> = steps.windows(2).collect();
    let dark = pairs.iter().take_while(|pair| is_lost(pair)).count();
    let light = pairs.iter().rev().take_while(|pair| is_lost(pair)).count();
    [wish(&steps[dark]), wish(&steps[steps.len() - 1 - light])]
}

fn spread(values: &[f32]) -> f64 {
    let values: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
    deviation(&values)
}

/// Standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
