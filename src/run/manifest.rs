//! The manifest of a run: one document a row, in CSV with a header line or in JSON Lines.
//!
//! It is read line by line, twice, and never held as a whole: a row is one line, whatever stands in it.
//! So a quotation mark that is never closed costs its own row and not all that follow.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::place;
use crate::report::words::visible;

/// The longest line, in bytes.
const LONGEST_LINE: usize = 1 << 16;
/// The most characters of an id.
const LONGEST_ID: usize = 200;
/// The most rows of a run.
pub const MOST_ROWS: u32 = 50_000_000;

/// Why a manifest cannot be used at all. What is wrong with one row costs that row only.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// It could not be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// A folder, a pipe or a device.
    #[error("is not a file; a run is read twice, so name a file")]
    NoFile,
    /// Not a line but blank ones.
    #[error("has no header line; the first line of a CSV names its columns: {0}")]
    Empty(String),
    /// The header cannot be understood.
    #[error(
        "the header line is not UTF-8 text of columns parted by commas; its columns should be {0}"
    )]
    Header(String),
    /// The header lacks a column.
    #[error("the header line has no column '{column}'; it has {found}")]
    Column {
        /// The first that is missing.
        column: &'static str,
        /// Those that are there.
        found: String,
    },
    /// The header names a column twice.
    #[error("the header line names the column '{0}' twice")]
    Twice(String),
    /// More than [`MOST_ROWS`].
    #[error("has more than {MOST_ROWS} rows; part it")]
    TooLong,
}

/// What a run's rows are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Portraits to print.
    Issue,
    /// Scans to inspect.
    Qa,
}

impl Command {
    /// Its word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Qa => "qa",
        }
    }

    /// The columns that every row has. The second one names its picture.
    #[must_use]
    pub fn columns(self) -> [&'static str; 4] {
        match self {
            Self::Issue => ["id", "portrait", "surname", "given"],
            Self::Qa => ["id", "scan", "surname", "given"],
        }
    }
}

/// One document's row, as it stands in the manifest. Holds personal data and has no `Debug` output.
#[derive(Clone, Serialize, Deserialize)]
pub struct Row {
    /// Counted from 1, without header and blank lines.
    pub number: u32,
    /// The document's id; of a row that cannot be understood as far as it can.
    pub id: String,
    /// Its fields by their names, or what is wrong with it.
    pub fields: Result<Fields, String>,
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
}

/// A manifest whose rows can be counted on: read once from end to end.
#[derive(Debug)]
pub struct Manifest {
    path: PathBuf,
    command: Command,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// How many rows it has.
    pub rows: u32,
}

impl Manifest {
    /// Reads a manifest through, counts its rows and takes its digest.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn open(path: &Path, command: Command) -> Result<Self, ManifestError> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(ManifestError::NoFile);
        }
        let mut manifest = Self { path: path.to_owned(), command, digest: [0; 32], rows: 0 };
        let mut file = File::open(path)?;
        manifest.digest = digest(&mut file)?;
        file.rewind()?;
        for row in manifest.rows_of(file)? {
            manifest.rows = row?.number;
        }
        Ok(manifest)
    }

    /// The folder that its paths are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// What its rows are of.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command
    }

    /// Its name, without the folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The rows, from the first.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn rows(&self) -> Result<Rows<impl BufRead + use<>>, ManifestError> {
        self.rows_of(File::open(&self.path)?)
    }

    fn rows_of(&self, file: File) -> Result<Rows<BufReader<File>>, ManifestError> {
        Rows::new(BufReader::with_capacity(1 << 16, file), self.command)
    }
}

fn digest(file: &mut File) -> io::Result<[u8; 32]> {
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&chunk[..read]),
        }
    }
}

/// The rows of a manifest, one after the other.
pub struct Rows<R> {
    lines: Lines<R>,
    command: Command,
    /// The columns of a CSV; none of JSON Lines, whose first line is `first`.
    columns: Option<Vec<String>>,
    first: Option<Line>,
    ids: HashMap<Box<str>, u32>,
    /// Where prints go.
    outs: HashMap<Box<str>, u32>,
    number: u32,
}

