//! TIFF as scanners write it, and as nobody should; pictures of one bit.

use image::{DynamicImage, GrayImage};
use tumar::formats::decode::{DecodeError, decode};
use tumar::imaging::Ppi;

/// A field: tag, type, values.
pub(super) type Field = (u16, u16, Vec<u32>);

pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;
pub(super) const RATIONAL: u16 = 5;

/// A little-endian TIFF whose pages have these fields, each page's strip behind its fields. Strip
/// offsets of 0 are filled in.
pub(super) fn file(pages: &[(Vec<Field>, Vec<u8>)]) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for (number, (fields, strip)) in pages.iter().enumerate() {
        let mut fields = fields.clone();
        fields.sort_by_key(|field| field.0);
        let table = file.len() + 2 + 12 * fields.len() + 4;
        let mut heap = Vec::new();
        let outside = |values: &[u32], kind: u16| values.len() * if kind == SHORT { 2 } else { 4 };
        let heap_length: usize =
            fields.iter().map(|(_, kind, v)| outside(v, *kind)).filter(|&length| length > 4).sum();
        let strip_at = (table + heap_length) as u32;
        let mut directory = (fields.len() as u16).to_le_bytes().to_vec();
        for (tag, kind, values) in &fields {
            let values: Vec<u32> =
                values.iter().map(|&v| if *tag == 273 && v == 0 { strip_at } else { v }).collect();
            let count = values.len() / if *kind == RATIONAL { 2 } else { 1 };
            let mut data: Vec<u8> = match *kind {
                SHORT => values.iter().flat_map(|&v| (v as u16).to_le_bytes()).collect(),
                _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            };
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend((count as u32).to_le_bytes());
            if data.len() > 4 {
                directory.extend(((table + heap.len()) as u32).to_le_bytes());
                heap.extend(data);
            } else {
                data.resize(4, 0);
                directory.extend(data);
            }
        }
        let end = table + heap.len() + strip.len();
        let next = if number + 1 < pages.len() { end as u32 } else { 0 };
        directory.extend(next.to_le_bytes());
        file.extend(directory.into_iter().chain(heap));
        file.extend(strip);
    }
    file
}

/// A page of one strip.
pub(super) fn page(size: [u32; 2], bits: u32, photometric: u32, compression: u32) -> Vec<Field> {
    vec![
        (256, LONG, vec![size[0]]),
        (257, LONG, vec![size[1]]),
        (258, SHORT, vec![bits]),
        (259, SHORT, vec![compression]),
        (262, SHORT, vec![photometric]),
        (273, LONG, vec![0]),
        (277, SHORT, vec![1]),
        (278, LONG, vec![size[1]]),
        (279, LONG, vec![size[0].saturating_mul(size[1]).saturating_mul(bits) / 8]),
        (282, RATIONAL, vec![600, 1]),
        (283, RATIONAL, vec![600, 1]),
    ]
}

pub(super) fn with(mut fields: Vec<Field>, field: Field) -> Vec<Field> {
    fields.retain(|known| known.0 != field.0);
    fields.push(field);
    fields
}

/// A picture of black and white.
fn letters() -> GrayImage {
    GrayImage::from_fn(32, 5, |x, y| image::Luma([if (x / 3 + y) % 3 == 0 { 0 } else { 255 }]))
}

/// Its bits, black as 1 or as 0.
fn packed(black: u8) -> Vec<u8> {
    let pixels = letters();
    let bit = |value: &u8| if *value == 0 { black } else { 1 - black };
    let byte = |chunk: &[u8]| chunk.iter().fold(0, |byte, value| byte << 1 | bit(value));
    pixels.as_raw().chunks(8).map(byte).collect()
}

/// CCITT group 4 of one row of `width` pixels, white but for a black run; ITU-T T.6, horizontal
/// mode against the white line above: 001, then white and black run by the codes of T.4.
fn group_4() -> (Vec<u8>, GrayImage) {
    // Row 1: 4 white, 3 black, 9 white. Row 2: the same (V0 three times). EOFB.
    let bits = ["001", "1011", "10", "1", "1", "1", "1", "000000000001", "000000000001"].concat();
    let bits = bits.into_bytes();
    let byte = |chunk: &[u8]| {
        let bits = chunk.iter().chain(std::iter::repeat(&b'0')).take(8);
        bits.fold(0, |byte, bit| byte << 1 | (bit - b'0'))
    };
    let black = |x| (4..7).contains(&x);
    let row = GrayImage::from_fn(16, 2, |x, _| image::Luma([if black(x) { 0 } else { 255 }]));
    (bits.chunks(8).map(byte).collect(), row)
}

