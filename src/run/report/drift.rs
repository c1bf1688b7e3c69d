//! What lasts of what control charts signal. Each chart signals once in some 370 documents by chance
//! alone, so that a long run is full of signals; drifts are those that go on.

use crate::run::spc::{Chart, Group, ShareChart, Signal};

/// So many values within the limits between two beyond them still make one stretch: a guess. An EWMA
/// that stands at its limit, as one does under a shift of one sigma, comes back sooner.
const GAP: usize = 30;
/// Chance does not bring so many values beyond the EWMA's limits together in one stretch: a guess; in
/// control it leaves them for about four.
const LASTING: usize = 20;
/// The same of a stretch that continues at the run's end, and had no time to last: a guess.
const FRESH: usize = 5;
const _: () = assert!(FRESH < LASTING);
/// Stretches closer than this part of the run, one in so many, are one drift: a chart shows no more.
const NEAR: usize = 50;
/// How far above the usual share a rise is clear, in standard deviations: a guess, far out since it is
/// looked for where it is highest.
const CLEAR: f64 = 6.0;

/// A measure that moved and stayed there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drift {
    pub(super) signal: Signal,
    /// From the first value beyond the EWMA's limits to the last.
    pub(super) first: usize,
    pub(super) last: usize,
    /// How many are beyond.
    pub(super) beyond: usize,
    /// It goes on when the run ends.
    pub(super) goes_on: bool,
}

impl Drift {
    /// Whether what is signalled there belongs to it.
    pub(super) fn has(&self, at: usize) -> bool {
        (self.first..=self.last).contains(&at)
    }

    /// How far its values are from the centre on average, in sigma.
    pub(super) fn average(&self, chart: &Chart) -> f64 {
        let values = chart.values.get(self.signal.since..=self.last).unwrap_or_default();
        let numbers: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        (mean - chart.base.centre) / chart.base.sigma
    }
}

/// The drifts of a measure, in order.
pub(super) fn of_chart(chart: &Chart) -> Vec<Drift> {
    let count = chart.values.len();
    let mut all: Vec<Drift> = Vec::new();
    let mut above = false;
    for stretch in stretches(chart) {
        let goes_on = stretch.last + GAP >= count;
        if stretch.beyond < if goes_on { FRESH } else { LASTING } {
            continue;
        }
        match all.last_mut() {
            Some(drift) if above == stretch.above && stretch.first - drift.last <= count / NEAR => {
                drift.last = stretch.last;
                drift.beyond += stretch.beyond;
                drift.goes_on = goes_on;
            }
            _ => {
                let Stretch { first, last, beyond, .. } = stretch;
                let within = |signal: &&Signal| (first..=last).contains(&signal.at);
                let Some(&signal) = chart.signals.iter().find(within) else { continue };
                above = stretch.above;
                all.push(Drift { signal, first, last, beyond, goes_on });
            }
        }
    }
    all
}

/// Values on one side beyond the EWMA's limits.
struct Stretch {
    first: usize,
    last: usize,
    beyond: usize,
    above: bool,
}

fn stretches(chart: &Chart) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for (at, (ewma, control)) in chart.ewma.iter().zip(&chart.ewma_control).enumerate() {
        let off = ewma - chart.base.centre;
        if off.abs().partial_cmp(control) != Some(std::cmp::Ordering::Greater) {
            continue;
        }
        match all.last_mut() {
            Some(run) if at - run.last <= GAP && run.above == (off > 0.0) => {
                run.last = at;
                run.beyond += 1;
            }
            _ => all.push(Stretch { first: at, last: at, beyond: 1, above: off > 0.0 }),
        }
    }
    all
}

/// More documents than usual that did not pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rise {
    /// The group that signalled it.
    pub(super) first: Group,
    pub(super) documents: usize,
    pub(super) failed: usize,
    pub(super) goes_on: bool,
    /// Chance does not bring it about.
    pub(super) is_clear: bool,
}

