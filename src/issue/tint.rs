//! The tint: the portrait's tone shifted by the letters, its mean kept.
//!
//! Each print dot's linear light is multiplied by 1 + a·(c − c̄). c is the letters' coverage, c̄
//! its local mean, so that the eye, which at reading distance sees local means only, finds the tone
//! unchanged; a is the signed amplitude that the local tone and texture allow. All three channels
//! take the same factor, so hue and chroma stay (xy is unchanged).

use std::sync::Arc;

use image::{DynamicImage, ImageBuffer, Luma, Pixel, Rgb};
use ndarray::{Axis, Zip};
use rayon::prelude::*;

use super::lettering::{Coverage, SHARE};
use super::portrait::Prepared;
use super::slow::{Slow, TONE_BLOCK};
use crate::imaging::colour::{Colour, Curve};
use crate::imaging::raster::blur;
use crate::imaging::{Mm, Picture, Plane, tone};
use crate::spec::Profile;
use crate::spec::modulation::{self, MEAN_SPREAD, TONE_SPREAD, WHITE};
use crate::spec::profile::Depth;
use crate::spec::turning::turning;

/// The local mean is computed on blocks of about this size: half its spread, as with [`TONE_BLOCK`].
/// A guess.
const BLOCK: Mm = Mm(0.045);

const _: () = assert!(2.0 * BLOCK.0 <= MEAN_SPREAD.0);

/// Texture hides microtext from the eye and from the reader alike (visual masking, Legge and Foley
/// 1980): the amplitude grows by up to this share where the local contrast reaches `FULL_MASK`.
const MASKING: f32 = 0.15;
const FULL_MASK: f32 = 0.15;

/// Highlights above `KNEE` (linear light) are bent to end at `WHITE`, so that the gaps between dark
/// letters can be lighter than their ground; shadows start at `BLACK`. Below the knee there is room
/// for the default strength anyway. A white background at `WHITE` is 0.9 CIEDE2000 darker than it
/// came, which keeps each portrait within a mean of 0.5 and a 95th percentile of 1.0.
const KNEE: f32 = 0.84;
const BLACK: f32 = 0.0003;

const _: () = assert!(0.0 < BLACK && BLACK < KNEE && KNEE < WHITE && WHITE < 1.0);

/// Rows that are printed at a time.
const BAND: usize = 64;

/// The portrait with the letters of `coverage` in it, in the profile's depth.
#[must_use]
pub fn tint(portrait: &Prepared, coverage: &Coverage, profile: &Profile) -> Picture {
    print(portrait, &Field::new(portrait, coverage, profile, turn_of), Some(coverage), profile)
}

/// The portrait with the letters of `coverage` in it; without them, as it is between letters.
pub(super) fn print(
    portrait: &Prepared,
    field: &Field,
    coverage: Option<&Coverage>,
    profile: &Profile,
) -> Picture {
    let pixels = match (portrait.channels, profile.depth) {
        (1, Depth::Eight) => pixels::<1, Luma<u8>>(portrait, field, coverage, profile),
        (1, Depth::Sixteen) => pixels::<1, Luma<u16>>(portrait, field, coverage, profile),
        (_, Depth::Eight) => pixels::<3, Rgb<u8>>(portrait, field, coverage, profile),
        (_, Depth::Sixteen) => pixels::<3, Rgb<u16>>(portrait, field, coverage, profile),
    };
    Picture { pixels, ppi: Some([profile.dpi; 2]), icc: portrait.icc.clone(), bilevel: false }
}

fn pixels<const N: usize, P>(
    portrait: &Prepared,
    field: &Field,
    coverage: Option<&Coverage>,
    profile: &Profile,
) -> DynamicImage
where
    P: Pixel<Subpixel: Stored>,
    DynamicImage: From<ImageBuffer<P, Vec<P::Subpixel>>>,
{
    let (width, height) = (portrait.size.0 as u32, portrait.size.1 as u32);
    let values = tinted::<N, P::Subpixel>(portrait, field, coverage, profile);
    ImageBuffer::<P, _>::from_raw(width, height, values)
        .map_or_else(|| unreachable!("one value a channel"), DynamicImage::from)
}

