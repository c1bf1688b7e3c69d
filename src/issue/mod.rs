//! The generator: portrait + name + profile → a raster that is ready to print.
//!
//! portrait (cropped, at print resolution, linear light) → lettering (glyph coverage) → tint;
//! or portrait → screen.
//!
//! As outlines: vector (the letters in their places) → svg_layer; portrait → shade (what is between the
//! letters, and how dark each is) → pdf_page.

mod bands;
pub mod difference;
pub mod lettering;
pub mod pdf_page;
pub mod portrait;
pub mod screen;
pub mod shade;
pub mod signature;
mod slow;
mod svg_layer;
pub mod tint;
pub mod vector;

use serde::Serialize;
use thiserror::Error;

use crate::formats::decode::MAX_PIXELS;
use crate::imaging::colour::ProfileFault;
use crate::imaging::{Picture, Ppi};
use crate::spec::legend::NameError;
use crate::spec::profile::{Depth, FEWEST_DOTS_A_CAPITAL, ICAO_MICROPRINT, MOST_DOTS};
use crate::spec::{Imprint, Mode, Name, Profile};
pub use pdf_page::Microtext;
use portrait::PortraitError;
use screen::ScreenError;
pub use signature::{SignError, sign};
use vector::Layer;

// Whatever is printed can be read again from its file.
const _: () = assert!(MOST_DOTS <= MAX_PIXELS as f64);

/// A print-ready portrait and what is to be said of it.
#[derive(Debug)]
pub struct Embedded {
    /// The raster, at the profile's size and resolution.
    pub picture: Picture,
    /// What was printed. Holds no personal data.
    pub summary: Summary,
}

/// A print-ready document and what is to be said of it.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub bytes: Vec<u8>,
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
    /// Whether half of the lines begin where the issuer's key says.
    pub keyed: bool,
    /// Whether every sixth line carries a signature.
    pub signed: bool,
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
    /// The profile's letters are too small for a screen at its resolution.
    #[error(transparent)]
    Screen(#[from] ScreenError),
}

/// Prints `name` as microtext into `portrait`.
///
/// The portrait is cropped about its centre to the profile's shape and resampled in linear light to
/// its print resolution, as its colour profile says; the profile is carried on, byte for byte.
///
/// # Errors
/// [`EmbedError`].
pub fn embed(portrait: &Picture, name: &Name, profile: &Profile) -> Result<Embedded, EmbedError> {
    print(portrait, &Imprint::new(name, profile)?, profile)
}

/// Prints an imprint, keyed or not, into `portrait`, as [`embed`] does.
///
/// # Errors
/// [`EmbedError`].
pub fn print(
    portrait: &Picture,
    imprint: &Imprint,
    profile: &Profile,
) -> Result<Embedded, EmbedError> {
    // Handed to the thread pool once, and not by each loop of each stage.
    rayon::scope(|_| stages(portrait, imprint, profile))
}

fn stages(
    portrait: &Picture,
    imprint: &Imprint,
    profile: &Profile,
) -> Result<Embedded, EmbedError> {
    let (prepared, picture);
    match profile.mode {
        Mode::Tint => {
            prepared = portrait::prepare(portrait, profile)?;
            picture = tint::tint(&prepared, &lettering::coverage(imprint, profile), profile);
        }
        Mode::Screen => {
            screen::check(profile)?;
            prepared = portrait::luminance(portrait, profile)?;
            picture = screen::screen(&prepared, imprint, profile);
        }
    }
    let summary = summarise(imprint, profile, prepared.enlarged, prepared.fault);
    Ok(Embedded { picture, summary })
}

/// In a PDF the portrait under or over outlines has at least so many dots an inch, or all pixels of the
/// original, but no more than are printed: it holds no detail of the letters.
const FEWEST_DPI: f64 = 600.0;

/// Prints an imprint into `portrait`: a PDF page of the portrait's size, the letters as
/// outlines above or below it. In the mode `screen`, whose letters are the halftone itself, the page
/// holds the raster.
///
/// # Errors
/// [`EmbedError`].
pub fn pdf(
    portrait: &Picture,
    imprint: &Imprint,
    profile: &Profile,
    microtext: Microtext,
) -> Result<Document, EmbedError> {
    if profile.mode == Mode::Screen {
        let Embedded { picture, summary } = print(portrait, imprint, profile)?;
        return Ok(Document { bytes: pdf_page::of_picture(&picture), summary });
    }
    let layer = Layer::new(imprint, profile);
    let dpi = useful_dpi(portrait, profile);
    let coarse = Profile { dpi, depth: Depth::Eight, ..profile.clone() };
    let prepared = portrait::prepare(portrait, &coarse)?;
    let coverage = lettering::coverage(imprint, &coarse);
    let darker = microtext == Microtext::Below;
    let enlarged = prepared.enlarged * profile.dpi.0 / dpi.0;
    let shaded = shade::shade(&prepared, &layer, &coverage, &coarse, darker);
    Ok(Document {
        bytes: pdf_page::with_letters(&shaded.picture, &layer, &shaded.opacities, microtext),
        summary: summarise(imprint, profile, enlarged, prepared.fault),
    })
}

fn useful_dpi(portrait: &Picture, profile: &Profile) -> Ppi {
    let (width, height) = portrait.size();
    let a_mm = (width as f64 / profile.width.0).min(height as f64 / profile.height.0);
    let own = Ppi::from_per_centimetre(10.0 * a_mm);
    Ppi(own.0.max(FEWEST_DPI).min(profile.dpi.0))
}

/// The microtext alone, as outlines in SVG.
#[must_use]
pub fn svg(imprint: &Imprint, profile: &Profile) -> Document {
    let svg = svg_layer::svg(&Layer::new(imprint, profile));
    Document { bytes: svg.into_bytes(), summary: summarise(imprint, profile, 1.0, None) }
}

/// `enlarged`: print dots a pixel of the original; `fault`: of its colour profile.
fn summarise(
    imprint: &Imprint,
    profile: &Profile,
    enlarged: f64,
    fault: Option<ProfileFault>,
) -> Summary {
    let (width_px, height_px) = profile.size_px();
    let dots_per_cap = profile.dots_per_cap();
    let symbols: usize = imprint.legends().iter().map(|legend| legend.symbols().len()).sum();
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
    if profile.signed && !imprint.is_signed() {
        warnings.push("the profile promises a signature, and this print has none: it will be called forged (--sign)".to_owned());
    }
    if let Some(fault) = fault {
        warnings.push(format!("the portrait's colour profile {fault}; sRGB is assumed"));
    }
    if enlarged > 8.0 {
        warnings.push(format!(
            "the portrait was enlarged {enlarged:.0} times; the face will look soft in print"
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
        keyed: imprint.is_keyed(),
        signed: imprint.is_signed(),
        copies: (cells / symbols as f64) as usize,
        icao_microprint: if profile.is_icao_microprint() { "yes" } else { "no" },
        warnings,
    }
}
