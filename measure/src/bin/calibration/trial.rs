//! One print, scanned and read, and names held against what was read.

use std::ops::Range;

use anyhow::Result;
use tumar::Verdict;
use tumar::channel::Preset;
use tumar::inspect::decision::decide::decide;
use tumar::inspect::decision::text::{DOUBT, Expected};
use tumar::inspect::{Inspection, Reader};
use tumar::issue::embed;
use tumar::spec::{Legend, Name, Profile, Symbol};

use super::impostors::{one_letter, other_length};
use measure::blind;
use measure::portraits::Portrait;
use measure::rate::Rate;
use measure::seed::seed;

/// How prints are scanned, and with which names they are compared.
pub(crate) struct Setting<'a> {
    pub(crate) preset: Preset,
    pub(crate) ppi: f64,
    pub(crate) seeds: Range<u64>,
    pub(crate) others: &'a [Name],
}

/// What came of one scan. Values are those by which the verdict accepts: ln of how much likelier a
/// name is than any other text; −∞ at another length, or where the letters contradict it.
#[derive(Clone)]
pub(crate) struct Trial {
    pub(crate) strength: f64,
    /// As many symbols were found as there are.
    pub(crate) placed: bool,
    /// The blind reading is the legend, whatever the verdict.
    pub(crate) exact: bool,
    /// The verdict is `authentic` for the holder …
    pub(crate) accepted: bool,
    /// … and for so many of the one-letter impostors.
    pub(crate) neighbours_accepted: usize,
    pub(crate) holder: f32,
    pub(crate) neighbours: Vec<f32>,
    pub(crate) others: Vec<f32>,
    /// Names with a letter more or less: how many have the length that was found.
    pub(crate) lengths: Rate,
}

pub(crate) fn run(
    portrait: &Portrait,
    name: &Name,
    profile: &Profile,
    setting: &Setting<'_>,
) -> Result<Vec<Trial>> {
    // The reader has its own profile, not the strength that was printed.
    let own = Profile::default();
    let reader = Reader::new(&own);
    let print = embed(&portrait.picture, name, profile)?.picture;
    let legend = Legend::of(name, usize::MAX)?;
    let scan = |number: u64| {
        let seed = seed(&portrait.title, &legend.text(), number);
        let inspection = blind::read(&print, setting.preset, Some(setting.ppi), seed, &reader)?;
        Ok(judge(&inspection, name, &legend, profile.strength, setting.others))
    };
    setting.seeds.clone().map(scan).collect()
}

fn judge(
    inspection: &Inspection,
    name: &Name,
    legend: &Legend,
    strength: f64,
    others: &[Name],
) -> Trial {
    let read: Vec<Symbol> =
        inspection.reading().map_or(Vec::new(), |r| r.circle.iter().map(|r| r.symbol).collect());
    let value = |name: Name| value(inspection, &name);
    let neighbours = one_letter(name).map(|other| (accepted(inspection, &other), value(other)));
    let (accepted_ones, neighbours): (Vec<bool>, Vec<f32>) = neighbours.unzip();
    let length = |name: &Name| Legend::of(name, usize::MAX).map_or(0, |l| l.symbols().len());
    Trial {
        strength,
        placed: read.len() == legend.symbols().len(),
        exact: Legend::from_circle(&read).is_some_and(|found| found == *legend),
        accepted: accepted(inspection, name),
        neighbours_accepted: accepted_ones.into_iter().filter(|&accepted| accepted).count(),
        holder: value(name.clone()),
        neighbours,
        others: others.iter().filter(|other| *other != name).cloned().map(value).collect(),
        lengths: Rate::of(other_length(name), |other| length(other) == read.len()),
    }
}

fn expected(inspection: &Inspection, name: &Name) -> Option<Expected> {
    inspection.evidence().established()?;
    inspection.readings().map(|readings| Expected::of(readings, name))
}

fn value(inspection: &Inspection, name: &Name) -> f32 {
    match expected(inspection, name) {
        Some(Expected::SameLength(name)) if name.doubt <= DOUBT => name.log_odds as f32,
        _ => f32::NEG_INFINITY,
    }
}

fn accepted(inspection: &Inspection, name: &Name) -> bool {
    let Some(expected) = expected(inspection, name) else { return false };
    let mut evidence = inspection.evidence().of_text();
    if let Some(text) = &mut evidence.text {
        text.expected = Some(expected);
    }
    decide(&evidence).verdict == Verdict::Authentic
}