/// A stored value.
trait Stored: Copy + Default + Send + Sync {
    /// Of 0..1, rounded.
    fn of(share: f32) -> Self;
}

impl Stored for u8 {
    fn of(share: f32) -> Self {
        (share * 255.0 + 0.5) as u8
    }
}

impl Stored for u16 {
    fn of(share: f32) -> Self {
        (share * 65_535.0 + 0.5) as u16
    }
}

/// What the letters do to each place.
pub(super) struct Field {
    /// c̄, 0..1.
    pub(super) mean: Slow,
    /// a.
    pub(super) amplitude: Slow,
}

impl Field {
    /// `turning`: where letters turn, by the portrait's local luminance.
    pub(super) fn new(
        portrait: &Prepared,
        coverage: &Coverage,
        profile: &Profile,
        turning: fn(&Plane) -> f32,
    ) -> Self {
        let block = (profile.dpi.px(BLOCK).round() as usize).max(1);
        let coverage = coverage.as_slice().expect("planes are row-major");
        let mean = block_means::<1, _>(coverage, portrait.size.0, block, |[c]| c * SHARE);
        let mean = Slow::new(blur(&mean, profile.dpi.px(MEAN_SPREAD) / block as f64), block);
        let (ground, block) = luminance(portrait, profile);
        Self { mean, amplitude: Slow::new(amplitude(&ground, block, profile, turning), block) }
    }
}

/// Stored values of a portrait of `N` channels with the letters in it.
fn tinted<const N: usize, T: Stored>(
    portrait: &Prepared,
    field: &Field,
    coverage: Option<&Coverage>,
    profile: &Profile,
) -> Vec<T> {
    let (width, height) = portrait.size;
    let coverage = coverage.map(|plane| plane.as_slice().expect("planes are row-major"));
    let press = Press::<T, N>::new(&portrait.colour, profile.strength as f32);

    let mut out = vec![T::default(); width * height * N];
    out.par_chunks_mut(width * N * BAND).enumerate().for_each(|(i, band)| {
        let (mut means, mut amplitudes) = (field.mean.rows(width), field.amplitude.rows(width));
        let (mut letters, mut strengths) = (vec![0.0; width], vec![0.0; width]);
        for (dy, out) in band.chunks_exact_mut(width * N).enumerate() {
            let y = i * BAND + dy;
            let linear = &portrait.linear[y * width * N..][..width * N];
            means.row(y, &mut letters);
            amplitudes.row(y, &mut strengths);
            match coverage {
                Some(coverage) => {
                    let coverage = &coverage[y * width..][..width];
                    let letters = letters.iter_mut().zip(coverage);
                    letters.for_each(|(v, &c)| *v = f32::from(c) * SHARE - *v);
                }
                None => letters.iter_mut().for_each(|v| *v = -*v),
            }
            press.print(linear, &letters, &strengths, out);
        }
    });
    out
}

/// What each tone becomes, in tables.
struct Press<T, const N: usize> {
    /// By the upper 12 bits of a pixel's brightest channel.
    rooms: Box<[Room; 1 << 12]>,
    /// Stored values by linear light, of which white has 65,535 steps; channels of the same curve
    /// share one.
    stored: [Arc<[T; 1 << 16]>; N],
}

/// Bits of a factor below one. Fine enough for 16 stored bits; and 32 bits hold the product of any
/// light with any factor that [`Room::limit`] allows, which is under three times white.
const FRACTION: u32 = 14;

