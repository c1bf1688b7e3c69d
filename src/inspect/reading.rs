//! The reading: which symbols make the stack, in either script, and how surely.

use super::field::Field;
use super::fit::Fit;
use super::orientation::Orientation;
use super::stack::{ALONG, Stack};
use super::start::{Start, starts};
use super::templates::{Alphabet, Imaging};
use super::verdict::{READ, REFUSE};
use crate::spec::{Script, Symbol};

/// Fits that explain this share of what the best one does are its rivals, so many at the most.
const NEARLY: f64 = 0.97;
const RIVALS: usize = 4;
/// The most that rarity counts against the alternatives of an expected letter.
const RARER: f64 = 1.5;

/// One symbol of the circle, as read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The most likely symbol.
    pub symbol: Symbol,
    /// The next.
    pub runner_up: Symbol,
    /// Natural logarithm of how much likelier the first is than the second, priors included.
    pub log_odds: f64,
    /// Log-likelihood of each symbol of the alphabet relative to `symbol`, without priors.
    pub against: Vec<(Symbol, f64)>,
}

/// What a stack says in one script.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The script that it was read in.
    pub script: Script,
    /// The circle of symbols, the end mark last.
    pub circle: Vec<Read>,
    /// Correlation of the stack with the text that was read, 0..1.
    pub fit: f64,
    /// Amplitude of the letters as a share of the lightness scale, as `strength` counts it.
    pub contrast: f64,
    /// Where and how blurred it was read.
    pub imaging: Imaging,
    /// Which way the text runs in the scan.
    pub orientation: Orientation,
    /// The stack as it was read: upright, from the first symbol on, `[across][along]`.
    pub picture: Vec<f32>,
    /// The text that was read, as it should look there.
    pub expected: Vec<f32>,
}

/// What a stack says in each script.
#[derive(Clone, Debug)]
pub struct Readings(Vec<Reading>);

impl Readings {
    /// The reading that explains the stack better.
    #[must_use]
    pub fn likelier(&self) -> &Reading {
        &self.0[0]
    }

    /// The reading in this script.
    #[must_use]
    pub fn in_script(&self, script: Script) -> &Reading {
        self.0.iter().find(|r| r.script == script).unwrap_or(&self.0[0])
    }
}

impl Read {
    /// ln of how much likelier `symbol` is at this place than any other. That another letter is the
    /// rarer one counts a little; that `symbol` is rare does not: the name is given. Where the blind
    /// reading is not clear, it contradicts nothing.
    #[must_use]
    pub fn odds_of(&self, symbol: Symbol) -> f64 {
        let Some(own) = self.against.iter().find(|(s, _)| *s == symbol).map(|(_, l)| *l) else {
            return f64::NEG_INFINITY;
        };
        let others = self.against.iter().filter(|(s, _)| *s != symbol);
        let rarer = |s: Symbol| (s.log_prior() - symbol.log_prior()).clamp(-RARER, 0.0);
        let highest = others.map(|(s, l)| l + rarer(*s)).fold(f64::NEG_INFINITY, f64::max);
        let odds = own - highest;
        if self.log_odds < READ { odds.max(0.5 * REFUSE) } else { odds }
    }
}

/// Reads a stack in both scripts (`Alphabet::both`). Place, blur and turn are found in the script
/// that fits better and hold for the other as well. `known`: which way the text runs, where that is
/// known already.
#[must_use]
pub fn read(
    stack: &Stack,
    known: Option<Orientation>,
    alphabets: &[Alphabet; 2],
) -> Option<Readings> {
    let tried = Orientation::ALL.into_iter().filter(|o| known.is_none_or(|known| known == *o));
    let tried: Vec<Orientation> = tried.collect();
    let fields: Vec<Field> = tried.iter().map(|&o| Field::of(stack, o)).collect();
    let followed = starts(&fields, alphabets).into_iter().map(|start| {
        let field = fields[start.field].turned(start.bins);
        let mut fit = Fit::new(field, &alphabets[start.alphabet], start.imaging);
        fit.refine();
        (start, fit)
    });
    let mut rivals: Vec<(Start, Fit<'_>)> = followed.collect();
    rivals.sort_by(|a, b| b.1.explained.total_cmp(&a.1.explained));
    let least = NEARLY * rivals.first()?.1.explained;
    rivals.dedup_by(|a, b| a.1.text == b.1.text);
    rivals.retain(|(_, fit)| fit.explained >= least);
    // A short text in the wrong place may look as good until its point spread is known.
    let sharpened = rivals.into_iter().take(RIVALS).map(|(start, mut fit)| {
        fit.refine();
        fit.sharpen();
        (start, fit)
    });
    let (start, mut fit) = sharpened.max_by(|a, b| a.1.explained.total_cmp(&b.1.explained))?;
    fit.whiten();
    let twin = fit.in_alphabet(&alphabets[1 - start.alphabet]);
    let mut readings = Vec::new();
    readings.extend(Reading::of(fit, tried[start.field]));
    readings.extend(Reading::of(twin, tried[start.field]));
    readings.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    (!readings.is_empty()).then_some(Readings(readings))
}

impl Reading {
    fn of(fit: Fit<'_>, orientation: Orientation) -> Option<Self> {
        let end = fit.alphabet.symbols.len() - 1;
        let n = fit.seen.symbols;
        let first = (fit.text.iter().position(|&s| s == end)? + 1) % n;
        let circle = (0..n).map(|i| {
            let symbol = (first + i) % n;
            // Gaussian noise: the log-likelihood falls by half the growth of the square error.
            let growths = fit.growths(symbol);
            let against: Vec<f64> =
                growths.iter().map(|growth| -0.5 * growth / fit.noise).collect();
            read_of(fit.text[symbol], &against, fit.alphabet)
        });
        let circle = circle.collect();
        let (expected, correlation) = fit.expected();
        let expected = Field { heights: expected, ..fit.seen.clone() };
        let upright = |field: &Field| field.turned(first * ALONG).heights;
        Some(Self {
            script: fit.alphabet.script,
            circle,
            fit: correlation,
            contrast: f64::from(fit.amplitude),
            imaging: fit.imaging,
            orientation,
            picture: upright(&fit.seen),
            expected: upright(&expected),
        })
    }
}

fn read_of(best: usize, against: &[f64], alphabet: &Alphabet) -> Read {
    let prior = |i: usize| alphabet.symbols[i].log_prior();
    let odds = |i: usize| (against[best] + prior(best)) - (against[i] + prior(i));
    let others = (0..against.len()).filter(|&i| i != best);
    let runner_up = others.min_by(|&a, &b| odds(a).total_cmp(&odds(b))).unwrap_or(best);
    Read {
        symbol: alphabet.symbols[best],
        runner_up: alphabet.symbols[runner_up],
        log_odds: odds(runner_up),
        against: alphabet.symbols.iter().copied().zip(against.iter().copied()).collect(),
    }
}
