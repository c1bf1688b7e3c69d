//! The fit: a text, its place and its blur, solved together by least squares on the whole circle,
//! each letter with the spill of its neighbours.

use ndarray::Array2;

use crate::imaging::Mm;
use crate::inspect::recognition::field::Field;
use crate::inspect::recognition::psf::Psf;
use crate::inspect::recognition::templates::{Alphabet, BINS, Imaging, LENGTH, Template};
use crate::inspect::recognition::viterbi;
use crate::inspect::recognition::whitening::Whitening;
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::numerics::parabola_top;
use crate::spec::Mode;

/// Finest and coarsest blur of a scan that can be read. In millimetres; guesses for letters of the
/// default size.
const BLUR_RANGE: [f64; 2] = [0.015, 0.16];
/// Rounds in which a text settles at the most; nearly all do in five.
const PASSES: usize = 16;
/// Alternatives of each symbol on which the noise is measured. A guess.
const LIKELIEST: usize = 16;
/// A screen gives an apostrophe as much ink as a Щ. How heavy such signs come out says nothing of
/// the others: the noise is that of this share of the places, the quietest. A guess.
const EVEN: f64 = 0.8;
/// Rounds in which place and blur settle at the most, and the gain below which they have. Guesses.
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
    /// What makes the rest white.
    pub whitening: Option<Whitening>,
    /// The field before that.
    pub seen: Field,
    /// What each symbol of the alphabet looks like there.
    pub looks: Vec<Template>,
    /// And whitened.
    templates: Vec<Template>,
    /// The templates, `[symbol, bin]`, and what they have in common: Σ t₁·t₂ at one place, and of
    /// each with each that may follow it.
    whole: Array2<f32>,
    alike: Array2<f32>,
    follows: Array2<f32>,
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

/// Sums over each place's window, weighed, `[place, symbol]`.
pub(super) struct Sums {
    /// Σ w·t².
    squares: Array2<f32>,
    /// Σ w·(t − t')², t' being the symbol that is most alike.
    apart: Array2<f32>,
    /// Σ w·t·v of the field.
    dots: Array2<f32>,
    /// The symbol that is most alike, of each.
    alike: Vec<usize>,
}

impl<'a> Fit<'a> {
    /// The text that fits best with this imaging.
    #[must_use]
    pub fn new(field: Field, alphabet: &'a Alphabet, imaging: Imaging) -> Self {
        let energy: f32 = field.heights.iter().map(|v| v * v).sum();
        let a_symbol = energy / field.symbols as f32;
        let mut fit = Self::begin([field.clone(), field], alphabet, imaging, Psf::default(), None);
        let template = fit.alike.diag().mean().unwrap_or(0.0).max(1e-20);
        fit.amplitude = (a_symbol / template).sqrt();
        fit.first_text();
        fit.improve();
        fit
    }

    /// The likeliest text of another alphabet, all else as it is.
    #[must_use]
    pub fn in_alphabet(&self, alphabet: &'a Alphabet) -> Self {
        let fields = [self.seen.clone(), self.field.clone()];
        let (psf, whitening) = (self.psf.clone(), self.whitening.clone());
        let mut fit = Self::begin(fields, alphabet, self.imaging, psf, whitening);
        (fit.amplitude, fit.noise) = (self.amplitude, self.noise);
        fit.first_text();
        fit
    }

    /// The text that fits best where, how blurred and how high another one was read.
    #[must_use]
    pub fn like(
        field: Field,
        alphabet: &'a Alphabet,
        (imaging, psf, amplitude): (Imaging, Psf, f32),
    ) -> Self {
        let mut fit = Self::begin([field.clone(), field], alphabet, imaging, psf, None);
        fit.amplitude = amplitude;
        fit.first_text();
        fit
    }

    fn begin(
        [seen, field]: [Field; 2],
        alphabet: &'a Alphabet,
        imaging: Imaging,
        psf: Psf,
        whitening: Option<Whitening>,
    ) -> Self {
        let mut fit = Self {
            alphabet,
            imaging,
            psf,
            whitening,
            looks: Vec::new(),
            templates: Vec::new(),
            whole: Array2::zeros((0, 0)),
            alike: Array2::zeros((0, 0)),
            follows: Array2::zeros((0, 0)),
            text: vec![0; field.symbols],
            amplitude: 0.0,
            residual: Vec::new(),
            explained: 0.0,
            noise: 0.0,
            seen,
            field,
        };
        fit.draw();
        fit
    }

