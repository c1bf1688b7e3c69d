//! JPEG 2000: the pixels are those of the portrait, and what claims too much is refused.

use image::{DynamicImage, GenericImageView};
use tumar::formats::decode::{DecodeError, decode};
use tumar::formats::jp2::{self, Jp2Error};
use tumar::imaging::Ppi;

use super::{ALPHA, COLOUR, DEEP, GREY, SYCC, TILES, crop};

/// The mean difference of two pictures, in steps of 8 bits.
fn difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let sum: u32 = a.iter().zip(b.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / a.len() as f64
}

fn pixels(bytes: &[u8]) -> DynamicImage {
    decode(bytes).unwrap().pixels
}

fn refused(bytes: &[u8]) -> Jp2Error {
    match decode(bytes) {
        Err(DecodeError::Jp2(error)) => error,
        other => panic!("{:?}", other.map(|picture| picture.size())),
    }
}

/// A bare codestream with these four bytes from `at` on.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut stream = GREY.to_vec();
    stream[at..at + bytes.len()].copy_from_slice(bytes);
    stream
}

#[test]
fn lossless_is_the_portrait_itself() {
    let DynamicImage::ImageRgb8(colour) = pixels(COLOUR) else { panic!("not RGB of 8 bits") };
    assert!(colour == crop());
    let DynamicImage::ImageLuma16(deep) = pixels(DEEP) else { panic!("not grey of 16 bits") };
    assert_eq!(deep.dimensions(), (60, 75));
    // Deeper than a picture that was stretched from 8 bits.
    assert!(deep.iter().any(|value| value % 257 != 0));
    let small = image::imageops::thumbnail(&crop(), 60, 75);
    assert!(difference(&DynamicImage::ImageLuma16(deep), &grey(small.into())) < 3.0);
}

fn grey(picture: DynamicImage) -> DynamicImage {
    DynamicImage::from(picture.to_luma8())
}

#[test]
fn lossy_is_near_it() {
    let portrait = DynamicImage::from(crop());
    assert!(difference(&pixels(TILES), &portrait) < 4.0);
    // Colours come back from sYCC with half the chroma.
    assert!(difference(&pixels(SYCC), &portrait) < 3.0);
    assert!(matches!(pixels(GREY), DynamicImage::ImageLuma8(_)));
    assert!(difference(&pixels(GREY), &grey(portrait)) < 4.0);
}

#[test]
fn alpha_is_laid_on_white() {
    let DynamicImage::ImageRgb8(laid) = pixels(ALPHA) else { panic!("not RGB of 8 bits") };
    assert_eq!(laid.dimensions(), (60, 75));
    assert!(laid.get_pixel(50, 40).0.iter().all(|&value| value > 240));
    let (shown, whole) = (laid.get_pixel(10, 40).0, crop().get_pixel(20, 80).0);
    assert!(shown.iter().zip(whole).all(|(a, b)| a.abs_diff(b) < 30), "{shown:?} {whole:?}");
}

/// COLOUR with one more box in its header box.
fn with_box(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = (8 + contents.len() as u32).to_be_bytes();
    let added = [&length[..], kind, contents].concat();
    let (before, after) = COLOUR.split_at(40);
    let mut file = [before, &added, after].concat();
    file[35] += added.len() as u8;
    assert_eq!(&file[36..40], b"jp2h");
    file
}

#[test]
fn resolution_and_profile_come_along() {
    // 600 pixels an inch down, 300 across: the first in pixels a metre, the second in tens of them.
    let capture = |down: u16, across: u16| {
        let fields = [down.to_be_bytes(), [0, 1], across.to_be_bytes(), [0, 1]].concat();
        let body = [&fields[..], &[0, 1]].concat();
        [&18u32.to_be_bytes()[..], b"resc", &body].concat()
    };
    let file = with_box(b"res ", &capture(23_622, 1181));
    assert_eq!(decode(&file).unwrap().ppi.map(|[x, y]| [x.0.round(), y.0]), Some([300.0, 600.0]));
    let file = with_box(b"res ", &capture(0, 1181));
    assert_eq!(decode(&file).unwrap().ppi, None);
    assert_eq!(decode(COLOUR).unwrap().ppi, None::<[Ppi; 2]>);
    // The first colour box counts.
    let profile = [&[2, 0, 0][..], &[5; 132]].concat();
    let file = with_box(b"colr", &profile);
    assert_eq!(decode(&file).unwrap().icc.as_deref(), Some(&profile[3..]));
}

#[test]
fn colours_that_are_not_read_are_named() {
    let lab = with_box(b"colr", &[1, 0, 0, 0, 0, 0, 14]);
    assert_eq!(refused(&lab), Jp2Error::Colour(14));
    let cmyk = with_box(b"colr", &[1, 0, 0, 0, 0, 0, 12]);
    assert_eq!(refused(&cmyk), Jp2Error::Colour(12));
}

