//! Scans of a print, and what the reader makes of them.

use std::sync::LazyLock;

use tumar::Verdict;
use tumar::channel::{Conditions, print_and_scan};
use tumar::imaging::Picture;
use tumar::inspect::decision::decide::decide;
use tumar::inspect::decision::text::Expected;
use tumar::inspect::{Inspection, Reader};
use tumar::spec::{Legend, Name, Profile, Symbol};

use super::{name, scanner};

pub(crate) static PROFILE: LazyLock<Profile> = LazyLock::new(Profile::default);
pub(crate) static READER: LazyLock<Reader<'static>> = LazyLock::new(|| Reader::new(&PROFILE));

/// Resolutions of the scans.
pub(crate) const SCANS: [f64; 2] = [600.0, 400.0];

/// Of names that nothing here holds: as many letters of them as a text needs.
const STRANGERS: [&str; 2] = [
    "QUJVIWXAYZKEOGFBHMDPLCRSNTUVWQXJYKZIAEOHGBFDMPCLSRTN",
    "ЫӘЪҢӨҮЭЮҒЯЦЧШЩФҺЖЗҰІҚЁЙХБГДЛПУВНКОРТАЕИМСЫӘЪҢӨҮЭЮҒЯЦ",
];

/// What a name's legend looks like in print.
pub(crate) fn printed(name: &Name) -> Vec<char> {
    let legend = Legend::of(name, usize::MAX).expect("a legend");
    legend.symbols().iter().map(|symbol| symbol.character()).collect()
}

/// A good scanner with the sheet a little askew.
pub(crate) fn askew(ppi: f64) -> Conditions {
    scanner(ppi, 0.7)
}

pub(crate) fn inspect(print: &Picture, conditions: &Conditions) -> Inspection {
    let scan = print_and_scan(print, conditions, 1).expect("a scan");
    READER.inspect(&scan, None, None).expect("a resolution")
}

/// The text that the reader vouches for, marks included.
pub(crate) fn vouched(found: &Inspection) -> Option<String> {
    let reading = found.reading().filter(|_| found.decision().verdict == Verdict::Read)?;
    let circle: Vec<Symbol> = reading.circle.iter().map(|read| read.symbol).collect();
    let turned = Legend::from_circle(&circle).map(|legend| legend.symbols().to_vec());
    Some(turned.unwrap_or(circle).into_iter().map(Symbol::character).collect())
}

/// What is wrong about the findings in a picture that holds these names and no other; with no name
/// in it, and nothing that looks like letters, even to speak of microtext is wrong.
pub(crate) fn faults(found: &Inspection, names: &[Name], letters: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let known = |text: &str| names.iter().any(|n| printed(n).iter().copied().eq(text.chars()));
    if let Some(text) = vouched(found).filter(|text| !known(text)) {
        faults.push(format!("reads {text}"));
    }
    for (who, verdict) in strangers(found) {
        let claimed = !letters && verdict == Verdict::NameMismatch;
        if verdict == Verdict::Authentic || claimed {
            faults.push(format!("{verdict:?} for {who}"));
        }
    }
    if !faults.is_empty() {
        faults.push(evidence(found));
    }
    faults
}

/// The verdicts if a stranger were expected whose name is as long as the text.
fn strangers(found: &Inspection) -> Vec<(&'static str, Verdict)> {
    let Some(readings) = found.readings() else { return Vec::new() };
    let letters =
        readings.likelier().circle.len().saturating_sub(printed(&name("A", "")).len() - 1);
    let judged = STRANGERS.iter().filter_map(|stranger| {
        let end = stranger.char_indices().nth(letters).map_or(stranger.len(), |(i, _)| i);
        let stranger = &stranger[..end];
        let mut evidence = found.evidence().of_text();
        evidence.text.as_mut()?.expected =
            Some(Expected::of(readings, &Name::new(stranger, "").ok()?));
        Some((stranger, decide(&evidence).verdict))
    });
    judged.collect()
}

fn evidence(found: &Inspection) -> String {
    let text: String = found
        .reading()
        .map(|r| r.circle.iter().map(|read| read.symbol.character()).collect())
        .unwrap_or_default();
    format!("{:?} {text} {:?}", found.decision().verdict, found.evidence())
}