    /// Makes the templates for the imaging as it stands.
    fn draw(&mut self) {
        self.looks = self.alphabet.templates(&self.everything(), &self.imaging);
        self.looks.iter_mut().for_each(|template| self.psf.apply(template));
        self.templates = match &self.whitening {
            None => self.looks.clone(),
            Some(by) => self.looks.iter().map(|look| by.filtered_template(look)).collect(),
        };
        let table = |columns: std::ops::Range<usize>| table(&self.templates, columns);
        let whole = table(0..LENGTH);
        self.alike = whole.dot(&whole.t());
        // The two cells that neighbours share.
        self.follows = table(ALONG..LENGTH).dot(&table(0..LENGTH - ALONG).t());
        self.whole = whole;
    }

    fn everything(&self) -> Vec<usize> {
        (0..self.alphabet.symbols.len()).collect()
    }

    /// The likeliest text at the amplitude as it stands, from nothing.
    fn first_text(&mut self) {
        let amplitude = self.amplitude;
        let mut costs = self.dots(&self.field.heights) * (-2.0 * amplitude);
        costs += &self.alike.diag().mapv(|square| amplitude * amplitude * square);
        self.text = viterbi::cheapest(&costs, &self.pairs());
        self.refit();
    }

    /// What each symbol costs at each place in place of none, `[place, symbol]`, by the weights there: its
    /// square times the amplitude's, less twice its product with the field times the amplitude.
    pub(super) fn singly(&self, sums: &Sums) -> Array2<f32> {
        let amplitude = self.amplitude;
        &sums.squares * (amplitude * amplitude) - &sums.dots * (2.0 * amplitude)
    }

    /// What the weights and the field give, whatever the text and the amplitude.
    pub(super) fn sums(&self) -> Sums {
        let weights = self.windows(&vec![1.0; self.field.weights.len()]);
        let alike: Vec<usize> = (0..self.templates.len()).map(|now| self.most_alike(now)).collect();
        let mut apart = self.whole.clone();
        for (now, mut row) in apart.rows_mut().into_iter().enumerate() {
            row -= &self.whole.row(alike[now]);
        }
        let square = |v: f32| v * v;
        Sums {
            squares: weights.dot(&self.whole.mapv(square).t()),
            apart: weights.dot(&apart.mapv(square).t()),
            dots: self.dots(&self.field.heights),
            alike,
        }
    }

    /// The symbol that differs least from this one.
    fn most_alike(&self, now: usize) -> usize {
        let others = (0..self.templates.len()).filter(|&s| s != now);
        let nearest = others.min_by(|&a, &b| self.square(now, a).total_cmp(&self.square(now, b)));
        nearest.unwrap_or(now)
    }

    /// What neighbours cost more together than each by itself.
    pub(super) fn pairs(&self) -> Array2<f32> {
        self.follows.mapv(|v| 2.0 * self.amplitude * self.amplitude * v)
    }

    /// Σ w·t·v of each symbol's template and a circle of values, `[place, symbol]`.
    fn dots(&self, values: &[f32]) -> Array2<f32> {
        self.windows(values).dot(&self.whole.t())
    }

    /// Each place's window of a circle of values, weighed, `[place, bin]`.
    fn windows(&self, values: &[f32]) -> Array2<f32> {
        let weighed: Vec<f32> =
            values.iter().zip(&self.field.weights).map(|(v, w)| v * w).collect();
        let mut windows = Array2::<f32>::zeros((self.field.symbols, BINS));
        for (place, mut window) in windows.rows_mut().into_iter().enumerate() {
            if let Some(window) = window.as_slice_mut() {
                self.field.window(&weighed, place, window);
            }
        }
        windows
    }

