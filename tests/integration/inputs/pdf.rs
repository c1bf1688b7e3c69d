//! PDF as scanners and copiers write it: one picture a page, strips, layers, turned and cut.

use image::{DynamicImage, GrayImage, RgbImage, imageops};
use tumar::formats::decode::{DecodeError, Limits, Pages, decode};
use tumar::{Picture, Ppi};

use super::{crop, jpeg};

/// A picture's dictionary, without its length, and its data.
pub(super) struct Image {
    dictionary: String,
    data: Vec<u8>,
}

impl Image {
    fn new(size: (u32, u32), what: &str, data: Vec<u8>) -> Self {
        let (width, height) = size;
        let dictionary = format!("/Subtype/Image/Width {width}/Height {height}{what}");
        Self { dictionary, data }
    }

    fn dct() -> Self {
        let what = "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode";
        Self::new(crop().dimensions(), what, jpeg())
    }

    /// Packed by Deflate, or as it is.
    pub(super) fn grey(pixels: &GrayImage, packed: bool) -> Self {
        let what = "/ColorSpace/DeviceGray/BitsPerComponent 8";
        if !packed {
            return Self::new(pixels.dimensions(), what, pixels.as_raw().clone());
        }
        let data = fdeflate::compress_to_vec(pixels.as_raw());
        Self::new(pixels.dimensions(), &format!("{what}/Filter/FlateDecode"), data)
    }
}

/// A file of pages, each with its own entries, content and pictures /I0, /I1 and so on.
pub(super) fn file(pages: &[(&str, &str, &[Image])]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), Vec::new()];
    let stream = |dictionary: &str, data: &[u8]| {
        let head = format!("<<{dictionary}/Length {}>>stream\n", data.len());
        [head.as_bytes(), data, b"\nendstream"].concat()
    };
    let mut kids = String::new();
    for (entries, content, images) in pages {
        let first = objects.len() + 1;
        let names: String =
            (0..images.len()).map(|i| format!("/I{i} {} 0 R", first + 2 + i)).collect();
        kids += &format!("{first} 0 R ");
        let page = format!(
            "<</Type/Page/Parent 2 0 R{entries}/Contents {} 0 R/Resources<</XObject<<{names}>>\
             /Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
            first + 1
        );
        objects.push(page.into_bytes());
        objects.push(stream("", content.as_bytes()));
        objects.extend(
            images
                .iter()
                .map(|image| stream(&format!("/Type/XObject{}", image.dictionary), &image.data)),
        );
    }
    objects[1] = format!("<</Type/Pages/Kids[{kids}]/Count {}>>", pages.len()).into_bytes();
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj", i + 1).bytes());
        file.extend(object.iter().chain(b"endobj\n"));
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    let size = objects.len() + 1;
    file.extend(format!("trailer<</Size {size}/Root 1 0 R>>startxref\n{table}\n%%EOF").bytes());
    file
}

fn ppi(picture: &Picture) -> [f64; 2] {
    picture.ppi.unwrap().map(|Ppi(axis)| axis)
}

fn about(of: [f64; 2], expected: [f64; 2]) -> bool {
    of.iter().zip(expected).all(|(of, expected)| (of / expected - 1.0).abs() < 1e-4)
}

const A_PAGE: &str = "/MediaBox[0 0 72 90]";
/// The picture over all of the page.
const WHOLE: &str = "q 72 0 0 90 0 0 cm /I0 Do Q";

#[test]
fn the_picture_of_a_page_is_taken_out_as_it_is() {
    let picture = decode(&file(&[(A_PAGE, WHOLE, &[Image::dct()])])).unwrap();
    assert_eq!(picture.pixels, decode(&jpeg()).unwrap().pixels);
    assert!(about(ppi(&picture), [120.0, 120.0]), "{:?}", picture.ppi);

    // Text to be searched, a white sheet below, a clip as large as the page: none of it is seen.
    let content = format!(
        "1 g 0 0 72 90 re f q 0 0 72 90 re W n {WHOLE} Q BT /F 9 Tf 3 Tr 5 5 Td (name) Tj ET"
    );
    let grey = DynamicImage::from(crop()).to_luma8();
    for packed in [false, true] {
        let images = [Image::grey(&grey, packed)];
        let picture = decode(&file(&[(A_PAGE, &content, &images)])).unwrap();
        assert_eq!(picture.pixels, grey.clone().into());
    }
    // Other bytes before the header, as mail programs leave them.
    let late = [b"\r\n\r\n".as_slice(), &file(&[(A_PAGE, WHOLE, &[Image::dct()])])].concat();
    assert_eq!(decode(&late).unwrap().size(), (120, 150));
}

