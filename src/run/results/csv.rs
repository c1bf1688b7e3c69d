//! results.csv: one row a row of the manifest, in its order.

use std::io::{self, Write};

use serde::de::DeserializeOwned;

use crate::inspect::comparison::agreement::Agreement;
use crate::run::journal::{
    Ended, Entry, Folder, FolderError, Inspected, Journal, Printed, Published, entries,
};
use crate::run::spc::Measure;

/// The file of results.
pub(in crate::run) const RESULTS: &str = "results.csv";

/// What a row's entry gives for the table of results.
pub trait Tabled: Ended + DeserializeOwned {
    /// The columns behind `row,id`.
    fn columns() -> Vec<&'static str>;
    /// Their values.
    fn values(entry: &Entry<Self>) -> Vec<String>;
}

impl Tabled for Printed {
    fn columns() -> Vec<&'static str> {
        vec!["portrait", "result", "out", "sha256", "bytes", "warnings", "error"]
    }

    fn values(entry: &Entry<Self>) -> Vec<String> {
        let of = |value: fn(&Self) -> String| entry.done.as_ref().map(value).unwrap_or_default();
        let result = if entry.done.is_some() { "printed" } else { "error" };
        vec![
            entry.file.clone(),
            result.to_owned(),
            of(|printed| printed.out.clone()),
            of(|printed| printed.sha256.clone()),
            of(|printed| printed.bytes.to_string()),
            of(|printed| printed.warnings.join("; ")),
            entry.error.clone().unwrap_or_default(),
        ]
    }
}

impl Tabled for Inspected {
    fn columns() -> Vec<&'static str> {
        let fixed =
            ["scan", "machine", "time", "result", "verdict", "margin", "reason", "read", "sha256"];
        let measures = Measure::ALL.map(Measure::column);
        fixed.into_iter().chain(measures).chain(["error", "picture", "face"]).collect()
    }

    fn values(entry: &Entry<Self>) -> Vec<String> {
        let of = |value: fn(&Self) -> String| entry.done.as_ref().map(value).unwrap_or_default();
        let measures = entry.done.as_ref().and_then(|done| done.measures);
        let measured = |measure| {
            let value = measures.and_then(|measures| measures.get(measure));
            value.map(|value| value.to_string()).unwrap_or_default()
        };
        let fixed = [
            entry.file.clone(),
            entry.machine.clone().unwrap_or_default(),
            entry.time.clone().unwrap_or_default(),
            entry.state().name().to_owned(),
            of(|done| done.verdict.name().to_owned()),
            of(|done| done.margin.to_string()),
            of(|done| done.reason.clone()),
            of(|done| done.read.clone().unwrap_or_default()),
            entry.input.as_ref().map(|input| input.sha256.clone()).unwrap_or_default(),
        ];
        let last = [
            entry.error.clone().unwrap_or_default(),
            of(|done| done.picture.map_or("", Agreement::name).to_owned()),
            of(|done| done.face.map(|share| share.to_string()).unwrap_or_default()),
        ];
        fixed.into_iter().chain(Measure::ALL.map(measured)).chain(last).collect()
    }
}

/// Writes the table.
///
/// # Errors
/// [`FolderError`].
pub(in crate::run) fn write<T: Tabled>(
    folder: &Folder,
    journal: &Journal<'_>,
) -> Result<Published, FolderError> {
    let rows = |out: &mut (dyn Write + Send)| -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(["row", "id"].into_iter().chain(T::columns()))?;
        for entry in entries::<T>(journal) {
            let entry = entry.map_err(io::Error::other)?;
            let (row, values) = (entry.row.to_string(), T::values(&entry));
            table.write_record([row, entry.id].into_iter().chain(values))?;
        }
        table.flush()
    };
    folder.publish(RESULTS, rows)
}
