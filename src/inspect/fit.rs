//! The fit: a text, its place and its blur, solved together by least squares on the whole circle,
//! each letter with the spill of its neighbours.

use ndarray::Array2;

use super::field::Field;
use super::psf::Psf;
use super::stack::{ACROSS, ALONG};
use super::trellis;
use super::templates::{Alphabet, BINS, Imaging, LENGTH, Template};
use crate::base::Mm;

/// Finest and coarsest blur of a scan that can be read.
const BLUR_RANGE: [f64; 2] = [0.015, 0.16];
/// Rounds in which a text settles at the most; nearly all do in five.
const PASSES: usize = 16;
/// Alternatives of each symbol that stay in the race after the first pass.
const SHORTLIST: usize = 16;
/// Rounds in which the first text and its amplitude are found.
const FIRST_ROUNDS: usize = 3;
/// Rounds in which place and blur settle at the most, and the gain below which they have.
const ROUNDS: usize = 4;
const SETTLED: f64 = 1e-4;

/// A text fitted to a field.
pub struct Fit<'a> {
    /// What it is fitted to.
    pub field: Field,
    /// Whose symbols it has.
    pub alphabet: &'a Alphabet,
    /// Where the letters lie, and how blurred.
    pub imaging: Imaging,
    /// What the blur is beyond a Gaussian.
    pub psf: Psf,
    /// What each symbol of the alphabet looks like so.
    pub templates: Vec<Template>,
    /// What each symbol has in common with each that may follow it.
    overlaps: Array2<f32>,
    /// Places in the alphabet.
    pub text: Vec<usize>,
    /// Height of the ink.
    pub amplitude: f32,
    /// What is left of the field.
    residual: Vec<f32>,
    /// Weighted energy of the field that the text explains.
    pub explained: f64,
    /// Variance of the residual in the directions in which symbols differ.
    pub noise: f64,
}

/// One symbol in place of another.
#[derive(Clone, Copy)]
pub struct Change {
    /// Place in the alphabet.
    pub other: usize,
    /// By how much the weighted square error grows.
    pub growth: f64,
    /// Weighted square of the difference between the two.
    square: f64,
}

impl<'a> Fit<'a> {
    /// The text that fits best with this imaging.
    #[must_use]
    pub fn new(field: Field, alphabet: &'a Alphabet, imaging: Imaging, psf: Psf) -> Self {
        let mut fit = Self {
            alphabet,
            imaging,
            psf,
            templates: Vec::new(),
            overlaps: Array2::zeros((0, 0)),
            text: vec![0; field.symbols],
            amplitude: 0.0,
            residual: field.heights.clone(),
            explained: 0.0,
            noise: 0.0,
            field,
        };
        fit.draw();
        fit.first_text();
        fit.improve();
        fit
    }

    fn everything(&self) -> Vec<usize> {
        (0..self.alphabet.symbols.len()).collect()
    }

    /// Makes the templates for the imaging as it stands.
    fn draw(&mut self) {
        self.templates = self.alphabet.templates(&self.everything(), &self.imaging);
        self.templates.iter_mut().for_each(|template| self.psf.apply(template));
        self.overlaps = overlaps(&self.templates);
    }

    /// The likeliest text as far as neighbours overlap, from nothing.
    fn first_text(&mut self) {
        let energy: f64 = self.templates.iter().map(|t| square(&t.near)).sum();
        let a_symbol = energy / self.templates.len() as f64;
        let field = square(&self.field.heights) / self.field.symbols as f64;
        self.amplitude = (field / a_symbol.max(1e-20)).sqrt() as f32;
        for _ in 0..FIRST_ROUNDS {
            self.trace();
            self.refit();
        }
    }

    /// The cheapest text at the amplitude as it stands.
    fn trace(&mut self) {
        let amplitude = self.amplitude;
        let prior = |symbol: usize| {
            -2.0 * self.noise * self.alphabet.symbols[symbol].log_prior()
        };
        let mut heights = [0.0f32; BINS];
        let mut weights = [0.0f32; BINS];
        let own: Vec<Vec<f32>> = (0..self.field.symbols)
            .map(|place| {
                self.field.window(&self.field.heights, place, &mut heights);
                self.field.window(&self.field.weights, place, &mut weights);
                let cost = |(symbol, template): (usize, &Template)| {
                    let (dot, square) = weighted_sums(&template.near, &heights, &weights);
                    amplitude * (amplitude * square - 2.0 * dot) + prior(symbol) as f32
                };
                self.templates.iter().enumerate().map(cost).collect()
            })
            .collect();
        let twice = 2.0 * amplitude * amplitude;
        self.text = trellis::cheapest(&own, &self.overlaps.mapv(|v| twice * v));
    }

