//! The decision: a pure function of the evidence, and the only place that makes one or changes it.
//! Text, operating range, key, tamper map and page are weighed in this order; each step may only
//! make a decision worse founded or better, and says why.

use crate::inspect::comparison::agreement::Agreement;
use crate::inspect::decision::evidence::{Evidence, Facing, Key};
use crate::inspect::decision::key_check::{CONFIRMED, Keyed, LEFT, REFUSED};
use crate::inspect::decision::picture_check::{DOUBTED, PictureCheck};
use crate::inspect::decision::print_check::Printed;
use crate::inspect::decision::signature_check::{SignatureCheck, Signing, Trust};
use crate::inspect::decision::text::{
    ACCEPT, Comparison, DOUBT, Expected, LEGIBLE, MISFIT, READ, REFUSE, Text,
};
use crate::inspect::decision::verdict::{Decision, Outcome, Verdict};
use crate::inspect::detection::spectrum::PEAK;
use crate::inspect::synchronisation::row_phase::{CERTAIN, FOLLOWED, UNKEYED};
use crate::inspect::tamper::region::{Kind, LACKS};

/// A carrier that should stand this many times over the threshold and does not is not there.
pub const EXPECTED_PEAK: f64 = 4.0;

/// A carrier of less than this share of what is expected is none. Prints at half the strength under a
/// coarse halftone fall to 0.044; three of four pictures without microtext stay below 0.04.
pub const FAINT: f64 = 0.04;

/// … unless it is of one piece over this share of the portrait, as two of 210 pictures without
/// microtext show it, or its lines follow the generator's row phases (FOLLOWED).
pub const COVERED: f64 = 0.8;
/// A margin that is positive, if only just.
const LEAST: f64 = 1e-3;

const CONTRADICTION: &str = "the letters that are legible contradict their check symbols";
const UNDECIDED: &str = "the letters leave more open than their check symbols can decide";
const NO_LETTER: &str = "one position holds a shape that matches no letter";

const LOOK: &str = "scan it flat and at 600 ppi or more, hold it against the portrait as issued, or look at the marked places";

const UNSEARCHED: &str = "the scan has more places that look like lines of microtext than were searched: crop it to the portrait, and try again";

/// Decides.
#[must_use]
pub fn decide(evidence: &Evidence) -> Decision {
    if let Some(obstacle) = evidence.obstacle {
        let decision = decision(Verdict::Inconclusive, -1.0, obstacle.to_string());
        return of_search(decision, evidence);
    }
    let mut decision = of_text(evidence);
    decision = in_range(decision, evidence);
    decision = of_search(decision, evidence);
    if evidence.established().is_some() && evidence.mirrored {
        decision.reasons.push("the scan shows the portrait mirrored".into());
    }
    decision = by_key(decision, evidence);
    decision = by_signature(decision, evidence);
    decision = by_map(decision, evidence);
    decision = by_face(decision, evidence);
    decision = by_picture(decision, evidence);
    decision = by_print(decision, evidence);
    if let Some(place) = evidence.place {
        decision.reasons.push(format!(
            "the scan shows {} portraits with microtext; this is about number {} from the top",
            place.of, place.number
        ));
    }
    decision.reasons.extend(evidence.told.map(|told| told.to_string()));
    decision
}

/// Whether the text leaves the decision to what of the scan falls short.
#[must_use]
pub fn asks_for_range(evidence: &Evidence) -> bool {
    matches!(of_text(evidence).verdict, Verdict::Absent | Verdict::Inconclusive)
}

fn decision(verdict: Verdict, margin: f64, reason: String) -> Decision {
    Decision { verdict, margin: margin.clamp(-1.0, 1.0), reasons: vec![reason] }
}

impl Decision {
    /// Another one, for this reason above all.
    fn becomes(mut self, verdict: Verdict, margin: f64, reason: String) -> Self {
        self.reasons.insert(0, reason);
        Self { verdict, margin: margin.clamp(-1.0, 1.0), ..self }
    }
}

/// How far odds stand from a threshold, as a margin.
fn margin(odds: f64, threshold: f64) -> f64 {
    ((odds - threshold) / READ).tanh()
}

