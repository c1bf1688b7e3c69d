//! Whitening: what a reading leaves is smooth (the portrait's texture, paper) more than it is
//! rough, and fine differences, such as those of accents, stand on the rough part. In a field of
//! which the rest is white, least squares is the likeliest reading (North 1943).

use crate::inspect::recognition::templates::{LENGTH, Template};
use crate::inspect::stacking::grid::ACROSS;

/// Bins to either side that count, along and across. Guesses.
const REACH_ALONG: usize = 9;
const REACH_ACROSS: usize = 6;
/// Least power density of the rest, as a share of its mean. A guess.
const FLOOR: f64 = 0.05;
/// Frequencies at which the density is taken. Several times the reach.
const GRID: usize = 64;

/// A separable filter, symmetric, by its taps from the middle outwards.
#[derive(Clone, Debug)]
pub struct Whitening {
    along: Vec<f32>,
    across: Vec<f32>,
}

impl Whitening {
    /// The filter that makes a circle of residuals `[across][along]` white.
    #[must_use]
    pub fn of(residual: &[f32]) -> Self {
        let n = residual.len() / ACROSS;
        let along: Vec<f64> = (0..=REACH_ALONG.min(n / 2))
            .map(|lag| {
                let rows = residual.chunks_exact(n);
                let row = |row: &[f32]| -> f64 {
                    let moved = row[lag..].iter().chain(&row[..lag]);
                    row.iter().zip(moved).map(|(a, b)| f64::from(a * b)).sum()
                };
                rows.map(row).sum::<f64>()
            })
            .collect();
        let along = taps(&along);
        let mut rest = vec![0.0; residual.len()];
        for (out, row) in rest.chunks_exact_mut(n).zip(residual.chunks_exact(n)) {
            circle(&along, row, out);
        }
        let across: Vec<f64> = (0..=REACH_ACROSS)
            .map(|lag| {
                let pairs = rest[lag * n..].iter().zip(&rest);
                pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>() / (ACROSS - lag) as f64
            })
            .collect();
        Self { along, across: taps(&across) }
    }

    /// Filters a circle `[across][along]`.
    #[must_use]
    pub fn filtered(&self, values: &[f32]) -> Vec<f32> {
        let n = values.len() / ACROSS;
        let mut wide = vec![0.0; values.len()];
        for (out, row) in wide.chunks_exact_mut(n).zip(values.chunks_exact(n)) {
            circle(&self.along, row, out);
        }
        self.down(&wide, n)
    }

    /// Filters a template.
    #[must_use]
    pub fn filtered_template(&self, template: &Template) -> Template {
        let mut wide = vec![0.0f32; template.near.len()];
        for (out, row) in wide.chunks_exact_mut(LENGTH).zip(template.near.chunks_exact(LENGTH)) {
            for (i, out) in out.iter_mut().enumerate() {
                *out = self.along[0] * row[i];
            }
            for (lag, tap) in self.along.iter().enumerate().skip(1) {
                let kept = LENGTH - lag;
                out[lag..].iter_mut().zip(row).for_each(|(o, v)| *o += tap * v);
                out[..kept].iter_mut().zip(&row[lag..]).for_each(|(o, v)| *o += tap * v);
            }
        }
        let even = self.along[0] + 2.0 * self.along[1..].iter().sum::<f32>();
        let far: Vec<f32> = self.down(&template.far.map(|v| even * v), 1);
        let mut sums = [0.0; ACROSS];
        sums.copy_from_slice(&far);
        Template { near: self.down(&wide, LENGTH), far: sums }
    }

    /// Filters columns; beyond the first and the last row they go on as there.
    fn down(&self, values: &[f32], width: usize) -> Vec<f32> {
        let row = |row: usize| &values[row * width..][..width];
        let mut out = vec![0.0f32; values.len()];
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            out.iter_mut().zip(row(i)).for_each(|(o, v)| *o = self.across[0] * v);
            for (lag, tap) in self.across.iter().enumerate().skip(1) {
                let (above, below) = (row(i.saturating_sub(lag)), row((i + lag).min(ACROSS - 1)));
                let both = above.iter().zip(below);
                out.iter_mut().zip(both).for_each(|(o, (a, b))| *o += tap * (a + b));
            }
        }
        out
    }
}

