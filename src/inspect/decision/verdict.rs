//! The verdict: a pure function of the evidence. Every threshold says which error it bounds;
//! `cargo run --release --example accuracy` measures them.

use serde::{Deserialize, Serialize};

use crate::inspect::detection::spectrum::PEAK;
use crate::inspect::synchronisation::row_phase;

/// BSI TR-03135's words for the outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The check was passed: authentic, or read where there was nothing to compare with.
    Successful,
    /// The check was not passed.
    Failed,
    /// The scan does not carry enough evidence.
    Undetermined,
}

/// What the evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The microtext spells the expected name.
    Authentic,
    /// The microtext was read; there was no name to compare it with.
    Read,
    /// The microtext spells something else.
    NameMismatch,
    /// The microtext does not stand everywhere as it should.
    Altered,
    /// The lines do not begin where the issuer's key says for this document.
    KeyMismatch,
    /// There is none, though this scan would have shown it.
    Absent,
    /// The scan does not tell.
    Inconclusive,
}

impl Verdict {
    /// Its word in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::Read => "read",
            Self::NameMismatch => "name-mismatch",
            Self::Altered => "altered",
            Self::KeyMismatch => "key-mismatch",
            Self::Absent => "absent",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// Its outcome.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Authentic | Self::Read => Outcome::Successful,
            Self::NameMismatch | Self::KeyMismatch | Self::Altered | Self::Absent => {
                Outcome::Failed
            }
            Self::Inconclusive => Outcome::Undetermined,
        }
    }
}

/// Text is there if lines repeat themselves this many standard deviations over chance …
pub const REPETITION: f64 = 5.0;
/// … begin on whole symbols (1: exactly; lines at random: under 0.3) …
pub const LATTICE: f64 = 0.6;
/// … in at least this share of the portrait's lines …
pub const LINES: f64 = 0.25;
/// … and the text has at least this many symbols, unless the lines follow the generator's law: a
/// hatching or a weave repeats after few …
pub const SYMBOLS: usize = 8;
/// … and look like letters (correlation with the text that was read).
pub const FIT: f64 = 0.55;

/// A symbol is read if the text is e^4 times likelier than any with another symbol there …
pub const READ: f64 = 4.0;
/// … and the letters by themselves do not contradict their check symbols by more than this, in
/// nepers: text of another issuer has none, and two texts over each other have no common ones.
pub const DOUBT: f64 = 25.0;
/// … and if the letters by themselves, with what contradicts them, leave no more open than check
/// symbols can decide, 23³ texts: beyond, some text always has right ones.
pub const OPEN: f64 = 9.4;
/// … and no place fits its letter worse than this, as `Reading::misfit` counts. Prints reach 2.7 (163
/// exact readings, all presets); digits in place of letters 5 to 40 on scans that show them.
pub const MISFIT: f64 = 4.0;
/// An expected name is accepted if it is what was read, or if it is e^3.5 times likelier than any
/// other text …
pub const ACCEPT: f64 = 3.5;
/// … and refused if it is e^4 times less likely …
pub const REFUSE: f64 = -4.0;
/// … than a text of which this share was read.
pub const LEGIBLE: f64 = 0.85;

/// A carrier that should stand this many times over the threshold and does not is not there.
pub const EXPECTED_PEAK: f64 = 4.0;

/// A carrier of less than this share of what is expected is none. Prints at half the strength under a
/// coarse halftone fall to 0.044; three of four pictures without microtext stay below 0.04.
pub const FAINT: f64 = 0.04;

/// … unless it is of one piece over this share of the portrait, as two of 210 pictures without
/// microtext show it …
pub const COVERED: f64 = 0.8;
/// … or its lines follow the generator's law so many standard deviations over chance, which pictures
/// do by 8.4 at the most.
pub const FOLLOWED: f64 = row_phase::FOLLOWED;

/// What was measured, without a pixel.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Height of the carrier's peak over the median of its ring.
    pub peak: f32,
    /// How high it should stand if microtext of the profile's strength were there.
    pub expected_peak: f64,
    /// Share of the portrait in which lines were found, 0..1.
    pub coverage: f64,
    /// What the columns gave, if the carrier was found.
    pub repetition: Option<Repetition>,
    /// What the reading gave, if the columns were found.
    pub text: Option<Text>,
}

impl Evidence {
    /// The evidence of the letters, where it suffices to say that there is text at all.
    #[must_use]
    pub fn established(&self) -> Option<&Text> {
        self.text.as_ref().filter(|text| established(self, text))
    }
}

