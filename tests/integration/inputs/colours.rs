//! What files say of their colours beside a profile: PNG's chunks, EXIF, inks in JPEG, YCbCr in TIFF.

use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, RgbImage};
use tumar::Picture;
use tumar::formats::decode::{DecodeError, decode};
use tumar::imaging::colour::ProfileFault;

use super::kinds::{bytes, difference, sample};
use super::tiff::{LONG, RATIONAL, SHORT, file, page, with};

/// Big-endian numbers.
fn numbers(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

/// The sample as PNG, with chunks behind its header.
fn png(grey: bool, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let picture = if grey { sample().to_luma8().into() } else { sample() };
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    let file = file.into_inner();
    let (head, rest) = file.split_at(33);
    let mut out = head.to_vec();
    for (kind, data) in chunks {
        let mut sum = crc32fast::Hasher::new();
        sum.update(*kind);
        sum.update(data);
        out.extend(numbers(&[data.len() as u32]));
        out.extend(*kind);
        out.extend(data);
        out.extend(numbers(&[sum.finalize()]));
    }
    out.extend(rest);
    out
}

fn gamma(scaled: u32) -> (&'static [u8; 4], Vec<u8>) {
    (b"gAMA", numbers(&[scaled]))
}

fn code(primaries: u8, transfer: u8) -> (&'static [u8; 4], Vec<u8>) {
    (b"cICP", vec![primaries, transfer, 0, 1])
}

const ADOBE: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000];

const SRGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];

/// Light of the value 128 and luminance of full green, in thousandths.
fn means(picture: &Picture) -> [u32; 2] {
    let colour = picture.stated_colour().unwrap();
    [colour.curve(0).of_u8()[128], colour.luma()[1]].map(|v| (1000.0 * v).round() as u32)
}

/// A file of each kind: chunks, EXIF, inks, shared chroma.
pub(super) fn files() -> Vec<Vec<u8>> {
    let chunks = [gamma(55_556), (b"cHRM", numbers(&ADOBE)), (b"eXIf", exif(2, *b"R98\0"))];
    vec![
        png(false, &chunks),
        png(true, &[code(9, 14)]),
        with_segment(&bytes("inks-ycck.jpg"), 0xe2, &inks_segment()),
        luma_chroma([2, 2], [0.299, 0.587, 0.114], true),
        bytes("bit-g4.tif"),
        bytes("bit-g3-2d.tif"),
    ]
}

/// The profile of some inks, as JPEG holds it.
fn inks_segment() -> Vec<u8> {
    [b"ICC_PROFILE\0\x01\x01", &crate::colour::inks_profile()[..]].concat()
}

const AS_SRGB: [u32; 2] = [216, 715];

#[test]
fn the_chunks_of_png_say_what_values_mean() {
    let chunk = |kind, values: &[u32]| (kind, numbers(values));
    let srgb = (b"sRGB", vec![0]);
    for (chunks, expected) in [
        (vec![], AS_SRGB),
        (vec![srgb.clone()], AS_SRGB),
        (vec![code(1, 13)], AS_SRGB),
        (vec![gamma(45_455)], AS_SRGB),
        (vec![gamma(45_000), chunk(b"cHRM", &SRGB)], AS_SRGB),
        (vec![chunk(b"cHRM", &ADOBE)], AS_SRGB),
        (vec![gamma(0)], AS_SRGB),
        (vec![srgb.clone(), gamma(100_000)], AS_SRGB),
        (vec![gamma(100_000)], [502, 715]),
        (vec![gamma(55_556)], [289, 715]),
        (vec![gamma(45_455), chunk(b"cHRM", &ADOBE)], [220, 627]),
        (vec![gamma(100_000), chunk(b"cHRM", &[0; 8])], [502, 715]),
        (vec![code(12, 13), srgb.clone(), gamma(100_000)], [216, 692]),
        (vec![code(9, 14)], [261, 678]),
        (vec![code(1, 8)], [502, 715]),
        (vec![code(2, 2), gamma(100_000)], [502, 715]),
    ] {
        let picture = decode(&png(false, &chunks)).unwrap();
        let got = means(&picture);
        let near = got.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) <= 1);
        assert!(near, "{chunks:?}: {got:?}");
        assert_eq!(picture.icc.is_none(), expected == AS_SRGB, "{chunks:?}");
        assert!(picture.pixels == sample());
        let grey = decode(&png(true, &chunks)).unwrap();
        assert!(means(&grey)[0].abs_diff(expected[0]) <= 1, "grey, {chunks:?}");
    }
}

