//! The generator: portrait + name + profile → a raster that is ready to print.
//!
//! portrait (cropped, at print resolution, linear light) → lettering (glyph coverage) → tint.

pub mod difference;
pub mod lettering;
pub mod portrait;
mod slow;
pub mod tint;

use serde::Serialize;
use thiserror::Error;

use crate::base::Picture;
use crate::spec::legend::NameError;
use crate::spec::profile::{FEWEST_DOTS_A_CAPITAL, ICAO_MICROPRINT};
use crate::spec::{Legend, Name, Profile};
use portrait::{PortraitError, Prepared};

/// A print-ready portrait and what is to be said of it.
#[derive(Debug)]
pub struct Embedded {
    /// The raster, at the profile's size and resolution.
    pub picture: Picture,
    /// What was printed. Holds no personal data.
    pub summary: Summary,
}

/// What `embed` reports.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The profile's name.
    pub profile: String,
    /// Raster size in print dots.
    pub width_px: usize,
    /// Raster size in print dots.
    pub height_px: usize,
    /// Print resolution.
    pub dpi: f64,
    /// Height of a capital in millimetres.
    pub cap_height_mm: f64,
    /// Print dots a capital.
    pub dots_per_cap: f64,
    /// Amplitude of the tint, 0..1 of the lightness scale.
    pub strength: f64,
    /// Symbols of one copy, marks included; of both legends where there are two.
    pub symbols: usize,
    /// Copies of the legend in the picture, rounded down.
    pub copies: usize,
    /// "yes" below ICAO's limit for microprint (Doc 9303-2), else "no".
    pub icao_microprint: &'static str,
    /// Plain sentences on what may go wrong in print.
    pub warnings: Vec<String>,
}

/// Why nothing was embedded.
#[derive(Debug, Error)]
pub enum EmbedError {
    /// The name does not fit the profile.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The portrait cannot be used.
    #[error(transparent)]
    Portrait(#[from] PortraitError),
}

/// Prints `name` as microtext into `portrait`.
///
/// The portrait is cropped about its centre to the profile's shape and resampled in linear light to
/// its print resolution, as its colour profile says; the profile is carried on, byte for byte.
///
/// # Errors
/// [`EmbedError`].
pub fn embed(portrait: &Picture, name: &Name, profile: &Profile) -> Result<Embedded, EmbedError> {
    // Handed to the thread pool once, and not by each loop of each stage.
    rayon::scope(|_| stages(portrait, name, profile))
}

fn stages(portrait: &Picture, name: &Name, profile: &Profile) -> Result<Embedded, EmbedError> {
    let legends = Legend::all(name, profile)?;
    let prepared = portrait::prepare(portrait, profile)?;
    let coverage = lettering::coverage(&legends, profile);
    let picture = tint::tint(&prepared, &coverage, profile);
    let summary = summarise(&legends, profile, &prepared);
    Ok(Embedded { picture, summary })
}

fn summarise(legends: &[Legend], profile: &Profile, prepared: &Prepared) -> Summary {
    let (width_px, height_px) = profile.size_px();
    let dots_per_cap = profile.dots_per_cap();
    let symbols: usize = legends.iter().map(|legend| legend.symbols().len()).sum();
    let cells =
        (profile.width.0 / profile.layout.advance.0) * (profile.height.0 / profile.layout.pitch.0);
    let mut warnings = Vec::new();
    if dots_per_cap < FEWEST_DOTS_A_CAPITAL {
        warnings.push(format!(
            "a capital is only {dots_per_cap:.1} print dots high; below {FEWEST_DOTS_A_CAPITAL} the letters break: \
             print at a higher resolution or choose larger capitals"
        ));
    }
    if !profile.is_icao_microprint() {
        warnings.push(format!(
            "capitals of {} are no microprint in ICAO's sense (under {ICAO_MICROPRINT})",
            profile.layout.cap_height
        ));
    }
    if let Some(fault) = prepared.fault {
        warnings.push(format!("the portrait's colour profile {fault}; sRGB is assumed"));
    }
    if prepared.enlarged > 8.0 {
        warnings.push(format!(
            "the portrait was enlarged {:.0} times; the face will look soft in print",
            prepared.enlarged
        ));
    }
    Summary {
        profile: profile.name.clone(),
        width_px,
        height_px,
        dpi: profile.dpi.0,
        cap_height_mm: profile.layout.cap_height.0,
        dots_per_cap,
        strength: profile.strength,
        symbols,
        copies: (cells / symbols as f64) as usize,
        icao_microprint: if profile.is_icao_microprint() { "yes" } else { "no" },
        warnings,
    }
}