/// The evidence that lines of text repeat.
#[derive(Clone, Copy, Debug)]
pub struct Repetition {
    /// Symbols after which it repeats.
    pub symbols: usize,
    /// Standard deviations over chance.
    pub score: f64,
    /// How well lines begin on whole symbols, 0..1.
    pub lattice: f64,
    /// How far the lines' phases follow the generator's law, in standard deviations; 0 if they
    /// don't.
    pub law: f64,
    /// Share of the portrait's lines that could be placed.
    pub lines: f64,
}

/// The evidence of the letters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Text {
    /// Correlation of stack and text, 0..1.
    pub fit: f64,
    /// How much worse the worst place fits than others (`Reading::misfit`).
    pub misfit: f64,
    /// How far, in nepers, the letters by themselves contradict their check symbols.
    pub doubt: f64,
    /// How many texts, as a natural logarithm, the letters by themselves leave open.
    pub open: f64,
    /// For each symbol, ln of how much likelier the text is than any with another symbol there.
    pub log_odds: Vec<f64>,
    /// For the expected name, if one was given.
    pub expected: Option<Expected>,
}

/// The evidence for an expected name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Expected {
    /// The text repeats after another number of symbols than the name has.
    OtherLength {
        /// Symbols of the circle that was found.
        found: usize,
        /// Symbols of the expected legend.
        expected: usize,
    },
    /// The text has as many symbols as the name.
    SameLength(Comparison),
}

/// The expected legend against the scan.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Comparison {
    /// ln of how much likelier the expected legend is than any other text.
    pub log_odds: f64,
    /// How far, in nepers, the letters by themselves speak against it.
    pub doubt: f64,
    /// At how many places another symbol was read.
    pub others: usize,
    /// Whether the text that was read is the expected name.
    pub spelled: bool,
}

/// A verdict and why.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// How far from its threshold, −1..1; positive where the check was passed.
    pub margin: f64,
    /// Plain sentences, most important first.
    pub reasons: Vec<String>,
}

/// Decides.
#[must_use]
pub fn decide(evidence: &Evidence) -> Decision {
    let decision = |verdict, margin: f64, reasons: &[String]| Decision {
        verdict,
        margin: margin.clamp(-1.0, 1.0),
        reasons: reasons.to_vec(),
    };
    let would_show = evidence.expected_peak > EXPECTED_PEAK * f64::from(PEAK);
    let Some(text) = evidence.established() else {
        let nothing = match (evidence.repetition, &evidence.text) {
            (None, _) => "no lines of microtext stand out from the picture",
            (Some(_), None) => "there are fine lines, but no text repeats along them",
            (Some(_), Some(_)) => "what repeats along the lines cannot be told to be letters",
        };
        let of_text = evidence.coverage >= COVERED
            || evidence.repetition.is_some_and(|found| found.law >= FOLLOWED);
        let is_faint = f64::from(evidence.peak) < FAINT * evidence.expected_peak;
        if would_show && is_faint && !of_text {
            let shown = "this scan is fine and even enough to show microtext of this profile";
            return decision(Verdict::Absent, -0.9, &[nothing.into(), shown.into()]);
        }
        let hidden = "the scan is too coarse, blurred, small or uneven to rule microtext out";
        return decision(Verdict::Inconclusive, 0.0, &[nothing.into(), hidden.into()]);
    };
    match &text.expected {
        None => blind(text, decision),
        Some(Expected::OtherLength { found, expected }) => {
            let other = format!(
                "the microtext repeats after {found} symbols; the expected name takes {expected}"
            );
            if text.is_clear() {
                decision(Verdict::NameMismatch, -0.9, &[other])
            } else {
                decision(
                    Verdict::Inconclusive,
                    -0.1,
                    &[other, "but what it spells is not clear".into()],
                )
            }
        }
        Some(Expected::SameLength(name)) => known(text, name, decision),
    }
}

fn established(evidence: &Evidence, text: &Text) -> bool {
    evidence.repetition.as_ref().is_some_and(repeats) && text.fit >= FIT
}

/// Whether something repeats along the lines as text of the grid would.
#[must_use]
pub fn repeats(found: &Repetition) -> bool {
    let by_itself = found.score >= REPETITION && found.lattice >= LATTICE && found.lines >= LINES;
    by_itself && found.symbols >= SYMBOLS || found.law > 0.0
}

