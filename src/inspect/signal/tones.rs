//! The tones: how strongly, and to which side, the letters shift each tone of this scan. The
//! generator's law is known, but printer and scanner bend the tones between; so the tone at which
//! letters turn from darker to lighter is found where the row carrier is most of one piece, and the
//! strength on either side is measured.

use std::f64::consts::TAU;

use ndarray::{Array2, Axis, Slice, Zip};
use rustfft::num_complex::{Complex32, Complex64};

use crate::imaging::Plane;
use crate::imaging::raster::Enlarged;
use crate::inspect::signal::demodulation::demodulate;
use crate::inspect::signal::flatten::{Flat, SLOW, by_row};
use crate::inspect::signal::scan::Scan;
use crate::spec::{Mode, Profile};

/// Width of a class of tones, in L*. A guess, shared with the tamper map.
pub const CLASS: usize = 5;
const CLASSES: usize = 100 / CLASS;
/// Blocks over which the carrier is demodulated, in mm. A guess; it means two and a half pitches of
/// the default layout.
const BLOCK: f64 = 1.0;
/// The turn is sought within this range of scanned lightness. In classes: 15 to 80 L*, beyond which
/// hardly any portrait has letters on both sides. A guess.
const TURNS: std::ops::RangeInclusive<usize> = 3..=16;
/// The carrier is looked at in windows of so many blocks, so far apart, each with its own frequency
/// within this many steps (cycles a millimetre) of that of the whole: a page is not quite flat.
/// Guesses.
const WINDOW: usize = 16;
const HOP: usize = 8;
const STEPS: i32 = 4;
const STEP: f64 = 0.015;
/// How much less a turn counts for each class that it lies from the printed one: enough to settle
/// scans that have tones on one side only. A guess.
const PRIOR: f64 = 0.01;
/// Share of the scan's evidence that the generator's law weighs in each class. A guess.
const LAW: f64 = 0.02;

/// The signed strength of the letters by lightness of the scan, in the units of
/// `modulation::amplitude` at strength 1.
#[derive(Clone, Debug)]
pub struct Tones {
    by_class: [f32; CLASSES + 1],
    /// Lightness in the scan at which letters turn from lighter to darker than their ground.
    pub turn: f32,
    /// Amplitude of the lines as a wave, in units of the letters' amplitude at strength 1.
    pub wave: f64,
}

impl Tones {
    /// Measures the tones on a carrier of this frequency (cycles a millimetre).
    #[must_use]
    pub fn measure(
        flat: &Flat,
        scan: &Scan,
        frequency: [f64; 2],
        profile: &Profile,
        mode: Mode,
    ) -> Self {
        let classes = Classes::demodulate(flat, scan, frequency);
        let turn = classes.turn(profile.turning_lightness(mode));
        classes.response(turn, |lightness| profile.amplitude(mode, lightness))
    }

    /// The same strength at all tones.
    #[cfg(test)]
    pub fn even(strength: f32) -> Self {
        Self { by_class: [strength; CLASSES + 1], turn: 100.0, wave: 1.0 }
    }

    /// At a lightness, between classes linearly.
    #[must_use]
    pub fn at(&self, lightness: f32) -> f32 {
        let place = (lightness / CLASS as f32 - 0.5).clamp(0.0, CLASSES as f32 - 0.01);
        let (low, share) = (place as usize, place.fract());
        self.by_class[low] + share * (self.by_class[low + 1] - self.by_class[low])
    }
}

impl Flat {
    /// What a pixel's contrast counts for the letters, a/σ²: their amplitude over the variance of
    /// the noise, by block, signed so that letters are positive.
    #[must_use]
    pub fn share(&self, tones: &Tones) -> Plane {
        let mut share = self.certainty.clone();
        Zip::from(&mut share).and(&self.lightness).for_each(|v, &l| *v = v.powi(2) * tones.at(l));
        share
    }

    /// The matched filter's view, on the blocks of the search: contrast in units of the local
    /// noise, weighed by how far the letters should stand out of it, and signed so that letters are
    /// positive.
    #[must_use]
    pub fn signal(&self, tones: &Tones) -> Plane {
        let mut signal = self.small.clone();
        by_row(&mut signal, &Enlarged::new(&self.share(tones), SLOW), |v, share| v * share);
        signal
    }
}

/// Whether the lines of this frequency (cycles a millimetre) are stronger than those of any tint:
/// 0.002 to 0.05 of a screen's, where 50 tints showed at most 0.010.
#[must_use]
pub fn is_screen(flat: &Flat, scan: &Scan, frequency: [f64; 2], profile: &Profile) -> bool {
    const STRONG: f64 = 0.012;
    Tones::measure(flat, scan, frequency, profile, Mode::Screen).wave >= STRONG
}

