//! Keyed prints: the key is confirmed however they lie and whatever their layout, and nothing else is.

use std::sync::LazyLock;

use image::{DynamicImage, Rgb};
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;
use tumar::inspect::decision::claim::{Claim, KeyClaim};
use tumar::inspect::decision::key_check::Keyed;
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{embed, print};
use tumar::spec::{Imprint, IssuerKey, Name, Profile};

use crate::common::judge::{PROFILE, READER};
use crate::common::{holder, key, number, sample};

const SEED: u64 = 3;

fn issue(key: &IssuerKey, document: &str) -> KeyClaim {
    KeyClaim { keys: vec![key.clone()], document: number(document) }
}

fn keyed(key: &IssuerKey, profile: &Profile) -> Picture {
    let imprint = Imprint::keyed(&holder(), profile, key, &number("N1234567")).expect("it fits");
    print(&sample("synthetic-04-beard.png"), &imprint, profile).expect("a portrait").picture
}

fn scanned(print: &Picture) -> Picture {
    print_and_scan(print, &Conditions::draw(Preset::Flatbed600, SEED), SEED).expect("a scan")
}

/// Of the default profile: a print by `key(3)`, and its scan.
static PRINT: LazyLock<Picture> = LazyLock::new(|| keyed(&key(3), &PROFILE));
static SCAN: LazyLock<Picture> = LazyLock::new(|| scanned(&PRINT));

fn checked(
    scan: &Picture,
    name: Option<&Name>,
    issue: &KeyClaim,
    reader: &Reader<'_>,
) -> Inspection {
    let claim = Claim { name, key: Some(issue), ..Claim::default() };
    reader.check(scan, None, claim).expect("a resolution").main
}

/// The key is confirmed for its document, and for no other. (Where lines are few, by accident enough
/// may be right not to refuse it.)
#[track_caller]
fn confirms(scan: &Picture, key: &IssuerKey, reader: &Reader<'_>) {
    let found = checked(scan, Some(&holder()), &issue(key, "N1234567"), reader);
    let lines = found.keyed().expect("keyed lines");
    assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
    assert!(lines.log10_chance() < -15.0, "{} of {}", lines.right(), lines.placed());
    let found = checked(scan, Some(&holder()), &issue(key, "N1234568"), reader);
    let not = [Verdict::KeyMismatch, Verdict::Inconclusive];
    assert!(not.contains(&found.decision().verdict), "{:?}", found.decision());
}

#[test]
fn however_the_print_lies() {
    for turned in [SCAN.pixels.clone(), SCAN.pixels.rotate180(), SCAN.pixels.fliph()] {
        confirms(&Picture { pixels: turned, ..SCAN.clone() }, &key(3), &READER);
    }
}

#[test]
fn whatever_the_layout() {
    let key = key(4);
    for more in [
        "wave = { amplitude_mm = 0.08, period_mm = 12.0, drift_mm = 0.2 }",
        "second_cap_height_mm = 0.20",
        "mode = \"screen\"",
    ] {
        let profile = with(more);
        confirms(&scanned(&keyed(&key, &profile)), &key, &Reader::new(&profile));
    }
}

/// The built-in profile with this line in its part on microtext.
fn with(more: &str) -> Profile {
    let key = more.split(' ').next().unwrap_or_default();
    let keep = |line: &&str| !line.starts_with(&format!("{key} "));
    let lines: Vec<&str> = Profile::default_text().lines().filter(keep).collect();
    let text = lines.join("\n").replace("[microtext]", &format!("[microtext]\n{more}"));
    Profile::parse(&text).expect("a profile")
}

#[test]
fn a_third_of_the_lines_destroyed() {
    let mut print = PRINT.clone();
    let mut pixels = print.pixels.to_rgb8();
    let height = pixels.height();
    pixels
        .enumerate_rows_mut()
        .filter(|(y, _)| (height / 4..height * 7 / 12).contains(y))
        .flat_map(|(_, row)| row)
        .for_each(|(_, _, pixel)| *pixel = Rgb([200, 190, 180]));
    print.pixels = DynamicImage::from(pixels);
    // The key is confirmed, but half of the face is gone.
    let found = checked(&scanned(&print), Some(&holder()), &issue(&key(3), "N1234567"), &READER);
    assert_eq!(found.decision().verdict, Verdict::Inconclusive, "{:?}", found.decision());
    assert!(found.keyed().is_some_and(Keyed::is_confirmed), "{:?}", found.decision());
}

#[test]
fn the_right_name_without_the_key() {
    let portrait = sample("synthetic-04-beard.png");
    let forged = scanned(&embed(&portrait, &holder(), &PROFILE).expect("a print").picture);
    for scan in [&forged, &SCAN] {
        for name in [Some(&holder()), None] {
            let found = checked(scan, name, &issue(&key(5), "N1234567"), &READER);
            assert_eq!(found.decision().verdict, Verdict::KeyMismatch, "{:?}", found.decision());
        }
    }
}

#[test]
fn one_of_several_keys() {
    let keys: Vec<IssuerKey> = (0..5).map(key).collect();
    let issue = KeyClaim { keys: keys.clone(), document: number("N1234567") };
    let found = checked(&SCAN, None, &issue, &READER);
    assert_eq!(found.decision().verdict, Verdict::Authentic);
    assert_eq!(found.keyed().map(|keyed| keyed.key), Some(keys[3].id()));
}