    /// What each symbol costs at each place in place of the one that stands there,
    /// `[place, symbol]`: the growth of the square error, and its rarity. Weights are taken as even
    /// over a symbol.
    fn costs(&self, dots: &Array2<f32>) -> Array2<f32> {
        let amplitude = self.amplitude;
        let mut costs = Array2::zeros(dots.raw_dim());
        let rarity: Vec<f32> = (0..self.alphabet.symbols.len()).map(|s| self.rarity(s)).collect();
        for (place, &now) in self.text.iter().enumerate() {
            for (symbol, cost) in costs.row_mut(place).iter_mut().enumerate() {
                let dot = dots[[place, symbol]] - dots[[place, now]];
                let growth = amplitude * (amplitude * self.square(now, symbol) - 2.0 * dot);
                *cost = growth + rarity[symbol];
            }
        }
        costs
    }

    /// Σ (t₁ − t₂)².
    fn square(&self, one: usize, other: usize) -> f32 {
        let alike = &self.alike;
        alike[[one, one]] + alike[[other, other]] - 2.0 * alike[[one, other]]
    }

    /// The cheapest text near the one that stands. `dots`: those of the residual, here and below.
    fn trace(&mut self, dots: &Array2<f32>) {
        let mut costs = self.costs(dots);
        let pairs = self.pairs();
        // Changes of neighbours overlap: what a pair has in common counts from the text that is.
        let n = self.field.symbols;
        for place in 0..n {
            let (before, after) = (self.text[(place + n - 1) % n], self.text[(place + 1) % n]);
            let mut costs = costs.row_mut(place);
            costs -= &pairs.row(before);
            costs -= &pairs.column(after);
        }
        self.text = viterbi::cheapest(&costs, &pairs);
        self.refit();
    }

    /// The text as it should look, at amplitude 1.
    fn model(&self) -> Vec<f32> {
        self.field.render(self.text.iter().map(|&s| &self.templates[s]))
    }

    /// Amplitude and residual for the text as it stands.
    pub(super) fn refit(&mut self) {
        let model = self.model();
        let (amplitude, explained) = self.against(&model);
        (self.amplitude, self.explained) = (amplitude.max(1e-6) as f32, explained);
        self.residual.clone_from(&self.field.heights);
        self.residual.iter_mut().zip(&model).for_each(|(r, m)| *r -= self.amplitude * m);
    }

    /// By how much the weighted square error grows with each symbol of the alphabet in place of the
    /// one at `place`.
    fn growths(&self, place: usize) -> Vec<f64> {
        let mut residual = [0.0f32; BINS];
        let mut weights = [0.0f32; BINS];
        self.field.window(&self.residual, place, &mut residual);
        self.field.window(&self.field.weights, place, &mut weights);
        let now = &self.templates[self.text[place]].near;
        let growth = |then: &Template| {
            let (mut dots, mut squares) = ([0.0f32; 8], [0.0f32; 8]);
            let field = residual.chunks_exact(8).zip(weights.chunks_exact(8));
            let templates = now.chunks_exact(8).zip(then.near.chunks_exact(8));
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
            square - 2.0 * dot
        };
        self.templates.iter().map(growth).collect()
    }

    /// What a symbol costs for being rare, in units of the square error.
    fn rarity(&self, symbol: usize) -> f32 {
        (-2.0 * self.noise * self.alphabet.symbols[symbol].log_prior()) as f32
    }

    /// Lets text, amplitude and noise settle, and holds the text to the one end mark that it must
    /// have.
    pub fn improve(&mut self) {
        let mut dots = self.dots(&self.residual);
        for _ in 0..PASSES {
            let before = self.text.clone();
            self.trace(&dots);
            dots = self.dots(&self.residual);
            if self.one_end(&dots) {
                dots = self.dots(&self.residual);
            }
            self.noise = self.measure_noise(&dots);
            if self.text == before {
                break;
            }
        }
    }

