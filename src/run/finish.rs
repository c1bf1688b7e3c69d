//! The end of a run: its results, as a function of the journal.

use std::sync::atomic::{AtomicBool, Ordering};

use super::RunError;
use super::entry::{Inspected, Printed};
use super::issue::Printer;
use super::journal::Journal;
use super::machines::{Machine, MachineBase, Machines};
use super::progress::{Counts, Watch};
use super::qa::Inspector;
use super::results::{self, RESULTS};
use super::rows::{Run, entries};
use super::summary::{FilePart, MachinePart, Summary};
use super::worst::Ranking;

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// All rows are done and the results are written.
    Finished(Summary),
    /// It was stopped; started again it goes on.
    Stopped(Counts),
}

impl Run<'_> {
    /// Prints all rows.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn issue(
        &self,
        printer: &Printer<'_>,
        stop: &AtomicBool,
        watch: &mut impl Watch,
    ) -> Result<End, RunError> {
        let (journal, counts) = self.rows(printer, stop, watch)?;
        if is_stopped(&counts, stop) {
            return Ok(End::Stopped(counts));
        }
        watch.finishing();
        let mut summary = self.summary(&printer.profile.name, counts);
        let table = results::write::<Printed>(self.folder, &journal)?;
        summary.files.push(FilePart::of(RESULTS, &table));
        summary.write::<Printed>(self.folder, &journal)?;
        self.folder.clear()?;
        Ok(End::Finished(summary))
    }

    /// Inspects all rows. `bases`: what is normal for machines, by an earlier run; `inspections`: of so
    /// many scans, the worst, a page for examiners is written.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn qa(
        &self,
        inspector: &Inspector<'_>,
        bases: &[MachineBase],
        inspections: usize,
        stop: &AtomicBool,
        watch: &mut impl Watch,
    ) -> Result<End, RunError> {
        let (journal, counts) = self.rows(inspector, stop, watch)?;
        if is_stopped(&counts, stop) {
            return Ok(End::Stopped(counts));
        }
        watch.finishing();
        let (machines, ranking) = self.gathered(&journal, bases, inspections)?;
        let _worst = ranking.look(self, inspector)?;
        let mut summary = self.summary(&inspector.profile.name, counts);
        summary.machines = machines.iter().map(MachinePart::of).collect();
        let table = results::write::<Inspected>(self.folder, &journal)?;
        summary.files.push(FilePart::of(RESULTS, &table));
        summary.write::<Inspected>(self.folder, &journal)?;
        self.folder.clear()?;
        Ok(End::Finished(summary))
    }

    fn gathered(
        &self,
        journal: &Journal<'_>,
        bases: &[MachineBase],
        inspections: usize,
    ) -> Result<(Vec<Machine>, Ranking), RunError> {
        let (mut machines, mut ranking) = (Machines::default(), Ranking::new(inspections));
        for entry in entries::<Inspected>(journal) {
            let entry = entry?;
            machines.add(&entry);
            ranking.add(&entry);
        }
        Ok((machines.charted(bases), ranking))
    }

    fn summary(&self, profile: &str, counts: Counts) -> Summary {
        Summary::new(&self.terms, self.manifest.file_name(), profile.to_owned(), counts)
    }
}

fn is_stopped(counts: &Counts, stop: &AtomicBool) -> bool {
    counts.done() < counts.rows && stop.load(Ordering::Relaxed)
}
