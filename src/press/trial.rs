//! A trial: real prints of made-up holders, read from real scans → a table that can be sent on.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::imaging::{Picture, Ppi};
use crate::inspect::{Outcome, Reader, ScanError, Verdict};
use crate::numerics::{interval, median};
use crate::spec::Name;

/// Holders that nobody is: Cyrillic and Latin, short and long, with all letters that only Kazakh has.
const HOLDERS: [(&str, &str); 12] = [
    ("Назарбаева", "Әсел"),
    ("Ахметов", "Нұрлан"),
    ("SERIKBAYEVA", "AIGERIM"),
    ("Қуанышбаев", "Ғалымжан"),
    ("Ким", "Анна"),
    ("OMAROV", "DAULET"),
    ("Өтегенова", "Үміт"),
    ("Ибрагимов", "Хасан"),
    ("JUMABEKOVA-SMITH", "ZHANNA"),
    ("Әуезіңкөл", "Іңкәр"),
    ("ÄBDIRAHMANOV", "ŞYŃĞYS"),
    ("Һәкімжанұлы", "Ерболат"),
];

/// The holders of a trial's prints, one a print in turn, and of its simulation.
#[must_use]
pub fn holders() -> Vec<Name> {
    HOLDERS.iter().filter_map(|(surname, given)| Name::new(surname, given).ok()).collect()
}

/// What one scan told. Names nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scanned {
    /// The print's number, from 1.
    pub print: usize,
    /// The folder that the scan is in.
    pub scanner: String,
    /// What is wrong with the file, where it holds no scan.
    pub fault: Option<String>,
    /// Resolution that the file states, pixels an inch.
    pub ppi: Option<f64>,
    /// Whether the name was read without being told: none where nothing was read clearly, false where
    /// something else was.
    pub read: Option<bool>,
    /// What became of it with the right name …
    pub verdict: Option<Verdict>,
    /// … and how surely, −1..1.
    pub margin: Option<f64>,
    /// Whether another holder's name passed.
    pub stranger: bool,
    /// Sigma of the letters' blur, mm.
    pub blur_mm: Option<f64>,
}

impl Scanned {
    /// A file that holds no scan.
    #[must_use]
    pub fn faulty(print: usize, scanner: &str, fault: String) -> Self {
        let (ppi, read, verdict, margin, blur_mm) = (None, None, None, None, None);
        let scanner = scanner.to_owned();
        Self {
            print,
            scanner,
            fault: Some(fault),
            ppi,
            read,
            verdict,
            margin,
            stranger: false,
            blur_mm,
        }
    }

    /// Reads a scan: blindly, for its holder's name, and for another's.
    ///
    /// # Errors
    /// [`ScanError`], for an absurd resolution.
    pub fn of(
        print: usize,
        scanner: &str,
        scan: &Picture,
        ppi: Option<Ppi>,
        reader: &Reader<'_>,
    ) -> Result<Self, ScanError> {
        let holders = holders();
        let holder = |i: usize| &holders[(print + holders.len() - 1 + i) % holders.len()];
        let blind = reader.inspect(scan, ppi, None)?;
        let known = reader.inspect(scan, ppi, Some(holder(0)))?;
        let strange = reader.inspect(scan, ppi, Some(holder(1)))?;
        let is_read = blind.decision().verdict == Verdict::Read;
        // Read blindly and clearly, it is the holder's only if the holder's name spells the same.
        let same = known.decision().verdict != Verdict::NameMismatch;
        Ok(Self {
            print,
            scanner: scanner.to_owned(),
            fault: None,
            ppi: ppi.map(|ppi| ppi.0).or(scan.ppi.map(|[across, _]| across.0)),
            read: is_read.then_some(same),
            verdict: Some(known.decision().verdict),
            margin: Some((1e3 * known.decision().margin).round() / 1e3),
            stranger: strange.decision().verdict.outcome() == Outcome::Successful,
            blur_mm: known.evidence().blur.map(|blur| (1e4 * blur.0).round() / 1e4),
        })
    }
}

/// The table of a trial, a line a scanner, in Markdown; shares with their 95 % intervals.
#[must_use]
pub fn table(scans: &[Scanned]) -> String {
    let mut by: BTreeMap<&str, Vec<&Scanned>> = BTreeMap::new();
    scans.iter().for_each(|scan| by.entry(&scan.scanner).or_default().push(scan));
    let mut table = String::from(
        "| scanner | ppi | scans | no picture | name read, untold | another name read | accepted | accepted for a stranger | letters' blur, mm |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (scanner, all) in by {
        let seen: Vec<&Scanned> = all.iter().copied().filter(|scan| scan.fault.is_none()).collect();
        let share = |of: &dyn Fn(&Scanned) -> bool| {
            let hits = seen.iter().filter(|scan| of(scan)).count();
            let [low, high] = interval(hits, seen.len()).map(|v| 100.0 * v);
            format!("{hits} of {} [{low:.0}–{high:.0} %]", seen.len())
        };
        let middle = |of: &dyn Fn(&Scanned) -> Option<f64>, decimals: usize| {
            let mut values: Vec<f64> = seen.iter().filter_map(|scan| of(scan)).collect();
            median(&mut values).map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
        };
        let is_accepted =
            |scan: &Scanned| scan.verdict.is_some_and(|v| v.outcome() == Outcome::Successful);
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| {scanner} | {} | {} | {} | {} | {} | {} | {} | {} |",
            middle(&|scan| scan.ppi, 0),
            all.len(),
            all.len() - seen.len(),
            share(&|scan| scan.read == Some(true)),
            share(&|scan| scan.read == Some(false)),
            share(&is_accepted),
            share(&|scan| scan.stranger),
            middle(&|scan| scan.blur_mm, 3),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holders_are_names() {
        assert_eq!(holders().len(), HOLDERS.len());
    }

    #[test]
    fn a_table_counts_what_was_seen() {
        let scan = |print, verdict, read| Scanned {
            verdict: Some(verdict),
            read,
            fault: None,
            ppi: Some(600.0),
            margin: Some(0.9),
            blur_mm: Some(0.04),
            ..Scanned::faulty(print, "desk", String::new())
        };
        let scans = [
            scan(1, Verdict::Authentic, Some(true)),
            scan(2, Verdict::Inconclusive, None),
            scan(3, Verdict::NameMismatch, Some(false)),
            Scanned::faulty(4, "desk", "no picture".to_owned()),
        ];
        let table = table(&scans);
        let row = table.lines().last().unwrap();
        let expected = "| desk | 600 | 4 | 1 | 1 of 3 [6–79 %] | 1 of 3 [6–79 %] | 1 of 3 [6–79 %] | 0 of 3 [0–56 %] | 0.040 |";
        assert_eq!(row, expected);
    }
}
