//! Control charts of one measure of one machine: single documents, and an exponentially weighted
//! moving average that tells drift. See Montgomery, Introduction to Statistical Quality Control (2012),
//! chapters 6 and 9.

use super::base::{Base, median};
use super::limits::{CLIP, LAMBDA, Rates, SETTLED, ewma_limit, spread, widening};
use super::measure::Measure;

/// The fewest documents that tell a base: a guess.
pub const FEWEST: usize = 20;
const _: () = assert!(FEWEST < SETTLED);

/// A base takes in new documents once they are more than this part, one in so many, of it: a guess.
const PORTION: usize = 40;

/// Which chart signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// A single document.
    Individuals,
    /// Drift.
    Ewma,
}

/// Something that was signalled: once, however long it lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Who signals.
    pub test: Test,
    /// Place in [`Chart::values`] at which it is signalled.
    pub at: usize,
    /// Where the change began, as estimated.
    pub since: usize,
    /// How far from the centre documents lie since then, in sigma.
    pub shift: f64,
}

/// Individuals and moving average of one measure of one machine, in order of time.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What is normal.
    pub base: Base,
    /// The measure's values.
    pub values: Vec<f64>,
    /// Half the width of the individuals' limits about the centre.
    pub control: f64,
    /// The moving average, each document clipped, in the measure's unit; at the centre while there is
    /// no base yet.
    pub ewma: Vec<f64>,
    /// Half the width of its limits at each value.
    pub ewma_control: Vec<f64>,
    /// What was signalled, in order.
    pub signals: Vec<Signal>,
}

/// Charts a measure; none where there are too few documents. `base`: that of an earlier run. Without
/// one, and while it rests on fewer than [`SETTLED`] documents, each document is held against those
/// before it and then joins them, unless drift is signalled (Hawkins 1987; Quesenberry 1991).
#[must_use]
pub fn chart(values: &[f64], measure: Measure, base: Option<&Base>) -> Option<Chart> {
    let grain = measure.grain();
    let first = if base.is_some() { 0 } else { FEWEST };
    let mut joined: Vec<f64> = values.get(..first)?.to_vec();
    let mut places: Vec<usize> = (0..first).collect();
    let mut of_run = Base::of(&joined, grain);
    let both = |of_run: Option<Base>| {
        let of_run = of_run.filter(|of_run| of_run.documents >= FEWEST);
        base.map_or(of_run, |base| Some(of_run.map_or(*base, |of_run| base.and(&of_run))))
    };
    let mut own = both(of_run)?;
    let rate = Rates::of(measure).single;
    let mut watch = Watch::new(first, ewma_limit(measure));
    for (at, &value) in values.iter().enumerate().skip(first) {
        if let Some(since) = watch.see(at, value, &own, rate) {
            // What joined since the change began was no part of what is normal.
            places.retain(|&place| place < since.max(first));
            joined.truncate(places.len());
            of_run = Base::of(&joined, grain);
        } else if watch.drift.is_none() && own.documents < SETTLED {
            places.push(at);
            joined.push(value);
            // When enough have come to change it.
            if joined.len() > of_run.map_or(0, |base| base.documents * (PORTION + 1) / PORTION) {
                of_run = match of_run {
                    Some(base) if base.documents >= FEWEST => Some(base.grown(&joined, grain)),
                    _ => Base::of(&joined, grain),
                };
            }
        }
        own = both(of_run)?;
    }
    let in_unit = |deviation: &f64| own.centre + own.sigma * deviation;
    Some(Chart {
        base: own,
        values: values.to_vec(),
        control: own.sigma * own.reach(rate),
        ewma: watch.averages.iter().map(in_unit).collect(),
        ewma_control: watch.limits.iter().map(|limit| own.sigma * limit).collect(),
        signals: watch.signals,
    })
}

