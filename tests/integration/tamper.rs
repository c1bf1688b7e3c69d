//! The tamper map on whole scans: what was changed is found where it is, and what was not passes.

use image::{DynamicImage, Rgb};
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::tamper::region::Kind;
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{embed, portrait};
use tumar::report::record::Record;
use tumar::spec::Profile;

use crate::common::{holder, name, sample};

const SEED: u64 = 5;
const SCANNED: Ppi = Ppi(600.0);
/// Left, top, width and height in millimetres.
type Patch = [f64; 4];
/// A part of the sample's bright background.
const BESIDE: Patch = [3.0, 4.0, 6.0, 7.0];
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

/// The one region lies where the patch does.
#[track_caller]
fn found(inspection: &Inspection, kind: Kind, patch: Patch, profile: &Profile) {
    assert_eq!(inspection.decision().verdict, Verdict::Altered, "{:?}", inspection.decision());
    assert!(inspection.decision().margin < 0.0);
    let regions = &inspection.tamper().expect("a map").regions;
    assert_eq!(regions.len(), 1);
    assert_eq!(regions[0].kind, kind);
    let [left, top, width, height] = patch;
    assert!((regions[0].area / (width * height) - 1.0).abs() < 0.25, "{}", regions[0].area);
    let corners = inspection.corners().expect("corners");
    let place = |across: f64, down: f64| {
        [0, 1].map(|i| {
            let [a, b, _, d] = corners.map(|corner| corner[i]);
            a + (b - a) * across / profile.width.0 + (d - a) * down / profile.height.0
        })
    };
    let expected = place(left + 0.5 * width, top + 0.5 * height);
    let middle = inspection.scan().in_file(regions[0].middle);
    let off = (middle[0] - expected[0]).hypot(middle[1] - expected[1]) / SCANNED.per_mm();
    assert!(off < 1.0, "{off} mm");
    let record = Record::of(inspection, None, profile);
    assert_eq!(record.regions.len(), 1);
    let region = &record.regions[0];
    assert!(region.width_px > 0.0 && region.height_px > 0.0 && region.z > 5.9);
}

#[test]
fn a_patch_without_microtext_however_the_print_lies() {
    let profile = Profile::default();
    let prepared = portrait::prepare(&photograph(), &profile).expect("a portrait");
    let print = patched(&genuine(&profile), &prepared.untouched(profile.dpi), BESIDE, &profile);
    let scan = scanned(&print);
    for pixels in [scan.pixels.clone(), scan.pixels.rotate180(), scan.pixels.fliph()] {
        let scan = Picture { pixels, ..scan.clone() };
        found(&inspected(&scan, &profile), Kind::Missing, BESIDE, &profile);
    }
}

#[test]
fn a_patch_with_another_name() {
    let profile = Profile::default();
    let other = embed(&photograph(), &name("Сейтқали", "Әсел"), &profile).expect("a print").picture;
    let scan = scanned(&patched(&genuine(&profile), &other, FACE, &profile));
    found(&inspected(&scan, &profile), Kind::Foreign, FACE, &profile);
}

#[test]
fn a_genuine_print() {
    let profile = Profile::default();
    let inspection = inspected(&scanned(&genuine(&profile)), &profile);
    assert_eq!(inspection.decision().verdict, Verdict::Authentic);
    let tamper = inspection.tamper().expect("a map");
    assert!(tamper.regions.is_empty() && tamper.is_even);
    assert!(tamper.readable() > 0.3, "{}", tamper.readable());
}
