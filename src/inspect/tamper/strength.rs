//! The strength of genuine letters: how strongly they show in each cell of a scan, typically and at
//! the least. Printers and scanners bend the tones and fill in the shadows, so the scan itself tells
//! most of it; but where a part of the portrait was changed it tells of that part as well, so that
//! nothing is taken as genuine that stays below what all presses reach.

use ndarray::{Array2, Zip};

use crate::imaging::{Mm, tone};
use crate::inspect::signal::tones;
use crate::inspect::tamper::cells::Cells;
use crate::inspect::tamper::pooling::Pooling;
use crate::inspect::tamper::tone_response::BRIGHTER;
use crate::numerics::{median, quantile};
use crate::spec::modulation;

/// Spread over which ground is looked at.
const GROUND: Mm = Mm(0.25);
/// The scanner's channels are at their end above this light, and show no letters.
const CLIPPED: f32 = 0.95;
/// The share of the portrait that is less bright than its white.
const WHITEST: f64 = 0.995;
/// Where scans show no colours, a channel is at most this many times as bright as the luminance:
/// lips, skin in warm light …
const REDDEST: f32 = 3.0;
/// … and letters show at least this share of what that channel leaves room for.
const ROOM: f32 = 0.75;
/// A scan has no colours if in nine of ten cells the brightest channel is within this of the luminance.
const COLOURLESS: f32 = 0.05;

/// Width of a class of tones, in L*, and how many cells one must have to tell of itself.
const CLASS: f32 = tones::CLASS as f32;
const CLASSES: usize = 20;
const TELLING: usize = 60;
/// Letters show at least this share of what their class of tones typically does, …
const OF_TYPICAL: f32 = 0.5;
/// … or this share of what all but a tenth of the class does, if that is more, …
const OF_WEAK: f32 = 0.8;
const WEAK: f32 = 0.1;
/// … and this share of what letters in light tones do, from so many L* over the turn, and less down to
/// so many; nearer to it, and below, letters may be of either sign or filled in.
const OF_LIGHT: f32 = 0.35;
const LIGHT: [f32; 2] = [8.0, 22.0];
const TURN: f32 = 10.0;
/// This near to the turn letters may be of either sign, and below so many L* there are none.
const NEAR: f32 = 4.0;
const BLACK: f32 = 12.0;
/// Light tones, from which the scan's gain is taken, in L*.
const GAIN: f32 = 60.0;
/// Letters that stand so many standard deviations over none are there.
const CLEAR: f32 = 6.0;
/// The gain is told by at least so many cells.
const CELLS: usize = 50;

/// How strongly letters show, cell by cell, in units of what was expected.
#[derive(Clone, Debug)]
pub struct Strength {
    /// Typically.
    pub typical: Array2<f32>,
    /// At the least; 0 where nothing can be said.
    pub least: Array2<f32>,
    /// In light tones.
    pub gain: f32,
    /// Where letters could show and it is known of which sign they are, however strong.
    pub told: Array2<bool>,
}

impl Strength {
    /// Of cells that show `shown` of what was expected and stand `clear` standard deviations over
    /// none; `inner` are those that surely lie in the portrait. None where too few show letters.
    /// `turn`: the lightness at which letters turn; `strength`: the profile's.
    #[must_use]
    pub fn of(
        cells: &Cells,
        shown: &Array2<f32>,
        clear: &Array2<f32>,
        inner: &Array2<bool>,
        turn: f32,
        strength: f32,
    ) -> Option<Self> {
        let ground = Ground::of(cells, inner, strength)?;
        let Ground { lightness, usual, tells, .. } = &ground;
        let clear_in = |least: f32| {
            let mut found = Vec::new();
            Zip::indexed(shown).and(clear).and(tells).for_each(|at, &shown, &clear, &tells| {
                if tells && clear > CLEAR && usual[at] > 0.9 && lightness[at] > least {
                    found.push(shown);
                }
            });
            Some(found).filter(|found| found.len() >= CELLS)
        };
        let mut light = clear_in(GAIN.max(turn + TURN)).or_else(|| clear_in(0.0))?;
        let gain = median(&mut light)?;
        let classes = Classes::of(shown, lightness, tells, usual, cells, gain);
        let [mut typical, mut least] = [(); 2].map(|()| Array2::zeros(shown.dim()));
        Zip::indexed(&mut typical).and(&mut least).for_each(|at, typical, least| {
            let l = lightness[at];
            if !tells[at] || l < turn + TURN {
                return;
            }
            let Class { typical: own, middle, weak } = classes.at(l);
            let light = ((l - turn - LIGHT[0]) / (LIGHT[1] - LIGHT[0])).clamp(0.0, 1.0);
            let of_class = (OF_TYPICAL * middle).max(OF_WEAK * weak);
            let share = of_class.max(OF_LIGHT * light) * usual[at];
            *least = gain * ground.at_most(share, l);
            *typical = gain * own.max(light) * usual[at];
        });
        let told = Zip::from(tells)
            .and(lightness)
            .map_collect(|&tells, &l| tells && (l - turn).abs() >= NEAR && l >= BLACK);
        Some(Self { typical, least, gain, told })
    }
}

