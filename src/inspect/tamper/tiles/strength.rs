//! How strongly letters show, place by place, as a share of what is typical of this very scan.
//!
//! Two views, of which the better one counts, since glare and tone hide letters from the one and the
//! portrait's own detail from the other: letters as a share of all fine detail (a correlation), and as a
//! share of the amplitude that the profile prints.

use ndarray::{Array2, Zip};

use crate::imaging::Mm;
use crate::inspect::tamper::tiles::ground::Ground;
use crate::inspect::tamper::tiles::pooling::Pooling;
use crate::inspect::tamper::tiles::tile::{OTHERS, Part, Tile};
use crate::numerics::{median, quantile};

/// Spread of the places by which it is told what is typical.
const TYPICAL_SPREAD: Mm = Mm(1.5);
/// Letters stand clear at so many standard deviations; so many tiles of them tell what is typical.
const CLEAR: f32 = 3.0;
const TELLING: usize = 30;
/// Spreads of the places in which letters may be of the other sign.
const TURNED: [Mm; 2] = [Mm(1.5), Mm(0.85)];
/// Spread over which the noise of places is averaged.
const NOISE_SPREAD: Mm = Mm(1.5);
/// Amplitudes are expected no larger than all but this share of the tiles has them.
const LARGEST: f64 = 0.95;

/// A share of what is typical, and the standard deviation that it has where there are no letters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) share: f32,
    pub(crate) deviation: f32,
}

impl Shown {
    /// Of sums that tell nothing.
    const NOTHING: Self = Self { share: 0.0, deviation: f32::INFINITY };

    fn of(seen: f32, expected: f32, variance: f32, typical: f32) -> Self {
        let all = expected * typical;
        if all <= 0.0 {
            return Self::NOTHING;
        }
        // What no other text shows is still counted as a part of the pixels.
        let deviation = variance.max(expected).sqrt() / all;
        Self { share: seen / all, deviation }
    }

    /// At the most, so many standard deviations off; of either sign, since tones deceive.
    pub(crate) fn most(self, by: f32) -> f32 {
        self.share.abs() + by * self.deviation
    }

    /// Standard deviations over none.
    pub(crate) fn clear(self) -> f32 {
        self.share / self.deviation
    }

    /// The one that shows more of what it could, if both tell.
    fn better(self, other: Self) -> Self {
        match (self.deviation.is_finite(), other.deviation.is_finite()) {
            (true, false) => self,
            (false, true) => other,
            _ if self.share >= other.share => self,
            _ => other,
        }
    }
}

/// What a place shows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Letters {
    /// Of what tells letters apart.
    pub(crate) own: Shown,
    /// Of what they have in common.
    pub(crate) common: Shown,
    /// Of both.
    pub(crate) all: Shown,
}

/// The tiles of a portrait in both views.
pub(crate) struct Strength {
    tiles: Array2<Tile>,
    views: [View; 2],
    size: [f64; 2],
}

/// One way to weigh tiles.
struct View {
    weights: Array2<f32>,
    /// Of the part that tells letters apart, of the common one, and of both.
    typical: [f32; 3],
}

/// Sums of one part.
#[derive(Clone, Copy, Default)]
struct Sums {
    seen: f32,
    expected: f32,
    variance: f32,
}

impl Strength {
    /// Of the tiles for which `tells` holds. None where too few show letters to know how strong they
    /// are.
    pub(crate) fn of(
        tiles: Array2<Tile>,
        ground: &Array2<Option<Ground>>,
        tells: &Array2<bool>,
        size: [f64; 2],
    ) -> Option<Self> {
        let even = tells.map(|&tells| f32::from(u8::from(tells)));
        let mut amplitudes: Vec<f32> = ground
            .iter()
            .zip(tells)
            .filter(|(_, tells)| **tells)
            .filter_map(|(g, _)| g.as_ref().map(Ground::amplitude))
            .collect();
        let largest = quantile(&mut amplitudes, LARGEST)?;
        let printed = Zip::from(ground)
            .and(&even)
            .map_collect(|ground, &even| even * ground.map_or(0.0, |g| g.amplitude().min(largest)));
        let unknown = |weights| View { weights, typical: [1.0; 3] };
        let mut strength = Self { tiles, views: [unknown(even), unknown(printed)], size };
        strength.turn_letters(tells);
        for i in 0..2 {
            strength.views[i].typical = strength.typical(i, tells)?;
        }
        Some(strength)
    }

    /// Letters that stand clear the other way round are there: light that was added or lost moved their
    /// ground across the tone at which they turn.
    fn turn_letters(&mut self, tells: &Array2<bool>) {
        for spread in TURNED {
            let shown = self.pooled(0, spread, tells);
            for (tile, letters) in self.tiles.iter_mut().zip(&shown) {
                if letters.all.clear() < -CLEAR {
                    *tile = tile.turned();
                }
            }
        }
    }

