//! The tamper map on whole scans: what was changed is found where it is, and what was not passes.

use image::{DynamicImage, Rgb};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::tamper::confirmation::State;
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{embed, portrait};
use tumar::report::record::{Record, RegionKind};
use tumar::spec::Profile;
use tumar::{Claim, Reference, Verdict};

use crate::common::{holder, name, sample};

const SEED: u64 = 5;
const SCANNED: Ppi = Ppi(600.0);
/// Left, top, width and height in millimetres.
type Patch = [f64; 4];
/// The face and much beside it.
const FACE: Patch = [5.0, 6.0, 25.0, 32.0];

fn photograph() -> Picture {
    sample("synthetic-07-grey.png")
}

fn genuine(profile: &Profile) -> Picture {
    embed(&photograph(), &holder(), profile).expect("a print").picture
}

/// The print with another one's dots in the patch.
fn patched(print: &Picture, other: &Picture, patch: Patch, profile: &Profile) -> Picture {
    let px = |mm: f64| (mm * profile.dpi.per_mm()) as u32;
    let [left, top, width, height] = patch.map(px);
    let mut pixels = print.pixels.to_rgb8();
    let other = other.pixels.to_rgb8();
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        if (left..left + width).contains(&x) && (top..top + height).contains(&y) {
            *pixel = Rgb(other.get_pixel(x, y).0);
        }
    }
    Picture { pixels: DynamicImage::from(pixels), ..print.clone() }
}

fn scanned(print: &Picture) -> Picture {
    print_and_scan(print, &Conditions::draw(Preset::Flatbed600, SEED), SEED).expect("a scan")
}

fn inspected(scan: &Picture, profile: &Profile) -> Inspection {
    Reader::new(profile).inspect(scan, None, Some(&holder())).expect("a resolution")
}

/// Nothing but the patch is accused, and nothing of it is confirmed.
#[track_caller]
fn is_told(inspection: &Inspection, patch: Patch, profile: &Profile) {
    let decision = inspection.decision();
    assert!(
        matches!(decision.verdict, Verdict::Altered | Verdict::Inconclusive)
            && decision.margin <= 0.0,
        "{decision:?}"
    );
    let [left, top, width, height] = patch;
    let corners = inspection.corners().expect("corners");
    let place = |across: f64, down: f64| {
        [0, 1].map(|i| {
            let [a, b, _, d] = corners.map(|corner| corner[i]);
            a + (b - a) * across / profile.width.0 + (d - a) * down / profile.height.0
        })
    };
    let middle = place(left + 0.5 * width, top + 0.5 * height);
    // Half the patch's width, whichever way it lies, but for two tiles.
    let reach = (0.5 * width.min(height) - 2.0) * SCANNED.per_mm();
    let far = 0.5 * width.hypot(height) * SCANNED.per_mm();
    let tamper = inspection.tamper().expect("a map");
    for (state, at) in tamper.states.iter().zip(&tamper.middles) {
        let Some(at) = at.map(|at| inspection.scan().in_file(at)) else { continue };
        let away = (at[0] - middle[0]).hypot(at[1] - middle[1]);
        assert!(*state != State::Confirmed || away > reach, "confirmed {away} px off");
        assert!(*state != State::Lacking || away < far, "accused {away} px off");
    }
    let record = Record::of(inspection, None, profile);
    assert_eq!(record.regions.len(), tamper.regions.len());
    assert!(record.regions.iter().all(|region| region.width_px > 0.0 && region.z > 4.0));
    let face = record.face.expect("a face");
    assert!(face.checked < 0.2 * face.of, "{face:?}");
}

#[test]
fn a_face_without_microtext_however_the_print_lies() {
    let profile = Profile::default();
    let prepared = portrait::prepare(&photograph(), &profile).expect("a portrait");
    let print = patched(&genuine(&profile), &prepared.untouched(profile.dpi), FACE, &profile);
    let scan = scanned(&print);
    for pixels in [scan.pixels.clone(), scan.pixels.rotate180(), scan.pixels.fliph()] {
        let scan = Picture { pixels, ..scan.clone() };
        is_told(&inspected(&scan, &profile), FACE, &profile);
    }
}

#[test]
fn a_face_with_another_name() {
    let profile = Profile::default();
    let other = embed(&photograph(), &name("Сейтқали", "Әсел"), &profile).expect("a print").picture;
    let scan = scanned(&patched(&genuine(&profile), &other, FACE, &profile));
    is_told(&inspected(&scan, &profile), FACE, &profile);
}

#[test]
fn a_genuine_print_and_a_profile_that_asks_for_more() {
    let profile = Profile::default();
    let scan = scanned(&genuine(&profile));
    let inspection = inspected(&scan, &profile);
    assert_eq!(inspection.decision().verdict, Verdict::Authentic, "{:?}", inspection.decision());
    let tamper = inspection.tamper().expect("a map");
    assert!(tamper.regions.is_empty() && tamper.readable() > 0.3, "{}", tamper.readable());
    let face = tamper.face.share();
    assert!(face > profile.face, "{face}");
    let strict = Profile::default_text().replace("confirmed = 0.4", "confirmed = 1.0");
    let strict = Profile::parse(&strict).expect("a profile");
    let inspection = inspected(&scan, &strict);
    let expected = if face < 1.0 { Verdict::Inconclusive } else { Verdict::Authentic };
    assert_eq!(inspection.decision().verdict, expected);
}

/// The right name on the wrong picture: only the portrait as issued tells.
#[test]
fn a_portrait_that_was_issued_to_another() {
    let profile = Profile::default();
    let scan = scanned(&genuine(&profile));
    let own = Reference::new(&photograph(), &profile).expect("a reference");
    let other = Reference::new(&sample("synthetic-03-headscarf.png"), &profile).expect("another");
    let mirrored = photograph();
    let mirrored = Picture { pixels: mirrored.pixels.fliph(), ..mirrored };
    let mirrored = Reference::new(&mirrored, &profile).expect("a reference");
    for (reference, verdict, agrees) in [
        (&own, Verdict::Authentic, Some(true)),
        (&other, Verdict::Altered, Some(false)),
        (&mirrored, Verdict::Inconclusive, None),
    ] {
        let claim = Claim { name: Some(&holder()), reference: Some(reference), ..Claim::default() };
        let inspection =
            Reader::new(&profile).check(&scan, None, claim).expect("a resolution").main;
        assert_eq!(inspection.decision().verdict, verdict, "{:?}", inspection.decision());
        let record = Record::of(&inspection, Some(&holder()), &profile);
        assert_eq!(record.picture.expect("a comparison").agrees, agrees);
        assert_eq!(
            record.regions.iter().any(|region| region.kind == RegionKind::Picture),
            verdict == Verdict::Altered
        );
    }
}