/// The ground that letters stand on, cell by cell.
struct Ground {
    /// In L*.
    lightness: Array2<f32>,
    /// What the brightest channel leaves of the generator's amplitude, as a share.
    usual: Array2<f32>,
    /// Whether letters could show.
    tells: Array2<bool>,
    /// Light of the portrait's white, 0..1.
    white: f32,
    /// Whether the scan shows no colours: then the brightest channel is not known.
    is_colourless: bool,
    /// The profile's.
    strength: f32,
}

impl Ground {
    fn of(cells: &Cells, inner: &Array2<bool>, strength: f32) -> Option<Self> {
        let pooling = Pooling::new(GROUND, cells);
        let pixels = pooling.of(cells, |cell| cell.pixels);
        let lightness = pooling.of(cells, |cell| cell.lightness) / &pixels;
        let brightest = pooling.of(cells, |cell| cell.brightest) / &pixels;
        let inside = |plane: &Array2<f32>| {
            let pairs = plane.iter().zip(inner).filter(|(_, inner)| **inner);
            pairs.map(|(v, _)| *v).collect::<Vec<_>>()
        };
        let white = quantile(&mut inside(&brightest), WHITEST)?;
        let mut colour = brightest.clone();
        colour.zip_mut_with(&lightness, |b, &l| *b -= tone::luminance(l));
        let is_colourless = quantile(&mut inside(&colour), 0.9)? < COLOURLESS;
        let usual = Zip::from(&brightest)
            .and(&lightness)
            .map_collect(|&b, &l| room(BRIGHTER * b / white, l, strength));
        let tells = Zip::from(&brightest)
            .and(inner)
            .and(&cells.cells)
            .map_collect(|&b, &inner, cell| inner && b < CLIPPED && cell.tells());
        Some(Self { lightness, usual, tells, white, is_colourless, strength })
    }

    /// A share that letters show in this lightness, or what they have room for at the least if the
    /// brightest channel is not known.
    fn at_most(&self, share: f32, lightness: f32) -> f32 {
        if !self.is_colourless {
            return share;
        }
        let reddest = (REDDEST * tone::luminance(lightness) / self.white).min(modulation::WHITE);
        share.min(ROOM * room(reddest, lightness, self.strength))
    }
}

/// What the brightest channel leaves of the generator's amplitude, 0..1.
fn room(brightest: f32, lightness: f32, strength: f32) -> f32 {
    let whole = modulation::amplitude_of(lightness, strength);
    (modulation::most(brightest.max(0.01)) / whole).clamp(0.0, 1.0)
}

/// What a class of tones shows, as shares of the gain.
#[derive(Clone, Copy, Default)]
struct Class {
    /// The middle one of its cells.
    typical: f32,
    /// The same, or what the middle one of a neighbouring class shows if that is less.
    middle: f32,
    /// So all but the weakest.
    weak: f32,
}

/// All classes.
struct Classes([Class; CLASSES]);

impl Classes {
    fn of(
        shown: &Array2<f32>,
        lightness: &Array2<f32>,
        tells: &Array2<bool>,
        usual: &Array2<f32>,
        cells: &Cells,
        gain: f32,
    ) -> Self {
        let mut found = vec![Vec::<(f32, f32)>::new(); CLASSES];
        for (at, &shown) in shown.indexed_iter() {
            if tells[at] && usual[at] > 0.9 {
                let cell = &cells.cells[at];
                let weight = cell.own.expected + cell.common.expected;
                found[class(lightness[at])].push((shown / gain, weight));
            }
        }
        let of_class = |mut found: Vec<(f32, f32)>| {
            found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            [0.5, WEAK].map(|share| weighted(&found, share).clamp(0.0, 1.0))
        };
        let classes: Vec<Option<[f32; 2]>> = found
            .into_iter()
            .map(|found| (found.len() > TELLING).then(|| of_class(found)))
            .collect();
        // Neighbours' tones are mixed into a class's cells: the weakest of the three counts.
        let with_neighbours = |i: usize| {
            let near = classes[i.saturating_sub(1)..(i + 2).min(CLASSES)].iter().flatten();
            let least = |of: usize| near.clone().map(|shares| shares[of]).fold(1.0, f32::min);
            classes[i].map_or_else(Class::default, |[typical, _]| Class {
                typical,
                middle: least(0),
                weak: least(1),
            })
        };
        Self(std::array::from_fn(with_neighbours))
    }

    fn at(&self, lightness: f32) -> Class {
        self.0[class(lightness)]
    }
}

fn class(lightness: f32) -> usize {
    ((lightness / CLASS).max(0.0) as usize).min(CLASSES - 1)
}

/// The value below which this share of the weight lies, of sorted pairs of value and weight.
fn weighted(pairs: &[(f32, f32)], share: f32) -> f32 {
    let limit = share * pairs.iter().map(|pair| pair.1).sum::<f32>();
    let mut sum = 0.0;
    let at = pairs.iter().find(|pair| {
        sum += pair.1;
        sum >= limit
    });
    at.map_or(0.0, |pair| pair.0)
}
