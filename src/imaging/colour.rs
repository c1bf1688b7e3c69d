//! What stored values mean: curves to linear light and the colour of each channel, by a picture's
//! ICC profile (ICC.1:2022) or, without one, by sRGB (IEC 61966-2-1).
//!
//! A picture stays in its own space: its values become light by its own curves, and light becomes
//! values by the same. Two kinds of profile can say this: RGB with three colorants and three curves
//! (annex F.3), and grey with one curve (F.2). The decoder brings all
//! others to sRGB.

use std::sync::{Arc, LazyLock};

use moxcms::{ColorProfile, DataColorSpace, ParsingOptions, ToneReprCurve};
use thiserror::Error;

use crate::imaging::tone::{self, LINEAR_OF_U8, LINEAR_OF_U16};

/// The longest profile that is read, in bytes. Those of presses have about one million.
pub const MAX_PROFILE_BYTES: usize = 4 << 20;

/// CIE XYZ of linear sRGB, IEC 61966-2-1; white is D65.
const SRGB: [[f32; 3]; 3] =
    [[0.412_391, 0.357_584, 0.180_481], tone::LUMA, [0.019_331, 0.119_195, 0.950_532]];

/// The inverse of [`SRGB`].
const OF_XYZ: [[f32; 3]; 3] = [
    [3.240_97, -1.537_383, -0.498_611],
    [-0.969_244, 1.875_968, 0.041_555],
    [0.055_630, -0.203_977, 1.056_972],
];

/// From the white of profiles, D50, to that of sRGB, D65, by the linear Bradford transform of
/// ICC.1:2022, annex E.
const D65_OF_D50: [[f64; 3]; 3] = [
    [0.955_513, -0.023_073, 0.063_309],
    [-0.028_325, 1.009_942, 0.021_055],
    [0.012_329, -0.020_536, 1.330_714],
];

/// What the stored values of a picture mean.
#[derive(Clone, Debug)]
pub struct Colour {
    /// One for grey, three for RGB.
    curves: [Curve; 3],
    /// CIE XYZ of each channel's full light, rows X, Y, Z; white is D65 with Y = 1.
    xyz: [[f32; 3]; 3],
}

/// Why a profile does not say what a picture's values mean. To be read after "the colour profile".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProfileFault {
    /// Longer than [`MAX_PROFILE_BYTES`].
    #[error("is longer than {MAX_PROFILE_BYTES} bytes")]
    TooLong,
    /// Not ICC, cut short, or with numbers that make no sense.
    #[error("is damaged")]
    Damaged,
    /// Grey for a picture in RGB, inks for a picture in grey, and the like.
    #[error("is not for a picture of this kind")]
    Foreign,
    /// It maps colours by a table.
    #[error("maps colours by a table and was not applied")]
    Table,
}

/// How one channel's stored values become light and back.
#[derive(Clone, Debug)]
pub enum Curve {
    /// sRGB's.
    Srgb,
    /// Light 0..1 of each 16-bit value, never falling.
    Table(Arc<[f32]>),
}

impl Curve {
    /// Light 0..1 of each 8-bit value.
    #[must_use]
    pub fn of_u8(&self) -> [f32; 256] {
        match self {
            Self::Srgb => *LINEAR_OF_U8,
            Self::Table(light) => std::array::from_fn(|v| light[v * 257]),
        }
    }

    /// Light 0..1 of each 16-bit value.
    #[must_use]
    pub fn of_u16(&self) -> &[f32] {
        match self {
            Self::Srgb => &LINEAR_OF_U16,
            Self::Table(light) => light,
        }
    }

    /// Stored value 0..1 of light 0..1; the nearer end for light that no stored value has. Within
    /// 1/65,535 of the inverse of [`of_u16`](Self::of_u16).
    #[must_use]
    pub fn stored(&self, light: f32) -> f32 {
        let Self::Table(table) = self else { return tone::stored(light) };
        let above = table.partition_point(|&v| v < light);
        if above == 0 || above == table.len() {
            return (above.min(table.len() - 1)) as f32 / 65_535.0;
        }
        let (low, high) = (table[above - 1], table[above]);
        ((above - 1) as f32 + (light - low) / (high - low)) / 65_535.0
    }

