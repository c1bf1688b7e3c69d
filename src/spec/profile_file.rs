//! A profile's TOML file → a profile, each number held against its range.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::check::FEWEST_SYMBOLS;
use super::layout::{Layout, Wave};
use super::profile::{DPI, Depth, Mode, Profile, SIDE, STRENGTH};
use super::profile_error::{ProfileError, within};
use super::screen::{Screen, ScreenPart};
use super::typeface::Typeface;
use crate::imaging::{Mm, Ppi};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    portrait: PortraitPart,
    print: PrintPart,
    microtext: MicrotextPart,
    #[serde(default)]
    screen: ScreenPart,
    #[serde(default)]
    face: FacePart,
    #[serde(default)]
    signature: SignaturePart,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FacePart {
    confirmed: f64,
}

impl Default for FacePart {
    fn default() -> Self {
        Self { confirmed: 0.4 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortraitPart {
    width_mm: f64,
    height_mm: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrintPart {
    dpi: f64,
    #[serde(default = "eight")]
    depth: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MicrotextPart {
    typeface: String,
    cap_height_mm: f64,
    advance_mm: f64,
    pitch_mm: f64,
    most_symbols: usize,
    strength: f64,
    #[serde(default)]
    mode: Mode,
    second_cap_height_mm: Option<f64>,
    wave: Option<WavePart>,
    #[serde(default = "one")]
    legends: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignaturePart {
    #[serde(default)]
    promised: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WavePart {
    amplitude_mm: f64,
    period_mm: f64,
    #[serde(default)]
    drift_mm: f64,
}

fn one() -> usize {
    1
}

fn eight() -> u32 {
    8
}

impl Profile {
    /// A profile from TOML.
    ///
    /// # Errors
    /// [`ProfileError`]; the first fault found is named by its field.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let file: File = toml::from_str(text).map_err(|e| ProfileError::Syntax(e.to_string()))?;
        let (portrait, print, micro) = (file.portrait, file.print, file.microtext);
        let typeface = Typeface::bundled(&micro.typeface)?;
        let cap = within("microtext.cap_height_mm", micro.cap_height_mm, [0.1, 2.0])?;
        let second = |second| within("microtext.second_cap_height_mm", second, [0.5 * cap, cap]);
        let second = micro.second_cap_height_mm.map(second).transpose()?;
        let pitch = within("microtext.pitch_mm", micro.pitch_mm, [1.2 * cap, 4.0 * cap])?;
        let wave = |wave: WavePart| {
            // Longer than what a reader looks at to find a line, and never steep.
            let period = within("microtext.wave.period_mm", wave.period_mm, [8.0, 100.0])?;
            // More, and the carrier is lost; to the micrometre.
            let most = ((0.2 * pitch).min(0.01 * period) * 1000.0).round() / 1000.0;
            let amplitude = within("microtext.wave.amplitude_mm", wave.amplitude_mm, [0.0, most])?;
            let drift = within("microtext.wave.drift_mm", wave.drift_mm, [-pitch, pitch])?;
            Ok::<_, ProfileError>(Wave {
                amplitude: Mm(amplitude),
                period: Mm(period),
                drift: Mm(drift),
            })
        };
        let wave = micro.wave.map(wave).transpose()?;
        let legends = within("microtext.legends", micro.legends as f64, [1.0, 2.0])? as usize;
        // Closer, and neighbours touch; wider, and the lines fall apart.
        let natural = cap * typeface.advance();
        let profile = Self {
            name: file.name,
            digest: Sha256::digest(text).into(),
            width: Mm(within("portrait.width_mm", portrait.width_mm, SIDE)?),
            height: Mm(within("portrait.height_mm", portrait.height_mm, SIDE)?),
            dpi: Ppi(within("print.dpi", print.dpi, DPI)?),
            depth: Depth::of(print.depth)?,
            layout: Layout {
                cap_height: Mm(cap),
                second_cap_height: second.map(Mm),
                advance: Mm(within(
                    "microtext.advance_mm",
                    micro.advance_mm,
                    [0.8 * natural, 3.0 * natural],
                )?),
                pitch: Mm(pitch),
                wave,
                legends,
            },
            typeface,
            most_symbols: within(
                "microtext.most_symbols",
                micro.most_symbols as f64,
                [FEWEST_SYMBOLS as f64, 100.0],
            )? as usize,
            strength: within("microtext.strength", micro.strength, STRENGTH)?,
            mode: micro.mode,
            screen: Screen::parse(file.screen)?,
            signed: file.signature.promised,
            face: within("face.confirmed", file.face.confirmed, [0.0, 1.0])?,
        };
        profile.sound()
    }
}