/// What watches the deviations, one by one.
struct Watch {
    /// Of each document; 0 before the first that is watched.
    deviations: Vec<f64>,
    averages: Vec<f64>,
    limits: Vec<f64>,
    signals: Vec<Signal>,
    /// The moving average's limit once it has run in.
    limit: f64,
    first: usize,
    /// Drift that goes on, to this side.
    drift: Option<f64>,
    /// The last document lay beyond its limit, on this side.
    beyond: f64,
    /// No change began before this place.
    earliest: usize,
}

impl Watch {
    fn new(first: usize, limit: f64) -> Self {
        let start = limit * LAMBDA / spread(LAMBDA);
        Self {
            deviations: vec![0.0; first],
            averages: vec![0.0; first],
            limits: vec![start; first],
            signals: Vec::new(),
            limit,
            first,
            drift: None,
            beyond: 0.0,
            earliest: first,
        }
    }

    /// Takes the next document; the place where drift began, if it is signalled now.
    fn see(&mut self, at: usize, value: f64, base: &Base, rate: f64) -> Option<usize> {
        let (deviation, reach) = (base.deviation(value), base.reach(rate));
        let last = self.averages.last().copied().unwrap_or(0.0);
        let average = last + LAMBDA * (deviation.clamp(-CLIP, CLIP) - last);
        // The variance of an average that has not run in yet (Lucas and Saccucci 1990).
        let seen = 2 * (at + 1 - self.first).min(1000) as i32;
        let run_in = (1.0 - (1.0 - LAMBDA).powi(seen)).sqrt();
        let limit = self.limit * widening(base.correlation) * run_in;
        self.deviations.push(deviation);
        self.averages.push(average);
        self.limits.push(limit);
        // It lasts until the average is back at the centre.
        if self.drift.is_some_and(|side| average * side <= 0.0) {
            (self.drift, self.earliest) = (None, at + 1);
        }
        let beyond = if deviation.abs() > reach { deviation.signum() } else { 0.0 };
        if beyond != 0.0 && beyond * self.beyond <= 0.0 && self.drift != Some(beyond) {
            let test = Test::Individuals;
            self.signals.push(Signal { test, at, since: at, shift: deviation });
        }
        self.beyond = beyond;
        if self.drift.is_some() || average.abs() <= limit {
            return None;
        }
        self.drift = Some(average.signum());
        let since = self.onset();
        let shift = median(&mut self.deviations[since..].to_vec())?;
        self.signals.push(Signal { test: Test::Ewma, at, since, shift });
        Some(since)
    }