/// Room for letters at one tone.
#[derive(Clone, Copy)]
struct Room {
    /// [`headroom`]: the factor, in units of 1 / 2^[`FRACTION`] ...
    scale: f32,
    /// ... and what is added before it, in units of [`Prepared::linear`].
    lift: u32,
    /// The largest amplitude: a bright hair on a dark ground takes no more than its own tone
    /// allows, and no pixel more than keeps most gaps between dark letters below white.
    limit: f32,
}

impl<T: Stored, const N: usize> Press<T, N> {
    fn new(colour: &Colour, strength: f32) -> Self {
        let room = |i| Room::of((i as f32 + 0.5) / 4096.0, strength);
        let rooms: Box<[Room]> = (0..1 << 12).map(room).collect();
        let table = |curve: &Curve| -> Arc<[T; 1 << 16]> {
            let value = |light| T::of(curve.stored(f32::from(light) / Prepared::FULL));
            let values: Arc<[T]> = (0..=u16::MAX).map(value).collect();
            values.try_into().unwrap_or_else(|_| unreachable!("its length is given"))
        };
        let first = table(colour.curve(0));
        let stored = std::array::from_fn(|c| match colour.curve(c) {
            same if same.is_same(colour.curve(0)) => first.clone(),
            other => table(other),
        });
        Self {
            rooms: rooms.try_into().unwrap_or_else(|_| unreachable!("its length is given")),
            stored,
        }
    }

    /// One row: `linear` of `N` channels with `letters` (coverage less its mean) at `amplitudes`.
    fn print(&self, linear: &[u16], letters: &[f32], amplitudes: &[f32], out: &mut [T]) {
        let stored = self.stored.each_ref().map(|table| &**table);
        let pixels = out.as_chunks_mut::<N>().0.iter_mut().zip(linear.as_chunks::<N>().0);
        for ((out, linear), (letter, &amplitude)) in pixels.zip(letters.iter().zip(amplitudes)) {
            let brightest = linear.iter().fold(0, |a, &b| a.max(b));
            let Room { scale, lift, limit } = self.rooms[usize::from(brightest >> 4)];
            // Rounded; what is below zero is cut off.
            let factor = (scale * (1.0 + amplitude.clamp(-limit, limit) * letter) + 0.5) as u32;
            for ((out, &value), stored) in out.iter_mut().zip(linear).zip(stored) {
                let light =
                    ((u32::from(value) + lift) * factor + (1 << (FRACTION - 1))) >> FRACTION;
                *out = stored[light.min(u32::from(u16::MAX)) as usize];
            }
        }
    }
}

