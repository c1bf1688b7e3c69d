//! The reading: which symbols make the stack. Text, place and blur are solved together, by least
//! squares on the whole circle, each letter with the spill of its neighbours.

use super::stack::{ACROSS, ALONG, Stack};
use super::templates::{Alphabet, Imaging, LENGTH, REACH, Template};
use super::verdict::{READ, REFUSE};
use crate::base::Mm;
use crate::spec::{Profile, Script, Symbol};

/// Starts of the search: places of the cells (every second bin), of the lines (pitches), blurs. The
/// carrier gives the line's place to some hundredths of a pitch, the columns the cell's not at all.
const PLACE_STEP: usize = 2;
const HEIGHTS: [f64; 3] = [-0.06, 0.0, 0.06];
const BLURS: [Mm; 2] = [Mm(0.035), Mm(0.065)];
/// Finest and coarsest blur of a scan that can be read.
const BLUR_RANGE: [f64; 2] = [0.015, 0.16];
/// Starts that are followed to their end, either way up.
const FOLLOWED: usize = 2;
/// The most that rarity counts against the alternatives of an expected letter.
const RARER: f64 = 1.5;
/// Rounds in which a text settles at the most.
const PASSES: usize = 6;
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

/// Reads a stack in both scripts. Place, blur and turn are found in the script that fits better and
/// hold for the other as well. `upside_down`: where it is known already how the scan stands.
#[must_use]
pub fn read(stack: &Stack, upside_down: Option<bool>, profile: &Profile) -> Option<Readings> {
    let alphabets = Script::ALL.map(|script| Alphabet::new(script, profile));
    let fields = [Field::of(stack, false), Field::of(stack, true)];
    let followed = starts(&fields, upside_down, &alphabets).into_iter().map(|start| {
        let field = fields[usize::from(start.upside_down)].turned(start.bins);
        let mut fit = Fit::new(field, &alphabets[start.alphabet], start.imaging);
        fit.refine();
        (start, fit)
    });
    let (start, mut fit) = followed.max_by(|a, b| a.1.explained.total_cmp(&b.1.explained))?;
    fit.refine();
    let other = &alphabets[1 - start.alphabet];
    let twin = Fit::new(fit.field.clone(), other, fit.imaging);
    let mut readings = Vec::new();
    readings.extend(fit.into_reading(start.upside_down));
    readings.extend(twin.into_reading(start.upside_down));
    readings.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    (!readings.is_empty()).then_some(Readings(readings))
}

/// The stack as heights and weights, `[across][along]`, every row followed by its own beginning, so
/// that a template's window never has to be cut.
#[derive(Clone)]
struct Field {
    symbols: usize,
    heights: Vec<f32>,
    weights: Vec<f32>,
}

impl Field {
    fn of(stack: &Stack, upside_down: bool) -> Self {
        let height = |(s, w): (&f32, &f32)| if *w > 0.0 { s / w } else { 0.0 };
        let mut heights: Vec<f32> = stack.signal.iter().zip(&stack.weight).map(height).collect();
        let mut weights = stack.weight.clone();
        if upside_down {
            heights.reverse();
            weights.reverse();
        }
        // On a scale on which a bin's mean weight is 1.
        let mean = weights.iter().sum::<f32>() / weights.len() as f32;
        weights.iter_mut().for_each(|w| *w /= mean.max(1e-20));
        Self { symbols: stack.symbols, heights, weights }
    }

    /// The same, beginning `bins` later in the circle.
    fn turned(&self, bins: usize) -> Self {
        let n = self.length();
        let turn = |values: &[f32]| -> Vec<f32> {
            let rows = values.chunks_exact(n);
            rows.flat_map(|row| [&row[bins % n..], &row[..bins % n]].concat()).collect()
        };
        Self { symbols: self.symbols, heights: turn(&self.heights), weights: turn(&self.weights) }
    }

    fn length(&self) -> usize {
        self.symbols * ALONG
    }

