//! The rows of a manifest, read line by line: a row is one line, whatever stands in it, so that a
//! quotation mark that is never closed spoils its own row and not all that follow.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::io::BufRead;

use super::command::Command;
use super::error::{MAX_ROWS, ManifestError};
use super::fields::{MAX_ID_CHARS, by_names, shown};
use super::lines::{Line, Lines};
use super::paths;
use super::row::{Fields, Row};
use super::table::{Table, stated_separator};
use crate::formats::file_names::folded;

/// How the files of spreadsheets begin: ZIP (xlsx, ods) and OLE (xls).
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Files of a run, which no print's folder may be named as.
const OWN: [&str; 5] =
    ["journal.jsonl", "report.html", "results.csv", "measures.parquet", "run.json"];

/// Why two rows may be at odds whose texts are not the same.
const ONE: &str = ", upper and lower case being one";

/// The rows of a manifest, one after the other.
pub struct Rows<R> {
    lines: Lines<R>,
    command: Command,
    /// How a CSV is read; none of JSON Lines, whose first line is `first`.
    table: Option<Table>,
    first: Option<Line>,
    /// The header's line.
    header: u64,
    /// Ids as storage sees them: a file is named by them.
    ids: HashMap<Box<str>, First>,
    /// Where prints go, as storage sees it: files, and the folders that they are in.
    outs: HashMap<Box<str>, (Place, First)>,
    number: u32,
}

/// What a path of a print's name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    File,
    Folder,
}

/// The row that came first.
#[derive(Clone, Copy)]
struct First {
    row: u32,
    line: u64,
}

impl Display for First {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "row {} (line {})", self.row, self.line)
    }
}

impl<R: BufRead> Rows<R> {
    /// Of a manifest whose header must have the columns `due`.
    pub(super) fn new(
        input: R,
        command: Command,
        due: &'static [&'static str],
    ) -> Result<Self, ManifestError> {
        let mut lines = Lines::new(input)?;
        let none = || ManifestError::Empty(due.join(","));
        let mut first = lines.next_line()?.ok_or_else(none)?;
        let stated = stated_separator(&first);
        // Rows of a sheet above its table are empty, and are written as separators alone.
        while stated_separator(&first).is_some() || is_bare(&first) {
            first = lines.next_line()?.ok_or_else(none)?;
        }
        let (ids, outs, header) = (HashMap::new(), HashMap::new(), first.number);
        let mut rows =
            Self { lines, command, table: None, first: None, header, ids, outs, number: 0 };
        if first.bytes.trim_ascii_start().starts_with(b"{") {
            rows.first = Some(first);
            return Ok(rows);
        }
        if WORKBOOKS.iter().any(|magic| first.bytes.starts_with(magic)) {
            return Err(ManifestError::Workbook);
        }
        rows.table = Some(Table::of(&first, stated, due)?);
        Ok(rows)
    }

    /// The line of the header.
    pub(super) fn header(&self) -> u64 {
        self.header
    }

    fn row(&mut self, line: u64, fields: Result<Fields, String>) -> Row {
        let number = self.number;
        let id = fields.as_ref().map_or("", |fields| fields.text("id")).to_owned();
        let fields = fields.and_then(|fields| self.checked(&id, line, fields));
        let fields = fields.map_err(|what| format!("line {line}: {what}"));
        Row { number, id: shown(&id), fields, issued: None }
    }
}

/// Whether a line has separators only.
fn is_bare(line: &Line) -> bool {
    line.bytes.iter().all(|byte| b",;\t |\"".contains(byte))
}

impl<R: BufRead> Rows<R> {
    /// The fields of a row, if it can be done and takes nothing that an earlier one has.
    fn checked(&mut self, id: &str, line: u64, fields: Fields) -> Result<Fields, String> {
        is_usable(id)?;
        let picture = self.command.picture();
        if fields.get(picture).is_none() {
            return Err(format!("the field '{picture}' is empty"));
        }
        let (this, key) = (First { row: self.number, line }, folded(id).into_boxed_str());
        if let Some(first) = self.ids.get(&key) {
            return Err(format!("{first} has this id already{ONE}; give each row its own"));
        }
        if self.command == Command::Issue {
            let out = paths::output(id, fields.get("out"))?;
            self.claim(&out, this)?;
        }
        self.ids.insert(key, this);
        Ok(fields)
    }
}

