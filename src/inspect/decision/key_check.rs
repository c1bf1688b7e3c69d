//! The keyed lines: whether they begin where the issuer's key says.
//!
//! Nobody without the key knows where, so that each line of a forgery is right with a chance of one
//! in as many as the legend has symbols: how many are right by accident follows a binomial law.

use crate::inspect::decision::claim::KeyClaim;
use crate::inspect::synchronisation::columns::Columns;
use crate::spec::key::{KeyId, RowKey};
use crate::spec::layout::Line;
use crate::spec::{Legend, Profile};

/// A key is confirmed if by accident so many lines were right in one of 10^9 forgeries …
pub const CONFIRMED: f64 = -9.0;
/// … and refused if of prints with this key, of whose lines half were right, one in 10^6 had so few.
pub const REFUSED: f64 = -6.0;
/// What damage and faint tones leave of a genuine print's lines, at the least.
pub const LEFT: f64 = 0.5;

/// What the keyed lines of a scan say.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed {
    /// The generator's number of each keyed line that could be placed, and whether it begins where
    /// the key says.
    pub lines: Vec<(usize, bool)>,
    /// Which of the scan's lines are keyed, and with which symbol each begins by the key.
    pub begins: Vec<(usize, usize)>,
    /// Symbols of the legend.
    pub symbols: usize,
    /// The key that suits the lines best.
    pub key: KeyId,
    /// Keys that were tried.
    pub tried: usize,
}

impl Keyed {
    /// The key that suits the lines best. None where the scan is not of a keyed print as far as its
    /// lines tell.
    #[must_use]
    pub fn check(
        columns: &Columns,
        claim: &KeyClaim,
        legend: &Legend,
        profile: &Profile,
    ) -> Option<Self> {
        let checked = claim.keys.iter().filter_map(|key| {
            let rows = key.rows(&claim.document, legend, profile);
            let (lines, begins) = compare(columns, &rows, profile)?;
            let (symbols, tried) = (columns.symbols, claim.keys.len());
            Some(Self { lines, begins, symbols, key: key.id(), tried })
        });
        checked.max_by_key(Self::right)
    }

    /// Whether nobody without the key could have placed so many lines.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.log10_chance() <= CONFIRMED
    }

    /// Places all keyed lines where the key says, also those that could not be placed by themselves.
    pub fn place(&self, columns: &mut Columns) {
        for &(line, symbol) in &self.begins {
            if let Some(phase) = columns.phases.get_mut(line) {
                *phase = Some(symbol);
            }
        }
    }

    /// Lines that could be placed.
    #[must_use]
    pub fn placed(&self) -> usize {
        self.lines.len()
    }

    /// Those that begin where the key says.
    #[must_use]
    pub fn right(&self) -> usize {
        self.lines.iter().filter(|(_, right)| *right).count()
    }

    /// The chance, as a decimal logarithm, that by accident so many lines or more are right for one
    /// of the keys that were tried.
    #[must_use]
    pub fn log10_chance(&self) -> f64 {
        let of_one = log10_at_least(self.right(), self.placed(), 1.0 / self.symbols as f64);
        (of_one + (self.tried.max(1) as f64).log10()).min(0.0)
    }

    /// The chance, as a decimal logarithm, that so few lines or fewer are right if each is with the
    /// chance `share`: whether a print with this key can look like this.
    #[must_use]
    pub fn log10_as_few(&self, share: f64) -> f64 {
        let (n, right) = (self.placed(), self.right());
        log10_at_least(n - right, n, 1.0 - share)
    }
}

/// A line, and what is said of it.
type Lines<T> = Vec<(usize, T)>;

/// The generator's number of each keyed line that could be placed, and whether it begins where the key
/// says; and for each keyed line of the scan, with which symbol the key says that it begins.
fn compare(
    columns: &Columns,
    key: &RowKey,
    profile: &Profile,
) -> Option<(Lines<bool>, Lines<usize>)> {
    let law = columns.row_phases.filter(|phases| phases.rows.are_keyed())?;
    let symbols = columns.symbols;
    let (mut placed, mut begins) = (Vec::new(), Vec::new());
    for (line, row) in law.lines_of(Line::Keyed, columns.phases.len(), profile) {
        let expected = law.number(key.phase(row, symbols), symbols);
        begins.push((line, expected));
        placed.extend(columns.phases[line].map(|phase| (row, phase == expected)));
    }
    placed.sort_unstable();
    Some((placed, begins))
}

/// log10 of the chance of `k` or more successes in `n` trials, each with the chance `p`, 0 < p < 1.
fn log10_at_least(k: usize, n: usize, p: f64) -> f64 {
    let log_of_term =
        |i: usize| log_choose(n, i) + i as f64 * p.ln() + (n - i) as f64 * (-p).ln_1p();
    let terms: Vec<f64> = (k..=n).map(log_of_term).collect();
    let most = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = terms.iter().map(|term| (term - most).exp()).sum();
    ((most + sum.ln()) / std::f64::consts::LN_10).min(0.0)
}

/// ln of how many ways there are to choose `k` of `n`.
fn log_choose(n: usize, k: usize) -> f64 {
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(right: usize, placed: usize, symbols: usize) -> Keyed {
        let key = crate::spec::IssuerKey::generate().unwrap().id();
        let lines = (0..placed).map(|i| (2 * i + 1, i < right)).collect();
        Keyed { lines, begins: Vec::new(), symbols, key, tried: 1 }
    }

    #[test]
    fn chances_are_those_of_the_binomial_law() {
        // 3 of 3 at one in ten; at least 1 of 2 at one in four: 7/16.
        assert!((keyed(3, 3, 10).log10_chance() + 3.0).abs() < 1e-9);
        assert!((keyed(1, 2, 4).log10_chance() - (7.0f64 / 16.0).log10()).abs() < 1e-9);
        assert!(keyed(0, 9, 20).log10_chance().abs() < 1e-9);
        assert!((keyed(56, 56, 20).log10_chance() + 56.0 * 20f64.log10()).abs() < 1e-6);
        // None of 10 right where each is with 0.9: 10^-10.
        assert!((keyed(0, 10, 20).log10_as_few(0.9) + 10.0).abs() < 1e-6);
        assert!(keyed(10, 10, 20).log10_as_few(0.9).abs() < 1e-9);
        assert!(keyed(0, 0, 20).log10_chance().abs() < 1e-9);
    }
}
