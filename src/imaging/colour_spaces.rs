//! Colour spaces that files state by a number or two, as the ICC profiles that say the same.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, LocalizableString,
    MatrixCoefficients, ProfileText, ToneReprCurve, TransferCharacteristics, XyY,
};

use super::colour::Colour;

/// Exponents of decoding that a file may state. A guess: those in use are 1 to 2.8.
const PLAUSIBLE: std::ops::RangeInclusive<f32> = 0.25..=4.0;

/// What a file says of its colours beside sRGB and beside a profile.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Space {
    /// Adobe RGB (1998).
    AdobeRgb,
    /// By the code points of ITU-T H.273.
    Coded(CicpColorPrimaries, TransferCharacteristics),
    /// Light is the stored value, 0..1, to a power; primaries are sRGB's unless they are stated.
    Power(f32, Option<Primaries>),
}

/// CIE x and y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Primaries {
    pub(crate) white: [f32; 2],
    /// Red, green, blue.
    pub(crate) colours: [[f32; 2]; 3],
}

/// What code points mean here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Coded {
    /// Nothing, as some of them leave it open.
    Open,
    Srgb,
    Of(Space),
    /// Light beyond white: PQ and HLG.
    Hdr,
    /// Reserved, or no colours that a picture has.
    Unknown,
}

impl Primaries {
    /// IEC 61966-2-1.
    const SRGB: Self =
        Self { white: [0.3127, 0.329], colours: [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06]] };

    /// Whether these are sRGB's, within what programs round.
    pub(crate) fn are_srgb(&self) -> bool {
        let all = |of: &Self| [of.white, of.colours[0], of.colours[1], of.colours[2]].concat();
        all(self).iter().zip(all(&Self::SRGB)).all(|(a, b)| (a - b).abs() < 0.002)
    }

    /// Whether white lies between the three, and they lie apart: a tenth of sRGB's triangle at least,
    /// which is a guess.
    fn make_sense(&self) -> bool {
        const LEAST: f32 = 0.02;
        let twice = |[a, b, c]: [[f32; 2]; 3]| {
            (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        };
        let ([red, green, blue], white) = (self.colours, self.white);
        let parts = [[white, green, blue], [red, white, blue], [red, green, white]].map(twice);
        let whole = twice(self.colours);
        // No colour is far outside these; Y of white has to be more than none.
        let near = [red, green, blue, white].as_flattened().iter().all(|v| v.abs() < 2.0);
        near && white[1] > 0.0 && whole.abs() > LEAST && parts.iter().all(|part| part * whole > 0.0)
    }
}

/// What the code points of primaries and transfer characteristics say (ITU-T H.273, 8.1, 8.2).
pub(crate) fn coded(primaries: u8, transfer: u8) -> Coded {
    use CicpColorPrimaries as Primary;
    use TransferCharacteristics as Transfer;
    let (Ok(primaries), Ok(transfer)) =
        (Primary::try_from(primaries), Transfer::try_from(transfer))
    else {
        return Coded::Unknown;
    };
    match (primaries, transfer) {
        (Primary::Unspecified, _) | (_, Transfer::Unspecified) => Coded::Open,
        (_, Transfer::Smpte2084 | Transfer::Hlg) => Coded::Hdr,
        (Primary::Reserved | Primary::Xyz, _) | (_, Transfer::Reserved) => Coded::Unknown,
        (Primary::Bt709, Transfer::Srgb) => Coded::Srgb,
        _ => Coded::Of(Space::Coded(primaries, transfer)),
    }
}

impl Space {
    /// The profile of a picture in grey or in RGB; none if what is stated makes no sense.
    pub(crate) fn icc(self, grey: bool) -> Option<Vec<u8>> {
        let mut profile = self.profile()?;
        if grey {
            let mut of_grey = ColorProfile::new_gray_with_gamma(1.0);
            of_grey.gray_trc = profile.red_trc.take();
            of_grey.description = profile.description.take();
            profile = of_grey;
        }
        let icc = profile.encode().ok()?;
        Colour::parse(&icc, grey).is_ok().then_some(icc)
    }

