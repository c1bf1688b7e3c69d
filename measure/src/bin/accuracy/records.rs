//! The scans one by one: a CSV of all, pictures of those that failed.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use tumar::formats::encode;
use tumar::imaging::Picture;

use super::trial::Trial;

const HEAD: &str = "preset,strength,portrait,legend,seed,verdict,text,exact,symbols,symbol_errors,\
known,impostors,impostors_accepted,claimed,peak,expected_peak,coverage,repetition,lattice,lines,fit,weakest,weakest_symbol,millis,conditions";

/// A line a scan; conditions as JSON in the last field.
pub(crate) fn write_csv<'a>(path: &Path, trials: impl Iterator<Item = &'a Trial>) -> Result<()> {
    let mut csv = format!("{HEAD}\n");
    for t in trials {
        let (case, truth) = (&t.case, t.truth.as_ref());
        let verdict = serde_json::to_string(&t.verdict)?;
        let known = truth.map(|t| serde_json::to_string(&t.verdict)).transpose()?;
        let neighbours = truth.map_or(&[][..], |t| &t.neighbours);
        let accepted: Vec<&str> =
            neighbours.iter().filter(|n| n.accepted).map(|n| n.legend.as_str()).collect();
        writeln!(
            csv,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:.3},{:.2},{:.3},{:.3},{:.3},{:.2},{},{:.1},{}",
            case.preset,
            case.strength,
            quoted(&case.portrait),
            quoted(&case.legend),
            case.seed,
            verdict,
            quoted(t.text.as_deref().unwrap_or("")),
            truth.is_some_and(|t| t.exact),
            truth.map_or(0, |t| t.symbols),
            truth.map_or(0, |t| t.symbol_errors),
            known.unwrap_or_default(),
            neighbours.len(),
            quoted(&accepted.join(" ")),
            t.claimed,
            t.peak,
            t.expected_peak,
            t.coverage,
            t.repetition,
            t.lattice,
            t.lines,
            t.fit,
            t.weakest,
            quoted(&t.weakest_symbol),
            t.millis,
            quoted(&serde_json::to_string(&t.conditions)?),
        )?;
    }
    std::fs::write(path, csv).with_context(|| path.display().to_string())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The scan as PNG, and beside it all that is known of it as JSON.
pub(crate) fn write_failure(folder: &Path, trial: &Trial, scan: &Picture) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let case = &trial.case;
    let stem = format!("{}-{}-{}-{:016x}", case.preset, case.strength, case.portrait, case.seed);
    encode::write(&folder.join(format!("{stem}.png")), scan)?;
    let path = folder.join(format!("{stem}.json"));
    std::fs::write(&path, serde_json::to_string_pretty(trial)?)
        .with_context(|| path.display().to_string())
}
