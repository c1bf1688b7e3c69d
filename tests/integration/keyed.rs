//! Keyed prints: the key is confirmed however they lie and whatever their layout, and nothing else is.

use std::path::Path;

use image::{DynamicImage, Rgb};
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::decode;
use tumar::imaging::Picture;
use tumar::inspect::decision::claim::{Claim, Issue};
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{embed, print};
use tumar::spec::{DocumentNumber, Imprint, IssuerKey, Name, Profile};

const SEED: u64 = 3;

fn name() -> Name {
    Name::new("Назарбаева", "Әсел").expect("a name")
}

fn number(text: &str) -> DocumentNumber {
    text.parse().expect("a number")
}

fn sample(file: &str) -> Picture {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    decode::read(&folder.join(file)).expect(file)
}

fn issue(key: &IssuerKey, document: &str) -> Issue {
    Issue { keys: vec![key.clone()], document: number(document) }
}

fn keyed(name: &Name, key: &IssuerKey, profile: &Profile) -> Picture {
    let imprint = Imprint::keyed(name, profile, key, &number("N1234567")).expect("it fits");
    print(&sample("synthetic-04-beard.png"), &imprint, profile).expect("a portrait").picture
}

fn scanned(print: &Picture) -> Picture {
    print_and_scan(print, &Conditions::draw(Preset::Flatbed600, SEED), SEED).expect("a scan")
}

fn checked(scan: &Picture, name: Option<&Name>, issue: &Issue, profile: &Profile) -> Inspection {
    let claim = Claim { name, issue: Some(issue) };
    Reader::new(profile).check(scan, None, claim).expect("a resolution").main
}

/// The key is confirmed for its document, and for no other. (Where lines are few, by accident enough
/// may be right not to refuse it.)
#[track_caller]
fn confirms(scan: &Picture, key: &IssuerKey, profile: &Profile) {
    let found = checked(scan, Some(&name()), &issue(key, "N1234567"), profile);
    let lines = found.keyed().expect("keyed lines");
    assert_eq!(found.decision.verdict, Verdict::Authentic, "{:?}", found.decision);
    assert!(lines.log10_chance() < -15.0, "{} of {}", lines.right(), lines.placed());
    let found = checked(scan, Some(&name()), &issue(key, "N1234568"), profile);
    let not = [Verdict::KeyMismatch, Verdict::Inconclusive];
    assert!(not.contains(&found.decision.verdict), "{:?}", found.decision);
}

#[test]
fn however_the_print_lies() {
    let (key, profile) = (IssuerKey::generate().expect("randomness"), Profile::default());
    let scan = scanned(&keyed(&name(), &key, &profile));
    for turned in [scan.pixels.clone(), scan.pixels.rotate180(), scan.pixels.fliph()] {
        confirms(&Picture { pixels: turned, ..scan.clone() }, &key, &profile);
    }
}

#[test]
fn whatever_the_layout() {
    let key = IssuerKey::generate().expect("randomness");
    for more in [
        "wave = { amplitude_mm = 0.08, period_mm = 12.0, drift_mm = 0.2 }",
        "second_cap_height_mm = 0.20",
        "mode = \"screen\"",
    ] {
        let profile = with(more);
        confirms(&scanned(&keyed(&name(), &key, &profile)), &key, &profile);
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
    let (key, profile) = (IssuerKey::generate().expect("randomness"), Profile::default());
    let mut print = keyed(&name(), &key, &profile);
    let mut pixels = print.pixels.to_rgb8();
    let height = pixels.height();
    pixels
        .enumerate_rows_mut()
        .filter(|(y, _)| (height / 4..height * 7 / 12).contains(y))
        .flat_map(|(_, row)| row)
        .for_each(|(_, _, pixel)| *pixel = Rgb([200, 190, 180]));
    print.pixels = DynamicImage::from(pixels);
    confirms(&scanned(&print), &key, &profile);
}

#[test]
fn the_right_name_without_the_key() {
    let (key, profile) = (IssuerKey::generate().expect("randomness"), Profile::default());
    let other = IssuerKey::generate().expect("randomness");
    let portrait = sample("synthetic-04-beard.png");
    let forged = embed(&portrait, &name(), &profile).expect("a print").picture;
    for print in [forged, keyed(&name(), &other, &profile)] {
        let scan = scanned(&print);
        for name in [Some(&name()), None] {
            let found = checked(&scan, name, &issue(&key, "N1234567"), &profile);
            assert_eq!(found.decision.verdict, Verdict::KeyMismatch, "{:?}", found.decision);
        }
    }
}

#[test]
fn one_of_several_keys() {
    let profile = Profile::default();
    let keys: Vec<IssuerKey> = (0..5).map(|_| IssuerKey::generate().expect("randomness")).collect();
    let scan = scanned(&keyed(&name(), &keys[3], &profile));
    let issue = Issue { keys: keys.clone(), document: number("N1234567") };
    let found = checked(&scan, None, &issue, &profile);
    assert_eq!(found.decision.verdict, Verdict::Authentic);
    assert_eq!(found.keyed().map(|keyed| keyed.key), Some(keys[3].id()));
}
