//! The payload: what a signed print says of itself, to the bit as in docs/signature.md.

use std::fmt;

use thiserror::Error;

use super::code;
use super::digest::{self, Digest};
use crate::spec::key::DocumentNumber;
use crate::spec::{Legend, Profile};

/// The version that this is.
const VERSION: u8 = 1;
/// What is signed begins with this, and with nothing else that anybody signs.
const DOMAIN: &[u8] = b"tumar signed portrait 1";
/// Bytes of the document number, of a signature, and of all before the signature.
const NUMBER: usize = 9;
const SIGNATURE: usize = 64;
const HEAD: usize = 1 + 4 + NUMBER + digest::BYTES;
const _: () = assert!(HEAD + SIGNATURE == code::BYTES);
/// The most signs of a document number that fit: 37^13 < 2^72.
const SIGNS: usize = 13;
/// The signs of a document number; what stands for none is before them.
const DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// What tells signing keys apart: the first bytes of the SHA-256 of the public part's file, in DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningKeyId(pub [u8; 4]);

/// What is signed of a print besides its legends and its layout.
#[derive(Clone)]
pub struct Head {
    /// Which key signs.
    pub key: SigningKeyId,
    /// Of which document.
    pub document: DocumentNumber,
    /// What the face looks like.
    pub digest: Digest,
}

/// A payload.
#[derive(Clone)]
pub struct Payload {
    /// What is signed.
    pub head: Head,
    /// By which signature.
    pub signature: [u8; SIGNATURE],
}

/// Why a document number cannot be in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a signed document number has at most {SIGNS} signs, all of them Latin letters without marks or digits"
)]
pub struct NumberTooLong;

/// Why bytes are no payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// Of a later version, or of none.
    #[error("the payload is of version {0}, which this tumar does not know")]
    Version(u8),
    /// Not in the one form that this document number has.
    #[error("the payload's document number is none")]
    Number,
}

impl Head {
    /// What is to be signed.
    ///
    /// # Errors
    /// [`NumberTooLong`].
    pub fn new(
        key: SigningKeyId,
        document: DocumentNumber,
        digest: Digest,
    ) -> Result<Self, NumberTooLong> {
        packed(&document).ok_or(NumberTooLong)?;
        Ok(Self { key, document, digest })
    }

    fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&self.key.0);
        let number = packed(&self.document).unwrap_or_default().to_be_bytes();
        bytes[5..5 + NUMBER].copy_from_slice(&number[16 - NUMBER..]);
        bytes[5 + NUMBER..].copy_from_slice(&self.digest.0);
        bytes
    }

    /// The message that is signed: this, with the legends and the layout that it is printed with. Each
    /// field is preceded by its length, so that no two prints have one message.
    #[must_use]
    pub fn message(&self, legends: &[Legend], profile: &Profile) -> Vec<u8> {
        let mut message = Vec::new();
        let mut field = |bytes: &[u8]| {
            message.extend((bytes.len() as u32).to_be_bytes());
            message.extend(bytes);
        };
        field(DOMAIN);
        field(&self.bytes());
        field(&[legends.len() as u8]);
        legends.iter().for_each(|legend| field(legend.text().as_bytes()));
        let layout = &profile.layout;
        for mm in [profile.width, profile.height, layout.pitch, layout.advance, layout.cap_height] {
            field(&((mm.0 * 1e6).round() as i64).to_be_bytes());
        }
        message
    }
}

impl Payload {
    /// The payload as it is printed.
    #[must_use]
    pub fn bytes(&self) -> [u8; code::BYTES] {
        let mut bytes = [0; code::BYTES];
        bytes[..HEAD].copy_from_slice(&self.head.bytes());
        bytes[HEAD..].copy_from_slice(&self.signature);
        bytes
    }

