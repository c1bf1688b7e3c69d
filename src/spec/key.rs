//! Issuer keys: who has one can tell where the lines of a keyed print begin, and nobody else.
//!
//! The place of each keyed line comes from HMAC-SHA-256 (RFC 2104, FIPS 180-4) over the document
//! number, the legend and the layout: not by name and typeface alone, but only by the key can
//! one print them, and none of it tells which key it was.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::legend::Legend;
use super::profile::Profile;

/// Bytes of a secret.
const SECRET: usize = 32;
/// The first line of a key file, with its version.
const TITLE: &str = "tumar issuer key 1";
/// What is derived from a key, and in which version.
const PURPOSE: &[u8] = b"tumar keyed rows 1";
/// The longest key file that is read, in bytes.
pub const LONGEST_KEY_FILE: usize = 1024;
/// The most signs of a document number: Doc 9303-3 has 9, and longer ones in the optional data.
const LONGEST_NUMBER: usize = 32;

/// An issuer key. It is wiped from memory when it is dropped, and has no output but the file's.
#[derive(Clone)]
pub struct IssuerKey {
    id: KeyId,
    secret: Zeroizing<[u8; SECRET]>,
}

/// What tells keys apart, in files and records; it is not in the print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId([u8; 4]);

/// Why a file is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not made by `tumar keygen`.
    #[error("not an issuer key of tumar")]
    Foreign,
    /// Of a later version.
    #[error("an issuer key of a version that this tumar does not know")]
    Version,
    /// Cut, or changed.
    #[error("an issuer key that is cut short or changed: its check digits are wrong")]
    Damaged,
}

impl IssuerKey {
    /// A new key, from the system's source of randomness.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let (mut id, mut secret) = ([0; 4], Zeroizing::new([0; SECRET]));
        getrandom::fill(&mut id)?;
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self { id: KeyId(id), secret })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`KeyError`]; it tells nothing of what stands in the file.
    pub fn parse(file: &[u8]) -> Result<Self, KeyError> {
        let text = std::str::from_utf8(file).map_err(|_| KeyError::Foreign)?;
        let mut lines = text.lines().map(str::trim_end).filter(|l| !l.starts_with('#'));
        let title = lines.next().unwrap_or_default();
        if title != TITLE {
            let version = TITLE.trim_end_matches(|c: char| c.is_ascii_digit());
            let known = title.starts_with(version);
            return Err(if known { KeyError::Version } else { KeyError::Foreign });
        }
        let mut field = |name: &str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.ok_or(KeyError::Damaged)
        };
        let mut key = Self { id: KeyId([0; 4]), secret: Zeroizing::new([0; SECRET]) };
        let mut check = [0; 4];
        unhex(field("id")?, &mut key.id.0)?;
        unhex(field("secret")?, key.secret.as_mut_slice())?;
        unhex(field("check")?, &mut check)?;
        if check != key.check() || lines.any(|line| !line.is_empty()) {
            return Err(KeyError::Damaged);
        }
        Ok(key)
    }

    /// The key file.
    #[must_use]
    pub fn file(&self) -> Zeroizing<String> {
        // Of its whole length from the start: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(LONGEST_KEY_FILE));
        let warning = "# Who has this file can print and check keyed microtext. Keep it secret.";
        for part in [TITLE, "\n", warning, "\nid "] {
            text.push_str(part);
        }
        hex(&self.id.0, &mut text);
        text.push_str("\nsecret ");
        hex(self.secret.as_slice(), &mut text);
        text.push_str("\ncheck ");
        hex(&self.check(), &mut text);
        text.push('\n');
        text
    }

    /// What tells it from other keys.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Against slips of the pen, not against forgers.
    fn check(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(self.id.0).chain_update(self.secret.as_slice());
        let digest = digest.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The places of the lines that carry this legend in this document.
    #[must_use]
    pub fn rows(&self, document: &DocumentNumber, legend: &Legend, profile: &Profile) -> RowKey {
        let mut mac = keyed(self.secret.as_slice());
        let mut field = |bytes: &[u8]| {
            mac.update(&(bytes.len() as u64).to_be_bytes());
            mac.update(bytes);
        };
        field(PURPOSE);
        field(document.0.as_bytes());
        field(legend.text().as_bytes());
        let layout = &profile.layout;
        for mm in [profile.width, profile.height, layout.pitch, layout.advance, layout.cap_height] {
            field(&((mm.0 * 1e6).round() as i64).to_be_bytes());
        }
        RowKey(Zeroizing::new(mac.finalize().into_bytes().into()))
    }
}

/// Tells the id alone.
impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKey({})", self.id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where the keyed lines of one print begin.
#[derive(Clone)]
pub struct RowKey(Zeroizing<[u8; SECRET]>);

