//! Streams that unpack to more than may be taken.

use std::io::Read;

use flate2::bufread::ZlibDecoder;

use crate::formats::decode::error::DecodeError;

/// Deflate makes no more than this of a byte (zlib's technical details).
const MOST: u64 = 1032;

/// Refuses files of which a stream, unpacked, is longer than so many bytes: the parser unpacks streams
/// whole, and asks nobody.
///
/// # Errors
/// [`DecodeError::TooManyBytes`].
pub(super) fn refuse(file: &[u8], most: u64) -> Result<(), DecodeError> {
    if file.len() as u64 * MOST <= most {
        return Ok(());
    }
    let mut at = 0;
    while let Some(next) = find(&file[at..]) {
        at += next;
        let mut unpacked = ZlibDecoder::new(&file[at..]);
        // What is no Deflate ends at once; what is damaged counts as far as it goes.
        let mut window = [0; 1 << 15];
        let mut length = 0;
        while let Ok(more @ 1..) = unpacked.read(&mut window) {
            length += more as u64;
            if length > most {
                return Err(DecodeError::TooManyBytes { bytes: length, most });
            }
        }
        at += (unpacked.total_in() as usize).min(file.len() - at);
    }
    Ok(())
}

/// Where the first stream's data begin.
fn find(file: &[u8]) -> Option<usize> {
    const KEYWORD: &[u8] = b"stream";
    let mut at = memchr::memmem::find(file, KEYWORD)? + KEYWORD.len();
    at += usize::from(file.get(at) == Some(&b'\r'));
    at += usize::from(file.get(at) == Some(&b'\n'));
    Some(at)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_stream_that_unpacks_to_too_much_is_refused() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![0; 5_000_000]).unwrap();
        let mut file = b"%PDF-1.7\n1 0 obj<<>>stream\r\n".to_vec();
        file.extend(packed.finish().unwrap());
        file.extend(b"endstream endobj");
        assert!(refuse(&file, 4_000_000).is_err());
        assert!(refuse(&file, 8_000_000).is_ok());
    }
}
