//! One print in all strengths and presets, read by both readers.

use std::ops::Range;

use anyhow::Result;
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;
use tumar::inspect::Reader;
use tumar::inspect::recognition::templates::{Alphabet, of_script};
use tumar::issue::embed;
use tumar::spec::{Legend, Name, Profile, Script, Symbol};

use super::told::{Lesson, Told};
use measure::portraits::Portrait;
use measure::seed::seed;

/// Strength of the text from which the told reader learns the point spread.
const LESSON: f64 = 0.17;
/// Scans of it, each with one without letters.
const PAIRS: u64 = 2;
/// Letters of that text.
const LESSON_LETTERS: usize = 58;

/// What is printed into what.
pub(crate) struct Case<'a> {
    pub(crate) portrait: &'a Portrait,
    pub(crate) name: &'a Name,
}

/// What came of one scan.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) preset: Preset,
    pub(crate) strength: f64,
    pub(crate) portrait: String,
    pub(crate) legend: String,
    pub(crate) seed: u64,
    /// The reader's text is the legend, whatever the verdict.
    pub(crate) exact: bool,
    /// And the verdict `read`.
    pub(crate) read: bool,
    /// The reader found as many symbols as there are.
    pub(crate) placed: bool,
    /// The told reader's text is the legend.
    pub(crate) told: bool,
    /// Symbols that the told reader has wrong, of how many.
    pub(crate) told_errors: usize,
    pub(crate) symbols: usize,
}

pub(crate) fn run(
    case: &Case<'_>,
    presets: &[Preset],
    strengths: &[f64],
    seeds: Range<u64>,
    progress: &impl Fn(),
) -> Result<Vec<Trial>> {
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let script = case.name.script();
    let alphabet = Alphabet::tinted(script, of_script(script), &profile);
    let legend = Legend::of(case.name, usize::MAX)?;
    let print = |name: &Name, strength: f64| -> Result<Picture> {
        let profile = Profile::default().with_strength(strength)?;
        Ok(embed(&case.portrait.picture, name, &profile)?.picture)
    };
    let lesson_name = lesson(script)?;
    let blank_print = print(case.name, 0.0)?;
    let lesson_print = print(&lesson_name, LESSON)?;
    let prints = strengths.iter().map(|&s| print(case.name, s)).collect::<Result<Vec<_>>>()?;
    let mut trials = Vec::new();
    for &preset in presets {
        for number in seeds.clone() {
            let seed = seed(&case.portrait.title, &legend.text(), number);
            let conditions = Conditions::draw(preset, seed);
            let scanned = |print: &Picture, seed: u64| print_and_scan(print, &conditions, seed);
            let pair = |i: u64| -> Result<[Picture; 2]> {
                let seed = !seed.wrapping_add(i);
                Ok([scanned(&lesson_print, seed)?, scanned(&blank_print, seed)?])
            };
            let pairs = (0..PAIRS).map(pair).collect::<Result<Vec<_>>>()?;
            let lesson = Lesson {
                blank_print: &blank_print,
                blank: &scanned(&blank_print, seed)?,
                pairs: &pairs,
                legend: &Legend::of(&lesson_name, usize::MAX)?,
                strength: LESSON,
            };
            let geometry = conditions.geometry(&blank_print)?;
            let told = Told::new(&lesson, &geometry, &alphabet, &profile)?;
            for (print, &strength) in prints.iter().zip(strengths) {
                let scan = scanned(print, seed)?;
                let found = reader.inspect(&scan, None, None)?;
                let circle = found.reading().map(|r| &r.circle);
                let text: Vec<Symbol> =
                    circle.iter().flat_map(|c| c.iter()).map(|r| r.symbol).collect();
                let exact = Legend::from_circle(&text).is_some_and(|found| found == legend);
                let symbols = legend.symbols();
                let by_told = told.read(&scan, &legend, strength)?;
                let told_errors = by_told.iter().zip(symbols).filter(|(a, b)| a != b).count();
                trials.push(Trial {
                    preset,
                    strength,
                    portrait: case.portrait.title.clone(),
                    legend: legend.text(),
                    seed,
                    exact,
                    read: exact && found.decision().verdict == Verdict::Read,
                    placed: text.len() == symbols.len(),
                    told: told_errors == 0,
                    told_errors,
                    symbols: symbols.len(),
                });
                progress();
            }
        }
    }
    Ok(trials)
}

/// A text of many shapes.
fn lesson(script: Script) -> Result<Name> {
    let letters: Vec<char> = script.letters().chars().collect();
    let text: String = letters.iter().cycle().take(LESSON_LETTERS).collect();
    Ok(Name::new(&text, "")?)
}
