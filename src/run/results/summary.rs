//! run.json: what a run depends on and how it ended, with the digest of every input and output.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::Path;

use serde::ser::{Error, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};

use super::csv::Tabled;
use super::machines::{Charted, Machine, MachineBase};
use crate::formats::hex;
use crate::run::journal::{
    Counts, Entry, Folder, FolderError, Inspected, Journal, Printed, Published, RECORD, SCHEMA,
    Terms, entries,
};
use crate::run::spc::Test;

/// The record of a run, but for its documents.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The name and version of this form of record.
    pub schema: &'static str,
    /// "issue" or "qa".
    pub command: String,
    /// The version of tumar.
    pub tumar: String,
    /// The profile.
    pub profile: Origin,
    /// The manifest.
    pub manifest: Origin,
    /// Options that results depend on.
    pub options: BTreeMap<String, String>,
    /// Ids of the issuer's keys.
    pub keys: Vec<String>,
    /// How many rows ended how.
    pub counts: Counts,
    /// What is normal for each machine, and what was signalled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<MachinePart>,
    /// The other files of the run that are not a row's own.
    pub files: Vec<FilePart>,
}

/// Something that the run rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// Name of the file, or of the profile.
    pub name: String,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// A file of the run.
#[derive(Clone, Debug, Serialize)]
pub struct FilePart {
    /// Below the run's folder.
    pub file: String,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

impl FilePart {
    /// A file that stands in the folder.
    #[must_use]
    pub fn of(file: &str, published: &Published) -> Self {
        Self { file: file.to_owned(), sha256: hex(&published.digest), bytes: published.bytes }
    }
}

/// A machine.
#[derive(Clone, Debug, Serialize)]
pub struct MachinePart {
    /// What is normal for it.
    #[serde(flatten)]
    pub base: MachineBase,
    /// What its charts signalled.
    pub signals: Vec<SignalPart>,
}

/// Something that a machine's chart signalled.
#[derive(Clone, Debug, Serialize)]
pub struct SignalPart {
    /// The measure's column.
    pub measure: &'static str,
    /// "individuals" for a single document, "ewma" for a drift.
    pub test: Test,
    /// Number of the row at which it was signalled.
    pub row: u32,
    /// Number of the row since which it lasts, as estimated.
    pub since_row: u32,
    /// How far from the centre, in standard deviations.
    pub shift: f64,
}

impl MachinePart {
    /// What is recorded of a machine.
    #[must_use]
    pub fn of(machine: &Machine) -> Self {
        let signals = machine.charts.iter().flat_map(|Charted { measure, rows, chart }| {
            let row = |at: usize| rows.get(at).copied().unwrap_or_default();
            chart.signals.iter().map(move |signal| SignalPart {
                measure: measure.column(),
                test: signal.test,
                row: row(signal.at),
                since_row: row(signal.since),
                shift: (signal.shift * 100.0).round() / 100.0,
            })
        });
        Self { base: MachineBase::of(machine), signals: signals.collect() }
    }
}

impl Summary {
    /// Of a run by these terms, with these files so far.
    #[must_use]
    pub fn new(terms: &Terms, manifest: String, profile: String, counts: Counts) -> Self {
        Self {
            schema: SCHEMA,
            command: terms.command.clone(),
            tumar: terms.tumar.clone(),
            profile: Origin { name: profile, sha256: terms.profile.clone() },
            manifest: Origin { name: manifest, sha256: terms.manifest.clone() },
            options: terms.options.clone(),
            keys: terms.keys.clone(),
            counts,
            machines: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Writes the record with all documents.
    ///
    /// # Errors
    /// [`FolderError`].
    pub(in crate::run) fn write<T: Documented>(
        &self,
        folder: &Folder,
        journal: &Journal<'_>,
    ) -> Result<(), FolderError> {
        let whole = Whole::<T> { summary: self, documents: Documents(journal, PhantomData) };
        let json = |out: &mut (dyn Write + Send)| -> io::Result<()> {
            serde_json::to_writer_pretty(&mut *out, &whole)?;
            out.write_all(b"\n")
        };
        folder.publish(RECORD, json).map(drop)
    }
}

impl MachineBase {
    /// What an earlier run's record, its run.json, states as normal for each machine.
    ///
    /// # Errors
    /// A sentence, where the file cannot be read or states no machines.
    pub fn read(path: &Path) -> Result<Vec<Self>, String> {
        #[derive(Deserialize)]
        struct Earlier {
            schema: String,
            #[serde(default)]
            machines: Vec<MachineBase>,
        }
        let file = std::fs::File::open(path).map_err(|cause| format!("cannot read it: {cause}"))?;
        let earlier: Earlier = serde_json::from_reader(io::BufReader::new(file))
            .map_err(|_| "is not the run.json of a run of qa".to_owned())?;
        match earlier {
            Earlier { schema, machines } if schema == SCHEMA && !machines.is_empty() => {
                Ok(machines)
            }
            _ => Err("states no machines; name the run.json of a run of qa".into()),
        }
    }
}

#[derive(Serialize)]
#[serde(bound = "")]
struct Whole<'s, T: Documented> {
    #[serde(flatten)]
    summary: &'s Summary,
    documents: Documents<'s, T>,
}

/// One row's digests.
#[derive(Serialize)]
struct Document {
    row: u32,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    /// Of the portrait that the scan was held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    portrait: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

/// What says which output a row has.
pub trait Documented: Tabled {
    /// SHA-256 of the row's own output, where it has one.
    fn output(&self) -> Option<&str>;
}

impl Documented for Printed {
    fn output(&self) -> Option<&str> {
        Some(&self.sha256)
    }
}

impl Documented for Inspected {
    fn output(&self) -> Option<&str> {
        None
    }
}

struct Documents<'j, T>(&'j Journal<'j>, PhantomData<T>);

impl<T: Documented> Serialize for Documents<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(None)?;
        for entry in entries::<T>(self.0) {
            let Entry { row, id, input, portrait, done, .. } = entry.map_err(S::Error::custom)?;
            all.serialize_element(&Document {
                row,
                id,
                input: input.map(|input| input.sha256),
                portrait: portrait.map(|portrait| portrait.stamp.sha256),
                output: done.as_ref().and_then(|done| done.output().map(str::to_owned)),
            })?;
        }
        all.end()
    }
}
