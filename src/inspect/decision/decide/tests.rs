//! Tables of evidence and what is decided by it.

use super::*;
use crate::imaging::{Mm, Ppi};
use crate::inspect::comparison::agreement::Why;
use crate::inspect::decision::evidence::{Alterations, Obstacle, Place, Repetition, Told};
use crate::inspect::decision::operating_range::Range;
use crate::inspect::signal::scan::PpiSource;
use crate::inspect::tamper::face::Face;
use crate::spec::IssuerKey;

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
            keyed: false,
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
        ..Evidence::default()
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

/// A text that spells the expected name, and one that nothing tells from others.
fn passed() -> Evidence {
    let name = Comparison { log_odds: 9.0, doubt: 3.0, others: 0, spelled: true };
    text(&[50.0], Some(Expected::SameLength(name)))
}

fn unsure() -> Evidence {
    let name = Comparison { log_odds: 0.0, doubt: 3.0, others: 1, spelled: false };
    text(&[50.0], Some(Expected::SameLength(name)))
}

fn refused() -> Evidence {
    let name = Comparison { log_odds: -9.0, doubt: 3.0, others: 4, spelled: false };
    text(&[50.0], Some(Expected::SameLength(name)))
}

#[test]
fn a_table_of_keys() {
    let lines = |right, placed| {
        let key = IssuerKey::generate().unwrap().id();
        let lines = (0..placed).map(|i| (2 * i + 1, i < right)).collect();
        Key::Answered(Keyed { lines, begins: Vec::new(), symbols: 20, key, tried: 1 })
    };
    let followed = |keyed, law| {
        move |mut evidence: Evidence| {
            let repetition = evidence.repetition.as_mut().unwrap();
            (repetition.keyed, repetition.law) = (keyed, law);
            evidence
        }
    };
    let absent = || Evidence { peak: 5.0, expected_peak: 1000.0, ..Evidence::default() };
    for (evidence, key, expected) in [
        (followed(true, 20.0)(passed()), lines(50, 55), Verdict::Authentic),
        (followed(true, 20.0)(text(&[50.0], None)), lines(9, 30), Verdict::Inconclusive),
        (followed(true, 20.0)(text(&[50.0], None)), lines(30, 50), Verdict::Authentic),
        (followed(true, 9.0)(unsure()), lines(30, 50), Verdict::Authentic),
        (followed(true, 9.0)(text(&[2.0], None)), lines(30, 50), Verdict::Inconclusive),
        (followed(true, 9.0)(refused()), lines(30, 50), Verdict::NameMismatch),
        (followed(true, 20.0)(passed()), lines(3, 50), Verdict::KeyMismatch),
        (followed(false, 30.0)(passed()), Key::Unanswered, Verdict::KeyMismatch),
        (followed(false, 8.0)(passed()), Key::Unanswered, Verdict::Inconclusive),
        (absent(), Key::Unanswered, Verdict::Absent),
        (followed(true, 20.0)(passed()), Key::NotAsked, Verdict::Authentic),
    ] {
        let decision = decide(&Evidence { key: key.clone(), ..evidence });
        assert_eq!(decision.verdict, expected, "{key:?}");
        let passed = expected.outcome() == Outcome::Successful;
        assert_eq!(decision.margin > 0.0, passed, "{decision:?}");
    }
    let unasked = decide(&followed(true, 20.0)(passed()));
    assert!(unasked.reasons[1].starts_with("the print is keyed"), "{unasked:?}");
}

fn map(regions: &[(Kind, f64, f64)]) -> Option<Alterations> {
    Some(Alterations { regions: regions.to_vec(), readable: 0.8 })
}

const MISSING: (Kind, f64, f64) = (Kind::Missing, 20.0, 12.0);
const FOREIGN: (Kind, f64, f64) = (Kind::Foreign, 30.0, 9.0);

#[test]
fn a_table_of_maps() {
    for (text, tamper, expected) in [
        (passed(), map(&[]), Verdict::Authentic),
        (passed(), map(&[MISSING]), Verdict::Altered),
        (passed(), map(&[FOREIGN]), Verdict::Altered),
        (text(&[50.0], None), map(&[MISSING]), Verdict::Altered),
        // What was refused or undetermined stays so.
        (refused(), map(&[MISSING]), Verdict::NameMismatch),
        (unsure(), map(&[MISSING]), Verdict::Inconclusive),
    ] {
        let decision = decide(&Evidence { tamper: tamper.clone(), ..text });
        assert_eq!(decision.verdict, expected, "{tamper:?}");
    }
    let both = map(&[FOREIGN, MISSING]);
    let decision = decide(&Evidence { tamper: both, ..passed() });
    assert_eq!(
        decision.reasons[0],
        "other text stands in 2 places of 50 mm², where this scan would show it"
    );
}