    fn profile(self) -> Option<ColorProfile> {
        match self {
            Self::AdobeRgb => Some(ColorProfile::new_adobe_rgb()),
            Self::Coded(color_primaries, transfer_characteristics) => {
                let mut profile = ColorProfile::new_from_cicp(CicpProfile {
                    color_primaries,
                    transfer_characteristics,
                    matrix_coefficients: MatrixCoefficients::Identity,
                    full_range: true,
                });
                let [colours, curve] = [color_primaries as u8, transfer_characteristics as u8];
                profile.description = Some(named(format!("CICP {colours}/{curve}")));
                profile.copyright = Some(named("Public Domain".to_owned()));
                Some(profile)
            }
            Self::Power(exponent, primaries) => {
                let senseless = primaries.is_some_and(|primaries| !primaries.make_sense());
                if senseless || !PLAUSIBLE.contains(&exponent) {
                    return None;
                }
                let mut profile = ColorProfile::new_srgb();
                if let Some(Primaries { white: [x, y], colours }) = primaries {
                    let [red, green, blue] = colours.map(|[x, y]| Chromaticity { x, y });
                    let white = XyY::new(x.into(), y.into(), 1.0);
                    profile.update_rgb_colorimetry(white, ColorPrimaries { red, green, blue });
                }
                profile.cicp = None;
                let curve = Some(ToneReprCurve::Parametric(vec![exponent]));
                profile.red_trc.clone_from(&curve);
                profile.green_trc.clone_from(&curve);
                profile.blue_trc = curve;
                profile.description = Some(named(format!("Power {exponent:.3}")));
                Some(profile)
            }
        }
    }
}

/// A profile's text.
fn named(name: String) -> ProfileText {
    let text = LocalizableString::new("en".to_owned(), "US".to_owned(), name);
    ProfileText::Localizable(vec![text])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(space: Space, grey: bool, value: f32) -> f32 {
        let icc = space.icc(grey).unwrap();
        Colour::parse(&icc, grey).unwrap().curve(0).of_u16()[(value * 65_535.0) as usize]
    }

    fn luma(space: Space) -> [f32; 3] {
        Colour::parse(&space.icc(false).unwrap(), false).unwrap().luma()
    }

    fn of(primaries: u8, transfer: u8) -> Space {
        match coded(primaries, transfer) {
            Coded::Of(space) => space,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn curves_are_those_that_are_stated() {
        for grey in [false, true] {
            for (space, expected) in [
                (Space::Power(1.0, None), 0.5),
                (Space::Power(1.8, None), 0.5f32.powf(1.8)),
                (Space::AdobeRgb, 0.5f32.powf(2.199_218_8)),
                (of(1, 8), 0.5),
                (of(1, 4), 0.5f32.powf(2.2)),
                // The inverse of BT.709's (0.5 + 0.099) / 1.099.
                (of(1, 1), (0.599f32 / 1.099).powf(1.0 / 0.45)),
                (of(9, 14), (0.599f32 / 1.099).powf(1.0 / 0.45)),
                (of(12, 13), ((0.5f32 + 0.055) / 1.055).powf(2.4)),
            ] {
                let got = light(space, grey, 0.5);
                assert!((got - expected).abs() < 1e-3, "{space:?}: {got}, not {expected}");
            }
        }
    }

    #[test]
    fn primaries_are_those_that_are_stated() {
        let close = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        // Luminance by BT.709, SMPTE EG 432-1, BT.2020 and Adobe RGB (1998).
        assert!(close(luma(of(1, 8)), [0.2126, 0.7152, 0.0722]));
        assert!(close(luma(of(12, 13)), [0.2290, 0.6917, 0.0793]));
        assert!(close(luma(of(9, 8)), [0.2627, 0.6780, 0.0593]));
        assert!(close(luma(Space::AdobeRgb), [0.2974, 0.6273, 0.0753]));
        assert!(close(luma(Space::Power(2.2, None)), [0.2126, 0.7152, 0.0722]));
        let p3 = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];
        let p3 = Primaries { colours: p3, ..Primaries::SRGB };
        assert!(close(luma(Space::Power(2.2, Some(p3))), [0.2290, 0.6917, 0.0793]));
        assert!(!p3.are_srgb() && Primaries::SRGB.are_srgb());
        assert!(p3.make_sense() && Primaries::SRGB.make_sense());
    }

    #[test]
    fn what_makes_no_sense_is_no_profile() {
        for exponent in [0.0, 1e-5, 100.0, f32::NAN, f32::INFINITY] {
            assert!(Space::Power(exponent, None).icc(false).is_none(), "{exponent}");
        }
        for corner in [[0.0, 0.0], [40_000.0, 40_000.0], [0.3127, 0.329]] {
            let all = Primaries { white: corner, colours: [corner; 3] };
            assert!(Space::Power(2.2, Some(all)).icc(false).is_none(), "{corner:?}");
        }
    }

    #[test]
    fn no_code_points_make_it_panic() {
        for (primaries, transfer) in (0..=255).flat_map(|p| (0..=255).map(move |t| (p, t))) {
            if let Coded::Of(space) = coded(primaries, transfer) {
                assert!(primaries <= 22 && transfer <= 17);
                _ = space.icc(primaries % 2 == 0);
            }
        }
        assert!(matches!(coded(1, 13), Coded::Srgb));
        assert!(matches!(coded(9, 16), Coded::Hdr));
        assert!(matches!(coded(2, 13), Coded::Open));
    }
}
