//! A run: the rows that are not done yet are done, and each is journalled before it counts.

use std::marker::PhantomData;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde::de::DeserializeOwned;

use super::distributor::{Distributor, Results};
use super::pool;
use super::processor::RowProcessor;
use super::progress::Watch;
use crate::run::error::RunError;
use crate::run::journal::{
    Counts, Ended, Entry, Folder, Issued, Journal, JournalError, State, Terms, entries,
};
use crate::run::manifest::{Command, Manifest, ManifestError, Row, paths};

/// A run in its folder.
pub struct Run<'r> {
    /// Its rows.
    pub manifest: &'r Manifest,
    /// Where it works.
    pub folder: &'r Folder,
    /// What its results depend on.
    pub terms: Terms,
    /// Rows at a time on this machine.
    pub threads: NonZero<usize>,
    /// What has its rows done elsewhere, if they are not done on this machine.
    pub distributor: Option<&'r dyn Distributor>,
    /// The run of `issue` that names and portraits come from, if they do.
    pub issued: Option<&'r Issued>,
    /// Whether rows that ended in an error are retried.
    pub retry: bool,
}

impl<'r> Run<'r> {
    /// Does the rows that are not done yet, and counts all. The journal has every row then, unless
    /// `stop` was set: that ends the run with the rows that were begun.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn rows<P: RowProcessor>(
        &self,
        processor: &P,
        stop: &AtomicBool,
        watch: &mut impl Watch,
    ) -> Result<(Journal<'r>, Counts), RunError> {
        let (journal, counts) = self.resumed(processor)?;
        watch.progress(&counts);
        let broken = Mutex::new(None);
        let rows = self.due(&journal, &broken)?;
        let mut kept = Kept { journal, counts, watch };
        match self.distributor {
            Some(distributor) => {
                let mut rows = rows;
                let mut results = Received::<P::Done> { kept: &mut kept, done: PhantomData };
                distributor.distribute(&self.terms, &mut rows, stop, &mut results)?;
            }
            None => here(self.threads, rows, processor, stop, &mut kept)?,
        }
        match broken.into_inner() {
            Ok(Some(error)) => Err(error.into()),
            _ => Ok((kept.journal, kept.counts)),
        }
    }

    /// The rows that are not done. If the manifest becomes unreadable they end, and `broken` holds why.
    fn due<'b>(
        &self,
        journal: &Journal<'_>,
        broken: &'b Mutex<Option<ManifestError>>,
    ) -> Result<impl Iterator<Item = Row> + use<'b, 'r>, RunError> {
        let due: Vec<bool> = (1..=self.manifest.rows).map(|row| !journal.has(row)).collect();
        let is_due = move |row: &Row| due.get(row.number as usize - 1).is_some_and(|due| *due);
        let readable = |row: Result<Row, ManifestError>| match row {
            Ok(row) => Some(row),
            Err(error) => {
                *broken.lock().ok()? = Some(error);
                None
            }
        };
        Ok(self.whole_rows()?.map_while(readable).filter(is_due))
    }

    /// The manifest's rows, from the first, each with what was issued under its id.
    pub(in crate::run) fn whole_rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<Row, ManifestError>> + use<'r>, ManifestError> {
        let issued = self.issued;
        let whole = move |row: Row| match issued {
            Some(issued) => issued.joined(row),
            None => row,
        };
        Ok(self.manifest.rows()?.map(move |row| row.map(whole)))
    }

    /// The journal as an earlier start left it, without what has to be done again.
    fn resumed<P: RowProcessor>(&self, processor: &P) -> Result<(Journal<'r>, Counts), RunError> {
        let mut terms = self.terms.clone();
        if self.manifest.command() == Command::Issue {
            terms.manifest_folder = paths::way(self.folder.path(), self.manifest.folder());
        }
        let mut journal = Journal::open(self.folder, &terms)?;
        let mut counts = Counts { rows: u64::from(self.manifest.rows), ..Counts::default() };
        let mut again = Vec::new();
        for entry in entries::<P::Done>(&journal) {
            let entry = entry?;
            if let Some(path) = processor.changed(&entry) {
                return Err(RunError::Changed { path, row: entry.row });
            }
            let is_kept = match &entry.done {
                Some(done) => processor.is_there(done),
                None => !self.retry,
            };
            if is_kept {
                counts.add(entry.state());
            } else {
                again.push(entry.row);
            }
        }
        again.into_iter().for_each(|row| journal.forget(row));
        Ok((journal, counts))
    }
}

/// Does rows on this machine.
fn here<P: RowProcessor>(
    threads: NonZero<usize>,
    rows: impl Iterator<Item = Row> + Send,
    processor: &P,
    stop: &AtomicBool,
    kept: &mut Kept<'_, '_>,
) -> Result<(), RunError> {
    let line = |entry: Entry<P::Done>| {
        let json = serde_json::to_vec(&entry);
        let json = json.map_err(JournalError::entry(entry.row))?;
        Ok((entry.state(), (entry.row, json)))
    };
    pool::each(
        threads,
        rows,
        |row| processor.process(row).map_err(RunError::from).and_then(line),
        |row| line(processor.fault(row)),
        stop,
        |ended| {
            // Finished rows are kept, even if another one ends the run.
            let (ended, failed): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
            kept.keep(ended.into_iter().flatten())?;
            failed.into_iter().try_for_each(|failed| failed.map(drop))
        },
    )
}

/// The results of rows so far.
struct Kept<'f, 'w> {
    journal: Journal<'f>,
    counts: Counts,
    /// Who is told.
    watch: &'w mut dyn Watch,
}

impl Kept<'_, '_> {
    /// Journals rows, each with its number and its entry as JSON; then they count.
    fn keep(
        &mut self,
        ended: impl Iterator<Item = (State, (u32, Vec<u8>))>,
    ) -> Result<(), RunError> {
        let (states, lines): (Vec<_>, Vec<_>) = ended.unzip();
        self.journal.append(&lines)?;
        states.into_iter().for_each(|state: State| self.counts.add(state));
        self.watch.progress(&self.counts);
        Ok(())
    }
}

/// Takes the entries of rows that were done elsewhere.
struct Received<'k, 'f, 'w, T> {
    kept: &'k mut Kept<'f, 'w>,
    done: PhantomData<T>,
}

impl<T: Ended + DeserializeOwned> Results for Received<'_, '_, '_, T> {
    fn keep(&mut self, row: u32, json: &[u8]) -> Result<(), RunError> {
        let entry: Entry<T> = serde_json::from_slice(json).map_err(JournalError::entry(row))?;
        self.kept.keep(std::iter::once((entry.state(), (row, json.to_vec()))))
    }

    fn note(&mut self, note: &str) {
        self.kept.watch.note(note);
    }
}
