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

/// Lines above and below whose spill is counted.
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
    /// The symbols; the end mark is the last.
    pub symbols: Vec<Symbol>,
    glyphs: Vec<Vec<f32>>,
    /// The means, which are so wide that the blur hardly changes them.
    means: Vec<Template>,
    layout: Layout,
}

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
        let draw = |&symbol: &Symbol| {
            let mut canvas = Rasterizer::new(GLYPH_LENGTH, GLYPH_HEIGHT);
            let glyph = profile.typeface.glyph(symbol);
            glyph.draw(&mut canvas, left as f32, baseline as f32, scale);
            let mut pixels = vec![0.0; GLYPH_LENGTH * GLYPH_HEIGHT];
            canvas.for_each_pixel(|i, share| pixels[i] = share);
            pixels
        };
        let glyphs: Vec<Vec<f32>> = symbols.iter().map(draw).collect();
        // (δ − g₁)(δ − g₂) = δ − g₁ − g₂ + g₁g₂, with g₁ the generator's mean, g₂ the reader's.
        let (typical, printed, read) = (0.05, MEAN_SPREAD.0, PORTRAIT_SPREAD.0);
        let kernels: Vec<(Kernel, f32)> =
            [(printed, 0.0, -1.0), (read, 0.0, -1.0), (printed, read, 1.0)]
                .map(|(a, b, sign): (f64, f64, f32)| {
                    let spread = (typical * typical + a * a + b * b).sqrt();
                    (
                        Kernel::new(&layout, Imaging { along: 0.0, down: 0.0, blur: Mm(spread) }),
                        sign,
                    )
                })
                .into();
        let mean = |glyph: &Vec<f32>| {
            let mut sum = Template { near: vec![0.0; BINS], far: [0.0; ACROSS] };
            kernels.iter().for_each(|(kernel, sign)| kernel.add(&mut sum, glyph, *sign));
            sum
        };
        let means = glyphs.iter().map(mean).collect();
        Self { script, symbols, glyphs, means, layout }
    }

    /// The templates of the symbols at these places of the alphabet.
    #[must_use]
    pub fn templates(&self, which: &[usize], imaging: &Imaging) -> Vec<Template> {
        let kernel = Kernel::new(&self.layout, *imaging);
        let template = |&i: &usize| {
            let mut sum = self.means[i].clone();
            kernel.add(&mut sum, &self.glyphs[i], 1.0);
            sum
        };
        which.iter().map(template).collect()
    }
}

/// A Gaussian, separable, from the bins of a glyph to those of a template.
struct Kernel {
    /// For each bin along of the glyph: the first bin of the template that it reaches, and how much
    /// it brings to each from there.
    along: Vec<(usize, Vec<f32>)>,
    /// For each row of the glyph: how much it brings to each row of the template.
    across: Vec<[f32; ACROSS]>,
    /// For each row of the glyph: how much the same glyph in other lines would bring.
    lines: Vec<[f32; ACROSS]>,
}

/// Standard deviations at which a Gaussian is cut.
const CUT: f64 = 3.5;

impl Kernel {
    fn new(layout: &Layout, imaging: Imaging) -> Self {
        let horizontal = imaging.blur.0 * ALONG as f64 / layout.advance.0;
        let vertical = imaging.blur.0 * ACROSS as f64 / layout.pitch.0;
        let shift = (REACH * ALONG) as f64 - SIDE as f64 + imaging.along * ALONG as f64;
        let along = (0..GLYPH_LENGTH).map(|i| {
            let centre = i as f64 + shift;
            let first = (centre - CUT * horizontal).ceil().clamp(0.0, LENGTH as f64) as usize;
            let last = (centre + CUT * horizontal).floor().clamp(-1.0, LENGTH as f64 - 1.0);
            let weights =
                (first..(last + 1.0) as usize).map(|o| gauss(o as f64 - centre, horizontal));
            (first, weights.collect())
        });
        let line = |row: usize, line: i32| -> [f32; ACROSS] {
            let centre =
                row as f64 - OVER as f64 + (imaging.down + f64::from(line)) * ACROSS as f64;
            std::array::from_fn(|o| gauss(o as f64 - centre, vertical))
        };
        let others = |row: usize| -> [f32; ACROSS] {
            let each = (-LINES..=LINES).filter(|l| *l != 0).map(|l| line(row, l));
            each.fold([0.0; ACROSS], |sum, l| std::array::from_fn(|o| sum[o] + l[o]))
        };
        Self {
            along: along.collect(),
            across: (0..GLYPH_HEIGHT).map(|row| line(row, 0)).collect(),
            lines: (0..GLYPH_HEIGHT).map(others).collect(),
        }
    }

    fn add(&self, sum: &mut Template, glyph: &[f32], sign: f32) {
        for (row, pixels) in glyph.chunks_exact(GLYPH_LENGTH).enumerate() {
            let ink: f32 = pixels.iter().sum();
            if ink <= 0.0 {
                continue;
            }
            let mut wide = [0.0f32; LENGTH];
            for (&pixel, (first, weights)) in pixels.iter().zip(&self.along) {
                if pixel > 0.0 {
                    let reached = &mut wide[*first..*first + weights.len()];
                    reached.iter_mut().zip(weights).for_each(|(w, k)| *w += pixel * k);
                }
            }
            // What the window cuts off goes evenly to the whole row.
            let cut = ink - wide.iter().sum::<f32>();
            for (o, &weight) in self.across[row].iter().enumerate() {
                let weight = weight * sign;
                sum.far[o] += weight * cut + sign * self.lines[row][o] * ink;
                if weight.abs() > 1e-6 {
                    let line = &mut sum.near[o * LENGTH..(o + 1) * LENGTH];
                    line.iter_mut().zip(&wide).for_each(|(o, w)| *o += weight * w);
                }
            }
        }
    }
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
        let alphabet = Alphabet::new(Script::Latin, &profile);
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
        let alphabet = Alphabet::new(Script::Cyrillic, &profile);
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
