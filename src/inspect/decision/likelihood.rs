//! The likelihood ratio: how many times likelier a scan like this one is if the portrait carries the
//! expected name than if it carries somebody else's. The verdict decides; the ratio is for those who
//! weigh it with other evidence and decide themselves.
//!
//! Somebody else's is one half any name, the other half a name that differs from the expected one in
//! one letter, the letters that the scan tells apart worst among them: impostors choose such names.
//! docs/likelihood.md has both propositions in full and what was measured.

use std::f64::consts::LN_10;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::inspect::decision::text::{DOUBT, Expected, MISFIT, Text};
use crate::spec::Profile;

/// A ratio from a score: logistic, and no further from 1 than the comparisons bear that it was fitted
/// to.
#[derive(Clone, Copy, Debug)]
pub struct Map {
    /// ln of the ratio at a score of 0.
    pub offset: f64,
    /// What a neper of score adds to it.
    pub slope: f64,
    /// The least and the greatest ratio, log10 (Vergeer et al. 2016).
    pub bounds: [f64; 2],
}

/// As `cargo run --release -p measure --bin likelihood` fits it.
pub const MAP: Map = Map { offset: 0.02, slope: 1.09, bounds: [-2.66, 3.85] };

/// Strengths of the prints that the map was fitted to and tested on.
const STRENGTHS: RangeInclusive<f64> = 0.08..=0.17;

/// Whether the map was fitted to, or at least tested on, prints by this profile: those of the built-in
/// one, as a tint or a letter screen, and fainter ones.
#[must_use]
pub fn holds_for(profile: &Profile) -> bool {
    static FITTED: LazyLock<Profile> = LazyLock::new(Profile::default);
    let size = |profile: &Profile| (profile.width, profile.height);
    profile.layout == FITTED.layout
        && profile.typeface == FITTED.typeface
        && size(profile) == size(&FITTED)
        && STRENGTHS.contains(&profile.strength)
}

impl Map {
    /// log10 of the ratio.
    #[must_use]
    pub fn log10(&self, score: f64) -> f64 {
        ((self.offset + self.slope * score) / LN_10).clamp(self.bounds[0], self.bounds[1])
    }
}

/// What the ratio is made of: ln of how much likelier the letters are if they spell the expected name
/// than if they spell the likeliest other text, no more than the letters let stand; −∞ where they
/// spell one of another length. None
/// without an expected name, and where the letters tell it from others neither way. `text` should be
/// established.
#[must_use]
pub fn score(text: &Text) -> Option<f64> {
    let tells = text.is_decided() && text.misfit <= MISFIT;
    match text.expected.as_ref()? {
        // A name in the other script may be the likeliest there, and yet the letters contradict it.
        Expected::SameLength(name) => {
            (tells || text.bears_out(name)).then(|| name.log_odds.min(DOUBT - name.doubt))
        }
        // A circle that was closed at the wrong place leaves letters that nothing can decide.
        Expected::OtherLength { .. } => tells.then_some(f64::NEG_INFINITY),
    }
}

/// A likelihood ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// Its logarithm to base ten: positive speaks for the expected name, negative for another's.
    pub log10: f64,
}

impl LikelihoodRatio {
    /// That of an established text on a print by this profile; none where [`score`] is, and where
    /// nothing was measured ([`holds_for`]).
    #[must_use]
    pub fn of(text: &Text, profile: &Profile) -> Option<Self> {
        holds_for(profile).then(|| score(text))?.map(|score| Self { log10: MAP.log10(score) })
    }