    /// The likeliest place at which the mean began to differ from the centre, if it does since then
    /// (Samuel, Pignatiello and Calvin 1998).
    fn onset(&self) -> usize {
        let (mut sum, mut best) = (0.0, (0.0, self.deviations.len().saturating_sub(1)));
        for (count, place) in (self.earliest..self.deviations.len()).rev().enumerate() {
            sum += self.deviations[place].clamp(-CLIP, CLIP);
            let likelihood = sum * sum / (count + 1) as f64;
            if likelihood > best.0 && sum * self.averages[self.averages.len() - 1] > 0.0 {
                best = (likelihood, place);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const BASE: Base =
        Base { centre: 0.8, sigma: 0.05, documents: 1000, excess: 0.42, correlation: 0.0 };

    /// Documents in control, about normal.
    fn documents(n: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || (0..12).map(|_| random.random_range(-0.5..0.5)).sum::<f64>();
        (0..n).map(|_| BASE.centre + BASE.sigma * normal()).collect()
    }

    fn drifts(chart: &Chart) -> Vec<Signal> {
        chart.signals.iter().filter(|signal| signal.test == Test::Ewma).copied().collect()
    }

    #[test]
    fn what_never_changes_signals_nothing() {
        for base in [None, Some(&BASE)] {
            let chart = chart(&[BASE.centre; 300], Measure::Contrast, base).unwrap();
            assert!(chart.signals.is_empty());
            assert_eq!((chart.ewma.len(), chart.ewma_control.len()), (300, 300));
        }
        assert!(chart(&[0.8; FEWEST - 1], Measure::Contrast, None).is_none());
        assert!(chart(&[], Measure::Contrast, Some(&BASE)).unwrap().values.is_empty());
    }

    #[test]
    fn a_step_is_signalled_once_with_its_begin_and_size() {
        for (base, from) in [(Some(&BASE), 60), (None, 150)] {
            let mut found = Vec::new();
            for seed in 0..20 {
                let mut values = documents(from + 200, seed);
                values[from..].iter_mut().for_each(|v| *v -= 2.0 * BASE.sigma);
                let chart = chart(&values, Measure::Contrast, base).unwrap();
                let signals = drifts(&chart);
                // Once in 490 documents one comes for nothing.
                if signals.iter().any(|signal| signal.at < from) {
                    continue;
                }
                let [signal] = &signals[..] else { panic!("{seed}: {signals:?}") };
                assert!(signal.at < from + 15, "{seed}: {signal:?}");
                assert!((-3.5..-0.7).contains(&signal.shift), "{seed}: {signal:?}");
                found.push(signal.since.abs_diff(from));
            }
            found.sort_unstable();
            let count = found.len();
            assert!(count >= 12 && found[count / 2] <= 1 && found[count * 3 / 4] <= 4, "{found:?}");
        }
    }

    #[test]
    fn one_wild_document_is_no_drift() {
        let mut values = documents(100, 3);
        values[50] = 3.0;
        let chart = chart(&values, Measure::Contrast, Some(&BASE)).unwrap();
        let [signal] = &chart.signals[..] else { panic!("{:?}", chart.signals) };
        assert_eq!((signal.test, signal.at, signal.since), (Test::Individuals, 50, 50));
        assert!(signal.shift > 30.0);
    }

    #[test]
    fn what_goes_and_comes_again_is_signalled_twice() {
        let mut values = documents(300, 5);
        for i in (100..140).chain(200..240) {
            values[i] += 3.0 * BASE.sigma;
        }
        let chart = chart(&values, Measure::Contrast, Some(&BASE)).unwrap();
        let [first, second] = drifts(&chart)[..] else { panic!("{:?}", chart.signals) };
        assert!(first.since.abs_diff(100) <= 1 && second.since.abs_diff(200) <= 1);
    }

    #[test]
    fn a_run_that_goes_on_changes_nothing_that_was_signalled() {
        let mut values = documents(260, 8);
        values[180..].iter_mut().for_each(|v| *v += 1.5 * BASE.sigma);
        let whole = chart(&values, Measure::Contrast, None).unwrap();
        let part = chart(&values[..220], Measure::Contrast, None).unwrap();
        let until: Vec<Signal> = whole.signals.iter().filter(|s| s.at < 220).copied().collect();
        assert!(!until.is_empty());
        assert_eq!(until, part.signals);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_mirror_image_signals_alike(
            values in prop::collection::vec(0.5..1.1f64, 0..150),
            shift in -0.3..0.3f64,
        ) {
            let mut values = values;
            let half = values.len() / 2;
            values[half..].iter_mut().for_each(|v| *v += shift);
            let mirrored: Vec<f64> = values.iter().map(|v| 2.0 * BASE.centre - v).collect();
            let [a, b] = [&values, &mirrored]
                .map(|values| chart(values, Measure::Contrast, Some(&BASE)).unwrap());
            prop_assert_eq!(a.signals.len(), b.signals.len());
            for (a, b) in a.signals.iter().zip(&b.signals) {
                prop_assert_eq!((a.test, a.at, a.since), (b.test, b.at, b.since));
                prop_assert!((a.shift + b.shift).abs() < 1e-9);
            }
        }

        #[test]
        fn signals_lie_in_order_and_beyond_their_limits(
            values in prop::collection::vec(-1e3..1e3f64, 20..120),
        ) {
            let Some(chart) = chart(&values, Measure::Skew, None) else { return Ok(()) };
            prop_assert!(chart.signals.is_sorted_by_key(|signal| signal.at));
            for signal in drifts(&chart) {
                prop_assert!(signal.since <= signal.at && signal.at < values.len());
                let off = (chart.ewma[signal.at] - chart.base.centre).abs();
                prop_assert!(off > chart.ewma_control[signal.at]);
            }
        }
    }
}
