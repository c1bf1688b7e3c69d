//! The words of a decision: its verdict, its outcome, and why.

use serde::{Deserialize, Serialize};

/// BSI TR-03135's words for the outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The check was passed: authentic, or read where there was nothing to compare with.
    Successful,
    /// The check was not passed.
    Failed,
    /// The scan does not carry enough evidence.
    Undetermined,
}

/// What the evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The microtext spells the expected name.
    Authentic,
    /// The microtext was read; there was no name to compare it with.
    Read,
    /// The microtext spells something else.
    NameMismatch,
    /// The microtext does not stand everywhere as it should.
    Altered,
    /// The lines do not begin where the issuer's key says for this document.
    KeyMismatch,
    /// A signature that the print carries, or should carry, is not what it says: made without the
    /// issuer's key, or taken from another print.
    Forged,
    /// There is none, though this scan would have shown it.
    Absent,
    /// The scan does not tell.
    Inconclusive,
}

impl Verdict {
    /// Its word in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::Read => "read",
            Self::NameMismatch => "name-mismatch",
            Self::Altered => "altered",
            Self::KeyMismatch => "key-mismatch",
            Self::Forged => "forged",
            Self::Absent => "absent",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// Its outcome.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Authentic | Self::Read => Outcome::Successful,
            Self::NameMismatch
            | Self::KeyMismatch
            | Self::Altered
            | Self::Forged
            | Self::Absent => Outcome::Failed,
            Self::Inconclusive => Outcome::Undetermined,
        }
    }
}

/// A verdict and why.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// How far from its threshold, −1..1; positive where the check was passed.
    pub margin: f64,
    /// Plain sentences, most important first.
    pub reasons: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_record() {
        use Verdict::{Absent, Altered, Authentic, Forged};
        use Verdict::{Inconclusive, KeyMismatch, NameMismatch, Read};
        let failed = [NameMismatch, Altered, KeyMismatch, Forged, Absent];
        for verdict in [Authentic, Read, Inconclusive].into_iter().chain(failed) {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
    }
}
