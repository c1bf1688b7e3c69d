//! The chip's file: what is in it, and what is said where nothing can be taken out.

use tumar::formats::decode::{DecodeError, decode};
use tumar::formats::dg2::{self, Coding, Dg2Error};

use super::chip::{block, both, face, file, object, record, representation};
use super::{COLOUR, GREY, crop, jpeg};

fn refused(bytes: &[u8]) -> Dg2Error {
    match decode(bytes) {
        Err(DecodeError::Dg2(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_containers_hold_jpeg_and_jpeg_2000() {
    let jpeg = jpeg();
    for (coding, picture) in
        [(Coding::Jpeg, &jpeg[..]), (Coding::Jpeg2000, COLOUR), (Coding::Jpeg2000, GREY)]
    {
        for file in both(coding, picture) {
            assert_eq!(dg2::picture(&file).unwrap(), (coding, picture));
            let (taken, plain) = (decode(&file).unwrap(), decode(picture).unwrap());
            assert!(taken.pixels == plain.pixels, "{coding}");
        }
    }
    let [old, _] = both(Coding::Jpeg2000, COLOUR);
    assert_eq!(decode(&old).unwrap().pixels.to_rgb8(), crop());
}

#[test]
fn a_bare_record_and_padding_are_read() {
    let bare = record(&[face(1, 0, COLOUR)]);
    assert_eq!(decode(&bare).unwrap().pixels.to_rgb8(), crop());
    let [mut old, mut new] = both(Coding::Jpeg2000, COLOUR);
    for file in [&mut old, &mut new] {
        file.extend([0; 300]);
        assert!(decode(file).is_ok());
    }
    // ISO/IEC 7816-11 has the constructed tag too, and fill between objects.
    let constructed = file(1, &[[&[0, 0][..], &object(0x7f2e, &bare)].concat()]);
    assert!(decode(&constructed).is_ok());
}

#[test]
fn several_faces_are_counted_and_refused() {
    let one = object(0x5f2e, &record(&[face(1, 0, COLOUR)]));
    let two = record(&[face(1, 0, COLOUR), face(0, 0, &jpeg())]);
    let shown = representation(3, COLOUR);
    for (bytes, faces) in [
        (file(2, &[one.clone(), one.clone()]), 2),
        (file(3, std::slice::from_ref(&one)), 3),
        (file(1, &[one.clone(), one.clone()]), 2),
        (file(1, &[object(0x5f2e, &two)]), 2),
        (two, 2),
        (file(1, &[block(&[shown.clone(), shown.clone(), shown])]), 3),
    ] {
        assert_eq!(refused(&bytes), Dg2Error::SeveralFaces(faces));
    }
}

#[test]
fn no_face_and_wrong_pictures_are_named() {
    let old = |record: &[u8]| file(1, &[object(0x5f2e, record)]);
    let new = |code, picture: &[u8]| file(1, &[block(&[representation(code, picture)])]);
    let mut edition = record(&[face(1, 0, COLOUR)]);
    edition[4..7].copy_from_slice(b"030");
    let protected = object(0x75, &object(0x7f61, &[object(2, &[1]), object(0x7d, &[1])].concat()));
    for (bytes, expected) in [
        (file(0, &[]), Dg2Error::NoFace),
        (file(1, &[]), Dg2Error::NoFace),
        (old(&record(&[])), Dg2Error::NoFace),
        (file(1, &[block(&[])]), Dg2Error::NoFace),
        (old(&record(&[face(0, 0, b"no picture")])), Dg2Error::Mismatch(Coding::Jpeg)),
        (old(&record(&[face(1, 0, &[])])), Dg2Error::Mismatch(Coding::Jpeg2000)),
        (new(2, b"no picture"), Dg2Error::Mismatch(Coding::Jpeg)),
        (old(&record(&[face(9, 0, b"no picture")])), Dg2Error::Format(9)),
        (new(5, b"no picture"), Dg2Error::Format(5)),
        (old(&edition), Dg2Error::Version(*b"030")),
        (old(b"something"), Dg2Error::Missing("the facial record's FAC")),
        (file(1, &[vec![]]), Dg2Error::Missing("the biometric data block")),
        (protected, Dg2Error::Protected),
    ] {
        assert_eq!(refused(&bytes), expected);
    }
}

#[test]
fn the_picture_says_what_it_is() {
    let old = |record: &[u8]| file(1, &[object(0x5f2e, record)]);
    for (bytes, coding) in [
        (old(&record(&[face(0, 0, COLOUR)])), Coding::Jpeg2000),
        (old(&record(&[face(1, 0, &jpeg())])), Coding::Jpeg),
        (old(&record(&[face(9, 0, GREY)])), Coding::Jpeg2000),
        (file(1, &[block(&[representation(2, COLOUR)])]), Coding::Jpeg2000),
    ] {
        assert_eq!(dg2::picture(&bytes).unwrap().0, coding);
        assert!(decode(&bytes).is_ok());
    }
}

#[test]
fn lengths_that_are_a_little_off_are_forgiven() {
    for picture in [COLOUR, &jpeg()[..]] {
        let plain = decode(picture).unwrap().pixels;
        for off in [-16i32, -8, -1, 1, 8, 16] {
            // The record's and the face's, each alone and both, padded and not.
            for places in [&[8][..], &[14], &[8, 14]] {
                let mut bare = record(&[face(1, 0, picture)]);
                for &at in places {
                    let length = u32::from_be_bytes(bare[at..at + 4].try_into().unwrap());
                    let length = length.strict_add_signed(off).to_be_bytes();
                    bare[at..at + 4].copy_from_slice(&length);
                }
                let padded = [&bare[..], &[0; 40]].concat();
                let within = file(1, &[object(0x5f2e, &bare)]);
                for bytes in [bare, padded, within] {
                    assert!(decode(&bytes).unwrap().pixels == plain, "{off} {places:?}");
                }
            }
        }
    }
}

#[test]
fn a_container_is_not_read_within_a_container() {
    let [inner, _] = both(Coding::Jpeg2000, COLOUR);
    assert_eq!(
        refused(&file(1, &[object(0x5f2e, &record(&[face(1, 0, &inner)]))])),
        Dg2Error::Mismatch(Coding::Jpeg2000)
    );
}

#[test]
fn lengths_are_held_against_what_is_there() {
    // 75 L 7F61, indefinite or of five bytes.
    assert_eq!(refused(&[0x75, 0x80, 0x7f, 0x61, 0, 0]), Dg2Error::Length { at: 1 });
    let beyond = [0x75, 0x84, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x61, 0x01, 0x00];
    assert!(matches!(refused(&beyond), Dg2Error::Truncated { at: 0, left: 10, .. }));
    // More faces' data than the record has, more points than the face has, and the reverse.
    let mut bare = record(&[face(1, 0, COLOUR)]);
    bare[8..12].copy_from_slice(&[0xff; 4]);
    assert!(matches!(refused(&bare), Dg2Error::Truncated { what: "the facial record", .. }));
    let mut bare = record(&[face(1, 0, COLOUR)]);
    bare[18..20].copy_from_slice(&[0xff; 2]);
    assert!(matches!(refused(&bare), Dg2Error::Truncated { what: "the feature points", .. }));
    for length in [0u32, 3, 19, u32::MAX] {
        let mut bare = record(&[face(1, 0, COLOUR)]);
        bare[14..18].copy_from_slice(&length.to_be_bytes());
        assert!(matches!(refused(&bare), Dg2Error::Truncated { .. }), "{length}");
    }
}

#[test]
fn every_cut_is_an_error() {
    for file in both(Coding::Jpeg2000, GREY) {
        for length in (1..400).chain([file.len() / 2]) {
            assert!(decode(&file[..length]).is_err(), "{length}");
        }
        // What stands behind the picture may be cut by a little.
        if let Ok(picture) = decode(&file[..file.len() - 1]) {
            assert!(picture.pixels == decode(GREY).unwrap().pixels);
        }
    }
}

#[test]
fn text_is_not_taken_for_a_chip() {
    assert!(matches!(decode(b"ugly notes"), Err(DecodeError::UnknownFormat)));
}
