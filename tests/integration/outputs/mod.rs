//! What embed writes, by readers that know nothing of it: each needs its reader
//! (`.ci/run` installs them).

mod reader;

use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb};
use reader::{Folder, field};
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::decode;
use tumar::formats::encode::{Format, encode};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::inspect;
use tumar::issue::{embed, lettering, pdf, pdf_page, svg};
use tumar::microtext::Microtext;
use tumar::spec::{Imprint, Profile};

use crate::common::{holder, sample};

/// Dots in black and white: a coarse screen, lines, and noise.
fn dots(width: u32, height: u32) -> Picture {
    let noise = |x: u32, y: u32| (x * 31 + y * 17).wrapping_mul(2_654_435_761) >> 31 == 0;
    let dark = |x: u32, y: u32| match y * 3 / height {
        0 => (x / 7 + y / 5).is_multiple_of(2),
        1 => x % 64 < y % 64,
        _ => noise(x, y),
    };
    let grey = GrayImage::from_fn(width, height, |x, y| Luma([if dark(x, y) { 0 } else { 255 }]));
    Picture { bilevel: true, ..Picture::new(grey.into(), Ppi(2540.0)) }
}

#[test]
fn black_and_white_in_other_readers() {
    let folder = Folder::new();
    for (width, height) in [(1, 1), (9, 5), (1655, 2126)] {
        let picture = dots(width, height);
        let grey = picture.pixels.to_luma8();
        folder.put("dots.tif", &encode(&picture, Format::Tiff).unwrap());
        folder.put("dots.png", &encode(&picture, Format::Png).unwrap());
        folder.put("dots.pdf", &pdf_page::of_picture(&picture));
        if let Some(told) = folder.run("tiffinfo", &["dots.tif"]) {
            assert!(told.contains("CCITT Group 4") && told.contains("min-is-white"), "{told}");
            assert!(told.contains("Bits/Sample: 1") && told.contains("2540, 2540 pixels/inch"));
            assert_eq!(field(&told, "Image Width:"), format!("{width} Image Length: {height}"));
        }
        if folder.run("tiffcp", &["-c", "none", "-r", "100000", "dots.tif", "plain.tif"]).is_some()
        {
            assert!(reader::bits_of_tiff(&folder.read("plain.tif")) == grey, "tiffcp: {width}");
        }
        if let Some(told) = folder.run("exiftool", &["-s", "dots.png"]) {
            assert_eq!(field(&told, "BitDepth"), ": 1");
            assert_eq!(field(&told, "PixelsPerUnitX"), ": 100000");
        }
        // A pixel is a pixel again: 2540 dpi are 1000 a centimetre.
        let pages = ["-r", "2540", "-gray", "-png", "-singlefile", "dots.pdf", "page"];
        if width > 1 && folder.run("pdftoppm", &pages).is_some() {
            let page = image::load_from_memory(&folder.read("page.png")).unwrap().to_luma8();
            assert_eq!(page.dimensions(), grey.dimensions());
            assert!(page == grey, "pdftoppm: {width}");
        }
    }
}

#[test]
fn sixteen_bits_and_exact_resolutions_in_other_readers() {
    let folder = Folder::new();
    let ramp = |x: u32, y: u32| (x * 601 + y * 97) as u16;
    let grey = DynamicImage::ImageLuma16(ImageBuffer::from_fn(99, 50, |x, y| Luma([ramp(x, y)])));
    let rgb = DynamicImage::ImageRgb16(ImageBuffer::from_fn(99, 50, |x, y| {
        Rgb([ramp(x, y), ramp(y, x), 65_535 - ramp(x, y)])
    }));
    for (pixels, ppi, told_as) in [(grey, 600.5, "600.5, 600.5"), (rgb, 2540.0, "2540, 2540")] {
        let picture = Picture::new(pixels, Ppi(ppi));
        folder.put("deep.tif", &encode(&picture, Format::Tiff).unwrap());
        if let Some(told) = folder.run("tiffinfo", &["deep.tif"]) {
            assert!(told.contains("Bits/Sample: 16"), "{told}");
            assert!(told.contains(&format!("Resolution: {told_as} pixels/inch")), "{told}");
        }
        if folder.run("tiffcp", &["-c", "lzw", "-p", "contig", "deep.tif", "copy.tif"]).is_some() {
            let copy = decode::decode(&folder.read("copy.tif")).unwrap();
            assert!(copy.pixels == picture.pixels);
        }
    }
}

