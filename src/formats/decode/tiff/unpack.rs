//! A strip or tile of a TIFF file → its bytes, unpacked.

use std::io::Read;

use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::fax::{self, Coding};
use super::layout::{Compression, Layout, Photometric};
use crate::formats::decode::error::DecodeError;
use crate::formats::decode::{jpeg_file, jpeg_walk};

/// What is unpacked, in pixels and bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Pixels across and down.
    pub(super) size: [usize; 2],
    /// Samples a pixel.
    pub(super) samples: usize,
    /// Bytes from row to row.
    pub(super) stride: usize,
}

fn corrupt(detail: &str) -> DecodeError {
    DecodeError::corrupt("TIFF", detail)
}

/// The rows, as many as there are: at most those that are wanted.
pub(super) fn unpack(
    data: &[u8],
    layout: &Layout,
    tables: Option<&[u8]>,
    wanted: Wanted,
) -> Result<Vec<u8>, DecodeError> {
    let turned;
    let data = match layout.lowest_first && layout.compression != Compression::Jpeg {
        true => {
            turned = data.iter().map(|byte| byte.reverse_bits()).collect::<Vec<_>>();
            &turned[..]
        }
        false => data,
    };
    let length = wanted.stride * wanted.size[1];
    let fax = |coding| {
        let width = u16::try_from(wanted.size[0]).map_err(|_| corrupt("a fax is that wide"))?;
        Ok(fax::rows(data, coding, width, wanted.size[1]))
    };
    match layout.compression {
        Compression::None => Ok(data[..data.len().min(length)].to_vec()),
        Compression::PackBits => Ok(pack_bits(data, length)),
        Compression::Lzw => Ok(lzw(data, length)),
        Compression::Deflate => {
            let mut out = Vec::new();
            // What was unpacked before a fault counts: rows that are missing are noticed.
            _ = ZlibDecoder::new(data).take(length as u64).read_to_end(&mut out);
            Ok(out)
        }
        Compression::Fax2 => fax(Coding::Plain),
        Compression::Group3 { two_dimensional } => fax(Coding::Group3(two_dimensional)),
        Compression::Group4 => fax(Coding::Group4),
        Compression::Jpeg => jpeg(data, layout, tables, wanted),
    }
}

/// TIFF 6.0, section 9.
fn pack_bits(mut data: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((&head, rest)) = data.split_first() {
        if out.len() >= length {
            break;
        }
        data = match head.cast_signed() {
            -128 => rest,
            count @ 0.. => {
                let (some, rest) = rest.split_at(rest.len().min(count as usize + 1));
                out.extend(some);
                rest
            }
            count => {
                let Some((&byte, rest)) = rest.split_first() else { break };
                out.resize(out.len() + 1 + usize::from(count.unsigned_abs()), byte);
                rest
            }
        };
    }
    out.truncate(length);
    out
}

/// TIFF 6.0, section 13; before it, codes began with the lowest bit and grew later.
fn lzw(data: &[u8], length: usize) -> Vec<u8> {
    let mut decoder = match data {
        [0, second, ..] if second & 1 == 1 => weezl::decode::Decoder::new(BitOrder::Lsb, 8),
        _ => weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    let (mut out, mut data) = (Vec::new(), data);
    let mut room = [0; 1 << 14];
    while out.len() < length {
        let done = decoder.decode_bytes(data, &mut room);
        out.extend(&room[..done.consumed_out]);
        data = &data[done.consumed_in..];
        match done.status {
            Ok(LzwStatus::Ok) if done.consumed_out + done.consumed_in > 0 => {}
            _ => break,
        }
    }
    out.truncate(length);
    out
}

/// JPEG whose tables may stand in a field of the page (TIFF technical note 2).
fn jpeg(
    data: &[u8],
    layout: &Layout,
    tables: Option<&[u8]>,
    wanted: Wanted,
) -> Result<Vec<u8>, DecodeError> {
    let tables = tables.and_then(|tables| tables.strip_suffix(&[0xff, 0xd9]));
    let whole = match (tables, data) {
        (Some(tables), [0xff, 0xd8, rest @ ..]) => [tables, rest].concat(),
        _ => data.to_vec(),
    };
    if !whole.starts_with(&[0xff, 0xd8]) {
        return Err(corrupt("a strip in JPEG does not begin as one"));
    }
    if jpeg_file::channels(&whole).map(usize::from) != Some(wanted.samples) {
        return Err(corrupt("a strip in JPEG has another number of channels"));
    }
    jpeg_walk::walk(&whole, layout.limits)?;
    let space = match (wanted.samples, layout.photometric) {
        (1, _) => ColorSpace::Luma,
        (3, Photometric::YCbCr) => ColorSpace::RGB,
        // As they are: the decoder takes them for YCbCr, as nothing in the data says otherwise.
        (3, _) => ColorSpace::YCbCr,
        (4, _) => ColorSpace::CMYK,
        _ => return Err(DecodeError::Kind("a TIFF with JPEG of extra channels in it")),
    };
    let options = DecoderOptions::default()
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&whole[..]), options);
    let detail = |error: &dyn std::fmt::Display| corrupt(&format!("a strip in JPEG: {error}"));
    decoder.decode_headers().map_err(|error| detail(&error))?;
    if let (3, Photometric::Rgb, Some(ColorSpace::RGB)) =
        (wanted.samples, layout.photometric, decoder.input_colorspace())
    {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
    }
    let (width, height) = decoder.dimensions().unwrap_or_default();
    if width < wanted.size[0] || height > 65_535 {
        return Err(corrupt("a strip in JPEG is narrower than the picture"));
    }
    let decoded = decoder.decode().map_err(|error| detail(&error))?;
    let rows = decoded.chunks_exact(width * wanted.samples).take(wanted.size[1]);
    Ok(rows.flat_map(|row| &row[..wanted.stride]).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_bits_are_unpacked() {
        // The standard's own example.
        let packed = [
            0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7,
            0xaa,
        ];
        let plain = [
            0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22,
            0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
        ];
        assert_eq!(pack_bits(&packed, 99), plain);
        assert_eq!(pack_bits(&packed, 5), plain[..5]);
        assert_eq!((pack_bits(&[0xfe], 9).len(), pack_bits(&[5, 1, 2], 9).len()), (0, 2));
    }
}