    /// Copies the template's window about a symbol: the circle goes round as often as it must.
    fn window(&self, values: &[f32], symbol: usize, out: &mut [f32]) {
        let n = self.length();
        let start = self.window_start(symbol);
        for (row, out) in out.chunks_exact_mut(LENGTH).enumerate() {
            let line = &values[row * n..(row + 1) * n];
            let mut at = start;
            for out in out.chunks_exact_mut(ALONG) {
                out.copy_from_slice(&line[at..at + ALONG]);
                at = (at + ALONG) % n;
            }
        }
    }

    fn window_start(&self, symbol: usize) -> usize {
        (symbol + self.symbols * REACH - REACH) % self.symbols * ALONG
    }

    fn dot(&self, a: &[f32], b: &[f32]) -> f64 {
        weighted_dot(a, b, &self.weights)
    }
}

/// Σ a·b·w in lanes, which the compiler turns into vector instructions.
fn weighted_dot(a: &[f32], b: &[f32], w: &[f32]) -> f64 {
    let mut lanes = [0.0f32; 8];
    let chunks = a.chunks_exact(8).zip(b.chunks_exact(8)).zip(w.chunks_exact(8));
    for ((a, b), w) in chunks {
        for i in 0..8 {
            lanes[i] += a[i] * b[i] * w[i];
        }
    }
    let whole = a.len() / 8 * 8;
    let rest: f32 = (whole..a.len()).map(|i| a[i] * b[i] * w[i]).sum();
    f64::from(lanes.iter().sum::<f32>() + rest)
}

/// Where a search begins.
struct Start {
    alphabet: usize,
    upside_down: bool,
    bins: usize,
    imaging: Imaging,
    score: f32,
}

/// The likeliest starts, by how well single letters fit, their neighbours unknown.
fn starts(fields: &[Field; 2], known: Option<bool>, alphabets: &[Alphabet; 2]) -> Vec<Start> {
    let mut scored = Vec::new();
    for (number, alphabet) in alphabets.iter().enumerate() {
        // The plain letters tell place and blur as well as all of them.
        let plain: Vec<usize> =
            (0..alphabet.symbols.len()).filter(|&i| is_plain(alphabet.symbols[i])).collect();
        for blur in BLURS {
            for down in HEIGHTS {
                let imaging = Imaging { along: 0.0, down, blur };
                let templates = alphabet.templates(&plain, &imaging);
                let cells: Vec<[f32; CELL]> = templates.iter().map(normalised_cell).collect();
                for (turn, field) in fields.iter().enumerate() {
                    let upside_down = turn == 1;
                    if known.is_some_and(|known| known != upside_down) {
                        continue;
                    }
                    for bins in (0..ALONG).step_by(PLACE_STEP) {
                        let score = (0..field.symbols)
                            .map(|symbol| best_match(field, symbol, bins, &cells))
                            .sum();
                        scored.push(Start { alphabet: number, upside_down, bins, imaging, score });
                    }
                }
            }
        }
    }
    scored.sort_by(|a, b| b.score.total_cmp(&a.score));
    // One start for each place: blur, height and script are settled anyway.
    let mut kept: Vec<Start> = Vec::new();
    for start in scored {
        let alike = || kept.iter().filter(|k| k.upside_down == start.upside_down);
        if alike().count() < FOLLOWED && alike().all(|k| k.bins != start.bins) {
            kept.push(start);
        }
    }
    kept
}

fn is_plain(symbol: Symbol) -> bool {
    let c = symbol.character();
    c.is_ascii_uppercase() || Script::of(c) == Some(Script::Cyrillic) || c == '<'
}

/// Bins of a single cell.
const CELL: usize = ALONG * ACROSS;

fn normalised_cell(template: &Template) -> [f32; CELL] {
    let mut cell = [0.0; CELL];
    let rows =
        template.near.chunks_exact(LENGTH).map(|row| &row[REACH * ALONG..(REACH + 1) * ALONG]);
    cell.chunks_exact_mut(ALONG).zip(rows).for_each(|(out, row)| out.copy_from_slice(row));
    let norm = cell.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9);
    cell.map(|v| v / norm)
}

/// Energy of the field in a cell that the best template explains there.
fn best_match(field: &Field, symbol: usize, bins: usize, cells: &[[f32; CELL]]) -> f32 {
    let n = field.length();
    let mut own = [0.0f32; CELL];
    for (row, out) in own.chunks_exact_mut(ALONG).enumerate() {
        for (i, out) in out.iter_mut().enumerate() {
            *out = field.heights[row * n + (symbol * ALONG + bins + i) % n];
        }
    }
    let ones = [1.0f32; CELL];
    let best = cells.iter().map(|cell| weighted_dot(cell, &own, &ones) as f32);
    best.fold(0.0, f32::max).powi(2)
}

