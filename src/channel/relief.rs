//! Relief of embossed or laminated stock: edges and waves that throw the lamp's light into the lens.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::marks::{self, Mark};
use crate::imaging::Plane;

/// The glints of a page, the same for all its colours.
pub(super) struct Glints(Vec<Mark>);

impl Glints {
    /// A glint adds light and hides little: a mark so bright (white is 1) pulls a plane up by as much
    /// as is wanted at an opacity of a tenth.
    const BRIGHT: f32 = 4.0;

    /// Draws `relief` glints a cm² on a page of `size` pixels, `pitch` millimetres each. Shares,
    /// sizes and strengths are guesses.
    pub(super) fn new(relief: f64, pitch: [f64; 2], size: [usize; 2], seed: u64) -> Self {
        let size = size.map(|n| n as f64);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let area = size[0] * pitch[0] * size[1] * pitch[1] / 100.0;
        let glint = |rng: &mut ChaCha8Rng| {
            // Waves of a laminate and edges of a stamp are lines, bubbles are spots.
            let (points, width) = if rng.random_bool(0.6) {
                let length = rng.random_range(0.3..4.0) / pitch[0];
                let points = marks::wander(rng, size, length, 0.15 / pitch[0], 0.08);
                (points, rng.random_range(0.03..0.3))
            } else {
                (vec![size.map(|s| rng.random_range(0.0..s))], rng.random_range(0.1..0.8))
            };
            let light = rng.random_range(0.04..0.4);
            Mark {
                points,
                radius: 0.5 * width / pitch[0],
                value: Self::BRIGHT,
                opacity: light / Self::BRIGHT,
            }
        };
        Self((0..marks::count(&mut rng, relief * area)).map(|_| glint(&mut rng)).collect())
    }

    pub(super) fn apply(&self, page: &mut Plane) {
        self.0.iter().for_each(|glint| glint.draw(page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relief_only_adds_light_and_is_rare() {
        let mut page = Plane::from_elem((900, 700), 0.5);
        Glints::new(3.0, [0.05; 2], [700, 900], 1).apply(&mut page);
        let lit = page.iter().filter(|v| **v > 0.501).count() as f64 / 630_000.0;
        assert!(page.iter().all(|v| (0.5..2.0).contains(v)));
        assert!((0.0005..0.05).contains(&lit), "{lit}");
        let before = page.clone();
        Glints::new(0.0, [0.05; 2], [700, 900], 1).apply(&mut page);
        assert_eq!(page, before);
    }
}