    /// Whether both are the same, which spares a table.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Srgb, Self::Srgb) => true,
            (Self::Table(a), Self::Table(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The curve that a profile states. None if it falls, or if black and white are one.
    fn parse(curve: &ToneReprCurve, light: impl Fn(f32) -> f32) -> Option<Self> {
        let evaluator = curve.make_linear_evaluator().ok()?;
        let mut least = 0.0f32;
        let value = |v: u16| {
            let value = light(evaluator.evaluate_value(f32::from(v) / 65_535.0)).clamp(0.0, 1.0);
            if value.is_nan() || value < least - SLACK {
                return None;
            }
            least = least.max(value);
            Some(least)
        };
        let table: Arc<[f32]> = (0..=u16::MAX).map(value).collect::<Option<_>>()?;
        (table[65_535] - table[0] > LEAST_RANGE).then_some(Self::Table(table))
    }
}

/// How far a curve may fall back, as a share of full light: what was measured is not quite smooth. A
/// guess.
const SLACK: f32 = 0.005;

/// The least light between black and white that a profile may state, as a share of full light. A
/// guess.
const LEAST_RANGE: f32 = 0.1;

static SRGB_COLOUR: LazyLock<Colour> =
    LazyLock::new(|| Colour { curves: [Curve::Srgb, Curve::Srgb, Curve::Srgb], xyz: SRGB });

impl Colour {
    /// Grey or RGB without a profile.
    #[must_use]
    pub fn srgb() -> Self {
        SRGB_COLOUR.clone()
    }

    /// What an ICC profile says of pictures in grey or in RGB. No bytes make it panic or take more
    /// than some megabytes.
    ///
    /// # Errors
    /// [`ProfileFault`].
    pub fn parse(icc: &[u8], grey: bool) -> Result<Self, ProfileFault> {
        let profile = profile(icc)?;
        match (profile.color_space, grey) {
            (DataColorSpace::Gray, true) => Self::of_grey(&profile),
            (DataColorSpace::Rgb, false) if is_table(&profile) => Err(ProfileFault::Table),
            (DataColorSpace::Rgb, false) => Self::of_rgb(&profile),
            _ => Err(ProfileFault::Foreign),
        }
    }

    fn of_grey(profile: &ColorProfile) -> Result<Self, ProfileFault> {
        let curve = profile.gray_trc.as_ref().ok_or(ProfileFault::Damaged)?;
        // Annex F.2: the curve gives Y of the connection space, or its L*.
        let curve = match profile.pcs {
            DataColorSpace::Lab => Curve::parse(curve, |v| tone::luminance(100.0 * v)),
            _ => Curve::parse(curve, |v| v),
        };
        let curve = curve.ok_or(ProfileFault::Damaged)?;
        Ok(Self { curves: [curve.clone(), curve.clone(), curve], xyz: SRGB })
    }

    fn of_rgb(profile: &ColorProfile) -> Result<Self, ProfileFault> {
        let trc = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
        let [Some(red), Some(green), Some(blue)] = trc else { return Err(ProfileFault::Damaged) };
        let parsed =
            |curve: &ToneReprCurve| Curve::parse(curve, |v| v).ok_or(ProfileFault::Damaged);
        let first = parsed(red)?;
        let same_or_parsed = |curve: &ToneReprCurve| match curve == red {
            true => Ok(first.clone()),
            false => parsed(curve),
        };
        let curves = [first.clone(), same_or_parsed(green)?, same_or_parsed(blue)?];
        let of_d50 = profile.colorant_matrix().v;
        let adapted: [[f64; 3]; 3] = std::array::from_fn(|row| {
            std::array::from_fn(|c| (0..3).map(|i| D65_OF_D50[row][i] * of_d50[i][c]).sum())
        });
        // Scanners' profiles may put white below the paper's.
        let white: f64 = adapted[1].iter().sum();
        let plausible = |v: &f64| v.is_finite() && v.abs() < 4.0;
        // Primaries outside all colours, as ACES has one, have a little less than no light.
        let lit = adapted[1].iter().all(|&y| y > -0.1 * white);
        if !(0.2..=2.0).contains(&white) || !lit || !adapted.iter().flatten().all(plausible) {
            return Err(ProfileFault::Damaged);
        }
        Ok(Self { curves, xyz: adapted.map(|row| row.map(|v| (v / white) as f32)) })
    }

    /// The curve of a channel: 0 for grey; 0, 1, 2 for red, green, blue.
    #[must_use]
    pub fn curve(&self, channel: usize) -> &Curve {
        &self.curves[channel]
    }

    /// The luminance of each channel's full light; their sum is 1.
    #[must_use]
    pub fn luma(&self) -> [f32; 3] {
        self.xyz[1]
    }

    /// CIE XYZ of each channel's full light, rows X, Y, Z; their sum is D65 with Y = 1.
    #[must_use]
    pub fn xyz(&self) -> [[f32; 3]; 3] {
        self.xyz
    }

    /// Linear sRGB of a colour in CIE XYZ (D65, Y = 1): outside 0..1 where sRGB has no such colour.
    #[must_use]
    pub fn srgb_of_xyz(xyz: [f32; 3]) -> [f32; 3] {
        OF_XYZ.map(|row| (0..3).map(|i| row[i] * xyz[i]).sum())
    }
}

/// A profile that maps colours by a table from device to connection space, which then goes before
/// colorants and curves (clause 8.10.2).
pub(crate) fn is_table(profile: &ColorProfile) -> bool {
    profile.lut_a_to_b_perceptual.is_some() || profile.lut_a_to_b_colorimetric.is_some()
}

/// A profile's fields, with limits before memory is taken.
pub(crate) fn profile(icc: &[u8]) -> Result<ColorProfile, ProfileFault> {
    if icc.len() > MAX_PROFILE_BYTES {
        return Err(ProfileFault::TooLong);
    }
    let limits = ParsingOptions {
        max_profile_size: MAX_PROFILE_BYTES + 1,
        max_allowed_clut_size: MAX_PROFILE_BYTES,
        max_allowed_trc_size: 1 << 16,
    };
    ColorProfile::new_from_slice_with_options(icc, limits).map_err(|_| ProfileFault::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(profile: &ColorProfile, grey: bool) -> Result<Colour, ProfileFault> {
        Colour::parse(&profile.encode().unwrap(), grey)
    }

    #[test]
    fn the_profile_of_srgb_says_what_is_assumed_without_one() {
        let (stated, assumed) = (parsed(&ColorProfile::new_srgb(), false).unwrap(), Colour::srgb());
        for (a, b) in stated.xyz().iter().flatten().zip(assumed.xyz().iter().flatten()) {
            assert!((a - b).abs() < 1e-3, "{stated:?}");
        }
        for v in (0..=u16::MAX).step_by(257) {
            let light = |colour: &Colour| colour.curve(1).of_u16()[usize::from(v)];
            assert!((light(&stated) - light(&assumed)).abs() < 1e-4, "{v}");
        }
    }

    #[test]
    fn luminance_weights_are_those_of_the_standards() {
        for (profile, luma) in [
            // Adobe RGB (1998), 4.3.5; SMPTE EG 432-1; ISO 22028-2.
            (ColorProfile::new_adobe_rgb(), [0.2974, 0.6273, 0.0753]),
            (ColorProfile::new_display_p3(), [0.2290, 0.6917, 0.0793]),
        ] {
            let colour = parsed(&profile, false).unwrap();
            assert!(
                colour.luma().iter().zip(luma).all(|(a, b)| (a - b).abs() < 1e-3),
                "{colour:?}"
            );
        }
        assert!(parsed(&ColorProfile::new_pro_photo_rgb(), false).is_ok());
        assert!(parsed(&ColorProfile::new_aces_cg_linear(), false).is_ok());
    }

    #[test]
    fn curves_invert() {
        let grey = |gamma| parsed(&ColorProfile::new_gray_with_gamma(gamma), true).unwrap();
        let dot_gain = {
            // As ink spreads: darker than any power in the middle, in 256 steps.
            let mut profile = ColorProfile::new_gray_with_gamma(1.0);
            let value = |i: u16| (65_535.0 * (f32::from(i) / 255.0).powf(1.75)) as u16;
            profile.gray_trc = Some(ToneReprCurve::Lut((0..256).map(value).collect()));
            parsed(&profile, true).unwrap()
        };
        for colour in [grey(1.0), grey(1.8), grey(2.2), dot_gain, Colour::srgb()] {
            let (curve, step) = (colour.curve(0), 1.0 / 65_535.0);
            for v in (0..=u16::MAX).step_by(255) {
                let light = curve.of_u16()[usize::from(v)];
                let back = curve.stored(light);
                let again = curve.of_u16()[(back * 65_535.0 + 0.5) as usize];
                assert!((again - light).abs() < 3.0 * step, "{v} came back as {}", back / step);
            }
            assert!(curve.stored(0.0).abs() < 1e-6 && (curve.stored(1.0) - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (srgb, grey) = (ColorProfile::new_srgb(), ColorProfile::new_gray_with_gamma(2.2));
        assert_eq!(parsed(&srgb, true).unwrap_err(), ProfileFault::Foreign);
        assert_eq!(parsed(&grey, false).unwrap_err(), ProfileFault::Foreign);
        assert_eq!(
            Colour::parse(&vec![0; MAX_PROFILE_BYTES + 1], false).unwrap_err(),
            ProfileFault::TooLong
        );
        let changed = |change: &dyn Fn(&mut ColorProfile)| {
            let mut profile = srgb.clone();
            change(&mut profile);
            parsed(&profile, false).unwrap_err()
        };
        let curve = |values: &[u16]| Some(ToneReprCurve::Lut(values.to_vec()));
        let faults = [
            changed(&|profile| profile.green_trc = curve(&[65_535, 0])),
            changed(&|profile| profile.green_trc = curve(&[7, 7])),
            changed(&|profile| profile.green_colorant.y = -0.9),
            changed(&|profile| profile.red_colorant.x = 1e4),
        ];
        assert!(faults.iter().all(|fault| *fault == ProfileFault::Damaged), "{faults:?}");
        let bytes = srgb.encode().unwrap();
        for length in [0, 1, 127, 128, 131, 200, bytes.len() / 2] {
            assert!(Colour::parse(&bytes[..length], false).is_err(), "{length}");
        }
    }

    /// Any four bytes of a sound profile replaced, up to eight times, and the end cut off.
    fn damage() -> impl Strategy<Value = (usize, Vec<(prop::sample::Index, [u8; 4])>, f64)> {
        let number = prop_oneof![
            any::<[u8; 4]>(),
            Just([0; 4]),
            Just([0xff; 4]),
            Just([0x7f, 0xff, 0xff, 0xff]),
            (0u32..4096).prop_map(u32::to_be_bytes),
        ];
        (0..5usize, prop::collection::vec((any::<prop::sample::Index>(), number), 0..8), 0.0..1.5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn no_profile_makes_it_panic((which, changes, end) in damage()) {
            let profile = match which {
                0 => ColorProfile::new_srgb(),
                1 => ColorProfile::new_adobe_rgb(),
                2 => ColorProfile::new_display_p3(),
                3 => ColorProfile::new_gray_with_gamma(2.2),
                _ => ColorProfile::new_lab(),
            };
            let mut bytes = profile.encode().unwrap();
            for (at, number) in changes {
                let at = at.index(bytes.len() - 3);
                bytes[at..at + 4].copy_from_slice(&number);
            }
            bytes.truncate((bytes.len() as f64 * end) as usize);
            for grey in [false, true] {
                let Ok(colour) = Colour::parse(&bytes, grey) else { continue };
                let luminance: f32 = colour.luma().iter().sum();
                prop_assert!((luminance - 1.0).abs() < 1e-3);
                for c in 0..3 {
                    prop_assert!(colour.curve(c).of_u16().is_sorted());
                    prop_assert!((0.0..=1.0).contains(&colour.curve(c).stored(0.5)));
                }
            }
        }
    }
}