impl Room {
    fn of(brightest: f32, strength: f32) -> Self {
        let (scale, lift) = headroom(brightest);
        let printed = brightest * scale + lift;
        let law = (1.0 + MASKING) * modulation::amplitude_of(tone::lightness(printed), strength);
        let limit = law.min(modulation::most(printed));
        Self {
            scale: scale * (1 << FRACTION) as f32,
            lift: (lift / scale * Prepared::FULL + 0.5) as u32,
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

/// Where letters turn in a portrait of this luminance, locally averaged, `[row, column]`.
pub(super) fn turn_of(local: &Plane) -> f32 {
    let (rows, columns) = local.dim();
    turning(local.indexed_iter().map(|((row, column), &light)| {
        let place = [(column, columns), (row, rows)].map(|(at, of)| (at as f64 + 0.5) / of as f64);
        (place, tone::lightness(light))
    }))
}

/// The signed amplitude a, by block, from local tone and texture.
fn amplitude(ground: &Plane, block: usize, profile: &Profile, turning: fn(&Plane) -> f32) -> Plane {
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
    let turning = turning(&amplitude);
    Zip::from(&mut amplitude).and(&texture).par_for_each(|v, &texture| {
        let mask = 1.0 + MASKING * (texture.max(0.0).sqrt() / FULL_MASK).min(1.0);
        *v = mask * modulation::amplitude(tone::lightness(*v), turning, strength);
    });
    amplitude
}

/// Mean luminance of each block, with headroom, and the block's size.
pub(super) fn luminance(portrait: &Prepared, profile: &Profile) -> (Plane, usize) {
    let luma = portrait.colour.luma();
    let weights: &[f32] = if portrait.channels == 1 { &[1.0] } else { &luma };
    ground(portrait, profile, |light, brightest| {
        let (scale, lift) = headroom(brightest);
        weights.iter().zip(light).map(|(w, v)| w * (v * scale + lift)).sum()
    })
}

/// The largest amplitude that each block's brightest channel allows, and the block's size.
pub(super) fn limits(portrait: &Prepared, profile: &Profile) -> (Plane, usize) {
    let strength = profile.strength as f32;
    ground(portrait, profile, |_, brightest| Room::of(brightest, strength).limit)
}

/// A function of the mean light in each channel of each block, and of the brightest channel.
fn ground(
    portrait: &Prepared,
    profile: &Profile,
    of: impl Fn(&[f32], f32) -> f32 + Sync,
) -> (Plane, usize) {
    let block = (profile.dpi.px(TONE_BLOCK).round() as usize).max(1);
    let of = |light: &[f32]| of(light, light.iter().copied().fold(0.0, f32::max));
    let (linear, width) = (&portrait.linear, portrait.size.0);
    let plane = if portrait.channels == 1 {
        block_means::<1, _>(linear, width, block, |sum| of(&sum.map(|v| v / Prepared::FULL)))
    } else {
        block_means::<3, _>(linear, width, block, |sum| of(&sum.map(|v| v / Prepared::FULL)))
    };
    (plane, block)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{lettering, portrait};
    use crate::spec::{Imprint, Name};

    /// A gradient that 8 bits would show in steps of 2 mm.
    fn gradient() -> Picture {
        let pixels = ImageBuffer::from_fn(700, 900, |x, _| {
            Luma([(65_535.0 * (0.40 + 0.07 * f64::from(x) / 700.0)) as u16])
        });
        Picture::new(DynamicImage::ImageLuma16(pixels), crate::imaging::Ppi(508.0))
    }

    fn printed(depth: u32) -> (Picture, Picture) {
        let profile = Profile::default().with_depth(depth).unwrap();
        let imprint = Imprint::new(&Name::new("Lee", "Ann").unwrap(), &profile).unwrap();
        let prepared = portrait::prepare(&gradient(), &profile).unwrap();
        let coverage = lettering::coverage(&imprint, &profile);
        (prepared.untouched(profile.dpi), tint(&prepared, &coverage, &profile))
    }

    /// Mean light of each ten letters across, as a stored value in 1/255.
    fn columns(picture: &Picture) -> Vec<f32> {
        let light = picture.luminance(1).mean_axis(Axis(0)).unwrap();
        let light = light.as_slice().unwrap().chunks_exact(104);
        light.map(|part| 255.0 * tone::stored(part.iter().sum::<f32>() / 104.0)).collect()
    }

    #[test]
    fn nothing_is_posterised() {
        for depth in [8, 16] {
            let (untouched, printed) = printed(depth);
            let (truth, measured) = (columns(&untouched), columns(&printed));
            assert!(measured.is_sorted(), "{depth}: {measured:?}");
            for (truth, measured) in truth.iter().zip(&measured) {
                assert!((truth - measured).abs() < 0.5, "{depth}: {measured} for {truth}");
            }
        }
    }

    #[test]
    fn sixteen_bits_are_the_same_print_more_finely() {
        let [coarse, fine] = [8, 16].map(|depth| printed(depth).1);
        let fine = fine.pixels.as_luma16().unwrap();
        let values: std::collections::HashSet<u16> = fine.iter().copied().collect();
        assert!(values.len() > 10_000, "{}", values.len());
        for (coarse, fine) in coarse.pixels.as_luma8().unwrap().iter().zip(fine.iter()) {
            assert!((f32::from(*coarse) * 257.0 - f32::from(*fine)).abs() <= 130.0);
        }
    }
}
