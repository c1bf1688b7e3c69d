//! What each symbol looks like in the stack: its glyph as printed, blurred by print and scan,
//! with the means that generator and reader take out.

use std::sync::OnceLock;

use ab_glyph_rasterizer::Rasterizer;
use ndarray::{Array2, Axis, Slice};
use rayon::prelude::*;

use crate::imaging::Mm;
use crate::inspect::recognition::decoding::Code;
use crate::inspect::signal::flatten::PORTRAIT_SPREAD;
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::spec::modulation::MEAN_SPREAD;
use crate::spec::signed::bars::BARS;
use crate::spec::threshold::Field;
use crate::spec::{Layout, Mode, Profile, Script, Symbol};

/// Symbols to either side over which a letter's blur is followed.
pub const REACH: usize = 1;
/// Bins along of a template.
pub const LENGTH: usize = (2 * REACH + 1) * ALONG;
/// Bins of a template.
pub const BINS: usize = LENGTH * ACROSS;

/// Bins of a glyph's raster beyond its cell to the left and right, and beyond its line above and
/// below: room for accents and for what hangs over.
const SIDE: usize = 4;
const OVER: usize = 8;
const GLYPH_LENGTH: usize = ALONG + 2 * SIDE;
const GLYPH_HEIGHT: usize = ACROSS + 2 * OVER;

/// Lines above and below whose spill is counted. A guess.
const LINES: i32 = 2;

/// How print and scan lie and blur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Imaging {
    /// By how much the cells lie right of where the stack has them, in symbols.
    pub along: f64,
    /// By how much the lines lie below where the carrier says, in pitches.
    pub down: f64,
    /// Standard deviation of the blur: print spot, paper, lens, pixel.
    pub blur: Mm,
}

/// One symbol in the stack, at amplitude 1.
#[derive(Clone, Debug)]
pub struct Template {
    /// `[across][along]`, [`ACROSS`] × [`LENGTH`], its own cell in the middle.
    pub near: Vec<f32>,
    /// What it adds to each row of the whole circle: from the lines above and below, whose phase
    /// differs from line to line, and from the means' long tails. Times one over the bins along.
    pub far: [f32; ACROSS],
}

/// The glyphs of one script, rastered in stack bins.
#[derive(Debug)]
pub struct Alphabet {
    /// Which.
    pub script: Script,
    /// How they got into the portrait.
    pub mode: Mode,
    /// The symbols; of a script, the end mark is the last.
    pub symbols: Vec<Symbol>,
    /// Which texts of them have the right check symbols.
    pub code: Code,
    /// Their rasters one under the other.
    glyphs: Array2<f32>,
    /// The means, which are so wide that the blur hardly changes them.
    means: Vec<Template>,
    layout: Layout,
}

/// The alphabets of both scripts in each mode, rastered when they are first asked for.
#[derive(Debug)]
pub struct Alphabets<'p> {
    profile: &'p Profile,
    tint: OnceLock<[Alphabet; 2]>,
    /// At each of [`STROKE_MODELS`].
    screen: OnceLock<[Vec<Alphabet>; 2]>,
    /// Of the payload lines, likewise.
    payload: OnceLock<Alphabet>,
    screened_payload: OnceLock<Vec<Alphabet>>,
}

/// How a letter of a screen may come out: by how much its strokes have gained.
#[derive(Clone, Copy, Debug)]
pub enum StrokeModel {
    /// It takes this share of its cell, as the screen has it.
    Area(f32),
    /// Its strokes have grown by so much on either side: ink spreads, and light strokes shrink.
    Growth(Mm),
}

/// The models of which a scan shows a mixture: strokes grow with the tone. Areas are sampled evenly
/// enough for a mixture; growth in millimetres is that of ink on paper, whatever the pitch.
/// Guesses.
pub const STROKE_MODELS: [StrokeModel; 10] = [
    StrokeModel::Area(0.04),
    StrokeModel::Area(0.10),
    StrokeModel::Area(0.18),
    StrokeModel::Area(0.27),
    StrokeModel::Area(0.37),
    StrokeModel::Area(0.47),
    StrokeModel::Growth(Mm(-0.010)),
    StrokeModel::Growth(Mm(0.0)),
    StrokeModel::Growth(Mm(0.012)),
    StrokeModel::Growth(Mm(0.025)),
];
/// Shares of [`STROKE_MODELS`] in a mixture.
pub type Shares = [f32; STROKE_MODELS.len()];

