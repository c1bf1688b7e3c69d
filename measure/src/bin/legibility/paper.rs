//! Text on paper: mean-free glyphs on a fine raster, and how much of them the eye sees.

use ab_glyph_rasterizer::Rasterizer;
use rayon::prelude::*;
use tumar::spec::{Script, Symbol, Typeface};

/// Samples a millimetre of the fine raster.
pub(crate) const FINE: f64 = 100.0;
/// Samples round a cell: four σ of the high-pass.
const MARGIN: usize = 80;
/// σ of the blur that the print loses, in mm.
const MEAN_FREE: f64 = 0.2;
/// S-CIELAB's main luminance kernel exp(−x²/s²), s = 0.0283°, whose transform is exp(−π²s²f²)
/// (Zhang and Wandell 1997): σ = s/√2, in mm at a viewing distance of 400 mm.
const EYE: f64 = 0.0283 * std::f64::consts::PI / 180.0 * 400.0 * std::f64::consts::FRAC_1_SQRT_2;
/// What every typeface is scaled to, as a share of full coverage: RMS through the eye's filter, and
/// plain RMS. A bold typeface then has an amplitude near 1.
const VISIBLE: f64 = 0.017;
const PLAIN: f64 = 0.42;
/// Characters that might end a copy.
pub(crate) const MARKS: &str = "+=*#/%&@:~^_|";
/// Letters without diacritics.
pub(crate) const BASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Where glyphs stand, in fine samples, and whether they are stretched to fill the advance.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) cap: usize,
    pub(crate) advance: usize,
    pub(crate) pitch: usize,
    pub(crate) stretched: bool,
}

pub(crate) const DEFAULT: Place = Place { cap: 24, advance: 20, pitch: 38, stretched: false };

impl Place {
    pub(crate) fn size(self) -> (usize, usize) {
        (self.advance + 2 * MARGIN, self.pitch + 2 * MARGIN)
    }
}

/// A Gaussian's weights, and a square aperture's of any width, both in samples.
pub(crate) fn gaussian(sigma: f64) -> Vec<f32> {
    let reach = (3.5 * sigma).ceil() as i32;
    unit((-reach..=reach).map(|k| (-0.5 * (f64::from(k) / sigma).powi(2)).exp()).collect())
}

pub(crate) fn aperture(width: f64) -> Vec<f32> {
    let reach = (0.5 * width + 0.5).floor() as i32;
    let end = |k: i32| (f64::from(k) + 0.5).clamp(-0.5 * width, 0.5 * width);
    unit((-reach..=reach).map(|k| end(k) - end(k - 1)).collect())
}

fn unit(weights: Vec<f64>) -> Vec<f32> {
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|w| (w / sum) as f32).collect()
}

/// Convolves rows, then columns; outside is nought.
pub(crate) fn blur(image: &[f32], width: usize, kernel: &[f32]) -> Vec<f32> {
    let (half, height) = (kernel.len() / 2, image.len() / width);
    let mut across = vec![0.0; image.len()];
    let mut down = vec![0.0; image.len()];
    for (from, to) in image.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        let mut padded = vec![0.0; width + 2 * half];
        padded[half..half + width].copy_from_slice(from);
        for (k, weight) in kernel.iter().enumerate() {
            to.iter_mut().zip(&padded[k..]).for_each(|(sum, v)| *sum += weight * v);
        }
    }
    for (y, to) in down.chunks_exact_mut(width).enumerate() {
        for (k, weight) in kernel.iter().enumerate() {
            let Some(row) = (y + k).checked_sub(half).filter(|&row| row < height) else { continue };
            let from = &across[row * width..(row + 1) * width];
            to.iter_mut().zip(from).for_each(|(sum, v)| *sum += weight * v);
        }
    }
    down
}

/// A typeface's mean-free glyphs and the amplitudes that make its text equally visible.
pub(crate) struct Print {
    pub(crate) place: Place,
    pub(crate) chars: Vec<char>,
    pub(crate) images: Vec<Vec<f32>>,
    /// By script: amplitude at equal visible difference and at equal plain RMS.
    pub(crate) amplitudes: [[f64; 2]; 2],
}

/// The letters that random text is made of.
pub(crate) fn everyday(script: Script) -> &'static str {
    match script {
        Script::Latin => BASE,
        Script::Cyrillic => script.letters(),
    }
}

impl Print {
    pub(crate) fn new(typeface: &Typeface, place: Place) -> Self {
        let (width, height) = place.size();
        let alphabet = Script::ALL.iter().flat_map(|s| s.symbols().chain([s.end()]));
        let mut chars: Vec<char> = alphabet.map(Symbol::character).chain(MARKS.chars()).collect();
        chars.sort_unstable();
        chars.dedup();
        let (cap, room) = (place.cap as f64, place.advance as f64);
        let natural = cap * typeface.advance();
        let across = if place.stretched { cap * room / natural } else { cap };
        let x = MARGIN as f64 + if place.stretched { 0.0 } else { 0.5 * (room - natural) };
        let baseline = MARGIN as f64 + 0.5 * (place.pitch as f64 + cap);
        let low = gaussian(MEAN_FREE * FINE);
        let image = |&c: &char| {
            let mut canvas = Rasterizer::new(width, height);
            let scale = [across as f32, cap as f32];
            typeface.glyph_of(c).draw(&mut canvas, x as f32, baseline as f32, scale);
            let mut ink = vec![0.0; width * height];
            canvas.for_each_pixel(|i, share| ink[i] = share.min(1.0));
            let mean = blur(&ink, width, &low);
            ink.iter().zip(mean).map(|(ink, mean)| ink - mean).collect()
        };
        let images = chars.par_iter().map(image).collect();
        let mut print = Self { place, chars, images, amplitudes: [[1.0; 2]; 2] };
        print.amplitudes = Script::ALL.map(|script| {
            let text: Vec<Vec<f32>> =
                print.find(everyday(script)).iter().map(|&i| print.images[i].clone()).collect();
            let eye = gaussian(EYE * FINE);
            let seen = text.par_iter().map(|image| blur(image, width, &eye)).collect::<Vec<_>>();
            [VISIBLE / rms(&seen, place), PLAIN / rms(&text, place)]
        });
        print
    }

    pub(crate) fn find(&self, wanted: &str) -> Vec<usize> {
        let index = |c| self.chars.iter().position(|&known| known == c);
        wanted.chars().filter_map(index).collect()
    }
}

/// RMS over the paper of a text of random letters: what letters differ from their mean, each on its
/// own, and the mean, whose copies from all cells add up.
fn rms(images: &[Vec<f32>], place: Place) -> f64 {
    let ((width, _), count) = (place.size(), images.len() as f32);
    let mean: Vec<f32> =
        (0..images[0].len()).map(|i| images.iter().map(|g| g[i]).sum::<f32>() / count).collect();
    let square = |v: f32| f64::from(v * v);
    let apart: f64 =
        images.iter().flat_map(|g| g.iter().zip(&mean).map(|(v, m)| square(v - m))).sum();
    let mut cell = vec![0.0; place.advance * place.pitch];
    for (i, v) in mean.iter().enumerate() {
        cell[i / width % place.pitch * place.advance + i % width % place.advance] += v;
    }
    let common: f64 = cell.iter().map(|&v| square(v)).sum();
    ((apart / f64::from(count) + common) / cell.len() as f64).sqrt()
}
