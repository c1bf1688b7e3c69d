//! The first directory of a TIFF file: no field may claim more bytes than the file has.
//!
//! TIFF 6.0, section 2, and BigTIFF. The decoder limits what it allocates, but answers some of these
//! claims on stderr, which is not the library's to write to.

/// The tag and the count of the first field whose values would be longer than the file. What else
/// is wrong with a directory is for the decoder to judge.
pub(crate) fn overclaim(file: &[u8]) -> Option<(u16, u64)> {
    let number = |at: usize, length: usize| {
        let bytes = file.get(at..at.checked_add(length)?)?;
        let digit = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        Some(match file[0] {
            b'I' => bytes.iter().rev().fold(0, digit),
            _ => bytes.iter().fold(0, digit),
        })
    };
    // Bytes of the directory's place, of its length and of a field's count.
    let (place, length, count) = match number(2, 2)? {
        42 => (4, 2, 4),
        43 => (8, 8, 8),
        _ => return None,
    };
    let directory = usize::try_from(number(place, place)?).ok()?;
    let fields = number(directory, length)?;
    let mut at = directory.checked_add(length)?;
    for _ in 0..fields {
        let (tag, kind) = (number(at, 2)?, number(at + 2, 2)?);
        let values = number(at + 4, count)?;
        let size = match kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 1,
        };
        if values.saturating_mul(size) > file.len() as u64 {
            return Some((tag as u16, values));
        }
        at += 4 + 2 * count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory at byte 8 of one field of this type and count, in 64 bytes.
    fn file(kind: u8, count: u32) -> Vec<u8> {
        let mut file = b"MM\0\x2a\0\0\0\x08\0\x01\x87\x73\0".to_vec();
        file.push(kind);
        file.extend(count.to_be_bytes());
        file.resize(64, 0);
        file
    }

    #[test]
    fn claims_are_held_against_the_length() {
        assert_eq!(overclaim(&file(2, 64)), None);
        assert_eq!(overclaim(&file(2, 65)), Some((0x8773, 65)));
        assert_eq!(overclaim(&file(5, 9)), Some((0x8773, 9)));
        assert_eq!(overclaim(&file(12, u32::MAX)), Some((0x8773, u32::MAX.into())));
        let little = b"II\x2a\0\x08\0\0\0\x01\0\x73\x87\x02\0\0\0\0\x01";
        assert_eq!(overclaim(little), Some((0x8773, 1 << 24)));
        let big = b"II\x2b\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x73\x87\x02\0\0\0\0\0\0\0\0\x01";
        assert_eq!(overclaim(big), Some((0x8773, 1 << 56)));
    }

    #[test]
    fn what_is_cut_claims_nothing() {
        (0..30).for_each(|length| assert_eq!(overclaim(&file(2, 1)[..length.min(64)]), None));
    }
}
