//! Calibration: scans of test sheets → the press.
//!
//! located (where the sheet lies) → tones, edges, texture, inks, legibility (what its parts tell) → the mean
//! of all sheets.

pub mod edges;
pub mod error;
pub mod estimate;
pub mod inks;
pub mod legibility;
pub mod located;
mod patch;
pub mod texture;
pub mod tones;

use super::press::{Press, SCHEMA};
use crate::imaging::{Picture, Ppi};
use crate::inspect::signal::graininess::Grain;
use edges::Edges;
pub use error::CalibrateError;
use estimate::Estimate;
use inks::Register;
use legibility::Legible;
use located::{Located, locate};
use texture::Texture;
use tones::{Step, Tones};

/// What one scan tells.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Where it lies.
    pub located: Located,
    /// Resolution that the scan states, pixels an inch.
    pub ppi: f64,
    /// Size of the print over the raster's.
    pub scale: [f64; 2],
    tones: Tones,
    edges: Edges,
    texture: Texture,
    register: Option<Register>,
    strips: Vec<Legible>,
}

/// Measures the sheet in a scan. `ppi`: counts before what the scan states.
///
/// # Errors
/// [`CalibrateError`].
pub fn measure(scan: &Picture, ppi: Option<Ppi>) -> Result<Sheet, CalibrateError> {
    let stated = ppi.map(|ppi| [ppi; 2]).or(scan.ppi).ok_or(CalibrateError::NoResolution)?;
    let located = locate(scan)?;
    let per_mm = located.map.per_mm();
    // A sheet on its side is measured along its own axes.
    let sideways = (located.map.turn_deg().rem_euclid(180.0) - 90.0).abs() < 45.0;
    let of = |axis: usize| stated[if sideways { 1 - axis } else { axis }].per_mm();
    let scale = [0, 1].map(|axis| per_mm[axis] / of(axis));
    let tones = tones::measure(scan, &located).ok_or(CalibrateError::Lacks("wedge"))?;
    let edges = edges::measure(scan, &located).ok_or(CalibrateError::Lacks("square"))?;
    let texture = texture::measure(scan, &located, &tones).ok_or(CalibrateError::Lacks("tint"))?;
    let register = inks::measure(scan, &located);
    let strips = legibility::measure(scan, &located);
    let ppi = 0.5 * (stated[0].0 + stated[1].0);
    Ok(Sheet { located, ppi, scale, tones, edges, texture, register, strips })
}

/// The press of which these are sheets: means, and how much sheets differ.
///
/// # Errors
/// [`CalibrateError::None`].
pub fn press(sheets: &[Sheet]) -> Result<Press, CalibrateError> {
    let first = sheets.first().ok_or(CalibrateError::None)?;
    let mean = |of: &dyn Fn(&Sheet) -> f64| {
        let values: Vec<f64> = sheets.iter().map(of).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    // Of several sheets the spread counts; of one, what it says of itself.
    let estimate = |of: &dyn Fn(&Sheet) -> Estimate| {
        let values: Vec<f64> = sheets.iter().map(|sheet| of(sheet).value).collect();
        let own = mean(&|sheet| of(sheet).sigma);
        let spread = Estimate::of(&values).map_or(0.0, |all| all.sigma);
        Estimate::new(mean(&|sheet| of(sheet).value), own.max(spread))
    };
    let marks = |sheet: &Sheet| (sheet.located.marks as f64).sqrt();
    let scale = [0, 1].map(|axis| {
        estimate(&|sheet| {
            let side = sheet.located.size.mm()[axis];
            Estimate::new(sheet.scale[axis], sheet.located.residual / side / marks(sheet))
        })
    });
    let bow = estimate(&|sheet| {
        Estimate::new(sheet.located.map.bow(), sheet.located.residual / marks(sheet))
    });
    let placement = estimate(&|sheet| Estimate::new(sheet.located.residual, 0.0));
    let step = |i: usize| Step {
        tone: first.tones.steps[i].tone,
        on_white: mean(&|sheet| sheet.tones.steps[i].on_white),
        on_black: mean(&|sheet| sheet.tones.steps[i].on_black),
    };
    let most =
        |of: &dyn Fn(&Sheet) -> bool| 2 * sheets.iter().filter(|s| of(s)).count() > sheets.len();
    let tones = Tones {
        steps: (0..first.tones.steps.len()).map(step).collect(),
        paper: estimate(&|sheet| sheet.tones.paper),
        black: estimate(&|sheet| sheet.tones.black),
        gain: estimate(&|sheet| sheet.tones.gain),
        glare: estimate(&|sheet| sheet.tones.glare),
        shadows_lost: mean(&|sheet| f64::from(sheet.tones.shadows_lost)) as f32,
        highlights_lost: mean(&|sheet| f64::from(sheet.tones.highlights_lost)) as f32,
        clipped: [0, 1].map(|end| most(&|sheet| sheet.tones.clipped[end])),
    };
    let edges = Edges {
        across: estimate(&|sheet| sheet.edges.across),
        down: estimate(&|sheet| sheet.edges.down),
        letters: [0, 1].map(|axis| estimate(&|sheet| sheet.edges.letters[axis])),
        overshoot: estimate(&|sheet| sheet.edges.overshoot),
    };
    let texture = Texture {
        noise: estimate(&|sheet| sheet.texture.noise),
        tint_noise: estimate(&|sheet| sheet.texture.tint_noise),
        grain: estimate(&|sheet| sheet.texture.grain),
        grains: grains(sheets),
        screen: sheets.iter().find_map(|sheet| sheet.texture.screen),
    };
    let register = sheets.iter().find_map(|sheet| sheet.register);
    let strips = sheets.iter().flat_map(|sheet| sheet.strips.clone()).collect();
    let named = |sheet: &Sheet| format!("{} {}", sheet.located.size, sheet.located.number);
    Ok(Press {
        schema: SCHEMA.to_owned(),
        sheets: sheets.iter().map(named).collect(),
        scan_ppi: mean(&|sheet| sheet.ppi),
        scale,
        bow_mm: bow,
        placement_mm: placement,
        tones,
        edges,
        texture,
        register,
        strips,
    })
}

/// The grain of each tone: the median of those sheets that show it.
fn grains(sheets: &[Sheet]) -> Vec<Grain> {
    let shown: Vec<&[Grain]> = sheets.iter().map(|sheet| sheet.texture.grains.as_slice()).collect();
    let most = shown.iter().map(|grains| grains.len()).max().unwrap_or(0);
    let full: Vec<&[Grain]> = shown.into_iter().filter(|grains| grains.len() == most).collect();
    let of_tone = |i: usize| full.iter().map(|grains| grains[i]).collect::<Vec<Grain>>();
    (0..most).filter_map(|i| Grain::median(&of_tone(i))).collect()
}
