//! The end of a run: its results, as a function of the journal.

use std::sync::atomic::{AtomicBool, Ordering};

use super::error::RunError;
use super::journal::{Counts, Inspected, Journal, Printed, entries};
use super::report::report;
#[cfg(feature = "parquet")]
use super::results::parquet;
use super::results::{
    Documented, FilePart, Machine, MachineBase, MachinePart, Machines, Overview, Ranking, Row,
    Summary, Worst, csv,
};
use super::work::{Inspector, Printer, Run, Watch};

/// The name of the report's file.
const REPORT: &str = "report.html";

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// All rows are done and the results are written.
    Finished(Box<Summary>),
    /// It was stopped; started again, it continues.
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
        let rows = entries::<Printed>(&journal).map(|entry| Ok(Row::printed(entry?)));
        let rows = rows.collect::<Result<_, RunError>>()?;
        let parts = Parts { rows, ..Parts::default() };
        self.written::<Printed>(&journal, counts, &printer.profile.name, parts)
    }

    /// Inspects all rows. `bases`: what is normal for each machine, from an earlier run; `inspections`:
    /// for how many scans, the worst ones, a page for examiners is written.
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
        let (mut machines, mut ranking) = (Machines::default(), Ranking::new(inspections));
        for entry in entries::<Inspected>(&journal) {
            let entry = entry?;
            machines.add(&entry);
            ranking.add(&entry);
        }
        let notes = machines.note().into_iter().collect();
        let machines = machines.charted(bases);
        let (worst, pages) = ranking.look(self, inspector)?;
        let rows = entries::<Inspected>(&journal).map(|entry| {
            let entry = entry?;
            let name = entry.machine.as_deref().unwrap_or_default();
            let machine = machines.iter().position(|machine| machine.name == name);
            Ok(Row::inspected(entry, machine.map(|place| place as u16)))
        });
        let rows = rows.collect::<Result<_, RunError>>()?;
        let files = pages;
        #[cfg(feature = "parquet")]
        let files = {
            let table = parquet::write(self.folder, &journal)?;
            [files, vec![FilePart::of(parquet::TABLE, &table)]].concat()
        };
        let parts = Parts { rows, machines, worst, files, notes };
        self.written::<Inspected>(&journal, counts, &inspector.profile.name, parts)
    }

    /// Writes the results, the record of the run last.
    fn written<T: Documented>(
        &self,
        journal: &Journal<'_>,
        counts: Counts,
        profile: &str,
        parts: Parts,
    ) -> Result<End, RunError> {
        let mut summary =
            Summary::new(&self.terms, self.manifest.file_name(), profile.to_owned(), counts);
        summary.machines = parts.machines.iter().map(MachinePart::of).collect();
        let table = csv::write::<T>(self.folder, journal)?;
        let report = report(&Overview {
            command: self.manifest.command(),
            version: summary.tumar.clone(),
            profile: summary.profile.clone(),
            manifest: summary.manifest.clone(),
            counts,
            rows: parts.rows,
            machines: parts.machines,
            worst: parts.worst,
            notes: parts.notes,
        })?;
        let report = self.folder.publish(REPORT, |file| file.write_all(report.as_bytes()))?;
        summary.files = vec![FilePart::of(csv::RESULTS, &table), FilePart::of(REPORT, &report)];
        summary.files.extend(parts.files);
        summary.write::<T>(self.folder, journal)?;
        self.folder.clear()?;
        Ok(End::Finished(Box::new(summary)))
    }
}

/// What the results hold beside the counts.
#[derive(Default)]
struct Parts {
    rows: Vec<Row>,
    machines: Vec<Machine>,
    worst: Vec<Worst>,
    /// Those that are written already.
    files: Vec<FilePart>,
    notes: Vec<String>,
}

fn is_stopped(counts: &Counts, stop: &AtomicBool) -> bool {
    counts.done() < counts.rows && stop.load(Ordering::Relaxed)
}
