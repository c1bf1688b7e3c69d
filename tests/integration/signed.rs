//! Signed prints: verified however they lie and whatever their layout; what was not signed is told.

use std::sync::LazyLock;

use image::DynamicImage;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::{Claim, Inspection, Reader};
use tumar::issue::print;
use tumar::keys::{PublicKey, SecretKey, Sign, Trust, sign};
use tumar::spec::{Imprint, Name, Profile};
use tumar::{Picture, Verdict};

use crate::common::judge::{PROFILE, READER};
use crate::common::{holder, key, name, number, sample};

const SEED: u64 = 5;
const PORTRAIT: &str = "synthetic-04-beard.png";

/// The secret key of RFC 8032, 7.1, test 1: the same prints each time.
const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
static KEY: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::parse(PEM.as_bytes(), None).unwrap());

fn signed(imprint: Imprint, portrait: &str, profile: &Profile) -> Picture {
    let portrait = sample(portrait);
    let imprint = sign(imprint, &portrait, number("N1234567"), &*KEY, profile).unwrap();
    print(&portrait, &imprint, profile).unwrap().picture
}

fn scanned(print: &Picture) -> Picture {
    print_and_scan(print, &Conditions::draw(Preset::Flatbed600, SEED), SEED).unwrap()
}

fn plain(profile: &Profile) -> Imprint {
    Imprint::new(&holder(), profile).unwrap()
}

static SCAN: LazyLock<Picture> =
    LazyLock::new(|| scanned(&signed(plain(&PROFILE), PORTRAIT, &PROFILE)));

fn checked(
    scan: &Picture,
    name: Option<&Name>,
    trust: Option<&[PublicKey]>,
    reader: &Reader<'_>,
) -> Inspection {
    reader.check(scan, None, Claim { name, trust, ..Claim::default() }).unwrap().main
}

/// The signature and the face are right, for the name, and without it.
#[track_caller]
fn verifies(scan: &Picture, reader: &Reader<'_>) {
    let trust = [KEY.public().clone()];
    for (name, verdict) in [(Some(&holder()), Verdict::Authentic), (None, Verdict::Read)] {
        let found = checked(scan, name, Some(&trust), reader);
        let check = found.signature().expect("a signature");
        assert_eq!((check.trust, found.decision().verdict), (Trust::Valid, verdict), "{check:?}");
        assert!(check.document == number("N1234567"));
        assert!(check.correlation > 0.8, "{check:?}");
    }
}

#[test]
fn however_the_print_lies() {
    let pixels = &SCAN.pixels;
    for turned in [pixels.clone(), pixels.rotate180(), pixels.fliph(), pixels.flipv()] {
        verifies(&Picture { pixels: turned, ..SCAN.clone() }, &READER);
    }
}

#[test]
fn whatever_the_layout() {
    for more in [
        "wave = { amplitude_mm = 0.08, period_mm = 12.0, drift_mm = 0.2 }",
        "second_cap_height_mm = 0.20",
        "mode = \"screen\"",
    ] {
        let profile = Profile::parse(&format!("{}\n{more}\n", Profile::default_text())).unwrap();
        let print = signed(plain(&profile), PORTRAIT, &profile);
        verifies(&scanned(&print), &Reader::new(&profile));
    }
}

#[test]
fn in_two_scripts() {
    let profile = Profile::parse(&format!("{}\nlegends = 2\n", Profile::default_text())).unwrap();
    let both = holder().with_second(name("Nazarbayeva", "Asel"));
    let print = signed(Imprint::new(&both, &profile).unwrap(), PORTRAIT, &profile);
    let (reader, trust) = (Reader::new(&profile), [KEY.public().clone()]);
    let found = checked(&scanned(&print), Some(&both), Some(&trust), &reader);
    assert_eq!(found.signature().map(|check| check.trust), Some(Trust::Valid));
}

