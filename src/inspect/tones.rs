//! The tones: how strongly, and to which side, the letters shift each tone of this scan. The
//! generator's law is known, but printer and scanner bend the tones between; so the tone at which
//! letters turn from darker to lighter is found where the row carrier is most of one piece, and the
//! strength on either side is measured.

use std::f64::consts::TAU;

use ndarray::Array2;
use rustfft::num_complex::{Complex32, Complex64};

use super::carrier;
use super::flatten::Flat;
use super::scan::Scan;
use crate::base::Plane;
use crate::base::raster::{Enlarged, blur};
use crate::spec::modulation::{self, TURNING_LIGHTNESS};

/// Width of a class of tones, in L*.
const CLASS: usize = 5;
const CLASSES: usize = 100 / CLASS;
/// Blocks over which the carrier is demodulated, and how far neighbours are taken in, in mm.
const BLOCK: f64 = 1.0;
const SPREAD: f64 = 1.0;
/// The turn is sought within this range of scanned lightness.
const TURNS: std::ops::RangeInclusive<usize> = 3..=14;
/// How much less a turn counts for each class that it lies from the printed one: enough to settle
/// scans that have tones on one side only.
const PRIOR: f64 = 0.01;
/// Share of the scan's evidence that the generator's law weighs in each class.
const LAW: f64 = 0.02;

/// The signed strength of the letters by lightness of the scan, in the units of
/// `modulation::amplitude` at strength 1.
#[derive(Clone, Debug)]
pub struct Tones {
    by_class: [f32; CLASSES + 1],
    /// Lightness in the scan at which letters turn from lighter to darker than their ground.
    pub turn: f32,
}

impl Tones {
    /// Measures the tones on a carrier of this frequency (cycles a millimetre).
    #[must_use]
    pub fn measure(flat: &Flat, scan: &Scan, frequency: [f64; 2]) -> Self {
        let classes = Classes::demodulate(flat, scan, frequency, carrier::search_factor(scan));
        let turn = classes.turn();
        classes.response(turn)
    }

    /// At a lightness, between classes linearly.
    #[must_use]
    pub fn at(&self, lightness: f32) -> f32 {
        let place = (lightness / CLASS as f32 - 0.5).clamp(0.0, CLASSES as f32 - 0.01);
        let (low, share) = (place as usize, place.fract());
        self.by_class[low] + share * (self.by_class[low + 1] - self.by_class[low])
    }
}

/// The carrier's amplitude in blocks, by class of tone.
struct Classes {
    fields: Vec<Array2<Complex64>>,
    /// Σ certainty of the pixels in the class.
    masses: [f64; CLASSES],
}

impl Classes {
    fn demodulate(flat: &Flat, scan: &Scan, frequency: [f64; 2], factor: usize) -> Self {
        let signal = flat.normalised(factor);
        let lightness = Enlarged::new(&flat.lightness, flat.block).every(factor);
        let certainty = Enlarged::new(&flat.certainty, flat.block).every(factor);
        let per_mm = scan.per_mm.map(|v| v / factor as f64);
        let (rows, columns) = signal.dim();
        let turn = |n: usize, axis: usize| -> Vec<Complex32> {
            let turn = |i: usize| -TAU * frequency[axis] * (i as f64 + 0.5) / per_mm[axis];
            (0..n).map(|i| Complex32::from_polar(1.0, (turn(i) % TAU) as f32)).collect()
        };
        let (across, down) = (turn(columns, 0), turn(rows, 1));
        let block = [0, 1].map(|i| per_mm[i] * BLOCK);
        let size =
            ((rows as f64 / block[1]) as usize + 1, (columns as f64 / block[0]) as usize + 1);
        let zero = || vec![[Plane::zeros(size), Plane::zeros(size)]; CLASSES];
        let (mut parts, mut masses) = (zero(), [0.0; CLASSES]);
        let column_of: Vec<usize> = (0..columns).map(|x| (x as f64 / block[0]) as usize).collect();
        let (mut tone, mut sure) = (vec![0.0; columns], vec![0.0; columns]);
        for y in 0..rows {
            lightness.row(y, &mut tone);
            certainty.row(y, &mut sure);
            let row = (y as f64 / block[1]) as usize;
            for x in 0..columns {
                let class = ((tone[x] as usize) / CLASS).min(CLASSES - 1);
                let z = across[x] * down[y] * signal[[y, x]];
                let node = [row, column_of[x]];
                parts[class][0][node] += z.re;
                parts[class][1][node] += z.im;
                masses[class] += f64::from(sure[x]);
            }
        }
        let field = |[re, im]: [Plane; 2]| {
            let (re, im) = (blur(&re, SPREAD / BLOCK), blur(&im, SPREAD / BLOCK));
            ndarray::Zip::from(&re)
                .and(&im)
                .map_collect(|&re, &im| Complex64::new(f64::from(re), f64::from(im)))
        };
        Self { fields: parts.into_iter().map(field).collect(), masses }
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

    /// The first class whose letters are darker than their ground: where the carrier is strongest.
    fn turn(&self) -> usize {
        let printed = TURNING_LIGHTNESS as usize / CLASS;
        let mut carrier = self.joined(*TURNS.start());
        let mut best = (f64::NEG_INFINITY, printed);
        for turn in TURNS {
            let energy: f64 = carrier.iter().map(Complex64::norm_sqr).sum();
            let score = energy * (1.0 - PRIOR * printed.abs_diff(turn) as f64);
            if score > best.0 {
                best = (score, turn);
            }
            carrier.zip_mut_with(&self.fields[turn], |sum, z| *sum += z * 2.0);
        }
        best.1
    }

    /// The strength of each class against the carrier that all of them make.
    fn response(&self, turn: usize) -> Tones {
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
                let size = f64::from(modulation::amplitude(lightness, 1.0).abs());
                // Within the turn's own class the law is nearly zero; its neighbours tell its size.
                let size = if size > 0.0 { size } else { 3.0 };
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
        Tones { by_class, turn: (turn * CLASS) as f32 }
    }
}
