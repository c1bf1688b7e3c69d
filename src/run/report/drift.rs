//! Which machine drifts, since which document, and which measure shows it.

use super::labels::{SHARE_RISES, grouped, machine_name, moves};
use crate::report::words::{number, signed};
use crate::run::chart::{Chart, Group, ShareChart, Signal, Test};
use crate::run::overview::{Machine, Overview};

/// Values within the limits between two beyond them that still make one drift. An EWMA that stands at
/// its limit, as one does under a shift of one sigma, comes back sooner.
const GAP: usize = 30;
/// So many values beyond the EWMA's limits in one drift chance does not bring together: in control
/// it leaves them once in some 370 documents, for about four.
const LASTING: usize = 20;
/// The same of a drift that goes on at the run's end, and had no time to last.
const FRESH: usize = 5;
/// Groups beyond the limit that make a drift of shares.
const GROUPS: usize = 2;

/// Values on one side beyond the EWMA's limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) first: usize,
    pub(super) last: usize,
    beyond: usize,
    is_above: bool,
}

/// All of them, in order.
fn stretches(chart: &Chart) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for (at, (ewma, control)) in chart.ewma.iter().zip(&chart.ewma_control).enumerate() {
        let off = ewma - chart.base.centre;
        if off.abs().partial_cmp(control) != Some(std::cmp::Ordering::Greater) {
            continue;
        }
        match all.last_mut() {
            Some(run) if at - run.last <= GAP && run.is_above == (off > 0.0) => {
                run.last = at;
                run.beyond += 1;
            }
            _ => all.push(Stretch { first: at, last: at, beyond: 1, is_above: off > 0.0 }),
        }
    }
    all
}

/// A drift as the chart shows it: what signalled it, and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lasting {
    pub(super) signal: Signal,
    pub(super) stretch: Stretch,
    /// It goes on when the run ends.
    pub(super) goes_on: bool,
}

/// The drifts of a chart.
pub(super) fn lasting(chart: &Chart) -> Vec<Lasting> {
    let count = chart.values.len();
    let of = |stretch: Stretch| {
        let goes_on = stretch.last + GAP >= count;
        let is_long = stretch.beyond >= if goes_on { FRESH } else { LASTING };
        let within = |signal: &&Signal| (stretch.first..=stretch.last).contains(&signal.at);
        let signal = *chart.signals.iter().find(within).filter(|_| is_long)?;
        Some(Lasting { signal, stretch, goes_on })
    };
    stretches(chart).into_iter().filter_map(of).collect()
}

/// How far the values of a drift are from the centre on average, in sigma.
fn average(chart: &Chart, drift: &Lasting) -> f64 {
    let values = chart.values.get(drift.signal.since..=drift.stretch.last).unwrap_or_default();
    let numbers: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    (mean - chart.base.centre) / chart.base.sigma
}

/// Groups one after the other with more that did not pass than the limit allows.
fn runs(shares: &ShareChart) -> Vec<&[Group]> {
    let is_over = shares.groups.chunk_by(|a, b| a.signalled == b.signalled);
    is_over.filter(|groups| groups[0].signalled).collect()
}

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
        let place = |at: usize| Place::of(overview, machine.measured.get(at));
        for (measure, chart) in &machine.charts {
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
            let drifts = lasting(chart);
            for drift in &drifts {
                let length = drift.stretch.last + 1 - drift.stretch.first;
                let lasts = if drift.goes_on {
                    "to the end".to_owned()
                } else {
                    format!("for {} documents", grouped(length as u64))
                };
                self.drifts.push(Finding {
                    average: sigmas(average(chart, drift)),
                    lasts,
                    weight: drift.stretch.beyond as f64,
                    ..finding(&drift.signal)
                });
            }
            let is_single = |signal: &&Signal| {
                !drifts.iter().any(|d| (d.stretch.first..=d.stretch.last).contains(&signal.at))
            };
            self.single.extend(chart.signals.iter().filter(is_single).map(finding));
        }
    }

    fn shares(&mut self, overview: &Overview, index: usize, machine: &Machine) {
        let Some(shares) = &machine.shares else { return };
        for groups in runs(shares) {
            let [first, last] = [groups[0], groups[groups.len() - 1]];
            let documents: usize = groups.iter().map(|group| group.documents).sum();
            let share = |group: &Group| group.failed as f64 / group.documents.max(1) as f64;
            let failed: usize = groups.iter().map(|group| group.failed).sum();
            let percent = |share: f64| format!("{} %", number(100.0 * share, 1));
            let place = |at: usize| Place::of(overview, machine.documents.get(at));
            let goes_on = last.first + last.documents >= machine.documents.len();
            let finding = Finding {
                machine: index,
                name: machine_name(&machine.name).to_owned(),
                words: SHARE_RISES,
                signalled: place(first.first + first.documents.saturating_sub(1)),
                since: place(first.first),
                shift: percent(share(&first)),
                average: percent(failed as f64 / documents.max(1) as f64),
                lasts: if goes_on {
                    "to the end".to_owned()
                } else {
                    format!("for {} documents", grouped(documents as u64))
                },
                test: "share",
                weight: documents as f64,
            };
            let is_long =
                groups.len() >= GROUPS || (goes_on && groups.len() == shares.groups.len());
            if is_long { self.drifts.push(finding) } else { self.single.push(finding) }
        }
    }
}

fn sigmas(shift: f64) -> String {
    if shift.is_finite() { format!("{} σ", signed(shift, 1)) } else { "–".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::chart::Base;

    /// An EWMA in units of its limit.
    fn chart(ewma: Vec<f64>, signals: &[usize]) -> Chart {
        let signal = |&at: &usize| Signal { test: Test::Ewma, at, since: at, shift: -1.0 };
        Chart {
            base: Base { centre: 0.0, sigma: 1.0, documents: 100 },
            control: 3.0,
            values: ewma.clone(),
            ewma_control: vec![1.0; ewma.len()],
            ewma,
            signals: signals.iter().map(signal).collect(),
        }
    }

    #[test]
    fn a_drift_lasts() {
        // At its limit an EWMA goes in and out of it.
        let mut ewma = vec![0.0; 1000];
        (400..600).step_by(4).for_each(|at| ewma[at] = -1.2);
        ewma[100] = 1.5;
        let drifts = lasting(&chart(ewma.clone(), &[100, 400, 440]));
        let [drift] = drifts[..] else { panic!("{drifts:?}") };
        assert_eq!([drift.signal.at, drift.stretch.first, drift.stretch.last], [400, 400, 596]);
        assert!(!drift.goes_on && drift.stretch.beyond == 50);
        // One that began shortly before the end had no time to last.
        assert!(lasting(&chart(ewma[..408].to_vec(), &[400])).is_empty());
        assert!(lasting(&chart(ewma[..430].to_vec(), &[400]))[0].goes_on);
    }

    #[test]
    fn what_is_no_number_is_no_drift() {
        assert!(lasting(&chart(vec![f64::NAN; 100], &[50])).is_empty());
        assert_eq!(sigmas(f64::INFINITY), "–");
    }
}
