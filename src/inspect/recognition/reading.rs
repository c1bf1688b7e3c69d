//! The reading: which symbols make the stack, in either script, and how surely.

use ndarray::{Array1, Array2, ArrayView1};

use crate::inspect::recognition::decoding::Decoded;
use crate::inspect::recognition::field::Field;
use crate::inspect::recognition::fit::Fit;
use crate::inspect::recognition::initial::{Start, starts};
use crate::inspect::recognition::psf::Psf;
use crate::inspect::recognition::templates::{Alphabet, Imaging};
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::stacking::grid::ALONG;
use crate::inspect::stacking::stack::Stack;
use crate::numerics::median;
use crate::spec::{Mode, Script, Symbol};

/// Fits that explain this share of what the best one does are its rivals, so many at the most.
/// Guesses.
const NEARLY: f64 = 0.97;
const RIVALS: usize = 4;
/// Where a text explains this share of what is seen, and is not so short that another might, no
/// other start is tried. Guesses.
const PLAIN: f64 = 0.8;
const LONG: usize = 12;
/// A text in the other script is considered if it lies no further behind, in nepers: few names have
/// the shapes of both. A guess.
const FAR: f64 = 300.0;
/// Rounds in which text and point spread settle, once the check symbols are heeded. A guess.
const ROUNDS: usize = 3;

/// One symbol of the circle, as read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The most likely symbol.
    pub symbol: Symbol,
    /// The symbol of the next likeliest text that has another one here.
    pub runner_up: Symbol,
    /// Natural logarithm of how much likelier the text is than that one, the less with and without
    /// the letters' rarity: a rare letter may make a reading unsure, but never another one sure.
    pub log_odds: f64,
    /// Log-likelihood of each symbol of the alphabet relative to `symbol`, all other places as they
    /// are; of the scan alone, without rarity and check symbols.
    pub against: Vec<(Symbol, f64)>,
}

/// What a stack says in one script.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The script that it was read in.
    pub script: Script,
    /// How the letters got into the portrait.
    pub mode: Mode,
    /// The circle of symbols, from the first letter to the last check symbol.
    pub circle: Vec<Read>,
    /// The same if all letters were equally frequent.
    pub without_rarity: Vec<Symbol>,
    /// Log-likelihood of that text relative to `circle`'s, and of the next likeliest one.
    pub likeliest: [f64; 2],
    /// By how much the letters, each by itself, speak for another text than one with the right
    /// check symbols, in nepers.
    pub doubt: f64,
    /// Correlation of the stack with the text that was read, 0..1.
    pub fit: f64,
    /// Square error at the worst place over that at the median one: large where a sign stands that
    /// no letter looks like.
    pub misfit: f64,
    /// Amplitude of the letters as a share of the lightness scale, as `strength` counts it.
    pub contrast: f64,
    /// Where and how blurred it was read.
    pub imaging: Imaging,
    /// What the blur is beyond a Gaussian.
    pub psf: Psf,
    /// Which way the text runs in the scan.
    pub orientation: Orientation,
    /// The stack as it was read: upright, from the first symbol on, `[across][along]`.
    pub picture: Vec<f32>,
    /// The text that was read, as it should look there.
    pub expected: Vec<f32>,
    /// Bins of the upright stack before the first symbol.
    pub begins: usize,
}

/// An upright circle of so many bins, `[across][along]`, that begins so many bins into the scan's stack, in
/// the order of that stack.
#[must_use]
pub fn in_stack(
    upright: &[f32],
    length: usize,
    begins: usize,
    orientation: Orientation,
) -> Vec<f32> {
    let row = |row: &[f32]| {
        let mut row = row.to_vec();
        row.rotate_right(begins % length.max(1));
        if orientation.mirrored {
            row.reverse();
        }
        row
    };
    let mut heights: Vec<f32> = upright.chunks_exact(length.max(1)).flat_map(row).collect();
    if orientation.upside_down {
        heights.reverse();
    }
    heights
}

impl Read {
    /// How many symbols, as a natural logarithm, the scan leaves open here (Shannon 1948).
    #[must_use]
    pub fn open(&self) -> f64 {
        let total: f64 = self.against.iter().map(|(_, likelihood)| likelihood.exp()).sum();
        let shares = self.against.iter().map(|(_, likelihood)| likelihood.exp() / total);
        shares.filter(|share| *share > 0.0).map(|share| -share * share.ln()).sum()
    }

