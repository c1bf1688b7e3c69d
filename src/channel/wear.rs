//! The wear of a page between the print and the scan: abrasion, stains, scratches.

use ndarray::Axis;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::conditions::Wear;
use super::marks::{self, Mark};
use super::noise::{Field, mix};
use crate::imaging::Plane;

/// The wear of a page, the same for all its colours.
pub(super) struct Worn {
    paper: f32,
    abrasion: Option<(f32, Field)>,
    stain: Option<(f32, Field)>,
    scratches: Vec<Mark>,
}

impl Worn {
    /// Draws the wear of a page of `size` pixels whose bare and inked places reflect `paper` and
    /// `black`.
    pub(super) fn new(
        wear: &Wear,
        [paper, black]: [f64; 2],
        pitch: [f64; 2],
        size: [usize; 2],
        seed: u64,
    ) -> Self {
        let &Wear { abrasion, stain, scratches } = wear;
        let field = |amount: f64, mm: f64, tag: u64| {
            let make = || Field::new(mix(seed, tag), size, pitch.map(|p| mm / p));
            (amount > 0.0).then(|| (amount as f32, make()))
        };
        let size = size.map(|n| n as f64);
        let mut rng = ChaCha8Rng::seed_from_u64(mix(seed, 3));
        let area = size[0] * pitch[0] * size[1] * pitch[1] / 100.0;
        let scratches = (0..marks::count(&mut rng, scratches * area))
            .map(|_| {
                let length = rng.random_range(1.0..20.0) / pitch[0];
                let light = rng.random_bool(0.7);
                Mark {
                    points: marks::wander(&mut rng, size, length, 1.0 / pitch[0], 0.05),
                    radius: 0.5 * rng.random_range(0.015..0.07) / pitch[0],
                    value: if light { paper as f32 } else { black as f32 },
                    opacity: rng.random_range(0.2..0.9),
                }
            })
            .collect();
        Self {
            paper: paper as f32,
            abrasion: field(abrasion, 4.0, 1),
            stain: field(stain, 7.0, 2),
            scratches,
        }
    }

    pub(super) fn apply(&self, page: &mut Plane) {
        let columns = page.ncols();
        if self.abrasion.is_some() || self.stain.is_some() {
            let lines = page.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
            lines.for_each_init(
                || vec![0.0; columns],
                |field, (y, mut row)| {
                    if let Some((amount, abrasion)) = &self.abrasion {
                        abrasion.row(y, field);
                        for (value, at) in row.iter_mut().zip(field.iter()) {
                            let share = amount * (0.5 + 0.4 * at).clamp(0.0, 1.0);
                            *value += share * (self.paper - *value);
                        }
                    }
                    if let Some((amount, stain)) = &self.stain {
                        stain.row(y, field);
                        for (value, at) in row.iter_mut().zip(field.iter()) {
                            *value *= 1.0 - amount * (at - 0.8).clamp(0.0, 1.0);
                        }
                    }
                },
            );
        }
        self.scratches.iter().for_each(|scratch| scratch.draw(page));
    }
}