/// What lines and letters come to.
fn of_text(evidence: &Evidence) -> Decision {
    let Some(text) = evidence.established() else { return without_text(evidence) };
    match &text.expected {
        None => blind(text),
        Some(Expected::OtherLength { found, expected }) => {
            let other = format!(
                "the microtext repeats after {found} symbols; the expected name takes {expected}"
            );
            if text.is_clear() {
                return decision(Verdict::NameMismatch, -0.9, other);
            }
            let mut unclear = decision(Verdict::Inconclusive, -0.1, other);
            unclear.reasons.push("but what it spells is not clear".into());
            unclear
        }
        Some(Expected::SameLength(name)) => known(text, name),
    }
}

fn without_text(evidence: &Evidence) -> Decision {
    let nothing = match (evidence.repetition, &evidence.text) {
        (None, _) => "no lines of microtext stand out from the picture",
        (Some(_), None) => "there are fine lines, but no text repeats along them",
        (Some(_), Some(_)) => "the repeating pattern cannot be identified as letters",
    };
    let of_text = evidence.coverage >= COVERED
        || evidence.repetition.is_some_and(|found| found.law >= FOLLOWED);
    let is_faint = f64::from(evidence.peak) < FAINT * evidence.expected_peak;
    let would_show = evidence.expected_peak > EXPECTED_PEAK * f64::from(PEAK);
    let (verdict, margin, why) = if would_show && is_faint && !of_text {
        let shown = "this scan is fine and even enough to show microtext of this profile";
        (Verdict::Absent, -0.9, shown)
    } else {
        let hidden = "the scan is too coarse, blurred, small or uneven to rule microtext out";
        (Verdict::Inconclusive, 0.0, hidden)
    };
    let mut decision = decision(verdict, margin, nothing.into());
    decision.reasons.push(why.into());
    decision
}