#[test]
fn what_claims_too_much_is_refused_before_it_is_decoded() {
    let size = |width: u32, height: u32| {
        let grid = [width, height, 0, 0, width, height].map(u32::to_be_bytes).concat();
        with(8, &grid)
    };
    assert_eq!(
        refused(&size(60_000, 60_000)),
        Jp2Error::TooLarge { width: 60_000, height: 60_000 }
    );
    assert!(matches!(refused(&size(u32::MAX, u32::MAX)), Jp2Error::TooLarge { .. }));
    assert!(matches!(refused(&size(0, 150)), Jp2Error::Senseless { .. }));
    // Tiles of one pixel.
    let tiles = with(24, &[0, 0, 0, 1, 0, 0, 0, 1]);
    assert!(matches!(refused(&tiles), Jp2Error::TooMany { what: "tiles", count: 18_000, .. }));
    // Components: none, and more than a segment holds.
    for count in [0u16, 5, u16::MAX] {
        let file = with(40, &count.to_be_bytes());
        let expected = Jp2Error::TooMany { what: "components", count: count.into(), most: 4 };
        assert_eq!(refused(&file), expected);
    }
    assert_eq!(refused(&with(42, &[0x87])), Jp2Error::Samples { bits: 8, signed: true });
    assert_eq!(refused(&with(42, &[31])), Jp2Error::Samples { bits: 32, signed: false });
    assert!(matches!(refused(&with(43, &[0])), Jp2Error::Senseless { .. }));
    assert!(jp2::header(GREY).is_ok());
}

#[test]
fn precincts_of_one_pixel_are_counted() {
    let at = TILES.windows(2).position(|marker| marker == [0xff, 0x52]).unwrap();
    let mut file = TILES.to_vec();
    // A picture of 48 million pixels in one tile, its precincts 1 × 1.
    let grid = [8_000u32, 6_000, 0, 0, 8_000, 6_000].map(u32::to_be_bytes).concat();
    file[8..32].copy_from_slice(&grid);
    assert_eq!(file[at + 4] & 1, 1);
    file[at + 14..at + 18].fill(0);
    assert!(matches!(refused(&file), Jp2Error::TooMany { what: "packets and code blocks", .. }));
}

#[test]
fn cut_files_are_refused() {
    for whole in [COLOUR, GREY, TILES] {
        for length in (12..whole.len()).step_by(whole.len() / 97 + 1).chain([whole.len() - 1]) {
            let cut = &whole[..length];
            assert!(matches!(decode(cut), Err(DecodeError::Jp2(_))), "{length}");
            // Nor does an end mark make them whole.
            let marked = [cut, &[0xff, 0xd9]].concat();
            assert!(decode(&marked).is_err() || length + 2 >= whole.len(), "{length}");
        }
    }
    // All but the last tile.
    let last = TILES.windows(2).rposition(|marker| marker == [0xff, 0x90]).unwrap();
    let mut file = TILES[..last].to_vec();
    file.extend([0xff, 0xd9]);
    assert_eq!(refused(&file), Jp2Error::Missing("a tile"));
}

#[test]
fn cut_tiles_are_refused_though_their_length_fits() {
    let sot = GREY.windows(2).position(|marker| marker == [0xff, 0x90]).unwrap();
    for length in (sot + 40..GREY.len() - 12).step_by(37) {
        let mut file = [&GREY[..length], &[0xff, 0xd9]].concat();
        file[sot + 6..sot + 10].copy_from_slice(&((length - sot) as u32).to_be_bytes());
        assert!(matches!(decode(&file), Err(DecodeError::Corrupt { .. })), "{length}");
    }
}

#[test]
fn two_codestreams_are_refused() {
    let at = COLOUR.windows(4).position(|kind| kind == b"jp2c").unwrap() - 4;
    let file = [COLOUR, &COLOUR[at..]].concat();
    assert_eq!(refused(&file), Jp2Error::Twice("the codestream"));
}

#[test]
fn files_that_viewers_show_are_read() {
    let stream = COLOUR.windows(4).position(|kind| kind == b"jp2c").unwrap() - 4;
    let sot = COLOUR.windows(2).position(|marker| marker == [0xff, 0x90]).unwrap();
    let mut long = COLOUR.to_vec();
    long[stream..stream + 4].copy_from_slice(&(COLOUR.len() as u32).to_be_bytes());
    let mut open = COLOUR.to_vec();
    open[sot + 6..sot + 10].fill(0);
    let bare = COLOUR[stream + 8..].to_vec();
    let open_bare = open[stream + 8..].to_vec();
    let (body, mark) = bare.split_at(bare.len() - 2);
    let filled = [body, &[0; 3], mark].concat();
    for (file, kind) in [
        ([COLOUR, b"\0\0"].concat(), "bytes behind"),
        ([COLOUR, &[0; 600]].concat(), "zeros behind"),
        ([&bare[..], b"padding"].concat(), "bytes behind the codestream"),
        (long, "a box as long as the file"),
        (open, "Psot 0"),
        ([&open_bare[..], &[0; 9]].concat(), "Psot 0 and bytes behind"),
        (open_bare, "Psot 0, bare"),
        (filled, "fill before the end mark"),
        (bare, "bare"),
    ] {
        let picture = decode(&file).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(picture.pixels.to_rgb8(), crop(), "{kind}");
    }
}