#[test]
fn one_bit_becomes_black_and_white() {
    for (photometric, black) in [(0, 1), (1, 0)] {
        let file = file(&[(page([32, 5], 1, photometric, 1), packed(black))]);
        let picture = decode(&file).unwrap();
        assert!(picture.bilevel);
        assert_eq!(picture.ppi, Some([Ppi(600.0); 2]));
        assert!(picture.pixels == DynamicImage::from(letters()), "photometric {photometric}");
    }
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 32, 5);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header().unwrap().write_image_data(&packed(0)).unwrap();
    let picture = decode(&png).unwrap();
    assert!(picture.bilevel && picture.pixels == DynamicImage::from(letters()));
}

#[test]
fn group_4_is_read_both_ways_round() {
    let (strip, row) = group_4();
    for photometric in [0, 1] {
        let fields = with(page([16, 2], 1, photometric, 4), (279, LONG, vec![strip.len() as u32]));
        let picture = decode(&file(&[(fields, strip.clone())])).unwrap();
        let mut expected = row.clone();
        if photometric == 1 {
            expected.iter_mut().for_each(|value| *value = 255 - *value);
        }
        assert!(picture.bilevel);
        assert!(picture.pixels == DynamicImage::from(expected), "photometric {photometric}");
    }
}

#[test]
fn a_fax_that_ends_early_is_white_below() {
    let (strip, row) = group_4();
    let fax = |strip: &[u8], rows| {
        let length = (279, LONG, vec![strip.len() as u32]);
        file(&[(with(page([16, rows], 1, 0, 4), length), strip.to_vec())])
    };
    let picture = decode(&fax(&strip, 5)).unwrap().pixels;
    let expected = GrayImage::from_fn(16, 5, |x, y| match y {
        0 | 1 => *row.get_pixel(x, y),
        _ => image::Luma([255]),
    });
    assert!(picture == DynamicImage::from(expected));
    // The first 13 bits are both rows; without a mark behind them, nothing says that it is whole.
    let rows = [strip[0], strip[1] & 0xf8];
    assert!(decode(&fax(&rows, 2)).unwrap().pixels == DynamicImage::from(row));
    assert!(matches!(decode(&fax(&rows, 5)), Err(DecodeError::Ends { .. })));
    // A mark alone is no picture.
    assert!(matches!(decode(&fax(&[0, 0x10, 0x01], 5)), Err(DecodeError::Ends { .. })));
}

#[test]
fn a_grey_picture_that_is_black_and_white_is_not_bilevel() {
    let grey = file(&[(page([32, 5], 8, 1, 1), letters().into_raw())]);
    let picture = decode(&grey).unwrap();
    assert!(!picture.bilevel && picture.pixels == DynamicImage::from(letters()));
}

#[test]
fn of_several_pages_the_first_is_taken() {
    let pages = [(page([2, 1], 8, 1, 1), vec![1, 2]), (page([1, 1], 8, 1, 1), vec![9])];
    let first = GrayImage::from_raw(2, 1, vec![1, 2]).unwrap();
    assert!(decode(&file(&pages)).unwrap().pixels == DynamicImage::from(first));
}

