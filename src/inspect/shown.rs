//! How strongly letters show by the tone of their ground, over the whole portrait: what is left of the
//! press when portrait and text are taken out.

use ndarray::{Array2, Zip};

use super::cells::Cells;
use crate::spec::modulation;

/// Width of a class of tones, in L*.
const CLASS: f32 = 5.0;
const CLASSES: usize = 20;
/// A class with fewer cells does not tell.
const TELLING: f64 = 20.0;
/// One with more tells no better: what is left is the portrait's.
const MOST: f64 = 600.0;
/// Light tones, in which presses let letters grow in proportion to L*, and where they show as strongly
/// as in all of them together. Lighter ones have little room below white.
const LIGHT: [f32; 2] = [50.0, 80.0];
const MIDDLE: f64 = 70.0;
/// Dark ones begin here, and end so far below the turn.
const DARK: f32 = 15.0;
const TURN: f32 = 5.0;
const DARK_MIDDLE: f64 = 25.0;
/// The portrait's brightest channel is taken this much brighter than it was scanned.
const BRIGHTER: f32 = 1.05;

/// Strength of letters by class of tone.
#[derive(Clone, Debug)]
pub struct Shown {
    classes: [Class; CLASSES],
    turn: f32,
}

/// One class of tones.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    seen: f64,
    foretold: f64,
    cells: f64,
}

impl Shown {
    /// Of those cells for which `inner` holds. `turn`: the lightness at which letters turn; `strength`:
    /// the profile's.
    #[must_use]
    pub fn of(cells: &Cells, inner: &Array2<bool>, turn: f32, strength: f32) -> Self {
        let mut classes = [Class::default(); CLASSES];
        Zip::from(&cells.cells).and(inner).for_each(|cell, &inner| {
            let [lightness, brightest] =
                [cell.lightness, cell.brightest].map(|sum| sum / cell.pixels);
            let most = modulation::most((BRIGHTER * brightest).max(0.01));
            let has_room = most >= modulation::amplitude_of(lightness, strength);
            if inner && cell.tells() && has_room {
                let class = &mut classes[((lightness / CLASS).max(0.0) as usize).min(CLASSES - 1)];
                class.seen += f64::from(cell.own.seen + cell.common.seen);
                class.foretold += f64::from(cell.own.foretold + cell.common.foretold);
                class.cells += 1.0;
            }
        });
        Self { classes, turn }
    }

    /// In light tones, as a share of what was foretold, at L* 70; none where too few are there.
    #[must_use]
    pub fn light(&self) -> Option<f64> {
        let of_light =
            self.between(LIGHT).fold([0.0; 2], |[seen, all], (lightness, share, cells)| {
                let growth = lightness / MIDDLE;
                [seen + cells * share * growth, all + cells * growth * growth]
            });
        let [seen, all] = of_light;
        (all > 0.0).then(|| seen / all)
    }

    /// How much stronger letters show in light tones, where they are darker than their ground, than in
    /// dark ones, where they are lighter: the middle one of each. `usual` counts as much as a few dark
    /// cells, which tell where there are no more.
    #[must_use]
    pub fn light_over_dark(&self, usual: f64) -> Option<f64> {
        let middle = |range: [f32; 2], at: f64, also: Option<(f64, f64)>| {
            let shares = self.between(range);
            let shares =
                shares.map(|(lightness, share, cells)| (share * at / lightness, cells.min(MOST)));
            weighted_median(shares.chain(also).collect())
        };
        let light = middle(LIGHT, MIDDLE, None)?;
        let dark = middle([DARK, self.turn - TURN], DARK_MIDDLE, Some((light / usual, TELLING)))?;
        (light > 0.0 && dark > 0.0).then(|| light / dark)
    }

    /// Middle, share that shows, and cells of the classes in this range that tell.
    fn between(&self, [from, to]: [f32; 2]) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let middle = |i: usize| (i as f32 + 0.5) * CLASS;
        let classes = self.classes.iter().enumerate();
        classes
            .filter(move |(i, class)| {
                (from..to).contains(&middle(*i)) && class.cells >= TELLING && class.foretold > 0.0
            })
            .map(move |(i, class)| (f64::from(middle(i)), class.seen / class.foretold, class.cells))
    }
}

/// Of pairs of value and weight.
fn weighted_median(mut pairs: Vec<(f64, f64)>) -> Option<f64> {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * pairs.iter().map(|pair| pair.1).sum::<f64>();
    let mut sum = 0.0;
    let middle = pairs.iter().find(|pair| {
        sum += pair.1;
        sum >= half
    });
    middle.map(|pair| pair.0)
}

#[cfg(test)]
mod tests {
    use super::super::cells::{Cell, Part};
    use super::*;

    /// Cells of all tones whose letters show as much as `shown` says of the lightness.
    fn cells(shown: impl Fn(f32) -> f32) -> Cells {
        let cell = |(line, _): (usize, usize)| {
            let lightness = line as f32;
            let own = Part { seen: 30.0 * shown(lightness), foretold: 30.0, ..Part::default() };
            Cell { own, lightness, brightest: 0.4, pixels: 1.0, ..Cell::default() }
        };
        let cells = Array2::from_shape_fn((100, 40), cell);
        Cells { cells, first_line: 0, first_cell: 0, size: [0.22, 0.4] }
    }

    #[test]
    fn the_press_is_told_by_both_sides_of_the_turn() {
        let law = |light: f32, dark: f32| {
            move |l: f32| if l > 40.0 { light * l / 70.0 } else { dark * l / 25.0 }
        };
        for (light, dark) in [(1.0, 0.5), (0.6, 0.2)] {
            let cells = cells(law(light, dark));
            let inner = cells.cells.map(|_| true);
            let shown = Shown::of(&cells, &inner, 40.0, 0.17);
            assert!((shown.light().unwrap() - f64::from(light)).abs() < 0.02);
            let ratio = shown.light_over_dark(3.0).unwrap();
            assert!((ratio / f64::from(light / dark) - 1.0).abs() < 0.06, "{ratio}");
            let none = Shown::of(&cells, &cells.cells.map(|_| false), 40.0, 0.17);
            assert!(none.light().is_none() && none.light_over_dark(3.0).is_none());
        }
    }

    #[test]
    fn without_dark_tones_the_usual_is_told() {
        let cells = cells(|l| l / 70.0);
        let inner = Array2::from_shape_fn(cells.cells.dim(), |(line, _)| line > 45);
        let shown = Shown::of(&cells, &inner, 40.0, 0.17);
        assert!((shown.light_over_dark(3.0).unwrap() - 3.0).abs() < 1e-6);
    }
}