fn blind(text: &Text) -> Decision {
    let margin = margin(text.weakest(), READ);
    if text.is_clear() {
        let clear = "the text stands clear of any other, and its check symbols are right";
        return decision(Verdict::Read, margin.max(LEAST), clear.into());
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
    decision(Verdict::Inconclusive, margin.min(0.0), unclear)
}

fn known(text: &Text, name: &Comparison) -> Decision {
    let total = text.log_odds.len();
    let accepting = margin(name.log_odds, ACCEPT);
    if name.spelled && text.is_clear() {
        // What is read without knowing the name is not doubted because it is known.
        let margin = accepting.max(margin(text.weakest(), READ)).max(LEAST);
        let read = "the text stands clear of any other, and it spells the expected name";
        decision(Verdict::Authentic, margin, read.into())
    } else if text.bears_out(name) {
        let likelier = "the expected name is likelier than any other text";
        decision(Verdict::Authentic, accepting.max(LEAST), likelier.into())
    } else if name.log_odds <= REFUSE && text.legible() >= LEGIBLE && text.is_decided() {
        let other =
            format!("at {} of {total} places stands another symbol than expected", name.others);
        decision(Verdict::NameMismatch, accepting, other)
    } else {
        let why = if text.doubt > DOUBT {
            CONTRADICTION
        } else if text.misfit > MISFIT {
            NO_LETTER
        } else {
            "the scan does not tell the expected name from others"
        };
        decision(Verdict::Inconclusive, accepting.min(0.0), why.into())
    }
}

/// With the reasons for which nothing can be told.
fn in_range(mut decision: Decision, evidence: &Evidence) -> Decision {
    let Some(range) = &evidence.range else { return decision };
    if decision.verdict == Verdict::Absent && range.hides_everything() {
        (decision.verdict, decision.margin) = (Verdict::Inconclusive, 0.0);
        decision.reasons.truncate(1);
    }
    if decision.verdict == Verdict::Inconclusive {
        let after = decision.reasons.len().min(1);
        decision.reasons.splice(after..after, range.shortfalls());
    }
    decision
}

/// What a decision on the text becomes where the search was cut short: what it did not find may yet be
/// there, and what it found stands.
fn of_search(mut decision: Decision, evidence: &Evidence) -> Decision {
    if evidence.unsearched == 0 || decision.verdict.outcome() == Outcome::Successful {
        return decision;
    }
    if decision.verdict == Verdict::Absent {
        (decision.verdict, decision.margin) = (Verdict::Inconclusive, 0.0);
        decision.reasons.truncate(1);
    }
    let after = decision.reasons.len().min(1);
    decision.reasons.insert(after, UNSEARCHED.into());
    decision
}

/// What a decision on the text becomes where the print is keyed, or should be.
fn by_key(mut decision: Decision, evidence: &Evidence) -> Decision {
    let read = decision.verdict.outcome() == Outcome::Successful;
    let fits = evidence.text.as_ref().is_some_and(Text::lets_name_stand);
    match &evidence.key {
        Key::NotAsked => {
            if read && evidence.is_keyed() {
                let unasked = "the print is keyed: who issued it, and for which document, only a key and the document's number can tell";
                decision.reasons.push(unasked.into());
            }
            decision
        }
        _ if !(read || fits && decision.verdict == Verdict::Inconclusive) => decision,
        Key::Unanswered => {
            let public = |found: super::evidence::Repetition| !found.keyed && found.law >= UNKEYED;
            if read && evidence.repetition.is_some_and(public) {
                let public =
                    "the lines begin where everybody's do: this print was made without a key";
                decision.becomes(Verdict::KeyMismatch, -0.9, public.into())
            } else {
                let unknown = "the scan does not tell where enough lines begin to ask for the key";
                decision.becomes(Verdict::Inconclusive, 0.0, unknown.into())
            }
        }
        Key::Answered(keyed) => answered(decision, keyed, read),
    }
}

/// `read`: whether the text alone would pass.
fn answered(decision: Decision, keyed: &Keyed, read: bool) -> Decision {
    let (right, placed, chance) = (keyed.right(), keyed.placed(), keyed.log10_chance());
    let margin = ((CONFIRMED - chance) / CONFIRMED.abs()).tanh();
    if keyed.is_confirmed() {
        let told = format!(
            "{right} of {placed} keyed lines begin where key {} says; by accident so many do once in 10^{:.0}",
            keyed.key,
            -chance.ceil()
        );
        let margin = if read { margin.min(decision.margin) } else { margin };
        decision.becomes(Verdict::Authentic, margin.max(LEAST), told)
    } else if keyed.log10_as_few(LEFT) <= REFUSED {
        let told = format!(
            "only {right} of {placed} keyed lines begin where the key says; {:.0} would by accident",
            placed as f64 / keyed.symbols as f64
        );
        decision.becomes(Verdict::KeyMismatch, margin.min(-LEAST), told)
    } else {
        let told = format!(
            "only {placed} keyed lines can be placed, {right} of them where the key says: too few to tell"
        );
        decision.becomes(Verdict::Inconclusive, margin.min(0.0), told)
    }
}

/// What a decision becomes by the payload lines: they change what passed, and where a signature must be
/// there and is not, nothing passes.
fn by_signature(mut decision: Decision, evidence: &Evidence) -> Decision {
    let passed = decision.verdict.outcome() == Outcome::Successful;
    let undetermined = decision.verdict == Verdict::Inconclusive;
    let law = evidence.repetition.map_or(0.0, |found| found.law);
    match &evidence.signature {
        Signing::Read(check) => by_payload(decision, check, evidence),
        Signing::Unsigned if evidence.must_be_signed && law >= CERTAIN => {
            let without = "the print is not signed: none of its lines carries a signature, and this one's must";
            if passed { decision.becomes(Verdict::Forged, -0.9, without.into()) } else { decision }
        }
        Signing::Foreign(error) => {
            let told = format!("the signature cannot be checked: {error}");
            if passed && evidence.must_be_signed {
                return decision.becomes(Verdict::Inconclusive, 0.0, told);
            }
            decision.reasons.push(told);
            decision
        }
        Signing::Illegible | Signing::Unsigned | Signing::Unknown => {
            let told = "the scan does not tell the signature that the print should carry: scan it flat and at 600 ppi or more";
            if passed && evidence.must_be_signed {
                return decision.becomes(Verdict::Inconclusive, 0.0, told.into());
            }
            if (passed || undetermined) && matches!(evidence.signature, Signing::Illegible) {
                let illegible = "some lines seem to carry a signature, which this scan does not show well enough to read";
                decision.reasons.push(illegible.into());
            }
            decision
        }
    }
}

/// What a decision becomes by a payload that was read.
fn by_payload(mut decision: Decision, check: &SignatureCheck, evidence: &Evidence) -> Decision {
    let passed = decision.verdict.outcome() == Outcome::Successful;
    let may_pass = passed || decision.verdict == Verdict::Inconclusive;
    let key = check.key;
    match check.trust {
        Trust::NotAsked => {
            if passed {
                decision.reasons.push(format!(
                    "the print says that key {key} signed it; only that key's public part can tell (--trust)"
                ));
            }
            decision
        }
        Trust::UnknownKey if passed => {
            let told = format!(
                "the print says that key {key} signed it, which is none of those that are trusted"
            );
            decision.becomes(Verdict::Inconclusive, 0.0, told)
        }
        Trust::Unproved if passed => {
            let told = format!(
                "whether key {key} signed this name cannot be told, since the name is not clear"
            );
            decision.becomes(Verdict::Inconclusive, 0.0, told)
        }
        Trust::Invalid if may_pass => {
            let told = format!(
                "the signature is not that of key {key} for this name: it was made without the key, or taken from another print"
            );
            decision.becomes(Verdict::Forged, -0.9, told)
        }
        Trust::Valid if may_pass => match check.agreement() {
            Agreement::Agrees => {
                let chance = check.log10_odds().ceil();
                decision.reasons.push(format!(
                        "key {key} signed this name and this face; another person's agrees as well with a chance of 10^{chance:.0}"
                    ));
                decision
            }
            Agreement::Untold => {
                let told = format!(
                    "key {key} signed this name; whether this is the face that was signed cannot be told: it is worn, or another one"
                );
                if passed && agrees(evidence).is_none() {
                    return decision.becomes(Verdict::Inconclusive, 0.0, told);
                }
                decision.reasons.push(told);
                decision
            }
            Agreement::Differs => {
                let told = format!(
                    "key {key} signed this name, but the face is not the one that was signed"
                );
                let margin = (check.correlation - check.least()).min(-LEAST);
                decision.becomes(Verdict::Altered, margin, told)
            }
        },
        _ => decision,
    }
}

/// Whether the face is the one that a trusted key signed.
fn is_signed_face(evidence: &Evidence) -> bool {
    matches!(&evidence.signature, Signing::Read(check)
        if check.trust == Trust::Valid && check.agreement() == Agreement::Agrees)
}

/// What a decision becomes where the microtext lacks: a print that passed was altered, unless the places
/// show the picture that was issued.
fn by_map(mut decision: Decision, evidence: &Evidence) -> Decision {
    let Some(found) = &evidence.tamper else { return decision };
    if found.regions.is_empty() || decision.verdict.outcome() != Outcome::Successful {
        return decision;
    }
    let is_explained =
        |(kind, ..): &(Kind, f64, f64)| *kind == Kind::Missing && agrees(evidence).is_some();
    let regions = || found.regions.iter().filter(|region| !is_explained(region));
    let Some(&(kind, ..)) = regions().next() else {
        let worn = "marked places lack their microtext, but show the picture that was issued: glare, wear or dirt";
        decision.reasons.push(worn.into());
        return decision;
    };
    let what = match kind {
        Kind::Missing => "the microtext is missing",
        Kind::Foreign => "other text stands",
    };
    let whole: f64 = regions().map(|(_, area, _)| area).sum();
    let places = match regions().count() {
        1 => "one place".to_owned(),
        n => format!("{n} places"),
    };
    let told = format!("{what} in {places} of {whole:.0} mm², where this scan would show it");
    let worst = regions().map(|(.., z)| *z).fold(0.0, f64::max);
    decision.becomes(Verdict::Altered, -(worst / f64::from(2.0 * LACKS)).tanh(), told)
}

/// What the portrait as issued says, if it says that it is this one.
fn agrees(evidence: &Evidence) -> Option<&PictureCheck> {
    evidence.picture.as_ref().filter(|picture| picture.agreement == Agreement::Agrees)
}

/// What a decision becomes by the face: a name in the microtext tells whose portrait it is only where
/// the face was confirmed, by its microtext or by the portrait as issued.
fn by_face(mut decision: Decision, evidence: &Evidence) -> Decision {
    let is_named = match decision.verdict {
        Verdict::Authentic => true,
        Verdict::Read => false,
        _ => return decision,
    };
    let (share, least) = match evidence.face {
        Facing::NotAsked => return decision,
        Facing::Unknown => (0.0, 1.0),
        Facing::Looked { face, least } => (face.share(), least),
    };
    let text = format!("its microtext was confirmed on {:.0} % of the face", 100.0 * share);
    let name = if is_named { "the name is right" } else { "the text was read" };
    let verdict = decision.verdict;
    if let Some(picture) = agrees(evidence) {
        let told = format!("{name}, and the face is the one that was issued; {text}");
        let margin = decision.margin.min(picture.margin).max(LEAST);
        decision.becomes(verdict, margin, told)
    } else if is_signed_face(evidence) {
        let told = format!("{name}, and the face is the one that was signed; {text}");
        let margin = decision.margin.max(LEAST);
        decision.becomes(verdict, margin, told)
    } else if share >= least {
        let told = format!("{name}, and {text}");
        let above = (share - least) / (1.0 - least).max(LEAST);
        let margin = if is_named { decision.margin.min(above).max(LEAST) } else { decision.margin };
        decision.becomes(verdict, margin, told)
    } else if is_named {
        let told = if evidence.face == Facing::Unknown {
            format!(
                "{name}, but the face could not be checked, since the scan does not show the whole portrait clearly: {LOOK}"
            )
        } else {
            let asked = 100.0 * least;
            format!("{name}, but {text}, and {asked:.0} % are asked: {LOOK}")
        };
        decision.becomes(Verdict::Inconclusive, (share - least).min(0.0), told)
    } else {
        decision.reasons.push(format!("the face was not checked: {text}"));
        decision
    }
}

/// What a decision becomes by the portrait as issued.
fn by_picture(mut decision: Decision, evidence: &Evidence) -> Decision {
    let Some(picture) = &evidence.picture else { return decision };
    let may_be_changed =
        !matches!(decision.verdict, Verdict::NameMismatch | Verdict::KeyMismatch | Verdict::Absent);
    let why = picture.why.map_or_else(String::new, |why| why.to_string());
    if picture.agreement == Agreement::Differs && may_be_changed {
        return decision.becomes(Verdict::Altered, picture.margin.min(-LEAST), why);
    }
    if picture.agreement == Agreement::Untold {
        if may_be_changed && let Some(told) = picture.speaks_of_change() {
            return decision.becomes(Verdict::Altered, -0.5, told);
        }
        let passed = decision.verdict.outcome() == Outcome::Successful;
        if passed && (picture.is_of_no_use() || picture.doubted >= DOUBTED) {
            return decision.becomes(Verdict::Inconclusive, 0.0, why);
        }
        decision.reasons.push(why);
        return decision;
    }
    if picture.whole == Agreement::Differs {
        decision.reasons.push(why);
    }
    decision
}

/// What a decision becomes where the issuer's press is known: another press makes a copy likely, and is
/// never proof.
fn by_print(mut decision: Decision, evidence: &Evidence) -> Decision {
    if decision.verdict.outcome() != Outcome::Successful {
        return decision;
    }
    match &evidence.printed {
        Printed::NotAsked => decision,
        Printed::Unknown => {
            let coarse = "which press printed it was not checked: a scan at 1200 ppi or more tells";
            decision.reasons.push(coarse.into());
            decision
        }
        Printed::Looked(check) if check.is_another() => {
            let told = format!("another press than the issuer's may have printed it: {check}");
            decision.becomes(Verdict::Inconclusive, check.margin().min(0.0), told)
        }
        Printed::Looked(check) => {
            decision.reasons.push(format!("nothing speaks of another press: {check}"));
            decision
        }
    }
}

#[cfg(test)]
mod tests;
