//! The reading: which symbols make the stack. Text, place and blur are solved together, by least
//! squares on the whole circle, each letter with the spill of its neighbours.

use super::stack::{ACROSS, ALONG, Stack};
use super::templates::{Alphabet, BINS, Imaging, LENGTH, REACH, Templates};
use crate::base::Mm;
use crate::spec::{Profile, Script, Symbol};

/// Starts of the search: places of the cells (symbols), of the lines (pitches), blurs. The carrier
/// gives the line's place to some hundredths of a pitch, the columns give the cell's not at all.
const PLACES: usize = 8;
const HEIGHTS: [f64; 3] = [-0.06, 0.0, 0.06];
const BLURS: [Mm; 2] = [Mm(0.035), Mm(0.065)];
/// Finest and coarsest blur of a scan that can be read.
const BLUR_RANGE: [f64; 2] = [0.015, 0.16];
/// Starts that are followed to their end.
const FOLLOWED: usize = 3;
/// Alternatives of each symbol that stay in the race after the first pass.
const SHORTLIST: usize = 16;

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
    /// Whether the scan stands upside down.
    pub upside_down: bool,
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
    /// ln of how much likelier `symbol` is at this place than any other, without priors.
    #[must_use]
    pub fn odds_of(&self, symbol: Symbol) -> f64 {
        let Some(own) = self.against.iter().find(|(s, _)| *s == symbol).map(|(_, l)| *l) else {
            return f64::NEG_INFINITY;
        };
        let others = self.against.iter().filter(|(s, _)| *s != symbol);
        own - others.map(|(_, l)| *l).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Reads a stack in both scripts.
#[must_use]
pub fn read(stack: &Stack, profile: &Profile) -> Option<Readings> {
    let in_script = |&script: &Script| read_in(stack, script, &Alphabet::new(script, profile));
    let mut readings: Vec<Reading> = Script::ALL.iter().filter_map(in_script).collect();
    readings.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    (!readings.is_empty()).then_some(Readings(readings))
}

fn read_in(stack: &Stack, script: Script, alphabet: &Alphabet) -> Option<Reading> {
    let turns = [Field::of(stack, false), Field::of(stack, true)];
    let best = starts(&turns, alphabet)
        .into_iter()
        .map(|(turn, imaging)| Fit::follow(&turns[turn], alphabet, imaging, turn == 1))
        .max_by(|a, b| a.explained.total_cmp(&b.explained))?;
    best.into_reading(script, alphabet)
}

/// The stack as heights and weights, rows without their mean: what the lines above and below spill
/// is the same for all symbols.
struct Field {
    symbols: usize,
    heights: Vec<f32>,
    weights: Vec<f32>,
}

impl Field {
    fn of(stack: &Stack, upside_down: bool) -> Self {
        let mut heights: Vec<f32> = stack
            .signal
            .iter()
            .zip(&stack.weight)
            .map(|(s, w)| if *w > 0.0 { s / w } else { 0.0 })
            .collect();
        let mut weights = stack.weight.clone();
        if upside_down {
            heights.reverse();
            weights.reverse();
        }
        let mut field = Self { symbols: stack.symbols, heights, weights };
        let mut heights = std::mem::take(&mut field.heights);
        field.centre(&mut heights);
        field.heights = heights;
        field
    }

    fn length(&self) -> usize {
        self.symbols * ALONG
    }

    /// Takes the weighted mean out of each row.
    fn centre(&self, values: &mut [f32]) {
        let n = self.length();
        for (row, weights) in values.chunks_exact_mut(n).zip(self.weights.chunks_exact(n)) {
            let total: f32 = weights.iter().sum();
            let mean = row.iter().zip(weights).map(|(v, w)| v * w).sum::<f32>() / total.max(1e-20);
            row.iter_mut().for_each(|v| *v -= mean);
        }
    }

    /// The template's window about a symbol, row by row: the circle is cut where it closes.
    fn window<'a>(&self, values: &'a [f32], symbol: usize) -> impl Iterator<Item = &'a [f32]> {
        let n = self.length();
        let start = (symbol + self.symbols * REACH - REACH) % self.symbols * ALONG;
        (0..ACROSS).flat_map(move |row| {
            let line = &values[row * n..(row + 1) * n];
            runs(n, start).map(move |(from, to)| &line[from..to])
        })
    }

    fn dot(&self, a: &[f32], b: &[f32]) -> f64 {
        let terms = a.iter().zip(b).zip(&self.weights).map(|((a, b), w)| f64::from(a * b * w));
        terms.sum()
    }
}

