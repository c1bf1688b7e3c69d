//! Signed prints: the payload that some lines carry beside the name, who signs it, and how it becomes
//! glyphs. docs/signature.md has it to the bit.

pub mod bars;
pub mod code;
pub mod digest;
pub mod key;
pub mod payload;

pub use digest::Digest;
pub use key::{PublicKey, SecretKey, Sign, SigningKeyError};
pub use payload::{Head, NumberTooLong, Payload, PayloadError, SigningKeyId};
