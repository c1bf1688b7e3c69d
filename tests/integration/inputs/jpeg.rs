//! JPEG that is whole, cut off, or damaged between its marks.

use tumar::formats::decode::{DecodeError, decode};

use super::kinds::{bytes, difference, sample};

const WHOLE: [&str; 4] =
    ["sequential.jpg", "restarts.jpg", "progressive.jpg", "progressive-restarts.jpg"];

const END: [u8; 2] = [0xff, 0xd9];

/// Where the data of the first scan begins.
fn data(file: &[u8]) -> usize {
    let scan = file.windows(2).position(|marker| marker == [0xff, 0xda]).unwrap();
    scan + 2 + usize::from(u16::from_be_bytes([file[scan + 2], file[scan + 3]]))
}

#[test]
fn whole_pictures_need_no_end_mark() {
    for name in WHOLE {
        let file = bytes(name);
        let picture = decode(&file).unwrap().pixels;
        assert!(difference(&picture, &sample()) < 8.0, "{name}");
        let bare = &file[..file.len() - 2];
        assert!(decode(bare).unwrap().pixels == picture, "{name}");
        for behind in [&[0; 300][..], b"text", &file] {
            assert!(decode(&[&file, behind].concat()).unwrap().pixels == picture, "{name}");
        }
        let filled = [bare, &[0; 5], &END].concat();
        assert!(decode(&filled).unwrap().pixels == picture, "{name}");
    }
}

#[test]
fn cut_pictures_say_how_much_is_missing() {
    for name in WHOLE {
        let file = bytes(name);
        let from = data(&file);
        for length in from..file.len() - 4 {
            for cut in [file[..length].to_vec(), [&file[..length], &END].concat()] {
                match decode(&cut) {
                    Err(DecodeError::Ends { missing: 1..=100 } | DecodeError::EndsCoarse) => {}
                    // A byte of ones that was cut from what follows it makes a marker.
                    Err(_) if file[length - 1] == 0xff => {}
                    // Between scans, the mark falls into a cut header.
                    Err(DecodeError::Corrupt { .. }) if name.starts_with("progressive") => {}
                    other => panic!("{name} of {length} bytes: {other:?}"),
                }
            }
        }
    }
    let file = bytes("sequential.jpg");
    let half = &file[..(data(&file) + file.len()) / 2];
    let said = decode(half).unwrap_err().to_string();
    assert!(said.starts_with("the file ends before its picture does: about "), "{said}");
}

#[test]
fn markers_in_the_data_are_damage() {
    for name in WHOLE {
        let file = bytes(name);
        let middle = data(&file) + (file.len() - data(&file)) / 3;
        for stray in [&[0xff, 0xd5][..], &[0xff, 0xe1, 0, 4, 1, 2], &[0xff, 0xc4, 0, 2], &[0xff, 1]]
        {
            let damaged = [&file[..middle], stray, &file[middle..]].concat();
            assert!(decode(&damaged).is_err(), "{name} {stray:x?}");
        }
    }
    let file = bytes("restarts.jpg");
    let mark = |number: u8| file.windows(2).position(|pair| pair == [0xff, 0xd0 + number]).unwrap();
    let mut order = file.clone();
    order.swap(mark(0) + 1, mark(1) + 1);
    let lost = [&file[..mark(0)], &file[mark(1)..]].concat();
    for damaged in [order, lost] {
        let error = decode(&damaged).unwrap_err();
        assert!(matches!(error, DecodeError::Damaged { format: "JPEG", .. }), "{error}");
    }
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let file = bytes("sequential.jpg");
    let frame = file.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    for (at, value, says) in [
        (1, 0xc3, "lossless JPEG"),
        (1, 0xc9, "arithmetic"),
        (4, 12, "12 bits"),
        (11, 0x11, "luma is sampled below"),
    ] {
        let mut file = file.clone();
        file[frame + at] = value;
        if says.starts_with("luma") {
            file[frame + 14] = 0x22;
        }
        let error = decode(&file).unwrap_err();
        assert!(matches!(error, DecodeError::Kind(_)), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}