/// What the shares of documents that did not pass signal, in order.
pub(super) fn of_shares(shares: &ShareChart) -> Vec<Rise> {
    let groups = &shares.groups;
    let near = 1 + groups.len() / NEAR;
    let mut ends: Vec<[usize; 2]> = Vec::new();
    for (at, _) in groups.iter().enumerate().filter(|(_, group)| group.signalled) {
        match ends.last_mut() {
            Some([_, last]) if at - *last <= near => *last = at,
            _ => ends.push([at, at]),
        }
    }
    let documents: usize = groups.iter().map(|group| group.documents).sum();
    // Where none failed while the machine was stable, one might have.
    let usual = shares.centre.max(1.0 / documents.max(1) as f64);
    let rise = |[first, last]: [usize; 2]| {
        let own = &groups[first..=last];
        let documents = own.iter().map(|group| group.documents).sum();
        let failed = own.iter().map(|group| group.failed).sum();
        let over = failed as f64 / documents as f64 - usual;
        let sigma = (usual * (1.0 - usual) / documents as f64).sqrt();
        Rise {
            first: groups[first],
            documents,
            failed,
            goes_on: last + near >= groups.len(),
            is_clear: over > CLEAR * sigma,
        }
    };
    ends.into_iter().map(rise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::spc::{Base, ShareBase, Test};

    /// An EWMA in units of its limit.
    fn chart(ewma: Vec<f64>, signals: &[usize]) -> Chart {
        let signal = |&at: &usize| Signal { test: Test::Ewma, at, since: at, shift: -1.0 };
        Chart {
            base: Base { centre: 0.0, sigma: 1.0, documents: 100, excess: 0.42, correlation: 0.0 },
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
        let drifts = of_chart(&chart(ewma.clone(), &[100, 400, 440]));
        let [drift] = drifts[..] else { panic!("{drifts:?}") };
        assert_eq!([drift.signal.at, drift.first, drift.last, drift.beyond], [400, 400, 596, 50]);
        assert!(!drift.goes_on && drift.has(440) && !drift.has(100));
        // One that began shortly before the end had no time to last.
        assert!(of_chart(&chart(ewma[..408].to_vec(), &[400])).is_empty());
        assert!(of_chart(&chart(ewma[..430].to_vec(), &[400]))[0].goes_on);
    }

    #[test]
    fn stretches_that_are_near_in_a_long_run_are_one_drift() {
        let mut ewma = vec![0.0; 10_000];
        for from in [2000, 2150, 8000] {
            ewma[from..from + 50].fill(1.1);
        }
        let drifts = of_chart(&chart(ewma, &[2000, 2150, 8000]));
        let ends: Vec<_> = drifts.iter().map(|drift| [drift.first, drift.last]).collect();
        assert_eq!(ends, [[2000, 2199], [8000, 8049]]);
    }

    #[test]
    fn what_is_no_number_is_no_drift() {
        assert!(of_chart(&chart(vec![f64::NAN; 100], &[50])).is_empty());
    }

    #[test]
    fn a_share_rises_where_chance_does_not_bring_it_about() {
        let group = |(i, failed): (usize, &usize)| Group {
            first: 50 * i,
            documents: 50,
            failed: *failed,
            upper: 0.05,
            signalled: *failed > 2,
        };
        let failed = [0, 3, 0, 0, 0, 9, 1, 12, 0, 0, 0];
        let groups = failed.iter().enumerate().map(group).collect();
        let rises = of_shares(&ShareChart { centre: 0.01, base: ShareBase::default(), groups });
        let found: Vec<_> = rises.iter().map(|r| (r.first.first, r.failed, r.is_clear)).collect();
        assert_eq!(found, [(50, 3, false), (250, 9, true), (350, 12, true)]);
        let groups = [0, 0, 0, 2, 50].iter().enumerate().map(group).collect();
        let rises = of_shares(&ShareChart { centre: 0.0, base: ShareBase::default(), groups });
        assert!(rises[0].is_clear && rises[0].goes_on);
    }
}
