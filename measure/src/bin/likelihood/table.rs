//! The tables, as Markdown.
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

use tumar::inspect::decision::likelihood::{MAP, Map};

use super::trial::{Trial, Whose};
use measure::logistic;
use measure::neighbours::Kind;
use measure::rate::Rate;
use measure::ratios::{cllr, cllr_min};

/// Scores of the holders' names and of others; none where undetermined.
#[derive(Default)]
pub(crate) struct Scores {
    own: Vec<Option<f64>>,
    others: Vec<Option<f64>>,
}

impl Scores {
    pub(crate) fn of<'t>(trials: impl IntoIterator<Item = &'t Trial>) -> Self {
        let mut scores = Self::default();
        for (whose, score) in trials.into_iter().flat_map(Trial::scores) {
            let of = if whose == Whose::Own { &mut scores.own } else { &mut scores.others };
            of.push(score);
        }
        scores
    }

    /// The map that suits them best.
    pub(crate) fn fitted(&self) -> Map {
        logistic::fit(&determined(&self.own), &determined(&self.others))
    }

    /// The ratios, log10, that are determined: own and others.
    pub(crate) fn ratios(&self, map: &Map) -> [Vec<f64>; 2] {
        [&self.own, &self.others]
            .map(|of| of.iter().flatten().map(|&score| map.log10(score)).collect())
    }

    fn cllr(&self, map: &Map) -> f64 {
        let [own, others] = self.ratios(map);
        cllr(&own, &others)
    }

    /// The same if what is undetermined counts as a ratio of 1.
    fn cllr_of_all(&self, map: &Map) -> f64 {
        let of = |scores: &[Option<f64>]| -> Vec<f64> {
            scores.iter().map(|score| score.map_or(0.0, |score| map.log10(score))).collect()
        };
        cllr(&of(&self.own), &of(&self.others))
    }

    fn cllr_min(&self) -> f64 {
        cllr_min(&determined(&self.own), &determined(&self.others))
    }

    fn undetermined(&self) -> [Rate; 2] {
        [&self.own, &self.others].map(|of| Rate::of(of, |score| score.is_none()))
    }

    /// Own names of a ratio under 1, and others of one over it.
    fn misleading(&self) -> [Rate; 2] {
        let [own, others] = self.ratios(&MAP);
        [Rate::of(own, |log10| *log10 < 0.0), Rate::of(others, |log10| *log10 > 0.0)]
    }
}

fn determined(scores: &[Option<f64>]) -> Vec<f64> {
    scores.iter().flatten().copied().collect()
}