impl<'p> Alphabets<'p> {
    /// Those of a profile.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        let (tint, screen) = (OnceLock::new(), OnceLock::new());
        let (payload, screened_payload) = (OnceLock::new(), OnceLock::new());
        Self { profile, tint, screen, payload, screened_payload }
    }

    /// Both scripts as a tint.
    #[must_use]
    pub fn tinted(&self) -> &[Alphabet; 2] {
        let tinted = |script| Alphabet::tinted(script, of_script(script), self.profile);
        self.tint.get_or_init(|| Script::ALL.map(tinted))
    }

    /// The glyphs of payload lines as a tint.
    pub fn payload(&self) -> &Alphabet {
        let tinted = || Alphabet::tinted(Script::Latin, BARS.to_vec(), self.profile);
        self.payload.get_or_init(tinted)
    }

    /// The glyphs of payload lines as a letter screen whose strokes have gained so.
    #[must_use]
    pub fn screened_payload(&self, shares: &Shares) -> Alphabet {
        let glyphs = || BARS.to_vec();
        let models = || Alphabet::screened(Script::Latin, glyphs(), self.profile);
        Alphabet::mixed(self.screened_payload.get_or_init(models), shares)
    }

    /// Both scripts as a letter screen whose strokes have gained so.
    #[must_use]
    pub fn screened(&self, shares: &Shares) -> [Alphabet; 2] {
        self.in_models().each_ref().map(|models| Alphabet::mixed(models, shares))
    }

    /// Both scripts in each of [`STROKE_MODELS`].
    pub fn in_models(&self) -> &[Vec<Alphabet>; 2] {
        let models = |script| Alphabet::screened(script, of_script(script), self.profile);
        self.screen.get_or_init(|| Script::ALL.map(models))
    }
}

impl Alphabet {
    /// Symbols of a script as a tint prints them.
    #[must_use]
    pub fn tinted(script: Script, symbols: Vec<Symbol>, profile: &Profile) -> Self {
        let rasters =
            symbols.iter().flat_map(|&symbol| in_sizes(profile, |cap| inked(symbol, cap, profile)));
        let rasters = rasters.collect();
        Self::new(script, Mode::Tint, symbols, rasters, profile)
    }

    /// Symbols of a script as a letter screen prints them, in each of [`STROKE_MODELS`].
    fn screened(script: Script, symbols: Vec<Symbol>, profile: &Profile) -> Vec<Self> {
        let fields: Vec<Vec<Field>> = symbols
            .par_iter()
            .map(|&symbol| {
                in_sizes_of(profile).map(|cap| Field::new(symbol, cap, profile)).collect()
            })
            .collect();
        let at = |&model: &StrokeModel| {
            let rasters =
                fields.iter().flat_map(|sizes| mean_of(sizes.iter().map(|f| screened(f, model))));
            Self::new(script, Mode::Screen, symbols.clone(), rasters.collect(), profile)
        };
        STROKE_MODELS.iter().map(at).collect()
    }

    /// The mean of the models of one script, in these shares.
    fn mixed(models: &[Self], shares: &[f32]) -> Self {
        let first = &models[0];
        let mut glyphs = Array2::zeros(first.glyphs.dim());
        let mut means: Vec<Template> = vec![Template::NONE; first.means.len()];
        for (model, &share) in models.iter().zip(shares) {
            glyphs.scaled_add(share, &model.glyphs);
            means.iter_mut().zip(&model.means).for_each(|(mean, other)| mean.add(other, share));
        }
        let (symbols, code) = (first.symbols.clone(), Code::of(first.script, &first.symbols));
        Self {
            script: first.script,
            mode: first.mode,
            symbols,
            code,
            glyphs,
            means,
            layout: first.layout,
        }
    }

    /// From the glyphs' rasters, one after the other.
    fn new(
        script: Script,
        mode: Mode,
        symbols: Vec<Symbol>,
        rasters: Vec<f32>,
        profile: &Profile,
    ) -> Self {
        let layout = profile.layout;
        let mut glyphs = Array2::zeros((symbols.len() * GLYPH_HEIGHT, GLYPH_LENGTH));
        glyphs.iter_mut().zip(rasters).for_each(|(out, share)| *out = share);
        // (δ − g₁)(δ − g₂) = δ − g₁ − g₂ + g₁g₂, with g₁ the generator's mean, g₂ the reader's.
        let (typical, printed, read) = (0.05, MEAN_SPREAD.0, PORTRAIT_SPREAD.0);
        let blurred = |a: f64, b: f64| {
            let spread = (typical * typical + a * a + b * b).sqrt();
            let imaging = Imaging { along: 0.0, down: 0.0, blur: Mm(spread) };
            Kernel::new(&layout, imaging).spread(&glyphs)
        };
        let taken: &[_] = match mode {
            Mode::Tint => &[(1.0, printed, read), (-1.0, printed, 0.0), (-1.0, read, 0.0)],
            // Every cell of a screen has the same ink: its mean is left as it is.
            Mode::Screen => &[(-1.0, read, 0.0)],
        };
        let mut means: Vec<Template> = vec![Template::NONE; symbols.len()];
        for &(times, a, b) in taken {
            means.iter_mut().zip(&blurred(a, b)).for_each(|(mean, other)| mean.add(other, times));
        }
        let code = Code::of(script, &symbols);
        Self { script, mode, symbols, code, glyphs, means, layout }
    }

