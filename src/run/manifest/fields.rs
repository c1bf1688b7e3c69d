//! One line of CSV or JSON → the fields of a row.

use serde_json::Value;

use super::row::Fields;
use crate::report::words::visible;

/// The most characters of an id, and of any text of the manifest in an error: a guess.
pub(super) const MAX_ID_CHARS: usize = 200;

/// A text of the manifest in an output: not endless, and nothing in it unseen.
pub(super) fn shown(text: &str) -> String {
    visible(&text.chars().take(MAX_ID_CHARS).collect::<String>())
}

/// One line of CSV (RFC 4180), whose fields have no line breaks.
pub(super) fn csv_fields(line: &str, separator: u8) -> Result<Vec<String>, String> {
    if line.matches('"').count() % 2 == 1 {
        return Err("a quotation mark is not closed on its line".into());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .buffer_capacity(line.len().max(1))
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|_| "not a line of CSV".to_owned())?;
    Ok(record.iter().map(|field| field.trim().to_owned()).collect())
}

/// The fields of a line of JSON Lines.
pub(super) fn by_names(line: &str) -> Result<Fields, String> {
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
    object.into_iter().filter_map(field).collect()
}
