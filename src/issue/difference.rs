//! How much of the microtext the eye sees: the visual difference of two rasters.
//!
//! - [`lightness_difference`]: S-CIELAB (Zhang and Wandell, "A spatial extension of CIELAB for
//!   digital color-image reproduction", Journal of the SID 5(1), 1997), its lightness only.
//! - [`block_lightness_error`]: whether the tone of each small area is kept.
//! - [`structural_similarity`]: SSIM (Wang et al., IEEE Trans. Image Processing 13(4), 2004).
//!
//! Stored values are read as sRGB and white is the paper's. Left out: gloss, the printer's screen,
//! adaptation to the surround.

use std::ops::Range;

use ndarray::{ArrayView2, Axis, Slice, Zip};
use rayon::prelude::*;
use thiserror::Error;

use crate::base::raster::{Enlarged, shrink};
use crate::base::tone::{self, LINEAR_OF_U16};
use crate::base::{Mm, Picture, Plane, Ppi};

/// Why two rasters cannot be compared.
#[derive(Debug, Error, PartialEq)]
pub enum DifferenceError {
    /// Rasters of two sizes.
    #[error("{} × {} pixels cannot be compared with {} × {}", first.0, first.1, second.0, second.1)]
    Size {
        /// Pixels across and down.
        first: (usize, usize),
        /// Pixels across and down.
        second: (usize, usize),
    },
    /// No resolution, pixels that are not square, or two resolutions.
    #[error("both pictures must state one and the same resolution, alike across and down")]
    Resolution,
}

/// One channel of the opponent colour space of Poirson and Wandell, in which S-CIELAB filters.
struct Channel {
    /// From CIE XYZ. Digits and signs are those of the authors' own program (`cmatrix.m`); the
    /// paper prints −0.077 for the +0.077 of the second channel, which would make a blue-yellow
    /// mixture of it: white would not lie near its zero.
    of_xyz: [f64; 3],
    /// What it adds to Y: the second row of the inverse matrix.
    to_luminance: f64,
    /// Its point spread: weights and spreads in degrees of the Gaussians k·exp(−(x² + y²)/spread²),
    /// each k and then the whole such that the sum is 1 (Zhang and Wandell, table 1).
    spread: &'static [(f64, f64)],
}

const CHANNELS: [Channel; 3] = [
    Channel {
        of_xyz: [0.278_733_6, 0.721_803_1, -0.106_552_0],
        to_luminance: 1.188_977_9,
        spread: &[(0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)],
    },
    Channel {
        of_xyz: [-0.448_773_6, 0.289_805_6, 0.077_156_9],
        to_luminance: 0.764_355_0,
        spread: &[(0.531, 0.0392), (0.330, 0.494)],
    },
    Channel {
        of_xyz: [0.085_951_3, -0.589_985_9, 0.501_108_9],
        to_luminance: 0.135_125_7,
        spread: &[(0.488, 0.0536), (0.371, 0.386)],
    },
];

/// CIE XYZ of linear sRGB, IEC 61966-2-1.
const XYZ_OF_RGB: [[f64; 3]; 3] = [
    [0.412_391, 0.357_584, 0.180_481],
    [0.212_639, 0.715_169, 0.072_192],
    [0.019_331, 0.119_195, 0.950_532],
];

/// The absolute difference in L*, pixel by pixel, that the eye sees from the distance `viewing`.
///
/// # Errors
/// [`DifferenceError`].
pub fn lightness_difference(
    original: &Picture,
    printed: &Picture,
    viewing: Mm,
) -> Result<Plane, DifferenceError> {
    alike(original, printed)?;
    Ok(absolute_difference(&seen_lightness(original, viewing)?, &seen_lightness(printed, viewing)?))
}