    /// The templates of the symbols at these places of the alphabet.
    #[must_use]
    pub fn templates(&self, which: &[usize], imaging: &Imaging) -> Vec<Template> {
        let mut glyphs = Array2::zeros((which.len() * GLYPH_HEIGHT, GLYPH_LENGTH));
        let blocks = glyphs.axis_chunks_iter_mut(Axis(0), GLYPH_HEIGHT);
        for (mut block, &i) in blocks.into_iter().zip(which) {
            block.assign(&self.glyphs.slice_axis(Axis(0), rows(i)));
        }
        let mut templates = Kernel::new(&self.layout, *imaging).spread(&glyphs);
        let means = which.iter().map(|&i| &self.means[i]);
        templates.iter_mut().zip(means).for_each(|(template, mean)| template.add(mean, 1.0));
        templates
    }
}

/// All that a name in this script may have; the end mark is the last.
#[must_use]
pub fn of_script(script: Script) -> Vec<Symbol> {
    script.symbols().chain([script.end()]).collect()
}

/// The heights of a profile's capitals.
fn in_sizes_of(profile: &Profile) -> impl Iterator<Item = Mm> {
    let Layout { cap_height, second_cap_height, .. } = profile.layout;
    [Some(cap_height), second_cap_height].into_iter().flatten()
}

/// Where two sizes take turns, the stack holds the mean of both.
fn in_sizes(profile: &Profile, raster: impl Fn(Mm) -> Vec<f32>) -> Vec<f32> {
    mean_of(in_sizes_of(profile).map(raster))
}

fn mean_of(rasters: impl Iterator<Item = Vec<f32>>) -> Vec<f32> {
    let rasters: Vec<Vec<f32>> = rasters.collect();
    let mean = |i: usize| rasters.iter().map(|r| r[i]).sum::<f32>() / rasters.len() as f32;
    (0..GLYPH_LENGTH * GLYPH_HEIGHT).map(mean).collect()
}

/// A letter's coverage, in the bins of a glyph's raster.
fn inked(symbol: Symbol, cap_height: Mm, profile: &Profile) -> Vec<f32> {
    let layout = &profile.layout;
    let bins = [ALONG as f64 / layout.advance.0, ACROSS as f64 / layout.pitch.0];
    let scale = bins.map(|bins| (bins * cap_height.0) as f32);
    let room = layout.advance.0 - cap_height.0 * profile.typeface.advance();
    let left = SIDE as f64 + 0.5 * room * bins[0];
    let baseline = OVER as f64 + layout.baseline(cap_height).0 * bins[1];
    let mut canvas = Rasterizer::new(GLYPH_LENGTH, GLYPH_HEIGHT);
    profile.typeface.glyph(symbol).draw(&mut canvas, left as f32, baseline as f32, scale);
    let mut pixels = vec![0.0; GLYPH_LENGTH * GLYPH_HEIGHT];
    canvas.for_each_pixel(|i, share| pixels[i] = share);
    pixels
}

/// Where a letter with this stroke gain has its colour.
fn screened(field: &Field, model: StrokeModel) -> Vec<f32> {
    let mut pixels = vec![0.0; GLYPH_LENGTH * GLYPH_HEIGHT];
    let share = (ALONG * ACROSS) as f32 / (field.along * field.across) as f32;
    let mut add = |(i, inked): (usize, bool)| {
        let row = OVER + i / field.along * ACROSS / field.across;
        let bin = SIDE + i % field.along * ALONG / field.along;
        pixels[row * GLYPH_LENGTH + bin] += if inked { share } else { 0.0 };
    };
    match model {
        StrokeModel::Area(area) => field.of_area(area).enumerate().for_each(&mut add),
        StrokeModel::Growth(growth) => field.of_growth(growth).enumerate().for_each(&mut add),
    }
    pixels
}

impl Template {
    const NONE: Self = Self { near: Vec::new(), far: [0.0; ACROSS] };

