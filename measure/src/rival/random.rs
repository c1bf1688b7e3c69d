//! Seeded numbers of the model: ranges in slices, bells, sums of waves.

use std::f64::consts::TAU;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Part;

/// Slices of each range; every second one belongs to either part.
const SLICES: u32 = 8;

/// A source of numbers.
pub(super) struct Dice {
    rng: ChaCha8Rng,
    part: Part,
}

impl Dice {
    pub(super) fn new(seed: u64, purpose: u64, part: Part) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose);
        Self { rng, part }
    }

    /// Evenly from the part's slices of a range.
    pub(super) fn within(&mut self, [from, to]: [f64; 2]) -> f64 {
        let slice = 2 * self.rng.random_range(0..SLICES / 2) + u32::from(self.part == Part::Final);
        from + (to - from) * (f64::from(slice) + self.free()) / f64::from(SLICES)
    }

    /// Either side of 0, up to a limit.
    pub(super) fn around(&mut self, limit: f64) -> f64 {
        self.within([-limit, limit])
    }

    /// Evenly from 0 to 1, whatever the part: places and phases.
    pub(super) fn free(&mut self) -> f64 {
        self.rng.random_range(0.0..1.0)
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.free() < probability
    }
}

/// Of mean 0 and variance 1: the number of ones among 64 bits, smoothed by a product of the same bits.
/// Ends at about ±5.
#[inline]
pub(super) fn bell(bits: u64) -> f32 {
    let between = (bits.wrapping_mul(0xd134_2543_de82_ef95) >> 40) as f32 / 16_777_216.0;
    (bits.count_ones() as f32 - 32.5 + between) * 0.249
}

/// Bits of a place, without any order in them.
#[inline]
pub(super) fn scatter(seed: u64, x: usize, y: usize) -> u64 {
    let at = (y as u64) << 32 | x as u64;
    let product = u128::from(at ^ seed).wrapping_mul(0x9fb2_1c65_1e98_df25_a0b5_c9d3_e3f1_7a4b);
    let folded = (product >> 64) as u64 ^ product as u64;
    let product = u128::from(folded ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(seed | 1);
    (product >> 64) as u64 ^ product as u64
}

/// A smooth field of mean 0 and variance 1: plane waves of about one length.
#[derive(Clone, Debug)]
pub(super) struct Waves(Vec<[f64; 3]>);

impl Waves {
    /// `count` waves of half to twice `length` millimetres, in any direction.
    pub(super) fn new(dice: &mut Dice, count: usize, length: f64) -> Self {
        let wave = |dice: &mut Dice| {
            let turns = TAU / (length * 2f64.powf(2.0 * dice.free() - 1.0));
            let heading = TAU * dice.free();
            [turns * heading.cos(), turns * heading.sin(), TAU * dice.free()]
        };
        Self((0..count).map(|_| wave(dice)).collect())
    }

    pub(super) fn at(&self, [x, y]: [f64; 2]) -> f64 {
        let sum: f64 = self.0.iter().map(|[kx, ky, phase]| (kx * x + ky * y + phase).cos()).sum();
        sum * (2.0 / self.0.len() as f64).sqrt()
    }

    /// About [`Self::at`]: parabolas in place of cosines. For what is only looked at.
    pub(super) fn roughly(&self, [x, y]: [f64; 2]) -> f32 {
        let sum: f64 = self
            .0
            .iter()
            .map(|[kx, ky, phase]| {
                let turns = (kx * x + ky * y + phase) / TAU + 1e6;
                let part = turns - (turns as i64) as f64 - 0.5;
                16.0 * part * part.abs() - 8.0 * part
            })
            .sum();
        (sum * (2.0 / self.0.len() as f64).sqrt()) as f32
    }

    /// The values from `from` (millimetres) on, every `step` millimetres to the right.
    pub(super) fn row(&self, from: [f64; 2], step: f64, out: &mut [f32]) {
        out.fill(0.0);
        let height = (2.0 / self.0.len() as f64).sqrt();
        for [kx, ky, phase] in &self.0 {
            let (mut sin, mut cos) = (kx * from[0] + ky * from[1] + phase).sin_cos();
            let (turn_sin, turn_cos) = (kx * step).sin_cos();
            for value in out.iter_mut() {
                *value += (height * cos) as f32;
                (cos, sin) = (cos * turn_cos - sin * turn_sin, sin * turn_cos + cos * turn_sin);
            }
        }
    }
}