/// The lightness L* of each pixel as the eye sees it from the distance `viewing`: S-CIELAB's. The
/// picture is mirrored at its edges.
///
/// All three opponent channels are filtered, since they share Y among them: over the luminance
/// filter on Y alone, fine detail comes out 3 % stronger on grey, 10 % on skin.
///
/// In dark areas with bright surroundings the widest Gaussian, which is negative, can outweigh the
/// others: luminance falls below zero and L* goes on straight. The model overstates what is seen
/// there; differences are not made smaller for it.
///
/// # Errors
/// [`DifferenceError::Resolution`].
pub fn seen_lightness(picture: &Picture, viewing: Mm) -> Result<Plane, DifferenceError> {
    let degree = resolution(picture)?.px(viewing) * 1f64.to_radians().tan();
    let (width, height) = picture.size();
    let mut seen = Plane::zeros((height, width));
    for channel in &CHANNELS {
        let share = channel.share_of_luminance(picture);
        let whole: f64 = channel.spread.iter().map(|(weight, _)| weight).sum();
        for (weight, spread) in channel.spread {
            let deviation = spread * degree / std::f64::consts::SQRT_2;
            let blurred = gaussian(&share, deviation);
            seen.scaled_add((weight / whole) as f32, &blurred);
        }
    }
    seen.par_mapv_inplace(tone::lightness);
    Ok(seen)
}

impl Channel {
    /// The share of the luminance that passes through this channel; the three add up to it.
    fn share_of_luminance(&self, picture: &Picture) -> Plane {
        let of_rgb = [0, 1, 2].map(|c| {
            let sum: f64 = (0..3).map(|i| self.of_xyz[i] * XYZ_OF_RGB[i][c]).sum();
            (sum * self.to_luminance) as f32
        });
        let linear = &*LINEAR_OF_U16;
        let share = |p: &[u16]| (0..3).map(|c| of_rgb[c] * linear[usize::from(p[c])]).sum();
        let (width, height) = picture.size();
        let rgb = picture.pixels.to_rgb16();
        let values = rgb.as_raw().par_chunks_exact(3).map(share).collect();
        Plane::from_shape_vec((height, width), values)
            .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
    }
}

/// The absolute difference in L* of the mean luminance of each whole block of `block` × `block`.
///
/// # Errors
/// [`DifferenceError`].
pub fn block_lightness_error(
    original: &Picture,
    printed: &Picture,
    block: Mm,
) -> Result<Plane, DifferenceError> {
    alike(original, printed)?;
    let px = resolution(original)?.px(block);
    let lightness =
        |picture: &Picture| block_means(&picture.luminance(1), px).mapv(tone::lightness);
    Ok(absolute_difference(&lightness(original), &lightness(printed)))
}

/// Means of blocks of `px` × `px` pixels; `px` may have a fraction, edges lie on whole pixels.
fn block_means(plane: &Plane, px: f64) -> Plane {
    let count = |length: usize| ((length as f64 + 0.5) / px) as usize;
    let edge = |i: usize| (i as f64 * px).round() as usize;
    Plane::from_shape_fn((count(plane.nrows()), count(plane.ncols())), |(row, column)| {
        let block = window(plane, edge(row)..edge(row + 1), edge(column)..edge(column + 1));
        let sum: f64 = block.iter().map(|&v| f64::from(v)).sum();
        (sum / block.len().max(1) as f64) as f32
    })
}

fn window(plane: &Plane, rows: Range<usize>, columns: Range<usize>) -> ArrayView2<'_, f32> {
    let mut window = plane.slice_axis(Axis(0), Slice::from(rows));
    window.slice_axis_inplace(Axis(1), Slice::from(columns));
    window
}

/// The resolution at which [`structural_similarity`] compares.
pub const SSIM_PPI: Ppi = Ppi(300.0);

