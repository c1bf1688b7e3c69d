//! How the decision was made: every threshold, and the value that stood against it.

use serde::Serialize;

use crate::inspect::Inspection;
use crate::inspect::comparison::agreement::Agreement;
use crate::inspect::decision::decide;
use crate::inspect::decision::evidence;
use crate::inspect::decision::evidence::{Evidence, Facing, Repetition};
use crate::inspect::decision::key_check as keyed;
use crate::inspect::decision::picture_check::{CHANGED, DOUBTED, PictureCheck};
use crate::inspect::decision::print_check::{GRAINY, PrintCheck};
use crate::inspect::decision::signature_check::SignatureCheck;
use crate::inspect::decision::text;
use crate::inspect::decision::text::{Comparison, Expected, Text};
use crate::inspect::detection::spectrum::PEAK;
use crate::inspect::synchronisation::row_phase::FOLLOWED;
use crate::inspect::tamper::{map as tamper, region};
use crate::report::words::number;

/// Some thresholds that answer one question.
#[derive(Clone, Serialize)]
pub(super) struct Question {
    pub(super) asks: &'static str,
    /// How they answer it together.
    pub(super) rule: &'static str,
    pub(super) checks: Vec<Check>,
}

/// A threshold and the value that stood against it.
#[derive(Clone, Serialize)]
pub(super) struct Check {
    pub(super) of: &'static str,
    pub(super) value: String,
    pub(super) limit: String,
    pub(super) passed: bool,
}

/// `value` should be at least `limit`.
fn least(of: &'static str, value: f64, limit: f64, decimals: usize) -> Check {
    let (shown, passed) = (format!("≥ {}", number(limit, decimals)), value >= limit);
    Check { of, value: number(value, decimals), limit: shown, passed }
}

/// `value` should be at most `limit`.
fn most(of: &'static str, value: f64, limit: f64, decimals: usize) -> Check {
    let (shown, passed) = (format!("≤ {}", number(limit, decimals)), value <= limit);
    Check { of, value: number(value, decimals), limit: shown, passed }
}

/// All questions that the evidence let ask, in the order in which they were asked.
pub(super) fn questions(inspection: &Inspection) -> Vec<Question> {
    let evidence = &inspection.evidence;
    let mut questions = vec![lines(evidence)];
    questions.extend(evidence.repetition.as_ref().map(|found| text(found, evidence)));
    match evidence.established() {
        None => questions.push(absence(evidence)),
        Some(text) => {
            questions.push(reading(text));
            if let Some(Expected::SameLength(name)) = &text.expected {
                questions.extend([acceptance(name, text), refusal(name, text)]);
            }
            if let Some(Expected::OtherLength { found, expected }) = text.expected {
                questions.push(length(found, expected));
            }
        }
    }
    questions.extend(inspection.keyed().map(key));
    questions.extend(inspection.signature().map(signed_face));
    let least = match evidence.face {
        Facing::Looked { least, .. } => least,
        Facing::NotAsked | Facing::Unknown => 1.0,
    };
    questions.extend(inspection.tamper.as_ref().map(|tamper| ground(tamper, least)));
    questions.extend(evidence.picture.as_ref().map(picture));
    questions.extend(inspection.print_check().map(press));
    questions
}

pub(super) fn lines(evidence: &Evidence) -> Question {
    let peak = f64::from(evidence.peak);
    let peak =
        least("Peak of the lines in the spectrum, over its surroundings", peak, PEAK.into(), 1);
    Question { asks: "Are there fine lines?", rule: "It must hold.", checks: vec![peak] }
}

pub(super) fn text(found: &Repetition, evidence: &Evidence) -> Question {
    let mut checks = vec![
        least(
            "Repetition along the lines, in standard deviations",
            found.score,
            evidence::REPETITION,
            1,
        ),
        least("Lines begin on whole symbols (1: exactly)", found.lattice, evidence::LATTICE, 2),
        least("Share of the lines that could be placed", found.lines, evidence::LINES, 2),
        least("Symbols in one copy", found.symbols as f64, evidence::SYMBOLS as f64, 0),
        Check {
            of: "Lines follow the printer’s rule, in standard deviations (0: they do not)",
            value: number(found.law, 1),
            limit: "> 0".into(),
            passed: found.law > 0.0,
        },
    ];
    let fit = evidence.text.as_ref().map(|text| text.fit);
    checks.extend(fit.map(|fit| least("Likeness to letters (1: exact)", fit, evidence::FIT, 2)));
    Question {
        asks: "Do the lines carry text?",
        rule: "The first four must hold, or the fifth in their place; and the sixth.",
        checks,
    }
}

pub(super) fn absence(evidence: &Evidence) -> Question {
    let (peak, expected) = (f64::from(evidence.peak), evidence.expected_peak);
    let share = if expected > 0.0 { peak / expected } else { 0.0 };
    let law = evidence.repetition.map_or(0.0, |found| found.law);
    let above = decide::EXPECTED_PEAK * f64::from(PEAK);
    let below = |of, value: f64, limit, decimals| Check {
        of,
        value: number(value, decimals),
        limit: format!("< {}", number(limit, decimals)),
        passed: value < limit,
    };
    let checks = vec![
        Check {
            of: "Peak that microtext of this profile would have here",
            value: number(expected, 1),
            limit: format!("> {}", number(above, 0)),
            passed: expected > above,
        },
        below("Share of it that was found", share, decide::FAINT, 3),
        below("Share of the portrait with even lines", evidence.coverage, decide::COVERED, 2),
        below("Lines follow the printer’s rule, in standard deviations", law, FOLLOWED, 1),
    ];
    let rule = "Microtext is absent only if all four hold, and the scan is fine enough; otherwise nothing is decided.";
    Question { asks: "Would this scan have shown microtext?", rule, checks }
}

