//! The strips of microtext on a sheet: one known name on flat tones, at several strengths and sizes.

use super::error::SheetError;
use super::plan::STRIP;
use crate::imaging::{Mm, Ppi};
use crate::spec::{Mode, Name, Profile};

/// One strip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    /// sRGB level of the ground.
    pub tone: u8,
    /// As the profile's.
    pub strength: f64,
    /// Height of a capital.
    pub cap_height: Mm,
    /// How the letters get into the ground.
    pub mode: Mode,
}

/// Strengths in the mode tint.
const STRENGTHS: [f64; 4] = [0.06, 0.1, 0.14, 0.17];
/// Tones of the ground: dark, middle, light.
const TONES: [u8; 3] = [70, 128, 190];
/// Heights of capitals other than the profile's.
const SMALL: Mm = Mm(0.20);
const LARGE: Mm = Mm(0.30);

impl Strip {
    /// The strips of a sheet, the first ones also on those that have room for few.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let profile = Profile::default();
        let (cap, usual) = (profile.layout.cap_height, profile.strength);
        let tint =
            |tone, strength, cap_height| Self { tone, strength, cap_height, mode: Mode::Tint };
        let strong = STRENGTHS.into_iter().rev().flat_map(|s| TONES.map(|tone| tint(tone, s, cap)));
        let sizes =
            [SMALL, LARGE].into_iter().flat_map(|cap| TONES.map(|tone| tint(tone, usual, cap)));
        let screens = TONES.map(|tone| Self { mode: Mode::Screen, ..tint(tone, usual, cap) });
        strong.chain(screens).chain(sizes).collect()
    }

    /// The profile by which it is printed and read.
    ///
    /// # Errors
    /// [`SheetError::Profile`], for a resolution that no profile may have.
    pub fn profile(&self, dpi: Ppi) -> Result<Profile, SheetError> {
        let mut profile = Profile::default().with_dpi(dpi.0)?.with_strength(self.strength)?;
        let times = self.cap_height.0 / profile.layout.cap_height.0;
        let layout = &mut profile.layout;
        for length in [&mut layout.cap_height, &mut layout.advance, &mut layout.pitch] {
            length.0 *= times;
        }
        [profile.width, profile.height] = STRIP.map(Mm);
        Ok(profile.with_mode(self.mode))
    }
}

/// By which a sheet's portraits are printed and read.
///
/// # Errors
/// [`SheetError::Profile`], for a resolution that no profile may have.
pub fn of_portraits(dpi: Ppi) -> Result<Profile, SheetError> {
    Ok(Profile::default().with_dpi(dpi.0)?)
}

/// The name of all strips and portraits of a sheet.
#[must_use]
pub fn name() -> Name {
    Name::new("ҮЛГІ", "ТҰМАР").expect("letters of the alphabet")
}
