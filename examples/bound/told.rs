//! The reader that is told everything but the text: true geometry and phases, the length, the true
//! point spread, the letters' true height at each place, and the spectrum and local strength of
//! what disturbs them.

use anyhow::{Result, ensure};
use ndarray::{Array2, Zip};
use tumar::base::raster::{bilinear, blur};
use tumar::base::{Mm, Picture, Plane, tone};
use tumar::channel::Geometry;
use tumar::inspect::field::Field;
use tumar::inspect::flatten::flatten;
use tumar::inspect::scan::Scan;
use tumar::inspect::stack::{ACROSS, ALONG};
use tumar::inspect::templates::{Alphabet, BINS, LENGTH, Template};
use tumar::inspect::trellis;
use tumar::spec::{Legend, Profile, Symbol, modulation};

use super::kernel::{Kernel, drawn};
use super::place::{bins, places};
use super::spectrum::Whitener;

/// Spread over which noise and height of the letters are taken as even.
const EVEN: Mm = Mm(0.6);
/// A cost that no text bears.
const NEVER: f32 = 1e12;

/// Scans that tell of the channel what no reader knows.
pub(crate) struct Lesson<'a> {
    /// The print at strength 0.
    pub(crate) blank_print: &'a Picture,
    /// Its scan, with the noise of the scans that are to be read.
    pub(crate) blank: &'a Picture,
    /// Its scan with other noise.
    pub(crate) other_blank: &'a Picture,
    /// A text in the same portrait, with that noise.
    pub(crate) text: &'a Picture,
    pub(crate) legend: &'a Legend,
    /// The strength of that text.
    pub(crate) strength: f64,
}

