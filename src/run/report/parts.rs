//! What the page says before its table, ready to be filled in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::drift;
use super::findings::{Finding, Place};
use super::labels::{SHARE_RISES, grouped, label, machine_name, moves};
use super::panels;
use crate::report::words::{number, signed};
use crate::run::journal::{Counts, State};
use crate::run::manifest::Command;
use crate::run::results::{Charted, Machine, Overview, Worst};

/// The most machines whose charts are shown: a guess at what is looked at.
pub(super) const CHARTS: usize = 16;
/// The most machines whose drifts the headline names: what two lines hold.
const NAMED: usize = 4;

/// What happened, in a sentence.
pub(super) struct Headline {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) says: String,
    /// What drifts, in sentences.
    pub(super) drifts: Vec<String>,
}

impl Headline {
    pub(super) fn of(overview: &Overview, drifts: &[Finding]) -> Self {
        let counts = overview.counts;
        let worst = State::ALL
            .into_iter()
            .find(|state| *state != State::Successful && ended(counts, *state) > 0);
        let state = worst.unwrap_or(State::Successful);
        let thing = match overview.command {
            Command::Qa => "scan",
            Command::Issue => "portrait",
        };
        let label = label(overview.command, state);
        let count = ended(counts, state);
        let things = if count == 1 { thing.to_owned() } else { format!("{thing}s") };
        let says = match worst {
            None if count == 0 => "No rows".to_owned(),
            None => format!("All {} {things} {}", grouped(count), label.says),
            Some(_) => format!("{} {things} {}", grouped(count), label.says),
        };
        Self { class: label.class, sign: label.sign, says, drifts: sentences(overview, drifts) }
    }
}

/// One a machine: what moves first or most, and what else does.
fn sentences(overview: &Overview, drifts: &[Finding]) -> Vec<String> {
    let mut machines: Vec<usize> = Vec::new();
    for drift in drifts {
        if !machines.contains(&drift.machine) {
            machines.push(drift.machine);
        }
    }
    let is_alone = overview.machines.len() < 2;
    let sentence = |&machine: &usize| {
        let mut own = drifts.iter().filter(|drift| drift.machine == machine);
        let first = own.next()?;
        let others = own.count();
        let also = match others {
            0 => String::new(),
            1 => ", and one more drift".to_owned(),
            _ => format!(", and {others} more drifts"),
        };
        let name = if is_alone { String::new() } else { format!("{}: ", first.name) };
        Some(format!("{name}{} since No. {}{also}", first.words, first.since.number))
    };
    machines.iter().take(NAMED).filter_map(sentence).collect()
}

fn ended(counts: Counts, state: State) -> u64 {
    match state {
        State::Failed => counts.failed,
        State::Error => counts.errors,
        State::Undetermined => counts.undetermined,
        State::Successful => counts.successful,
    }
}

/// A count in big figures.
pub(super) struct Tile {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) count: String,
    pub(super) says: &'static str,
    pub(super) share: String,
}

impl Tile {
    pub(super) fn all(overview: &Overview) -> Vec<Self> {
        let states: &[State] = match overview.command {
            Command::Qa => &[State::Successful, State::Failed, State::Undetermined, State::Error],
            Command::Issue => &[State::Successful, State::Error],
        };
        let tile = |&state: &State| {
            let label = label(overview.command, state);
            let count = ended(overview.counts, state);
            // Nothing to be coloured for.
            let class = if count == 0 { "none" } else { label.class };
            let share = share(count, overview.counts.rows);
            Self { class, sign: label.sign, count: grouped(count), says: label.says, share }
        };
        states.iter().map(tile).collect()
    }
}

/// A share in hundredths; one that is not all or nothing does not look like it.
fn share(count: u64, all: u64) -> String {
    let percent = 100.0 * count as f64 / all.max(1) as f64;
    match count {
        0 => "0 %".to_owned(),
        _ if percent < 0.01 => "< 0.01 %".to_owned(),
        _ if count < all && percent > 99.99 => "> 99.99 %".to_owned(),
        _ if percent < 1.0 || (count < all && percent > 99.0) => {
            format!("{} %", number(percent, 2))
        }
        _ => format!("{} %", number(percent, 1)),
    }
}

/// How a machine kept.
pub(super) struct Kept {
    /// Place in the run, for links.
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) documents: String,
    pub(super) not_passed: String,
    pub(super) share: String,
    /// What drifts, such as "contrast falls"; empty where nothing does.
    pub(super) drifts: Vec<&'static str>,
    pub(super) figures: Vec<Figure>,
}

/// A chart with its title.
pub(super) struct Figure {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    /// What drifts in it.
    pub(super) drifts: Option<&'static str>,
    pub(super) svg: String,
}

