//! The header of a CSV → which field of a line is what.

use super::error::ManifestError;
use super::fields::{csv_fields, shown};
use super::lines::Line;
use super::row::Fields;

/// What parts fields, where no line says so: the comma of RFC 4180, the semicolon of Excel where the
/// comma is the decimal mark, the tab of its "Unicode text".
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How the lines of a CSV are read.
#[derive(Debug)]
pub(super) struct Table {
    separator: u8,
    /// Empty where the header has no name for one.
    columns: Vec<String>,
    /// Fields that each line has: up to the surname, or to the last column that is due before it …
    fewest: usize,
    /// … which is this one.
    behind: &'static str,
}

/// The separator that a line `sep=;` states, as Excel writes and reads it above the header.
pub(super) fn stated_separator(line: &Line) -> Option<u8> {
    let text = line.text().ok()?;
    let text = text.trim_start().trim_end_matches([' ', '"', '\r', '\n']).trim_start_matches('"');
    let (head, separator) = text.split_at_checked(4)?;
    match separator.as_bytes() {
        _ if !head.eq_ignore_ascii_case("sep=") => None,
        [separator] if separator.is_ascii_punctuation() || *separator == b'\t' => Some(*separator),
        _ => None,
    }
}

impl Table {
    /// Of a header line. The separator is the one with which it names all columns.
    pub(super) fn of(
        header: &Line,
        stated: Option<u8>,
        due: &'static [&'static str],
    ) -> Result<Self, ManifestError> {
        let unread = |_| ManifestError::Header(due.join(","));
        let text = header.text().map_err(unread)?;
        let (mut best, mut why) = (None::<(u8, Vec<String>)>, String::new());
        let lacking =
            |columns: &[String]| due.iter().copied().find(|due| !columns.iter().any(|c| c == due));
        for separator in stated.into_iter().chain(SEPARATORS) {
            let columns = match csv_fields(&text, separator) {
                Ok(fields) => named(&fields),
                Err(what) => {
                    why = what;
                    continue;
                }
            };
            if lacking(&columns).is_none() {
                best = Some((separator, columns));
                break;
            }
            if best.as_ref().is_none_or(|(_, best)| columns.len() > best.len()) {
                best = Some((separator, columns));
            }
        }
        let (separator, columns) = best.ok_or_else(|| unread(why))?;
        if let Some(column) = lacking(&columns) {
            let found = columns.iter().filter(|c| !c.is_empty()).map(|c| format!("'{}'", shown(c)));
            return Err(ManifestError::Column {
                column,
                found: found.collect::<Vec<_>>().join(", "),
            });
        }
        let twice =
            |&(i, column): &(usize, &String)| !column.is_empty() && columns[..i].contains(column);
        if let Some((_, column)) = columns.iter().enumerate().find(twice) {
            return Err(ManifestError::Twice(shown(column)));
        }
        let due = &due[..due.len().min(3)];
        let place = |due: &&str| columns.iter().position(|column| column == due);
        let fewest = due.iter().filter_map(place).max().unwrap_or(0) + 1;
        let behind = due.last().copied().unwrap_or_default();
        Ok(Self { separator, columns, fewest, behind })
    }

    /// The fields of a line; none of one that has separators only. Spreadsheets leave out empty fields
    /// at the end of a line, or add some.
    pub(super) fn fields(&self, line: &str, is_ended: bool) -> Result<Option<Fields>, String> {
        let fields = csv_fields(line, self.separator)?;
        let Some(last) = fields.iter().rposition(|field| !field.is_empty()) else {
            return Ok(None);
        };
        let due = self.columns.len();
        let counted = |found: usize, why: &str| {
            let fields = if found == 1 { "field" } else { "fields" };
            Err(format!("{found} {fields}, but the header names {due}{why}"))
        };
        if last >= due {
            return counted(last + 1, "; put a text with the separator in it in quotation marks");
        }
        if fields.len() < self.fewest {
            let why = format!("; a row may end early only behind its {}", self.behind);
            return counted(fields.len(), &why);
        }
        if fields.len() < due && !is_ended {
            return counted(
                fields.len(),
                ", and the file ends here without a line break: is it cut?",
            );
        }
        let nameless = |(column, field): (&String, &String)| column.is_empty() && !field.is_empty();
        if let Some(place) = self.columns.iter().zip(&fields).position(nameless) {
            let place = place + 1;
            return Err(format!("field {place} has a text, but the header names no column there"));
        }
        let named = self.columns.iter().cloned().zip(fields);
        Ok(Some(named.filter(|(column, _)| !column.is_empty()).collect()))
    }
}

/// Columns as they are compared; those without a name at the end are none.
fn named(fields: &[String]) -> Vec<String> {
    let mut columns: Vec<String> = fields.iter().map(|field| field.to_ascii_lowercase()).collect();
    let count = columns.iter().rposition(|column| !column.is_empty()).map_or(0, |last| last + 1);
    columns.truncate(count);
    columns
}