#[test]
fn its_place_on_the_page_tells_resolution_and_turn() {
    let grey = DynamicImage::from(crop()).to_luma8();
    let upright = DynamicImage::from(grey.clone());
    let turned = DynamicImage::from(imageops::rotate90(&grey));
    for (entries, content, expected, resolution) in [
        (A_PAGE, "q 36 0 0 45 9 9 cm /I0 Do Q", &upright, [240.0, 240.0]),
        ("/MediaBox[0 0 72 90]/UserUnit 2", WHOLE, &upright, [60.0, 60.0]),
        ("/MediaBox[0 0 72 90]/Rotate 90", WHOLE, &turned, [120.0, 120.0]),
        ("/MediaBox[0 0 90 72]", "q 0 -72 90 0 0 72 cm /I0 Do Q", &turned, [120.0, 120.0]),
        ("/MediaBox[0 0 72 90]", "q -72 0 0 90 72 0 cm /I0 Do Q", &upright.fliph(), [120.0; 2]),
        (
            "/MediaBox[0 0 72 90]",
            "q -72 0 0 -90 72 90 cm /I0 Do Q",
            &upright.rotate180(),
            [120.0; 2],
        ),
        ("/MediaBox[0 0 72 90]", "q 72 0 0 -90 0 90 cm /I0 Do Q", &upright.flipv(), [120.0; 2]),
        // A copier's scale differs across and along.
        ("/MediaBox[0 0 72 90]", "q 36 0 0 90 0 0 cm /I0 Do Q", &upright, [240.0, 120.0]),
    ] {
        let picture = decode(&file(&[(entries, content, &[Image::grey(&grey, true)])])).unwrap();
        assert!(picture.pixels == *expected, "{content}");
        assert!(about(ppi(&picture), resolution), "{content}: {:?}", picture.ppi);
    }
}

#[test]
fn strips_are_put_together() {
    let grey = DynamicImage::from(crop()).to_luma8();
    let strip = |top, height| {
        let part = imageops::crop_imm(&grey, 0, top, 120, height).to_image();
        Image::grey(&part, true)
    };
    let content = "q 72 0 0 45 0 45 cm /I0 Do Q q 72 0 0 45 0 0 cm /I1 Do Q";
    let picture = decode(&file(&[(A_PAGE, content, &[strip(0, 75), strip(75, 75)])])).unwrap();
    assert!(about(ppi(&picture), [120.0, 120.0]));
    assert_eq!(picture.pixels, grey.into());
}

#[test]
fn layers_are_drawn_at_the_resolution_of_the_finest() {
    // As copiers pack a page: the paper coarsely, and over it the ink as a stencil.
    let paper = Image::grey(&GrayImage::from_pixel(30, 36, image::Luma([230])), true);
    let letters =
        GrayImage::from_fn(240, 300, |x, y| image::Luma([u8::from((x / 20 + y / 20) % 2 == 0)]));
    let rows = letters.rows().flat_map(|row| {
        let bits: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        bits.chunks(8)
            .map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | bit))
            .collect::<Vec<_>>()
    });
    let ink = Image::new((240, 300), "/ImageMask true/BitsPerComponent 1", rows.collect());
    let content = format!("{WHOLE} q 0.2 g 72 0 0 90 0 0 cm /I1 Do Q");
    let picture = decode(&file(&[(A_PAGE, &content, &[paper, ink])])).unwrap();
    assert!(about(ppi(&picture), [240.0, 240.0]), "{:?}", picture.ppi);
    let grey = picture.pixels.to_luma8();
    for (x, y, value) in [(10, 10, 230), (30, 10, 51), (230, 270, 230), (70, 50, 51)] {
        assert!(
            grey.get_pixel(x, y).0[0].abs_diff(value) <= 1,
            "{x} {y}: {:?}",
            grey.get_pixel(x, y)
        );
    }
}

