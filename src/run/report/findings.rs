//! Which machine drifts, since which document, and which measure shows it: the table of signals.

use super::drift;
use super::labels::{SHARE_RISES, grouped, machine_name, moves};
use crate::report::words::{number, signed};
use crate::run::results::{Charted, Machine, Overview};
use crate::run::spc::{Signal, Test};

/// A document of the run.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) row: Option<u32>,
    pub(super) number: String,
    pub(super) id: String,
}

impl Place {
    pub(super) fn of(overview: &Overview, row: Option<&u32>) -> Self {
        let id = row.and_then(|&row| overview.row(row)).map_or("", |row| &row.id);
        Self {
            row: row.copied(),
            number: row.map_or_else(|| "?".into(), |&row| grouped(u64::from(row))),
            id: id.to_owned(),
        }
    }
}

/// A line of the table of signals.
pub(super) struct Finding {
    /// Place of the machine in the run.
    pub(super) machine: usize,
    pub(super) name: String,
    /// Such as "contrast falls".
    pub(super) words: &'static str,
    pub(super) signalled: Place,
    pub(super) since: Place,
    /// When it was signalled.
    pub(super) shift: String,
    /// From where it began to where it ended.
    pub(super) average: String,
    pub(super) lasts: String,
    pub(super) test: &'static str,
    /// What the table is in the order of.
    weight: f64,
}

/// What was signalled: what lasts, and single signals.
pub(super) struct Findings {
    pub(super) drifts: Vec<Finding>,
    pub(super) single: Vec<Finding>,
}

impl Findings {
    pub(super) fn of(overview: &Overview) -> Self {
        let mut all = Self { drifts: Vec::new(), single: Vec::new() };
        for (index, machine) in overview.machines.iter().enumerate() {
            all.charts(overview, index, machine);
            all.shares(overview, index, machine);
        }
        let heaviest = |a: &Finding, b: &Finding| b.weight.total_cmp(&a.weight);
        all.drifts.sort_by(heaviest);
        all.single.sort_by(heaviest);
        all
    }

    fn charts(&mut self, overview: &Overview, index: usize, machine: &Machine) {
        for Charted { measure, rows, chart } in &machine.charts {
            let place = |at: usize| Place::of(overview, rows.get(at));
            let finding = |signal: &Signal| Finding {
                machine: index,
                name: machine_name(&machine.name).to_owned(),
                words: moves(*measure, signal.shift > 0.0),
                signalled: place(signal.at),
                since: place(signal.since),
                shift: sigmas(signal.shift),
                average: String::new(),
                lasts: String::new(),
                test: match signal.test {
                    Test::Individuals => "single value",
                    Test::Ewma => "EWMA",
                },
                weight: signal.shift.abs(),
            };
            let drifts = drift::of_chart(chart);
            for drift in &drifts {
                self.drifts.push(Finding {
                    average: sigmas(drift.average(chart)),
                    lasts: lasts(drift.goes_on, drift.last + 1 - drift.signal.since),
                    weight: drift.beyond as f64,
                    ..finding(&drift.signal)
                });
            }
            let is_single = |signal: &&Signal| !drifts.iter().any(|drift| drift.has(signal.at));
            self.single.extend(chart.signals.iter().filter(is_single).map(finding));
        }
    }

    fn shares(&mut self, overview: &Overview, index: usize, machine: &Machine) {
        let Some(shares) = &machine.shares else { return };
        let place = |at: usize| Place::of(overview, machine.documents.get(at));
        let percent = |failed: usize, of: usize| {
            format!("{} %", number(100.0 * failed as f64 / of.max(1) as f64, 1))
        };
        for rise in drift::of_shares(shares) {
            let first = rise.first;
            let finding = Finding {
                machine: index,
                name: machine_name(&machine.name).to_owned(),
                words: SHARE_RISES,
                signalled: place(first.first + first.documents.saturating_sub(1)),
                since: place(first.first),
                shift: percent(first.failed, first.documents),
                average: percent(rise.failed, rise.documents),
                lasts: lasts(rise.goes_on, rise.documents),
                test: "share",
                weight: rise.documents as f64,
            };
            if rise.is_clear { self.drifts.push(finding) } else { self.single.push(finding) }
        }
    }
}

fn lasts(goes_on: bool, documents: usize) -> String {
    if goes_on {
        "to the end".to_owned()
    } else {
        format!("for {} documents", grouped(documents as u64))
    }
}

fn sigmas(shift: f64) -> String {
    if shift.is_finite() { format!("{} σ", signed(shift, 1)) } else { "–".to_owned() }
}
