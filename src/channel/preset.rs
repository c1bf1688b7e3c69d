//! The presets' names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

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
}