/// Of a face of 200 mm², of which half is asked.
fn face(checked: f64) -> Facing {
    Facing::Looked { face: Face { checked, of: 200.0 }, least: 0.5 }
}

#[test]
fn without_the_face_no_name_is_authentic() {
    let read = || text(&[50.0], None);
    for (evidence, facing, expected, says) in [
        (
            passed(),
            face(180.0),
            Verdict::Authentic,
            "the name is right, and its microtext was confirmed on 90 % of the face",
        ),
        (
            passed(),
            face(99.0),
            Verdict::Inconclusive,
            "the name is right, but its microtext was confirmed on 50 % of the face, and 50 % are asked",
        ),
        (
            passed(),
            Facing::Unknown,
            Verdict::Inconclusive,
            "the name is right, but the face could not be checked",
        ),
        (
            read(),
            face(180.0),
            Verdict::Read,
            "the text was read, and its microtext was confirmed on 90 %",
        ),
        (read(), face(0.0), Verdict::Read, "the text stands clear"),
        (refused(), face(180.0), Verdict::NameMismatch, "at 4 of 1 places"),
        (unsure(), face(180.0), Verdict::Inconclusive, "the scan does not tell"),
    ] {
        let decision = decide(&Evidence { face: facing, ..evidence });
        assert_eq!(decision.verdict, expected, "{facing:?}");
        assert!(decision.reasons[0].starts_with(says), "{decision:?}");
        let passed = expected.outcome() == Outcome::Successful;
        assert_eq!(decision.margin > 0.0, passed, "{decision:?}");
    }
}

fn picture(agreement: Agreement, why: Option<Why>) -> PictureCheck {
    let margin = match agreement {
        Agreement::Agrees => 0.6,
        Agreement::Differs => -0.7,
        Agreement::Untold => 0.0,
    };
    PictureCheck {
        agreement,
        whole: agreement,
        margin,
        why,
        doubted: 0.0,
        changed: 0.0,
        replaced: 0.0,
    }
}

#[test]
fn a_table_of_pictures() {
    let agrees = picture(Agreement::Agrees, None);
    let differs = picture(Agreement::Differs, Some(Why::OtherFace));
    let untold = |why| picture(Agreement::Untold, Some(why));
    let detail = untold(Why::OtherDetail);
    let doubted = PictureCheck { doubted: 7.0, ..detail };
    let changed = PictureCheck { doubted: 20.0, changed: 15.0, ..detail };
    let replaced = PictureCheck { doubted: 50.0, replaced: 30.0, ..detail };
    let of_no_use = PictureCheck { doubted: 50.0, changed: 15.0, ..untold(Why::Mirrored) };
    let [lacks, others] = [map(&[MISSING]), map(&[FOREIGN])];
    for (evidence, tamper, facing, picture, expected) in [
        (passed(), None, face(180.0), agrees, Verdict::Authentic),
        // The picture confirms a face whose letters do not show, and explains places that lack them …
        (passed(), None, face(20.0), agrees, Verdict::Authentic),
        (passed(), None, Facing::Unknown, agrees, Verdict::Authentic),
        (passed(), lacks.clone(), face(180.0), agrees, Verdict::Authentic),
        // … but not other letters.
        (passed(), others, face(180.0), agrees, Verdict::Altered),
        (passed(), None, face(180.0), differs, Verdict::Altered),
        (passed(), None, face(20.0), differs, Verdict::Altered),
        (unsure(), None, face(20.0), differs, Verdict::Altered),
        (text(&[50.0], None), None, face(180.0), differs, Verdict::Altered),
        (refused(), None, face(180.0), differs, Verdict::NameMismatch),
        (passed(), None, face(180.0), detail, Verdict::Authentic),
        (passed(), None, face(180.0), untold(Why::LittleDetail), Verdict::Authentic),
        (passed(), None, face(180.0), untold(Why::Mirrored), Verdict::Inconclusive),
        (passed(), None, face(180.0), untold(Why::CarriesMicrotext), Verdict::Inconclusive),
        (passed(), None, face(180.0), doubted, Verdict::Inconclusive),
        (passed(), None, face(180.0), changed, Verdict::Altered),
        (passed(), None, face(20.0), changed, Verdict::Altered),
        (passed(), None, face(20.0), replaced, Verdict::Altered),
        (passed(), None, face(20.0), doubted, Verdict::Inconclusive),
        (passed(), None, face(180.0), of_no_use, Verdict::Inconclusive),
        (passed(), lacks, face(180.0), detail, Verdict::Altered),
        (unsure(), None, face(180.0), agrees, Verdict::Inconclusive),
    ] {
        let (why, tried) = (picture.why, format!("{picture:?} {facing:?}"));
        let picture = Some(picture);
        let decision = decide(&Evidence { tamper, face: facing, picture, ..evidence });
        assert_eq!(decision.verdict, expected, "{tried}");
        let says = |text: &str| decision.reasons.iter().any(|reason| reason.contains(text));
        let told = why.is_none_or(|why| says(&why.to_string()) || says("another picture"));
        assert!(told || expected == Verdict::NameMismatch, "{decision:?}");
    }
}

