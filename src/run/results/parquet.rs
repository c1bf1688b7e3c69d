//! measures.parquet: the measures of all rows for other tools.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::run::journal::{Entry, Folder, FolderError, Inspected, Journal, Published, entries};
use crate::run::manifest::{MAX_ROWS, time};
use crate::run::spc::Measure;

/// The file of measures.
pub(in crate::run) const TABLE: &str = "measures.parquet";
/// Rows of a row group: a guess, some ten megabytes of memory.
const GROUP: usize = 1 << 16;
const _: () = assert!(MAX_ROWS <= i32::MAX as u32, "the column of rows has 32 bits, with a sign");

/// The columns: `time` is a point in time, none where the manifest has none; a measure is null where
/// no text was established; `picture` where there was no portrait to compare with.
fn schema() -> String {
    let measures = Measure::ALL.map(|measure| format!("OPTIONAL DOUBLE {};", measure.column()));
    format!(
        "message run {{ REQUIRED INT32 row; REQUIRED BYTE_ARRAY id (STRING); \
         OPTIONAL BYTE_ARRAY machine (STRING); OPTIONAL INT64 time (TIMESTAMP(MICROS,true)); \
         REQUIRED BYTE_ARRAY result (STRING); OPTIONAL BYTE_ARRAY verdict (STRING); \
         OPTIONAL DOUBLE margin; {} OPTIONAL BYTE_ARRAY picture (STRING); OPTIONAL DOUBLE face; }}",
        measures.join(" ")
    )
}

/// Writes the table.
///
/// # Errors
/// [`FolderError`].
pub(in crate::run) fn write(
    folder: &Folder,
    journal: &Journal<'_>,
) -> Result<Published, FolderError> {
    let rows = |out: &mut (dyn Write + Send)| -> io::Result<()> {
        let mut entries = entries::<Inspected>(journal);
        let mut next = || -> io::Result<Vec<Entry<Inspected>>> {
            let group = entries.by_ref().take(GROUP).map(|entry| entry.map_err(io::Error::other));
            group.collect()
        };
        let file = tabled(out, &mut next);
        file.map_err(|error| io::Error::other(error.to_string()))?
    };
    folder.publish(TABLE, rows)
}

/// Writes groups of rows until there are no more, or one cannot be had.
fn tabled(
    out: &mut (dyn Write + Send),
    next: &mut impl FnMut() -> io::Result<Vec<Entry<Inspected>>>,
) -> Result<io::Result<()>> {
    let schema = Arc::new(parse_message_type(&schema())?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
    loop {
        match next() {
            Err(error) => return Ok(Err(error)),
            Ok(rows) if rows.is_empty() => break,
            Ok(rows) => {
                let mut group = file.next_row_group()?;
                columns(&mut group, &rows)?;
                group.close()?;
            }
        }
    }
    file.close()?;
    Ok(Ok(()))
}

fn columns<W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Entry<Inspected>],
) -> Result<()> {
    let text = |text: &str| ByteArray::from(text.as_bytes().to_vec());
    let micros =
        |entry: &Entry<Inspected>| Some(time::parse(entry.time.as_deref()?).ok()?.as_microsecond());
    whole::<Int32Type, _>(out, rows.iter().map(|entry| entry.row as i32))?;
    whole::<ByteArrayType, _>(out, rows.iter().map(|entry| text(&entry.id)))?;
    some::<ByteArrayType, _>(out, rows.iter().map(|entry| entry.machine.as_deref().map(text)))?;
    some::<Int64Type, _>(out, rows.iter().map(micros))?;
    whole::<ByteArrayType, _>(out, rows.iter().map(|entry| text(entry.state().name())))?;
    let done = || rows.iter().map(|entry| entry.done.as_ref());
    some::<ByteArrayType, _>(out, done().map(|done| done.map(|done| text(done.verdict.name()))))?;
    some::<DoubleType, _>(out, done().map(|done| done.map(|done| done.margin)))?;
    for measure in Measure::ALL {
        let measured = |done: Option<&Inspected>| done?.measures?.get(measure);
        some::<DoubleType, _>(out, done().map(measured))?;
    }
    let picture = |done: Option<&Inspected>| Some(text(done?.picture?.name()));
    some::<ByteArrayType, _>(out, done().map(picture))?;
    some::<DoubleType, _>(out, done().map(|done| done?.face))
}

/// The next column, of values that are all there.
fn whole<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = T::T>,
) -> Result<()> {
    column::<T, W>(out, &values.collect::<Vec<_>>(), None)
}

/// The next column, of values that may be missing.
fn some<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    column::<T, W>(out, &there, Some(&levels))
}

fn column<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<()> {
    if let Some(mut column) = out.next_column()? {
        column.typed::<T>().write_batch(values, levels, None)?;
        column.close()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::journal::Terms;
    use crate::run::manifest::Command;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    use serde_json::json;

    #[test]
    fn rows_come_back() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::claim(home.path()).unwrap();
        let terms = Terms::new(Command::Qa, [0; 32], 3, [0; 32]);
        let mut journal = Journal::open(&folder, &terms).unwrap();
        let done = json!({ "result": "failed", "verdict": "name-mismatch", "margin": -0.5, "reason": "",
            "picture": "differs", "face": 0.75 });
        let entry = |row: u32, more: serde_json::Value| {
            let mut entry = json!({ "row": row, "id": format!("Ә{row}") });
            entry.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
            (row, serde_json::to_vec(&entry).unwrap())
        };
        let time = "1970-01-01T00:00:01.5Z";
        let rows = [
            entry(1, json!({ "machine": "a", "time": time, "done": done })),
            entry(3, json!({ "error": "there is no such file" })),
        ];
        journal.append(&rows).unwrap();
        write(&folder, &journal).unwrap();
        let file = std::fs::File::open(home.path().join(TABLE)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let found: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].get_int(0).unwrap(), found[1].get_int(0).unwrap()), (1, 3));
        assert_eq!(found[0].get_string(1).unwrap(), "Ә1");
        assert_eq!(found[0].get_timestamp_micros(3).unwrap(), 1_500_000);
        assert_eq!(found[0].get_string(5).unwrap(), "name-mismatch");
        assert!((found[0].get_double(6).unwrap() + 0.5).abs() < 1e-12);
        assert_eq!(found[1].get_string(4).unwrap(), "error");
        assert!(found[1].get_double(6).is_err() && found[0].get_double(7).is_err());
        let last = 7 + Measure::ALL.len();
        assert_eq!(found[0].get_string(last).unwrap(), "differs");
        assert!((found[0].get_double(last + 1).unwrap() - 0.75).abs() < 1e-12);
        assert!(found[1].get_string(last).is_err() && found[0].len() == last + 2);
    }
}