#[test]
fn keyed_and_signed() {
    let (own, document) = (key(3), number("N1234567"));
    let imprint = Imprint::keyed(&holder(), &PROFILE, &own, &document).unwrap();
    let scan = scanned(&signed(imprint, PORTRAIT, &PROFILE));
    let trust = [KEY.public().clone()];
    let claim = tumar::inspect::KeyClaim { keys: vec![own], document };
    let holder = holder();
    let claim =
        Claim { name: Some(&holder), key: Some(&claim), trust: Some(&trust), ..Claim::default() };
    let found = READER.check(&scan, None, claim).unwrap().main;
    assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision());
    assert!(found.keyed().is_some_and(tumar::keys::Keyed::is_confirmed));
    assert_eq!(found.signature().map(|check| check.trust), Some(Trust::Valid));
}

#[test]
fn who_is_not_trusted_does_not_pass() {
    let other = [SecretKey::generate().unwrap().public().clone()];
    let found = checked(&SCAN, Some(&holder()), Some(&other), &READER);
    assert_eq!(found.decision().verdict, Verdict::Inconclusive, "{:?}", found.decision());
    assert!(found.decision().reasons[0].contains("none of those that are trusted"));
    // Without trusted keys, what was read is said, and the judgement stands.
    let found = checked(&SCAN, Some(&holder()), None, &READER);
    assert_eq!(found.decision().verdict, Verdict::Authentic);
    assert_eq!(found.signature().map(|check| check.trust), Some(Trust::NotAsked));
}

#[test]
fn a_print_without_a_signature_is_forged_where_one_must_be() {
    let trust = [KEY.public().clone()];
    let unsigned = print(&sample(PORTRAIT), &plain(&PROFILE), &PROFILE).unwrap().picture;
    let scan = scanned(&unsigned);
    let found = checked(&scan, Some(&holder()), Some(&trust), &READER);
    assert_eq!(found.decision().verdict, Verdict::Forged, "{:?}", found.decision());
    assert_eq!(
        checked(&scan, Some(&holder()), None, &READER).decision().verdict,
        Verdict::Authentic
    );
    let text = Profile::default_text()
        .replace("[microtext]", "[signature]\npromised = true\n\n[microtext]");
    let promising = Profile::parse(&text).unwrap();
    let found = checked(&scan, Some(&holder()), None, &Reader::new(&promising));
    assert_eq!(found.decision().verdict, Verdict::Forged, "{:?}", found.decision());
}

#[test]
fn a_payload_of_another_print_is_forged() {
    // The genuine payload, moved to a print with another name.
    let portrait = sample(PORTRAIT);
    let trust = [KEY.public().clone()];
    let own = checked(&SCAN, None, Some(&trust), &READER);
    let bytes = own.payload().and_then(|lines| lines.bytes).expect("a payload");
    let thief = name("Иванов", "Иван");
    let imprint = Imprint::new(&thief, &PROFILE).unwrap().with_payload(&bytes);
    let scan = scanned(&print(&portrait, &imprint, &PROFILE).unwrap().picture);
    for name in [Some(&thief), None] {
        let found = checked(&scan, name, Some(&trust), &READER);
        assert_eq!(found.decision().verdict, Verdict::Forged, "{:?}", found.decision());
    }
    // The same name and payload under another portrait.
    let imprint = plain(&PROFILE).with_payload(&bytes);
    let other = sample("astronaut.png");
    let scan = scanned(&print(&other, &imprint, &PROFILE).unwrap().picture);
    let found = checked(&scan, Some(&holder()), Some(&trust), &READER);
    assert_eq!(found.decision().verdict, Verdict::Altered, "{:?}", found.decision());
    assert!(found.decision().reasons[0].contains("not the one that was signed"));
}

#[test]
fn an_illegible_payload_is_said_so() {
    // Too little is left of the portrait.
    let pixels = SCAN.pixels.to_rgb8();
    let part = DynamicImage::from(pixels).crop_imm(
        0,
        0,
        SCAN.size().0 as u32,
        SCAN.size().1 as u32 * 2 / 5,
    );
    let scan = Picture { pixels: part, ..SCAN.clone() };
    let trust = [KEY.public().clone()];
    let found = checked(&scan, Some(&holder()), Some(&trust), &READER);
    assert_eq!(found.decision().verdict, Verdict::Inconclusive, "{:?}", found.decision());
}
