//! EF.DG2 as a passport's chip holds it, around a picture.

use tumar::formats::dg2::Coding;

/// One object of BER-TLV with the shortest length.
pub(crate) fn object(tag: u32, contents: &[u8]) -> Vec<u8> {
    let tag = tag.to_be_bytes();
    let tag = &tag[tag.iter().take_while(|&&byte| byte == 0).count()..];
    let length = contents.len() as u32;
    let length = match length {
        0..=0x7f => vec![length as u8],
        0x80..=0xff => vec![0x81, length as u8],
        0x100..=0xffff => [&[0x82], &length.to_be_bytes()[2..]].concat(),
        _ => [&[0x84][..], &length.to_be_bytes()].concat(),
    };
    [tag, &length, contents].concat()
}

/// The biometric header that ICAO prescribes: face, format owner and type.
fn header(format: u8) -> Vec<u8> {
    let fields = [
        object(0x80, &[1, 1]),
        object(0x81, &[2]),
        object(0x87, &[1, 1]),
        object(0x88, &[0, format]),
    ];
    object(0xa1, &fields.concat())
}

/// EF.DG2 with these data blocks, each with its header, and a count.
pub(crate) fn file(count: u8, blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut group = object(0x02, &[count]);
    for block in blocks {
        group.extend(object(0x7f60, &[header(8), block.clone()].concat()));
    }
    object(0x75, &object(0x7f61, &group))
}

/// One face of ISO/IEC 19794-5:2005 with so many feature points.
pub(crate) fn face(code: u8, points: u16, picture: &[u8]) -> Vec<u8> {
    let length = 20 + 8 * usize::from(points) + 12 + picture.len();
    let mut face = (length as u32).to_be_bytes().to_vec();
    face.extend(points.to_be_bytes());
    face.extend([0; 14]);
    face.extend(vec![7; 8 * usize::from(points)]);
    // Full frontal, the coding, 120 × 150, the rest unspecified.
    face.extend([1, code, 0, 120, 0, 150, 1, 2, 0, 0, 0, 0]);
    face.extend(picture);
    face
}

/// A record of ISO/IEC 19794-5:2005 with these faces.
pub(crate) fn record(faces: &[Vec<u8>]) -> Vec<u8> {
    let faces_joined = faces.concat();
    let length = 14 + faces_joined.len() as u32;
    let count = (faces.len() as u16).to_be_bytes();
    [b"FAC\x00010\x00", &length.to_be_bytes()[..], &count, &faces_joined].concat()
}

/// One representation of ISO/IEC 39794-5:2019 with this format code.
pub(crate) fn representation(code: u8, picture: &[u8]) -> Vec<u8> {
    let format = object(0xa0, &object(0x80, &[code]));
    let size = object(0xa7, &[object(0x80, &[120]), object(0x81, &[0, 150])].concat());
    let about = object(0xa1, &[format, size].concat());
    let flat = object(0xa0, &[object(0x80, picture), about].concat());
    let image = object(0xa1, &object(0xa0, &flat));
    object(0x30, &[object(0x80, &[0]), image, object(0xa5, &[9])].concat())
}

/// A data block of ISO/IEC 39794-5:2019 with these representations.
pub(crate) fn block(representations: &[Vec<u8>]) -> Vec<u8> {
    let version = object(0xa0, &[object(0x80, &[3]), object(0x81, &[7, 227])].concat());
    let faces = object(0xa1, &representations.concat());
    object(0x7f2e, &object(0xa1, &object(0x65, &[version, faces].concat())))
}

/// EF.DG2 with one face, in either container.
pub(crate) fn both(coding: Coding, picture: &[u8]) -> [Vec<u8>; 2] {
    let (old, new) = match coding {
        Coding::Jpeg => (0, 2),
        Coding::Jpeg2000 => (1, 4),
    };
    let record = record(&[face(old, 3, picture)]);
    [file(1, &[object(0x5f2e, &record)]), file(1, &[block(&[representation(new, picture)])])]
}