/// A text fitted to a field.
struct Fit<'a> {
    field: Field,
    alphabet: &'a Alphabet,
    imaging: Imaging,
    templates: Vec<Template>,
    /// Places in the alphabet.
    text: Vec<usize>,
    amplitude: f32,
    /// What is left of the field.
    residual: Vec<f32>,
    /// Weighted energy of the field that the text explains.
    explained: f64,
    /// Variance of the residual in the directions in which symbols differ.
    noise: f64,
}

impl<'a> Fit<'a> {
    fn new(field: Field, alphabet: &'a Alphabet, imaging: Imaging) -> Self {
        let everything: Vec<usize> = (0..alphabet.symbols.len()).collect();
        let mut fit = Self {
            alphabet,
            imaging,
            templates: alphabet.templates(&everything, &imaging),
            text: vec![0; field.symbols],
            amplitude: 0.0,
            residual: field.heights.clone(),
            explained: 0.0,
            noise: 0.0,
            field,
        };
        fit.first_text();
        fit.improve();
        fit
    }

    /// Each symbol by itself: the highest normalised correlation in its own cell.
    fn first_text(&mut self) {
        let cells: Vec<[f32; CELL]> = self.templates.iter().map(normalised_cell).collect();
        let ones = [1.0f32; CELL];
        let mut own = [0.0f32; CELL];
        let n = self.field.length();
        for symbol in 0..self.field.symbols {
            for (row, out) in own.chunks_exact_mut(ALONG).enumerate() {
                out.copy_from_slice(&self.field.heights[row * n + symbol * ALONG..][..ALONG]);
            }
            let scores = cells.iter().map(|cell| weighted_dot(cell, &own, &ones));
            let best = scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            self.text[symbol] = best.map_or(0, |(i, _)| i);
        }
        self.refit();
    }

    /// Amplitude and residual for the text as it stands.
    fn refit(&mut self) {
        let model = render(&self.field, self.text.iter().map(|&s| &self.templates[s]));
        let energy = self.field.dot(&model, &model).max(1e-20);
        let dot = self.field.dot(&model, &self.field.heights);
        self.amplitude = (dot / energy).max(1e-6) as f32;
        self.explained = dot.max(0.0).powi(2) / energy;
        self.residual.clone_from(&self.field.heights);
        self.residual.iter_mut().zip(&model).for_each(|(r, m)| *r -= self.amplitude * m);
    }

    /// For each symbol of `others` in place of the one at `symbol`: how much the weighted square
    /// error grows, and the weighted square of the difference.
    fn changes(&self, symbol: usize, others: &[usize]) -> Vec<Change> {
        let mut residual = [0.0f32; LENGTH * ACROSS];
        let mut weights = [0.0f32; LENGTH * ACROSS];
        self.field.window(&self.residual, symbol, &mut residual);
        self.field.window(&self.field.weights, symbol, &mut weights);
        let now = &self.templates[self.text[symbol]].near;
        let change = |&other: &usize| {
            let then = &self.templates[other].near;
            let (mut dots, mut squares) = ([0.0f32; 8], [0.0f32; 8]);
            let field = residual.chunks_exact(8).zip(weights.chunks_exact(8));
            let templates = now.chunks_exact(8).zip(then.chunks_exact(8));
            for ((r, w), (a, b)) in field.zip(templates) {
                for i in 0..8 {
                    let d = b[i] - a[i];
                    dots[i] += w[i] * r[i] * d;
                    squares[i] += w[i] * d * d;
                }
            }
            let sum = |lanes: [f32; 8]| f64::from(lanes.iter().sum::<f32>());
            let amplitude = f64::from(self.amplitude);
            let (dot, square) = (amplitude * sum(dots), amplitude * amplitude * sum(squares));
            Change { other, growth: square - 2.0 * dot, square }
        };
        others.iter().map(change).collect()
    }

