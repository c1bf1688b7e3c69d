//! What kind of file it is, by its first bytes.

use image::ImageFormat;

/// The format that the first bytes announce.
pub(super) fn format_of(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "JPEG",
        [0x89, ..] => "PNG",
        [b'I', b'I', ..] | [b'M', b'M', ..] => "TIFF",
        [b'R', ..] => "WebP",
        [b'B', ..] => "BMP",
        _ if is_pdf(bytes) => "PDF",
        _ => "JPEG 2000",
    }
}

/// The two orders of bytes, plain and BigTIFF.
pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    matches!(bytes, [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..])
}

/// Whether this is a PDF: its header may follow some other bytes (ISO 32000-1, annex H.3, note 13).
pub(super) fn is_pdf(file: &[u8]) -> bool {
    const HEADER: &[u8] = b"%PDF-";
    file.windows(HEADER.len()).take(1024).any(|window| window == HEADER)
}

/// Whether the first bytes are those of a picture that is read here.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    use ImageFormat::{Bmp, Jpeg, Png, WebP};
    matches!(image::guess_format(bytes), Ok(Png | Jpeg | WebP | Bmp))
}

/// HEIC or AVIF, by the brands of the file type box (ISO/IEC 23008-12, clause 10).
pub(super) fn of_a_phone(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let mut brands = bytes.get(8..length.min(bytes.len()))?.chunks_exact(4);
    brands.find_map(|brand| match brand {
        b"avif" | b"avis" => Some("AVIF"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some("HEIC"),
        _ => None,
    })
}