impl<R> Rows<R> {
    /// Notes where a row's print goes, if that is no other's place, nor below a file or above one.
    fn claim(&mut self, out: &str, this: First) -> Result<(), String> {
        let key = folded(out);
        if let Some((place, first)) = self.outs.get(key.as_str()) {
            return Err(match place {
                Place::File => format!("{first} is printed to {} already{ONE}", shown(out)),
                Place::Folder => format!("{} is the folder of {first}{ONE}", shown(out)),
            });
        }
        let folders = || key.match_indices('/').map(|(end, _)| &key[..end]);
        for folder in folders() {
            if OWN.contains(&folder) {
                return Err(format!("'out' leads through {folder}, a file of the run"));
            }
            if let Some((Place::File, first)) = self.outs.get(folder) {
                return Err(format!(
                    "'out' leads through {}, the print of {first}{ONE}",
                    shown(folder)
                ));
            }
        }
        for folder in folders() {
            self.outs.entry(folder.into()).or_insert((Place::Folder, this));
        }
        self.outs.insert(key.into_boxed_str(), (Place::File, this));
        Ok(())
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row, ManifestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.first.take() {
                Some(line) => line,
                None => match self.lines.next_line() {
                    Ok(line) => line?,
                    Err(cause) => return Some(Err(cause.into())),
                },
            };
            let fields = line.text().and_then(|text| match &self.table {
                Some(table) => table.fields(&text, line.is_ended),
                None => by_names(&text).map(Some),
            });
            let Some(fields) = fields.transpose() else { continue };
            if self.number == MAX_ROWS {
                return Some(Err(ManifestError::TooLong));
            }
            self.number += 1;
            return Some(Ok(self.row(line.number, fields)));
        }
    }
}

