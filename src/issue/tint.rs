//! The tint: the portrait's tone shifted by the letters, its mean kept.
//!
//! Each print dot's linear light is multiplied by 1 + a·(c − c̄). c is the letters' coverage, c̄
//! its local mean, so that the eye, which at reading distance sees local means only, finds the tone
//! unchanged; a is the signed amplitude that the local tone and texture allow. All three channels
//! take the same factor, so hue and chroma stay (xy is unchanged).

use image::DynamicImage;
use ndarray::{Axis, Zip};
use rayon::prelude::*;

use super::lettering::{Coverage, SHARE};
use super::portrait::Prepared;
use super::slow::Slow;
use crate::base::raster::blur;
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

/// How far the coverage's local mean rises in the gaps between letters.
const GAP: f32 = 0.3;

/// White in [`Prepared::linear`].
const FULL_LIGHT: f32 = 65_535.0;

/// Rows that are printed at a time.
const BAND: usize = 64;

/// The portrait with the letters of `coverage` in it, 8 bits a channel.
#[must_use]
pub fn tint(portrait: &Prepared, coverage: &Coverage, profile: &Profile) -> Picture {
    let (width, height) = (portrait.size.0 as u32, portrait.size.1 as u32);
    let pixels = if portrait.channels == 1 {
        let bytes = tinted::<1>(portrait, coverage, profile);
        image::GrayImage::from_raw(width, height, bytes).map(DynamicImage::from)
    } else {
        let bytes = tinted::<3>(portrait, coverage, profile);
        image::RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
    };
    let pixels = pixels.unwrap_or_else(|| unreachable!("one value a channel"));
    Picture { pixels, ppi: Some([profile.dpi; 2]), icc: portrait.icc.clone(), bilevel: false }
}

/// Stored values of a portrait of `N` channels with the letters in it.
fn tinted<const N: usize>(portrait: &Prepared, coverage: &Coverage, profile: &Profile) -> Vec<u8> {
    let (width, height) = portrait.size;
    let block = (profile.dpi.px(BLOCK).round() as usize).max(1);
    let coverage = coverage.as_slice().expect("planes are row-major");
    let mean = block_means::<1, _>(coverage, width, block, |[c]| c * SHARE);
    let mean = Slow::new(blur(&mean, profile.dpi.px(MEAN_SPREAD) / block as f64), block);
    let block = (profile.dpi.px(TONE_BLOCK).round() as usize).max(1);
    let amplitude = Slow::new(amplitude(&ground::<N>(portrait, block), block, profile), block);
    let press = Press::new(profile.strength as f32);

    let mut out = vec![0u8; width * height * N];
    out.par_chunks_mut(width * N * BAND).enumerate().for_each(|(i, band)| {
        let (mut means, mut amplitudes) = (mean.rows(width), amplitude.rows(width));
        let (mut letters, mut strengths) = (vec![0.0; width], vec![0.0; width]);
        for (dy, out) in band.chunks_exact_mut(width * N).enumerate() {
            let y = i * BAND + dy;
            let linear = &portrait.linear[y * width * N..][..width * N];
            let coverage = &coverage[y * width..][..width];
            means.row(y, &mut letters);
            amplitudes.row(y, &mut strengths);
            letters.iter_mut().zip(coverage).for_each(|(v, &c)| *v = f32::from(c) * SHARE - *v);
            press.print::<N>(linear, &letters, &strengths, out);
        }
    });
    out
}

/// What each tone becomes, in tables.
struct Press {
    /// By the upper 12 bits of a pixel's brightest channel.
    rooms: Box<[Room; 1 << 12]>,
    /// Stored bytes by linear light in [`STEPS`]; all that is lighter than white is white.
    stored: Box<[u8; 1 << 16]>,
}

/// Steps from black to white in [`Press::stored`], of which a letter's gap reaches fewer than four
/// times as many (see [`Room::limit`]).
const STEPS: f32 = 16_384.0;

/// Room for letters at one tone.
#[derive(Clone, Copy)]
struct Room {
    /// [`headroom`]: the factor, in 1/65 536 of a step ...
    scale: f32,
    /// ... and what is added before it, in units of [`Prepared::linear`].
    lift: u32,
    /// The largest amplitude: a bright hair on a dark ground takes no more than its own tone
    /// allows, and no pixel more than keeps the gaps between dark letters below white.
    limit: f32,
}