/// The carrier's amplitude in blocks, by class of tone.
struct Classes {
    fields: Vec<Array2<Complex64>>,
    /// Σ certainty of the pixels in the class.
    masses: [f64; CLASSES],
}

impl Classes {
    /// By blocks of the slow planes, each of one tone and one certainty.
    fn demodulate(flat: &Flat, scan: &Scan, frequency: [f64; 2]) -> Self {
        let search = scan.per_mm.map(|v| v * SLOW as f64 / flat.block as f64);
        let cycles = [0, 1].map(|i| frequency[i] / search[i]);
        let waves = demodulate(&flat.small, cycles, [SLOW; 2]);
        let per_node = search.map(|v| v / SLOW as f64 * BLOCK);
        let node = |i: usize, axis: usize| (i as f64 / per_node[axis]) as usize;
        let (rows, columns) = waves.dim();
        let size = (node(rows, 1) + 1, node(columns, 0) + 1);
        let mut fields = vec![Array2::<Complex32>::zeros(size); CLASSES];
        let mut masses = [0.0; CLASSES];
        for (((i, j), z), (&lightness, &certainty)) in
            waves.indexed_iter().zip(flat.lightness.iter().zip(&flat.certainty))
        {
            let class = (lightness as usize / CLASS).min(CLASSES - 1);
            fields[class][[node(i, 1), node(j, 0)]] += z * certainty;
            masses[class] += f64::from(certainty) * (SLOW * SLOW) as f64;
        }
        Self { fields: fields.iter().map(smooth).collect(), masses }
    }

    /// The carrier if classes below `turn` have lighter letters and the others darker ones.
    fn joined(&self, turn: usize) -> Array2<Complex64> {
        let mut sum = Array2::zeros(self.fields[0].dim());
        for (class, field) in self.fields.iter().enumerate() {
            let sign = if class < turn { 1.0 } else { -1.0 };
            sum.zip_mut_with(field, |s, z| *s += z * sign);
        }
        sum
    }

    /// The first class whose letters are darker than their ground: where the carrier is strongest
    /// over whole windows, in which dark tones and light ones have the same lines.
    fn turn(&self, printed: f32) -> usize {
        let printed = printed as usize / CLASS;
        let waves = waves();
        let mut carrier = self.joined(*TURNS.start());
        let mut best = (f64::NEG_INFINITY, printed);
        for turn in TURNS {
            let energy = power(&carrier, &waves);
            let score = energy * (1.0 - PRIOR * printed.abs_diff(turn) as f64);
            if score > best.0 {
                best = (score, turn);
            }
            carrier.zip_mut_with(&self.fields[turn], |sum, z| *sum += z * 2.0);
        }
        best.1
    }

    /// The strength of each class against the carrier that all of them make.
    fn response(&self, turn: usize, amplitude: impl Fn(f32) -> f32) -> Tones {
        let carrier = self.joined(turn);
        let measured: Vec<f64> = self
            .fields
            .iter()
            .map(|field| {
                let pairs = field.iter().zip(&carrier);
                pairs.map(|(z, c)| (z * c.conj()).re / c.norm().max(1e-12)).sum()
            })
            .collect();
        let law: Vec<f64> = (0..CLASSES)
            .map(|class| {
                let lightness = (class as f32 + 0.5) * CLASS as f32;
                let size = f64::from(amplitude(lightness));
                if class < turn { size } else { -size }
            })
            .collect();
        let known = || measured.iter().zip(&self.masses).zip(&law);
        let fitted: f64 = known().map(|((m, _), l)| m * l).sum();
        let expected: f64 = known().map(|((_, mass), l)| mass * l * l).sum();
        let gain = (fitted / expected.max(1e-20)).max(1e-9);
        let prior = LAW * self.masses.iter().sum::<f64>();
        let mut by_class = [0.0; CLASSES + 1];
        for (class, ((m, mass), l)) in known().enumerate() {
            by_class[class] = ((m / gain + prior * l) / (mass + prior)) as f32;
        }
        by_class[CLASSES] = by_class[CLASSES - 1];
        Tones { by_class, turn: (turn * CLASS) as f32, wave: gain }
    }
}

/// Waves over a window, `[frequency, block]`.
fn waves() -> Array2<Complex64> {
    Array2::from_shape_fn((2 * STEPS as usize + 1, WINDOW), |(i, block)| {
        let frequency = f64::from(i as i32 - STEPS) * STEP;
        Complex64::cis(-TAU * frequency * block as f64 * BLOCK)
    })
}

