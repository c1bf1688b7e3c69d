//! Scans as people make them: turned, mirrored, bent, cut, soiled, on a page among others.

mod desk;

use std::sync::LazyLock;

use desk::{flatbed, grey, lay, page, print, reads, scan, text, tilted, warped, with};
use image::imageops;
use tumar::Verdict;
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::signal::scan::PpiSource;
use tumar::inspect::{Reader, inspect};
use tumar::spec::Profile;

use crate::common::{holder, name};

const LEGEND: &str = "НАЗАРБАЕВА<<ӘСЕЛ_ҢЙЁ";

static PRINT: LazyLock<Picture> = LazyLock::new(|| print("astronaut.png", &holder()));
static SCAN: LazyLock<Picture> = LazyLock::new(|| scan(&PRINT, &flatbed(600.0)));

#[test]
fn turned_and_mirrored() {
    let upright = grey(&SCAN);
    let mirrored = imageops::flip_horizontal(&upright);
    for (pixels, what, is_mirrored) in [
        (imageops::rotate90(&upright), "90°", false),
        (imageops::rotate180(&upright), "180°", false),
        (imageops::rotate270(&upright), "270°", false),
        (mirrored.clone(), "mirrored", true),
        (imageops::rotate180(&mirrored), "mirrored, 180°", true),
        (imageops::rotate90(&mirrored), "mirrored, 90°", true),
    ] {
        let found = reads(&with(&SCAN, pixels), &holder(), LEGEND, what);
        let orientation = found.reading().map(|reading| reading.orientation);
        assert_eq!(orientation.map(|o| o.mirrored), Some(is_mirrored), "{what}");
    }
}

#[test]
fn resolution_missing_or_wrong() {
    let stated = |ppi: Option<f64>| {
        let mut scan = SCAN.clone();
        scan.ppi = ppi.map(|ppi| [Ppi(ppi); 2]);
        scan
    };
    for ppi in [None, Some(300.0), Some(72.0), Some(1200.0), Some(1.0)] {
        let found = reads(&stated(ppi), &holder(), LEGEND, &format!("{ppi:?}"));
        let resolution = found.scan().resolution.expect("an estimate");
        assert_eq!(resolution.source, PpiSource::Estimated);
        assert!((resolution.axes[0].0 / 600.0 - 1.0).abs() < 0.01, "{resolution:?}");
        assert!(found.decision().reasons.iter().any(|reason| reason.contains("pitch")));
    }
    let white = Picture {
        ppi: None,
        ..with(&SCAN, image::GrayImage::from_pixel(900, 1100, image::Luma([250])))
    };
    let found = inspect(&white, None, Some(&holder()), &Profile::default()).expect("a verdict");
    assert_eq!(found.decision().verdict, Verdict::Inconclusive);
}

#[test]
fn phones_at_an_angle() {
    let fine = scan(&PRINT, &flatbed(1200.0));
    for (degrees, sideways) in [(10.0, false), (10.0, true), (20.0, true)] {
        let scan = tilted(&fine, 600.0, degrees, sideways);
        reads(&scan, &holder(), LEGEND, &format!("{degrees}°, sideways: {sideways}"));
    }
}

/// A page that curls up at one side: a cylinder's part, seen from above, and warped by a lens.
#[test]
fn curled_and_through_a_lens() {
    let upright = grey(&scan(&PRINT, &flatbed(1200.0)));
    let (width, height) = upright.dimensions();
    let radius = 60.0 / 25.4 * 1200.0;
    let size = [width / 2, height / 2];
    let curled =
        warped(&upright, size, |[x, y]| [radius * (2.0 * x / radius).min(1.0).asin(), 2.0 * y]);
    reads(&Picture::new(curled.into(), Ppi(600.0)), &holder(), LEGEND, "curled");
    let mut conditions = flatbed(600.0);
    conditions.scan.lens = 0.006;
    reads(&scan(&PRINT, &conditions), &holder(), LEGEND, "a lens");
}

#[test]
fn uneven_light_and_compression() {
    let mut uneven = grey(&SCAN);
    let width = f64::from(uneven.width());
    for (x, _, pixel) in uneven.enumerate_pixels_mut() {
        let light = 1.0 - 0.5 * f64::from(x) / width;
        // Half the light is 0.73 of the stored value.
        pixel.0[0] = (f64::from(pixel.0[0]) * light.powf(1.0 / 2.2)) as u8;
    }
    reads(&with(&SCAN, uneven), &holder(), LEGEND, "light from the left");
    let mut conditions = flatbed(600.0);
    conditions.scan.jpeg = Some(70);
    conditions.scan.colour = true;
    reads(&scan(&PRINT, &conditions), &holder(), LEGEND, "JPEG 70, colour");
    conditions.scan.colour = false;
    reads(&scan(&PRINT, &conditions), &holder(), LEGEND, "JPEG 70, grey");
}