#[test]
fn what_is_brighter_than_white_is_refused() {
    for transfer in [16, 18] {
        let error = decode(&png(false, &[code(9, transfer)])).unwrap_err();
        assert_eq!(error.to_string(), "a PNG in HDR (cICP: PQ or HLG) is not read");
    }
    let narrow = (b"cICP", vec![1, 1, 0, 0]);
    assert!(matches!(decode(&png(false, &[narrow])).unwrap_err(), DecodeError::Kind(_)));
}

/// EXIF with a colour space and a rule of interoperability.
fn exif(colour_space: u16, rule: [u8; 4]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let head = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        [&head[..], &count.to_be_bytes(), &value].concat()
    };
    let [high, low] = colour_space.to_be_bytes();
    let mut exif = b"MM\0\x2a\0\0\0\x08".to_vec();
    for fields in [
        vec![entry(0x8769, 4, 1, [0, 0, 0, 26])],
        vec![entry(0xa001, 3, 1, [high, low, 0, 0]), entry(0xa005, 4, 1, [0, 0, 0, 56])],
        vec![entry(1, 2, 4, rule)],
    ] {
        exif.extend((fields.len() as u16).to_be_bytes());
        exif.extend(fields.concat());
        exif.extend([0; 4]);
    }
    exif
}

/// A segment behind SOI.
fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

#[test]
fn exif_names_adobe_rgb() {
    let plain = bytes("sequential.jpg");
    let srgb = tumar::imaging::colour::Colour::srgb();
    for (colour_space, rule, adobe) in [
        (1, b"R98\0", false),
        (2, b"R98\0", true),
        (0xffff, b"R03\0", true),
        (0xffff, b"R98\0", false),
        (0xffff, b"THM\0", false),
    ] {
        let exif = exif(colour_space, *rule);
        let jpeg = with_segment(&plain, 0xe1, &[b"Exif\0\0", &exif[..]].concat());
        let png = png(false, &[(b"eXIf", exif.clone())]);
        let mut webp = Vec::new();
        let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
        encoder.set_exif_metadata(exif).unwrap();
        encoder.write_image(sample().as_bytes(), 48, 40, ExtendedColorType::Rgb8).unwrap();
        for file in [jpeg, png, webp] {
            let picture = decode(&file).unwrap();
            assert_eq!(picture.icc.is_some(), adobe, "{colour_space} {rule:?}");
            let green = picture.stated_colour().unwrap().luma()[1];
            let expected = if adobe { 0.6273 } else { srgb.luma()[1] };
            assert!((green - expected).abs() < 1e-3, "{colour_space} {rule:?}: {green}");
        }
    }
}

#[test]
fn exif_in_tiff_names_adobe_rgb() {
    // Its directory stands behind the picture, with one field: ColorSpace.
    let made = |at: u32| {
        let mut fields = page([16, 2], 8, 2, 1);
        fields = with(fields, (258, SHORT, vec![8; 3]));
        fields = with(fields, (277, SHORT, vec![3]));
        fields = with(fields, (279, LONG, vec![96]));
        file(&[(with(fields, (34_665, LONG, vec![at])), vec![77; 96])])
    };
    let at = made(0).len() as u32;
    for (stated, adobe) in [(1, false), (2, true)] {
        let exif = [1, 0, 1, 0xa0, 3, 0, 1, 0, 0, 0, stated, 0, 0, 0, 0, 0, 0, 0];
        let picture = decode(&[made(at), exif.to_vec()].concat()).unwrap();
        assert_eq!(picture.icc.is_some(), adobe);
        assert_eq!(picture.stated_colour().unwrap().luma()[1] < 0.65, adobe);
    }
    // One that is not there, or that is in a circle, says nothing.
    for at in [at + 100, 8, u32::MAX] {
        assert!(decode(&made(at)).unwrap().icc.is_none());
    }
}

#[test]
fn broken_exif_costs_no_pixels() {
    let plain = bytes("sequential.jpg");
    let expected = decode(&plain).unwrap().pixels;
    let whole = exif(2, *b"R98\0");
    for length in 0..whole.len() {
        let cut = [b"Exif\0\0", &whole[..length]].concat();
        assert!(decode(&with_segment(&plain, 0xe1, &cut)).unwrap().pixels == expected);
        let picture = decode(&png(false, &[(b"eXIf", whole[..length].to_vec())])).unwrap();
        assert!(picture.pixels == sample());
    }
}

