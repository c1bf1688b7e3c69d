//! One row of a manifest and its fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::spec::DocumentNumber;

/// One document's row, as it stands in the manifest. Holds personal data and has no `Debug` output.
#[derive(Clone, Serialize, Deserialize)]
pub struct Row {
    /// Counted from 1, without header and blank lines.
    pub number: u32,
    /// The document's id; of a row that cannot be understood as far as it can.
    pub id: String,
    /// Its fields by their names, or what is wrong with it.
    pub fields: Result<Fields, String>,
    /// What a run of `issue` printed under its id, or why that does not fit; none without such a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Result<IssuedPortrait, String>>,
}

/// The portrait that a run of `issue` printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct IssuedPortrait {
    /// Its file, as that run's manifest names it.
    pub file: String,
    /// SHA-256 of it in hexadecimal digits.
    pub sha256: String,
}

/// The fields of a row by their names; empty ones are left out.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    /// A field's value; none where it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A field's value, empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Sets a field that is empty.
    pub(in crate::run) fn fill(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    /// The document's number, for a run with keys.
    ///
    /// # Errors
    /// A sentence, where it is missing or is no document number; the number stands in no error.
    pub fn document_number(&self) -> Result<DocumentNumber, String> {
        let Some(number) = self.get("document_number") else {
            return Err("the field 'document_number' is empty, and the key needs it".into());
        };
        number.parse().map_err(|error| format!("{error}"))
    }
}

impl FromIterator<(String, String)> for Fields {
    /// Of names and values; empty values are left out.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        Self(fields.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}