    /// In the words of ENFSI's guideline for evaluative reporting (2015).
    #[must_use]
    pub fn words(self) -> String {
        let support = match 10f64.powf(self.log10.abs()) {
            ..2.0 => return "no support for either name".into(),
            ..10.0 => "weak",
            ..100.0 => "moderate",
            ..1e3 => "moderately strong",
            ..1e4 => "strong",
            ..1e6 => "very strong",
            _ => "extremely strong",
        };
        let of = if self.log10 > 0.0 { "the expected name" } else { "another name" };
        format!("{support} support for {of}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::decision::decide::decide;
    use crate::inspect::decision::evidence::{Evidence, Repetition};
    use crate::inspect::decision::text::{ACCEPT, Comparison, OPEN, REFUSE};
    use crate::inspect::decision::verdict::Verdict;
    use crate::spec::{Mode, Typeface};

    /// Letters that leave so much open, held against a name of this score.
    fn text(open: f64, score: f64) -> Text {
        let doubt = 1.0;
        let name = Comparison { log_odds: score, doubt, others: 0, spelled: score > 0.0 };
        let expected = Some(Expected::SameLength(name));
        Text { fit: 0.9, misfit: 1.5, doubt, open, log_odds: vec![20.0; 9], expected }
    }

    fn ratio(text: &Text) -> Option<f64> {
        LikelihoodRatio::of(text, &Profile::default()).map(|ratio| ratio.log10)
    }

    #[test]
    fn ratios_rise_with_the_score_and_stay_within_their_bounds() {
        let scores = (-400..=100).map(f64::from);
        let ratios: Vec<f64> = scores.filter_map(|score| ratio(&text(2.0, score))).collect();
        assert!(ratios.len() == 501 && ratios.is_sorted());
        assert!((ratios[0] - MAP.bounds[0]).abs() < 1e-9);
        assert!((ratios[500] - MAP.bounds[1]).abs() < 1e-9);
        // A text that was just read, and one that was just refused.
        assert!(ratio(&text(2.0, 4.0)).unwrap() > 1.0);
        assert!(ratio(&text(2.0, -4.0)).unwrap() < -1.0);
    }

    #[test]
    fn letters_that_tell_nothing_have_no_ratio() {
        let other_length = |open| {
            let expected = Some(Expected::OtherLength { found: 9, expected: 10 });
            Text { expected, ..text(open, 0.0) }
        };
        assert_eq!(ratio(&other_length(2.0)), Some(MAP.bounds[0]));
        assert_eq!(ratio(&other_length(OPEN)), None);
        assert_eq!(ratio(&text(OPEN, -4.0)), None);
        assert!(ratio(&text(OPEN, ACCEPT)).is_some());
        assert_eq!(ratio(&Text { doubt: OPEN, ..text(2.0, -4.0) }), None);
        assert_eq!(ratio(&Text { misfit: 12.0, ..text(2.0, 4.0) }), None);
        assert_eq!(ratio(&Text { expected: None, ..text(2.0, 4.0) }), None);
    }

    #[test]
    fn what_the_letters_contradict_is_not_supported() {
        let name = Comparison { log_odds: 20.0, doubt: 60.0, others: 9, spelled: false };
        let expected = Some(Expected::SameLength(name));
        assert_eq!(ratio(&Text { expected, ..text(2.0, 0.0) }), Some(MAP.bounds[0]));
    }

    #[test]
    fn verdicts_have_ratios_that_agree() {
        for open in [0.5, OPEN] {
            for score in [-50.0, REFUSE, ACCEPT, 20.0] {
                let text = text(open, score);
                let ratio = ratio(&text);
                let repetition = Repetition {
                    symbols: 9,
                    score: 12.0,
                    lattice: 0.99,
                    law: 20.0,
                    keyed: false,
                    lines: 1.0,
                };
                let (text, repetition) = (Some(text), Some(repetition));
                match decide(&Evidence { text, repetition, ..Evidence::default() }).verdict {
                    Verdict::Authentic => assert!(ratio.unwrap() > 0.3),
                    Verdict::NameMismatch => assert!(ratio.unwrap() < -0.3),
                    _ => assert_eq!(ratio, None),
                }
            }
        }
    }

    #[test]
    fn ratios_are_stated_only_where_they_were_measured() {
        let fitted = Profile::default();
        assert!(holds_for(&fitted) && holds_for(&fitted.clone().with_mode(Mode::Screen)));
        let stronger = Profile { strength: 0.3, ..fitted.clone() };
        let mut coarser = fitted.clone();
        coarser.layout.legends = 2;
        let typeface = Typeface::bundled("jetbrains-mono-bold").unwrap();
        let other = Profile { typeface, ..fitted };
        for profile in [stronger, coarser, other] {
            assert!(LikelihoodRatio::of(&text(2.0, 4.0), &profile).is_none());
        }
    }

    #[test]
    fn the_words_of_the_guideline() {
        let words = |ratio: f64| LikelihoodRatio { log10: ratio.log10() }.words();
        for (ratio, word) in [
            (2.01, "weak"),
            (9.9, "weak"),
            (10.1, "moderate"),
            (99.0, "moderate"),
            (101.0, "moderately strong"),
            (999.0, "moderately strong"),
            (1001.0, "strong"),
            (9990.0, "strong"),
            (10_010.0, "very strong"),
            (999_000.0, "very strong"),
            (1_001_000.0, "extremely strong"),
        ] {
            assert_eq!(words(ratio), format!("{word} support for the expected name"));
            assert_eq!(words(1.0 / ratio), format!("{word} support for another name"));
        }
        for ratio in [1.0, 1.99, 1.0 / 1.99] {
            assert_eq!(words(ratio), "no support for either name");
        }
    }
}