#[test]
fn a_third_stained() {
    let mut stained = grey(&SCAN);
    let (width, height) = (f64::from(stained.width()), f64::from(stained.height()));
    // Opaque blots, one light and one dark, and scratches across all of it.
    for (x, y, pixel) in stained.enumerate_pixels_mut() {
        let (x, y) = (f64::from(x), f64::from(y));
        let blot = |cx: f64, cy: f64, r: f64| (x - cx * width).hypot(y - cy * height) < r * width;
        let scratch = (0..12).any(|i| {
            let i = f64::from(i);
            (x * (i * 2.3).cos() + y * (i * 2.3).sin() - (i - 5.0) * 90.0).abs() < 2.0
        });
        if blot(0.36, 0.36, 0.28) {
            pixel.0[0] = 60;
        } else if blot(0.75, 0.75, 0.26) || scratch {
            pixel.0[0] = 225;
        }
    }
    let (stained, profile) = (with(&SCAN, stained), Profile::default());
    let blind = inspect(&stained, None, None, &profile).expect("a plausible resolution");
    assert_eq!((text(&blind).as_str(), blind.decision().verdict), (LEGEND, Verdict::Read));
    // What lies under a blot was not checked, and a blot is no other picture.
    let known = inspect(&stained, None, Some(&holder()), &profile).expect("a plausible resolution");
    let decision = known.decision();
    assert_eq!(decision.verdict, Verdict::Inconclusive, "{decision:?}");
    assert!(
        decision.reasons[0].starts_with("the name is right, but its microtext"),
        "{decision:?}"
    );
}

#[test]
fn a_third_cut_off() {
    let whole = grey(&SCAN);
    let (width, height) = whole.dimensions();
    for (x, y, w, h) in [
        (0, 0, width * 2 / 3, height),
        (width / 3, 0, width * 2 / 3, height),
        (0, 0, width, height * 2 / 3),
        (0, height / 3, width, height * 2 / 3),
    ] {
        let part = imageops::crop_imm(&whole, x, y, w, h).to_image();
        reads(&with(&SCAN, part), &holder(), LEGEND, &format!("{w} × {h} at {x}, {y}"));
    }
}

#[test]
fn a_passport_page() {
    let mut sheet = page([125.0, 88.0], 600.0, true);
    lay(&mut sheet, 600.0, &PRINT, [30.0, 40.0], 0.7);
    let scan = Picture::new(sheet.into(), Ppi(600.0));
    let found = reads(&scan, &holder(), LEGEND, "a passport page");
    let corners = found.corners().expect("a place");
    let middle = [0, 1].map(|i| corners.iter().map(|c| c[i]).sum::<f64>() / 4.0 * 25.4 / 600.0);
    assert!((middle[0] - 30.0).hypot(middle[1] - 40.0) < 1.0, "{middle:?}");
}

#[test]
fn two_portraits_on_a_large_page() {
    let (profile, other) = (Profile::default(), name("Smith", "John Paul"));
    let second = print("synthetic-01-suit.png", &other);
    let mut sheet = page([210.0, 297.0], 300.0, false);
    lay(&mut sheet, 300.0, &PRINT, [60.0, 70.0], 2.0);
    lay(&mut sheet, 300.0, &second, [140.0, 200.0], 37.0);
    let scan = Picture::new(sheet.into(), Ppi(300.0));
    for (holder, legend, place) in [(&holder(), LEGEND, 0), (&other, "SMITH<<JOHN<PAUL*XVX", 1)] {
        let found = Reader::new(&profile).page(&scan, None, Some(holder)).expect("a resolution");
        assert_eq!(
            (found.main.decision().verdict, text(&found.main).as_str()),
            (Verdict::Authentic, legend)
        );
        let all: Vec<String> = found.portraits().into_iter().map(text).collect();
        assert_eq!(all, [LEGEND, "SMITH<<JOHN<PAUL*XVX"]);
        let number = format!("number {}", place + 1);
        let reasons = &found.main.decision().reasons;
        assert!(
            reasons.iter().any(|r| r.contains("2 portraits") && r.contains(&number)),
            "{reasons:?}"
        );
    }
    let stranger = name("Someone", "Else");
    let found = Reader::new(&profile).page(&scan, None, Some(&stranger)).expect("a resolution");
    assert_eq!(found.main.decision().verdict, Verdict::NameMismatch);
}