/// A reader that is told.
pub(crate) struct Told<'a> {
    alphabet: &'a Alphabet,
    profile: &'a Profile,
    places: Vec<Option<[f64; 2]>>,
    /// One over the noise, before the filter and after it.
    calm: Plane,
    certainty: Plane,
    whitener: Whitener,
    /// Height of the letters at strength 1, in units of the filtered noise.
    amplitude: Plane,
    templates: Vec<Template>,
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
        // Zero beyond the print, where nothing counts.
        let calm_of = |values: &Plane| {
            let mut calm = blur(&(values * values), even) / &share;
            Zip::from(&mut calm).and(&inside).for_each(|v, i| *v = i / v.max(1e-12).sqrt());
            calm
        };
        let blank = flatten(&scan).contrast * &inside;
        let calm = calm_of(&blank);
        let noise = &blank * &calm;
        let whitener = Whitener::of(&noise);
        let blank = whitener.filtered(&noise);
        let mut told = Self {
            alphabet,
            profile,
            certainty: calm_of(&(&blank * &inside)),
            amplitude: first_amplitude(lesson.blank_print, &places, &calm, profile)?,
            places,
            calm,
            whitener,
            templates: Vec::new(),
            blank,
        };
        told.learn(lesson, even)?;
        Ok(told)
    }

    /// The point spread, and how high the letters stand where, each from the other.
    fn learn(&mut self, lesson: &Lesson<'_>, even: f64) -> Result<()> {
        let mut letters = self.seen(lesson.text)? - self.seen(lesson.other_blank)?;
        letters.mapv_inplace(|v| v / lesson.strength as f32);
        let symbols = lesson.legend.symbols();
        let places = bins(&self.places, symbols.len(), self.profile);
        let glyphs = drawn(self.alphabet);
        let text: Vec<usize> = symbols.iter().map(|&s| self.place_of(s)).collect();
        for round in 0..2 {
            let mut field = self.stack(&letters, &places, symbols.len());
            let weights = field.heights.iter_mut().zip(&field.weights);
            weights.for_each(|(h, w)| *h /= w.max(1e-20));
            let kernel = Kernel::fit(&field, text.iter().map(|&s| &glyphs[s]));
            self.templates = kernel.apply(&glyphs);
            if round > 0 {
                break;
            }
            let model = field.render(text.iter().map(|&s| &self.templates[s]));
            let look = places.iter().map(|p| p.map_or(0.0, |bin| model[bin as usize]));
            let look = Plane::from_shape_vec(letters.dim(), look.collect())?;
            let energy = blur(&(&look * &look), even);
            let least = 0.1 * energy.mean().unwrap_or(0.0) + 1e-20;
            self.amplitude = blur(&(&letters * &look), even) / energy.mapv(|e| e.max(least));
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

    /// Σ a·v/σ² as heights and Σ a²/σ² as weights.
    fn stack(&self, values: &Plane, bins: &[Option<u32>], symbols: usize) -> Field {
        let mut heights = vec![0.0f32; symbols * ALONG * ACROSS];
        let mut weights = heights.clone();
        let pixels = values.iter().zip(&self.amplitude).zip(&self.certainty).zip(bins);
        for (((value, amplitude), certainty), bin) in pixels {
            let Some(bin) = bin.map(|bin| bin as usize) else { continue };
            let share = amplitude * certainty * certainty;
            heights[bin] += share * value;
            weights[bin] += share * amplitude;
        }
        Field { symbols, heights, weights }
    }

    /// Reads a scan of this print: the likeliest text of so many symbols at this strength, the end
    /// mark last.
    pub(crate) fn read(
        &self,
        scan: &Picture,
        symbols: usize,
        strength: f64,
    ) -> Result<Vec<Symbol>> {
        let bins = bins(&self.places, symbols, self.profile);
        let mut field = self.stack(&self.seen(scan)?, &bins, symbols);
        let noise = self.stack(&self.blank, &bins, symbols);
        let chi = noise.heights.iter().zip(&noise.weights).map(|(s, w)| s * s / w.max(1e-20));
        let noise = chi.sum::<f32>() / noise.weights.len() as f32;
        let amplitude = strength as f32;
        let mean = field.weights.iter().sum::<f32>() / field.weights.len() as f32;

        // What other lines leave in this one, whatever the text.
        let count = self.templates.len() as f32;
        for (row, line) in field.heights.chunks_exact_mut(symbols * ALONG).enumerate() {
            let far = self.templates.iter().map(|t| t.far[row]).sum::<f32>();
            let far = amplitude * mean * far / count / ALONG as f32;
            line.iter_mut().for_each(|v| *v -= far);
        }

        let whole = table(&self.templates, 0..LENGTH);
        let follows = table(&self.templates, ALONG..LENGTH)
            .dot(&table(&self.templates, 0..LENGTH - ALONG).t());
        let own = windows(&field, &field.heights).dot(&whole.t()) * (-2.0 * amplitude)
            + windows(&field, &field.weights).dot(&whole.mapv(|v| v * v).t())
                * (amplitude * amplitude);
        let end = self.alphabet.symbols.len() - 1;
        let own = Array2::from_shape_fn(own.dim(), |(place, symbol)| {
            let rarity = -2.0 * noise * self.alphabet.symbols[symbol].log_prior() as f32;
            let allowed = (symbol == end) == (place + 1 == symbols);
            if allowed { own[[place, symbol]] + rarity } else { NEVER }
        });
        let pairs = follows * (2.0 * amplitude * amplitude * mean);
        let text = trellis::cheapest(&own, &pairs);
        Ok(text.into_iter().map(|s| self.alphabet.symbols[s]).collect())
    }
}

/// The generator's own amplitude, in units of the noise.
fn first_amplitude(
    print: &Picture,
    places: &[Option<[f64; 2]>],
    calm: &Plane,
    profile: &Profile,
) -> Result<Plane> {
    const FACTOR: usize = 4;
    let per_mm = profile.dpi.per_mm() / FACTOR as f64;
    let tones = blur(&print.luminance(FACTOR), modulation::TONE_SPREAD.0 * per_mm);
    let amplitude = places.iter().zip(calm).map(|(place, calm)| {
        let Some([x, y]) = *place else { return 0.0 };
        let y = bilinear(&tones, x * per_mm - 0.5, y * per_mm - 0.5);
        modulation::amplitude(tone::lightness(y.clamp(0.0, 1.0)), 1.0) * calm
    });
    Ok(Plane::from_shape_vec(calm.dim(), amplitude.collect())?)
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
fn windows(field: &Field, values: &[f32]) -> Array2<f32> {
    let mut windows = Array2::zeros((field.symbols, BINS));
    for (place, mut window) in windows.rows_mut().into_iter().enumerate() {
        if let Some(window) = window.as_slice_mut() {
            field.window(values, place, window);
        }
    }
    windows
}