impl Text {
    /// ln of how much likelier the text is than the next.
    fn weakest(&self) -> f64 {
        self.log_odds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Whether check symbols suffice to tell the text from any other.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.open + self.doubt <= OPEN
    }

    /// Share of the symbols that were read.
    #[must_use]
    pub fn legible(&self) -> f64 {
        let read = self.log_odds.iter().filter(|&&odds| odds >= READ).count();
        read as f64 / self.log_odds.len().max(1) as f64
    }

    /// Whether this name is likelier than any other text, and the letters do not contradict it.
    #[must_use]
    pub fn bears_out(&self, name: &Comparison) -> bool {
        name.log_odds >= ACCEPT && name.doubt <= DOUBT && self.misfit <= MISFIT
    }

    /// Whether the letters let the expected name stand, though they may not tell it from others.
    #[must_use]
    pub fn lets_name_stand(&self) -> bool {
        let stands = |name: &Comparison| {
            name.log_odds > REFUSE && name.doubt <= DOUBT && self.misfit <= MISFIT
        };
        matches!(&self.expected, Some(Expected::SameLength(name)) if stands(name))
    }

    /// Whether the whole text was read.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.weakest() >= READ && self.is_decided() && self.misfit <= MISFIT
    }
}

/// How far odds stand from a threshold, as a margin.
fn margin(odds: f64, threshold: f64) -> f64 {
    ((odds - threshold) / READ).tanh()
}

const CONTRADICTION: &str = "the letters that are legible contradict their check symbols";
const UNDECIDED: &str = "the letters leave more open than their check symbols can decide";
const NO_LETTER: &str = "at a place stands what looks like no letter";

fn blind(text: &Text, decision: impl Fn(Verdict, f64, &[String]) -> Decision) -> Decision {
    let margin = margin(text.weakest(), READ);
    if text.is_clear() {
        let clear = "the text stands clear of any other, and its check symbols are right";
        return decision(Verdict::Read, margin.max(LEAST), &[clear.into()]);
    }
    let unread = text.log_odds.iter().filter(|&&odds| odds < READ).count();
    let total = text.log_odds.len();
    let unclear = if unread > 0 {
        format!("microtext is there, but {unread} of its {total} symbols are not clear")
    } else if text.doubt > DOUBT {
        CONTRADICTION.into()
    } else if !text.is_decided() {
        UNDECIDED.into()
    } else {
        NO_LETTER.into()
    };
    decision(Verdict::Inconclusive, margin.min(0.0), &[unclear])
}

/// A margin that is positive, if only just.
pub(crate) const LEAST: f64 = 1e-3;

