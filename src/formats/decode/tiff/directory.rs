//! A directory of a TIFF file (TIFF 6.0, section 2, and BigTIFF): fields and what they hold.

use std::collections::BTreeMap;

use crate::formats::decode::error::DecodeError;

/// The most pages that are followed.
const MAX_PAGES: usize = 10_000;

/// One page's fields.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    file: &'a [u8],
    /// Where it begins, in bytes.
    at: usize,
    order: Order,
    fields: BTreeMap<u16, Field>,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    kind: u16,
    count: u64,
    at: usize,
}

impl Order {
    /// A number of the bytes' length, at most eight.
    fn number(self, bytes: &[u8]) -> u64 {
        let digit = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, digit),
            Self::Big => bytes.iter().fold(0, digit),
        }
    }

    /// A sample of 16 bits.
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

fn corrupt(detail: &str) -> DecodeError {
    DecodeError::corrupt("TIFF", detail)
}

fn cut() -> DecodeError {
    corrupt("the file ends before its directory does")
}

/// A file's order of bytes, and how many bytes a directory's place, its length and a field's count
/// take; the field's values or their place take as many as the count.
fn form(file: &[u8]) -> Result<(Order, [usize; 3]), DecodeError> {
    let order = if file.first() == Some(&b'I') { Order::Little } else { Order::Big };
    match number(file, order, 2, 2) {
        Some(42) => Ok((order, [4, 2, 4])),
        Some(43) => Ok((order, [8, 8, 8])),
        _ => Err(corrupt("its header makes no sense")),
    }
}

/// A number of so many bytes at a place.
fn number(file: &[u8], order: Order, at: usize, length: usize) -> Option<u64> {
    Some(order.number(file.get(at..at.checked_add(length)?)?))
}

