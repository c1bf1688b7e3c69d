//! What stations hand over: JPEG 2000, the chip's EF.DG2, JPEG, PNG, TIFF, PDF; whole, cut and hostile.

mod chip;
mod colours;
mod dg2;
mod differential;
mod hostile;
mod jpeg;
mod jpeg2000;
mod kinds;
mod pages;
mod pdf;
mod tiff;

use std::path::Path;

use image::{ImageFormat, RgbImage};
use tumar::formats::dg2::Coding;

use crate::common::tumar;

// How each was made is in README.md beside them.
const COLOUR: &[u8] = include_bytes!("colour.jp2");
const GREY: &[u8] = include_bytes!("grey.j2k");
const DEEP: &[u8] = include_bytes!("deep.jp2");
const TILES: &[u8] = include_bytes!("tiles.j2k");
const SYCC: &[u8] = include_bytes!("sycc.jp2");
const ALPHA: &[u8] = include_bytes!("alpha.jp2");

/// The part of a sample portrait that the fixtures show.
fn crop() -> RgbImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/synthetic-01-suit.png");
    image::open(path).unwrap().crop_imm(250, 300, 120, 150).to_rgb8()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    crop().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    encoded(ImageFormat::Jpeg)
}

#[test]
fn a_chip_goes_to_print_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = chip::both(Coding::Jpeg2000, COLOUR);
    for (file, bytes) in [("old.dg2", &old[..]), ("new.dg2", &new), ("portrait.jp2", COLOUR)] {
        std::fs::write(folder.path().join(file), bytes).unwrap();
        let out = format!("{file}.png");
        let args = ["embed", file, "--surname", "Lee", "--out", &out, "--quiet"];
        let output = tumar(folder.path(), &args);
        assert_eq!(output.status.code(), Some(0), "{file}: {output:?}");
        assert!(output.stderr.is_empty(), "{file}: {output:?}");
    }
    let print = |file: &str| std::fs::read(folder.path().join(file)).unwrap();
    assert!(print("old.dg2.png") == print("new.dg2.png"));
    assert!(print("old.dg2.png") == print("portrait.jp2.png"));
}

/// The one line that embed, verify and channel refuse a file with.
fn refusal(file: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), bytes).unwrap();
    let lines = [
        &["embed", file, "--surname", "Lee", "--out", "x.png"][..],
        &["verify", file, "--json", "x.json"],
        &["channel", file, "--preset", "clean", "--out", "x.png"],
    ]
    .map(|args| {
        let output = tumar(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{args:?}");
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    });
    assert!(lines.iter().all(|line| *line == lines[0]), "{lines:?}");
    lines[0].clone()
}

#[test]
fn bad_files_are_refused_in_one_line() {
    let face = chip::record(&[chip::face(1, 0, COLOUR), chip::face(1, 0, COLOUR)]);
    let several = chip::file(1, &[chip::object(0x5f2e, &face)]);
    let [whole, _] = chip::both(Coding::Jpeg2000, COLOUR);
    for (file, bytes, says) in [
        ("several.dg2", &several[..], "2 faces; one is read; hand over the one portrait as JPEG"),
        ("cut.dg2", &whole[..900], "claims"),
        ("cut.dg2", &whole[..900], "read the chip again"),
        ("cut.jp2", &COLOUR[..900], "copy or export it again"),
        ("large.j2k", &large(), "60000 × 60000 pixels"),
        ("cut.jpg", &jpeg()[..2000], "% of the rows are missing; copy or export it again"),
        ("phone.heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "send it from the phone as JPEG"),
        ("odd.bin", b"ugly", "TIFF, WebP or BMP, nor a PDF or a chip's EF.DG2; convert it"),
    ] {
        let line = refusal(file, bytes);
        assert!(line.starts_with(&format!("tumar: {file}: ")) && line.contains(says), "{line}");
    }
}

/// A codestream that claims more than is decoded.
fn large() -> Vec<u8> {
    let mut stream = GREY.to_vec();
    stream[8..16].copy_from_slice(&[60_000u32, 60_000].map(u32::to_be_bytes).concat());
    stream
}

#[test]
fn a_file_is_found_by_a_name_in_either_normal_form() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("E\u{301}mile.jp2"), COLOUR).unwrap();
    for file in ["E\u{301}mile.jp2", "\u{c9}mile.jp2"] {
        let output = tumar(folder.path(), &["verify", file, "--ppi", "600"]);
        assert_ne!(output.status.code(), Some(1), "{output:?}");
    }
}