/// The page is as large as the portrait, looks as the tint does, and is read.
#[test]
fn a_page_with_outlines() {
    let folder = Folder::new();
    let profile = Profile::default();
    let imprint = Imprint::new(&holder(), &profile).unwrap();
    for (portrait, microtext, most) in [
        ("synthetic-01-suit.png", Microtext::Above, 2.5),
        ("synthetic-07-grey.png", Microtext::Above, 2.5),
        ("astronaut.png", Microtext::Below, 3.0),
    ] {
        let portrait_of = sample(portrait);
        let tint = embed(&portrait_of, &holder(), &profile).unwrap().picture;
        let document = pdf(&portrait_of, &imprint, &profile, microtext).unwrap();
        folder.put("page.pdf", &document.bytes);
        if let Some(told) = folder.run("pdfinfo", &["-box", "page.pdf"]) {
            // 35 and 45 mm in points, as it rounds them.
            assert_eq!(field(&told, "Page size:"), "99.2126 x 127.559 pts");
            assert_eq!(field(&told, "TrimBox:"), "0.00 0.00 99.21 127.56");
        }
        let args = ["-r", "1200", "-png", "-singlefile", "page.pdf", "page"];
        if folder.run("pdftoppm", &args).is_none() {
            return;
        }
        let mut page = image::load_from_memory(&folder.read("page.png")).unwrap();
        assert_eq!((page.width(), page.height()), (1654, 2126), "{portrait}");
        if tint.pixels.color().channel_count() == 1 {
            page = page.to_luma8().into();
        }
        let (page, tint) = (page, tint.pixels);
        let differences = page.as_bytes().iter().zip(tint.as_bytes()).map(|(a, b)| a.abs_diff(*b));
        let mean = differences.map(f64::from).sum::<f64>() / tint.as_bytes().len() as f64;
        assert!(mean < most, "{portrait}, {microtext:?}: {mean:.2} of 255");

        let print = Picture::new(page, profile.dpi);
        let scan = print_and_scan(&print, &Conditions::draw(Preset::Flatbed600, 1), 1).unwrap();
        let found = inspect(&scan, None, Some(&holder()), &profile).unwrap();
        assert_eq!(found.decision().verdict, Verdict::Authentic, "{portrait}, {microtext:?}");
        let found = inspect(&scan, None, None, &profile).unwrap();
        assert_eq!(found.decision().verdict, Verdict::Read, "{portrait}, {microtext:?}");
    }
}

#[test]
fn the_layer_alone() {
    let folder = Folder::new();
    let profile = Profile::default();
    let imprint = Imprint::new(&holder(), &profile).unwrap();
    let layer = svg(&imprint, &profile).bytes;
    let text = String::from_utf8(layer.clone()).unwrap();
    assert!(text.contains("width=\"35mm\" height=\"45mm\" viewBox=\"0 0 700000 900000\""));
    assert!(!text.contains("НАЗ") && text.len() < 1_000_000, "{}", text.len());
    folder.put("layer.svg", &layer);
    let size = ["-w", "1654", "-h", "2126", "--keep-aspect-ratio"];
    let files = ["-b", "white", "layer.svg", "-o", "layer.png"];
    if folder.run("rsvg-convert", &[&size[..], &files].concat()).is_none() {
        return;
    }
    let drawn = image::load_from_memory(&folder.read("layer.png")).unwrap().to_luma8();
    let coverage = lettering::coverage(&imprint, &profile);
    assert!(drawn.height() == 2126 && drawn.width().abs_diff(1654) <= 1);
    let pairs = coverage.indexed_iter().filter(|((_, x), _)| *x < drawn.width() as usize);
    let (mut sum, mut count) = (0.0, 0.0);
    for ((y, x), &covered) in pairs {
        sum += f64::from((255 - drawn[(x as u32, y as u32)].0[0]).abs_diff(covered));
        count += 1.0;
    }
    // Half a dot aside would make it 40.
    assert!(sum / count < 4.0, "{:.2} of 255", sum / count);
}
