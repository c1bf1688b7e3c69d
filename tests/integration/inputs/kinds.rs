//! TIFF in every form that libtiff and Pillow write: the same pixels as of the good twin.

use std::path::{Path, PathBuf};

use image::{DynamicImage, GenericImageView};
use tumar::formats::decode::{DecodeError, decode};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/inputs/kinds")
}

/// The part of the sample that the files show.
pub(super) fn sample() -> DynamicImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/synthetic-01-suit.png");
    image::open(path).unwrap().crop_imm(270, 330, 48, 40).to_rgb8().into()
}

pub(super) fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn twin(name: &str) -> DynamicImage {
    let stem = name.strip_prefix("lossy-").unwrap_or(name);
    match stem.split(['-', '.']).next() {
        Some("rgb") => sample(),
        Some(kind) => image::open(folder().join(format!("{kind}.png"))).unwrap(),
        None => unreachable!(),
    }
}

/// The mean difference of all channels, 0 to 255.
pub(super) fn difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let sum: f64 = a.iter().zip(b.iter()).map(|(&a, &b)| f64::from(a.abs_diff(b))).sum();
    sum / a.len() as f64
}

#[test]
fn every_kind_shows_its_twin() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".tif") || name.starts_with("refused") {
            continue;
        }
        let picture = decode(&bytes(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let twin = twin(&name);
        if name.starts_with("lossy") {
            assert!(difference(&picture.pixels, &twin) < 3.0, "{name}");
        } else {
            assert!(picture.pixels.to_rgb8() == twin.to_rgb8(), "{name}");
            assert_eq!(picture.pixels.color().has_color(), twin.color().has_color(), "{name}");
        }
        assert_eq!(picture.bilevel, name.starts_with("bit"), "{name}");
        seen += 1;
    }
    assert!(seen >= 25, "{seen}");
}

#[test]
fn cut_files_are_refused() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let whole = bytes(&name);
        for length in (1..whole.len()).step_by(41).filter(|_| name.ends_with(".tif")) {
            // A picture that is there all the same is the same.
            if let Ok(picture) = decode(&whole[..length]) {
                let whole = decode(&whole).unwrap();
                assert!(picture.pixels == whole.pixels, "{name} of {length} bytes");
            }
        }
    }
}

#[test]
fn what_is_not_read_is_named() {
    let error = decode(&bytes("refused-zstd.tif")).unwrap_err();
    assert!(matches!(error, DecodeError::Kind(_)), "{error}");
    assert_eq!(error.to_string(), "a TIFF packed with Zstandard is not read");
}

#[test]
fn webp_and_bmp_are_read() {
    for format in [image::ImageFormat::WebP, image::ImageFormat::Bmp] {
        let mut file = std::io::Cursor::new(Vec::new());
        sample().write_to(&mut file, format).unwrap();
        let file = file.into_inner();
        assert!(decode(&file).unwrap().pixels == sample(), "{format:?}");
        for length in (0..file.len()).step_by(97).chain([file.len() - 1]) {
            assert!(decode(&file[..length]).is_err(), "{format:?} of {length} bytes");
        }
    }
}

#[test]
fn pictures_that_take_too_much_are_refused_before_they_are_decoded() {
    // A PNG of 15,000 × 15,000 pixels in RGBA of 16 bits: 1.8 GB.
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 15_000, 15_000);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c]).unwrap();
    drop(writer);
    let error = decode(&file).unwrap_err();
    assert!(matches!(error, DecodeError::TooManyBytes { bytes: 1_800_000_000, .. }), "{error}");
}
