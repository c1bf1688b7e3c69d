//! A kind of scan: `reader400`, `reader400@300` at another resolution, `reader400+screen` of a letter
//! screen.

use std::fmt;
use std::str::FromStr;

use tumar::channel::Preset;
use tumar::spec::Mode;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub(crate) preset: Preset,
    /// Resolution of the scans in place of the preset's, pixels an inch.
    pub(crate) ppi: Option<f64>,
    pub(crate) mode: Mode,
}

impl FromStr for Condition {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let plain = text.strip_suffix("+screen");
        let mode = if plain.is_some() { Mode::Screen } else { Mode::Tint };
        let plain = plain.unwrap_or(text);
        let (preset, ppi) = match plain.split_once('@') {
            Some((preset, ppi)) => (preset, Some(ppi.parse()?)),
            None => (plain, None),
        };
        Ok(Self { preset: preset.parse()?, ppi, mode })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.preset)?;
        if let Some(ppi) = self.ppi {
            write!(f, "@{ppi}")?;
        }
        f.write_str(if self.mode == Mode::Screen { "+screen" } else { "" })
    }
}
