//! Anything at all: an error or a picture, never a panic.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tumar::formats::decode::{MAX_PIXELS, decode};
use tumar::formats::dg2::{self, Coding};
use tumar::formats::jp2;
use tumar::imaging::colour::Colour;
use tumar::spec::{IssuerKey, Profile};

use super::chip::both;
use super::colours;
use super::{ALPHA, COLOUR, DEEP, GREY, SYCC, TILES, encoded, jpeg};

/// What the fuzz targets hold of any bytes; see `fuzz/fuzz_targets`.
fn holds(bytes: &[u8]) {
    if let Ok((_, picture)) = dg2::picture(bytes) {
        assert!(dg2::is_dg2(bytes) && bytes.as_ptr_range().contains(&picture.as_ptr()));
    }
    if let Ok(header) = jp2::header(bytes) {
        let pixels = u64::from(header.width) * u64::from(header.height);
        assert!((1..=jp2::MAX_JP2_PIXELS).contains(&pixels));
    }
    if let Ok(picture) = decode(bytes) {
        let (width, height) = picture.size();
        assert!((1..=MAX_PIXELS).contains(&(width as u64 * height as u64)));
        assert!(!picture.pixels.color().has_alpha());
    }
}

/// One whole file of each kind.
fn wholes() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> =
        [GREY, DEEP, TILES, ALPHA, SYCC, COLOUR].map(<[u8]>::to_vec).into();
    files.extend(both(Coding::Jpeg, &jpeg()));
    files.extend(both(Coding::Jpeg2000, GREY));
    files.extend([image::ImageFormat::Png, image::ImageFormat::Tiff].map(encoded));
    files.push(jpeg());
    files.extend(colours::files());
    files
}

#[test]
fn whole_files_are_read() {
    wholes().iter().for_each(|file| assert!(decode(file).is_ok()));
}

/// The first bytes of each format.
const STARTS: [&[u8]; 9] = [
    b"",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"\xff\xd8\xff\xe0",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xff\x4f\xff\x51\0\x29",
    b"FAC\x00010\0",
    b"\x75\x82\x01\0\x7f\x61",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(start in 0..STARTS.len(), rest in prop::collection::vec(any::<u8>(), 0..600)) {
        holds(&[STARTS[start], &rest].concat());
    }

    #[test]
    fn changed_files(
        which in any::<prop::sample::Index>(),
        near in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let files = wholes();
        let mut file = which.get(&files).clone();
        // Half of the changes go where the headers are.
        let length = if near { file.len().min(200) } else { file.len() };
        for (at, value) in changes {
            file[at.index(length)] = value;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        holds(&file);
    }
}

/// The corpus that the fuzzing kept, one folder a target.
fn kept(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn the_kept_corpus_holds() {
    for target in ["dg2", "jp2", "decode"] {
        let files = kept(target);
        assert!(files.len() > 5, "{target}");
        files.iter().for_each(|file| holds(&std::fs::read(file).unwrap()));
    }
    for file in kept("icc") {
        let bytes = std::fs::read(&file).unwrap();
        for colour in [false, true].into_iter().filter_map(|grey| Colour::parse(&bytes, grey).ok())
        {
            assert!(colour.curve(0).of_u8().iter().all(|light| (0.0..=1.0).contains(light)));
            assert!(colour.luma().iter().all(|weight| weight.is_finite()), "{}", file.display());
        }
    }
    for file in kept("key") {
        if let Ok(key) = IssuerKey::parse(&std::fs::read(&file).unwrap()) {
            assert_eq!(IssuerKey::parse(key.file().as_bytes()).unwrap().id(), key.id());
        }
    }
    for file in kept("profile") {
        if let Ok(text) = String::from_utf8(std::fs::read(&file).unwrap()) {
            let _accepted_or_refused = Profile::parse(&text);
        }
    }
}