#[test]
fn inks_in_jpeg_become_the_colours_that_their_profile_states() {
    let icc = inks_segment();
    // 16 × 16 pixels each of magenta and yellow, and of half black.
    for (name, expected) in [
        ("inks-cmyk.jpg", 89),
        ("inks-ycck.jpg", 89),
        ("inks-cmyk-black.jpg", 118),
        ("inks-ycck-black.jpg", 118),
    ] {
        let plain = bytes(name);
        assert!(matches!(decode(&plain).unwrap_err(), DecodeError::Inks), "{name}");
        let file = with_segment(&plain, 0xe2, &icc);
        let picture = decode(&file).unwrap();
        let rgb = picture.pixels.as_rgb8().unwrap();
        let near = |&value: &u8| value.abs_diff(expected) <= 4;
        assert!(rgb.iter().all(near), "{name}: {:?}", rgb.get_pixel(5, 5));
        assert!(picture.stated_colour().is_ok());
        for length in (0..file.len() - 40).step_by(7) {
            assert!(decode(&file[..length]).is_err(), "{name} of {length} bytes");
        }
        // Without Adobe's mark nobody knows which end is no ink.
        let mark = file.windows(5).position(|w| w == b"Adobe").unwrap();
        let mut unmarked = file.clone();
        unmarked[mark] = b'X';
        assert!(matches!(decode(&unmarked).unwrap_err(), DecodeError::JpegInks), "{name}");
    }
}

/// YCbCr of these coefficients and this range for luma and chroma, as a TIFF in data units.
fn luma_chroma(shared: [u32; 2], shares: [f64; 3], studio: bool) -> Vec<u8> {
    let picture = sample().to_rgb8();
    let (width, height) = picture.dimensions();
    let [red, green, blue] = shares;
    let pixel = |x: u32, y: u32| picture.get_pixel(x.min(width - 1), y.min(height - 1)).0;
    let of = |pixel: [u8; 3]| {
        let [r, g, b] = pixel.map(f64::from);
        let y = red * r + green * g + blue * b;
        let (cb, cr) = ((b - y) / (2.0 - 2.0 * blue), (r - y) / (2.0 - 2.0 * red));
        let [luma, chroma] = if studio { [219.0 / 255.0, 112.0 / 127.0] } else { [1.0, 1.0] };
        let black = if studio { 16.0 } else { 0.0 };
        [black + y * luma, 128.0 + cb * chroma, 128.0 + cr * chroma]
    };
    let mut strip = Vec::new();
    for top in (0..height).step_by(shared[1] as usize) {
        for left in (0..width).step_by(shared[0] as usize) {
            let places = (0..shared[1]).flat_map(|y| (0..shared[0]).map(move |x| (x, y)));
            let unit: Vec<_> = places.map(|(x, y)| of(pixel(left + x, top + y))).collect();
            let mean = |c: usize| unit.iter().map(|v| v[c]).sum::<f64>() / unit.len() as f64;
            let values = unit.iter().map(|v| v[0]).chain([mean(1), mean(2)]);
            strip.extend(values.map(|value| value.round() as u8));
        }
    }
    let mut fields = with(page([width, height], 8, 6, 1), (277, SHORT, vec![3]));
    fields = with(fields, (258, SHORT, vec![8; 3]));
    fields = with(fields, (279, LONG, vec![strip.len() as u32]));
    fields.push((530, SHORT, shared.to_vec()));
    let fraction = |share: f64| [(share * 1e4).round() as u32, 10_000];
    fields.push((529, RATIONAL, shares.map(fraction).concat()));
    if studio {
        fields.push((532, RATIONAL, [16, 235, 128, 240, 128, 240].map(|v| [v, 1]).concat()));
    }
    file(&[(fields, strip)])
}

