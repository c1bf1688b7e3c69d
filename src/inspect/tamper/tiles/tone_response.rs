//! How strongly letters show by the tone of their ground, over the whole portrait: what is left of the
//! press when portrait and text are taken out.

use ndarray::{Array2, Zip};

use crate::inspect::signal::tones;
use crate::inspect::tamper::tiles::ground::Ground;
use crate::inspect::tamper::tiles::tile::Tile;
use crate::spec::modulation;

/// Width of a class of tones, in L*.
const CLASS: f32 = tones::CLASS as f32;
const CLASSES: usize = 20;
/// Letters a tile of the default layout.
const TILE: f64 = 8.0;
/// A class with fewer letters does not tell.
const TELLING: f64 = 20.0;
/// Light tones, in which presses let letters grow in proportion to L*, and where they show as strongly
/// as in all of them together. Lighter ones have little room below white.
const LIGHT: [f32; 2] = [50.0, 80.0];
const MIDDLE: f64 = 70.0;
/// The turn is sought so far about where it was found in steps of a class, in L*.
const ABOUT: usize = 12;
/// The portrait's brightest channel is taken this much brighter than it was scanned.
pub(crate) const BRIGHTER: f32 = 1.05;

/// Strength of letters by class of tone.
#[derive(Clone, Debug)]
pub struct ToneResponse {
    classes: [Class; CLASSES],
    /// By how much letters are darker than their ground, for each L*: what is seen of them.
    darker: [f64; 100],
    /// Where they turn, to a class.
    turn: f32,
    /// Where they turn in the print, if that is told.
    printed: Option<f32>,
}

/// One class of tones.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    seen: f64,
    expected: f64,
    cells: f64,
}

impl ToneResponse {
    /// Of those tiles that tell. `turn`: the lightness at which letters turn; `printed`: the same in the
    /// print, if it is told; `strength`: the profile's.
    #[must_use]
    pub fn of(
        tiles: &Array2<Tile>,
        ground: &Array2<Option<Ground>>,
        tells: &Array2<bool>,
        (turn, printed): (f32, Option<f32>),
        strength: f32,
    ) -> Self {
        let mut classes = [Class::default(); CLASSES];
        let mut darker = [0.0; 100];
        Zip::from(tiles).and(ground).and(tells).for_each(|tile, ground, &tells| {
            let Some(ground) = ground.filter(|_| tells) else { return };
            let lightness = ground.lightness;
            let amplitude = f64::from(ground.amplitude());
            let seen = amplitude * f64::from(tile.own.seen + tile.common.seen);
            let side = if lightness > turn { 1.0 } else { -1.0 };
            darker[(lightness.max(0.0) as usize).min(99)] += side * seen;
            let most = modulation::most((BRIGHTER * ground.brightest).max(0.01));
            if most >= modulation::amplitude_of(lightness, strength) {
                let class = &mut classes[((lightness / CLASS).max(0.0) as usize).min(CLASSES - 1)];
                class.seen += seen;
                class.expected +=
                    amplitude * amplitude * f64::from(tile.own.expected + tile.common.expected);
                class.cells += TILE;
            }
        });
        Self { classes, darker, turn, printed }
    }

    /// In light tones, as a share of what was expected, at L* 70; none where too few are there.
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

    /// The lightness at which letters turn from lighter than their ground to darker, as a tone of the
    /// scan, 0..100: ink that spreads darkens it. Where nothing lies
    /// about it, as it was found in steps of a class.
    #[must_use]
    pub fn turn(&self) -> f64 {
        let turn = self.turn as usize;
        let range = turn.saturating_sub(ABOUT)..(turn + ABOUT).min(self.darker.len());
        // Below the turn each lightness takes from the sum, above it adds.
        let (mut sum, mut least) = (0.0, (0.0, None));
        for lightness in range {
            sum += self.darker[lightness];
            if sum < least.0 {
                least = (sum, Some(lightness));
            }
        }
        let Some(last) = least.1 else { return f64::from(self.turn) };
        // Between the last that takes and the first that adds, linearly.
        let near = |at: usize| self.darker.get(at).copied().unwrap_or(0.0).abs();
        let (below, above) = (near(last), near(last + 1));
        last as f64 + 0.5 + below / (below + above).max(1e-20)
    }

    /// The same in the print; none where the scan does not tell it.
    #[must_use]
    pub fn printed_turn(&self) -> Option<f64> {
        self.printed.map(f64::from)
    }

    /// Middle, share that shows, and cells of the classes in this range that tell.
    fn between(&self, [from, to]: [f32; 2]) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let middle = |i: usize| (i as f32 + 0.5) * CLASS;
        let classes = self.classes.iter().enumerate();
        classes
            .filter(move |(i, class)| {
                (from..to).contains(&middle(*i)) && class.cells >= TELLING && class.expected > 0.0
            })
            .map(move |(i, class)| (f64::from(middle(i)), class.seen / class.expected, class.cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::tamper::tiles::tile::Part;

    /// Tiles of all tones whose letters show as much as `shown` says of the lightness.
    fn tiles(shown: impl Fn(f32) -> f32) -> (Array2<Tile>, Array2<Option<Ground>>) {
        let ground = |(line, _): (usize, usize)| {
            let (lightness, middle) = (line as f32, [0.0; 2]);
            let (range, brightest) = ([lightness; 2], 0.4);
            Some(Ground { lightness, range, brightest, certainty: 10.0, middle })
        };
        let ground = Array2::from_shape_fn((100, 40), ground);
        let tile = |at: (usize, usize)| {
            let amplitude = ground[at].map_or(0.0, |ground: Ground| ground.amplitude());
            let seen = 30.0 * amplitude * shown(at.0 as f32);
            let own = Part { seen, expected: 30.0, ..Part::default() };
            Tile { own, pixels: 1.0, ..Tile::default() }
        };
        (Array2::from_shape_fn((100, 40), tile), ground)
    }

    fn response(tiles: &(Array2<Tile>, Array2<Option<Ground>>), tells: bool) -> ToneResponse {
        let tells = tiles.0.map(|_| tells);
        ToneResponse::of(&tiles.0, &tiles.1, &tells, (40.0, None), 0.17)
    }

    #[test]
    fn light_tones_tell_the_strength() {
        for light in [1.0, 0.6] {
            let tiles = tiles(|l| if l > 40.0 { light * l / 70.0 } else { 0.3 });
            let shown = response(&tiles, true);
            assert!((shown.light().unwrap() - f64::from(light)).abs() < 0.02);
            let none = response(&tiles, false);
            assert!(none.light().is_none() && (none.turn() - 40.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_turn_is_where_the_sign_changes() {
        for turn in [34.0, 38.0, 43.0] {
            // Held against letters that turn at 40.
            let tiles = tiles(|l| if (l > 40.0) == (l >= turn) { 0.8 } else { -0.8 });
            let found = response(&tiles, true).turn();
            assert!((found - f64::from(turn)).abs() <= 1.0, "{turn}: {found}");
        }
    }
}