/// The runs of a circle of `n` bins that a window of [`LENGTH`] bins from `start` covers. A circle
/// shorter than the window is covered several times, as the text is.
fn runs(n: usize, start: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut left = LENGTH;
    let mut at = start;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let end = (at + left).min(n);
        let run = (at, end);
        left -= end - at;
        at = end % n;
        Some(run)
    })
}

/// The likeliest starts: (turn, imaging), by how well single letters fit, their neighbours unknown.
fn starts(turns: &[Field; 2], alphabet: &Alphabet) -> Vec<(usize, Imaging)> {
    // The plain letters tell place and blur as well as all of them.
    let plain: Vec<usize> =
        (0..alphabet.symbols.len()).filter(|&i| is_plain(alphabet.symbols[i])).collect();
    let mut scored = Vec::new();
    for blur in BLURS {
        for down in HEIGHTS {
            for place in 0..PLACES {
                let along = place as f64 / PLACES as f64 - 0.5;
                let imaging = Imaging { along, down, blur };
                let templates = alphabet.templates(&plain, &imaging);
                let norms: Vec<f32> =
                    templates.0.iter().map(|t| own_cell(t).map(|v| v * v).sum::<f32>()).collect();
                for (turn, field) in turns.iter().enumerate() {
                    let score: f32 = (0..field.symbols)
                        .map(|symbol| best_match(field, symbol, &templates, &norms))
                        .sum();
                    scored.push((score, turn, imaging));
                }
            }
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // One start for each place: blur and height are refined anyway.
    let mut kept: Vec<(usize, Imaging)> = Vec::new();
    for (_, turn, imaging) in scored {
        let known = kept.iter().any(|(t, i)| *t == turn && (i.along - imaging.along).abs() < 1e-9);
        if !known && kept.len() < FOLLOWED {
            kept.push((turn, imaging));
        }
    }
    kept
}

fn is_plain(symbol: Symbol) -> bool {
    let c = symbol.character();
    c.is_ascii_uppercase() || Script::of(c) == Some(Script::Cyrillic) || c == '<'
}

fn own_cell(template: &[f32]) -> impl Iterator<Item = f32> {
    template
        .chunks_exact(LENGTH)
        .flat_map(|row| row[REACH * ALONG..(REACH + 1) * ALONG].iter().copied())
}

/// Energy of the field in a cell that the best template explains there.
fn best_match(field: &Field, symbol: usize, templates: &Templates, norms: &[f32]) -> f32 {
    let n = field.length();
    let cell: Vec<f32> = (0..ACROSS)
        .flat_map(|row| &field.heights[row * n + symbol * ALONG..row * n + (symbol + 1) * ALONG])
        .copied()
        .collect();
    let matches = templates.0.iter().zip(norms).map(|(template, norm)| {
        let dot: f32 = template
            .chunks_exact(LENGTH)
            .zip(cell.chunks_exact(ALONG))
            .map(|(t, c)| {
                t[REACH * ALONG..(REACH + 1) * ALONG].iter().zip(c).map(|(a, b)| a * b).sum::<f32>()
            })
            .sum();
        dot.max(0.0).powi(2) / norm.max(1e-12)
    });
    matches.fold(0.0, f32::max)
}

/// A text fitted to a field.
struct Fit<'a> {
    field: &'a Field,
    upside_down: bool,
    imaging: Imaging,
    templates: Templates,
    /// Places in the alphabet.
    text: Vec<usize>,
    amplitude: f32,
    /// What is left of the field.
    residual: Vec<f32>,
    /// Weighted energy of the field that the text explains.
    explained: f64,
}

impl<'a> Fit<'a> {
    /// From a start to the best text, place and blur near it.
    fn follow(field: &'a Field, alphabet: &Alphabet, start: Imaging, upside_down: bool) -> Self {
        let everything: Vec<usize> = (0..alphabet.symbols.len()).collect();
        let templates = alphabet.templates(&everything, &start);
        let mut fit = Self {
            field,
            upside_down,
            imaging: start,
            templates,
            text: vec![usize::MAX; field.symbols],
            amplitude: 0.0,
            residual: field.heights.clone(),
            explained: 0.0,
        };
        fit.first_text();
        fit.improve(&everything);
        for _ in 0..2 {
            fit.refine(alphabet);
            fit.templates = alphabet.templates(&everything, &fit.imaging);
            fit.refit();
            fit.improve(&everything);
        }
        fit
    }

    /// Each symbol by itself: the highest normalised correlation in its own cell.
    fn first_text(&mut self) {
        for symbol in 0..self.field.symbols {
            let n = self.field.length();
            let scores = self.templates.0.iter().map(|template| {
                let (mut dot, mut norm) = (0.0, 0.0);
                for row in 0..ACROSS {
                    let cell = &self.field.heights[row * n + symbol * ALONG..][..ALONG];
                    let own = &template[row * LENGTH + REACH * ALONG..][..ALONG];
                    dot += own.iter().zip(cell).map(|(a, b)| a * b).sum::<f32>();
                    norm += own.iter().map(|a| a * a).sum::<f32>();
                }
                dot / norm.sqrt().max(1e-9)
            });
            let best = scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            self.text[symbol] = best.map_or(0, |(i, _)| i);
        }
        self.refit();
    }

    /// What the text should look like at amplitude 1, rows without their mean.
    fn model(&self) -> Vec<f32> {
        render(self.field, &self.text, &self.templates)
    }

    /// Amplitude and residual for the text as it stands.
    fn refit(&mut self) {
        let model = self.model();
        let energy = self.field.dot(&model, &model).max(1e-20);
        let dot = self.field.dot(&model, &self.field.heights);
        self.amplitude = (dot / energy).max(1e-6) as f32;
        self.explained = dot.max(0.0).powi(2) / energy;
        self.residual.clone_from(&self.field.heights);
        self.residual.iter_mut().zip(&model).for_each(|(r, m)| *r -= self.amplitude * m);
    }

    /// How much the weighted square error grows when `symbol` becomes the alphabet's `other`, and
    /// the weighted square of the difference.
    fn change(&self, symbol: usize, other: usize) -> (f64, f64) {
        let (now, then) = (&self.templates.0[self.text[symbol]], &self.templates.0[other]);
        let (mut dot, mut square) = (0.0f32, 0.0f32);
        let residual = self.field.window(&self.residual, symbol);
        let weights = self.field.window(&self.field.weights, symbol);
        let mut at = 0;
        for (residual, weights) in residual.zip(weights) {
            let (now, then) = (&now[at..at + residual.len()], &then[at..at + residual.len()]);
            at += residual.len();
            for (((r, w), a), b) in residual.iter().zip(weights).zip(now).zip(then) {
                let d = (b - a) * self.amplitude;
                dot += w * r * d;
                square += w * d * d;
            }
        }
        (f64::from(square - 2.0 * dot), f64::from(square))
    }

    /// Replaces one symbol at a time as long as that lessens the error, then holds the text to the
    /// one end mark that it must have.
    fn improve(&mut self, everything: &[usize]) {
        let end = everything.len() - 1;
        let mut shortlists: Vec<Vec<usize>> = vec![everything.to_vec(); self.field.symbols];
        for pass in 0..4 {
            let before = self.text.clone();
            for symbol in 0..self.field.symbols {
                let mut scored: Vec<(f64, usize)> = shortlists[symbol]
                    .iter()
                    .map(|&other| (self.change(symbol, other).0, other))
                    .collect();
                scored.sort_by(|a, b| a.0.total_cmp(&b.0));
                if pass == 0 {
                    let mut kept: Vec<usize> = scored.iter().take(SHORTLIST).map(|s| s.1).collect();
                    if !kept.contains(&end) {
                        kept.push(end);
                    }
                    shortlists[symbol] = kept;
                }
                self.set(symbol, scored[0].1);
            }
            self.one_end(end, &shortlists);
            self.refit();
            if self.text == before {
                break;
            }
        }
    }

    /// The end mark stands where it costs least, and nowhere else.
    fn one_end(&mut self, end: usize, shortlists: &[Vec<usize>]) {
        let cost = |fit: &Self, symbol: usize| {
            let letters = shortlists[symbol].iter().filter(|&&s| s != end);
            let best =
                letters.map(|&s| (fit.change(symbol, s).0, s)).min_by(|a, b| a.0.total_cmp(&b.0));
            let (letter_cost, letter) = best.unwrap_or((0.0, 0));
            (fit.change(symbol, end).0 - letter_cost, letter)
        };
        let costs: Vec<(f64, usize)> = (0..self.field.symbols).map(|s| cost(self, s)).collect();
        let place =
            (0..costs.len()).min_by(|&a, &b| costs[a].0.total_cmp(&costs[b].0)).unwrap_or(0);
        for (symbol, &(_, letter)) in costs.iter().enumerate() {
            if symbol == place {
                self.set(symbol, end);
            } else if self.text[symbol] == end {
                self.set(symbol, letter);
            }
        }
    }

    /// Sets a symbol and brings the residual up to date, but for the rows' means.
    fn set(&mut self, symbol: usize, other: usize) {
        let old = std::mem::replace(&mut self.text[symbol], other);
        if old == other {
            return;
        }
        let n = self.field.length();
        let start = (symbol + self.field.symbols * REACH - REACH) % self.field.symbols * ALONG;
        let (now, then) = (&self.templates.0[old], &self.templates.0[other]);
        for row in 0..ACROSS {
            let mut at = row * LENGTH;
            for (from, to) in runs(n, start) {
                for r in &mut self.residual[row * n + from..row * n + to] {
                    *r -= self.amplitude * (then[at] - now[at]);
                    at += 1;
                }
            }
        }
    }

    /// Place and blur for the text as it stands: one after the other, in ever smaller steps.
    fn refine(&mut self, alphabet: &Alphabet) {
        let mut steps = [0.05, 0.03, 1.25];
        let mut best = self.imaging;
        let mut explained = self.explained_by(alphabet, &best);
        for _ in 0..3 {
            for axis in 0..3 {
                for sign in [1.0, -1.0] {
                    loop {
                        let tried = moved(best, axis, steps[axis], sign);
                        let value = self.explained_by(alphabet, &tried);
                        if value <= explained * (1.0 + 1e-5) {
                            break;
                        }
                        (best, explained) = (tried, value);
                    }
                }
            }
            steps = [steps[0] * 0.4, steps[1] * 0.4, 1.0 + (steps[2] - 1.0) * 0.4];
        }
        self.imaging = best;
    }

    fn explained_by(&self, alphabet: &Alphabet, imaging: &Imaging) -> f64 {
        let mut distinct = self.text.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let templates = alphabet.templates(&distinct, imaging);
        let text: Vec<usize> =
            self.text.iter().map(|s| distinct.binary_search(s).unwrap_or(0)).collect();
        let model = render(self.field, &text, &templates);
        let energy = self.field.dot(&model, &model).max(1e-20);
        self.field.dot(&model, &self.field.heights).max(0.0).powi(2) / energy
    }

    fn into_reading(self, script: Script, alphabet: &Alphabet) -> Option<Reading> {
        let total = self.field.dot(&self.field.heights, &self.field.heights);
        let end = alphabet.symbols.len() - 1;
        let first = self.text.iter().position(|&s| s == end)? + 1;
        let changes: Vec<Vec<(f64, f64)>> = (0..self.field.symbols)
            .map(|symbol| {
                (0..alphabet.symbols.len()).map(|other| self.change(symbol, other)).collect()
            })
            .collect();
        let noise = self.noise(&changes);
        let n = self.field.symbols;
        let circle = (first..first + n).map(|symbol| {
            let symbol = symbol % n;
            // Gaussian noise: the log-likelihood falls by half the growth of the square error.
            let against: Vec<f64> =
                changes[symbol].iter().map(|(growth, _)| -0.5 * growth / noise).collect();
            read_of(self.text[symbol], &against, alphabet)
        });
        let circle = circle.collect();
        let turned = |values: &[f32]| -> Vec<f32> {
            let rows = values.chunks_exact(n * ALONG);
            rows.flat_map(|row| {
                let split = first % n * ALONG;
                row[split..].iter().chain(&row[..split]).copied().collect::<Vec<_>>()
            })
            .collect()
        };
        let model: Vec<f32> = self.model().iter().map(|v| v * self.amplitude).collect();
        Some(Reading {
            script,
            circle,
            fit: (self.explained / total.max(1e-20)).sqrt(),
            contrast: f64::from(self.amplitude),
            imaging: self.imaging,
            upside_down: self.upside_down,
            picture: turned(&self.field.heights),
            expected: turned(&model),
        })
    }

    /// Variance of the residual in the directions in which symbols differ, noise and misfit of the
    /// model together: the mean of ⟨r, d⟩²/⟨d, d⟩ over all symbols and their likeliest others.
    fn noise(&self, changes: &[Vec<(f64, f64)>]) -> f64 {
        let mut sum = 0.0;
        let mut count = 0.0;
        for (symbol, others) in changes.iter().enumerate() {
            let mut near: Vec<&(f64, f64)> = others
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != self.text[symbol])
                .map(|(_, change)| change)
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (growth, square) in near.iter().take(SHORTLIST) {
                let dot = 0.5 * (square - growth);
                sum += dot * dot / square.max(1e-20);
                count += 1.0;
            }
        }
        (sum / f64::max(count, 1.0)).max(1e-20)
    }
}

fn moved(mut imaging: Imaging, axis: usize, step: f64, sign: f64) -> Imaging {
    match axis {
        0 => imaging.along += sign * step,
        1 => imaging.down = (imaging.down + sign * step).clamp(-0.3, 0.3),
        _ => {
            let blur = imaging.blur.0 * if sign > 0.0 { step } else { 1.0 / step };
            imaging.blur = Mm(blur.clamp(BLUR_RANGE[0], BLUR_RANGE[1]));
        }
    }
    imaging
}

fn render(field: &Field, text: &[usize], templates: &Templates) -> Vec<f32> {
    let n = field.length();
    let mut out = vec![0.0f32; n * ACROSS];
    for (symbol, &which) in text.iter().enumerate() {
        let template = &templates.0[which];
        debug_assert_eq!(template.len(), BINS);
        let start = (symbol + field.symbols * REACH - REACH) % field.symbols * ALONG;
        for row in 0..ACROSS {
            let mut at = row * LENGTH;
            for (from, to) in runs(n, start) {
                let line = &mut out[row * n + from..row * n + to];
                line.iter_mut().zip(&template[at..]).for_each(|(o, t)| *o += t);
                at += to - from;
            }
        }
    }
    field.centre(&mut out);
    out
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