    /// What the text costs more with `change`, the rarity of the symbols counted in.
    fn cost(&self, change: &Change) -> f64 {
        change.growth - 2.0 * self.noise * self.alphabet.symbols[change.other].log_prior()
    }

    /// Replaces one symbol at a time as long as that lessens the cost, then holds the text to the
    /// one end mark that it must have.
    fn improve(&mut self) {
        let everything: Vec<usize> = (0..self.alphabet.symbols.len()).collect();
        let end = everything.len() - 1;
        let mut shortlists: Vec<Vec<usize>> = vec![Vec::new(); self.field.symbols];
        let mut settled = true;
        for _ in 0..PASSES {
            let before = self.text.clone();
            for (symbol, shortlist) in shortlists.iter_mut().enumerate() {
                // All symbols at first, and once more when the neighbours are what they will be.
                let tried = if settled { &everything } else { &*shortlist };
                let mut changes = self.changes(symbol, tried);
                changes.sort_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
                if settled {
                    *shortlist = changes.iter().take(SHORTLIST).map(|c| c.other).collect();
                    if !shortlist.contains(&end) {
                        shortlist.push(end);
                    }
                }
                self.set(symbol, changes[0].other);
            }
            self.one_end(end, &shortlists);
            self.refit();
            self.noise = self.measure_noise(&shortlists);
            let unchanged = self.text == before;
            if unchanged && settled {
                break;
            }
            settled = unchanged;
        }
    }

