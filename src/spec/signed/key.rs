//! Signing keys: who has one makes signed prints; who has its public part checks them.
//!
//! Ed25519 (RFC 8032), by ed25519-dalek; files are PKCS#8 (RFC 5958, RFC 8410), encrypted by a
//! passphrase if one is given, and SubjectPublicKeyInfo (RFC 5280).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{self, DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::pkcs8::{EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::payload::{Payload, SigningKeyId};
use crate::spec::{Legend, Profile};

/// The longest key file that is read, in bytes.
pub const LONGEST_FILE: usize = 16_384;

/// Who signs prints: a key in a file, or a device that keeps it.
pub trait Sign: Sync {
    /// The public part of the key.
    fn public(&self) -> &PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// A sentence, where that cannot be done.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String>;
}

/// A key that signs. It is wiped from memory when it is dropped.
pub struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

/// The public part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: SigningKeyId,
}

/// Why a file is no key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SigningKeyError {
    /// No PEM of any kind.
    #[error("not a key in PEM form")]
    NotPem,
    /// A PEM of something else.
    #[error("not the {expected} of a signing key, but {found}")]
    Kind {
        /// What was asked for.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// Another algorithm or curve.
    #[error("a key of another algorithm than Ed25519")]
    Algorithm,
    /// Encrypted, and no passphrase was given.
    #[error("an encrypted key, which needs its passphrase")]
    Encrypted,
    /// Encrypted with another passphrase.
    #[error("an encrypted key that this passphrase does not open")]
    Passphrase,
    /// Cut, or changed.
    #[error("a key that is cut short or changed")]
    Damaged,
}

impl SecretKey {
    fn new(key: SigningKey) -> Self {
        Self { public: PublicKey::new(key.verifying_key()), key }
    }

    /// A new key, from the system's source of randomness.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut_slice())?;
        Ok(Self::new(SigningKey::from_bytes(&secret)))
    }

    /// Reads a PKCS#8 file.
    ///
    /// # Errors
    /// [`SigningKeyError`]; it tells nothing of what stands in the file.
    pub fn parse(file: &[u8], passphrase: Option<&[u8]>) -> Result<Self, SigningKeyError> {
        let (text, label) = pem(file)?;
        let key = match label {
            "PRIVATE KEY" => SigningKey::from_pkcs8_pem(text).map_err(|e| fault(&e)),
            "ENCRYPTED PRIVATE KEY" => {
                let passphrase = passphrase.ok_or(SigningKeyError::Encrypted)?;
                SigningKey::from_pkcs8_encrypted_pem(text, passphrase).map_err(|e| match e {
                    pkcs8::Error::EncryptedPrivateKey(_) => SigningKeyError::Passphrase,
                    other => fault(&other),
                })
            }
            other => Err(SigningKeyError::Kind { expected: "private part", found: kind(other) }),
        };
        key.map(Self::new)
    }

    /// The PKCS#8 file, encrypted if there is a passphrase.
    ///
    /// # Errors
    /// Where the system provides no random numbers.
    pub fn file(&self, passphrase: Option<&[u8]>) -> Result<Zeroizing<String>, pkcs8::Error> {
        // Without the public part, which OpenSSL before 3.5 does not read.
        let mut bytes = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let file = match passphrase {
            Some(passphrase) => bytes.to_pkcs8_encrypted_pem(passphrase, LineEnding::LF),
            None => bytes.to_pkcs8_pem(LineEnding::LF),
        };
        bytes.secret_key.zeroize();
        file
    }
}

impl Sign for SecretKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        Ok(self.key.sign(message).to_bytes())
    }
}

/// Tells the id alone.
impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id)
    }
}

impl PublicKey {
    fn new(key: VerifyingKey) -> Self {
        let der = key.to_public_key_der().map(|der| Sha256::digest(der.as_bytes()));
        let id = der.map_or([0; 4], |digest| std::array::from_fn(|i| digest[i]));
        Self { key, id: SigningKeyId(id) }
    }

