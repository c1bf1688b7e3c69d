//! The tint: the portrait's tone shifted by the letters, its mean kept.
//!
//! Each print dot's linear light is multiplied by 1 + a·(c − c̄). c is the letters' coverage, c̄
//! its local mean, so that the eye, which at reading distance sees local means only, finds the tone
//! unchanged; a is the signed amplitude that the local tone and texture allow. All three channels
//! take the same factor, so hue and chroma stay (xy is unchanged).

use image::DynamicImage;
use ndarray::Zip;
use rayon::prelude::*;

use super::portrait::Prepared;
use crate::base::raster::{Enlarged, blur, shrink};
use crate::base::{Mm, Picture, Plane, tone};
use crate::spec::Profile;
use crate::spec::modulation::{self, MEAN_SPREAD, TONE_SPREAD};

/// The local mean is computed on blocks of about this size, tone and texture on coarser ones.
const BLOCK: Mm = Mm(0.045);
const TONE_BLOCK: Mm = Mm(0.17);

/// Texture hides microtext from the eye and from the reader alike (visual masking, Legge and Foley
/// 1980): the amplitude grows by up to this share where the local contrast reaches `FULL_MASK`.
const MASKING: f32 = 0.15;
const FULL_MASK: f32 = 0.15;

/// Highlights above `KNEE` (linear light) are bent to end at `WHITE`, so that the gaps between dark
/// letters can be lighter than their ground; shadows start at `BLACK`.
const KNEE: f32 = 0.60;
const WHITE: f32 = 0.90;
const BLACK: f32 = 0.0015;

/// The portrait with the letters of `coverage` in it, 8 bits a channel.
#[must_use]
pub fn tint(portrait: &Prepared, coverage: &Plane, profile: &Profile) -> Picture {
    let (width, height) = portrait.size;
    let block = (profile.dpi.px(BLOCK).round() as usize).max(1);
    let mean = blur(&shrink(coverage, block), profile.dpi.px(MEAN_SPREAD) / block as f64);
    let mean = Enlarged::new(&mean, block);
    let tone_block = (profile.dpi.px(TONE_BLOCK).round() as usize).max(1);
    let amplitude = amplitude(portrait, tone_block, profile);
    let amplitude = Enlarged::new(&amplitude, tone_block);

    let channels = portrait.channels;
    let stored = stored_table();
    let limits = limit_table(profile.strength as f32);
    let mut out = vec![0u8; width * height * channels];
    out.par_chunks_exact_mut(width * channels)
        .zip(portrait.linear.par_chunks_exact(width * channels))
        .enumerate()
        .for_each_init(
            || (vec![0.0f32; width], vec![0.0f32; width]),
            |(mean_row, amplitude_row), (y, (out, linear))| {
                mean.row(y, mean_row);
                amplitude.row(y, amplitude_row);
                mean_row.iter_mut().zip(coverage.row(y)).for_each(|(mean, c)| *mean = c - *mean);
                let letters = amplitude_row.iter().zip(&*mean_row);
                for ((out, linear), (amplitude, letter)) in
                    out.chunks_exact_mut(channels).zip(linear.chunks_exact(channels)).zip(letters)
                {
                    let brightest = linear.iter().copied().max().unwrap_or(0);
                    let (scale, lift) = headroom(f32::from(brightest) / 65_535.0);
                    // A bright hair on a dark ground takes no more than its own tone allows, and
                    // no pixel more than keeps the gaps between dark letters below white.
                    let limit = limits[usize::from(brightest >> 4)];
                    let factor = (1.0 + amplitude.clamp(-limit, limit) * letter).max(0.0);
                    for (out, &value) in out.iter_mut().zip(linear) {
                        let value = (f32::from(value) / 65_535.0 * scale + lift) * factor;
                        *out = stored[((value * TABLE) as usize).min(TABLE as usize)];
                    }
                }
            },
        );
    let pixels = if channels == 1 {
        image::GrayImage::from_raw(width as u32, height as u32, out).map(DynamicImage::from)
    } else {
        image::RgbImage::from_raw(width as u32, height as u32, out).map(DynamicImage::from)
    };
    let pixels = pixels.unwrap_or_else(|| unreachable!("one value a channel"));
    Picture { pixels, ppi: Some([profile.dpi; 2]), icc: portrait.icc.clone() }
}

