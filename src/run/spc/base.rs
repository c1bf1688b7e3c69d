//! The base: what is normal for one measure of one machine, told robustly from documents.

use serde::{Deserialize, Serialize};

use super::limits::{CLIP, clipped_variance};
use crate::numerics::normal;

/// Rounds in which centre and sigma settle: each brings them about ten times nearer.
const ROUNDS: usize = 12;
/// … and if a few documents have joined.
const SOME_MORE: usize = 3;
const _: () = assert!(SOME_MORE < ROUNDS);
/// The median distance from the median is this share of a normal standard deviation.
const OF_SIGMA: f64 = 0.674_49;
/// A tenth of normal documents lie further from the centre than this, in sigma …
const FAR: f64 = 1.644_85;
const TENTH: f64 = 0.1;
/// … by 0.42 on average; by 0.65 where the tails are exponential. Before anything is known it is taken as
/// so much, …
const EXCESS: f64 = 0.6;
/// … which counts as much as so many documents that lie far: a guess.
const PRIOR: f64 = 4.0;
/// The largest correlation that is allowed for: a guess. A machine in control has less.
const MOST: f64 = 0.5;

/// What is normal for one measure of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// Centre, in the measure's unit.
    pub centre: f64,
    /// Standard deviation that the moving average of documents, each clipped, has as if they were
    /// normal.
    pub sigma: f64,
    /// Documents that told it.
    pub documents: usize,
    /// By how many sigma the farthest tenth of documents lies beyond 1.645 on average: 0.42 of normal
    /// ones, more where tails are heavy.
    #[serde(default = "unknown_excess")]
    pub excess: f64,
    /// Correlation of each document with the next that is beyond doubt, 0..1.
    #[serde(default)]
    pub correlation: f64,
}

fn unknown_excess() -> f64 {
    EXCESS
}

impl Base {
    /// Of documents in control, some of which may not be; none of none. Differences below `grain` mean
    /// nothing.
    ///
    /// Huber's (1964) proposal 2: centre and sigma are those at which deviations that are clipped at
    /// [`CLIP`] have the mean and the variance of normal ones, whatever their distribution.
    #[must_use]
    pub fn of(values: &[f64], grain: f64) -> Option<Self> {
        let mut sorted = values.to_vec();
        let centre = median(&mut sorted)?;
        let mut apart: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
        let sigma = (median(&mut apart)? / OF_SIGMA).max(grain);
        let start =
            Self { centre, sigma, documents: values.len(), excess: EXCESS, correlation: 0.0 };
        Some(start.settled(values, grain, ROUNDS))
    }

    /// The same now that some documents more have joined, the last of these.
    #[must_use]
    pub fn grown(&self, values: &[f64], grain: f64) -> Self {
        self.settled(values, grain, SOME_MORE)
    }

    /// Of these documents; centre and sigma are near already.
    fn settled(mut self, values: &[f64], grain: f64, rounds: usize) -> Self {
        let n = values.len() as f64;
        self.documents = values.len();
        for _ in 0..rounds {
            let Self { centre, sigma, .. } = self;
            let clipped = |v: &f64| ((v - centre) / sigma).clamp(-CLIP, CLIP);
            let inside = values.iter().filter(|v| ((*v - centre) / sigma).abs() < CLIP).count();
            let mean = values.iter().map(clipped).sum::<f64>() / (inside.max(1) as f64);
            let square = values.iter().map(|v| clipped(v).powi(2)).sum::<f64>();
            let square = square / ((n - 1.0).max(1.0) * clipped_variance(CLIP));
            self.centre = centre + sigma * mean;
            self.sigma = (sigma * square.sqrt()).max(grain);
        }
        let beyond = values.iter().map(|v| ((v - self.centre) / self.sigma).abs() - FAR);
        let beyond: Vec<f64> = beyond.filter(|v| *v > 0.0).collect();
        let sum = beyond.iter().sum::<f64>() + PRIOR * EXCESS;
        self.excess = sum / (beyond.len() as f64 + PRIOR);
        let clipped = |v: &f64| ((v - self.centre) / self.sigma).clamp(-CLIP, CLIP);
        let pairs = values.iter().zip(values.iter().skip(1));
        let products: f64 = pairs.map(|(a, b)| clipped(a) * clipped(b)).sum();
        // Independent ones correlate by 1 / √n (Bartlett 1946).
        let doubt = 1.0 / n.max(1.0).sqrt();
        let correlation = products / (n * clipped_variance(CLIP)).max(1.0);
        self.correlation = (correlation - doubt).clamp(0.0, MOST);
        self
    }

