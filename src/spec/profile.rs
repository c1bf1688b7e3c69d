//! Microtext profiles: everything that the generator and the reader must agree on.

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::modulation;
pub use super::profile_error::ProfileError;
use super::profile_error::within;
use super::screen::Screen;
use super::typeface::Typeface;
use crate::imaging::units::PLAUSIBLE_PPI;
use crate::imaging::{Mm, Ppi};

/// ICAO Doc 9303-2: microprinting is smaller than this.
pub const ICAO_MICROPRINT: Mm = Mm(0.25);

/// Below this many print dots a capital, strokes and gaps are a dot wide or less and glyphs break
/// (0.30 mm at 600 dpi, 0.15 mm at 1200 dpi).
pub const FEWEST_DOTS_A_CAPITAL: f64 = 7.0;

/// The largest raster that a profile may ask for, in print dots.
pub const MOST_DOTS: f64 = 100e6;

/// Sides of a portrait, millimetres: at the most an A4 page, at the least a guess.
pub(crate) const SIDE: [f64; 2] = [5.0, 300.0];

/// Print resolutions, dots per inch: from office printers to platesetters.
pub(super) const DPI: [f64; 2] = [300.0, 5080.0];

// A print is also a picture whose file must be believed.
const _: () = assert!(*PLAUSIBLE_PPI.start() <= DPI[0] && DPI[1] <= *PLAUSIBLE_PPI.end());

/// Amplitudes of the tint, as shares of the lightness scale.
pub(super) const STRENGTH: [f64; 2] = [0.0, 1.0];

const DEFAULT: &str = include_str!("default.toml");

/// A validated profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it is called.
    pub name: String,
    /// SHA-256 of the text that it was parsed from.
    pub digest: [u8; 32],
    /// Width of the printed portrait.
    pub width: Mm,
    /// Height of the printed portrait.
    pub height: Mm,
    /// Print resolution.
    pub dpi: Ppi,
    /// Bits a channel of the raster.
    pub depth: Depth,
    /// Where symbols stand.
    pub layout: Layout,
    /// How symbols look.
    pub typeface: Typeface,
    /// The most symbols a legend may have.
    pub most_symbols: usize,
    /// Amplitude of the tint as a share of the lightness scale, 0..1: 0.1 is ΔL* = 10.
    pub strength: f64,
    /// How the letters get into the portrait.
    pub mode: Mode,
    /// The letter screen.
    pub screen: Screen,
    /// Whether its prints are signed: then one that is not is forged.
    pub signed: bool,
    /// Share of the face on which the microtext must be confirmed for a print to be authentic, 0..1.
    pub face: f64,
}

/// How the letters get into the portrait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// They shift its tone.
    #[default]
    Tint,
    /// They are its halftone, in one bit a print dot.
    Screen,
}

/// Bits a channel of the raster that is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 8 bits.
    #[default]
    Eight,
    /// 16 bits.
    Sixteen,
}

impl Depth {
    pub(super) fn of(bits: u32) -> Result<Self, ProfileError> {
        match bits {
            8 => Ok(Self::Eight),
            16 => Ok(Self::Sixteen),
            _ => {
                let (value, range) = (f64::from(bits), "8 or 16".to_owned());
                Err(ProfileError::Range { field: "print.depth", value, range })
            }
        }
    }
}

impl Mode {
    /// The one that it is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Tint => Self::Screen,
            Self::Screen => Self::Tint,
        }
    }
}

