//! The reader that is told everything but the text: true geometry and phases, the length, the true
//! point spread, the letters' true height at each place, and the spectrum and local strength of
//! what disturbs them.

use anyhow::{Context, Result, ensure};
use ndarray::{Array2, Axis, Zip};
use tumar::channel::Geometry;
use tumar::imaging::raster::{bilinear, blur};
use tumar::imaging::{Mm, Picture, Plane, tone};
use tumar::inspect::recognition::field::Field;
use tumar::inspect::recognition::templates::{Alphabet, BINS, LENGTH, Template};
use tumar::inspect::recognition::viterbi;
use tumar::inspect::recognition::whitening::Whitening;
use tumar::inspect::signal::flatten::flatten;
use tumar::inspect::signal::scan::Scan;
use tumar::inspect::stacking::grid::{ACROSS, ALONG};
use tumar::spec::{Legend, Profile, Symbol, modulation};

use super::kernel::{Kernel, drawn};
use super::place::{bins, places};
use super::spectrum::Whitener;

/// Spread over which the noise is taken as even.
const EVEN: Mm = Mm(0.6);
/// Contrast that is noise on any ground: quantisation, paper.
const CALMEST: f32 = 0.004;
/// Steps of L* over which printer and scanner change the letters alike.
const TONES: f32 = 5.0;
/// Rounds in which point spread and heights settle.
const ROUNDS: usize = 3;
/// Least variance after the filter.
const LEAST: f32 = 0.02;

/// Scans that tell of the channel what no reader knows.
pub(crate) struct Lesson<'a> {
    /// The print at strength 0.
    pub(crate) blank_print: &'a Picture,
    /// Its scan, with the noise of the scans that are to be read.
    pub(crate) blank: &'a Picture,
    /// Pairs of scans with other noise, the same in both of a pair: with this legend at this
    /// strength, and without letters.
    pub(crate) pairs: &'a [[Picture; 2]],
    pub(crate) legend: &'a Legend,
    pub(crate) strength: f64,
}

/// A reader that is told.
pub(crate) struct Told<'a> {
    alphabet: &'a Alphabet,
    profile: &'a Profile,
    places: Vec<Option<[f64; 2]>>,
    /// One over the noise before the filter.
    calm: Plane,
    /// Its variance after the filter, and what the letters add to it at strength 1: what no linear
    /// model of them explains.
    variance: Plane,
    misfit: Plane,
    whitener: Whitener,
    /// Height of the letters at strength 1, in units of the noise before the filter.
    amplitude: Plane,
    templates: Vec<Template>,
    /// What is seen without letters; its autocovariance in the stack is told.
    blank: Plane,
}

impl<'a> Told<'a> {
    pub(crate) fn new(
        lesson: &Lesson<'_>,
        geometry: &Geometry,
        alphabet: &'a Alphabet,
        profile: &'a Profile,
    ) -> Result<Self> {
        let scan = Scan::new(lesson.blank, None)?;
        let places = places(&scan, geometry, profile);
        let even = EVEN.0 * (scan.per_mm[0] * scan.per_mm[1]).sqrt();
        let inside = Plane::from_shape_vec(
            scan.luminance.dim(),
            places.iter().map(|p| f32::from(u8::from(p.is_some()))).collect(),
        )?;
        let share = blur(&inside, even).mapv(|s| s.max(0.05));
        let variance = |values: &Plane| blur(&(values * values * &inside), even) / &share;
        let blank = flatten(&scan).contrast * &inside;
        // Zero beyond the print, where nothing counts.
        let calm = variance(&blank).mapv(|v| 1.0 / (v + CALMEST * CALMEST).sqrt()) * &inside;
        let noise = &blank * &calm;
        let whitener = Whitener::of(&noise);
        let blank = whitener.filtered(&noise);
        let mut told = Self {
            alphabet,
            profile,
            variance: variance(&blank),
            misfit: Plane::zeros(calm.dim()),
            amplitude: Plane::zeros(calm.dim()),
            places,
            calm,
            whitener,
            templates: Vec::new(),
            blank,
        };
        told.learn(lesson, variance)?;
        Ok(told)
    }