impl<R: BufRead> Rows<R> {
    fn new(input: R, command: Command) -> Result<Self, ManifestError> {
        let mut lines = Lines { input, number: 0 };
        let expected = || command.columns().join(",");
        let first = lines.next_line()?.ok_or_else(|| ManifestError::Empty(expected()))?;
        let (ids, outs) = (HashMap::new(), HashMap::new());
        let mut rows = Self { lines, command, columns: None, first: None, ids, outs, number: 0 };
        if first.bytes.starts_with(b"{") {
            rows.first = Some(first);
            return Ok(rows);
        }
        let header = first.text().and_then(|text| csv_fields(&text));
        let header = header.map_err(|_| ManifestError::Header(expected()))?;
        let columns: Vec<String> = header.iter().map(|c| c.trim().to_ascii_lowercase()).collect();
        if let Some(column) =
            command.columns().into_iter().find(|c| !columns.contains(&(*c).into()))
        {
            let found = columns.iter().map(|c| format!("'{}'", shown(c)));
            let found = found.collect::<Vec<_>>().join(", ");
            return Err(ManifestError::Column { column, found });
        }
        let twice = |(i, column): (usize, &String)| columns[..i].contains(column);
        if let Some((_, column)) = columns.iter().enumerate().find(|&(i, c)| twice((i, c))) {
            return Err(ManifestError::Twice(shown(column)));
        }
        rows.columns = Some(columns);
        Ok(rows)
    }

    fn row(&mut self, line: &Line) -> Row {
        let number = self.number;
        let fields = line.text().and_then(|text| match &self.columns {
            Some(columns) => by_columns(columns, &text),
            None => by_names(&text),
        });
        let id = fields.as_ref().map_or("", |fields| fields.text("id")).to_owned();
        let fields = fields.and_then(|fields| self.checked(&id, fields));
        let fields = fields.map_err(|what| format!("line {}: {what}", line.number));
        Row { number, id: shown(&id), fields }
    }
}

impl<R: BufRead> Rows<R> {
    /// The fields of a row, if it can be done and takes nothing that an earlier one has.
    fn checked(&mut self, id: &str, fields: Fields) -> Result<Fields, String> {
        is_usable(id)?;
        let picture = self.command.columns()[1];
        if fields.get(picture).is_none() {
            return Err(format!("the field '{picture}' is empty"));
        }
        if let Some(first) = self.ids.get(id) {
            return Err(format!("row {first} has this id already; give each row its own"));
        }
        if self.command == Command::Issue {
            let out = place::output(id, fields.get("out"))?;
            if let Some(first) = self.outs.get(out.as_str()) {
                return Err(format!("row {first} is printed to {} already", shown(&out)));
            }
            self.outs.insert(out.into(), self.number);
        }
        self.ids.insert(id.into(), self.number);
        Ok(fields)
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row, ManifestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.first.take() {
            Some(line) => line,
            None => match self.lines.next_line() {
                Ok(line) => line?,
                Err(cause) => return Some(Err(cause.into())),
            },
        };
        if self.number == MOST_ROWS {
            return Some(Err(ManifestError::TooLong));
        }
        self.number += 1;
        Some(Ok(self.row(&line)))
    }
}

fn is_usable(id: &str) -> Result<(), String> {
    if id.is_empty() {
        return Err("the field 'id' is empty".into());
    }
    if id.chars().count() > LONGEST_ID || id.chars().any(char::is_control) {
        return Err(format!(
            "the id has more than {LONGEST_ID} characters, or such as cannot be printed"
        ));
    }
    Ok(())
}

/// A text of the manifest in an output: not endless, and nothing in it unseen.
fn shown(text: &str) -> String {
    visible(&text.chars().take(LONGEST_ID).collect::<String>())
}

fn by_columns(columns: &[String], line: &str) -> Result<Fields, String> {
    let fields = csv_fields(line)?;
    if fields.len() != columns.len() {
        let (found, due) = (fields.len(), columns.len());
        return Err(format!("{found} fields, but the header names {due}"));
    }
    let filled = columns.iter().cloned().zip(fields).filter(|(_, field)| !field.is_empty());
    Ok(Fields(filled.collect()))
}

/// One line of CSV (RFC 4180), whose fields have no line breaks.
fn csv_fields(line: &str) -> Result<Vec<String>, String> {
    if line.matches('"').count() % 2 == 1 {
        return Err("a quotation mark is not closed on its line".into());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(line.len().max(1))
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|_| "not a line of CSV".to_owned())?;
    Ok(record.iter().map(|field| field.trim().to_owned()).collect())
}

fn by_names(line: &str) -> Result<Fields, String> {
    // What the parser says would quote the line.
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(line) else {
        return Err("not a JSON object".into());
    };
    let field = |(name, value): (String, Value)| match value {
        Value::String(text) => Some(Ok((name, text.trim().to_owned()))),
        Value::Number(number) => Some(Ok((name, number.to_string()))),
        Value::Null => None,
        _ => Some(Err(format!("the field '{}' is neither text nor a number", shown(&name)))),
    };
    let fields: BTreeMap<_, _> = object.into_iter().filter_map(field).collect::<Result<_, _>>()?;
    Ok(Fields(fields.into_iter().filter(|(_, text)| !text.is_empty()).collect()))
}