    fn add(&mut self, other: &Self, times: f32) {
        self.near.resize(other.near.len(), 0.0);
        self.near.iter_mut().zip(&other.near).for_each(|(v, o)| *v += times * o);
        self.far.iter_mut().zip(&other.far).for_each(|(v, o)| *v += times * o);
    }
}

/// A Gaussian, separable, from the bins of a glyph to those of a template.
struct Kernel {
    /// How much each bin along of the glyph brings to each of the template.
    along: Array2<f32>,
    /// How much each row of the glyph brings to each of the template, `[template, glyph]`.
    across: Array2<f32>,
    /// How much the same glyph in other lines would bring, likewise.
    lines: Array2<f32>,
}

impl Kernel {
    fn new(layout: &Layout, imaging: Imaging) -> Self {
        let horizontal = imaging.blur.0 * ALONG as f64 / layout.advance.0;
        let vertical = imaging.blur.0 * ACROSS as f64 / layout.pitch.0;
        let shift = (REACH * ALONG) as f64 - SIDE as f64 + imaging.along * ALONG as f64;
        let line = |o: usize, row: usize, line: i32| {
            let down = (imaging.down + f64::from(line)) * ACROSS as f64;
            gauss(o as f64 - (row as f64 - OVER as f64 + down), vertical)
        };
        let others = |(o, row)| (-LINES..=LINES).filter(|l| *l != 0).map(|l| line(o, row, l)).sum();
        Self {
            along: Array2::from_shape_fn((GLYPH_LENGTH, LENGTH), |(i, o)| {
                gauss(o as f64 - (i as f64 + shift), horizontal)
            }),
            across: Array2::from_shape_fn((ACROSS, GLYPH_HEIGHT), |(o, row)| line(o, row, 0)),
            lines: Array2::from_shape_fn((ACROSS, GLYPH_HEIGHT), others),
        }
    }

    /// Spreads glyphs, one under the other.
    fn spread(&self, glyphs: &Array2<f32>) -> Vec<Template> {
        let wide = glyphs.dot(&self.along);
        // What the window cuts off goes evenly to the whole row.
        let ink = glyphs.sum_axis(Axis(1));
        let cut = &ink - &wide.sum_axis(Axis(1));
        let template = |i: usize| {
            let near = self.across.dot(&wide.slice_axis(Axis(0), rows(i)));
            let far = self.across.dot(&cut.slice_axis(Axis(0), rows(i)))
                + self.lines.dot(&ink.slice_axis(Axis(0), rows(i)));
            let mut sums = [0.0; ACROSS];
            sums.iter_mut().zip(far).for_each(|(sum, f)| *sum = f);
            Template { near: near.iter().copied().collect(), far: sums }
        };
        (0..glyphs.nrows() / GLYPH_HEIGHT).map(template).collect()
    }
}

/// The rows of one glyph among all.
fn rows(glyph: usize) -> Slice {
    Slice::from(glyph * GLYPH_HEIGHT..(glyph + 1) * GLYPH_HEIGHT)
}

fn gauss(distance: f64, sigma: f64) -> f32 {
    let t = distance / sigma;
    ((-0.5 * t * t).exp() / (sigma * std::f64::consts::TAU.sqrt())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_the_glyph_without_its_means() {
        let profile = Profile::default();
        let alphabet = Alphabet::tinted(Script::Latin, of_script(Script::Latin), &profile);
        let imaging = Imaging { along: 0.0, down: 0.0, blur: Mm(0.03) };
        let all: Vec<usize> = (0..alphabet.symbols.len()).collect();
        for template in alphabet.templates(&all, &imaging) {
            // Mean-free by construction, but for the tails beyond two lines.
            let near: f32 = template.near.iter().sum();
            let ink: f32 = template.near.iter().map(|v| v.abs()).sum();
            let sum = near + template.far.iter().sum::<f32>();
            assert!(sum.abs() < 0.02 * ink, "{sum} of {ink}");
        }
    }

    #[test]
    fn a_shift_moves_the_template() {
        let profile = Profile::default();
        let alphabet = Alphabet::tinted(Script::Cyrillic, of_script(Script::Cyrillic), &profile);
        let at = |along| {
            let imaging = Imaging { along, down: 0.0, blur: Mm(0.04) };
            alphabet.templates(&[3], &imaging).remove(0).near
        };
        let (home, moved) = (at(0.0), at(2.0 / ALONG as f64));
        for row in 4..16 {
            for i in LENGTH / 3..2 * LENGTH / 3 {
                let (a, b) = (home[row * LENGTH + i], moved[row * LENGTH + i + 2]);
                // The means don't follow small shifts; they are that wide.
                assert!((a - b).abs() < 0.06, "{row} {i}: {a} {b}");
            }
        }
    }
}