/// Factor and summand that make room for lighter and darker letters, by the brightest channel, so
/// that hue stays.
fn headroom(brightest: f32) -> (f32, f32) {
    let lift = BLACK * (1.0 - brightest);
    if brightest <= KNEE {
        return (1.0, lift);
    }
    // A parabola from slope 1 at the knee to WHITE at 1.
    let (span, t) = (1.0 - KNEE, (brightest - KNEE) / (1.0 - KNEE));
    let bent = KNEE + span * t - (1.0 - WHITE) * t * t;
    (bent / brightest, lift)
}

/// The largest amplitude that a pixel takes, by the upper 12 bits of its brightest channel.
fn limit_table(strength: f32) -> Vec<f32> {
    (0..4096)
        .map(|i| {
            let brightest = (i as f32 + 0.5) / 4096.0;
            let (scale, lift) = headroom(brightest);
            let printed = brightest * scale + lift;
            let law =
                (1.0 + MASKING) * modulation::amplitude_of(tone::lightness(printed), strength);
            law.min((1.0 / printed - 1.0) / GAP)
        })
        .collect()
}

/// How far the coverage's local mean rises in the gaps between letters.
const GAP: f32 = 0.3;

/// Entries of the table from linear light to stored bytes, less one.
const TABLE: f32 = 16_384.0;

fn stored_table() -> Vec<u8> {
    (0..=TABLE as u32)
        .map(|i| (tone::stored((i as f32 + 0.5) / TABLE).min(1.0) * 255.0 + 0.5) as u8)
        .collect()
}

/// The signed amplitude a, by block, from local tone and texture.
fn amplitude(portrait: &Prepared, block: usize, profile: &Profile) -> Plane {
    let ground = ground(portrait, block);
    let blocks = |spread| profile.dpi.px(spread) / block as f64;
    let local = blur(&ground, blocks(TONE_SPREAD));
    let mut contrast = ground;
    Zip::from(&mut contrast).and(&local).par_for_each(|v, &mean| {
        let relative = *v / mean.max(BLACK) - 1.0;
        *v = relative * relative;
    });
    let texture = blur(&contrast, blocks(TONE_SPREAD));
    let mut amplitude = local;
    let strength = profile.strength as f32;
    Zip::from(&mut amplitude).and(&texture).par_for_each(|v, &texture| {
        let mask = 1.0 + MASKING * (texture.max(0.0).sqrt() / FULL_MASK).min(1.0);
        *v = mask * modulation::amplitude(tone::lightness(*v), strength);
    });
    amplitude
}

/// Mean luminance of each block, with headroom.
fn ground(portrait: &Prepared, block: usize) -> Plane {
    let (width, height) = portrait.size;
    let channels = portrait.channels;
    let weights: &[f32] = if channels == 1 { &[1.0] } else { &tone::LUMA };
    let (rows, columns) = (height / block, width / block);
    let mut sums = vec![[0.0f32; 3]; rows * columns];
    sums.par_chunks_exact_mut(columns).enumerate().for_each(|(row, sums)| {
        for y in row * block..(row + 1) * block {
            let line = &portrait.linear[y * width * channels..][..columns * block * channels];
            for (sum, pixels) in sums.iter_mut().zip(line.chunks_exact(block * channels)) {
                for pixel in pixels.chunks_exact(channels) {
                    for (sum, &value) in sum.iter_mut().zip(pixel) {
                        *sum += f32::from(value);
                    }
                }
            }
        }
    });
    let share = 1.0 / (65_535.0 * (block * block) as f32);
    let tone = |sum: &[f32; 3]| {
        let brightest = sum.iter().copied().fold(0.0, f32::max) * share;
        let (scale, lift) = headroom(brightest);
        weights.iter().zip(sum).map(|(w, v)| w * (v * share * scale + lift)).sum()
    };
    Plane::from_shape_vec((rows, columns), sums.iter().map(tone).collect())
        .unwrap_or_else(|e| unreachable!("one sum a block: {e}"))
}