    /// Reads a file of the public part.
    ///
    /// # Errors
    /// [`SigningKeyError`].
    pub fn parse(file: &[u8]) -> Result<Self, SigningKeyError> {
        match pem(file)? {
            (text, "PUBLIC KEY") => {
                let key = VerifyingKey::from_public_key_pem(text);
                Ok(Self::new(key.map_err(|e| match e {
                    pkcs8::spki::Error::OidUnknown { .. }
                    | pkcs8::spki::Error::AlgorithmParametersMissing => SigningKeyError::Algorithm,
                    _ => SigningKeyError::Damaged,
                })?))
            }
            (_, other) => {
                Err(SigningKeyError::Kind { expected: "public part", found: kind(other) })
            }
        }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> String {
        self.key.to_public_key_pem(LineEnding::LF).unwrap_or_else(|_| unreachable!("32 bytes"))
    }

    /// What tells it from other keys.
    #[must_use]
    pub fn id(&self) -> SigningKeyId {
        self.id
    }

    /// Whether a payload was signed by this key for these legends in this layout.
    #[must_use]
    pub fn has_signed(&self, payload: &Payload, legends: &[Legend], profile: &Profile) -> bool {
        self.verifies(&payload.head.message(legends, profile), &payload.signature)
    }

    /// Whether this is its signature of a message. Strict: no key of small order, and one form of each
    /// signature.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = SigningKeyError;

    fn from_str(file: &str) -> Result<Self, SigningKeyError> {
        Self::parse(file.as_bytes())
    }
}

/// The text of a PEM file, and what it says that it is.
fn pem(file: &[u8]) -> Result<(&str, &str), SigningKeyError> {
    let text = std::str::from_utf8(file).map_err(|_| SigningKeyError::NotPem)?.trim();
    let begin = text.find("-----BEGIN ").ok_or(SigningKeyError::NotPem)?;
    let text = &text[begin..];
    let label = text["-----BEGIN ".len()..].split_once("-----").ok_or(SigningKeyError::NotPem)?.0;
    Ok((text, label))
}

fn kind(label: &str) -> &'static str {
    match label {
        "PUBLIC KEY" => "a public key",
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => "a private key",
        "CERTIFICATE" => "a certificate (openssl x509 -pubkey takes the public key out)",
        "EC PRIVATE KEY" | "RSA PRIVATE KEY" | "OPENSSH PRIVATE KEY" => {
            "a private key in another form than PKCS#8"
        }
        _ => "something else",
    }
}

fn fault(error: &pkcs8::Error) -> SigningKeyError {
    match error {
        pkcs8::Error::PublicKey(pkcs8::spki::Error::OidUnknown { .. })
        | pkcs8::Error::ParametersMalformed => SigningKeyError::Algorithm,
        _ => SigningKeyError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 1.
    const SECRET: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];

    fn key() -> SecretKey {
        SecretKey::new(SigningKey::from_bytes(&SECRET))
    }

    /// The vector of docs/signature.md.
    #[test]
    fn others_can_write_a_verifier() {
        use crate::spec::signed::{Digest, Head, code};
        let profile = Profile::default();
        let legends =
            Legend::all(&crate::spec::Name::new("Lee", "Ann").unwrap(), &profile).unwrap();
        let digest = Digest(std::array::from_fn(|i| i as u8));
        let head = Head::new(key().public().id(), "N1234567".parse().unwrap(), digest).unwrap();
        let message = head.message(&legends, &profile);
        let payload = Payload { signature: key().sign(&message).unwrap(), head };
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let document = include_str!("../../../docs/signature.md").replace(char::is_whitespace, "");
        let bytes = payload.bytes();
        let glyphs: String = code::encode(&bytes).iter().map(ToString::to_string).collect();
        let values = [hex(&message), hex(&bytes), glyphs[..160].to_owned()];
        let missing: Vec<&String> = values.iter().filter(|v| !document.contains(*v)).collect();
        assert!(missing.is_empty(), "{missing:#?}");
        assert!(key().public().has_signed(&payload, &legends, &profile));
    }

    #[test]
    fn files_come_back() {
        let file = key().file(None).unwrap();
        assert_eq!(SecretKey::parse(file.as_bytes(), None).unwrap().key, key().key);
        let public = key().public().clone();
        assert_eq!(PublicKey::parse(public.file().as_bytes()).unwrap(), public);
        let dos = public.file().replace('\n', "\r\n");
        assert_eq!(dos.parse::<PublicKey>().unwrap(), public);
        assert_eq!(format!("{:?}", key()), format!("SecretKey({})", public.id()));
    }

    #[test]
    fn encrypted_files_need_their_passphrase() {
        let file = key().file(Some(b"open sesame")).unwrap();
        let parse = |passphrase: Option<&[u8]>| {
            SecretKey::parse(file.as_bytes(), passphrase).map(|key| key.public().id())
        };
        assert_eq!(parse(None), Err(SigningKeyError::Encrypted));
        assert_eq!(parse(Some(b"other")), Err(SigningKeyError::Passphrase));
        assert_eq!(parse(Some(b"open sesame")), Ok(key().public().id()));
    }

    #[test]
    fn each_fault_is_named() {
        let (secret, public) = (key().file(None).unwrap(), key().public().file());
        let of_public = |text: &str| PublicKey::parse(text.as_bytes()).unwrap_err();
        let of_secret = |text: &str| SecretKey::parse(text.as_bytes(), None).unwrap_err();
        assert_eq!(of_public("tumar issuer key 1"), SigningKeyError::NotPem);
        let kind = |expected, found| SigningKeyError::Kind { expected, found };
        assert_eq!(of_public(&secret), kind("public part", "a private key"));
        assert_eq!(of_secret(&public), kind("private part", "a public key"));
        assert_eq!(of_public(&public[..60]), SigningKeyError::Damaged);
        assert_eq!(of_secret(&secret[..60]), SigningKeyError::Damaged);
        // P-256, by openssl: another algorithm.
        let p256 = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEa+vSTE63XTcBT5hjoNEB2JqQ3Cs0\n7kIhcdDmUCTQ2VZyVKEMxJnRzxUWNwp9HhSrgpWcAHLTJ1yHvKVXxCGbQA==\n-----END PUBLIC KEY-----\n";
        assert_eq!(of_public(p256), SigningKeyError::Algorithm);
    }
}