fn is_usable(id: &str) -> Result<(), String> {
    if id.is_empty() {
        return Err("the field 'id' is empty".into());
    }
    if id.chars().count() > MAX_ID_CHARS || id.chars().any(char::is_control) {
        return Err(format!(
            "the id has more than {MAX_ID_CHARS} characters, or such as cannot be printed"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::manifest::lines::MAX_LINE_BYTES;
    use proptest::prelude::*;

    fn rows(text: &[u8], command: Command) -> Result<Vec<Row>, ManifestError> {
        Rows::new(text, command, command.columns())?.collect()
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
    fn a_bad_row_affects_no_other() {
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
                "a! line 6: row 1 (line 2) has this id already, upper and lower case being one; \
                 give each row its own",
                "e! line 7: the field 'scan' is empty",
                "! line 8: the field 'id' is empty",
                "! line 9: 2 fields, but the header names 5; a row may end early only behind its \
                 surname",
                "h Ng",
            ]
        );
    }

    #[test]
    fn two_holders_never_share_a_file() {
        let text = "id,portrait,surname,given,out\n\
            ab1,a.png,Ng,,\nAB1,a.png,Ли,,\nc,a.png,Ли,,x/\u{e9}.tif\nd,a.png,Ng,,X/E\u{301}.TIF\n\
            e,a.png,Ng,,prints/AB1.tif\n";
        let found = said(&rows(text.as_bytes(), Command::Issue).unwrap());
        let one = "already, upper and lower case being one";
        assert_eq!(
            found,
            [
                "ab1 Ng".to_owned(),
                format!("AB1! line 3: row 1 (line 2) has this id {one}; give each row its own"),
                "c Ли".to_owned(),
                format!("d! line 5: row 3 (line 4) is printed to X/E\u{301}.TIF {one}"),
                format!("e! line 6: row 1 (line 2) is printed to prints/AB1.tif {one}"),
            ]
        );
    }

    #[test]
    fn no_print_is_another_ones_folder() {
        let text = "id,portrait,surname,given,out\n\
            a,a.png,Ng,,x/a.tif\nb,a.png,Ng,,X/A.TIF/b.tif\nc,a.png,Ng,,x.tif/c.tif\n\
            d,a.png,Ng,,X.tif\ne,a.png,Ng,,Results.csv/e.tif\nf,a.png,Ng,,x.tif/f.tif\n";
        let found = said(&rows(text.as_bytes(), Command::Issue).unwrap());
        let one = ", upper and lower case being one";
        assert_eq!(
            found,
            [
                "a Ng".to_owned(),
                format!("b! line 3: 'out' leads through x/a.tif, the print of row 1 (line 2){one}"),
                "c Ng".to_owned(),
                format!("d! line 5: X.tif is the folder of row 3 (line 4){one}"),
                "e! line 6: 'out' leads through results.csv, a file of the run".to_owned(),
                "f Ng".to_owned(),
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
        assert!(matches!(error("id;portrait;surname\n"), ManifestError::Column { .. }));
        assert_eq!(
            error("\tid;portrait\t;name;;\n").to_string(),
            "the header line has no column 'surname'; it has 'id', 'portrait', 'name'"
        );
        assert!(matches!(error("sep=;\n"), ManifestError::Empty(_)));
        assert!(matches!(error("PK\u{3}\u{4}\u{14}\n"), ManifestError::Workbook));
        assert!(matches!(error("id,portrait,surname,given,id\n"), ManifestError::Twice(_)));
    }

    #[test]
    fn lines_without_end_and_bytes_of_no_text_are_told() {
        let mut text = b"id,scan,surname,given\na,".to_vec();
        text.extend(vec![b'x'; 3 * MAX_LINE_BYTES]);
        text.extend(b",,\nb,\xff.png,,\nc,c.png,,\n");
        let found = said(&rows(&text, Command::Qa).unwrap());
        let long = format!("! line 2: longer than {MAX_LINE_BYTES} bytes");
        assert_eq!(
            found,
            [
                long.as_str(),
                "! line 3: not UTF-8 or UTF-16 text; save the table as CSV UTF-8",
                "c "
            ]
        );
    }

    /// One table as programs save it.
    #[test]
    fn spreadsheets_are_read_as_they_are_saved() {
        let due = ["1 Әбді", "2 O\u{2019}Neill", "3 Ng"];
        let plain = "id,portrait,surname,given,out\n1,a.png,Әбді,Әсел,x.tif\n\
            2,a.png,O\u{2019}Neill,\n3,a.png,Ng\n";
        let head = |line: &str| format!("{line}\n{plain}");
        let mut tables: Vec<Vec<u8>> = Vec::new();
        for text in [
            plain.to_owned(),
            plain.replace('\n', "\r\n"),
            plain.replace('\n', "\r"),
            plain.replace(',', ";"),
            plain.replace(',', "\t"),
            plain.replace(',', " ; "),
            plain.replace("\n2", "\n,,,,\n\n \n,,,\n\"\",,,\n2") + ",,\n,,,,,,\n",
            plain.replace(",out", ",out,,,").replace("x.tif", "x.tif,,,,"),
            plain.replace(",out", ",,out").replace(",x.tif", ",,x.tif"),
            plain.replace("id,portrait", "\"ID\",\"Portrait\""),
            head("sep=,"),
            head("sep=;").replace(',', ";"),
            head("\"SEP=;\"").replace(',', ";"),
            head("sep=^").replace(',', "^"),
            head("sep=\t").replace(',', "\t"),
            head(",,,,"),
        ] {
            let utf16 = |bytes: fn(u16) -> [u8; 2]| {
                let units = format!("\u{feff}{text}");
                units.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
            };
            tables.extend([utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)]);
            tables.extend([format!("\u{feff}{text}").into_bytes(), text.into_bytes()]);
        }
        for table in tables {
            let shown = String::from_utf8_lossy(&table).into_owned();
            let rows = rows(&table, Command::Issue).unwrap_or_else(|e| panic!("{e}: {shown}"));
            assert_eq!(said(&rows), due, "{shown}");
            assert_eq!(rows[0].fields.as_ref().unwrap().get("out"), Some("x.tif"), "{shown}");
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "sep=;\r\rid;scan;surname;given;;machine\r;;;\r1;a.png;Ng;;note\r\
            2;a.png;Ng;;;m;;1\r3;a.png;Ng\r4;a.png\r5;a.png;Ng";
        let found = said(&rows(text.as_bytes(), Command::Qa).unwrap());
        let due = "but the header names 6";
        assert_eq!(
            found,
            [
                "! line 5: field 5 has a text, but the header names no column there".to_owned(),
                format!(
                    "! line 6: 8 fields, {due}; put a text with the separator in it in quotation marks"
                ),
                "3 Ng".to_owned(),
                format!("! line 8: 2 fields, {due}; a row may end early only behind its surname"),
                format!(
                    "! line 9: 3 fields, {due}, and the file ends here without a line break: is it cut?"
                ),
            ]
        );
    }

    proptest! {
        /// Whatever the bytes, each line that has a text is a row.
        #[test]
        fn no_row_is_lost(lines in proptest::collection::vec("[^\r\n\u{feff}]{0,40}", 0..20)) {
            let text = format!("id,scan,surname,given\n{}", lines.join("\n"));
            let has_text = |line: &&String| line.contains(|c: char| c != ',' && !c.is_whitespace());
            let is_quoted = |line: &String| line.chars().all(|c| "\",".contains(c) || c.is_whitespace());
            prop_assume!(lines.iter().all(|line| !line.contains('"') || !is_quoted(line)));
            let due = lines.iter().filter(has_text).count();
            let found = rows(text.as_bytes(), Command::Qa).unwrap();
            prop_assert_eq!(found.len(), due);
            prop_assert!(found.iter().zip(1..).all(|(row, number)| row.number == number));
        }
    }
}
