//! The tables, as Markdown, and the scans one by one, as CSV.
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use tumar::channel::Preset;

use super::probit::{self, Threshold};
use super::trial::Trial;
use measure::rate::Rate;

type Hit = fn(&Trial) -> bool;

/// By preset and strength.
pub(crate) fn print_shares(trials: &[Trial], presets: &[Preset], strengths: &[f64]) {
    println!(
        "| preset | strength | scans | length found | exact | verdict read | told: exact | told: symbols wrong |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for &preset in presets {
        for &strength in strengths {
            let group: Vec<&Trial> = group(trials, preset, strength).collect();
            let symbols = Rate {
                hits: group.iter().map(|t| t.told_errors).sum(),
                of: group.iter().map(|t| t.symbols).sum(),
            };
            println!(
                "| {preset} | {strength} | {} | {} | {} | {} | {} | {symbols} |",
                group.len(),
                Rate::of(&group, |t| t.placed),
                Rate::of(&group, |t| t.exact),
                Rate::of(&group, |t| t.read),
                Rate::of(&group, |t| t.told),
            );
        }
    }
}

/// The strengths that it takes, and how far the reader is from the told one.
pub(crate) fn print_thresholds(trials: &[Trial], presets: &[Preset], strengths: &[f64]) {
    println!(
        "\nStrength at which 50 % [95 % interval] and 99 % of the names are exact, and dB over the told reader:\n"
    );
    println!(
        "| preset | told, 50 % | exact, 50 % | dB | read, 50 % | dB | told, 99 % | exact, 99 % | dB | read, 99 % | dB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for &preset in presets {
        let of = |hit: Hit| {
            let one = |&s: &f64| {
                let rate = Rate::of(group(trials, preset, s), |t| hit(t));
                (s, rate.hits, rate.of)
            };
            probit::fit(&strengths.iter().map(one).collect::<Vec<_>>())
        };
        let [told, exact, read] = [of(|t| t.told), of(|t| t.exact), of(|t| t.read)];
        let distance = |from: f64, to: f64| format!("{:+.1}", to - from);
        println!(
            "| {preset} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            half(told),
            half(exact),
            distance(told.half, exact.half),
            half(read),
            distance(told.half, read.half),
            nearly(told, strengths),
            nearly(exact, strengths),
            distance(told.nearly_all, exact.nearly_all),
            nearly(read, strengths),
            distance(told.nearly_all, read.nearly_all),
        );
    }
    println!("\n*: beyond the strengths that were tried, by the fitted curve.");
}

fn half(threshold: Threshold) -> String {
    let [low, high] = threshold.interval.map(probit::strength);
    format!("{:.3} [{low:.3}–{high:.3}]", probit::strength(threshold.half))
}

fn nearly(threshold: Threshold, strengths: &[f64]) -> String {
    let at = probit::strength(threshold.nearly_all);
    let tried = strengths.iter().copied().fold(0.0, f64::max);
    format!("{at:.3}{}", if at > tried { "*" } else { "" })
}

fn group(trials: &[Trial], preset: Preset, strength: f64) -> impl Iterator<Item = &Trial> {
    trials.iter().filter(move |t| t.preset == preset && t.strength.total_cmp(&strength).is_eq())
}

pub(crate) fn write_csv(path: &Path, trials: &[Trial]) -> Result<()> {
    let mut csv = String::from(
        "preset,strength,portrait,legend,seed,symbols,length_found,exact,read,told_exact,told_errors\n",
    );
    for t in trials {
        writeln!(
            csv,
            "{},{},\"{}\",\"{}\",{},{},{},{},{},{},{}",
            t.preset,
            t.strength,
            t.portrait,
            t.legend,
            t.seed,
            t.symbols,
            t.placed,
            t.exact,
            t.read,
            t.told,
            t.told_errors,
        )?;
    }
    std::fs::write(path, csv).with_context(|| path.display().to_string())
}
