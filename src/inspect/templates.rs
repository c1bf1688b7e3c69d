//! What each symbol looks like in the stack: its glyph as printed, blurred by print and scan,
//! with the means that generator and reader take out.

use ab_glyph_rasterizer::Rasterizer;

use super::flatten::PORTRAIT_SPREAD;
use super::stack::{ACROSS, ALONG};
use crate::base::Mm;
use crate::spec::modulation::MEAN_SPREAD;
use crate::spec::{Layout, Profile, Script, Symbol};

/// Symbols to either side over which a letter's blur is followed.
pub const REACH: usize = 1;
/// Bins along of a template.
pub const LENGTH: usize = (2 * REACH + 1) * ALONG;
/// Bins of a template.
pub const BINS: usize = LENGTH * ACROSS;

/// Bins of a glyph's raster beyond its cell to the left and right, and beyond its line above and
/// below.
const SIDE: usize = 4;
const OVER: usize = 8;
const GLYPH_LENGTH: usize = ALONG + 2 * SIDE;
const GLYPH_HEIGHT: usize = ACROSS + 2 * OVER;

/// How print and scan lie and blur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Imaging {
    /// By how much the cells lie right of where the columns say, in symbols.
    pub along: f64,
    /// By how much the lines lie below where the carrier says, in pitches.
    pub down: f64,
    /// Standard deviation of the blur: print spot, paper, lens, pixel.
    pub blur: Mm,
}

/// The glyphs of one script, rastered in stack bins.
#[derive(Debug)]
pub struct Alphabet {
    /// The symbols; the end mark is the last.
    pub symbols: Vec<Symbol>,
    glyphs: Vec<Vec<f32>>,
    layout: Layout,
}

/// The template of each symbol of an alphabet, `[across][along]`, its own cell in the middle.
#[derive(Debug)]
pub struct Templates(pub Vec<Vec<f32>>);

impl Alphabet {
    /// Rasters the glyphs of a script.
    #[must_use]
    pub fn new(script: Script, profile: &Profile) -> Self {
        let layout = profile.layout;
        let symbols: Vec<Symbol> = script.symbols().chain([script.end()]).collect();
        let along = ALONG as f64 / layout.advance.0;
        let across = ACROSS as f64 / layout.pitch.0;
        let scale = [along, across].map(|bins| (bins * layout.cap_height.0) as f32);
        let room = layout.advance.0 - layout.cap_height.0 * profile.typeface.advance();
        let left = SIDE as f64 + 0.5 * room * along;
        let baseline = OVER as f64 + layout.baseline().0 * across;
        let glyphs = symbols.iter().map(|&symbol| {
            let mut canvas = Rasterizer::new(GLYPH_LENGTH, GLYPH_HEIGHT);
            let glyph = profile.typeface.glyph(symbol);
            glyph.draw(&mut canvas, left as f32, baseline as f32, scale);
            let mut pixels = vec![0.0; GLYPH_LENGTH * GLYPH_HEIGHT];
            canvas.for_each_pixel(|i, share| pixels[i] = share);
            pixels
        });
        Self { glyphs: glyphs.collect(), symbols, layout }
    }

    /// The templates of the symbols at these places of the alphabet.
    #[must_use]
    pub fn templates(&self, which: &[usize], imaging: &Imaging) -> Templates {
        let Layout { advance, pitch, .. } = self.layout;
        let (along, across) = (ALONG as f64 / advance.0, ACROSS as f64 / pitch.0);
        // (δ − g₁)(δ − g₂) with g₁ the generator's mean, g₂ the reader's, all of it blurred.
        let (own, printed, read) = (imaging.blur.0, MEAN_SPREAD.0, PORTRAIT_SPREAD.0);
        let squares = [0.0, printed * printed, read * read, printed * printed + read * read];
        let kernels = squares.map(|square| {
            let sigma = (own * own + square).sqrt();
            let horizontal = kernel(
                LENGTH,
                GLYPH_LENGTH,
                (REACH * ALONG - SIDE) as f64 + imaging.along * ALONG as f64,
                sigma * along,
            );
            let vertical = kernel(
                ACROSS,
                GLYPH_HEIGHT,
                imaging.down * ACROSS as f64 - OVER as f64,
                sigma * across,
            );
            (horizontal, vertical)
        });
        let signs = [1.0, -1.0, -1.0, 1.0];
        let template = |&i: &usize| {
            let mut sum = vec![0.0f32; BINS];
            for ((horizontal, vertical), sign) in kernels.iter().zip(signs) {
                let wide = multiply_rows(&self.glyphs[i], horizontal);
                add_columns(&mut sum, &wide, vertical, sign);
            }
            sum
        };
        Templates(which.iter().map(template).collect())
    }
}

/// `[out][in]`: how much of bin `in` a Gaussian of `sigma` bins brings to bin `out`, when `in` is
/// moved on by `shift`.
fn kernel(out: usize, into: usize, shift: f64, sigma: f64) -> Vec<Vec<f32>> {
    let scale = 1.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt());
    let at = |d: f64| (scale * (-0.5 * (d / sigma).powi(2)).exp()) as f32;
    (0..out).map(|o| (0..into).map(|i| at(o as f64 - i as f64 - shift)).collect()).collect()
}

/// Blurs each row of a glyph: `[GLYPH_HEIGHT][LENGTH]`.
fn multiply_rows(glyph: &[f32], horizontal: &[Vec<f32>]) -> Vec<f32> {
    let rows = glyph.chunks_exact(GLYPH_LENGTH).flat_map(|row| {
        let inked = row.iter().any(|&v| v > 0.0);
        horizontal.iter().map(move |weights| {
            if inked { row.iter().zip(weights).map(|(v, w)| v * w).sum() } else { 0.0 }
        })
    });
    rows.collect()
}

/// Blurs the columns of `wide` and adds them to `sum`, `[ACROSS][LENGTH]`.
fn add_columns(sum: &mut [f32], wide: &[f32], vertical: &[Vec<f32>], sign: f32) {
    for (out, weights) in sum.chunks_exact_mut(LENGTH).zip(vertical) {
        for (row, weight) in wide.chunks_exact(LENGTH).zip(weights) {
            let weight = weight * sign;
            out.iter_mut().zip(row).for_each(|(o, v)| *o += weight * v);
        }
    }
}