    /// This base and one that other documents tell, as one.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let [n, m] = [self.documents as f64, other.documents as f64];
        let mean = |a: f64, b: f64| (n * a + m * b) / (n + m).max(1.0);
        let variance = mean(self.sigma.powi(2), other.sigma.powi(2));
        Self {
            centre: mean(self.centre, other.centre),
            sigma: variance.sqrt(),
            documents: self.documents.saturating_add(other.documents),
            excess: mean(self.excess, other.excess),
            correlation: mean(self.correlation, other.correlation),
        }
    }

    /// How far a document lies from the centre, as a standard normal deviation: what is left open of
    /// centre and sigma is allowed for, so that in control documents one after the other are independent
    /// and standard normal (Quesenberry 1991).
    #[must_use]
    pub fn deviation(&self, value: f64) -> f64 {
        let n = self.documents as f64;
        let t = (value - self.centre) / (self.sigma * (1.0 + 1.0 / n).sqrt());
        // Student's distribution as a normal one (Wallace 1959).
        let free = (n - 1.0).max(1.0);
        let z = (8.0 * free + 1.0) / (8.0 * free + 3.0) * (free * (t * t / free).ln_1p()).sqrt();
        z.copysign(t)
    }

    /// Half the width about the centre, in sigma, that this share of documents leaves; under a tenth.
    /// The tail goes on exponentially from where a tenth lies, as the tails of most distributions do or
    /// sooner (Breiman, Stone and Kooperberg 1990).
    #[must_use]
    pub fn reach(&self, share: f64) -> f64 {
        (FAR + self.excess * (TENTH / share).ln()).max(normal::quantile(0.5 * share))
    }
}

/// The middle value; of an even number the mean of both.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    let upper = *values.get(n / 2)?;
    Some(if n.is_multiple_of(2) { 0.5 * (values[n / 2 - 1] + upper) } else { upper })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Evenly spaced quantiles of a normal distribution.
    fn normal_values(n: usize) -> Vec<f64> {
        let share = |i: usize| (i as f64 + 0.5) / n as f64;
        let value = |i: usize| {
            let share = share(i);
            if share < 0.5 { -normal::quantile(share) } else { normal::quantile(1.0 - share) }
        };
        (0..n).map(value).collect()
    }

    #[test]
    fn normal_documents_have_their_mean_and_deviation() {
        let values: Vec<f64> = normal_values(400).iter().map(|z| 3.0 + 0.2 * z).collect();
        let base = Base::of(&values, 1e-6).unwrap();
        assert!((base.centre - 3.0).abs() < 1e-3 && (base.sigma - 0.2).abs() < 2e-3, "{base:?}");
        assert!((base.excess - 0.43).abs() < 0.03, "{base:?}");
    }

    #[test]
    fn a_tenth_of_wild_documents_moves_little() {
        let mut values = normal_values(180);
        values.extend([50.0; 20]);
        let base = Base::of(&values, 1e-6).unwrap();
        assert!(base.centre.abs() < 0.5 && base.sigma < 1.6, "{base:?}");
    }

    #[test]
    fn equal_documents_have_the_grain() {
        let base = Base::of(&[1.0; 30], 0.01).unwrap();
        assert!((base.centre - 1.0).abs() < 1e-12 && (base.sigma - 0.01).abs() < 1e-12);
        assert!(Base::of(&[], 0.01).is_none());
    }

    #[test]
    fn an_absurd_base_is_borne() {
        let absurd =
            Base { centre: 0.0, sigma: 0.0, documents: usize::MAX, excess: -1.0, correlation: 9.0 };
        let both = absurd.and(&Base::of(&normal_values(30), 1e-3).unwrap());
        assert_eq!(both.documents, usize::MAX);
    }

    #[test]
    fn the_reach_is_the_exponential_tail() {
        let base = Base { centre: 0.0, sigma: 1.0, documents: 200, excess: 0.5, correlation: 0.0 };
        let [near, far] = [1e-3, 1e-5].map(|share| base.reach(share));
        assert!((far - near - 0.5 * 100f64.ln()).abs() < 1e-9);
        assert!(base.reach(1e-3) > normal::quantile(0.5e-3));
    }

    proptest! {
        #[test]
        fn units_change_nothing(
            values in prop::collection::vec(-5.0..5.0f64, 20..60),
            times in 0.1..10.0f64,
            plus in -10.0..10.0f64,
        ) {
            let base = Base::of(&values, 1e-3).unwrap();
            let moved: Vec<f64> = values.iter().map(|v| plus + times * v).collect();
            let moved = Base::of(&moved, times * 1e-3).unwrap();
            prop_assert!((moved.centre - plus - times * base.centre).abs() < 1e-6 * times);
            prop_assert!((moved.sigma / times - base.sigma).abs() < 1e-6);
        }

        #[test]
        fn deviations_rise(a in -9.0..9.0f64, b in -9.0..9.0f64, n in 2..400usize) {
            let base = Base { centre: 0.5, sigma: 1.5, documents: n, excess: EXCESS, correlation: 0.0 };
            prop_assert_eq!(a < b, base.deviation(a) < base.deviation(b));
        }
    }
}