    /// The text as it should look, at amplitude 1.
    fn model(&self) -> Vec<f32> {
        self.field.render(self.text.iter().map(|&s| &self.templates[s]))
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

    /// For each symbol of `others` in place of the one at `symbol`.
    #[must_use]
    pub fn changes(&self, symbol: usize, others: &[usize]) -> Vec<Change> {
        let mut residual = [0.0f32; BINS];
        let mut weights = [0.0f32; BINS];
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

    /// Replaces one symbol at a time as long as that lessens the cost, and holds the text to the one
    /// end mark that it must have.
    fn improve(&mut self) {
        let everything = self.everything();
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
    pub fn refine(&mut self) {
        let mut steps = [0.04, 0.03, 1.2];
        let mut best = self.imaging;
        let mut height = self.explained_by(&best);
        for _ in 0..ROUNDS {
            let before = height;
            for (axis, &step) in steps.iter().enumerate() {
                let tried = [-1.0, 1.0].map(|sign| {
                    let imaging = moved(best, axis, step, sign);
                    (self.explained_by(&imaging), imaging)
                });
                let bend = tried[0].0 - 2.0 * height + tried[1].0;
                let top = if bend < 0.0 { 0.5 * (tried[0].0 - tried[1].0) / bend } else { 0.0 };
                let parabola = moved(best, axis, step, top.clamp(-3.0, 3.0));
                let candidates = [tried[0], tried[1], (self.explained_by(&parabola), parabola)];
                for (value, imaging) in candidates {
                    if value > height {
                        (height, best) = (value, imaging);
                    }
                }
            }
            if height < before * (1.0 + SETTLED) {
                break;
            }
            steps = [0.6 * steps[0], 0.6 * steps[1], 1.0 + 0.6 * (steps[2] - 1.0)];
        }
        self.imaging = best;
        self.draw();
        self.trace();
        self.refit();
        self.improve();
    }

    /// The point spread for the text as it stands, then the text again.
    pub fn sharpen(&mut self) {
        self.psf = Psf::default();
        self.draw();
        self.psf = Psf::fit(&self.field, &self.model());
        self.draw();
        self.trace();
        self.refit();
        self.improve();
    }

    fn explained_by(&self, imaging: &Imaging) -> f64 {
        let mut distinct = self.text.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let templates = self.alphabet.templates(&distinct, imaging);
        let of = |s: &usize| &templates[distinct.binary_search(s).unwrap_or(0)];
        let model = self.field.render(self.text.iter().map(of));
        let energy = self.field.dot(&model, &model).max(1e-20);
        self.field.dot(&model, &self.field.heights).max(0.0).powi(2) / energy
    }
}

fn square(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v).powi(2)).sum()
}

/// Σ w·t·h and Σ w·t², in lanes, which the compiler turns into vector instructions.
fn weighted_sums(template: &[f32], heights: &[f32], weights: &[f32]) -> (f32, f32) {
    let (mut dots, mut squares) = ([0.0f32; 8], [0.0f32; 8]);
    let chunks = template.chunks_exact(8).zip(heights.chunks_exact(8)).zip(weights.chunks_exact(8));
    for ((t, h), w) in chunks {
        for i in 0..8 {
            let weighed = w[i] * t[i];
            dots[i] += weighed * h[i];
            squares[i] += weighed * t[i];
        }
    }
    (dots.iter().sum(), squares.iter().sum())
}

/// Σ t₁·t₂ for each symbol and each that follows it.
fn overlaps(templates: &[Template]) -> Array2<f32> {
    // The two cells that they share, row by row.
    let shared = |template: &Template, from: usize| -> Vec<f32> {
        let rows = template.near.chunks_exact(LENGTH);
        rows.flat_map(|row| row[from..from + LENGTH - ALONG].iter().copied()).collect()
    };
    let firsts: Vec<Vec<f32>> = templates.iter().map(|t| shared(t, ALONG)).collect();
    let seconds: Vec<Vec<f32>> = templates.iter().map(|t| shared(t, 0)).collect();
    Array2::from_shape_fn((templates.len(), templates.len()), |(i, j)| {
        let mut lanes = [0.0f32; 8];
        for (a, b) in firsts[i].chunks_exact(8).zip(seconds[j].chunks_exact(8)) {
            for i in 0..8 {
                lanes[i] += a[i] * b[i];
            }
        }
        lanes.iter().sum()
    })
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
