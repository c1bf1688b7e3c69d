//! The whole comparison on drawn pictures: what light, tone, blur and place do does not accuse, and
//! what is wrong with a reference is named.

use image::{DynamicImage, ImageBuffer, Luma};

use crate::imaging::raster::blur;
use crate::imaging::{Picture, Plane, Ppi};
use crate::inspect::comparison::agreement::{Agreement, Comparison, Why};
use crate::inspect::comparison::compare::compare_view;
use crate::inspect::comparison::reference::{Reference, ReferenceError};
use crate::inspect::comparison::view::{MARGIN_PX, PER_MM, View};
use crate::spec::Profile;

/// Blobs at places that a seed draws, at a place in millimetres: something like a face's detail.
fn light(seed: u32, [x, y]: [f64; 2]) -> f64 {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 24)
    };
    let mut tone = 0.45;
    for _ in 0..90 {
        let (cx, cy) = (35.0 * draw(), 45.0 * draw());
        let (size, depth) = (0.5 + 2.0 * draw(), 0.3 * (draw() - 0.5));
        tone += depth * (-((x - cx).powi(2) + (y - cy).powi(2)) / (2.0 * size * size)).exp();
    }
    tone.clamp(0.02, 0.95)
}

fn portrait(seed: u32) -> Picture {
    let pixels = ImageBuffer::from_fn(350, 450, |x, y| {
        let place = [x, y].map(|v| (f64::from(v) + 0.5) / 10.0);
        let stored = crate::imaging::tone::stored(light(seed, place) as f32);
        Luma([(65_535.0 * stored) as u16])
    });
    Picture::new(DynamicImage::ImageLuma16(pixels), Ppi(254.0))
}

/// A view in which each place of the print shows this light, with noise.
fn view(light: impl Fn([f64; 2]) -> f64) -> View {
    let plane = Plane::from_shape_fn((360 + 2 * MARGIN_PX, 280 + 2 * MARGIN_PX), |(y, x)| {
        let place = [x, y].map(|v| (v as f64 + 0.5 - MARGIN_PX as f64) / PER_MM);
        let noise = ((x * 7919 + y * 104_729 + x * y * 31) % 1013) as f64 / 1013.0 - 0.5;
        (light(place) + 0.02 * noise) as f32
    });
    View::of_plane(plane)
}

fn compared(view: &View, reference: &Picture) -> Comparison {
    let profile = Profile::default();
    let reference = Reference::new(reference, &profile).unwrap();
    compare_view(view, &reference, &profile)
}

#[test]
fn shift_blur_tone_and_light_do_not_accuse() {
    let seen = |[x, y]: [f64; 2]| light(5, [1.004 * x - 0.45, 0.997 * y + 0.3]);
    let lit = |[x, y]: [f64; 2]| {
        let lamp = 0.8 + 0.008 * x - 0.004 * y;
        0.03 + 0.9 * lamp * seen([x, y]).powf(1.15)
    };
    let plain = view(seen);
    let mut blurred = view(lit);
    blurred.light = blur(&blurred.light, 1.0);
    for view in [plain, view(lit), blurred] {
        let found = compared(&view, &portrait(5));
        assert_eq!(found.agreement, Agreement::Agrees, "{:?}", found.figures);
        assert_eq!(found.whole, Agreement::Agrees);
        assert!(found.regions.is_empty() && found.margin > 0.3, "{:?}", found.regions);
        let [right, below] = found.figures.shift;
        assert!((right - 0.38).abs() < 0.1 && (below + 0.23).abs() < 0.1, "{right} {below}");
    }
}

#[test]
fn another_picture_and_another_face_differ() {
    let found = compared(&view(|at| light(5, at)), &portrait(6));
    assert_eq!(found.agreement, Agreement::Differs, "{:?}", found.figures);
    assert_eq!(found.unexplained, Some(Why::OtherPicture));
    let swapped = view(|[x, y]| {
        let is_face = ((x - 17.5) / 8.0).powi(2) + ((y - 20.0) / 11.0).powi(2) < 1.0;
        light(if is_face { 6 } else { 5 }, [x, y])
    });
    let found = compared(&swapped, &portrait(5));
    assert_eq!(found.agreement, Agreement::Differs, "{:?}", found.figures);
    assert_eq!(found.unexplained, Some(Why::OtherFace));
    assert!(found.regions.iter().any(|region| region.is_face));
}

#[test]
fn glare_and_a_stain_are_no_other_picture() {
    let lit = view(|[x, y]| {
        let away = ((x - 19.0).powi(2) + (y - 22.0).powi(2)) / 40.0;
        let haze = 0.5 * (-away).exp();
        light(5, [x, y]) * (1.0 - haze) + 0.9 * haze
    });
    let found = compared(&lit, &portrait(5));
    assert_ne!(found.agreement, Agreement::Differs, "{:?}", found.figures);
    let line = view(|[x, y]| if (x - y + 3.0).abs() < 0.3 { 0.1 } else { light(5, [x, y]) });
    let found = compared(&line, &portrait(5));
    assert_ne!(found.agreement, Agreement::Differs, "{:?}", found.figures);
}

#[test]
fn faults_of_the_reference_are_named() {
    let mut mirrored = portrait(5);
    mirrored.pixels = mirrored.pixels.fliph();
    let seen = view(|at| light(5, at));
    let found = compared(&seen, &mirrored);
    assert_eq!((found.agreement, found.unexplained), (Agreement::Untold, Some(Why::Mirrored)));
    let mut cropped = portrait(5);
    cropped.pixels = cropped.pixels.crop_imm(26, 34, 298, 382);
    let found = compared(&seen, &cropped);
    assert_eq!(found.agreement, Agreement::Untold);
    let is_crop = |why| matches!(why, Why::OtherCrop { enlarged, .. } if enlarged < -0.1);
    assert!(found.unexplained.is_some_and(is_crop), "{:?} {:?}", found.unexplained, found.figures);
}

#[test]
fn what_is_no_portrait_is_refused() {
    let profile = Profile::default();
    let of = |width, height| {
        let pixels = DynamicImage::new_luma8(width, height);
        Reference::new(&Picture::new(pixels, Ppi(300.0)), &profile)
    };
    assert!(matches!(of(40, 50), Err(ReferenceError::TooSmall { .. })));
    assert!(matches!(of(900, 300), Err(ReferenceError::Shape { .. })));
    let flat = of(350, 450).unwrap();
    let found = compare_view(&view(|at| light(5, at)), &flat, &profile);
    assert_ne!(found.agreement, Agreement::Agrees, "{:?}", found.figures);
    let flat = view(|_| 0.4);
    let reference = Reference::new(&portrait(5), &profile).unwrap();
    let found = compare_view(&flat, &reference, &profile);
    assert_eq!(found.agreement, Agreement::Untold, "{:?}", found.figures);
}
