//! The signature of a print: the portrait's digest, the document's number, the name and the layout, signed.

use thiserror::Error;

use crate::imaging::{Picture, Plane, Ppi};
use crate::issue::portrait::{self, PortraitError};
use crate::spec::signed::{Digest, Head, NumberTooLong, Payload, Sign};
use crate::spec::{DocumentNumber, Imprint, Profile};

/// At so many dots an inch a portrait is digested: five a cell of the digest.
const DPI: Ppi = Ppi(254.0);

/// Why a print was not signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// The document number does not fit.
    #[error(transparent)]
    Number(#[from] NumberTooLong),
    /// The portrait cannot be used.
    #[error(transparent)]
    Portrait(#[from] PortraitError),
    /// The signer could not sign.
    #[error("the signer failed: {0}")]
    Signer(String),
}

/// The digest of a portrait as it would be printed.
///
/// # Errors
/// [`PortraitError`].
pub fn digest(portrait: &Picture, profile: &Profile) -> Result<Digest, PortraitError> {
    let coarse = Profile { dpi: DPI, ..profile.clone() };
    let prepared = portrait::luminance(portrait, &coarse)?;
    let (width, height) = prepared.size;
    let light = prepared.linear.iter().map(|&v| f32::from(v) / f32::from(u16::MAX)).collect();
    let light = Plane::from_shape_vec((height, width), light);
    Ok(Digest::of(&light.unwrap_or_else(|_| unreachable!("one value a dot"))))
}

/// The imprint with what signs it on its payload lines.
///
/// # Errors
/// [`SignError`].
pub fn sign(
    imprint: Imprint,
    portrait: &Picture,
    document: DocumentNumber,
    signer: &dyn Sign,
    profile: &Profile,
) -> Result<Imprint, SignError> {
    let digest = digest(portrait, profile)?;
    let head = Head::new(signer.public().id(), document, digest)?;
    let message = head.message(imprint.legends(), profile);
    let signature = signer.sign(&message).map_err(SignError::Signer)?;
    // What a device signs is checked before it is printed.
    if !signer.public().verifies(&message, &signature) {
        let other = "what it returned is no signature of the public key that was given";
        return Err(SignError::Signer(other.into()));
    }
    Ok(imprint.with_payload(&Payload { head, signature }.bytes()))
}
