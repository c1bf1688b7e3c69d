//! The terms of a run: a run continues only under the same ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::formats::hex;
use crate::run::manifest::Command;

/// The name and version of this form of journal.
const SCHEMA: &str = "tumar.journal/1";

/// The option that says by which run of `issue` scans are judged, with the digest of its record.
pub const ISSUED: &str = "issued";

/// What a run depends on: the journal's first line. A run continues only under the same terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The name and version of this form of journal.
    pub schema: String,
    /// The version of tumar.
    pub tumar: String,
    /// "issue" or "qa".
    pub command: String,
    /// SHA-256 of the manifest.
    pub manifest: String,
    /// The manifest's folder, from the run's own one, when a run of `issue` began; it may lie elsewhere
    /// later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_folder: Option<String>,
    /// Its rows.
    pub rows: u32,
    /// SHA-256 of the profile.
    pub profile: String,
    /// Options that results depend on.
    pub options: BTreeMap<String, String>,
    /// Ids of the issuer's keys.
    pub keys: Vec<String>,
}

impl Terms {
    /// Those of this version of tumar, without options and keys. `manifest` and `profile` are SHA-256.
    #[must_use]
    pub fn new(command: Command, manifest: [u8; 32], rows: u32, profile: [u8; 32]) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tumar: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.name().to_owned(),
            manifest: hex(&manifest),
            manifest_folder: None,
            rows,
            profile: hex(&profile),
            options: BTreeMap::new(),
            keys: Vec::new(),
        }
    }

    fn issued(&self) -> Option<&String> {
        self.options.get(ISSUED)
    }

    /// In what a run that is there differs from the one asked for.
    pub(super) fn difference(&self, asked: &Self) -> Option<String> {
        let of = |what: &str, differs: bool| differs.then(|| what.to_owned());
        of("of another form", self.schema != asked.schema)
            .or_else(|| of(&format!("of tumar {}", self.command), self.command != asked.command))
            .or_else(|| of("whose manifest has changed since", self.manifest != asked.manifest))
            .or_else(|| of("by another profile", self.profile != asked.profile))
            .or_else(|| of("by other keys", self.keys != asked.keys))
            .or_else(|| of("by another --issued", self.issued() != asked.issued()))
            .or_else(|| of(&format!("by tumar {}", self.tumar), self.tumar != asked.tumar))
            .or_else(|| {
                let anywhere = |terms: &Self| Self { manifest_folder: None, ..terms.clone() };
                of("with other options", anywhere(self) != anywhere(asked))
            })
    }
}
