//! The signature: whether a key that is trusted has signed what a print says of itself, and whether the
//! face is the one that was signed.

use crate::inspect::comparison::agreement::Agreement;
use crate::spec::signed::{Digest, Payload, PayloadError, PublicKey, SigningKeyId};
use crate::spec::{DocumentNumber, Legend, Profile};

/// A face is the one that was signed if it correlates so with the digest. Of 39,000 pairs of pictures of
/// different people the most alike reached 0.72 (docs/signature.md).
const AGREES: f64 = 0.8;
/// … or so, where its microtext does not confirm it: drawn faces of one pattern reached 0.83.
const AGREES_BARE: f64 = 0.87;
/// … and another one below this, where its microtext does not confirm it either …
const UNLIKE: f64 = 0.75;
/// … or below this, whatever its microtext says: wear alone brought genuine ones to 0.45.
const DIFFERS: f64 = 0.4;
/// Correlation of different people's pictures with each other's digests, in the mean, and as many
/// independent waves as it spreads like: measured on those pairs.
const OTHERS: f64 = 0.135;
const INDEPENDENT: f64 = 36.0;

/// What is known of a signature.
#[derive(Clone, Debug, Default)]
pub enum Signing {
    /// It is not known which lines are the name's.
    #[default]
    Unknown,
    /// All lines are the name's: the print is not signed.
    Unsigned,
    /// Some lines are not the name's, and what they hold cannot be read.
    Illegible,
    /// The lines hold what this tumar does not know.
    Foreign(PayloadError),
    /// What the lines hold was read.
    Read(SignatureCheck),
}

/// A payload against the keys that are trusted, and against the face.
#[derive(Clone)]
pub struct SignatureCheck {
    /// By which key it says that it was signed.
    pub key: SigningKeyId,
    /// For which document.
    pub document: DocumentNumber,
    /// What the signature is worth.
    pub trust: Trust,
    /// The face that was signed.
    pub digest: Digest,
    /// How well the scan's face correlates with that, −1..1.
    pub correlation: f64,
    /// The digest of the scan's face.
    pub seen: Digest,
    /// Whether the face was looked at and its microtext does not confirm it.
    pub is_bare: bool,
}

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// No key was given to check it.
    NotAsked,
    /// No key of those that are trusted has its id.
    UnknownKey,
    /// A trusted key signed it for this name.
    Valid,
    /// It is not of the key that it names, or not for this name.
    Invalid,
    /// The name was not read surely enough to say so.
    Unproved,
}

impl SignatureCheck {
    /// Checks a payload. `names`: the legends that the print may carry, each a way to read it; `surely`:
    /// whether one of them is what it carries. The face: how well it correlates with the digest, and its
    /// own. `is_bare`: whether the face's microtext does not confirm it.
    #[must_use]
    pub fn of(
        payload: &Payload,
        trusted: Option<&[PublicKey]>,
        names: &[Vec<Legend>],
        surely: bool,
        (correlation, seen): (f64, Digest),
        is_bare: bool,
        profile: &Profile,
    ) -> Self {
        let has_signed =
            |key: &PublicKey| names.iter().any(|legends| key.has_signed(payload, legends, profile));
        let own = |key: &&PublicKey| key.id() == payload.head.key;
        let trust = match trusted {
            None => Trust::NotAsked,
            Some(keys) if !keys.iter().any(|key| own(&key)) => Trust::UnknownKey,
            Some(keys) if keys.iter().filter(own).any(has_signed) => Trust::Valid,
            Some(_) if surely => Trust::Invalid,
            Some(_) => Trust::Unproved,
        };
        Self {
            key: payload.head.key,
            document: payload.head.document.clone(),
            trust,
            digest: payload.head.digest,
            correlation,
            seen,
            is_bare,
        }
    }

    /// Whether the face is the one that was signed.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        if self.correlation >= self.enough() {
            Agreement::Agrees
        } else if self.correlation < self.least() {
            Agreement::Differs
        } else {
            Agreement::Untold
        }
    }

    /// The correlation from which on the face is the one that was signed.
    #[must_use]
    pub fn enough(&self) -> f64 {
        if self.is_bare { AGREES_BARE } else { AGREES }
    }

    /// The correlation below which the face is another one.
    #[must_use]
    pub fn least(&self) -> f64 {
        if self.is_bare { UNLIKE } else { DIFFERS }
    }

    /// log10 of the chance that another person's face agrees as well with the digest (Fisher's z of a
    /// correlation, normal by as many independent waves as were counted).
    #[must_use]
    pub fn log10_odds(&self) -> f64 {
        let z = |r: f64| r.clamp(-0.999_999, 0.999_999).atanh();
        log10_upper_tail((z(self.correlation) - z(OTHERS)) * (INDEPENDENT - 3.0).sqrt())
    }
}

/// The ids and what was found; nothing of the document.
impl std::fmt::Debug for SignatureCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, trust, correlation, .. } = self;
        write!(f, "SignatureCheck({key}, {trust:?}, {correlation:.3})")
    }
}

/// log10 of the chance that a normal value lies over `z` standard deviations: Gordon's bounds (1941), the
/// mean of which is within a tenth of a decade for z ≥ 0; for less, nothing is claimed.
fn log10_upper_tail(z: f64) -> f64 {
    if z <= 0.5 {
        return 0.0;
    }
    let density = -0.5 * z * z / std::f64::consts::LN_10 - std::f64::consts::TAU.sqrt().log10();
    let ratio = 0.5 * (z / (1.0 + z * z) + 1.0 / z);
    (density + ratio.log10()).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_normal_law() {
        for (z, tail) in [(1.0, 0.158_7f64), (2.0, 0.022_75), (3.0, 1.350e-3), (6.0, 9.866e-10)] {
            assert!((log10_upper_tail(z) - tail.log10()).abs() < 0.1, "{z}");
        }
        assert!(log10_upper_tail(-2.0).abs() < 1e-12);
    }
}
