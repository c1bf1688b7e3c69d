//! Colour from file to file: profiles honoured and carried on, depths, inks. Judged by a colour
//! management of its own (moxcms) where tumar's own arithmetic is in question.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{DynamicImage, ImageBuffer, Luma, Rgb, RgbImage};
use moxcms::{ColorProfile, Layout, TransformOptions};
use proptest::prelude::*;
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::decode::{DecodeError, decode};
use tumar::formats::encode::{Format, encode};
use tumar::imaging::colour::ProfileFault;
use tumar::imaging::{Mm, Picture, Ppi, tone};
use tumar::inspect::inspect;
use tumar::issue::difference::{block_colour_difference, percentile};
use tumar::issue::{Embedded, embed, portrait};
use tumar::spec::Profile;

use crate::common::{holder, sample};

static PORTRAIT: LazyLock<Picture> = LazyLock::new(|| sample("astronaut.png"));

fn printed(portrait: &Picture) -> Embedded {
    embed(portrait, &holder(), &Profile::default()).unwrap()
}

/// The same colours in another space, as another program would store them.
fn converted(picture: &Picture, from: &ColorProfile, to: &ColorProfile) -> Picture {
    let rgb = picture.pixels.to_rgb16();
    let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
    let by = from.create_transform_16bit(Layout::Rgb, to, Layout::Rgb, options).unwrap();
    let mut values = vec![0; rgb.len()];
    by.transform(rgb.as_raw(), &mut values).unwrap();
    let pixels = ImageBuffer::<Rgb<u16>, _>::from_raw(rgb.width(), rgb.height(), values).unwrap();
    Picture { pixels: pixels.into(), icc: Some(to.encode().unwrap()), ..picture.clone() }
}

fn in_8_bits(picture: Picture) -> Picture {
    Picture { pixels: picture.pixels.to_rgb8().into(), ..picture }
}

#[test]
fn a_wide_gamut_portrait_keeps_its_colours_and_its_profile() {
    let srgb = ColorProfile::new_srgb();
    for space in [
        ColorProfile::new_adobe_rgb(),
        ColorProfile::new_display_p3(),
        ColorProfile::new_pro_photo_rgb(),
    ] {
        let portrait = in_8_bits(converted(&PORTRAIT, &srgb, &space));
        let print = printed(&portrait);
        assert!(print.summary.warnings.is_empty(), "{:?}", print.summary.warnings);
        for format in [Format::Png, Format::Tiff] {
            let back = decode(&encode(&print.picture, format).unwrap()).unwrap();
            assert_eq!(back.icc, portrait.icc, "{format:?}");
            assert_eq!(back.pixels, print.picture.pixels, "{format:?}");
        }
        // Both seen by another program, in sRGB.
        let profile = Profile::default();
        let untouched = portrait::prepare(&portrait, &profile).unwrap().untouched(profile.dpi);
        let [original, print] = [&untouched, &print.picture]
            .map(|picture| Picture { icc: None, ..converted(picture, &space, &srgb) });
        let difference = block_colour_difference(&original, &print, Mm(1.0)).unwrap();
        let (mean, p95) = (difference.mean().unwrap(), percentile(&difference, 0.95));
        assert!(mean <= 0.5 && p95 <= 1.0, "{mean}, {p95}");
    }
}

#[test]
fn a_grey_portrait_is_read_by_its_curve() {
    let grey = |gamma: f32| {
        let pixels = ImageBuffer::from_fn(400, 500, |x, y| {
            let light = 0.2 + 0.5 * (x as f32 / 400.0) * (y as f32 / 500.0);
            Luma([(light.powf(1.0 / gamma) * 65_535.0 + 0.5) as u16])
        });
        let icc = ColorProfile::new_gray_with_gamma(gamma).encode().unwrap();
        let picture = Picture::new(DynamicImage::ImageLuma16(pixels), Ppi(300.0));
        Picture { icc: Some(icc), ..picture }
    };
    let [one, other] = [grey(1.0), grey(2.2)].map(|portrait| {
        let print = printed(&portrait);
        assert!(print.summary.warnings.is_empty());
        assert_eq!(print.picture.icc, portrait.icc);
        print.picture.luminance(1)
    });
    let farthest = one.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(farthest < 0.006, "{farthest}");
}