/// Mean structural similarity, 1 for equal pictures, of the stored luma at [`SSIM_PPI`] (or the
/// nearest whole fraction of the resolution), averaged over areas.
///
/// The window is the paper's: a Gaussian of 11 × 11 pixels with a deviation of 1.5, inside the
/// picture only; K₁ = 0.01, K₂ = 0.03.
///
/// # Errors
/// [`DifferenceError`].
pub fn structural_similarity(
    original: &Picture,
    printed: &Picture,
) -> Result<f64, DifferenceError> {
    const REACH: usize = 5;
    const C1: f32 = 0.01 * 0.01;
    const C2: f32 = 0.03 * 0.03;
    alike(original, printed)?;
    let factor = (resolution(original)?.0 / SSIM_PPI.0).round() as usize;
    let (a, b) = (shrink(&luma(original), factor), shrink(&luma(printed), factor));
    let half = half_gaussian(1.5, REACH);
    let mean = |plane: &Plane| convolved(plane, &half);
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let (aa, bb, ab) = (mean(&(&a * &a)), mean(&(&b * &b)), mean(&(&a * &b)));
    let (rows, columns) = a.dim();
    let (mut sum, mut count) = (0.0, 0usize);
    for y in REACH..rows.saturating_sub(REACH) {
        for x in REACH..columns.saturating_sub(REACH) {
            let at = [y, x];
            let (ma, mb) = (mean_a[at], mean_b[at]);
            let (va, vb) = (aa[at] - ma * ma, bb[at] - mb * mb);
            let covariance = ab[at] - ma * mb;
            let luminance = (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
            sum += f64::from(luminance * (2.0 * covariance + C2) / (va + vb + C2));
            count += 1;
        }
    }
    Ok(sum / count.max(1) as f64)
}

/// Stored values 0..1 weighted as in ITU-R BT.601, which the paper's program does.
fn luma(picture: &Picture) -> Plane {
    let (width, height) = picture.size();
    let rgb = picture.pixels.to_rgb32f();
    let luma = |p: &[f32]| 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    let values = rgb.as_raw().par_chunks_exact(3).map(luma).collect();
    Plane::from_shape_vec((height, width), values)
        .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
}

/// |a − b|, pixel by pixel.
#[must_use]
pub fn absolute_difference(a: &Plane, b: &Plane) -> Plane {
    Zip::from(a).and(b).par_map_collect(|a, b| (a - b).abs())
}

/// The value that the share `share` (0..1) of a plane's values lies at or below: 0.5 is the median.
/// 0 for an empty plane.
#[must_use]
pub fn percentile(plane: &Plane, share: f64) -> f32 {
    let mut values: Vec<f32> = plane.iter().copied().collect();
    if values.is_empty() {
        return 0.0;
    }
    let rank = (share.clamp(0.0, 1.0) * (values.len() - 1) as f64).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

fn alike(original: &Picture, printed: &Picture) -> Result<(), DifferenceError> {
    let (first, second) = (original.size(), printed.size());
    if first != second {
        return Err(DifferenceError::Size { first, second });
    }
    let (first, second) = (resolution(original)?, resolution(printed)?);
    if same(first, second) { Ok(()) } else { Err(DifferenceError::Resolution) }
}

fn resolution(picture: &Picture) -> Result<Ppi, DifferenceError> {
    match picture.ppi {
        Some([x, y]) if same(x, y) => Ok(x),
        _ => Err(DifferenceError::Resolution),
    }
}

/// Equal within what the coarsest of the file formats can state.
fn same(a: Ppi, b: Ppi) -> bool {
    (a.0 - b.0).abs() < 1e-3 * a.0
}

/// Deviation in pixels that a Gaussian may have at the least after averaging over blocks.
///
/// What stands at a multiple of the blocks' frequency aliases to below 0.3/deviation, where the
/// Gaussian still passes it, weakened by averaging to 0.3/24 = 1.3 %; and only the wide Gaussians,
/// which hold a tenth of the luminance's detail, are treated so.
const FEWEST_PIXELS_A_DEVIATION: f64 = 24.0;

/// A true Gaussian, cut at four deviations, mirrored edges.
///
/// [`raster::blur`](crate::base::raster::blur) would not do: where the Gaussian passes 7 %, at the
/// microtext's own line pitch, three running means pass half of that, and p95 comes out up to 12 %
/// too small.
fn gaussian(plane: &Plane, deviation: f64) -> Plane {
    let shortest = plane.nrows().min(plane.ncols());
    let block = (deviation / FEWEST_PIXELS_A_DEVIATION) as usize;
    let block = block.min(shortest / 8).max(1);
    let deviation = deviation / block as f64;
    let half = half_gaussian(deviation, (4.0 * deviation).ceil() as usize);
    if block == 1 {
        return convolved(plane, &half);
    }
    let small = convolved(&shrink(plane, block), &half);
    let large = Enlarged::new(&small, block);
    let mut out = Plane::zeros(plane.dim());
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
        large.row(y, row.as_slice_mut().expect("planes are row-major"));
    });
    out
}