    /// The end mark stands where it costs least, and nowhere else; whether that changed the text.
    fn one_end(&mut self, dots: &Array2<f32>) -> bool {
        let end = self.alphabet.symbols.len() - 1;
        let costs = self.costs(dots);
        let letter = |place: usize| {
            let letters = (0..end).min_by(|&a, &b| costs[[place, a]].total_cmp(&costs[[place, b]]));
            letters.unwrap_or(0)
        };
        let gain = |place: usize| costs[[place, end]] - costs[[place, letter(place)]];
        let place = (0..self.field.symbols).min_by(|&a, &b| gain(a).total_cmp(&gain(b)));
        let mut held = self.text.clone();
        for (i, symbol) in held.iter_mut().enumerate() {
            if Some(i) == place {
                *symbol = end;
            } else if *symbol == end {
                *symbol = letter(i);
            }
        }
        let changed = held != self.text;
        if changed {
            self.text = held;
            self.refit();
        }
        changed
    }

    /// Variance of the residual in the directions in which symbols differ, noise and misfit of the
    /// model together: the mean of ⟨r, d⟩²/⟨d, d⟩ over all symbols and their likeliest others.
    fn measure_noise(&self, dots: &Array2<f32>) -> f64 {
        let costs = self.costs(dots);
        let mut places = Vec::with_capacity(self.text.len());
        for (place, &now) in self.text.iter().enumerate() {
            let (mut sum, mut count) = (0.0, 0.0);
            let costs = costs.row(place);
            let mut others: Vec<usize> = (0..costs.len()).filter(|&s| s != now).collect();
            if others.len() > LIKELIEST {
                others.select_nth_unstable_by(LIKELIEST, |&a, &b| costs[a].total_cmp(&costs[b]));
                others.truncate(LIKELIEST);
            }
            for symbol in others {
                let dot = dots[[place, symbol]] - dots[[place, now]];
                let square = self.square(now, symbol);
                if square > 0.0 {
                    sum += f64::from(dot * dot / square);
                    count += 1.0;
                }
            }
            places.push((sum, count));
        }
        if self.alphabet.mode == Mode::Screen {
            let mean = |&(sum, count): &(f64, f64)| sum / f64::max(count, 1.0);
            places.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
            places.truncate((EVEN * places.len() as f64).ceil() as usize);
        }
        let sum = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).sum::<f64>();
        (sum(|p| p.0) / f64::max(sum(|p| p.1), 1.0)).max(1e-20)
    }

    /// Share of the field's energy that the text explains.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.explained / self.field.dot(&self.field.heights, &self.field.heights).max(1e-20)
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
                let top = parabola_top(tried[0].0, height, tried[1].0).unwrap_or(0.0);
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
        self.refit();
        self.improve();
    }

    /// The point spread for the text as it stands.
    pub fn sharpen(&mut self) {
        let clear = self.alphabet.templates(&self.everything(), &self.imaging);
        let model = self.seen.render(self.text.iter().map(|&s| &clear[s]));
        self.psf = Psf::fit(&self.seen, &model);
        self.draw();
        self.refit();
    }

    /// Goes on with a field of which the rest, as the text stands, is white.
    pub fn whiten(&mut self) {
        let mut rest = self.seen.heights.clone();
        rest.iter_mut().zip(self.expected().0).for_each(|(v, expected)| *v -= expected);
        let whitening = Whitening::of(&rest);
        self.field.heights = whitening.filtered(&self.seen.heights);
        self.whitening = Some(whitening);
        self.draw();
        self.refit();
    }

    /// What is left at each place in the direction in which its symbol differs from the one that is most
    /// alike: ⟨r, d⟩², which is ⟨d, d⟩ times the noise by chance, and ⟨d, d⟩.
    pub(super) fn left(&self, sums: &Sums) -> Vec<(f64, f64)> {
        let dots = self.dots(&self.residual);
        let of = |(place, &now): (usize, &usize)| {
            let dot = f64::from(dots[[place, sums.alike[now]]] - dots[[place, now]]);
            (dot * dot, f64::from(sums.apart[[place, now]]))
        };
        self.text.iter().enumerate().map(of).collect()
    }

    /// Amplitude and noise for the text as it was set.
    pub fn settle(&mut self) {
        self.refit();
        self.noise = self.measure_noise(&self.dots(&self.residual));
    }

    /// Log-likelihood of each symbol of the alphabet at each place, `[place, symbol]`, relative to
    /// the one that stands there, which is taken for right at all other places. Gaussian noise: it
    /// falls by half the growth of the square error.
    #[must_use]
    pub fn likelihoods(&self) -> Array2<f64> {
        let mut likelihoods = Array2::zeros((self.text.len(), self.alphabet.symbols.len()));
        for (place, mut row) in likelihoods.rows_mut().into_iter().enumerate() {
            let growths = self.growths(place);
            row.iter_mut().zip(growths).for_each(|(l, growth)| *l = -0.5 * growth / self.noise);
        }
        likelihoods
    }

    /// The text as it should look, at its amplitude, and its correlation with what is seen.
    #[must_use]
    pub fn expected(&self) -> (Vec<f32>, f64) {
        let mut model = self.seen.render(self.text.iter().map(|&s| &self.looks[s]));
        model.iter_mut().for_each(|v| *v *= self.amplitude);
        let dot = |a: &[f32], b: &[f32]| self.seen.dot(a, b);
        let total = dot(&self.seen.heights, &self.seen.heights) * dot(&model, &model);
        let correlation = dot(&model, &self.seen.heights) / total.max(1e-30).sqrt();
        (model, correlation)
    }

    fn explained_by(&self, imaging: &Imaging) -> f64 {
        let mut distinct = self.text.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let templates = self.alphabet.templates(&distinct, imaging);
        let of = |s: &usize| &templates[distinct.binary_search(s).unwrap_or(0)];
        self.against(&self.field.render(self.text.iter().map(of))).1
    }

    /// The amplitude at which a model fits the field, and the energy that it explains.
    fn against(&self, model: &[f32]) -> (f64, f64) {
        let energy = self.field.dot(model, model).max(1e-20);
        let dot = self.field.dot(model, &self.field.heights);
        (dot / energy, dot.max(0.0).powi(2) / energy)
    }
}