/// The taps of a filter that whitens noise with these autocovariances.
fn taps(covariance: &[f64]) -> Vec<f32> {
    let lags = covariance.len();
    let mean = covariance[0].max(1e-30);
    // Parzen's window keeps the density positive.
    let window = |lag: usize| {
        let t = lag as f64 / lags as f64;
        if t < 0.5 { 1.0 - 6.0 * t * t * (1.0 - t) } else { 2.0 * (1.0 - t).powi(3) }
    };
    let angle =
        |i: usize, lag: usize| std::f64::consts::PI * (i as f64 + 0.5) / GRID as f64 * lag as f64;
    let response: Vec<f64> = (0..GRID)
        .map(|i| {
            let sum: f64 = (1..lags)
                .map(|lag| 2.0 * window(lag) * covariance[lag] * angle(i, lag).cos())
                .sum();
            (1.0 / ((mean + sum) / mean).max(FLOOR)).sqrt()
        })
        .collect();
    let tap = |lag: usize| -> f64 {
        let sum: f64 = response.iter().enumerate().map(|(i, h)| h * angle(i, lag).cos()).sum();
        sum / GRID as f64
    };
    let centre = tap(0);
    (0..lags).map(|lag| (tap(lag) / centre) as f32).collect()
}

fn circle(taps: &[f32], row: &[f32], out: &mut [f32]) {
    let n = row.len();
    out.iter_mut().zip(row).for_each(|(o, v)| *o = taps[0] * v);
    for (lag, tap) in taps.iter().enumerate().skip(1) {
        let lag = lag % n;
        let after = row[lag..].iter().chain(&row[..lag]);
        let before = row[n - lag..].iter().chain(&row[..n - lag]);
        out.iter_mut().zip(after.zip(before)).for_each(|(o, (a, b))| *o += tap * (a + b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn neighbours(values: &[f32], apart: usize) -> f32 {
        let energy: f32 = values.iter().map(|v| v * v).sum();
        values[apart..].iter().zip(values).map(|(a, b)| a * b).sum::<f32>() / energy
    }

    #[test]
    fn smooth_noise_becomes_white() {
        let n = 240;
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let white: Vec<f32> = (0..ACROSS * n).map(|_| random.random_range(-1.0..1.0)).collect();
        let at = |row: usize, i: usize| white[row * n + i % n];
        let smooth: Vec<f32> = (0..ACROSS * n)
            .map(|k| (0..3).map(|d| at(k / n, k % n + d) * [0.5, 1.0, 0.5][d]).sum())
            .collect();
        let before = neighbours(&smooth, 1);
        let filtered = Whitening::of(&smooth).filtered(&smooth);
        let after = neighbours(&filtered, 1);
        // This noise has no power at all at the finest frequency, which the floor keeps from the
        // filter.
        assert!(before > 0.6 && after.abs() < 0.5 * before, "{before} {after}");
        assert!(neighbours(&filtered, n).abs() < 0.1);
    }

    #[test]
    fn templates_are_filtered_as_the_circle_is() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let noise: Vec<f32> =
            (0..ACROSS * LENGTH).map(|_| random.random_range(-1.0..1.0)).collect();
        let whitening = Whitening::of(&noise);
        // A spot in the middle, whose tails reach no end.
        let mut near = vec![0.0; ACROSS * LENGTH];
        near[ACROSS / 2 * LENGTH + LENGTH / 2] = 1.0;
        let template = Template { near: near.clone(), far: [0.0; ACROSS] };
        let (circle, template) =
            (whitening.filtered(&near), whitening.filtered_template(&template));
        assert!(circle.iter().zip(&template.near).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