#[test]
fn a_faulty_profile_warns_and_is_not_carried_on() {
    let srgb = printed(&PORTRAIT).picture.pixels.clone();
    let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    for (icc, says) in [(vec![7; 300], "is damaged"), (grey, "not for a picture of this kind")] {
        let print = printed(&Picture { icc: Some(icc), ..PORTRAIT.clone() });
        assert_eq!(print.picture.icc, None);
        assert_eq!(print.picture.pixels, srgb);
        let [warning] = &print.summary.warnings[..] else { panic!("one warning") };
        assert!(warning.contains(says) && warning.contains("sRGB is assumed"), "{warning}");
    }
}

#[test]
fn sixteen_bits_go_in_and_come_out() {
    let srgb = ColorProfile::new_srgb();
    let deep = converted(&PORTRAIT, &srgb, &ColorProfile::new_display_p3());
    let grey = Picture { pixels: PORTRAIT.pixels.to_luma16().into(), ..PORTRAIT.clone() };
    let profile = Profile::default().with_depth(16).unwrap();
    for portrait in [deep, grey] {
        for format in [Format::Png, Format::Tiff] {
            let portrait = decode(&encode(&portrait, format).unwrap()).unwrap();
            let print = embed(&portrait, &holder(), &profile).unwrap().picture;
            let back = decode(&encode(&print, format).unwrap()).unwrap();
            assert_eq!(
                back.pixels.color().bits_per_pixel()
                    / u16::from(back.pixels.color().channel_count()),
                16
            );
            assert_eq!((&back.pixels, &back.icc), (&print.pixels, &portrait.icc));
        }
    }
}

#[test]
fn a_scan_in_another_space_is_read() {
    let profile = Profile::default();
    let print = printed(&PORTRAIT).picture;
    let scan = print_and_scan(&print, &Conditions::draw(Preset::Flatbed600, 7), 7).unwrap();
    let scan = in_8_bits(scan);
    let adobe = converted(&scan, &ColorProfile::new_srgb(), &ColorProfile::new_adobe_rgb());
    let adobe = in_8_bits(adobe);
    let (seen, expected) = (adobe.luminance(2), scan.luminance(2));
    let farthest = seen.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(farthest < 0.01, "{farthest}");
    let found = inspect(&adobe, None, Some(&holder()), &profile).unwrap();
    assert_eq!(found.decision().verdict, Verdict::Authentic, "{:?}", found.decision().reasons);
}

// Inks and tables