/// These columns of all templates, `[symbol, bin]`.
fn table(templates: &[Template], columns: std::ops::Range<usize>) -> Array2<f32> {
    let width = columns.len();
    let mut table = Array2::zeros((templates.len(), ACROSS * width));
    for (template, mut row) in templates.iter().zip(table.rows_mut()) {
        let lines = template.near.chunks_exact(LENGTH).flat_map(|line| &line[columns.clone()]);
        row.iter_mut().zip(lines).for_each(|(out, v)| *out = *v);
    }
    table
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::recognition::templates::of_script;
    use crate::spec::{Legend, Name, Profile, Script, Symbol};

    /// Places in the alphabet of a name's legend.
    fn text(alphabet: &Alphabet) -> Vec<usize> {
        let name = Name::new("Lovelace", "Ada").expect("a name");
        let legend = Legend::of(&name, 64).expect("a legend");
        let place =
            |symbol: &Symbol| alphabet.symbols.iter().position(|s| s == symbol).expect("a letter");
        legend.symbols().iter().map(place).collect()
    }

    #[test]
    fn a_rendered_text_comes_back_with_its_height() {
        let alphabet =
            Alphabet::tinted(Script::Latin, of_script(Script::Latin), &Profile::default());
        let text = text(&alphabet);
        let imaging = Imaging { along: 0.06, down: -0.04, blur: Mm(0.045) };
        let templates = alphabet.templates(&text, &imaging);
        let bins = text.len() * ALONG * ACROSS;
        let empty =
            Field { symbols: text.len(), heights: vec![0.0; bins], weights: vec![1.0; bins] };
        let heights = empty.render(templates.iter()).iter().map(|v| 0.2 * v).collect();
        let start = Imaging { along: 0.0, down: 0.0, blur: Mm(0.065) };
        let mut fit = Fit::new(Field { heights, ..empty }, &alphabet, start);
        fit.refine();
        assert_eq!(fit.text, text);
        assert!((f64::from(fit.amplitude) / 0.2 - 1.0).abs() < 0.15, "{}", fit.amplitude);
    }

    #[test]
    fn blur_and_place_stay_in_their_range() {
        let imaging = Imaging { along: 0.0, down: 0.29, blur: Mm(0.15) };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(moved(imaging, 1, 0.04, 3.0).down, 0.3));
        assert!(near(moved(imaging, 2, 1.2, 3.0).blur.0, BLUR_RANGE[1]));
        assert!(near(moved(imaging, 0, 0.04, -1.0).along, -0.04));
    }
}
