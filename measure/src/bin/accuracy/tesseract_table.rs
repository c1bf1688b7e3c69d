//! What Tesseract reads in the same scans, as a table.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use tumar::channel::Preset;

use crate::tesseract::{Attempt, Variant};
use crate::trial::Trial;

/// The table, by preset and variant, of the trials that Tesseract has read.
pub(crate) fn print(trials: &[Trial]) {
    println!("\nTesseract on the same scans:\n");
    println!("| preset | given | scans | name found | letters wrong | time a scan |");
    println!("|---|---|---|---|---|---|");
    for preset in Preset::ALL {
        let trials: Vec<&Trial> =
            trials.iter().filter(|t| t.case.preset == preset && !t.tesseract.is_empty()).collect();
        let scans = trials.len();
        if scans == 0 {
            continue;
        }
        let exact = trials.iter().filter(|t| t.blind()).count();
        let wrong: usize =
            trials.iter().filter_map(|t| Some(t.truth.as_ref()?.symbol_errors)).sum();
        let of: usize = trials.iter().filter_map(|t| Some(t.truth.as_ref()?.symbols)).sum();
        let millis = trials.iter().map(|t| t.millis).sum::<f64>() / scans as f64;
        let row = |given: &str, exact: usize, errors: f64, millis: f64| {
            let errors = 100.0 * errors;
            println!("| {preset} | {given} | {scans} | {exact} | {errors:.0} % | {millis:.0} ms |");
        };
        row("tumar itself", exact, wrong as f64 / of.max(1) as f64, millis);
        for variant in Variant::ALL {
            let attempts: Vec<&Attempt> =
                trials.iter().flat_map(|t| &t.tesseract).filter(|a| a.variant == variant).collect();
            let mean = |of: fn(&Attempt) -> f64| {
                attempts.iter().map(|a| of(a)).sum::<f64>() / attempts.len().max(1) as f64
            };
            let exact = attempts.iter().filter(|a| a.exact).count();
            row(variant.title(), exact, mean(|a| a.errors), mean(|a| a.millis));
        }
    }
}