    /// Log-likelihood of a symbol, as in `against`; −∞ for one that the script does not have.
    #[must_use]
    pub fn likelihood(&self, symbol: Symbol) -> f64 {
        let own = self.against.iter().find(|(s, _)| *s == symbol);
        own.map_or(f64::NEG_INFINITY, |(_, likelihood)| *likelihood)
    }
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
    let mut rivals: Vec<(Start, Fit<'_>)> = Vec::new();
    for start in starts(&fields, alphabets) {
        let field = fields[start.field].turned(start.bins);
        let mut fit = Fit::new(field, &alphabets[start.alphabet], start.imaging);
        fit.refine();
        let is_plain = fit.share() >= PLAIN && fit.text.len() >= LONG;
        rivals.push((start, fit));
        if is_plain {
            break;
        }
    }
    rivals.sort_by(|a, b| b.1.explained.total_cmp(&a.1.explained));
    let least = NEARLY * rivals.first()?.1.explained;
    rivals.dedup_by(|a, b| a.1.text == b.1.text);
    rivals.retain(|(_, fit)| fit.explained >= least);
    // A short text in the wrong place may look as good until its check symbols are heeded.
    let mut read: Vec<(Start, Fit<'_>, Reading)> = Vec::new();
    for (start, mut fit) in rivals.into_iter().take(RIVALS) {
        fit.refine();
        let reading = Reading::of(&mut fit, tried[start.field], start.bins)?;
        read.push((start, fit, reading));
    }
    let (start, fit, reading) = read.into_iter().max_by(|a, b| a.2.fit.total_cmp(&b.2.fit))?;
    let mut readings = vec![reading];
    let mut twin = fit.in_alphabet(&alphabets[1 - start.alphabet]);
    let behind = 0.5 * (fit.explained - twin.explained) / fit.noise;
    if behind <= FAR {
        readings.extend(Reading::of(&mut twin, tried[start.field], start.bins));
    }
    readings.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    Some(Readings(readings))
}

impl Reading {
    /// [`expected`](Self::expected) in the order of the scan's stack.
    #[must_use]
    pub fn expected_in_stack(&self) -> Vec<f32> {
        in_stack(&self.expected, self.circle.len() * ALONG, self.begins, self.orientation)
    }

    /// Symbols of the scan's stack before the one with which, as the text runs, it begins; where it
    /// runs backwards, before the end of that one.
    #[must_use]
    pub fn begin_in_stack(&self) -> f64 {
        let begin = self.begins as f64 / ALONG as f64 + self.imaging.along;
        if self.orientation.runs_backwards() { self.circle.len() as f64 - begin } else { begin }
    }

    /// Log-likelihood, relative to the text that was read, of these symbols, of which the one at
    /// `turn` stands first in the circle; of the scan alone.
    #[must_use]
    pub fn likelihood(&self, symbols: &[Symbol], turn: usize) -> f64 {
        let turned = symbols.iter().cycle().skip(turn);
        self.circle.iter().zip(turned).map(|(read, symbol)| read.likelihood(*symbol)).sum()
    }

    /// Lets the text of a fit, its point spread and the check symbols settle; `None` if the circle
    /// is too short for a legend.
    fn of(fit: &mut Fit<'_>, orientation: Orientation, turned: usize) -> Option<Self> {
        fit.sharpen();
        fit.improve();
        fit.whiten();
        fit.improve();
        for _ in 1..ROUNDS {
            let text = Texts::likeliest_of(fit)?;
            let before = std::mem::replace(&mut fit.text, text);
            fit.settle();
            if before == fit.text {
                break;
            }
            fit.sharpen();
            fit.whiten();
        }
        let texts = Texts::decode(fit)?;
        let (expected, correlation) = fit.expected();
        let misfit = misfit(&fit.seen, &expected, fit.alphabet.mode);
        let expected = Field { heights: expected, ..fit.seen.clone() };
        let upright = |field: &Field| field.turned(texts.weighed.first * ALONG).heights;
        Some(Self {
            script: fit.alphabet.script,
            mode: fit.alphabet.mode,
            circle: texts.circle(fit.alphabet),
            without_rarity: texts.without_rarity(fit.alphabet),
            likeliest: texts.likeliest(),
            doubt: texts.doubt(),
            fit: correlation,
            misfit,
            contrast: f64::from(fit.amplitude),
            imaging: fit.imaging,
            psf: fit.psf.clone(),
            orientation,
            picture: upright(&fit.seen),
            expected: upright(&expected),
            begins: turned + texts.weighed.first * ALONG,
        })
    }
}

fn misfit(seen: &Field, expected: &[f32], mode: Mode) -> f64 {
    let mut errors = vec![0.0f64; seen.symbols];
    let mut inks = vec![0.0f64; seen.symbols];
    let cells = (0..seen.length()).map(|bin| bin / ALONG).cycle();
    for (cell, (seen, expected)) in cells.zip(seen.heights.iter().zip(expected)) {
        errors[cell] += f64::from(seen - expected).powi(2);
        inks[cell] += f64::from(*expected).powi(2);
    }
    // A screen gives a hyphen as much ink as a Щ: what is wrong there weighs more.
    if mode == Mode::Screen {
        let typical = median(&mut inks.clone()).unwrap_or(0.0).max(1e-30);
        errors.iter_mut().zip(&inks).for_each(|(error, ink)| *error /= (ink / typical).max(1.0));
    }
    errors.sort_unstable_by(f64::total_cmp);
    errors[errors.len() - 1] / errors[errors.len() / 2].max(1e-30)
}

/// What the check symbols make of a fit.
struct Texts {
    /// Log-likelihood of each symbol at each place, `[place, symbol]`.
    likelihoods: Array2<f64>,
    /// The likeliest text if all letters were equally frequent.
    plain: Decoded,
    /// The likeliest text.
    weighed: Decoded,
}

impl Texts {
    fn decode(fit: &Fit<'_>) -> Option<Self> {
        let Alphabet { code, symbols, .. } = fit.alphabet;
        let likelihoods = fit.likelihoods();
        let rarity = Array1::from_iter(symbols.iter().map(|symbol| symbol.log_prior()));
        let plain = code.decode(&likelihoods)?;
        let weighed = code.decode(&(&likelihoods + &rarity))?;
        Some(Self { likelihoods, plain, weighed })
    }

    /// The likeliest text alone.
    fn likeliest_of(fit: &Fit<'_>) -> Option<Vec<usize>> {
        let Alphabet { code, symbols, .. } = fit.alphabet;
        let rarity = Array1::from_iter(symbols.iter().map(|symbol| symbol.log_prior()));
        Some(code.decode(&(fit.likelihoods() + &rarity))?.text)
    }

    /// Places of the circle, from the first letter to the last check symbol.
    fn places(&self) -> impl Iterator<Item = usize> {
        let (n, first) = (self.weighed.text.len(), self.weighed.first);
        (0..n).map(move |i| (first + i) % n)
    }

    fn circle(&self, alphabet: &Alphabet) -> Vec<Read> {
        let read = |place: usize| {
            let (weighed, plain) = (&self.weighed, &self.plain);
            let symbol = weighed.text[place];
            let without = if plain.text[place] == symbol { plain.log_odds[place] } else { 0.0 };
            let likelihoods = self.likelihoods.row(place);
            let own = likelihoods[symbol];
            let against = likelihoods.iter().map(|likelihood| likelihood - own);
            Read {
                symbol: alphabet.symbols[symbol],
                runner_up: alphabet.symbols[weighed.runners_up[place]],
                log_odds: weighed.log_odds[place].min(without),
                against: alphabet.symbols.iter().copied().zip(against).collect(),
            }
        };
        self.places().map(read).collect()
    }

    fn without_rarity(&self, alphabet: &Alphabet) -> Vec<Symbol> {
        self.places().map(|place| alphabet.symbols[self.plain.text[place]]).collect()
    }

    /// Log-likelihood of a text.
    fn likelihood(&self, text: &[usize]) -> f64 {
        text.iter().enumerate().map(|(place, &symbol)| self.likelihoods[[place, symbol]]).sum()
    }

    fn likeliest(&self) -> [f64; 2] {
        let own = self.likelihood(&self.weighed.text);
        [self.plain.likelihood, self.plain.next()].map(|likelihood| likelihood - own)
    }

    fn doubt(&self) -> f64 {
        let most = |row: ArrayView1<'_, f64>| row.iter().copied().fold(f64::MIN, f64::max);
        let unbound: f64 = self.likelihoods.rows().into_iter().map(most).sum();
        unbound - self.likelihood(&self.weighed.text)
    }
}