#[test]
fn what_falls_short_is_said_and_rules_absence_out() {
    let range = Range {
        cap_height: Mm(0.24),
        portrait: [Mm(35.0), Mm(45.0)],
        capital_px: 5.7,
        blur: None,
        sharpness: 0.1,
        saturated: 0.2,
        size: [Mm(39.0), Mm(49.0)],
        peak: 400.0,
    };
    let absent = Evidence { peak: 5.0, expected_peak: 1000.0, ..Evidence::default() };
    assert!(asks_for_range(&absent) && !asks_for_range(&passed()));
    let blurred = decide(&Evidence { range: Some(range), ..absent.clone() });
    assert_eq!(blurred.verdict, Verdict::Inconclusive);
    assert!(blurred.reasons[1].starts_with("too blurred: 10 %"), "{blurred:?}");
    let sharp = Range { sharpness: 0.3, ..range };
    let sharp = decide(&Evidence { range: Some(sharp), ..absent });
    assert_eq!(sharp.verdict, Verdict::Absent);
}

#[test]
fn a_search_that_was_cut_short_rules_nothing_out() {
    let absent = Evidence { peak: 5.0, expected_peak: 1000.0, ..Evidence::default() };
    let empty = Evidence { obstacle: Some(Obstacle::EmptyPage), peak: 90.0, ..Evidence::default() };
    for (evidence, searched, cut, said) in [
        (absent, Verdict::Absent, Verdict::Inconclusive, 1),
        (empty, Verdict::Inconclusive, Verdict::Inconclusive, 1),
        (unsure(), Verdict::Inconclusive, Verdict::Inconclusive, 1),
        // The portrait that was found is what it is; the expected one may be elsewhere.
        (refused(), Verdict::NameMismatch, Verdict::NameMismatch, 1),
        (passed(), Verdict::Authentic, Verdict::Authentic, 0),
        (text(&[50.0], None), Verdict::Read, Verdict::Read, 0),
    ] {
        let whole = decide(&evidence);
        let short = decide(&Evidence { unsearched: 7, ..evidence });
        assert_eq!((whole.verdict, short.verdict), (searched, cut));
        let says = |of: &Decision| of.reasons.iter().filter(|r| *r == UNSEARCHED).count();
        assert_eq!((says(&whole), says(&short)), (0, said), "{short:?}");
        assert!(short.reasons[0] == whole.reasons[0] && short.margin <= 0.0 || said == 0);
    }
}

#[test]
fn what_is_around_the_portrait_is_said_last() {
    let stated = Some((Ppi(300.0), PpiSource::Option));
    let evidence = Evidence {
        mirrored: true,
        place: Some(Place { number: 2, of: 3 }),
        told: Some(Told { stated, told: Ppi(600.0) }),
        ..passed()
    };
    let decision = decide(&evidence);
    assert_eq!(decision.verdict, Verdict::Authentic);
    let said = [
        "the text stands clear",
        "the scan shows the portrait mirrored",
        "the scan shows 3",
        "--ppi says 300",
    ];
    assert_eq!(decision.reasons.len(), said.len());
    assert!(decision.reasons.iter().zip(said).all(|(reason, said)| reason.starts_with(said)));
    for obstacle in [Obstacle::NoResolution, Obstacle::EmptyPage] {
        let decision = decide(&Evidence { obstacle: Some(obstacle), ..passed() });
        assert_eq!((decision.verdict, decision.margin), (Verdict::Inconclusive, -1.0));
        assert_eq!(decision.reasons, [obstacle.to_string()]);
    }
}