#[test]
fn luma_and_fewer_samples_of_chroma_become_rgb() {
    const BT601: [f64; 3] = [0.299, 0.587, 0.114];
    const BT709: [f64; 3] = [0.2126, 0.7152, 0.0722];
    for shared in [[1, 1], [2, 1], [1, 2], [2, 2], [4, 1], [4, 2], [4, 4]] {
        for (shares, studio) in [(BT601, false), (BT709, false), (BT601, true)] {
            let file = luma_chroma(shared, shares, studio);
            let picture = decode(&file).unwrap().pixels;
            let allowed = if shared == [1, 1] { 1.0 } else { 2.0 * f64::from(shared[0]) };
            let off = difference(&picture, &sample());
            assert!(off < allowed, "{shared:?}, {shares:?}, {studio}: {off}");
            let luma = |picture: &DynamicImage| picture.to_luma8();
            let (a, b) = (luma(&picture), luma(&sample()));
            let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(sum / a.len() as u64 <= 3, "{shared:?}, {shares:?}, {studio}: {sum}");
            let cut = &file[..file.len() - 60];
            assert!(matches!(decode(cut), Err(DecodeError::Ends { .. })), "{shared:?}");
        }
    }
    let odd = luma_chroma([3, 1], BT601, false);
    assert!(matches!(decode(&odd), Err(DecodeError::Corrupt { .. })));
}

#[test]
fn grey_of_few_bits_and_grey_with_alpha_are_read() {
    for bits in [2u32, 4] {
        let top = (1u32 << bits) - 1;
        for (photometric, inverse) in [(1, false), (0, true)] {
            // 16 pixels from black to white, and so on down two rows.
            let values: Vec<u32> = (0..32).map(|at| at * top / 31).collect();
            let stored = values.iter().map(|&v| if inverse { top - v } else { v });
            let stored: Vec<u32> = stored.collect();
            let byte = |pixels: &[u32]| pixels.iter().fold(0, |byte, v| byte << bits | v) as u8;
            let strip: Vec<u8> = stored.chunks(8 / bits as usize).map(byte).collect();
            let file = file(&[(page([16, 2], bits, photometric, 1), strip)]);
            let picture = decode(&file).unwrap().pixels;
            let expected: Vec<u8> = values.iter().map(|v| (v * 255 / top) as u8).collect();
            assert_eq!(picture.as_luma8().unwrap().as_raw(), &expected, "{bits} {photometric}");
        }
    }
    for (kind, pixel) in [(2, [100u8, 51]), (1, [20, 51])] {
        let mut fields = with(page([16, 2], 8, 1, 1), (277, SHORT, vec![2]));
        fields = with(fields, (258, SHORT, vec![8; 2]));
        fields = with(fields, (279, LONG, vec![64]));
        fields.push((338, SHORT, vec![kind]));
        let picture = decode(&file(&[(fields, pixel.repeat(32))])).unwrap().pixels;
        assert_eq!(picture.as_luma8().unwrap().as_raw(), &[224; 32]);
    }
}

#[test]
fn a_profile_in_parts_is_whole_or_damaged() {
    let plain = bytes("sequential.jpg");
    let pixels = decode(&plain).unwrap().pixels;
    let whole = decode(&png(false, &[code(12, 13)])).unwrap().icc.unwrap();
    let (first, second) = whole.split_at(whole.len() / 2);
    let part =
        |number: u8, of: u8, data: &[u8]| [b"ICC_PROFILE\0", &[number, of][..], data].concat();
    // Either part may come first; one of them alone is no profile.
    let alone = with_segment(&plain, 0xe2, &part(1, 2, first));
    for order in [[part(1, 2, first), part(2, 2, second)], [part(2, 2, second), part(1, 2, first)]]
    {
        let file = with_segment(&with_segment(&plain, 0xe2, &order[1]), 0xe2, &order[0]);
        let picture = decode(&file).unwrap();
        assert!(picture.pixels == pixels && picture.icc.as_ref() == Some(&whole));
    }
    for file in [alone, with_segment(&plain, 0xe2, &part(1, 1, b"nonsense"))] {
        let picture = decode(&file).unwrap();
        assert!(picture.pixels == pixels);
        assert_eq!(picture.stated_colour().unwrap_err(), ProfileFault::Damaged);
    }
}

#[test]
fn a_jpeg_in_rgb_is_not_taken_for_luma_and_chroma() {
    let plain = bytes("names-rgb.jpg");
    let expected = RgbImage::from_pixel(16, 16, image::Rgb([200, 60, 30]));
    assert!(difference(&decode(&plain).unwrap().pixels, &expected.into()) < 1.0);
}
