//! The resolution from the lines' pitch, for scans that state none or a wrong one.

use std::ops::Range;

use crate::imaging::units::MM_PER_INCH;
use crate::imaging::{Picture, Ppi};
use crate::inspect::detection::local_spectra::{self, AGREEING, STANDS_OUT, SURE, Wave};
use crate::inspect::signal::flatten;
use crate::inspect::signal::scan::{PpiSource, Resolution, Scan};
use crate::spec::Layout;

/// The picture is looked at in this size and in halves of it: 200 to 3,200 ppi.
const FACTORS: [usize; 4] = [1, 2, 4, 8];
/// Pixels a line at each size, and the step of the rings between. Twice the first is less than the
/// second, so that no pitch falls between two sizes. The step is a guess.
const PERIODS: Range<f64> = 3.1..6.6;
const RING: f64 = 1.12;
/// More than an A4 page has at the resolution for which a size is made.
const MOST_PIXELS: usize = 18_000_000;
/// Sizes are flattened as if they had this many pixels a millimetre: between the coarsest and the
/// finest that they may have.
const PER_MM: f64 = 11.0;
/// Waves this near are one. A guess.
const ALIKE: f64 = 0.04;
/// Pitches that are told from each size. A guess.
const EACH: usize = 3;

/// The resolutions at which something in the picture has the lines' pitch, the likeliest first.
#[must_use]
pub fn candidates(picture: &Picture, layout: &Layout) -> Vec<Resolution> {
    let mut found: Vec<(f32, Ppi)> = Vec::new();
    for factor in FACTORS {
        let (width, height) = picture.size();
        let size = [width / factor, height / factor];
        if size[0] * size[1] > MOST_PIXELS || size[0].min(size[1]) < local_spectra::HOP {
            continue;
        }
        let waves = at_size(picture, factor);
        for (votes, per_pixel) in elect(waves).into_iter().take(EACH) {
            let ppi = Ppi(MM_PER_INCH * factor as f64 / per_pixel / layout.pitch.0);
            // By area: a picture of half the size has a quarter of the windows.
            found.push((votes * (factor * factor) as f32, ppi));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let resolution = |(_, ppi): (f32, Ppi)| Resolution {
        axes: [Ppi((ppi.0 * 10.0).round() / 10.0); 2],
        source: PpiSource::Estimated,
    };
    found.into_iter().filter(|(_, ppi)| ppi.is_plausible()).map(resolution).collect()
}

/// The waves of a picture shrunk by `factor`, in cycles a pixel of the small picture.
fn at_size(picture: &Picture, factor: usize) -> Vec<Wave> {
    let scan = Scan {
        luminance: picture.luminance(factor),
        per_mm: [PER_MM; 2],
        ..Scan::unknown(picture)
    };
    let flat = flatten::flatten(&scan);
    let mut rings = Vec::new();
    let mut period = PERIODS.start;
    while period < PERIODS.end {
        rings.push(1.0 / (period * RING)..1.0 / period);
        period *= RING;
    }
    local_spectra::waves(&flat, [1.0; 2], &rings).into_iter().flatten().collect()
}

/// Votes and length (cycles a pixel) of the waves on which most windows agree.
fn elect(waves: Vec<Wave>) -> Vec<(f32, f64)> {
    let mut left: Vec<Wave> = waves.into_iter().filter(|wave| wave.height >= STANDS_OUT).collect();
    let length = |wave: &Wave| wave.frequency[0].hypot(wave.frequency[1]);
    // With their lengths, by which only waves of about the same need be compared.
    let mut voters: Vec<(f64, Wave)> = left.iter().map(|wave| (length(wave), *wave)).collect();
    voters.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut elected = Vec::new();
    let votes = |of: &Wave, voters: &[(f64, Wave)]| -> f32 {
        let own = length(of);
        let first = voters.partition_point(|(length, _)| *length < (1.0 - ALIKE) * own);
        let near = voters[first..].iter().take_while(|(length, _)| *length < (1.0 + ALIKE) * own);
        let alike = near.filter(|(_, other)| of.is_near(other.frequency, ALIKE));
        alike.map(|(_, wave)| wave.height.min(SURE)).sum()
    };
    while elected.len() < EACH {
        let scored = left.iter().map(|wave| (votes(wave, &voters), *wave));
        let Some((sum, best)) = scored.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        let (alike, others): (Vec<Wave>, Vec<Wave>) =
            left.iter().partition(|wave| best.is_near(wave.frequency, ALIKE));
        voters.retain(|(_, wave)| !best.is_near(wave.frequency, ALIKE));
        if alike.len() >= AGREEING {
            let lengths = alike.iter().map(length);
            let weights = alike.iter().map(|w| f64::from(w.height.min(SURE)));
            let total: f64 = weights.clone().sum();
            elected.push((sum, lengths.zip(weights).map(|(l, w)| l * w).sum::<f64>() / total));
        }
        left = others;
    }
    elected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_of_most_windows_is_elected() {
        let wave = |x: f64, y: f64, height: f32| Wave {
            window: [0; 2],
            middle: [0.0; 2],
            frequency: [x, y],
            height,
        };
        let mut waves = vec![wave(0.01, 0.25, 60.0); 9];
        // A frequency and its negative are one wave; faint ones and lone ones do not count.
        waves.extend([wave(-0.01, -0.25, 60.0); 4]);
        waves.extend([wave(0.2, 0.0, 30.0); 5]);
        waves.extend([wave(0.0, 0.3, 7.0); 20]);
        waves.push(wave(0.1, 0.2, 900.0));
        let found = elect(waves);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!((found[0].1 - 0.01f64.hypot(0.25)).abs() < 1e-9 && (found[1].1 - 0.2).abs() < 1e-9);
        assert!((found[0].0 - 13.0 * SURE).abs() < 1e-3);
    }
}