pub(super) fn reading(text: &Text) -> Question {
    let weakest = text.log_odds.iter().copied().fold(f64::INFINITY, f64::min);
    let checks = vec![
        least("Weakest symbol: log odds against its runner-up", weakest, text::READ, 2),
        most("What the letters leave open or contradict", text.open + text.doubt, text::OPEN, 2),
        most("Worst place, over what is usual", text.misfit, text::MISFIT, 2),
    ];
    let rule = "All three must hold for a text that is read without a name.";
    Question { asks: "Is the whole text read?", rule, checks }
}

pub(super) fn acceptance(name: &Comparison, text: &Text) -> Question {
    let checks = vec![
        least("Log odds of the name against any other text", name.log_odds, text::ACCEPT, 2),
        most("What the letters say against the name", name.doubt, text::DOUBT, 2),
        most("Worst place, over what is usual", text.misfit, text::MISFIT, 2),
    ];
    let rule = "All three must hold; or the whole text is read and is the name.";
    Question { asks: "Is it the expected name?", rule, checks }
}

pub(super) fn refusal(name: &Comparison, text: &Text) -> Question {
    let checks = vec![
        most("Log odds of the name against any other text", name.log_odds, text::REFUSE, 2),
        least("Share of the symbols that are clear", text.legible(), text::LEGIBLE, 2),
        most("What the letters leave open or contradict", text.open + text.doubt, text::OPEN, 2),
    ];
    let rule = "Another name is reported only if all three hold.";
    Question { asks: "Is it another name?", rule, checks }
}

pub(super) fn length(found: usize, expected: usize) -> Question {
    let check = Check {
        of: "Symbols in one copy",
        value: found.to_string(),
        limit: format!("= {expected}"),
        passed: found == expected,
    };
    let rule = "If it does not hold and the whole text is read, it is another name.";
    Question { asks: "Is the text as long as the expected name’s?", rule, checks: vec![check] }
}

pub(super) fn signed_face(check: &SignatureCheck) -> Question {
    let of = "Correlation of the face with the digest that was signed";
    Question {
        asks: "Is it the face that was signed?",
        rule: "At least this, and it is; below the second, it is another.",
        checks: vec![
            least(of, check.correlation, check.enough(), 2),
            least(of, check.correlation, check.least(), 2),
        ],
    }
}

pub(super) fn key(keyed: &keyed::Keyed) -> Question {
    let checks = vec![
        most(
            "Chance of so many right lines by accident, log₁₀",
            keyed.log10_chance(),
            keyed::CONFIRMED,
            1,
        ),
        most(
            "Chance of so few on a print with this key, log₁₀",
            keyed.log10_as_few(keyed::LEFT),
            keyed::REFUSED,
            1,
        ),
    ];
    let rule =
        "The first confirms the key; the second refuses it; with neither nothing is decided.";
    Question { asks: "Do the lines begin where the key says?", rule, checks }
}

pub(super) fn ground(tamper: &tamper::Tamper, least_share: f64) -> Question {
    let worst = tamper.regions.iter().map(|region| region.z).fold(0.0, f64::max);
    let limit = format!("< {}", number(f64::from(region::LACKS), 1));
    let is_whole = tamper.regions.is_empty();
    let value = if is_whole { "none".into() } else { number(worst, 1) };
    let checks = vec![
        least("Share of the face on which it was confirmed", tamper.face.share(), least_share, 2),
        Check { of: WORST, value, limit, passed: is_whole },
    ];
    let rule = "Without the first, nothing is authentic; a region that lacks its letters makes a print that would have passed an altered one.";
    Question { asks: "Does the microtext stand on the face, and everywhere?", rule, checks }
}

pub(super) fn picture(found: &PictureCheck) -> Question {
    let says = match found.agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::Untold => "cannot be told",
    };
    let agrees = Check {
        of: "The face against the reference",
        value: says.into(),
        limit: "agrees".into(),
        passed: found.agreement == Agreement::Agrees,
    };
    let checks = vec![
        agrees,
        most("Another picture where microtext is not confirmed, mm²", found.doubted, DOUBTED, 1),
        most(
            "Another picture where microtext lacks, mm²",
            found.changed.max(found.replaced),
            CHANGED,
            1,
        ),
    ];
    let rule = "A face that differs is altered; where it cannot be told, the second leaves the print undecided and the third makes it an altered one.";
    Question { asks: "Is it the portrait that was issued?", rule, checks }
}

pub(super) fn press(found: &PrintCheck) -> Question {
    let checks = vec![
        Check {
            of: "Blur of the letters over that of the press's",
            value: number(found.blurred().exp(), 2),
            limit: format!("≤ {}", number(found.most_blurred(), 2)),
            passed: found.blurred().exp() <= found.most_blurred(),
        },
        Check {
            of: "Grain of the tones over that of the press's",
            value: number(found.grain.exp(), 2),
            limit: format!("{} to {}", number((-GRAINY).exp(), 2), number(GRAINY.exp(), 2)),
            passed: found.grain.abs() <= GRAINY,
        },
    ];
    let rule = "Both together must lie within these limits (an ellipse): beyond, another press may have printed it, which leaves the print undecided.";
    Question { asks: "Did the issuer's press print it?", rule, checks }
}

pub(super) fn copy(blur_mm: f64) -> Question {
    let check = Check {
        of: "Blur of the letters, mm",
        value: number(blur_mm, 3),
        limit: "none".into(),
        passed: true,
    };
    let rule = "Copies are more blurred than their originals, but printers differ as much: nothing rests on it.";
    Question { asks: "Is it as sharp as an original?", rule, checks: vec![check] }
}

const WORST: &str = "Worst region below genuine prints, in standard deviations";