#[test]
fn planes_and_tiles_are_read_or_refused() {
    // Three planes of 2 × 1, one after the other.
    let mut fields = page([2, 1], 8, 2, 1);
    let at = 8 + 2 + 12 * 12 + 4 + 16 + 6 + 12 + 12;
    for field in [
        (258, SHORT, vec![8, 8, 8]),
        (273, LONG, vec![at, at + 2, at + 4]),
        (277, SHORT, vec![3]),
        (279, LONG, vec![2, 2, 2]),
        (284, SHORT, vec![2]),
    ] {
        fields = with(fields, field);
    }
    let planar = file(&[(fields, vec![10, 11, 20, 21, 30, 31])]);
    let expected = image::RgbImage::from_raw(2, 1, vec![10, 20, 30, 11, 21, 31]).unwrap();
    assert!(decode(&planar).unwrap().pixels == DynamicImage::from(expected));

    let mut fields = page([16, 16], 8, 1, 1);
    fields.retain(|field| ![273, 278, 279].contains(&field.0));
    let at = 8 + 2 + 12 * 12 + 4 + 16;
    for (tag, value) in [(322, 16), (323, 16), (324, at), (325, 256)] {
        fields.push((tag, LONG, vec![value]));
    }
    let tiled = file(&[(fields, (0..=255).collect())]);
    let expected = GrayImage::from_raw(16, 16, (0..=255).collect()).unwrap();
    assert!(decode(&tiled).unwrap().pixels == DynamicImage::from(expected));
}

#[test]
fn claims_beyond_the_limits_are_refused() {
    let large = file(&[(page([60_000, 60_000], 1, 1, 1), vec![0; 9])]);
    let error = decode(&large).unwrap_err();
    assert!(
        matches!(error, DecodeError::TooLarge { width: 60_000, height: 60_000, .. }),
        "{error}"
    );
    for fields in [
        page([u32::MAX, u32::MAX], 8, 1, 1),
        page([0, 5], 8, 1, 1),
        page([8, 8], 0, 1, 1),
        page([8, 8], 8, 99, 1),
        page([8, 8], 8, 1, 999),
        page([8, 8], 8, 1, 4),
        // Strips of no rows, of more than there are, before the file, behind it, without end.
        with(page([8, 8], 8, 1, 1), (278, LONG, vec![0])),
        with(page([8, 8], 8, 1, 1), (273, LONG, vec![u32::MAX])),
        with(page([8, 8], 8, 1, 1), (273, LONG, vec![9_999])),
        with(page([8, 8], 8, 1, 1), (273, 9, vec![-8i32 as u32])),
        with(page([8, 8], 8, 1, 1), (277, SHORT, vec![0])),
        with(page([8, 8], 8, 1, 1), (277, SHORT, vec![60_000])),
    ] {
        let shown = format!("{fields:?}");
        let result = decode(&file(&[(fields, vec![5; 64])]));
        let error = result.map(|picture| picture.size()).expect_err(&shown);
        assert!(!error.to_string().is_empty());
        assert!(!matches!(error, DecodeError::UnknownFormat | DecodeError::Empty), "{shown}");
    }
}

#[test]
fn cut_strips_are_refused_or_whole() {
    // A strip that is longer than its count says is read whole, as other readers do.
    let short = with(page([8, 8], 8, 1, 1), (279, LONG, vec![1]));
    let picture = decode(&file(&[(short, vec![5; 64])])).unwrap();
    assert!(picture.pixels.to_luma8().iter().all(|&value| value == 5));
    assert!(decode(&file(&[(page([8, 8], 8, 1, 1), vec![5; 63])])).is_err());
    let (strip, _) = group_4();
    let fields = with(page([16, 2], 1, 0, 4), (279, LONG, vec![1]));
    assert!(decode(&file(&[(fields, strip[..1].to_vec())])).is_err());
}

#[test]
fn fields_longer_than_the_file_are_refused() {
    // A profile and a note of four billion bytes, in text, of which the decoder would complain.
    for (tag, kind) in [(34_675, 2), (34_675, 7), (270, 2), (33_432, 5)] {
        let mut file = file(&[(with(page([8, 8], 8, 1, 1), (tag, kind, vec![1])), vec![5; 64])]);
        let field = tag.to_le_bytes();
        let at = file.windows(4).position(|w| w == [field[0], field[1], kind as u8, 0]).unwrap();
        file[at + 4..at + 8].fill(0xff);
        let error = decode(&file).unwrap_err().to_string();
        assert!(error.contains(&format!("field {tag} claims 4294967295 values")), "{error}");
    }
}

#[test]
fn a_circle_of_pages_ends() {
    let mut file = file(&[(page([2, 1], 8, 1, 1), vec![1, 2])]);
    let next = 8 + 2 + 12 * 11;
    file[next..next + 4].copy_from_slice(&8u32.to_le_bytes());
    // The first page is whole: the circle is behind it.
    let _read_or_refused = decode(&file);
}
