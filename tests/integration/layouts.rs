//! Layout families and the letter screen: printed, scanned, read back.

use tumar::Verdict;
use tumar::channel::print_and_scan;
use tumar::imaging::Picture;
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{EmbedError, embed};
use tumar::spec::legend::NameError;
use tumar::spec::{Mode, Name, Profile};

use crate::common::{holder, name, sample, scanner};

/// The built-in profile with more lines in its part on microtext.
fn profile(more: &str) -> Profile {
    Profile::parse(&format!("{}\n{more}\n", Profile::default_text())).expect("a profile")
}

fn print(holder: &Name, profile: &Profile) -> Picture {
    embed(&sample("synthetic-03-headscarf.png"), holder, profile).expect("a print").picture
}

/// Resolutions, and degrees by which the sheet is turned.
fn scan(print: &Picture, (ppi, turned): (f64, f64)) -> Picture {
    print_and_scan(print, &scanner(ppi, turned), 1).expect("a scan")
}

fn inspected(scan: &Picture, reader: &Reader<'_>, expected: Option<&Name>) -> Inspection {
    reader.inspect(scan, None, expected).expect("a resolution")
}

#[track_caller]
fn reads(scan: &Picture, reader: &Reader<'_>) {
    let found = inspected(scan, reader, Some(&holder()));
    assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
    let blind = inspected(scan, reader, None);
    assert_eq!(blind.decision().verdict, Verdict::Read, "{:?}", blind.decision());
    let wrong = inspected(scan, reader, Some(&name("Назарбаев", "Асель")));
    assert_ne!(wrong.decision().verdict, Verdict::Authentic, "{:?}", wrong.decision());
}

#[test]
fn waved_lines() {
    for more in [
        "wave = { amplitude_mm = 0.08, period_mm = 12.0 }",
        "wave = { amplitude_mm = 0.06, period_mm = 9.0, drift_mm = 0.2 }",
        "wave = { amplitude_mm = 0.08, period_mm = 20.0, drift_mm = -0.3 }",
    ] {
        let profile = profile(more);
        let (print, reader) = (print(&holder(), &profile), Reader::new(&profile));
        for conditions in [(600.0, 0.7), (600.0, 181.0), (400.0, -0.9)] {
            reads(&scan(&print, conditions), &reader);
        }
    }
}

#[test]
fn two_sizes() {
    let profile = profile("second_cap_height_mm = 0.20");
    let (print, reader) = (print(&holder(), &profile), Reader::new(&profile));
    for conditions in [(600.0, 0.7), (400.0, -0.9)] {
        reads(&scan(&print, conditions), &reader);
    }
}

#[test]
fn two_legends() {
    let profile = profile("legends = 2");
    let (cyrillic, latin) = (holder(), name("Nazarbayeva", "Assel"));
    let both = cyrillic.clone().with_second(latin.clone());
    let (print, reader) = (print(&both, &profile), Reader::new(&profile));
    for conditions in [(600.0, 0.7), (400.0, 179.2)] {
        let scan = scan(&print, conditions);
        for own in [&cyrillic, &latin] {
            let found = inspected(&scan, &reader, Some(own));
            assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
            assert!(found.second().is_some(), "the other legend is found too");
        }
        let found = inspected(&scan, &reader, Some(&name("Nazarbaev", "Assel")));
        assert_ne!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
    }
    let portrait = sample("synthetic-07-grey.png");
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
    let (screen, tint) = (Profile::default().with_mode(Mode::Screen), Profile::default());
    let [reader, untold] = [&screen, &tint].map(Reader::new);
    let print = print(&holder(), &screen);
    for conditions in [(600.0, 0.7), (400.0, -0.9)] {
        let scan = scan(&print, conditions);
        reads(&scan, &reader);
        // A reader that was not told finds out.
        let found = inspected(&scan, &untold, Some(&holder()));
        assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
    }
}

#[test]
fn all_of_it_as_a_letter_screen() {
    let more = "second_cap_height_mm = 0.21\nlegends = 2\nwave = { amplitude_mm = 0.06, period_mm = 12.0, drift_mm = 0.2 }";
    let profile = profile(more).with_mode(Mode::Screen);
    let both = holder().with_second(name("Nazarbayeva", "Assel"));
    let scan = scan(&print(&both, &profile), (600.0, 0.7));
    let found = inspected(&scan, &Reader::new(&profile), Some(&holder()));
    assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
}