    /// The point spread, and how high the letters stand in each tone, each from the other.
    fn learn(&mut self, lesson: &Lesson<'_>, variance: impl Fn(&Plane) -> Plane) -> Result<()> {
        let mut letters = Plane::zeros(self.calm.dim());
        let share = 1.0 / (lesson.strength as f32 * lesson.pairs.len() as f32);
        for [text, blank] in lesson.pairs {
            letters.scaled_add(share, &(self.seen(text)? - self.seen(blank)?));
        }
        let lightness = lightness(lesson.blank_print, &self.places, self.profile);
        let lightness = Plane::from_shape_vec(self.calm.dim(), lightness)?;
        let class = |l: f32| ((l / TONES) as usize).min((100.0 / TONES) as usize);
        let by_law = |l: f32| modulation::amplitude_of(l, 1.0);
        let mut gains: Vec<f32> = (0..=class(100.0))
            .map(|i| (i as f32 + 0.5) * TONES)
            .map(|l| modulation::amplitude(l, modulation::TURNING_LIGHTNESS, 1.0) / by_law(l))
            .collect();
        let symbols = lesson.legend.symbols();
        let places = bins(&self.places, symbols.len(), self.profile);
        let glyphs = drawn(self.alphabet);
        let text: Vec<usize> = symbols.iter().map(|&s| self.place_of(s)).collect();
        for _ in 0..ROUNDS {
            Zip::from(&mut self.amplitude)
                .and(&lightness)
                .and(&self.calm)
                .for_each(|a, &l, calm| *a = gains[class(l)] * by_law(l) * calm);
            let noise = self.noise(lesson.strength as f32);
            let mut field = self.stack(&letters, &noise, &places, symbols.len());
            let weights = field.heights.iter_mut().zip(&field.weights);
            weights.for_each(|(h, w)| *h /= w.max(1e-20));
            let kernel = Kernel::fit(&field, text.iter().map(|&s| &glyphs[s]));
            self.templates = kernel.apply(&glyphs);
            let model = field.render(text.iter().map(|&s| &self.templates[s]));
            let mut sums = vec![[0.0f32, 1e-20]; gains.len()];
            let pixels = letters.iter().zip(&lightness).zip(&self.calm).zip(&noise);
            for ((((letter, &l), calm), noise), bin) in pixels.zip(&places) {
                let Some(bin) = bin else { continue };
                let look = by_law(l) * calm * model[*bin as usize];
                let [product, square] = &mut sums[class(l)];
                *product += letter * look / noise;
                *square += look * look / noise;
            }
            let look = places.iter().map(|p| p.map_or(0.0, |bin| model[bin as usize]));
            let look = Plane::from_shape_vec(letters.dim(), look.collect())?;
            self.misfit = variance(&(&letters - &(&look * &self.amplitude)));
            gains.iter_mut().zip(&sums).for_each(|(gain, [product, square])| {
                *gain = product / square;
            });
        }
        Ok(())
    }

    /// The contrast in units of the noise, filtered.
    fn seen(&self, picture: &Picture) -> Result<Plane> {
        let contrast = flatten(&Scan::new(picture, None)?).contrast;
        ensure!(contrast.dim() == self.calm.dim(), "scans of one print have one size");
        Ok(self.whitener.filtered(&(contrast * &self.calm)))
    }

    fn place_of(&self, symbol: Symbol) -> usize {
        self.alphabet.symbols.iter().position(|&s| s == symbol).unwrap_or(0)
    }

    /// Variance of what is not letters of this strength.
    fn noise(&self, strength: f32) -> Plane {
        &self.variance + &self.misfit.mapv(|v| v * strength * strength) + LEAST
    }

    /// Σ a·v/σ² as heights and Σ a²/σ² as weights.
    fn stack(&self, values: &Plane, noise: &Plane, bins: &[Option<u32>], symbols: usize) -> Field {
        let mut heights = vec![0.0f32; symbols * ALONG * ACROSS];
        let mut weights = heights.clone();
        let pixels = values.iter().zip(&self.amplitude).zip(noise).zip(bins);
        for (((value, amplitude), noise), bin) in pixels {
            let Some(bin) = bin.map(|bin| bin as usize) else { continue };
            let share = amplitude / noise;
            heights[bin] += share * value;
            weights[bin] += share * amplitude;
        }
        Field { symbols, heights, weights }
    }