/// A row a condition, with what a map makes of it that was fitted without its preset, and one of all
/// tints at their presets' resolutions.
pub(crate) fn print_conditions(trials: &[Trial], fit: &[Trial]) {
    println!(
        "| condition | scans | undetermined: holder | others | Cllr | least Cllr | fitted without the preset | undetermined as LR 1 | holder, LR < 1 | others, LR > 1 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let preset = |condition: &str| condition.split(['@', '+']).next().map(str::to_owned);
    let mut conditions: Vec<&str> = Vec::new();
    for trial in trials {
        if !conditions.contains(&&*trial.condition) {
            conditions.push(&trial.condition);
        }
    }
    for condition in conditions {
        let scores = Scores::of(trials.iter().filter(|t| t.condition == condition));
        let own = preset(condition);
        let elsewhere = Scores::of(fit.iter().filter(|t| preset(&t.condition) != own));
        print_row(condition, &scores, &format!("{:.4}", scores.cllr(&elsewhere.fitted())));
    }
    let usual = trials.iter().filter(|t| !t.condition.contains(['@', '+']));
    let usual = Scores::of(usual);
    if !usual.own.is_empty() {
        print_row("**tints, presets as they are**", &usual, "");
    }
}

fn print_row(title: &str, scores: &Scores, elsewhere: &str) {
    let ([no_own, no_others], [own, others]) = (scores.undetermined(), scores.misleading());
    println!(
        "| {title} | {} | {no_own} | {no_others} | {:.4} | {:.4} | {elsewhere} | {:.4} | {own} | {others} |",
        scores.own.len(),
        scores.cllr(&MAP),
        scores.cllr_min(),
        scores.cllr_of_all(&MAP),
    );
}

/// A row for each kind of name.
pub(crate) fn print_names(trials: &[Trial]) {
    println!(
        "\n| name | comparisons | undetermined | speaks the wrong way | worst log10 LR | Cllr against holders |"
    );
    println!("|---|---|---|---|---|---|");
    let [holders, _] = Scores::of(trials).ratios(&MAP);
    let near = Kind::ALL.map(|kind| (format!("near: {}", kind.title()), Whose::Near(kind)));
    let kinds = [("the holder's".to_owned(), Whose::Own), ("any".to_owned(), Whose::Other)];
    for (title, kind) in kinds.into_iter().chain(near) {
        let of_kind = trials.iter().flat_map(Trial::scores).filter(|(whose, _)| *whose == kind);
        let scores: Vec<Option<f64>> = of_kind.map(|(_, score)| score).collect();
        let ratios: Vec<f64> = determined(&scores).into_iter().map(|s| MAP.log10(s)).collect();
        let is_own = kind == Whose::Own;
        let worse = |a: &f64, b: &f64| if is_own { b.total_cmp(a) } else { a.total_cmp(b) };
        let worst = ratios.iter().copied().max_by(worse).unwrap_or_default();
        let wrong = |log10: &f64| if is_own { *log10 < 0.0 } else { *log10 > 0.0 };
        let cost = if is_own { String::new() } else { format!("{:.4}", cllr(&holders, &ratios)) };
        println!(
            "| {title} | {} | {} | {} | {worst:.2} | {cost} |",
            scores.len(),
            Rate::of(&scores, |score| score.is_none()),
            Rate::of(ratios, wrong),
        );
    }
}

/// Ratios, log10, between two limits, and how many of either kind have one.
pub(crate) struct Bin {
    pub(crate) mean: f64,
    own: Rate,
    others: Rate,
}

impl Bin {
    /// What the counts themselves say, log10, with its interval.
    pub(crate) fn says(&self) -> [f64; 3] {
        let ([own_low, own_high], [low, high]) = (self.own.interval(), self.others.interval());
        let ratios = [own_low / high, self.own.share() / self.others.share(), own_high / low];
        ratios.map(f64::log10)
    }
}

/// The reliability of the ratios: what is stated against what the counts say.
pub(crate) fn print_bins(scores: &Scores) -> Vec<Bin> {
    println!("\n| log10 LR stated | mean | holders | others | the counts say |");
    println!("|---|---|---|---|---|");
    let [own, others] = scores.ratios(&MAP);
    let [least, greatest] = MAP.bounds;
    let inner =
        [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0].into_iter().filter(|v| (least..greatest).contains(v));
    let limits: Vec<f64> = [least, least.next_up()].into_iter().chain(inner).collect();
    let limits: Vec<f64> = limits.into_iter().chain([greatest, f64::INFINITY]).collect();
    let mut bins = Vec::new();
    for limits in limits.windows(2) {
        let is_in = |log10: &f64| (limits[0]..limits[1]).contains(log10);
        let of = |ratios: &[f64]| Rate::of(ratios.iter().copied(), is_in);
        let within: Vec<f64> = own.iter().chain(&others).copied().filter(is_in).collect();
        if within.is_empty() {
            continue;
        }
        let mean = within.iter().sum::<f64>() / within.len() as f64;
        let bin = Bin { mean, own: of(&own), others: of(&others) };
        let [low, says, high] = bin.says().map(|v| {
            if v.is_finite() {
                format!("{v:.1}")
            } else {
                (if v > 0.0 { "∞" } else { "−∞" }).into()
            }
        });
        let title = match limits {
            [from, to] if to.is_infinite() || *to <= from.next_up() => {
                format!("{from:.2}, a bound")
            }
            [from, to] => format!("{from:.1} to {to:.1}"),
            _ => String::new(),
        };
        println!(
            "| {title} | {mean:.2} | {} | {} | {says} [{low} to {high}] |",
            bin.own.hits, bin.others.hits
        );
        bins.push(bin);
    }
    bins
}
