//! The share of names exact over strength: a normal distribution of the thresholds of single scans.

/// Steps of the search, in dB.
const STEP: f64 = 0.05;
/// Half of the 95 % quantile of χ² with one degree of freedom.
const LIKELY: f64 = 1.92;
/// 99 % of a normal distribution lie below this many standard deviations.
const Z99: f64 = 2.326;

/// The strength at which half, and nearly all, of the names are exact; in dB re strength 1.
#[derive(Clone, Copy)]
pub(crate) struct Threshold {
    pub(crate) half: f64,
    /// Where the profile likelihood has its 95 % interval.
    pub(crate) interval: [f64; 2],
    pub(crate) nearly_all: f64,
}

pub(crate) fn decibels(strength: f64) -> f64 {
    20.0 * strength.log10()
}

pub(crate) fn strength(decibels: f64) -> f64 {
    10f64.powf(decibels / 20.0)
}

/// The likeliest for these strengths, each with its hits and how many were tried.
pub(crate) fn fit(trials: &[(f64, usize, usize)]) -> Threshold {
    let trials: Vec<(f64, f64, f64)> =
        trials.iter().map(|&(s, hits, of)| (decibels(s), hits as f64, of as f64)).collect();
    let likelihood = |middle: f64, spread: f64| -> f64 {
        let one = |&(at, hits, of): &(f64, f64, f64)| {
            let share = normal((at - middle) / spread).clamp(1e-9, 1.0 - 1e-9);
            hits * share.ln() + (of - hits) * (1.0 - share).ln()
        };
        trials.iter().map(one).sum()
    };
    let spreads: Vec<f64> = (0..28).map(|i| 0.5 * 1.12f64.powi(i)).collect();
    let best_at = |middle: f64| {
        let tried = spreads.iter().map(|&spread| (likelihood(middle, spread), spread));
        tried.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
    };
    let middles = (0..=(45.0 / STEP) as usize).map(|i| -45.0 + i as f64 * STEP);
    let profile: Vec<(f64, f64, f64)> = middles
        .map(|middle| {
            let (height, spread) = best_at(middle);
            (middle, spread, height)
        })
        .collect();
    let best = profile.iter().copied().max_by(|a, b| a.2.total_cmp(&b.2)).unwrap_or_default();
    let likely = || profile.iter().filter(|p| p.2 >= best.2 - LIKELY).map(|p| p.0);
    Threshold {
        half: best.0,
        interval: [likely().fold(f64::INFINITY, f64::min), likely().fold(-f64::INFINITY, f64::max)],
        nearly_all: best.0 + Z99 * best.1,
    }
}

/// The normal distribution, to 10⁻⁴ (Abramowitz and Stegun, 26.2.18).
fn normal(z: f64) -> f64 {
    let t = z.abs();
    let tail =
        0.5 * (1.0 + t * (0.196_854 + t * (0.115_194 + t * (0.000_344 + t * 0.019_527)))).powi(-4);
    if z < 0.0 { tail } else { 1.0 - tail }
}