impl Press {
    fn new(strength: f32) -> Self {
        let room = |i| Room::of((i as f32 + 0.5) / 4096.0, strength);
        let byte = |i| (tone::stored((i as f32 + 0.5) / STEPS) * 255.0 + 0.5) as u8;
        let rooms: Box<[Room]> = (0..1 << 12).map(room).collect();
        let mut stored: Vec<u8> = (0..STEPS as u32).map(byte).collect();
        stored.resize(1 << 16, 255);
        Self {
            rooms: rooms.try_into().unwrap_or_else(|_| unreachable!("its length is given")),
            stored: stored.try_into().unwrap_or_else(|_| unreachable!("its length is given")),
        }
    }

    /// One row: `linear` of `N` channels with `letters` (coverage less its mean) at `amplitudes`.
    fn print<const N: usize>(
        &self,
        linear: &[u16],
        letters: &[f32],
        amplitudes: &[f32],
        out: &mut [u8],
    ) {
        let pixels = out.as_chunks_mut::<N>().0.iter_mut().zip(linear.as_chunks::<N>().0);
        for ((out, linear), (letter, &amplitude)) in pixels.zip(letters.iter().zip(amplitudes)) {
            let brightest = linear.iter().fold(0, |a, &b| a.max(b));
            let Room { scale, lift, limit } = self.rooms[usize::from(brightest >> 4)];
            // Rounded; what is below zero is cut off.
            let factor = (scale * (1.0 + amplitude.clamp(-limit, limit) * letter) + 0.5) as u32;
            for (out, &value) in out.iter_mut().zip(linear) {
                let step = ((u32::from(value) + lift) * factor) >> 16;
                *out = self.stored[usize::from(step as u16)];
            }
        }
    }
}

impl Room {
    fn of(brightest: f32, strength: f32) -> Self {
        let (scale, lift) = headroom(brightest);
        let printed = brightest * scale + lift;
        let law = (1.0 + MASKING) * modulation::amplitude_of(tone::lightness(printed), strength);
        let limit = law.min((1.0 / printed - 1.0) / GAP);
        Self {
            scale: scale * STEPS * 65_536.0 / FULL_LIGHT,
            lift: (lift / scale * FULL_LIGHT + 0.5) as u32,
            limit,
        }
    }
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

/// The signed amplitude a, by block, from local tone and texture.
fn amplitude(ground: &Plane, block: usize, profile: &Profile) -> Plane {
    let blocks = |spread| profile.dpi.px(spread) / block as f64;
    let local = blur(ground, blocks(TONE_SPREAD));
    let mut contrast = ground.clone();
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
fn ground<const N: usize>(portrait: &Prepared, block: usize) -> Plane {
    let weights: &[f32] = if N == 1 { &[1.0] } else { &tone::LUMA };
    block_means::<N, _>(&portrait.linear, portrait.size.0, block, |sum| {
        let light = sum.map(|v| v / FULL_LIGHT);
        let (scale, lift) = headroom(light.iter().copied().fold(0.0, f32::max));
        weights.iter().zip(light).map(|(w, v)| w * (v * scale + lift)).sum()
    })
}

/// A function of the mean of each block of `block` × `block` pixels of `N` interleaved `values`;
/// a last partial block is left out.
fn block_means<const N: usize, T: Copy + Sync + Into<f32>>(
    values: &[T],
    width: usize,
    block: usize,
    of: impl Fn([f32; N]) -> f32 + Sync,
) -> Plane {
    let (rows, columns) = (values.len() / (width * N * block), width / block);
    let share = 1.0 / (block * block) as f32;
    let mut means = Plane::zeros((rows, columns));
    let bands = values.par_chunks_exact(width * N * block);
    means.axis_iter_mut(Axis(0)).into_par_iter().zip(bands).for_each(|(mut means, band)| {
        let mut down = vec![0.0f32; columns * block * N];
        for row in band.chunks_exact(width * N) {
            down.iter_mut().zip(row).for_each(|(sum, &v)| *sum += v.into());
        }
        for (mean, pixels) in means.iter_mut().zip(down.chunks_exact(block * N)) {
            let mut sum = [0.0; N];
            for pixel in pixels.as_chunks::<N>().0 {
                sum.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += v);
            }
            *mean = of(sum.map(|sum| sum * share));
        }
    });
    means
}