impl Kept {
    /// Those that drift first, and charts of as many as are looked at.
    pub(super) fn all(overview: &Overview, drifts: &[Finding]) -> Vec<Self> {
        let mut not_passed = vec![0u64; overview.machines.len()];
        let mut documents = vec![0u64; overview.machines.len()];
        for row in &overview.rows {
            let Some(machine) = row.machine.map(usize::from) else { continue };
            let Some(count) = documents.get_mut(machine) else { continue };
            *count += 1;
            not_passed[machine] += u64::from(row.state != State::Successful);
        }
        let mut order: Vec<usize> = (0..overview.machines.len()).collect();
        let first = |machine: &usize| drifts.iter().position(|drift| drift.machine == *machine);
        order.sort_by_key(|machine| first(machine).unwrap_or(usize::MAX));
        let kept = |(place, index): (usize, usize)| {
            let machine = &overview.machines[index];
            let mut words: Vec<&'static str> = Vec::new();
            for drift in drifts.iter().filter(|drift| drift.machine == index) {
                if !words.contains(&drift.words) {
                    words.push(drift.words);
                }
            }
            Self {
                index,
                name: machine_name(&machine.name).to_owned(),
                documents: grouped(documents[index]),
                not_passed: grouped(not_passed[index]),
                share: share(not_passed[index], documents[index]),
                figures: if place < CHARTS { figures(machine, &words) } else { Vec::new() },
                drifts: words,
            }
        };
        order.into_iter().enumerate().map(kept).collect()
    }
}

fn figures(machine: &Machine, words: &[&'static str]) -> Vec<Figure> {
    let control = machine.charts.iter().map(|Charted { measure, rows, chart }| {
        let drift = drift::of_chart(chart).first().copied();
        Figure {
            title: measure.title(),
            unit: measure.unit(),
            drifts: drift.map(|drift| moves(*measure, drift.signal.shift > 0.0)),
            svg: panels::control(*measure, chart, rows),
        }
    });
    let share = machine.shares.iter().map(|shares| Figure {
        title: "Did not pass",
        unit: "%",
        drifts: words.iter().copied().find(|words| *words == SHARE_RISES),
        svg: panels::share(shares, &machine.documents),
    });
    control.chain(share).collect()
}

/// A scan to look at.
pub(super) struct Card {
    pub(super) place: Place,
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) verdict: String,
    /// Machine and margin.
    pub(super) more: String,
    pub(super) says: String,
    pub(super) picture: Option<String>,
    pub(super) link: Option<String>,
}

impl Card {
    pub(super) fn of(overview: &Overview, worst: &Worst) -> Self {
        let row = overview.row(worst.row);
        let label = label(overview.command, row.map_or(State::Error, |row| row.state));
        let verdict = row.map_or("", |row| row.verdict);
        let machine = row.and_then(|row| overview.machines.get(usize::from(row.machine?)));
        let machine = machine.map(|machine| machine_name(&machine.name).to_owned());
        let margin = row.and_then(|row| row.margin);
        let margin = margin.map(|margin| format!("margin {}", signed(margin, 2)));
        Self {
            place: Place::of(overview, Some(&worst.row)),
            class: label.class,
            sign: label.sign,
            verdict: if verdict.is_empty() { label.says.into() } else { verdict.replace('-', " ") },
            more: machine.into_iter().chain(margin).collect::<Vec<_>>().join(", "),
            says: worst.says.clone(),
            picture: worst.thumbnail.as_deref().map(picture),
            link: worst.inspection.clone().filter(|link| is_beneath(link)),
        }
    }
}

fn picture(bytes: &[u8]) -> String {
    let kind = if bytes.starts_with(b"\x89PNG") { "png" } else { "jpeg" };
    format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))
}

/// Whether a link leads to a file beneath the report's folder, and nowhere else.
fn is_beneath(link: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    link.chars().all(is_plain) && !link.starts_with('/') && link.split('/').all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_beneath_the_report() {
        assert!(is_beneath("inspections/000017.html"));
        for link in ["javascript:alert(1)", "/etc/passwd", "a/../../b", "//host/x", "a b"] {
            assert!(!is_beneath(link), "{link}");
        }
    }

    #[test]
    fn shares_are_not_rounded_to_all_or_nothing() {
        assert_eq!(share(0, 100), "0 %");
        assert_eq!(share(100, 100), "100.0 %");
        assert_eq!(share(1, 1_000_000), "< 0.01 %");
        assert_eq!(share(999_999, 1_000_000), "> 99.99 %");
        assert_eq!(share(997, 1000), "99.70 %");
    }
}
