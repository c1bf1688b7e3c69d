//! Layout families and the letter screen: printed, scanned, read back.

use std::path::Path;

use tumar::Verdict;
use tumar::channel::{Conditions, print_and_scan};
use tumar::formats::decode;
use tumar::imaging::{Mm, Ppi};
use tumar::inspect::{Inspection, inspect};
use tumar::issue::{EmbedError, embed};
use tumar::spec::legend::NameError;
use tumar::spec::{Mode, Name, Profile};

fn name(surname: &str, given: &str) -> Name {
    Name::new(surname, given).expect("a name")
}

fn holder() -> Name {
    name("Назарбаева", "Әсел")
}

/// The built-in profile with more lines in its part on microtext.
fn profile(more: &str) -> Profile {
    Profile::parse(&format!("{}\n{more}\n", Profile::default_text())).expect("a profile")
}

/// A good scanner of this resolution, the sheet turned by so many degrees.
fn scanner(ppi: f64, turned: f64) -> Conditions {
    let mut conditions = Conditions::clean(Ppi(ppi));
    conditions.scan.optics_px = 0.4;
    conditions.scan.read_noise = 0.004;
    conditions.scan.rotation_deg = turned;
    conditions.scan.border = [Mm(3.0); 4];
    conditions
}

fn inspected(
    holder: &Name,
    printed: &Profile,
    conditions: &Conditions,
    expected: Option<&Name>,
    read_by: &Profile,
) -> Inspection {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/synthetic-03-headscarf.png");
    let portrait = decode::read(&path).expect("a sample portrait");
    let print = embed(&portrait, holder, printed).expect("a print").picture;
    let scan = print_and_scan(&print, conditions, 1).expect("a scan");
    inspect(&scan, None, expected, read_by).expect("a resolution")
}

#[track_caller]
fn reads(holder: &Name, profile: &Profile, conditions: &Conditions) -> Inspection {
    let found = inspected(holder, profile, conditions, Some(holder), profile);
    assert_eq!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
    let other = name("Назарбаев", "Асель");
    let blind = inspected(holder, profile, conditions, None, profile);
    assert_eq!(blind.decision.verdict, Verdict::Read, "{:?}", blind.decision);
    let wrong = inspected(holder, profile, conditions, Some(&other), profile);
    assert_ne!(wrong.decision.verdict, Verdict::Authentic, "{:?}", wrong.decision);
    found
}

#[test]
fn waved_lines() {
    for more in [
        "wave = { amplitude_mm = 0.08, period_mm = 12.0 }",
        "wave = { amplitude_mm = 0.06, period_mm = 9.0, drift_mm = 0.2 }",
        "wave = { amplitude_mm = 0.08, period_mm = 20.0, drift_mm = -0.3 }",
    ] {
        let profile = profile(more);
        for (ppi, turned) in [(600.0, 0.7), (600.0, 181.0), (400.0, -0.9)] {
            reads(&holder(), &profile, &scanner(ppi, turned));
        }
    }
}

#[test]
fn two_sizes() {
    let profile = profile("second_cap_height_mm = 0.20");
    for (ppi, turned) in [(600.0, 0.7), (400.0, -0.9)] {
        reads(&holder(), &profile, &scanner(ppi, turned));
    }
}

#[test]
fn two_legends() {
    let profile = profile("legends = 2");
    let (cyrillic, latin) = (holder(), name("Nazarbayeva", "Assel"));
    let both = cyrillic.clone().with_second(latin.clone());
    for (ppi, turned) in [(600.0, 0.7), (400.0, 179.2)] {
        let conditions = scanner(ppi, turned);
        for own in [&cyrillic, &latin] {
            let found = inspected(&both, &profile, &conditions, Some(own), &profile);
            assert_eq!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
            assert!(found.second.is_some(), "the other legend is found too");
        }
        let found =
            inspected(&both, &profile, &conditions, Some(&name("Nazarbaev", "Assel")), &profile);
        assert_ne!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/synthetic-07-grey.png");
    let portrait = decode::read(&path).expect("a sample portrait");
    let refused = |name: &Name, profile: &Profile| match embed(&portrait, name, profile) {
        Err(EmbedError::Name(error)) => error,
        other => panic!("{:?}", other.map(|printed| printed.summary)),
    };
    assert_eq!(refused(&cyrillic, &profile), NameError::SecondMissing);
    assert_eq!(refused(&both, &Profile::default()), NameError::SecondUnused);
    let twice = cyrillic.clone().with_second(name("Ахметова", ""));
    assert!(matches!(refused(&twice, &profile), NameError::SecondAlike(_)));
}

#[test]
fn letter_screens() {
    let printed = Profile::default().with_mode(Mode::Screen);
    for (ppi, turned) in [(600.0, 0.7), (400.0, -0.9)] {
        reads(&holder(), &printed, &scanner(ppi, turned));
        // A reader that was not told finds out.
        let conditions = scanner(ppi, turned);
        let told = Profile::default();
        let found = inspected(&holder(), &printed, &conditions, Some(&holder()), &told);
        assert_eq!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
    }
}

#[test]
fn all_of_it_as_a_letter_screen() {
    let more = "second_cap_height_mm = 0.21\nlegends = 2\nwave = { amplitude_mm = 0.06, period_mm = 12.0, drift_mm = 0.2 }";
    let profile = profile(more).with_mode(Mode::Screen);
    let both = holder().with_second(name("Nazarbayeva", "Assel"));
    let found = inspected(&both, &profile, &scanner(600.0, 0.7), Some(&holder()), &profile);
    assert_eq!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
}