/// The middle and right half of a Gaussian whose whole sum is 1.
fn half_gaussian(deviation: f64, reach: usize) -> Vec<f32> {
    let value = |i: usize| (-0.5 * (i as f64 / deviation).powi(2)).exp();
    let sum = 1.0 + 2.0 * (1..=reach).map(value).sum::<f64>();
    (0..=reach).map(|i| (value(i) / sum) as f32).collect()
}

/// Convolution along rows and columns with the symmetric kernel whose right half is `half`;
/// mirrored edges.
fn convolved(plane: &Plane, half: &[f32]) -> Plane {
    let (rows, columns) = plane.dim();
    let reach = half.len() - 1;
    let mut across = Plane::zeros((rows, columns));
    Zip::from(across.axis_iter_mut(Axis(0))).and(plane.axis_iter(Axis(0))).par_for_each(
        |mut out, row| {
            let padded: Vec<f32> =
                (0..columns + 2 * reach).map(|x| row[mirrored(x, reach, columns)]).collect();
            let out = out.as_slice_mut().expect("planes are row-major");
            weigh(out, &padded[reach..], half[0]);
            for (i, &weight) in half.iter().enumerate().skip(1) {
                weigh_pair(out, &padded[reach - i..], &padded[reach + i..], weight);
            }
        },
    );
    let source = across.as_slice().expect("planes are row-major");
    let row = |y: usize| &source[mirrored(y, reach, rows) * columns..][..columns];
    let mut out = Plane::zeros((rows, columns));
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut out)| {
        let out = out.as_slice_mut().expect("planes are row-major");
        weigh(out, row(y + reach), half[0]);
        for (i, &weight) in half.iter().enumerate().skip(1) {
            weigh_pair(out, row(y + reach - i), row(y + reach + i), weight);
        }
    });
    out
}

fn weigh(out: &mut [f32], values: &[f32], weight: f32) {
    out.iter_mut().zip(values).for_each(|(out, v)| *out = weight * v);
}

fn weigh_pair(out: &mut [f32], left: &[f32], right: &[f32], weight: f32) {
    out.iter_mut().zip(left.iter().zip(right)).for_each(|(out, (l, r))| *out += weight * (l + r));
}