/// A profile of type lut8 (ICC.1:2022, 10.11) from `inputs` channels to CIELAB with two grid points
/// an axis: the lightness 0..255 of each corner, by its channels; all are grey.
fn table_profile(space: &[u8; 4], inputs: u32, lightness: impl Fn(&[u32]) -> u8) -> Vec<u8> {
    let mut table = b"mft1\0\0\0\0".to_vec();
    table.extend([inputs as u8, 3, 2, 0]);
    let identity = (0..9).map(|i| if i % 4 == 0 { 1i32 << 16 } else { 0 });
    table.extend(identity.flat_map(i32::to_be_bytes));
    let ramp = |count: u32| (0..count).flat_map(|_| 0..=255u8);
    table.extend(ramp(inputs));
    for corner in 0..1u32 << inputs {
        // The first channel varies slowest.
        let channels: Vec<u32> = (0..inputs).rev().map(|bit| corner >> bit & 1).collect();
        table.extend([lightness(&channels), 128, 128]);
    }
    table.extend(ramp(3));
    let mut profile = vec![0; 128];
    profile[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    profile[12..16].copy_from_slice(b"prtr");
    profile[16..20].copy_from_slice(space);
    profile[20..24].copy_from_slice(b"Lab ");
    profile[36..40].copy_from_slice(b"acsp");
    let d50 = [0.9642, 1.0, 0.8249].map(|v: f64| ((v * 65_536.0) as i32).to_be_bytes());
    profile[68..80].copy_from_slice(d50.as_flattened());
    let tag = [1u32, u32::from_be_bytes(*b"A2B0"), 144, table.len() as u32];
    profile.extend(tag.into_iter().flat_map(u32::to_be_bytes));
    profile.extend(table);
    let length = (profile.len() as u32).to_be_bytes();
    profile[..4].copy_from_slice(&length);
    profile
}

pub(crate) fn inks_profile() -> Vec<u8> {
    table_profile(b"CMYK", 4, |inks| {
        if inks[3] == 1 { 0 } else { 255 - 80 * inks[..3].iter().sum::<u32>() as u8 }
    })
}

/// A TIFF file of 100 × 100 pixels of these inks.
fn tiff_of_inks(inks: [u8; 4], icc: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    let mut page = encoder.new_image::<tiff::encoder::colortype::CMYK8>(100, 100).unwrap();
    if let Some(icc) = icc {
        page.encoder().write_tag(tiff::tags::Tag::IccProfile, icc).unwrap();
    }
    page.write_data(&inks.repeat(100 * 100)).unwrap();
    bytes.into_inner()
}

#[test]
fn inks_become_the_colours_that_their_profile_states() {
    let profile = inks_profile();
    for (inks, lightness) in [
        ([0, 0, 0, 0], 100.0),
        ([0, 0, 0, 255], 0.0),
        ([0, 0, 0, 128], 49.8),
        ([255, 0, 0, 0], 68.6),
        ([0, 255, 255, 0], 37.3),
    ] {
        let picture = decode(&tiff_of_inks(inks, Some(&profile))).unwrap();
        let rgb = picture.pixels.as_rgb8().unwrap().get_pixel(50, 50).0;
        let expected = 255.0 * tone::stored(tone::luminance(lightness));
        assert!(rgb.iter().all(|&v| (f32::from(v) - expected).abs() < 3.0), "{inks:?}: {rgb:?}");
        assert_eq!(picture.stated_colour().map(drop), Ok(()));
        let warnings = printed(&picture).summary.warnings;
        assert!(!warnings.iter().any(|warning| warning.contains("profile")), "{warnings:?}");
    }
}

#[test]
fn inks_that_nothing_is_known_of_are_refused() {
    let refused = |icc: Option<&[u8]>| decode(&tiff_of_inks([9; 4], icc)).unwrap_err();
    assert!(matches!(refused(None), DecodeError::Inks));
    assert!(refused(None).to_string().contains("CMYK without a colour profile"));
    assert!(matches!(refused(Some(&[7; 300])), DecodeError::InksProfile(ProfileFault::Damaged)));
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    assert!(matches!(refused(Some(&srgb)), DecodeError::InksProfile(ProfileFault::Foreign)));

    let mut jpeg = Cursor::new(Vec::new());
    RgbImage::new(80, 80).write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let mut jpeg = jpeg.into_inner();
    // The number of components in the frame header (ITU-T T.81, B.2.2).
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 9] = 4;
    assert!(matches!(decode(&jpeg).unwrap_err(), DecodeError::JpegInks));
}

#[test]
fn a_profile_that_is_a_table_is_applied_at_once() {
    let icc = table_profile(b"RGB ", 3, |rgb| 85 * rgb.iter().sum::<u32>() as u8);
    let pixels = RgbImage::from_fn(3, 1, |x, _| Rgb([[255; 3], [128; 3], [0, 255, 0]][x as usize]));
    let picture = Picture { icc: Some(icc), ..Picture::new(pixels.into(), Ppi(600.0)) };
    let settled = decode(&encode(&picture, Format::Png).unwrap()).unwrap();
    assert_eq!(settled.stated_colour().map(drop), Ok(()));
    for (pixel, lightness) in settled.pixels.to_rgb8().pixels().zip([100.0, 50.2, 33.3]) {
        let expected = 255.0 * tone::stored(tone::luminance(lightness));
        assert!(pixel.0.iter().all(|&v| (f32::from(v) - expected).abs() < 3.0), "{pixel:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Any numbers in any places, and any end.
    #[test]
    fn no_damaged_table_makes_it_panic(
        in_inks: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<[u8; 4]>()), 0..6),
        near_the_start: bool,
        end in 0.0..1.5,
    ) {
        let mut icc = if in_inks { inks_profile() } else { table_profile(b"RGB ", 3, |_| 90) };
        let reach = if near_the_start { 200 } else { icc.len() };
        for (at, number) in changes {
            let at = at.index(reach - 3);
            icc[at..at + 4].copy_from_slice(&number);
        }
        icc.truncate((icc.len() as f64 * end) as usize + 1);
        if in_inks {
            let _: Result<_, _> = decode(&tiff_of_inks([40, 3, 200, 255], Some(&icc)));
        } else {
            let pixels = RgbImage::from_pixel(9, 9, Rgb([1, 90, 255]));
            let picture = Picture { icc: Some(icc), ..Picture::new(pixels.into(), Ppi(600.0)) };
            prop_assert!(decode(&encode(&picture, Format::Png).unwrap()).is_ok());
        }
    }
}