impl RowKey {
    /// With which of `length` symbols line `row` begins.
    #[must_use]
    pub fn phase(&self, row: usize, length: usize) -> usize {
        let mac = keyed(self.0.as_slice()).chain_update((row as u64).to_be_bytes());
        let bytes = mac.finalize().into_bytes();
        // 2^64 is no multiple of the length; that shifts chances by less than 10^-17.
        let number = bytes.iter().take(8).fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        (number % length.max(1) as u64) as usize
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowKey")
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

fn hex(bytes: &[u8], text: &mut String) {
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
    }
}

fn unhex(text: &str, bytes: &mut [u8]) -> Result<(), KeyError> {
    if text.len() != 2 * bytes.len() {
        return Err(KeyError::Damaged);
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |c: u8| char::from(c).to_digit(16).ok_or(KeyError::Damaged);
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Ok(())
}

/// The number of a passport or another document, in capitals without spaces. Personal data: it has
/// no `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber(String);

/// Why a document number is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing but spaces.
    #[error("the document number is empty")]
    Empty,
    /// Longer than any.
    #[error("the document number has more than {LONGEST_NUMBER} signs")]
    TooLong,
    /// Other signs than letters and digits.
    #[error("the document number may have letters and digits only")]
    Sign,
}

impl DocumentNumber {
    /// Its signs.
    #[must_use]
    pub fn signs(&self) -> &str {
        &self.0
    }
}

/// In any case and normal form; spaces, hyphens and the machine-readable zone's fillers are left
/// out, as people write them differently.
impl FromStr for DocumentNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let kept = text.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '<'));
        let number: String = kept.flat_map(char::to_uppercase).take(LONGEST_NUMBER + 1).collect();
        match number.chars().count() {
            0 => Err(NumberError::Empty),
            n if n > LONGEST_NUMBER => Err(NumberError::TooLong),
            _ if !number.chars().all(char::is_alphanumeric) => Err(NumberError::Sign),
            _ => Ok(Self(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;

    fn key() -> IssuerKey {
        IssuerKey { id: KeyId([0, 1, 254, 255]), secret: Zeroizing::new([7; SECRET]) }
    }

    fn legend(surname: &str) -> Legend {
        Legend::of(&Name::new(surname, "Ann").unwrap(), 67).unwrap()
    }

    #[test]
    fn a_file_and_its_faults() {
        let file = key().file();
        assert!(file.len() < LONGEST_KEY_FILE);
        let read = IssuerKey::parse(file.as_bytes()).unwrap();
        assert_eq!((read.id(), &read.secret), (key().id(), &key().secret));
        let dos = file.replace('\n', "\r\n");
        assert!(IssuerKey::parse(dos.as_bytes()).is_ok());
        for n in TITLE.len() + 1..file.len() - 1 {
            assert_eq!(IssuerKey::parse(&file.as_bytes()[..n]).unwrap_err(), KeyError::Damaged);
        }
        let damaged =
            [file.replace("07", "17"), file.replace("id 0", "id 1"), file.to_string() + "x"];
        for file in damaged {
            assert_eq!(IssuerKey::parse(file.as_bytes()).unwrap_err(), KeyError::Damaged);
        }
        // A changed byte is noticed wherever it counts.
        for (i, bit) in (0..file.len()).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
            let mut changed = file.as_bytes().to_vec();
            changed[i] ^= 1 << bit;
            if let Ok(read) = IssuerKey::parse(&changed) {
                assert_eq!((read.id(), &read.secret), (key().id(), &key().secret), "byte {i}");
            }
        }
        let later = file.replace("key 1", "key 2");
        assert_eq!(IssuerKey::parse(later.as_bytes()).unwrap_err(), KeyError::Version);
        for foreign in [&b""[..], b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\n"] {
            assert_eq!(IssuerKey::parse(foreign).unwrap_err(), KeyError::Foreign);
        }
    }

    #[test]
    fn nothing_tells_the_secret() {
        let shown = format!(
            "{:?} {:?}",
            key(),
            key().rows(&number("A1"), &legend("Lee"), &Profile::default())
        );
        assert_eq!(shown, "IssuerKey(0001feff) RowKey");
        let [a, b] = [0, 1].map(|_| IssuerKey::generate().unwrap());
        assert!(a.secret != b.secret && a.id != b.id);
    }

    fn number(text: &str) -> DocumentNumber {
        text.parse().unwrap()
    }

    #[test]
    fn lines_depend_on_all_that_was_said() {
        let profile = Profile::default();
        let phases = |key: &IssuerKey, document: &str, surname, profile: &Profile| {
            let rows = key.rows(&number(document), &legend(surname), profile);
            (0..100).map(|row| rows.phase(row, 20)).collect::<Vec<_>>()
        };
        let own = phases(&key(), "N 1234567", "Lee", &profile);
        assert_eq!(own, phases(&key(), "n1234567<<", "Lee", &profile));
        let mut wider = profile.clone();
        wider.layout.advance.0 += 0.001;
        let other = IssuerKey { secret: Zeroizing::new([8; SECRET]), ..key() };
        for others in [
            phases(&other, "N1234567", "Lee", &profile),
            phases(&key(), "N1234568", "Lee", &profile),
            phases(&key(), "N1234567", "Lea", &profile),
            phases(&key(), "N1234567", "Lee", &wider),
        ] {
            let same = own.iter().zip(&others).filter(|(a, b)| a == b).count();
            assert!(same < 15, "{same}");
        }
        let counts = (0..20).map(|s| own.iter().filter(|&&v| v == s).count());
        assert!(counts.max() < Some(15));
    }

    #[test]
    fn document_numbers() {
        assert!(number("ab 12-34<") == number("AB1234"));
        let parse = |text: &str| text.parse::<DocumentNumber>().err();
        assert_eq!(parse(" <- "), Some(NumberError::Empty));
        assert_eq!(parse(&"1".repeat(33)), Some(NumberError::TooLong));
        assert_eq!(parse("12/3"), Some(NumberError::Sign));
    }
}