impl Profile {
    /// The built-in profile, as text: a start for one's own.
    #[must_use]
    pub fn default_text() -> &'static str {
        DEFAULT
    }

    /// The same with another print resolution.
    ///
    /// # Errors
    /// [`ProfileError::Range`].
    pub fn with_dpi(mut self, dpi: f64) -> Result<Self, ProfileError> {
        self.dpi = Ppi(within("print.dpi", dpi, DPI)?);
        self.sound()
    }

    /// The same with 8 or 16 bits a channel.
    ///
    /// # Errors
    /// [`ProfileError::Range`].
    pub fn with_depth(mut self, bits: u32) -> Result<Self, ProfileError> {
        self.depth = Depth::of(bits)?;
        Ok(self)
    }

    /// The same with another strength, 0..1.
    ///
    /// # Errors
    /// [`ProfileError::Range`].
    pub fn with_strength(mut self, strength: f64) -> Result<Self, ProfileError> {
        self.strength = within("microtext.strength", strength, STRENGTH)?;
        Ok(self)
    }

    /// The same in another mode.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The lightness (CIE L*) above which letters are darker than their ground, as a rule.
    #[must_use]
    pub fn turning_lightness(&self, mode: Mode) -> f32 {
        match mode {
            Mode::Tint => modulation::TURNING_LIGHTNESS,
            Mode::Screen => self.screen.turning_lightness(),
        }
    }

    /// The relative change of luminance under a letter, up or down, by the lightness (CIE L*) of its
    /// ground, but for the strength.
    #[must_use]
    pub fn amplitude(&self, mode: Mode, lightness: f32) -> f32 {
        match mode {
            Mode::Tint => modulation::amplitude_of(lightness, 1.0),
            Mode::Screen => self.screen.amplitude(lightness).abs(),
        }
    }

    pub(super) fn sound(self) -> Result<Self, ProfileError> {
        let (width, height) = self.size_px();
        let dots = width as f64 * height as f64;
        if dots > MOST_DOTS {
            let range = format!("such that the portrait has at most {MOST_DOTS} dots");
            return Err(ProfileError::Range { field: "print.dpi", value: self.dpi.0, range });
        }
        Ok(self)
    }

    /// Width and height of the raster in print dots.
    #[must_use]
    pub fn size_px(&self) -> (usize, usize) {
        let px = |mm| self.dpi.px(mm).round() as usize;
        (px(self.width), px(self.height))
    }

    /// Print dots a capital.
    #[must_use]
    pub fn dots_per_cap(&self) -> f64 {
        self.dpi.px(self.layout.cap_height)
    }

    /// Whether the capitals are small enough for ICAO to call it microprint.
    #[must_use]
    pub fn is_icao_microprint(&self) -> bool {
        self.layout.cap_height.0 < ICAO_MICROPRINT.0
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::parse(DEFAULT).unwrap_or_else(|e| unreachable!("the built-in profile is tested: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_icao_microprint_that_a_printer_can_hold() {
        let profile = Profile::default();
        assert!(profile.is_icao_microprint());
        assert!(profile.dots_per_cap() > FEWEST_DOTS_A_CAPITAL);
        assert_eq!(profile.size_px(), (1654, 2126));
    }

    #[test]
    fn each_fault_is_named() {
        let with = |field: &str, value: &str| {
            let start = DEFAULT.find(field).unwrap();
            let end = start + DEFAULT[start..].find('\n').unwrap();
            let text = format!("{}{field} = {value}{}", &DEFAULT[..start], &DEFAULT[end..]);
            Profile::parse(&text).map(drop).map_err(|e| e.to_string())
        };
        for (field, value) in [
            ("width_mm", "nan"),
            ("height_mm", "-45.0"),
            ("dpi", "inf"),
            ("dpi", "1e9"),
            ("cap_height_mm", "0.0"),
            ("advance_mm", "9.0"),
            ("pitch_mm", "0.1"),
            ("most_symbols", "1"),
            ("strength", "1.5"),
            ("typeface", "\"comic\""),
        ] {
            let error = with(field, value).unwrap_err();
            assert!(error.contains(field), "{field}: {error}");
        }
        for (field, more) in [
            ("second_cap_height_mm", "second_cap_height_mm = 0.3"),
            ("legends", "legends = 3"),
            ("mode", "mode = \"dots\""),
            ("wave.period_mm", "wave = { amplitude_mm = 0.1, period_mm = 2.0 }"),
            ("wave.amplitude_mm", "wave = { amplitude_mm = 0.3, period_mm = 10.0 }"),
            ("wave.drift_mm", "wave = { amplitude_mm = 0.05, period_mm = 10.0, drift_mm = 3.0 }"),
        ] {
            let error = with("strength", &format!("0.1\n{more}")).unwrap_err();
            assert!(error.contains(field), "{field}: {error}");
        }
        assert!(with("depth", "12").unwrap_err().contains("print.depth"));
        assert!(with("strength", "\"much\"").unwrap_err().contains("invalid type"));
        assert!(with("strength", "0.1\ncolour = 3").unwrap_err().contains("colour"));
        assert!(Profile::parse("").is_err());
        assert!(Profile::default().with_strength(f64::NAN).is_err());
        assert!(Profile::default().with_dpi(f64::NAN).is_err());
    }
}