    /// A payload as it was read.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn parse(bytes: &[u8; code::BYTES]) -> Result<Self, PayloadError> {
        if bytes[0] != VERSION {
            return Err(PayloadError::Version(bytes[0]));
        }
        let part = |from: usize, i: usize| bytes[from + i];
        let number = (0..NUMBER).fold(0u128, |sum, i| sum << 8 | u128::from(part(5, i)));
        let head = Head {
            key: SigningKeyId(std::array::from_fn(|i| part(1, i))),
            document: unpacked(number).ok_or(PayloadError::Number)?,
            digest: Digest(std::array::from_fn(|i| part(5 + NUMBER, i))),
        };
        Ok(Self { head, signature: std::array::from_fn(|i| part(HEAD, i)) })
    }
}

impl fmt::Display for SigningKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A document number as one number to the base of its signs and none; `None` if it does not fit.
fn packed(document: &DocumentNumber) -> Option<u128> {
    let signs = document.signs();
    if signs.len() > SIGNS {
        return None;
    }
    signs.chars().try_fold(0, |sum, sign| {
        let digit = DIGITS.find(sign)?;
        Some(sum * (DIGITS.len() as u128 + 1) + digit as u128 + 1)
    })
}

fn unpacked(mut number: u128) -> Option<DocumentNumber> {
    let base = DIGITS.len() as u128 + 1;
    let mut signs = Vec::new();
    while number > 0 {
        let digit = (number % base).checked_sub(1)?;
        signs.push(*DIGITS.as_bytes().get(digit as usize)?);
        number /= base;
    }
    let signs: String = signs.iter().rev().map(|&sign| char::from(sign)).collect();
    signs.parse().ok().filter(|_| signs.len() <= SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;
    use proptest::prelude::*;

    fn payload(number: &str) -> Payload {
        let key = SigningKeyId([1, 2, 3, 255]);
        let head = Head::new(key, number.parse().unwrap(), Digest([0x5a; digest::BYTES])).unwrap();
        Payload { head, signature: std::array::from_fn(|i| i as u8) }
    }

    #[test]
    fn a_payload_comes_back() {
        for number in ["N12345678", "0", "00A", "ZZZZZZZZZZZZZ", "n 1234-567<"] {
            let own = payload(number);
            let back = Payload::parse(&own.bytes()).unwrap();
            assert!(back.head.document == own.head.document, "{number}");
            assert_eq!(back.bytes(), own.bytes());
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        for number in ["12345678901234", "ÄB12", "Ж12"] {
            let document = number.parse().unwrap();
            let head = Head::new(SigningKeyId([0; 4]), document, Digest([0; digest::BYTES]));
            assert_eq!(head.err(), Some(NumberTooLong), "{number}");
        }
    }

    #[test]
    fn later_versions_are_told() {
        let mut bytes = payload("A1").bytes();
        bytes[0] = 2;
        assert_eq!(Payload::parse(&bytes).err(), Some(PayloadError::Version(2)));
    }

    #[test]
    fn messages_tell_all_that_was_printed() {
        let profile = Profile::default();
        let legends = |surname| Legend::all(&Name::new(surname, "Ann").unwrap(), &profile).unwrap();
        let own = payload("A1").head.message(&legends("Lee"), &profile);
        let mut wider = profile.clone();
        wider.layout.advance.0 += 0.001;
        for other in [
            payload("A2").head.message(&legends("Lee"), &profile),
            payload("A1").head.message(&legends("Lea"), &profile),
            payload("A1").head.message(&legends("Lee"), &wider),
        ] {
            assert_ne!(own, other);
        }
    }

    proptest! {
        /// What parses has one form only; nothing panics.
        #[test]
        fn any_bytes_are_a_payload_or_an_error(
            version in 0u8..3,
            rest in proptest::collection::vec(any::<u8>(), code::BYTES - 1),
        ) {
            let bytes: [u8; code::BYTES] =
                std::array::from_fn(|i| if i == 0 { version } else { rest[i - 1] });
            if let Ok(payload) = Payload::parse(&bytes) {
                prop_assert_eq!(payload.bytes(), bytes);
            }
        }
    }
}