/// Bytes of one value of a kind.
fn size(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

impl<'a> Directory<'a> {
    /// The directory of a page, counted from 0.
    ///
    /// # Errors
    /// [`DecodeError::Corrupt`]: also where a field claims more bytes than the file has.
    pub(super) fn of(file: &'a [u8], page: usize) -> Result<Self, DecodeError> {
        let (order, [place, length, count]) = form(file)?;
        let number = |at: usize, length: usize| number(file, order, at, length);
        let mut at = number(place, place).ok_or_else(cut)?;
        for _ in 0..page.min(MAX_PAGES) {
            let start = usize::try_from(at).map_err(|_| cut())?;
            let fields = number(start, length).ok_or_else(cut)?;
            let behind =
                fields.checked_mul(4 + 2 * count as u64).and_then(|all| all.checked_add(at));
            let behind = behind.and_then(|at| usize::try_from(at).ok()?.checked_add(length));
            at = behind.and_then(|behind| number(behind, place)).ok_or_else(cut)?;
            if at == 0 {
                return Err(corrupt(&format!("it has no page {}", page + 1)));
            }
        }
        Self::at(file, at)
    }

    /// The directory whose place a field of this one holds, if it is one.
    pub(super) fn below(&self, tag: u16) -> Option<Self> {
        Self::at(self.file, self.number(tag)?).ok()
    }

    /// The directory at a place.
    fn at(file: &'a [u8], at: u64) -> Result<Self, DecodeError> {
        let (order, [_, length, count]) = form(file)?;
        let number = |at: usize, length: usize| number(file, order, at, length);
        let start = usize::try_from(at).map_err(|_| cut())?;
        let claimed = number(start, length).ok_or_else(cut)?;
        let mut at = start.checked_add(length).ok_or_else(cut)?;
        let mut fields = BTreeMap::new();
        for _ in 0..claimed {
            let head = number(at, 2).zip(number(at + 2, 2)).zip(number(at + 4, count));
            let ((tag, kind), values) = head.ok_or_else(cut)?;
            let (tag, kind) = (tag as u16, kind as u16);
            let bytes = values.saturating_mul(size(kind));
            if bytes > file.len() as u64 {
                let detail =
                    format!("field {tag} claims {values} values, more than the file has room for");
                return Err(corrupt(&detail));
            }
            let inside = at + 4 + count;
            let place =
                if bytes <= count as u64 { Some(inside as u64) } else { number(inside, count) };
            let place = usize::try_from(place.ok_or_else(cut)?).map_err(|_| cut())?;
            // Of two alike the first counts.
            fields.entry(tag).or_insert(Field { kind, count: values, at: place });
            at += 4 + 2 * count;
        }
        Ok(Self { file, at: start, order, fields })
    }

    /// The directories that are pages, in the file's order, each counted from 0 among all: not the
    /// smaller copies and the masks of others (TIFF 6.0, NewSubfileType). The first is one in any case.
    ///
    /// # Errors
    /// [`DecodeError::Corrupt`], of the first directory.
    pub(super) fn pages(file: &'a [u8]) -> Result<Vec<usize>, DecodeError> {
        let first = Self::of(file, 0)?;
        let mut pages = vec![0];
        let mut seen = vec![first.at];
        while seen.len() < MAX_PAGES
            && let Ok(next) = Self::of(file, seen.len())
        {
            // A chain that leads back has no more pages.
            if seen.contains(&next.at) {
                break;
            }
            let beside = next.number(254).unwrap_or(0) & 0b101 != 0 || next.number(255) == Some(2);
            if !beside {
                pages.push(seen.len());
            }
            seen.push(next.at);
        }
        Ok(pages)
    }

    pub(super) fn file(&self) -> &'a [u8] {
        self.file
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// The bytes of a field's values; none if it is not there or not in the file.
    pub(super) fn bytes(&self, tag: u16) -> Option<&'a [u8]> {
        let field = self.fields.get(&tag)?;
        let length = usize::try_from(field.count.checked_mul(size(field.kind))?).ok()?;
        self.file.get(field.at..field.at.checked_add(length)?)
    }

    /// A field's values, if they are whole numbers without sign.
    pub(super) fn numbers(&self, tag: u16) -> Option<Vec<u64>> {
        let field = self.fields.get(&tag)?;
        if !matches!(field.kind, 1 | 3 | 4 | 7 | 13 | 16 | 18) {
            return None;
        }
        let values = self.bytes(tag)?.chunks_exact(size(field.kind) as usize);
        Some(values.map(|value| self.order.number(value)).collect())
    }

    /// A field's first value.
    pub(super) fn number(&self, tag: u16) -> Option<u64> {
        self.numbers(tag)?.first().copied()
    }

    /// A field's first value as a fraction.
    pub(super) fn fraction(&self, tag: u16) -> Option<f64> {
        self.fractions(tag)?.first().copied()
    }

    /// A field's values as fractions.
    pub(super) fn fractions(&self, tag: u16) -> Option<Vec<f64>> {
        let field = self.fields.get(&tag)?;
        let values = self.bytes(tag)?.chunks_exact(size(field.kind) as usize);
        let whole = |bytes: &[u8]| self.order.number(bytes) as f64;
        Some(match field.kind {
            5 => values.map(|value| whole(&value[..4]) / whole(&value[4..])).collect(),
            11 => {
                let single = |bits: &[u8]| f32::from_bits(self.order.number(bits) as u32).into();
                values.map(single).collect()
            }
            _ => self.numbers(tag)?.into_iter().map(|number| number as f64).collect(),
        })
    }
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
        let claim = |file: &[u8]| match Directory::of(file, 0) {
            Err(DecodeError::Corrupt { detail, .. }) => Some(detail),
            _ => None,
        };
        assert_eq!(claim(&file(2, 64)), None);
        assert!(claim(&file(2, 65)).unwrap().starts_with("field 34675 claims 65 values"));
        assert!(claim(&file(5, 9)).unwrap().contains("claims 9 values"));
        assert!(claim(&file(12, u32::MAX)).unwrap().contains("claims 4294967295 values"));
        let big = b"II\x2b\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x73\x87\x02\0\0\0\0\0\0\0\0\x01";
        assert!(claim(big).unwrap().contains("claims 72057594037927936 values"));
        (0..18).for_each(|length| assert!(Directory::of(&file(2, 1)[..length], 0).is_err()));
    }

    #[test]
    fn numbers_are_read_in_both_orders() {
        let little = b"II\x2a\0\x08\0\0\0\x01\0\x00\x01\x03\0\x01\0\0\0\x34\x12\0\0\0\0\0\0";
        let little = Directory::of(little, 0).unwrap();
        assert_eq!((little.number(256), little.fraction(256)), (Some(0x1234), Some(4660.0)));
        assert_eq!((little.number(257), little.bytes(256)), (None, Some(&[0x34, 0x12][..])));
        let text = file(2, 2);
        assert_eq!(Directory::of(&text, 0).unwrap().numbers(0x8773), None);
        assert!(Directory::of(&text, 1).is_err());
    }
}