    /// The end mark stands where it costs least, and nowhere else.
    fn one_end(&mut self, end: usize, shortlists: &[Vec<usize>]) {
        let costs: Vec<(f64, usize)> = shortlists
            .iter()
            .enumerate()
            .map(|(symbol, shortlist)| {
                let changes = self.changes(symbol, shortlist);
                let letters = changes.iter().filter(|c| c.other != end);
                let letter =
                    letters.map(|c| (self.cost(c), c.other)).min_by(|a, b| a.0.total_cmp(&b.0));
                let (letter_cost, letter) = letter.unwrap_or((0.0, 0));
                let mark = changes.iter().find(|c| c.other == end).map_or(0.0, |c| self.cost(c));
                (mark - letter_cost, letter)
            })
            .collect();
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

    /// Sets a symbol and brings the residual near it up to date.
    fn set(&mut self, symbol: usize, other: usize) {
        let old = std::mem::replace(&mut self.text[symbol], other);
        if old == other {
            return;
        }
        let n = self.field.length();
        let start = self.field.window_start(symbol);
        let (now, then) = (&self.templates[old].near, &self.templates[other].near);
        for row in 0..ACROSS {
            for i in 0..LENGTH {
                let change = then[row * LENGTH + i] - now[row * LENGTH + i];
                self.residual[row * n + (start + i) % n] -= self.amplitude * change;
            }
        }
    }

    /// Variance of the residual in the directions in which symbols differ, noise and misfit of the
    /// model together: the mean of ⟨r, d⟩²/⟨d, d⟩ over all symbols and their likeliest others.
    fn measure_noise(&self, shortlists: &[Vec<usize>]) -> f64 {
        let mut sum = 0.0;
        let mut count = 0.0;
        for (symbol, shortlist) in shortlists.iter().enumerate() {
            for change in self.changes(symbol, shortlist) {
                if change.other != self.text[symbol] && change.square > 0.0 {
                    sum += (0.5 * (change.square - change.growth)).powi(2) / change.square;
                    count += 1.0;
                }
            }
        }
        (sum / f64::max(count, 1.0)).max(1e-20)
    }

    /// Place and blur for the text as it stands, one after the other, each at the top of the
    /// parabola through three tries; then the text again.
    fn refine(&mut self) {
        let mut steps = [0.04, 0.03, 1.2];
        let mut best = self.imaging;
        let mut height = self.explained_by(&best);
        for _ in 0..2 {
            for (axis, &step) in steps.iter().enumerate() {
                let tried = [-1.0, 1.0].map(|sign| {
                    let imaging = moved(best, axis, step, sign);
                    (self.explained_by(&imaging), imaging)
                });
                let bend = tried[0].0 - 2.0 * height + tried[1].0;
                let top = if bend < 0.0 { 0.5 * (tried[0].0 - tried[1].0) / bend } else { 0.0 };
                let parabola = moved(best, axis, step, top.clamp(-2.0, 2.0));
                let candidates = [tried[0], tried[1], (self.explained_by(&parabola), parabola)];
                for (value, imaging) in candidates {
                    if value > height {
                        (height, best) = (value, imaging);
                    }
                }
            }
            steps = [0.4 * steps[0], 0.4 * steps[1], 1.0 + 0.4 * (steps[2] - 1.0)];
        }
        self.imaging = best;
        let everything: Vec<usize> = (0..self.alphabet.symbols.len()).collect();
        self.templates = self.alphabet.templates(&everything, &best);
        self.refit();
        self.improve();
    }

    fn explained_by(&self, imaging: &Imaging) -> f64 {
        let mut distinct = self.text.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let templates = self.alphabet.templates(&distinct, imaging);
        let of = |s: &usize| &templates[distinct.binary_search(s).unwrap_or(0)];
        let model = render(&self.field, self.text.iter().map(of));
        let energy = self.field.dot(&model, &model).max(1e-20);
        self.field.dot(&model, &self.field.heights).max(0.0).powi(2) / energy
    }

    fn into_reading(self, upside_down: bool) -> Option<Reading> {
        let total = self.field.dot(&self.field.heights, &self.field.heights);
        let end = self.alphabet.symbols.len() - 1;
        let n = self.field.symbols;
        let first = (self.text.iter().position(|&s| s == end)? + 1) % n;
        let everything: Vec<usize> = (0..=end).collect();
        let circle = (0..n).map(|i| {
            let symbol = (first + i) % n;
            // Gaussian noise: the log-likelihood falls by half the growth of the square error.
            let changes = self.changes(symbol, &everything);
            let against: Vec<f64> = changes.iter().map(|c| -0.5 * c.growth / self.noise).collect();
            read_of(self.text[symbol], &against, self.alphabet)
        });
        let circle = circle.collect();
        let upright = self.field.turned(first * ALONG);
        let text = (0..n).map(|i| &self.templates[self.text[(first + i) % n]]);
        let expected = render(&upright, text).iter().map(|v| v * self.amplitude).collect();
        Some(Reading {
            script: self.alphabet.script,
            circle,
            fit: (self.explained / total.max(1e-20)).sqrt(),
            contrast: f64::from(self.amplitude),
            imaging: self.imaging,
            upside_down,
            picture: upright.heights,
            expected,
        })
    }
}

/// One symbol in place of another.
struct Change {
    other: usize,
    /// By how much the weighted square error grows.
    growth: f64,
    /// Weighted square of the difference between the two.
    square: f64,
}

/// A step along one axis of the imaging: symbols, pitches, or a factor of the blur.
fn moved(mut imaging: Imaging, axis: usize, step: f64, times: f64) -> Imaging {
    match axis {
        0 => imaging.along += times * step,
        1 => imaging.down = (imaging.down + times * step).clamp(-0.3, 0.3),
        _ => {
            let blur = imaging.blur.0 * step.powf(times);
            imaging.blur = Mm(blur.clamp(BLUR_RANGE[0], BLUR_RANGE[1]));
        }
    }
    imaging
}

/// What a text looks like on a field, at amplitude 1.
fn render<'t>(field: &Field, text: impl Iterator<Item = &'t Template>) -> Vec<f32> {
    let n = field.length();
    let mut out = vec![0.0f32; n * ACROSS];
    let mut far = [0.0f32; ACROSS];
    for (symbol, template) in text.enumerate() {
        let start = field.window_start(symbol);
        for (row, line) in template.near.chunks_exact(LENGTH).enumerate() {
            let out = &mut out[row * n..(row + 1) * n];
            let mut at = start;
            for run in line.chunks_exact(ALONG) {
                out[at..at + ALONG].iter_mut().zip(run).for_each(|(o, t)| *o += t);
                at = (at + ALONG) % n;
            }
        }
        far.iter_mut().zip(&template.far).for_each(|(sum, f)| *sum += f / n as f32);
    }
    for (row, far) in out.chunks_exact_mut(n).zip(far) {
        row.iter_mut().for_each(|v| *v += far);
    }
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