    fn typical(&self, view: usize, tells: &Array2<bool>) -> Option<[f32; 3]> {
        let shown = self.pooled(view, TYPICAL_SPREAD, tells);
        let clear = || {
            let pairs = shown.iter().zip(tells);
            pairs.filter(|(letters, tells)| **tells && letters.own.clear() > CLEAR)
        };
        if clear().count() < TELLING {
            return None;
        }
        let of = |part: fn(&Letters) -> f32| {
            let mut shares: Vec<f32> = clear().map(|(letters, _)| part(letters)).collect();
            median(&mut shares).filter(|share| *share > 0.0)
        };
        let (own, all) = (of(|l| l.own.share)?, of(|l| l.all.share)?);
        Some([own, of(|l| l.common.share).unwrap_or(all), all])
    }

    /// What each place of this spread shows, of the tiles for which `among` holds, by the better view.
    pub(crate) fn at(&self, spread: Mm, among: &Array2<bool>) -> Array2<Letters> {
        let mut letters = self.pooled(0, spread, among);
        Zip::from(&mut letters).and(&self.pooled(1, spread, among)).for_each(|a, b| {
            *a = Letters {
                own: a.own.better(b.own),
                common: a.common.better(b.common),
                all: a.all.better(b.all),
            };
        });
        letters
    }

    /// What letters typically are of all fine detail.
    pub(crate) fn typical_share(&self) -> f32 {
        self.views[0].typical[2]
    }

    fn pooled(&self, view: usize, spread: Mm, among: &Array2<bool>) -> Array2<Letters> {
        let View { weights, typical } = &self.views[view];
        let mut weights = weights.clone();
        Zip::from(&mut weights).and(among).for_each(|v, &among| {
            if !among {
                *v = 0.0;
            }
        });
        let pooling = Pooling::new(spread, self.size);
        let own = self.sums(&pooling, &weights, |tile| &tile.own);
        let common = self.sums(&pooling, &weights, |tile| &tile.common);
        Zip::from(&own).and(&common).map_collect(|&own, &common| letters(own, common, typical))
    }

    /// One part's sums, pooled.
    fn sums(
        &self,
        pooling: &Pooling,
        weights: &Array2<f32>,
        part: fn(&Tile) -> &Part,
    ) -> Array2<Sums> {
        let weighed = |value: &dyn Fn(&Tile) -> f32, power: i32| {
            let mut plane = self.tiles.map(value);
            plane.zip_mut_with(weights, |v, w| *v *= w.powi(power));
            pooling.sum(&plane)
        };
        let seen = weighed(&|tile| part(tile).seen, 1);
        let expected = weighed(&|tile| part(tile).expected, 2);
        let whole = weighed(&|tile| tile.own.seen + tile.common.seen, 1);
        let all = weighed(&|tile| tile.own.expected + tile.common.expected, 2);
        let mut squares = Array2::<f32>::zeros(seen.dim());
        for i in 0..OTHERS {
            let others = weighed(&|tile| part(tile).others[i], 1);
            let alike = weighed(&|tile| part(tile).alike[i], 2);
            Zip::from(&mut squares).and(&others).and(&alike).and(&whole).and(&all).for_each(
                |sum, &others, &alike, &whole, &all| {
                    let share = if all > 0.0 { (whole / all).max(0.0) } else { 0.0 };
                    *sum += (others - share * alike).powi(2) / OTHERS as f32;
                },
            );
        }
        let variance = Pooling::new(NOISE_SPREAD, self.size).mean(&squares);
        Zip::from(&seen)
            .and(&expected)
            .and(&variance)
            .map_collect(|&seen, &expected, &variance| Sums { seen, expected, variance })
    }

    /// What these tiles together show, by the better view.
    pub(crate) fn together(&self, places: impl Iterator<Item = [usize; 2]> + Clone) -> Letters {
        let [a, b] = [0, 1].map(|view| self.whole(view, places.clone()));
        Letters {
            own: a.own.better(b.own),
            common: a.common.better(b.common),
            all: a.all.better(b.all),
        }
    }

    fn whole(&self, view: usize, places: impl Iterator<Item = [usize; 2]>) -> Letters {
        let View { weights, typical } = &self.views[view];
        let mut sums = [Part::default(); 2];
        for place in places {
            let (tile, weight) = (&self.tiles[place], weights[place]);
            for (sum, part) in sums.iter_mut().zip([&tile.own, &tile.common]) {
                sum.seen += weight * part.seen;
                sum.expected += weight * weight * part.expected;
                for i in 0..OTHERS {
                    sum.others[i] += weight * part.others[i];
                    sum.alike[i] += weight * weight * part.alike[i];
                }
            }
        }
        let all = sums[0].expected + sums[1].expected;
        let share = if all > 0.0 { ((sums[0].seen + sums[1].seen) / all).max(0.0) } else { 0.0 };
        let [own, common] = sums.map(|part| {
            let pairs = part.others.iter().zip(&part.alike);
            let squares: f32 = pairs.map(|(seen, alike)| (seen - share * alike).powi(2)).sum();
            let variance = squares / OTHERS as f32;
            Sums { seen: part.seen, expected: part.expected, variance }
        });
        letters(own, common, typical)
    }
}

fn letters(own: Sums, common: Sums, typical: &[f32; 3]) -> Letters {
    Letters {
        own: Shown::of(own.seen, own.expected, own.variance, typical[0]),
        common: Shown::of(common.seen, common.expected, common.variance, typical[1]),
        all: Shown::of(
            own.seen + common.seen,
            own.expected + common.expected,
            own.variance + common.variance,
            typical[2],
        ),
    }
}
