//! The rows of a manifest, read line by line: a row is one line, whatever stands in it, so that a
//! quotation mark that is never closed spoils its own row and not all that follow.

use std::collections::HashMap;
use std::io::BufRead;

use super::command::Command;
use super::error::{MAX_ROWS, ManifestError};
use super::fields::{MAX_ID_CHARS, by_columns, by_names, csv_fields, shown};
use super::lines::{Line, Lines};
use super::paths;
use super::row::{Fields, Row};

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
    pub(super) fn new(input: R, command: Command) -> Result<Self, ManifestError> {
        let mut lines = Lines::new(input);
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
        let picture = self.command.picture();
        if fields.get(picture).is_none() {
            return Err(format!("the field '{picture}' is empty"));
        }
        if let Some(first) = self.ids.get(id) {
            return Err(format!("row {first} has this id already; give each row its own"));
        }
        if self.command == Command::Issue {
            let out = paths::output(id, fields.get("out"))?;
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
        if self.number == MAX_ROWS {
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
        text.extend(vec![b'x'; 3 * MAX_LINE_BYTES]);
        text.extend(b",,\nb,\xff.png,,\nc,c.png,,\n");
        let found = said(&rows(&text, Command::Qa).unwrap());
        let long = format!("! line 2: longer than {MAX_LINE_BYTES} bytes");
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
