//! Whether a file is still the one that was read.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// What tells whether a file is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// When it was last changed, in nanoseconds since 1970; none unless it is a local file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<u64>,
}

impl Stamp {
    /// Whether a file looks as it did, by length and time.
    #[must_use]
    pub fn looks_like(&self, metadata: &Metadata) -> bool {
        self.bytes == metadata.len() && self.modified == modified(metadata)
    }
}

/// When a file was last changed, in nanoseconds since 1970.
pub(in crate::run) fn modified(metadata: &Metadata) -> Option<u64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}