    /// Reads a scan of this print: the likeliest text. Of the true `legend` it
    /// takes the length, and from what its text would look like the height of the letters.
    pub(crate) fn read(
        &self,
        scan: &Picture,
        legend: &Legend,
        strength: f64,
    ) -> Result<Vec<Symbol>> {
        let symbols = legend.symbols().len();
        let bins = bins(&self.places, symbols, self.profile);
        let noise = self.noise(strength as f32);
        let heights = |values: &Plane| {
            let mut field = self.stack(values, &noise, &bins, symbols);
            let weights = field.weights.iter_mut();
            let both = field.heights.iter_mut().zip(weights);
            both.for_each(|(h, w)| (*h, *w) = (*h / w.max(1e-20), 1.0));
            field
        };
        // The portrait differs from place to place; one filter for all of it leaves some colour.
        let whitening = Whitening::of(&heights(&self.blank).heights);
        let mut field = heights(&self.seen(scan)?);
        field.heights = whitening.filtered(&field.heights);
        let templates: Vec<Template> =
            self.templates.iter().map(|t| whitening.filtered_template(t)).collect();

        let truth = field.render(legend.symbols().iter().map(|&s| &templates[self.place_of(s)]));
        let amplitude = (field.dot(&truth, &field.heights) / field.dot(&truth, &truth)) as f32;
        let amplitude = amplitude.max(1e-4);
        let left = field.heights.iter().zip(&truth).map(|(h, t)| (h - amplitude * t).powi(2));
        let noise = left.sum::<f32>() / truth.len() as f32;

        // What other lines leave in this one, whatever the text.
        let count = templates.len() as f32 * ALONG as f32;
        for (row, line) in field.heights.chunks_exact_mut(symbols * ALONG).enumerate() {
            let far = amplitude * templates.iter().map(|t| t.far[row]).sum::<f32>() / count;
            line.iter_mut().for_each(|v| *v -= far);
        }

        let whole = table(&templates, 0..LENGTH);
        let follows =
            table(&templates, ALONG..LENGTH).dot(&table(&templates, 0..LENGTH - ALONG).t());
        let dots = windows(&field).dot(&whole.t());
        let square = whole.map_axis(Axis(1), |t| amplitude * amplitude * t.dot(&t));
        let own = square - dots * (2.0 * amplitude);
        let pairs = follows * (2.0 * amplitude * amplitude);
        let mut text = viterbi::cheapest(&own, &pairs);
        // The check symbols make it one of the texts that there are; its neighbours, if they change,
        // change what each letter costs.
        for _ in 0..ROUNDS {
            let likelihoods = Array2::from_shape_fn(own.dim(), |(place, symbol)| {
                let (before, after) = (place + symbols - 1, place + 1);
                let (before, after) = (text[before % symbols], text[after % symbols]);
                let cost = own[[place, symbol]] + pairs[[before, symbol]] + pairs[[symbol, after]];
                f64::from(-0.5 * cost / noise) + self.alphabet.symbols[symbol].log_prior()
            });
            let decoded = self.alphabet.code.decode(&likelihoods);
            let decoded = decoded.with_context(|| "the text is too short")?.text;
            let settled = decoded == text;
            text = decoded;
            if settled {
                break;
            }
        }
        Ok(text.into_iter().map(|s| self.alphabet.symbols[s]).collect())
    }
}

/// L* of the print about each place.
fn lightness(print: &Picture, places: &[Option<[f64; 2]>], profile: &Profile) -> Vec<f32> {
    const FACTOR: usize = 4;
    let per_mm = profile.dpi.per_mm() / FACTOR as f64;
    let tones = blur(&print.luminance(FACTOR), modulation::TONE_SPREAD.0 * per_mm);
    let at = |[x, y]: [f64; 2]| bilinear(&tones, x * per_mm - 0.5, y * per_mm - 0.5);
    let lightness = |place: &Option<[f64; 2]>| {
        place.map_or(0.0, |place| tone::lightness(at(place).clamp(0.0, 1.0)))
    };
    places.iter().map(lightness).collect()
}

/// These columns of all templates, `[symbol, bin]`.
fn table(templates: &[Template], columns: std::ops::Range<usize>) -> Array2<f32> {
    let lines = |t: &Template| -> Vec<f32> {
        t.near.chunks_exact(LENGTH).flat_map(|line| line[columns.clone()].to_vec()).collect()
    };
    let values: Vec<f32> = templates.iter().flat_map(lines).collect();
    Array2::from_shape_vec((templates.len(), ACROSS * columns.len()), values).unwrap_or_default()
}

/// The templates' windows about each place, `[place, bin]`.
fn windows(field: &Field) -> Array2<f32> {
    let mut windows = Array2::zeros((field.symbols, BINS));
    for (place, mut window) in windows.rows_mut().into_iter().enumerate() {
        if let Some(window) = window.as_slice_mut() {
            field.window(&field.heights, place, window);
        }
    }
    windows
}