/// Power of the strongest wave in each window of a field, all windows together.
fn power(field: &Array2<Complex64>, waves: &Array2<Complex64>) -> f64 {
    let windows = |n: usize| (0..n).step_by(HOP).take_while(move |i| *i == 0 || i + HOP < n);
    let (rows, columns) = field.dim();
    let mut sum = 0.0;
    for i in windows(rows) {
        for j in windows(columns) {
            let (down, across) = (WINDOW.min(rows - i), WINDOW.min(columns - j));
            let window = field.slice_axis(Axis(0), Slice::from(i..i + down));
            let window = window.slice_axis(Axis(1), Slice::from(j..j + across));
            let down = waves.slice_axis(Axis(1), Slice::from(..down)).dot(&window);
            let both = down.dot(&waves.slice_axis(Axis(1), Slice::from(..across)).t());
            sum += both.iter().map(Complex64::norm_sqr).fold(0.0, f64::max);
        }
    }
    sum
}

/// A field with its neighbours taken in, by a binomial whose spread is one block; edges repeated.
fn smooth(field: &Array2<Complex32>) -> Array2<Complex64> {
    let along = |field: &Array2<Complex64>, axis: usize| {
        let last = field.len_of(Axis(axis)) - 1;
        Array2::from_shape_fn(field.dim(), |(i, j)| {
            let at = |k: usize, off: usize| {
                let k = (k + off).saturating_sub(2).min(last);
                field[if axis == 0 { [k, j] } else { [i, k] }]
            };
            let k = if axis == 0 { i } else { j };
            (at(k, 0) + at(k, 4) + (at(k, 1) + at(k, 3)) * 4.0 + at(k, 2) * 6.0) / 16.0
        })
    };
    let field = field.mapv(|z| Complex64::new(f64::from(z.re), f64::from(z.im)));
    along(&along(&field, 0), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PER_MM: f64 = 9.0;
    const FREQUENCY: [f64; 2] = [0.3, 2.7];

    /// A carrier on a ground of lightness 22 above and 72 below, of these signed amplitudes.
    fn two_tones(above: f32, below: f32) -> (Flat, Scan) {
        let (rows, columns) = (240, 200);
        let wave = |(y, x): (usize, usize)| {
            let place = [x, y].map(|v| (v as f64 + 0.5) / PER_MM);
            let phase = TAU * (FREQUENCY[0] * place[0] + FREQUENCY[1] * place[1]);
            phase.cos() as f32 * if y < rows / 2 { above } else { below }
        };
        let contrast = Plane::from_shape_fn((rows, columns), wave);
        let lightness = |i: usize, _| if i < rows / 2 / SLOW { 22.5 } else { 72.5 };
        (
            Flat::of_contrast(contrast, lightness),
            Scan::of_plane(Plane::zeros((rows, columns)), PER_MM),
        )
    }

    #[test]
    fn the_turn_lies_between_tones_of_unlike_sign() {
        let (flat, scan) = two_tones(0.1, -0.1);
        let tones = Tones::measure(&flat, &scan, FREQUENCY, &Profile::default(), Mode::Tint);
        assert!(tones.turn > 22.0 && tones.turn < 72.0, "{tones:?}");
        assert!(tones.at(22.5) > 0.0 && tones.at(72.5) < 0.0, "{tones:?}");
        // With the signs taken off, the lines are one carrier over both halves.
        let mut agreement = [0.0; 2];
        for ((y, x), v) in flat.signal(&tones).indexed_iter() {
            agreement[2 * y / 240] += v * flat.small[[y, x]];
        }
        assert!(agreement[0] > 0.0 && agreement[1] < 0.0, "{agreement:?}");
    }

    #[test]
    fn tones_of_one_sign_lie_on_one_side_of_the_turn() {
        let (flat, scan) = two_tones(0.1, 0.1);
        let tones = Tones::measure(&flat, &scan, FREQUENCY, &Profile::default(), Mode::Tint);
        assert!(tones.turn < 22.0 || tones.turn > 72.0, "{tones:?}");
        assert!(tones.at(22.5) * tones.at(72.5) > 0.0, "{tones:?}");
    }

    #[test]
    fn stronger_lines_measure_stronger() {
        let wave = |amplitude: f32| {
            let (flat, scan) = two_tones(amplitude, -amplitude);
            Tones::measure(&flat, &scan, FREQUENCY, &Profile::default(), Mode::Tint).wave
        };
        assert!((wave(0.2) / wave(0.1) - 2.0).abs() < 0.01);
    }
}