/// Where position `at − before` of an endlessly mirrored line of `length` pixels lies.
fn mirrored(at: usize, before: usize, length: usize) -> usize {
    let at = (at as isize - before as isize).rem_euclid(2 * length as isize) as usize;
    at.min(2 * length - 1 - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb};
    use std::f64::consts::PI;

    const READING: Mm = Mm(400.0);
    const PRINT: Ppi = Ppi(1200.0);

    /// A 16-bit picture of this linear luminance.
    fn grey(size: (u32, u32), luminance: impl Fn(f64, f64) -> f64) -> Picture {
        let pixels: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_fn(size.0, size.1, |x, y| {
                let stored = tone::stored(luminance(f64::from(x), f64::from(y)) as f32);
                Luma([(stored * 65_535.0 + 0.5) as u16])
            });
        Picture::new(DynamicImage::ImageLuma16(pixels), PRINT)
    }

    /// 24 lines, an odd `period` of pixels apart so that one lies on the trough; mirrored edges
    /// continue them.
    fn grating(period: u32, contrast: f64) -> Picture {
        let phase = |y| 2.0 * PI * (y + 0.5) / f64::from(period);
        grey((96, 24 * period), |_, y| 0.3 * (1.0 + contrast * phase(y).cos()))
    }

    fn peak(difference: &Plane) -> f64 {
        f64::from(percentile(difference, 1.0))
    }

    /// What a spread in degrees passes of a grating of this pitch, seen from 400 mm:
    /// the transform of exp(−x²/σ²) is exp(−π²σ²f²).
    fn passed(spread: f64, pitch: Mm) -> f64 {
        let spread = spread * READING.0 * 1f64.to_radians().tan();
        (-(PI * spread / pitch.0).powi(2)).exp()
    }

    #[test]
    fn matrix_and_its_inverse() {
        for column in 0..3 {
            let sum: f64 = CHANNELS.iter().map(|c| c.to_luminance * c.of_xyz[column]).sum();
            assert!((sum - [0.0, 1.0, 0.0][column]).abs() < 1e-6, "{sum}");
        }
    }

    #[test]
    fn the_eye_weakens_a_grating_as_the_published_kernels_say() {
        // The share of a grey's luminance in each channel.
        let shares = CHANNELS.each_ref().map(|channel| {
            let white = XYZ_OF_RGB.map(|row| row.iter().sum::<f64>());
            let value: f64 = channel.of_xyz.iter().zip(white).map(|(m, w)| m * w).sum();
            channel.to_luminance * value
        });
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        for (period, contrast) in [(17, 0.3), (19, 0.3), (9, 0.8), (35, 0.1), (95, 0.05)] {
            let pitch = PRINT.mm(f64::from(period));
            let expected: f64 = CHANNELS
                .iter()
                .zip(shares)
                .map(|(channel, share)| {
                    let whole: f64 = channel.spread.iter().map(|(w, _)| w).sum();
                    let sum: f64 = channel.spread.iter().map(|(w, s)| w * passed(*s, pitch)).sum();
                    share * sum / whole
                })
                .sum();
            let seen = |v: f64| f64::from(tone::lightness(v as f32));
            // L* is steeper in the troughs.
            let expected = seen(0.3) - seen(0.3 * (1.0 - contrast * expected));
            let flat = grating(period, 0.0);
            let difference = lightness_difference(&flat, &grating(period, contrast), READING);
            let measured = peak(&difference.unwrap());
            assert!(
                (measured - expected).abs() < 0.01 * expected.max(0.2),
                "{pitch}: {measured} instead of {expected}"
            );
        }
    }

    #[test]
    fn from_farther_away_less_is_seen() {
        let (flat, text) = (grating(19, 0.0), grating(19, 0.4));
        let at = |mm| peak(&lightness_difference(&flat, &text, Mm(mm)).unwrap());
        assert!(at(200.0) > 3.0 * at(400.0) && at(400.0) > 3.0 * at(600.0));
    }

    #[test]
    fn equal_pictures_differ_by_nothing() {
        let picture = grating(25, 0.5);
        assert!(peak(&lightness_difference(&picture, &picture, READING).unwrap()) < 1e-9);
        assert!(peak(&block_lightness_error(&picture, &picture, Mm(1.0)).unwrap()) < 1e-9);
        assert!((structural_similarity(&picture, &picture).unwrap() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_constant_step_is_seen_whole() {
        let level =
            |lightness: f32| grey((200, 150), move |_, _| f64::from(tone::luminance(lightness)));
        let (a, b) = (level(50.0), level(53.0));
        let difference = lightness_difference(&a, &b, READING).unwrap();
        assert!(difference.iter().all(|d| (d - 3.0).abs() < 0.01));
        let blocks = block_lightness_error(&a, &b, Mm(1.0)).unwrap();
        assert_eq!(blocks.dim(), (3, 4));
        assert!(blocks.iter().all(|d| (d - 3.0).abs() < 0.01));
    }

    #[test]
    fn blocks_average_linear_light() {
        // Half black, half white dots: linear mean 0.5 is L* 76.07, not 50.
        let dots = grey((480, 480), |x, y| ((x + y) as u32 % 2).into());
        let flat = grey((480, 480), |_, _| 0.5);
        let blocks = block_lightness_error(&dots, &flat, Mm(1.0)).unwrap();
        assert!(blocks.iter().all(|d| *d < 0.05), "{blocks}");
    }

    #[test]
    fn colours_of_equal_luminance_differ_only_where_they_meet() {
        let [red, _, blue] = tone::LUMA;
        let colour = |rgb: [f32; 3]| {
            let stored = rgb.map(|v| (tone::stored(v) * 65_535.0 + 0.5) as u16);
            let pixels = ImageBuffer::from_pixel(300, 300, Rgb(stored));
            Picture::new(DynamicImage::ImageRgb16(pixels), PRINT)
        };
        let difference = lightness_difference(
            &colour([0.2, 0.0, 0.0]),
            &colour([0.0, 0.0, 0.2 * red / blue]),
            READING,
        );
        assert!(peak(&difference.unwrap()) < 0.05);
    }

    #[test]
    fn ssim_of_a_known_pair() {
        // Flat areas have no variance: (2ab + C1)/(a² + b² + C1) remains.
        let flat = |v: u8| Picture::new(GrayImage::from_pixel(160, 160, Luma([v])).into(), PRINT);
        let (a, b) = (100.0 / 255.0, 150.0 / 255.0);
        let expected = (2.0 * a * b + 1e-4) / (a * a + b * b + 1e-4);
        let measured = structural_similarity(&flat(100), &flat(150)).unwrap();
        assert!((measured - expected).abs() < 1e-3, "{measured}, {expected}");
        // Its negative is as unlike as can be.
        let noise = |sign: f64| {
            grey((160, 160), move |x, y| {
                tone::linear((0.5 + sign * 0.2 * ((x / 16.0).sin() * (y / 11.0).cos())) as f32)
                    .into()
            })
        };
        assert!(structural_similarity(&noise(1.0), &noise(-1.0)).unwrap() < -0.5);
    }

    #[test]
    fn unlike_rasters_are_refused() {
        let (a, b) = (grey((80, 90), |_, _| 0.5), grey((90, 80), |_, _| 0.5));
        let size = DifferenceError::Size { first: (80, 90), second: (90, 80) };
        assert_eq!(lightness_difference(&a, &b, READING).unwrap_err(), size);
        let other = Picture { ppi: Some([Ppi(600.0); 2]), ..a.clone() };
        assert_eq!(structural_similarity(&a, &other).unwrap_err(), DifferenceError::Resolution);
        let none = Picture { ppi: None, ..a.clone() };
        assert_eq!(seen_lightness(&none, READING).unwrap_err(), DifferenceError::Resolution);
    }

    #[test]
    fn averaging_first_costs_a_wide_gaussian_under_one_percent() {
        let deviation = 57.0;
        let plane = Plane::from_shape_fn((500, 400), |(y, x)| {
            let (x, y) = (x as f32, y as f32);
            0.5 + 0.2 * (y / 20.0).sin() + 0.2 * (x / 60.0).cos() + 0.1 * (y * 2.9).sin()
        });
        let exact = convolved(&plane, &half_gaussian(deviation, 228));
        let worst = absolute_difference(&gaussian(&plane, deviation), &exact);
        assert!(percentile(&worst, 1.0) < 0.002, "{}", percentile(&worst, 1.0));
    }

    #[test]
    fn percentiles_of_a_ramp() {
        let ramp = Plane::from_shape_fn((1, 101), |(_, x)| (100 - x) as f32);
        for (share, expected) in [(0.0, 0.0), (0.5, 50.0), (0.95, 95.0), (1.0, 100.0)] {
            assert!((percentile(&ramp, share) - expected).abs() < 1e-6);
        }
        assert!(percentile(&Plane::zeros((0, 0)), 0.5).abs() < 1e-9);
    }
}
