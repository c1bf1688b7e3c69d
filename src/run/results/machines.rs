//! The machines of a run: what each one's documents say, in the order of time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::run::journal::{Entry, Inspected, State};
use crate::run::manifest::time;
use crate::run::spc::{Base, Chart, Measure, Measures, ShareBase, ShareChart, chart, shares};

/// The most machines that are charted, those with the most documents: a guess, more than any office
/// has.
pub const MAX_MACHINES: usize = 64;
const _: () = assert!(MAX_MACHINES <= u16::MAX as usize, "an overview's rows name them in 16 bits");

/// A press, and how steady it was.
#[derive(Clone, Debug)]
pub struct Machine {
    /// As the manifest has it; empty for rows that name none.
    pub name: String,
    /// One a measure.
    pub charts: Vec<Charted>,
    /// Numbers of all rows that were inspected, in the order that the shares count them.
    pub documents: Vec<u32>,
    /// How many did not pass.
    pub shares: Option<ShareChart>,
}

/// A measure's chart.
#[derive(Clone, Debug)]
pub struct Charted {
    /// The measure.
    pub measure: Measure,
    /// Numbers of the rows that have it, in the order of the chart's values.
    pub rows: Vec<u32>,
    /// The chart.
    pub chart: Chart,
}

/// What is normal for a machine: a part of run.json, and where a later run may start from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MachineBase {
    /// The machine.
    pub machine: String,
    /// By the measures' columns.
    pub measures: BTreeMap<String, Base>,
    /// The share that does not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<ShareBase>,
}

impl MachineBase {
    /// What a machine's charts rest on.
    #[must_use]
    pub fn of(machine: &Machine) -> Self {
        let of = |charted: &Charted| (charted.measure.column().to_owned(), charted.chart.base);
        Self {
            machine: machine.name.clone(),
            measures: machine.charts.iter().map(of).collect(),
            shares: machine.shares.as_ref().map(|shares| shares.base),
        }
    }
}

/// One document of a machine.
#[derive(Clone, Copy)]
struct Document {
    row: u32,
    time: Option<Timestamp>,
    passed: bool,
    measures: Option<Measures>,
}

/// The documents of a run, by machines.
#[derive(Default)]
pub struct Machines(BTreeMap<String, Vec<Document>>);

impl Machines {
    /// Takes a row's entry, if its scan was inspected.
    pub fn add(&mut self, entry: &Entry<Inspected>) {
        let Some(done) = &entry.done else { return };
        let document = Document {
            row: entry.row,
            time: entry.time.as_deref().and_then(|text| time::parse(text).ok()),
            passed: entry.state() == State::Successful,
            measures: done.measures,
        };
        let name = entry.machine.clone().unwrap_or_default();
        self.0.entry(name).or_default().push(document);
    }

    /// A sentence where not all are charted.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let count = self.0.len();
        (count > MAX_MACHINES).then(|| {
            format!(
                "{count} machines are named; the {MAX_MACHINES} with the most documents are charted"
            )
        })
    }

    /// Charts the machines, by their names; at most [`MAX_MACHINES`] of them.
    #[must_use]
    pub fn charted(self, bases: &[MachineBase]) -> Vec<Machine> {
        let mut machines: Vec<(String, Vec<Document>)> = self.0.into_iter().collect();
        machines.sort_by_key(|(_, documents)| std::cmp::Reverse(documents.len()));
        machines.truncate(MAX_MACHINES);
        machines.sort_by(|(a, _), (b, _)| a.cmp(b));
        let charted = |(name, documents)| {
            let base = bases.iter().find(|base| base.machine == name);
            machine(name, documents, base)
        };
        machines.into_iter().map(charted).collect()
    }
}

fn machine(name: String, mut documents: Vec<Document>, base: Option<&MachineBase>) -> Machine {
    // Where one bears no time the manifest's order is all there is.
    if documents.iter().all(|document| document.time.is_some()) {
        documents.sort_by_key(|document| (document.time, document.row));
    }
    let measured =
        || documents.iter().filter_map(|document| Some((document.row, document.measures?)));
    let charted = |measure: Measure| {
        let told = measured().filter_map(|(row, measures)| Some((row, measures.get(measure)?)));
        let (rows, values): (Vec<u32>, Vec<f64>) = told.unzip();
        let base = base.and_then(|base| base.measures.get(measure.column()));
        Some(Charted { measure, rows, chart: chart(&values, measure, base)? })
    };
    let passed: Vec<bool> = documents.iter().map(|document| document.passed).collect();
    Machine {
        charts: Measure::ALL.into_iter().filter_map(charted).collect(),
        documents: documents.iter().map(|document| document.row).collect(),
        shares: shares(&passed, base.and_then(|base| base.shares.as_ref())),
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(row: u32, time: Option<&str>) -> Document {
        let time = time.map(|text| time::parse(text).unwrap());
        Document { row, time, passed: row != 3, measures: None }
    }

    #[test]
    fn time_orders_documents_where_all_have_it() {
        let late = document(1, Some("2026-11-28T12:00:00Z"));
        let early = document(2, Some("2026-11-28T11:00:00Z"));
        let of = |documents: &[Document]| machine("a".into(), documents.to_vec(), None).documents;
        assert_eq!(of(&[late, early]), [2, 1]);
        assert_eq!(of(&[late, early, document(3, None)]), [1, 2, 3]);
    }

    #[test]
    fn the_machines_with_most_documents_are_charted() {
        let mut machines = Machines::default();
        for i in 0..200_u32 {
            let name = if i < 100 { "press".to_owned() } else { i.to_string() };
            machines.0.entry(name).or_default().push(document(i, None));
        }
        assert!(machines.note().unwrap().starts_with("101 machines"));
        let charted = machines.charted(&[]);
        assert_eq!(charted.len(), MAX_MACHINES);
        let press = charted.iter().find(|machine| machine.name == "press").unwrap();
        assert!(press.documents.len() == 100 && press.shares.is_some());
    }
}