fn known(
    text: &Text,
    name: &Comparison,
    decision: impl Fn(Verdict, f64, &[String]) -> Decision,
) -> Decision {
    let total = text.log_odds.len();
    let accepting = margin(name.log_odds, ACCEPT);
    if name.spelled && text.is_clear() {
        // What is read without knowing the name is not doubted because it is known.
        let margin = accepting.max(margin(text.weakest(), READ)).max(LEAST);
        let read = "the text stands clear of any other, and it spells the expected name";
        decision(Verdict::Authentic, margin, &[read.into()])
    } else if text.bears_out(name) {
        let likelier = "the expected name is likelier than any other text";
        decision(Verdict::Authentic, accepting.max(LEAST), &[likelier.into()])
    } else if name.log_odds <= REFUSE && text.legible() >= LEGIBLE && text.is_decided() {
        let other =
            format!("at {} of {total} places stands another symbol than expected", name.others);
        decision(Verdict::NameMismatch, accepting, &[other])
    } else if text.doubt > DOUBT {
        decision(Verdict::Inconclusive, accepting.min(0.0), &[CONTRADICTION.into()])
    } else if text.misfit > MISFIT {
        decision(Verdict::Inconclusive, accepting.min(0.0), &[NO_LETTER.into()])
    } else {
        let close = "the scan does not tell the expected name from others";
        decision(Verdict::Inconclusive, accepting.min(0.0), &[close.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_record() {
        use Verdict::{Absent, Altered, Authentic, Inconclusive, KeyMismatch, NameMismatch, Read};
        for verdict in [Authentic, Read, NameMismatch, Altered, KeyMismatch, Absent, Inconclusive] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
    }

    #[test]
    fn what_may_be_open_is_what_check_symbols_decide() {
        use crate::spec::check::{CHECKS, FIELD};
        assert!((OPEN - CHECKS as f64 * (FIELD as f64).ln()).abs() < 0.01);
    }

    fn text(log_odds: &[f64], expected: Option<Expected>) -> Evidence {
        Evidence {
            peak: 900.0,
            expected_peak: 1000.0,
            coverage: 0.9,
            repetition: Some(Repetition {
                symbols: 9,
                score: 12.0,
                lattice: 0.99,
                law: 20.0,
                lines: 1.0,
            }),
            text: Some(Text {
                fit: 0.9,
                misfit: 1.5,
                doubt: 1.0,
                open: 0.5,
                log_odds: log_odds.to_vec(),
                expected,
            }),
        }
    }

    #[test]
    fn a_table_of_evidence() {
        let compared = |log_odds, doubt, others, spelled| {
            Some(Expected::SameLength(Comparison { log_odds, doubt, others, spelled }))
        };
        let symbols = |log_odds: f64| compared(log_odds, 3.0, 4, false);
        let spelled = compared(2.0, 3.0, 0, true);
        let far_off = compared(30.0, 60.0, 1, false);
        let mut contradicted = text(&[50.0], None);
        contradicted.text.as_mut().unwrap().doubt = 90.0;
        let mut other_contradicted = text(&[50.0], symbols(-40.0));
        other_contradicted.text.as_mut().unwrap().doubt = 90.0;
        let mut undecided = text(&[50.0], None);
        undecided.text.as_mut().unwrap().open = 12.0;
        let mut other_undecided = text(&[50.0], symbols(-9.0));
        other_undecided.text.as_mut().unwrap().open = 12.0;
        let mut digit = text(&[50.0], spelled.clone());
        digit.text.as_mut().unwrap().misfit = 12.0;
        let length = Some(Expected::OtherLength { found: 9, expected: 10 });
        let faint = |expected_peak| Evidence { peak: 5.0, expected_peak, ..Evidence::default() };
        let followed = text(&[], None).repetition;
        let mut unlike_letters = text(&[50.0], None);
        unlike_letters.text.as_mut().unwrap().fit = 0.3;
        let mut at_random = text(&[50.0], None);
        let repetition = at_random.repetition.as_mut().unwrap();
        (repetition.lattice, repetition.law) = (0.2, 0.0);
        let mut weave = text(&[50.0], None);
        let repetition = weave.repetition.as_mut().unwrap();
        (repetition.symbols, repetition.law) = (2, 0.0);
        for (evidence, verdict) in [
            (weave, Verdict::Inconclusive),
            (Evidence { coverage: 0.85, ..faint(1000.0) }, Verdict::Inconclusive),
            (Evidence { repetition: followed, ..faint(1000.0) }, Verdict::Inconclusive),
            (text(&[50.0, 9.0], None), Verdict::Read),
            (text(&[50.0, 3.9], None), Verdict::Inconclusive),
            (contradicted, Verdict::Inconclusive),
            (digit, Verdict::Inconclusive),
            (undecided, Verdict::Inconclusive),
            (other_undecided, Verdict::Inconclusive),
            (other_contradicted, Verdict::Inconclusive),
            (text(&[50.0], far_off), Verdict::Inconclusive),
            (text(&[50.0], symbols(3.6)), Verdict::Authentic),
            (text(&[50.0], symbols(0.0)), Verdict::Inconclusive),
            (text(&[50.0, 9.0], spelled.clone()), Verdict::Authentic),
            (text(&[50.0, 2.0], spelled), Verdict::Inconclusive),
            (text(&[50.0], symbols(-9.0)), Verdict::NameMismatch),
            (text(&[50.0, 1.0], symbols(-9.0)), Verdict::Inconclusive),
            (text(&[50.0], length), Verdict::NameMismatch),
            (faint(1000.0), Verdict::Absent),
            (faint(20.0), Verdict::Inconclusive),
            (Evidence::default(), Verdict::Inconclusive),
            (unlike_letters, Verdict::Inconclusive),
            (at_random, Verdict::Inconclusive),
        ] {
            let decision = decide(&evidence);
            assert_eq!(decision.verdict, verdict, "{evidence:?}");
            assert!(!decision.reasons.is_empty());
            let passed = verdict.outcome() == Outcome::Successful;
            assert_eq!(decision.margin > 0.0, passed, "{evidence:?}: {}", decision.margin);
        }
    }
}
