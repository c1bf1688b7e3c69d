//! The rows of a run: those that are not done yet are done, each journalled before it counts.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RunError;
use super::entry::Entry;
use super::folder::Folder;
use super::input::Place;
use super::journal::{Journal, Terms};
use super::manifest::{Manifest, ManifestError, Row};
use super::pool;
use super::progress::{Counts, Ended, State, Watch};

/// What does a row.
pub trait Work: Sync {
    /// What comes of a row.
    type Done: Ended + Serialize + DeserializeOwned + Send;

    /// Does a row.
    ///
    /// # Errors
    /// [`RunError`], where the run cannot go on. What is wrong with the row stands in its entry.
    fn entry(&self, row: &Row) -> Result<Entry<Self::Done>, RunError>;

    /// The entry of a row on which [`Work::entry`] panicked.
    fn fault(&self, row: &Row) -> Entry<Self::Done>;

    /// Whether what an earlier start did is still there.
    fn is_there(&self, done: &Self::Done) -> bool;

    /// Where the rows' pictures are.
    fn inputs(&self) -> &Place;
}

/// A run in its folder.
pub struct Run<'r> {
    /// Its rows.
    pub manifest: &'r Manifest,
    /// Where it works.
    pub folder: &'r Folder,
    /// By what it is done.
    pub terms: Terms,
    /// Rows at a time on this machine.
    pub threads: NonZero<usize>,
    /// Where else its rows are done, if not on this machine.
    #[cfg(feature = "cluster")]
    pub away: Option<super::remote::Away<'r>>,
    /// Whether rows that ended in an error are done once more.
    pub retry: bool,
}

impl<'r> Run<'r> {
    /// Does the rows that are not done yet, and counts all. The journal has every row then, unless
    /// `stop` was set: that ends the run with the rows that were begun.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn rows<W: Work>(
        &self,
        work: &W,
        stop: &AtomicBool,
        watch: &mut impl Watch,
    ) -> Result<(Journal<'r>, Counts), RunError> {
        let (journal, counts) = self.resumed(work)?;
        watch.progress(&counts);
        let broken = Mutex::new(None);
        let rows = self.due(&journal, &broken)?;
        let mut kept = Kept { journal, counts, watch };
        #[cfg(feature = "cluster")]
        match &self.away {
            Some(away) => away.rows::<W::Done>(&self.terms, rows, stop, &mut kept)?,
            None => here(self.threads, rows, work, stop, &mut kept)?,
        }
        #[cfg(not(feature = "cluster"))]
        here(self.threads, rows, work, stop, &mut kept)?;
        match broken.into_inner() {
            Ok(Some(error)) => Err(error.into()),
            _ => Ok((kept.journal, kept.counts)),
        }
    }

    /// The rows that are not done. Where the manifest cannot be read on, they end, and `broken` has why.
    fn due<'b>(
        &self,
        journal: &Journal<'_>,
        broken: &'b Mutex<Option<ManifestError>>,
    ) -> Result<impl Iterator<Item = Row> + use<'b>, RunError> {
        let due: Vec<bool> = (1..=self.manifest.rows).map(|row| !journal.has(row)).collect();
        let is_due = move |row: &Row| due.get(row.number as usize - 1).is_some_and(|due| *due);
        let readable = |row: Result<Row, ManifestError>| match row {
            Ok(row) => Some(row),
            Err(error) => {
                *broken.lock().ok()? = Some(error);
                None
            }
        };
        Ok(self.manifest.rows()?.map_while(readable).filter(is_due))
    }

    /// The journal as an earlier start left it, without what has to be done again.
    fn resumed<W: Work>(&self, work: &W) -> Result<(Journal<'r>, Counts), RunError> {
        let mut journal = Journal::open(self.folder, &self.terms)?;
        let mut counts = Counts { rows: u64::from(self.manifest.rows), ..Counts::default() };
        let mut again = Vec::new();
        for entry in entries::<W::Done>(&journal) {
            let entry = entry?;
            if let Some(stamp) = &entry.input
                && !work.inputs().is_as_it_was(&entry.file, stamp)
            {
                let path = work.inputs().folder.join(&entry.file);
                return Err(RunError::Changed { path, row: entry.row });
            }
            let is_kept = match &entry.done {
                Some(done) => work.is_there(done),
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
fn here<W: Work>(
    threads: NonZero<usize>,
    rows: impl Iterator<Item = Row> + Send,
    work: &W,
    stop: &AtomicBool,
    kept: &mut Kept<'_, '_>,
) -> Result<(), RunError> {
    let line = |entry: Entry<W::Done>| {
        let json = serde_json::to_vec(&entry);
        let json = json.map_err(RunError::entry(entry.row))?;
        Ok((entry.state(), (entry.row, json)))
    };
    pool::each(
        threads,
        rows,
        |row| work.entry(row).and_then(line),
        |row| line(work.fault(row)),
        stop,
        |ended| {
            // Those that ended are kept, also where another one ends the run.
            let (ended, failed): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
            kept.keep(ended.into_iter().flatten())?;
            failed.into_iter().try_for_each(|failed| failed.map(drop))
        },
    )
}

/// What rows have come to so far.
pub(super) struct Kept<'f, 'w> {
    journal: Journal<'f>,
    counts: Counts,
    /// Who is told.
    pub(super) watch: &'w mut dyn Watch,
}

impl Kept<'_, '_> {
    /// Journals rows, each with its number and its entry as JSON; then they count.
    pub(super) fn keep(
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

/// The entries of a journal, by the rows' numbers.
pub(super) fn entries<'j, T: DeserializeOwned>(
    journal: &'j Journal<'_>,
) -> impl Iterator<Item = Result<Entry<T>, RunError>> + 'j {
    journal.entries().map(|line| {
        let (row, json) = line?;
        serde_json::from_slice(&json).map_err(RunError::entry(row))
    })
}