#[test]
fn what_is_stamped_on_the_picture_is_seen() {
    let content = format!("{WHOLE} 1 0 0 rg 12 60 12 12 re f");
    let picture = decode(&file(&[(A_PAGE, &content, &[Image::dct()])])).unwrap();
    let pixels = picture.pixels.to_rgb8();
    assert_eq!(pixels.get_pixel(30, 40).0, [255, 0, 0]);
    let clean = decode(&jpeg()).unwrap().pixels.to_rgb8();
    assert_eq!(pixels.get_pixel(100, 120), clean.get_pixel(100, 120));
}

#[test]
fn cut_and_locked_files_are_refused() {
    let whole = jpeg();
    let cut = Image { data: whole[..whole.len() / 2].to_vec(), ..Image::dct() };
    let error = decode(&file(&[(A_PAGE, WHOLE, &[cut])])).unwrap_err();
    assert!(matches!(error, DecodeError::Ends { .. }), "{error}");

    let grey = GrayImage::from_pixel(100, 100, image::Luma([90]));
    let short = Image { data: vec![90; 6_000], ..Image::grey(&grey, false) };
    let error = decode(&file(&[(A_PAGE, WHOLE, &[short])])).unwrap_err();
    assert!(matches!(error, DecodeError::Ends { missing: 40 }), "{error}");

    let noise = Image { data: vec![7; 500], ..Image::dct() };
    let error = decode(&file(&[(A_PAGE, WHOLE, &[noise])])).unwrap_err();
    assert!(error.to_string().len() < 150, "{error}");

    let good = file(&[(A_PAGE, WHOLE, &[Image::dct()])]);
    for end in [12, 60, good.len() / 2] {
        assert!(decode(&good[..end]).is_err(), "{end}");
    }
    let mut huge = Image::grey(&grey, true);
    huge.dictionary = huge.dictionary.replace("/Width 100", "/Width 60000");
    huge.dictionary = huge.dictionary.replace("/Height 100", "/Height 60000");
    let error = decode(&file(&[(A_PAGE, WHOLE, &[huge])])).unwrap_err();
    assert!(matches!(error, DecodeError::TooLarge { .. }), "{error}");
}

#[test]
fn a_page_is_taken_by_its_number() {
    let colour = RgbImage::from_pixel(144, 180, image::Rgb([200, 30, 60]));
    let data = colour.as_raw().clone();
    let what = "/ColorSpace/DeviceRGB/BitsPerComponent 8";
    let second = Image::new(colour.dimensions(), what, data);
    let file = file(&[(A_PAGE, WHOLE, &[Image::dct()]), (A_PAGE, WHOLE, &[second])]);
    let pages = Pages::of(&file, Limits::default()).unwrap();
    assert_eq!(pages.count(), 2);
    assert_eq!(pages.page(2).unwrap().pixels, colour.into());
    let error = pages.page(3).unwrap_err();
    assert!(matches!(error, DecodeError::NoPage { asked: 3, of: 2 }), "{error}");
    let narrow = Pages::of(&file, Limits { pixels: 20_000 }).unwrap();
    assert!(narrow.page(1).is_ok());
    assert!(matches!(narrow.page(2), Err(DecodeError::TooLarge { most: 20_000, .. })));
}

#[test]
fn the_programs_own_pages_are_read() {
    // Portrait and letters as outlines: drawn at the portrait's resolution.
    let portrait = Picture::new(
        DynamicImage::from(crop()).resize_exact(350, 450, imageops::FilterType::Nearest),
        Ppi(300.0),
    );
    let name = tumar::Name::new("Lee", "").unwrap();
    let profile = tumar::Profile::default();
    let imprint = tumar::Imprint::new(&name, &profile).unwrap();
    let page = tumar::pdf(&portrait, &imprint, &profile, tumar::microtext::Microtext::Above);
    let picture = decode(&page.unwrap().bytes).unwrap();
    let [across, down] = ppi(&picture).map(f64::round);
    let (width, height) = picture.size();
    assert!((width as f64 * 25.4 / across - 35.0).abs() < 0.1, "{width} at {across}");
    assert!((height as f64 * 25.4 / down - 45.0).abs() < 0.1, "{height} at {down}");
}
