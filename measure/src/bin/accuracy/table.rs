//! The tables and the limits, as Markdown.
#![expect(clippy::print_stdout, reason = "the tables are what it is for")]

use tumar::channel::Preset;
use tumar::inspect::decision::verdict::Verdict;

use super::trial::{Neighbour, Trial, Truth};
use measure::neighbours::Kind;
use measure::rate::Rate;

/// The presets that must be read nearly always.
const HELD: [Preset; 3] = [Preset::Lab2400, Preset::Lab1200, Preset::Flatbed600];
const LEAST_BLIND: f64 = 0.99;
const LEAST_ACCEPTED: f64 = 0.999;
const MOST_IMPOSTORS: f64 = 0.001;

/// By preset and strength, in the order in which they come.
pub(crate) fn print(trials: &[Trial], blanks: &[Trial]) {
    println!(
        "| preset | strength | scans | all symbols right | without letter frequencies | without check symbols | read blind, right | read blind, wrong | symbols wrong | holder accepted | holder refused | one letter other accepted | verify, one core |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut groups: Vec<(Preset, f64)> = Vec::new();
    for key in trials.iter().map(key) {
        if !groups.iter().any(|&known| same(known, key)) {
            groups.push(key);
        }
    }
    for group in groups {
        let trials: Vec<&Trial> = trials.iter().filter(|t| same(key(t), group)).collect();
        let exact = |t: &&&Trial| t.truth.as_ref().is_some_and(|truth| truth.exact);
        let plainly = |t: &&&Trial| t.truth.as_ref().is_some_and(|t| t.exact_without_rarity);
        let apart = |t: &&&Trial| t.truth.as_ref().is_some_and(|t| t.exact_without_checks);
        let neighbours = trials.iter().flat_map(|t| neighbours(t));
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} ms |",
            group.0,
            group.1,
            trials.len(),
            Rate::of(&trials, exact),
            Rate::of(&trials, plainly),
            Rate::of(&trials, apart),
            Rate::of(&trials, |t| t.blind()),
            Rate::of(&trials, |t| t.misread()),
            symbols(&trials),
            Rate::of(&trials, |t| t.accepted()),
            Rate::of(&trials, |t| t.refused()),
            Rate::of(neighbours, |n| n.accepted),
            trials.iter().map(|t| t.millis).sum::<f64>() / trials.len() as f64,
        );
    }
    println!("\nOne letter other, all scans:\n");
    println!("| kind | accepted | of |");
    println!("|---|---|---|");
    for kind in Kind::ALL {
        let of_kind = trials.iter().flat_map(neighbours).filter(|n| n.kind == kind);
        let rate = Rate::of(of_kind, |n| n.accepted);
        println!("| {} | {rate} | {} |", kind.title(), rate.of);
    }
    print_blanks(blanks);
}

fn print_blanks(blanks: &[Trial]) {
    println!("\nWithout microtext:\n");
    println!("| preset | scans | text read | microtext claimed | absent | inconclusive |");
    println!("|---|---|---|---|---|---|");
    let row = |title: &str, blanks: &[&Trial]| {
        println!(
            "| {title} | {} | {} | {} | {} | {} |",
            blanks.len(),
            Rate::of(blanks, |t| t.verdict == Verdict::Read),
            Rate::of(blanks, |t| t.claimed),
            Rate::of(blanks, |t| t.verdict == Verdict::Absent),
            Rate::of(blanks, |t| t.verdict == Verdict::Inconclusive),
        );
    };
    for preset in Preset::ALL {
        let of_preset: Vec<&Trial> = blanks.iter().filter(|t| t.case.preset == preset).collect();
        if !of_preset.is_empty() {
            row(preset.name(), &of_preset);
        }
    }
    row("**all**", &blanks.iter().collect::<Vec<_>>());
}

/// Each limit that the run can speak to, at the strength of the profile.
pub(crate) fn print_limits(trials: &[Trial], blanks: &[Trial], strength: f64) {
    println!("\nLimits at strength {strength}:\n");
    let line = |title: &str, rate: Rate, limit: &str, met: bool| {
        let met = if met { "met" } else { "not met" };
        println!("- {title}: {} of {}, {rate}; limit {limit}: **{met}**", rate.hits, rate.of);
    };
    let mut impostors = Vec::new();
    for preset in HELD {
        let held: Vec<&Trial> =
            trials.iter().filter(|t| same(key(t), (preset, strength))).collect();
        if held.is_empty() {
            continue;
        }
        let blind = Rate::of(&held, |t| t.blind());
        line(&format!("{preset}, read blind"), blind, "≥ 99 %", blind.share() >= LEAST_BLIND);
        let accepted = Rate::of(&held, |t| t.accepted());
        let met = accepted.share() >= LEAST_ACCEPTED;
        line(&format!("{preset}, holder accepted"), accepted, "≥ 99.9 %", met);
        impostors.extend(held.into_iter().flat_map(neighbours));
    }
    let impostors = Rate::of(impostors, |n| n.accepted);
    if impostors.of > 0 {
        let met = impostors.share() < MOST_IMPOSTORS;
        line("one letter other accepted, these presets", impostors, "< 0.1 %", met);
    }
    let read = Rate::of(blanks, |t| t.claimed);
    if read.of > 0 {
        line("microtext found where there is none", read, "0", read.hits == 0);
    }
}

fn key(trial: &Trial) -> (Preset, f64) {
    (trial.case.preset, trial.case.strength)
}

fn same(a: (Preset, f64), b: (Preset, f64)) -> bool {
    a.0 == b.0 && a.1.total_cmp(&b.1).is_eq()
}

fn neighbours(trial: &Trial) -> impl Iterator<Item = &Neighbour> {
    trial.truth.iter().flat_map(|truth| &truth.neighbours)
}

fn symbols(trials: &[&Trial]) -> Rate {
    let sum =
        |of: fn(&Truth) -> usize| trials.iter().filter_map(|t| t.truth.as_ref()).map(of).sum();
    Rate { hits: sum(|t| t.symbol_errors), of: sum(|t| t.symbols) }
}
