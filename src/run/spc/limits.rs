//! The limits: how far a moving average strays by chance, and how far it may, if false signals are to
//! be so rare.
//!
//! An exponentially weighted moving average eᵢ = (1 − λ) eᵢ₋₁ + λ zᵢ (Roberts 1959) of deviations in
//! standard deviations, each clipped so that no single document passes for drift.

use std::sync::LazyLock;

use nalgebra::{DMatrix, DVector};

use super::measure::Measure;
use crate::numerics::normal;

/// λ: how much the newest document weighs. At 10⁻³ false signals a document the soonest to signal one
/// standard deviation; at 10⁻⁴ two in a hundred later than the soonest.
pub const LAMBDA: f64 = 0.13;

/// A document counts for at most so many standard deviations: costs 1 % of the power where deviations
/// are normal, and wins some where tails are heavy (Huber 1964).
pub const CLIP: f64 = 2.0;

/// Documents after which a base is settled: what it leaves open is then an eighth of the moving
/// average's own spread.
pub const SETTLED: usize = 1000;

/// All charts of a machine together may signal falsely once in so many documents: as often as one
/// three-sigma chart does (Shewhart 1931).
pub const APART: f64 = 370.0;
/// Contrast's moving average has this share of them …
const CONTRAST: f64 = 0.75;
/// … and so many charts share the rest: the other measures' moving
/// averages, all measures' single documents, and the share that did not pass.
const OTHERS: usize = 2 * Measure::ALL.len();

/// Half the range of the chain's states is divided into this many, with one more in the middle: run
/// lengths are right to 1 %.
const STATES: usize = 40;

/// False signals a document that one chart may give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// The moving average.
    pub ewma: f64,
    /// Single documents.
    pub single: f64,
}

impl Rates {
    /// Of the charts of a measure: contrast has most of what all have.
    #[must_use]
    pub fn of(measure: Measure) -> Self {
        let single = Self::share();
        let ewma = if measure == Measure::Contrast { CONTRAST / APART } else { single };
        Self { ewma, single }
    }

    /// Of the share that did not pass.
    #[must_use]
    pub fn share() -> f64 {
        (1.0 - CONTRAST) / APART / OTHERS as f64
    }
}

/// Variance of a standard normal deviation that is clipped at ±`clip`.
#[must_use]
pub fn clipped_variance(clip: f64) -> f64 {
    let beyond = 2.0 * normal::tail(clip);
    1.0 - beyond - 2.0 * clip * normal::density(clip) + clip * clip * beyond
}

/// How much wider the moving average of a series spreads whose neighbours correlate by this much, each
/// next pair by that much less (Wieringa 1999).
#[must_use]
pub fn widening(correlation: f64) -> f64 {
    let kept = correlation * (1.0 - LAMBDA);
    ((1.0 + kept) / (1.0 - kept)).sqrt()
}

/// Standard deviation of the moving average once it has run in, of deviations with variance 1.
#[must_use]
pub fn spread(lambda: f64) -> f64 {
    (lambda / (2.0 - lambda)).sqrt()
}

/// How many documents a moving average that starts at 0 takes on average to pass ±`limit`, if normal
/// deviations have this mean and standard deviation: a Markov chain over its states (Brook and Evans
/// 1972; Lucas and Saccucci 1990).
#[must_use]
pub fn run_length(limit: f64, lambda: f64, clip: f64, mean: f64, deviation: f64) -> f64 {
    let states = 2 * STATES + 1;
    let width = 2.0 * limit / states as f64;
    let state = |i: usize| (i as f64 - STATES as f64) * width;
    let below = |z: f64| match z {
        z if z < -clip => 0.0,
        z if z >= clip => 1.0,
        z => normal::below((z - mean) / deviation),
    };
    let stays = DMatrix::from_fn(states, states, |from, to| {
        let at =
            |edge: f64| below((state(to) + edge * width - (1.0 - lambda) * state(from)) / lambda);
        f64::from(u8::from(from == to)) - (at(0.5) - at(-0.5))
    });
    let lengths = stays.lu().solve(&DVector::from_element(states, 1.0));
    lengths.map_or(f64::INFINITY, |lengths| lengths[STATES])
}

/// The limit at which a moving average signals falsely at this rate a document. What a base leaves open
/// of mean and deviation is not its affair: see [`deviation`](super::base::Base::deviation).
fn limit_at(rate: f64) -> f64 {
    let (mut low, mut high) = (spread(LAMBDA), 6.0 * spread(LAMBDA));
    for _ in 0..18 {
        let middle = 0.5 * (low + high);
        if run_length(middle, LAMBDA, CLIP, 0.0, 1.0) < 1.0 / rate {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The limit of the moving average at this rate, in standard deviations of a single document.
#[must_use]
pub fn ewma_limit(measure: Measure) -> f64 {
    static LIMITS: LazyLock<[f64; 2]> = LazyLock::new(|| {
        [Measure::Contrast, Measure::Stroke].map(|measure| limit_at(Rates::of(measure).ewma))
    });
    LIMITS[usize::from(measure != Measure::Contrast)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Montgomery (2012), table 9.11, after Lucas and Saccucci (1990): λ, limit in standard deviations
    /// of the average, and mean run lengths after shifts of 0, ½, 1 and 2 standard deviations.
    #[test]
    fn run_lengths_are_the_published_ones() {
        for (lambda, multiple, lengths) in [
            (0.25, 2.998, [500.0, 48.2, 11.1, 3.6]),
            (0.20, 2.962, [500.0, 41.8, 10.5, 3.7]),
            (0.10, 2.814, [500.0, 31.3, 10.3, 4.4]),
            (0.05, 2.615, [500.0, 28.8, 11.4, 5.2]),
        ] {
            let limit = multiple * spread(lambda);
            for (mean, published) in [0.0, 0.5, 1.0, 2.0].into_iter().zip(lengths) {
                let length = run_length(limit, lambda, 40.0, mean, 1.0);
                assert!((length / published - 1.0).abs() < 0.02, "{lambda} {mean}: {length}");
            }
        }
    }

    #[test]
    fn limits_keep_the_rate() {
        for measure in [Measure::Contrast, Measure::Stroke] {
            let limit = ewma_limit(measure);
            let length = run_length(limit, LAMBDA, CLIP, 0.0, 1.0);
            let aim = 1.0 / Rates::of(measure).ewma;
            assert!((length / aim - 1.0).abs() < 0.01, "{measure:?}: {limit} {length} {aim}");
        }
        let all: f64 = Measure::ALL.iter().map(|&m| Rates::of(m).ewma + Rates::of(m).single).sum();
        assert!((APART * (all + Rates::share()) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn clipping_takes_from_the_variance() {
        assert!((clipped_variance(40.0) - 1.0).abs() < 1e-9);
        // Huber (1981), proposal 2: β at 1.5.
        assert!((clipped_variance(1.5) - 0.778_5).abs() < 1e-3);
    }
}
