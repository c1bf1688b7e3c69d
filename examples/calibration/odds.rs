//! What one scan says of any name, as tables, so that a million names can be held against it.

use tumar::inspect::reading::{Reading, Readings};
use tumar::spec::{Script, Symbol};

/// The decision values that are compared, each in nepers (ln of odds); higher speaks for the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// The verdict's: the least, over the name's symbols, of how much likelier each is than any
    /// other at its place (`Read::odds_of`).
    Weakest,
    /// The whole text's likelihood over that of the likeliest text with at least one other letter.
    /// Where that is the text that was read, all places at which it differs count.
    Text,
    /// The whole text's likelihood over that of all texts with other letters together, rare ones
    /// counted as rare as in the reading.
    Posterior,
}

impl Statistic {
    pub(crate) const ALL: [Self; 3] = [Self::Weakest, Self::Text, Self::Posterior];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Weakest => "weakest symbol",
            Self::Text => "text over likeliest other",
            Self::Posterior => "text over all others",
        }
    }
}

/// The values of each statistic for each symbol at each place of a reading in one script.
struct Circle {
    script: Script,
    symbols: Vec<Symbol>,
    /// For each place and symbol.
    values: Vec<Vec<Value>>,
}

/// What one symbol at one place adds.
#[derive(Clone, Copy, Default)]
struct Value {
    /// As [`tumar::inspect::reading::Read::odds_of`].
    odds: f64,
    /// Log-likelihood over that of the likeliest other symbol.
    over: f64,
    /// ln of the posterior's share at this place.
    share: f64,
}

/// All that one scan says.
pub(crate) struct Odds(Vec<Circle>);

impl Odds {
    pub(crate) fn of(readings: Option<&Readings>) -> Self {
        let circle = |script| readings.map(|r| Circle::of(r.in_script(script)));
        Self(Script::ALL.into_iter().filter_map(circle).collect())
    }

    /// Symbols of the circle, if one was found.
    pub(crate) fn length(&self) -> Option<usize> {
        self.0.first().map(|circle| circle.values.len())
    }

    /// Each statistic for a legend; −∞ for one of another length.
    pub(crate) fn values(&self, script: Script, legend: &[Symbol]) -> [f64; 3] {
        let circle = self.0.iter().find(|c| c.script == script);
        match circle.filter(|circle| circle.values.len() == legend.len()) {
            Some(circle) => circle.of_legend(legend),
            None => [f64::NEG_INFINITY; 3],
        }
    }
}

impl Circle {
    fn of(reading: &Reading) -> Self {
        let symbols = reading.circle.first().map_or(Vec::new(), |read| {
            read.against.iter().map(|(symbol, _)| *symbol).collect::<Vec<Symbol>>()
        });
        let place = |read: &tumar::inspect::reading::Read| {
            let value = |(i, &(symbol, own)): (usize, &(Symbol, f64))| {
                let others = || {
                    let others = read.against.iter().enumerate().filter(move |(o, _)| *o != i);
                    others.map(move |(_, &(other, likelihood))| {
                        let rarer = other.log_prior() - symbol.log_prior();
                        (likelihood - own, rarer.min(0.0))
                    })
                };
                let highest = others().map(|(l, _)| l).fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = others().map(|(l, rarer)| (l + rarer).min(600.0).exp()).sum();
                Value { odds: read.odds_of(symbol), over: -highest, share: -sum.ln_1p() }
            };
            read.against.iter().enumerate().map(value).collect()
        };
        let values = reading.circle.iter().map(place).collect();
        Self { script: reading.script, symbols, values }
    }

    fn of_legend(&self, legend: &[Symbol]) -> [f64; 3] {
        let places: Option<Vec<usize>> =
            legend.iter().map(|s| self.symbols.iter().position(|own| own == s)).collect();
        let Some(places) = places else { return [f64::NEG_INFINITY; 3] };
        let n = places.len();
        let at = |turn: usize, i: usize| self.values[i][places[(i + turn) % n]];
        // The turn as the reader's `compare` takes it.
        let sum = |turn: usize| (0..n).map(|i| at(turn, i).odds.min(0.0)).sum::<f64>();
        let turn = (0..n).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
        let values = || (0..n).map(|i| at(turn, i));
        let weakest = values().map(|v| v.odds).fold(f64::INFINITY, f64::min);
        let behind: f64 = values().map(|v| v.over.min(0.0)).sum();
        let least = values().map(|v| v.over).fold(f64::INFINITY, f64::min);
        let text = if least >= 0.0 { least } else { behind };
        // Odds of the product of the places' shares.
        let ln: f64 = values().map(|v| v.share).sum();
        let posterior = ln - (-ln.exp_m1()).max(1e-300).ln();
        [weakest, text, posterior]
    }
}