/// One line, without its break.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Line {
    fn text(&self) -> Result<String, String> {
        if !self.is_whole {
            return Err(format!("longer than {LONGEST_LINE} bytes"));
        }
        String::from_utf8(self.bytes.clone()).map_err(|_| "not UTF-8".to_owned())
    }
}

struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line that is not blank. Of one that is too long the rest is passed over.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut bytes = Vec::new();
            let limit = LONGEST_LINE as u64 + 1;
            if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let is_whole = bytes.len() <= LONGEST_LINE || bytes.ends_with(b"\n");
            if !is_whole {
                self.input.skip_until(b'\n')?;
            }
            if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let end = bytes.trim_ascii_end().len();
            bytes.truncate(end);
            if !bytes.is_empty() || !is_whole {
                return Ok(Some(Line { number: self.number, bytes, is_whole }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &[u8], command: Command) -> Result<Vec<Row>, ManifestError> {
        Rows::new(text, command)?.collect()
    }

    fn said(rows: &[Row]) -> Vec<String> {
        rows.iter()
            .map(|row| match &row.fields {
                Ok(fields) => format!("{} {}", row.id, fields.text("surname")),
                Err(what) => format!("{}! {what}", row.id),
            })
            .collect()
    }

    #[test]
    fn a_bad_row_costs_itself() {
        let text = "\u{feff}id,scan,surname,given,machine\r\n\
            a,a.png,Ли,Ян,m1\r\n\
            b,b.png,\"Smith\r\n\
            \r\n\
            c,c.png,\"O\"\"Brien, Jr\",,\r\n\
            a,d.png,Ng,,\n\
            e,,Ng,,\n\
            ,f.png,Ng,,\n\
            g,g.png\n\
            h,h.png,Ng,,";
        let found = said(&rows(text.as_bytes(), Command::Qa).unwrap());
        assert_eq!(
            found,
            [
                "a Ли",
                "! line 3: a quotation mark is not closed on its line",
                "c O\"Brien, Jr",
                "a! line 6: row 1 has this id already; give each row its own",
                "e! line 7: the field 'scan' is empty",
                "! line 8: the field 'id' is empty",
                "! line 9: 2 fields, but the header names 5",
                "h Ng",
            ]
        );
    }

    #[test]
    fn json_lines_have_the_same_fields() {
        let text = r#"{"id": 7, "portrait": "p.png", "surname": "Ng", "given": null}
            {"id": "8", "portrait": ["p.png"], "surname": "Ng", "given": ""}
            [1]
            {"id": "9", "portrait": "p.png", "surname": "Ng", "given": "", "document_number": 12}"#;
        let rows = rows(text.as_bytes(), Command::Issue).unwrap();
        let last = rows[3].fields.as_ref().unwrap();
        assert_eq!((last.text("document_number"), last.get("given")), ("12", None));
        assert_eq!(
            said(&rows),
            [
                "7 Ng",
                "! line 2: the field 'portrait' is neither text nor a number",
                "! line 3: not a JSON object",
                "9 Ng"
            ]
        );
    }

    #[test]
    fn the_header_is_checked() {
        let error = |text: &str| rows(text.as_bytes(), Command::Issue).map(|_| ()).unwrap_err();
        assert!(matches!(error(""), ManifestError::Empty(_)));
        let lacking = error("id,scan,surname,given\n1,2,3,4\n").to_string();
        assert_eq!(
            lacking,
            "the header line has no column 'portrait'; it has 'id', 'scan', 'surname', 'given'"
        );
        assert!(matches!(error("id;portrait;surname;given\n"), ManifestError::Column { .. }));
        assert!(matches!(error("id,portrait,surname,given,id\n"), ManifestError::Twice(_)));
    }

    #[test]
    fn lines_without_end_and_bytes_of_no_text_are_told() {
        let mut text = b"id,scan,surname,given\na,".to_vec();
        text.extend(vec![b'x'; 3 * LONGEST_LINE]);
        text.extend(b",,\nb,\xff.png,,\nc,c.png,,\n");
        let found = said(&rows(&text, Command::Qa).unwrap());
        let long = format!("! line 2: longer than {LONGEST_LINE} bytes");
        assert_eq!(found, [long.as_str(), "! line 3: not UTF-8", "c "]);
    }

    proptest! {
        /// Whatever the bytes, each line that is not blank is a row.
        #[test]
        fn no_row_is_lost(lines in proptest::collection::vec("[^\r\n]{0,40}", 0..20)) {
            let text = format!("id,scan,surname,given\n{}", lines.join("\n"));
            let due = lines.iter().filter(|line| !line.trim_ascii_end().is_empty()).count();
            let found = rows(text.as_bytes(), Command::Qa).unwrap();
            prop_assert_eq!(found.len(), due);
            prop_assert!(found.iter().zip(1..).all(|(row, number)| row.number == number));
        }
    }
}
