//! Drift of numbers: documents drawn from known distributions.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tumar::run::spc::{Base, Chart, Measure, Test, chart};

use crate::table::{quantile, rate};

/// Documents of a run in which nothing drifts.
const CALM: usize = 1000;
/// Documents before a step, with a known base and with that of the run, and after it.
const BEFORE: [usize; 3] = [100, 100, 300];
const AFTER: usize = 300;

/// How documents scatter: all with mean 0 and variance 1.
#[derive(Clone, Copy)]
enum Scatter {
    Normal,
    /// A gamma distribution of shape 4: skewness 1.
    Skewed,
    /// Student's t with five degrees of freedom.
    Heavy,
    /// Normal, each correlated with the one before by 0.2.
    Correlated,
}

impl Scatter {
    const ALL: [Self; 4] = [Self::Normal, Self::Skewed, Self::Heavy, Self::Correlated];

    fn title(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Skewed => "skewed (gamma, shape 4)",
            Self::Heavy => "heavy tails (Student, 5)",
            Self::Correlated => "autocorrelated by 0.2",
        }
    }

    fn draw(self, count: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut unit = move || 1.0 - random.random_range(0.0..1.0f64);
        // Box and Muller (1958).
        let mut normal =
            move || (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos();
        let mut last = normal();
        let one = |_| match self {
            Self::Normal => normal(),
            Self::Skewed => {
                let sum: f64 = (0..8).map(|_| normal().powi(2)).sum();
                (0.5 * sum - 4.0) / 2.0
            }
            Self::Heavy => {
                let square: f64 = (0..5).map(|_| normal().powi(2)).sum();
                normal() / (square / 5.0).sqrt() * (3.0f64 / 5.0).sqrt()
            }
            Self::Correlated => {
                last = 0.2 * last + (1.0 - 0.04f64).sqrt() * normal();
                last
            }
        };
        (0..count).map(one).collect()
    }

    /// A base that is as good as known.
    fn base(self) -> Option<Base> {
        Base::of(&self.draw(20_000, 1), 1e-6)
    }
}

/// Prints how rarely calm machines signal and how soon drifting ones do.
pub(crate) fn run(runs: usize) {
    println!(
        "| documents | base | all charts of a machine: false signals a document, once in | contrast's moving average | single documents |"
    );
    println!("|---|---|---|---|---|");
    each(|scatter, known, base| {
        let charts: Vec<[usize; 3]> = (0..runs as u64)
            .into_par_iter()
            .map(|number| {
                let of = |i: usize, measure: Measure| {
                    let seed = 1_000_003 * (8 * number + i as u64 + 7);
                    chart(&scatter.draw(CALM, seed), measure, base.as_ref())
                };
                let charts = Measure::ALL.iter().enumerate().filter_map(|(i, &m)| of(i, m));
                let mut counts = [0; 3];
                for (i, chart) in charts.enumerate() {
                    let drifts = count(&chart, Test::Ewma);
                    counts[0] += chart.signals.len();
                    counts[1] += if i == 0 { drifts } else { 0 };
                    counts[2] += chart.signals.len() - drifts;
                }
                counts
            })
            .collect();
        let once = |i: usize| rate(charts.iter().map(|c| c[i]).sum(), runs * CALM);
        println!("| {} | {known} | {} | {} | {} |", scatter.title(), once(0), once(1), once(2));
    });
    println!(
        "\n| documents | base | step, σ | contrast: signalled after documents, median | mean | 90 % | of all, within {AFTER} |"
    );
    println!("|---|---|---|---|---|---|---|");
    for scatter in Scatter::ALL {
        for (known, before) in [true, false, false].into_iter().zip(BEFORE) {
            let base = scatter.base().filter(|_| known);
            for step in [0.5, 1.0, 2.0] {
                let delays: Vec<Option<usize>> = (0..4 * runs as u64)
                    .into_par_iter()
                    .filter_map(|number| {
                        let mut values = scatter.draw(before + AFTER, 77_003 * (number + 3));
                        values[before..].iter_mut().for_each(|v| *v -= step);
                        delay(&chart(&values, Measure::Contrast, base.as_ref())?, before)
                    })
                    .collect();
                let mut found: Vec<f64> = delays.iter().flatten().map(|&d| d as f64).collect();
                let share = 100.0 * found.len() as f64 / delays.len() as f64;
                let mean = found.iter().sum::<f64>() / found.len() as f64;
                let [median, most] = [0.5, 0.9].map(|share| quantile(&mut found, share));
                let base = if known { "known".into() } else { format!("the run's first {before}") };
                println!(
                    "| {} | {base} | {step} | {median:.0} | {mean:.1} | {most:.0} | {share:.1} % |",
                    scatter.title(),
                );
            }
        }
    }
}

fn each(run: impl Fn(Scatter, &str, Option<Base>)) {
    for scatter in Scatter::ALL {
        run(scatter, "known", scatter.base());
        run(scatter, "of the run", None);
    }
}

fn count(chart: &Chart, test: Test) -> usize {
    chart.signals.iter().filter(|signal| signal.test == test).count()
}

/// Documents from the step to the first signal of drift downwards; none inside if there is none; none
/// where a false one stands as the step comes.
fn delay(chart: &Chart, before: usize) -> Option<Option<usize>> {
    let drifts = || chart.signals.iter().filter(|signal| signal.test == Test::Ewma);
    let centre = chart.base.centre;
    let stands = drifts().rfind(|signal| signal.at < before).is_some_and(|signal| {
        let after = &chart.ewma[signal.at..before];
        after.iter().all(|v| (v - centre) * signal.shift > 0.0)
    });
    let first = chart.signals.iter().find(|signal| signal.at >= before && signal.shift < 0.0);
    (!stands).then(|| first.map(|signal| signal.at - before + 1))
}
