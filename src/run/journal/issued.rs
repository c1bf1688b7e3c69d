//! A finished run of `issue`: what was printed for whom, by the documents' ids.
//!
//! The run's folder has no names. They are in the table of jobs, and stay where its owner keeps them: the
//! journal says where it was, and the run's record has its digest and those of all portraits.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::file;
use crate::formats::file_names::folded;
use crate::formats::hex;
use crate::run::manifest::{Command, Fields, IssuedPortrait, Manifest, ManifestError, Row};
use crate::spec::{DocumentNumber, Name};

/// The file of a run's record. It is the last that a run writes: where it is, the run is finished.
pub(in crate::run) const RECORD: &str = "run.json";
/// The name and version of its form.
pub(in crate::run) const SCHEMA: &str = "tumar.run/1";

/// Why scans cannot be held against what a folder says was issued.
#[derive(Debug, Error)]
pub enum IssuedError {
    /// The record is missing.
    #[error(
        "has no {RECORD}, which every finished run has; name the folder of a run of tumar issue, \
         and finish the run first"
    )]
    Unfinished,
    /// The system refused.
    #[error("cannot read its {RECORD}: {0}")]
    Read(io::Error),
    /// The record is of something else.
    #[error("its {RECORD} is not of a run of tumar issue; name the folder of one")]
    Foreign,
    /// The table of jobs cannot be read.
    #[error("its table of jobs, {}, has the names: {cause}; put it back there", path.display())]
    Jobs {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong.
        cause: ManifestError,
    },
    /// The table of jobs is not the one that was printed.
    #[error("its table of jobs, {}, has changed since it was printed; restore it", .0.display())]
    Changed(PathBuf),
}

/// A finished run of `issue`. Holds personal data and has no `Debug` output.
pub struct Issued {
    /// SHA-256 of its record in hexadecimal digits: through it, of all that was printed.
    pub digest: String,
    /// The folder that its portraits are relative to.
    pub folder: PathBuf,
    /// By their ids, as storage sees them.
    documents: HashMap<Box<str>, Document>,
}

/// What was printed under an id.
struct Document {
    surname: Box<str>,
    given: Box<str>,
    /// Empty where there is none.
    number: Box<str>,
    /// None of a row that was not printed.
    portrait: Option<IssuedPortrait>,
}

/// A run's record, as far as it is needed.
#[derive(Deserialize)]
struct Record {
    schema: String,
    command: String,
    manifest: Origin,
    documents: Vec<Digests>,
}

#[derive(Deserialize)]
struct Origin {
    name: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Digests {
    row: u32,
    input: Option<String>,
    output: Option<String>,
}

impl Issued {
    /// Reads what was issued by the run in this folder.
    ///
    /// # Errors
    /// [`IssuedError`].
    pub fn open(folder: &Path) -> Result<Self, IssuedError> {
        let bytes = std::fs::read(folder.join(RECORD)).map_err(|cause| match cause.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => IssuedError::Unfinished,
            _ => IssuedError::Read(cause),
        })?;
        let record: Record = serde_json::from_slice(&bytes).map_err(|_| IssuedError::Foreign)?;
        if record.schema != SCHEMA || record.command != Command::Issue.name() {
            return Err(IssuedError::Foreign);
        }
        let jobs = table(folder, &record.manifest)?;
        let bad = |cause| IssuedError::Jobs { path: jobs.folder().join(jobs.file_name()), cause };
        let mut documents = HashMap::new();
        for row in jobs.rows().map_err(bad)? {
            let Row { number, fields, .. } = row.map_err(bad)?;
            let Ok(fields) = fields else { continue };
            let digests = record.documents.get(number as usize - 1);
            let digests = digests.filter(|digests| digests.row == number);
            let id = folded(fields.text("id")).into_boxed_str();
            documents.insert(id, Document::of(&fields, digests));
        }
        let digest = hex(&Sha256::digest(&bytes));
        Ok(Self { digest, folder: jobs.folder().to_owned(), documents })
    }

    /// A row of scans, with the names and the document's number that were printed under its id where it
    /// has none of its own, and with the portrait.
    #[must_use]
    pub fn joined(&self, mut row: Row) -> Row {
        if let Ok(fields) = &mut row.fields {
            row.issued = Some(self.join(fields));
        }
        row
    }

    fn join(&self, fields: &mut Fields) -> Result<IssuedPortrait, String> {
        let found = self.documents.get(folded(fields.text("id")).as_str());
        let document = found.ok_or("the issue run has no document of this id")?;
        let printed = document.portrait.clone();
        let printed =
            printed.ok_or("the issue run did not print this document; its results.csv says why")?;
        if let Some(field) = document.contradicted(fields) {
            return Err(format!("the field '{field}' is not what the issue run printed"));
        }
        fields.fill("surname", &document.surname);
        fields.fill("given", &document.given);
        fields.fill("document_number", &document.number);
        Ok(printed)
    }
}

/// The table of jobs: where the journal says, or beside the run's folder if both were moved.
fn table(folder: &Path, record: &Origin) -> Result<Manifest, IssuedError> {
    let beside = "..".to_owned();
    let stated = file::terms(folder).and_then(|terms| terms.manifest_folder);
    let mut first = None;
    for way in stated.into_iter().chain([beside]) {
        let path = folder.join(way).join(&record.name);
        let error = match Manifest::open(&path, Command::Issue) {
            Ok(jobs) if hex(&jobs.digest) == record.sha256 => return Ok(jobs),
            Ok(_) => IssuedError::Changed(path),
            Err(cause) => IssuedError::Jobs { path, cause },
        };
        first.get_or_insert(error);
    }
    Err(first.unwrap_or(IssuedError::Unfinished))
}

impl Document {
    fn of(fields: &Fields, digests: Option<&Digests>) -> Self {
        let printed = digests.filter(|digests| digests.output.is_some());
        let portrait = printed.and_then(|digests| digests.input.as_ref()).map(|sha256| {
            let file = fields.text(Command::Issue.picture()).to_owned();
            IssuedPortrait { file, sha256: sha256.clone() }
        });
        Self {
            surname: fields.text("surname").into(),
            given: fields.text("given").into(),
            number: fields.text("document_number").into(),
            portrait,
        }
    }

    /// The first field of a row that says something else than was printed. Names are compared as they
    /// are printed; one that cannot be printed is told of later.
    fn contradicted(&self, fields: &Fields) -> Option<&'static str> {
        let own = |name, printed| fields.get(name).unwrap_or(printed);
        let names = (
            Name::new(own("surname", &self.surname), own("given", &self.given)),
            Name::new(&self.surname, &self.given),
        );
        if let (Ok(own), Ok(printed)) = names {
            if own.surname() != printed.surname() {
                return Some("surname");
            }
            if own.given() != printed.given() {
                return Some("given");
            }
        }
        let number = own("document_number", &self.number);
        let parsed = |number: &str| number.parse::<DocumentNumber>().ok();
        let is_same = self.number.is_empty()
            || *number == *self.number
            || parsed(number).is_some_and(|number| parsed(&self.number) == Some(number));
        (!is_same).then_some("document_number")
    }
}
