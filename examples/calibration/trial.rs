//! One print, scanned and read, and names held against what was read.

use std::ops::Range;

use anyhow::Result;
use tumar::base::{Picture, Ppi};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::verdict::{ACCEPT, READ, Verdict, decide};
use tumar::inspect::{Inspection, Reader, compare};
use tumar::issue::embed;
use tumar::spec::{Name, Profile, Symbol};

use super::impostors::{Other, one_letter, other_length};
use super::odds::Odds;
use super::rate::Rate;

/// How prints are scanned, and with which names they are compared.
pub(crate) struct Setting<'a> {
    pub(crate) preset: Preset,
    pub(crate) ppi: f64,
    pub(crate) seeds: Range<u64>,
    pub(crate) others: &'a [Other],
}

/// What came of one scan; values in the order of `Statistic::ALL`, −∞ at another length.
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
    pub(crate) holder: [f32; 3],
    pub(crate) neighbours: Vec<[f32; 3]>,
    pub(crate) others: Vec<[f32; 3]>,
    /// Names with a letter more or less: how many have the length that was found.
    pub(crate) lengths: Rate,
}

pub(crate) fn run(
    portrait: &(String, Picture),
    name: &Name,
    profile: &Profile,
    setting: &Setting<'_>,
) -> Result<Vec<Trial>> {
    // The reader has its own profile, not the strength that was printed.
    let own = Profile::default();
    let reader = Reader::new(&own);
    let print = embed(&portrait.1, name, profile)?.picture;
    let holder = Other::of(name)?;
    let scan = |number: u64| {
        let text: String = holder.symbols.iter().map(|s| s.character()).collect();
        let seed = seed_of(&portrait.0, &text, number);
        let mut conditions = Conditions::draw(setting.preset, seed);
        conditions.scan.ppi = Ppi(setting.ppi);
        let scan = print_and_scan(&print, &conditions, seed)?;
        let inspection = reader.inspect(&scan, None, None)?;
        Ok(judge(&inspection, name, &holder, profile.strength, setting.others))
    };
    setting.seeds.clone().map(scan).collect()
}

fn judge(
    inspection: &Inspection,
    name: &Name,
    holder: &Other,
    strength: f64,
    others: &[Other],
) -> Trial {
    let odds = Odds::of(inspection.readings.as_ref());
    let values = |other: &Other| odds.values(other.script, &other.symbols).map(|v| v as f32);
    let read: Vec<Symbol> =
        inspection.reading().map_or(Vec::new(), |r| r.circle.iter().map(|r| r.symbol).collect());
    let neighbours: Vec<Other> = one_letter(holder).collect();
    let neighbour_values: Vec<[f32; 3]> = neighbours.iter().map(values).collect();
    // As `verdict::decide` judges, without a name for each.
    let text = inspection.evidence.established();
    let clear = text.is_some_and(|t| t.log_odds.iter().all(|&odds| odds >= READ));
    let passes = |(other, values): (&Other, &[f32; 3])| {
        let all = f64::from(values[0]) >= ACCEPT;
        text.is_some() && (all || clear && same_circle(&other.symbols, &read))
    };
    let neighbours_accepted =
        neighbours.iter().zip(&neighbour_values).filter(|&pair| passes(pair)).count();
    let length = odds.length();
    let placed = length == Some(holder.symbols.len());
    Trial {
        strength,
        placed,
        exact: same_circle(&holder.symbols, &read),
        accepted: accepted(inspection, name),
        neighbours_accepted,
        holder: values(holder),
        neighbours: neighbour_values,
        others: others.iter().filter(|o| o.symbols != holder.symbols).map(values).collect(),
        lengths: Rate::of(other_length(holder), |o| length == Some(o.symbols.len())),
    }
}

fn accepted(inspection: &Inspection, name: &Name) -> bool {
    let Some(readings) = &inspection.readings else { return false };
    let mut evidence = inspection.evidence.clone();
    if let Some(text) = &mut evidence.text {
        text.expected = Some(compare(readings, name));
    }
    decide(&evidence).verdict == Verdict::Authentic
}

/// Whether two texts are the same but for where they begin.
fn same_circle(one: &[Symbol], other: &[Symbol]) -> bool {
    let n = one.len();
    n == other.len() && (0..n).any(|turn| (0..n).all(|i| one[(i + turn) % n] == other[i]))
}

/// FNV-1a, 64 bits, of what a scan is of.
fn seed_of(portrait: &str, legend: &str, number: u64) -> u64 {
    format!("{portrait}/{legend}/{number}").bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
