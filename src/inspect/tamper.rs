//! The tamper map: where the microtext does not stand though it would be seen there.
//!
//! Every cell is held against the symbol that all lines together put there, pooled over places of
//! half a millimetre and more. What a place shows where there is nothing is told by the same letters
//! held against it at places where they do not stand, so that the portrait's texture, paper and
//! printer count for what they are.

use ndarray::{Array2, Zip};
use serde::Serialize;

use super::cells::{Cell, Cells, OTHERS, Part};
use super::pooling::Pooling;
use super::strength::Strength;
use super::verdict::{Decision, Outcome, Verdict};
use crate::base::Mm;

/// Spreads of the places over which cells are pooled: small ones tell where, large ones tell more.
const SPREADS: [Mm; 4] = [Mm(0.55), Mm(0.9), Mm(1.5), Mm(3.0)];
/// Spread of the places whose scatter in strength is looked at.
const SCATTER_SPREAD: Mm = SPREADS[1];
/// Spread over which the noise of places is averaged.
const NOISE_SPREAD: Mm = Mm(1.0);
/// A place lacks letters if it stands so many standard deviations below the weakest genuine one. Of
/// genuine prints that were no more than stained, all presets but phones and worn pages, 198 stayed
/// below 5.6; letters that were painted under the portrait reached 7.0.
pub const LACKS: f32 = 8.0;
/// … and the letters of a place lack what tells them apart if that stands so many below; of the 240 it
/// stayed below 4.6, phones and worn pages among them.
pub const DIFFERS: f32 = 6.0;
/// A place can be judged if without letters it would stand so many below.
const SEEN: f32 = 8.5;
/// A region is where less than this share of what is typical is left, the middle between all and
/// nothing.
const LEFT: f32 = 0.5;
/// What is left is known where letters typically stand so many standard deviations over none.
const KNOWN: f32 = 4.0;
/// Genuine letters scatter in strength, more than their noise, by wear, uneven light and bent pages.
/// Where nothing left is not so many standard deviations of that away, none of it is told apart from
/// tampering. Attacked prints scatter by 0.04 to 0.16, worn ones by up to 0.4.
const EVEN: f32 = 7.0;
/// Smaller regions are dust and scratches, in square millimetres.
const SMALLEST: f64 = 2.0;
/// Cells nearer to the portrait's edge may lie beyond it.
const EDGE: Mm = Mm(2.0);
/// Letters are there if what all have in common stands so many standard deviations over none, and is
/// this share of the scan's gain …
const THERE: f32 = 5.0;
const FAINT: f32 = 0.25;
/// … and then what tells them apart is at least this share as strong.
const OF_COMMON: f32 = 0.5;

/// Bent pages carry letters so far from where the columns have them, in bins of the stack along and
/// across: up to a symbol, and a fifth of a line.
const DISPLACED: [[[i32; 2]; OTHERS]; 2] = [
    [[-11, 0], [-8, 0], [-5, 0], [-3, 0], [3, 0], [5, 0], [8, 0], [11, 0]],
    [[-6, -4], [-2, -4], [2, -4], [6, -4], [-6, 4], [-2, 4], [2, 4], [6, 4]],
];

/// What can be said of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The microtext stands as it should.
    Sound,
    /// Too dark, light, lively or blurred for evidence.
    Unreadable,
    /// The microtext is not there.
    Lacking,
}

/// What is wrong with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// There are no letters.
    Missing,
    /// There are other letters.
    Foreign,
}

impl Kind {
    /// How far a place must stand below genuine ones.
    fn surely(self) -> f32 {
        match self {
            Self::Missing => LACKS,
            Self::Foreign => DIFFERS,
        }
    }
}

/// A region in which the microtext is not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// What is wrong.
    pub kind: Kind,
    /// Its cells, `[line, cell]`.
    pub cells: Vec<[usize; 2]>,
    /// Its middle in pixels of the scan.
    pub middle: [f64; 2],
    /// Left, top, right and bottom in pixels of the scan.
    pub bounds: [f64; 4],
    /// In square millimetres.
    pub area: f64,
    /// How far its worst place stands below genuine ones, in standard deviations.
    pub z: f64,
}

/// The map.
#[derive(Clone, Debug)]
pub struct Tamper {
    /// What can be said of each cell, `[line, cell]`.
    pub ground: Array2<Ground>,
    /// Regions, the largest first.
    pub regions: Vec<Region>,
    /// Whether letters are so even in strength that a region is no wear.
    pub is_even: bool,
    /// The middle of each cell in pixels of the scan, where it has any.
    pub middles: Array2<Option<[f64; 2]>>,
}

impl Tamper {
    /// Maps the cells. `turn`: the lightness at which letters turn; `strength`: the profile's; `keyed`:
    /// which lines of the scan only a key can place; `displaced`: the same cells with others that are
    /// moved by so many bins. None where too few cells show letters to know how strong they are.
    #[must_use]
    pub fn of(
        cells: &Cells,
        turn: f32,
        strength: f32,
        keyed: Option<impl Fn(i64) -> bool>,
        displaced: impl Fn([[i32; 2]; OTHERS]) -> Cells,
    ) -> Option<Self> {
        let inner = inner(cells);
        let pooling = Pooling::new(SPREADS[0], cells);
        let seen = pooling.of(cells, |cell| cell.own.seen + cell.common.seen);
        let shown = &seen / &pooling.of(cells, |cell| cell.own.foretold + cell.common.foretold);
        let even = Array2::ones(shown.dim());
        let deviation = |parts: &[PartOf], pooling: &Pooling| {
            let of = |part: &PartOf| variance(*part, cells, &even, &shown, pooling);
            let sum = parts.iter().map(of).fold(Array2::zeros(shown.dim()), |sum, v| sum + v);
            sum.mapv_into(|v: f32| v.max(f32::MIN_POSITIVE).sqrt())
        };
        let clear = &seen / &deviation(&[COMMON, OWN], &pooling);
        let strength = Strength::of(cells, &shown, &clear, &inner, turn, strength)?;
        let letters = Look::new(
            Kind::Missing,
            &[COMMON, OWN],
            cells,
            strength.least,
            strength.typical,
            &shown,
        );
        let letters = letters.within(&inner);

        // What all letters have in common tells how strong those here are, whichever they be.
        let pooling = Pooling::new(SPREADS[1], cells);
        let common = pooling.of(cells, |cell| cell.common.seen);
        let clear = &common / &deviation(&[COMMON], &pooling);
        let mut typical = &common / &pooling.of(cells, |cell| cell.common.foretold);
        Zip::from(&mut typical).and(&clear).and(&letters.least).for_each(|v, &clear, &least| {
            if clear < THERE || *v < FAINT * strength.gain || least <= 0.0 {
                *v = 0.0;
            }
        });
        let text = |cells: &Cells| {
            let least = typical.mapv(|v| OF_COMMON * v);
            Look::new(Kind::Foreign, &[OWN], cells, least, typical.clone(), &shown).within(&inner)
        };
        // Who has the name places most lines, but none that is keyed.
        let texts: Vec<Look> = std::iter::once(text(cells))
            .chain(keyed.map(|keyed| text(&cells.only(keyed))))
            .collect();

        let mut regions = letters.regions(cells);
        for found in texts.iter().flat_map(|look| look.regions(cells)) {
            // Other letters are some of what is foretold, too few for these.
            regions.retain(|region| region.kind == Kind::Foreign || !found.covers(region));
            if regions.iter().all(|region: &Region| !region.covers(&found)) {
                regions.push(found);
            }
        }
        if !regions.is_empty() {
            let cells = DISPLACED.map(displaced);
            let shown = [&letters.typical, &typical]
                .map(|typical| cells.each_ref().map(|cells| shown_displaced(cells, typical)));
            regions.retain(|region| !is_displaced(region, &shown[region.kind as usize]));
        }
        regions.sort_by(|a, b| b.area.total_cmp(&a.area));
        let mut ground = letters.seen.map(|_| Ground::Unreadable);
        for look in texts.iter().chain([&letters]) {
            ground.zip_mut_with(&look.seen, |ground, &seen| {
                if seen {
                    *ground = Ground::Sound;
                }
            });
        }
        for &place in regions.iter().flat_map(|region| &region.cells) {
            ground[place] = Ground::Lacking;
        }
        let is_even = EVEN * letters.scatter <= 1.0;
        Some(Self { ground, regions, is_even, middles: cells.cells.map(Cell::middle) })
    }

    /// What a decision becomes where the microtext lacks: a print that passed was altered, or it cannot
    /// be told.
    #[must_use]
    pub fn decide(&self, mut decision: Decision) -> Decision {
        if self.regions.is_empty() || decision.verdict.outcome() != Outcome::Successful {
            return decision;
        }
        // Bent pages move letters beside their places: that alone alters no verdict.
        let is_missing = |region: &&Region| region.kind == Kind::Missing;
        let Some(first) = self.regions.iter().find(is_missing) else {
            let other = "in marked places stand other letters than foretold: look there, or scan the page flat";
            decision.reasons.push(other.into());
            return decision;
        };
        if !self.is_even {
            let uneven = "the letters are so uneven, by wear, light or a bent page, that damage could not be told from tampering";
            decision.reasons.insert(0, uneven.into());
            return Decision { verdict: Verdict::Inconclusive, margin: 0.0, ..decision };
        }
        let what = match first.kind {
            Kind::Missing => "the microtext is missing",
            Kind::Foreign => "other text stands",
        };
        let whole: f64 = self.regions.iter().map(|region| region.area).sum();
        let places = match self.regions.len() {
            1 => "one place".to_owned(),
            n => format!("{n} places"),
        };
        let told = format!("{what} in {places} of {whole:.0} mm², where this scan would show it");
        decision.reasons.insert(0, told);
        let worst = self.regions.iter().map(|region| region.z).fold(0.0, f64::max);
        let margin = -(worst / f64::from(2.0 * LACKS)).tanh();
        Decision { verdict: Verdict::Altered, margin, ..decision }
    }

    /// Share of the cells on which there is evidence.
    #[must_use]
    pub fn readable(&self) -> f64 {
        let read = self.ground.iter().filter(|&&ground| ground != Ground::Unreadable).count();
        read as f64 / self.ground.len().max(1) as f64
    }
}

/// A part of what a cell shows.
type PartOf = fn(&Cell) -> &Part;
/// What all letters have in common.
const COMMON: PartOf = |cell| &cell.common;
/// What tells them apart.
const OWN: PartOf = |cell| &cell.own;

/// Cells held against what should stand in them.
struct Look {
    /// How strong letters are, in units of what was foretold, at the least (0: unknown) and typically.
    least: Array2<f32>,
    typical: Array2<f32>,
    /// What places of each spread show.
    places: Vec<(Mm, Pooled)>,
    /// Whether letters that lack would be seen to.
    seen: Array2<bool>,
    /// How far the cell stands below the weakest genuine one, in standard deviations.
    below: Array2<f32>,
    /// Share of what is typical that is left, where it is known, by the least spread that tells it.
    left: Array2<Option<f32>>,
    /// How far letters that are there scatter in strength.
    scatter: f32,
    /// What it means where they lack.
    kind: Kind,
}

/// What places of one spread show.
struct Pooled {
    /// Against the weakest genuine letters: seen, foretold, and the variance of what is seen.
    seen: Array2<f32>,
    foretold: Array2<f32>,
    variance: Array2<f32>,
    /// Against typical ones: seen and foretold.
    usual: Array2<f32>,
    usually: Array2<f32>,
}

impl Look {
    /// At these parts; where they lack, it means this.
    fn new(
        kind: Kind,
        parts: &[PartOf],
        cells: &Cells,
        least: Array2<f32>,
        typical: Array2<f32>,
        shown: &Array2<f32>,
    ) -> Self {
        let places = SPREADS.map(|spread| {
            let pooling = Pooling::new(spread, cells);
            let weighed = |weights: &Array2<f32>, value: fn(&Part) -> f32, power: i32| {
                let of = |cell: &Cell| parts.iter().map(|part| value(part(cell))).sum::<f32>();
                let mut plane = cells.cells.map(of);
                plane.zip_mut_with(weights, |v, w| *v *= w.powi(power));
                pooling.sum(&plane)
            };
            let variances =
                parts.iter().map(|part| variance(*part, cells, &least, shown, &pooling));
            let pooled = Pooled {
                seen: weighed(&least, |part| part.seen, 1),
                foretold: weighed(&least, |part| part.foretold, 2),
                variance: variances.fold(Array2::zeros(least.dim()), |sum, v| sum + v),
                usual: weighed(&typical, |part| part.seen, 1),
                usually: weighed(&typical, |part| part.foretold, 2),
            };
            (spread, pooled)
        });
        Self {
            seen: Array2::from_elem(least.dim(), false),
            below: Array2::zeros(least.dim()),
            left: Array2::from_elem(least.dim(), None),
            scatter: 0.0,
            kind,
            places: places.into(),
            least,
            typical,
        }
    }

    /// What it tells of the cells that surely lie in the portrait.
    fn within(mut self, inner: &Array2<bool>) -> Self {
        for (spread, pooled) in std::mem::take(&mut self.places) {
            let mut strengths = Vec::new();
            Zip::indexed(inner).and(&pooled.variance).for_each(|at, &inner, &variance| {
                if !inner || self.least[at] <= 0.0 || variance <= 0.0 {
                    return;
                }
                let would = pooled.foretold[at] / variance.sqrt();
                // Letters that are as strong the other way round are there: the tone deceives.
                let below = would - pooled.seen[at].abs() / variance.sqrt();
                self.seen[at] |= would >= SEEN;
                let left = pooled.usual[at] / pooled.usually[at];
                if would >= self.kind.surely() {
                    self.below[at] = self.below[at].max(below);
                    strengths.extend(Some(left).filter(|left| *left > LEFT));
                }
                // The noise of the typical is about that of the least, scaled.
                if would * self.typical[at] / self.least[at] >= KNOWN {
                    self.left[at].get_or_insert(left);
                }
            });
            if spread == SCATTER_SPREAD {
                self.scatter = scatter(strengths);
            }
        }
        self
    }

    /// Connected cells of which little is left, about places that lack letters.
    fn regions(&self, cells: &Cells) -> Vec<Region> {
        let lacks = |place: [usize; 2]| self.left[place].is_some_and(|left| left < LEFT);
        let mut taken = Array2::from_elem(self.below.dim(), false);
        let mut regions = Vec::new();
        for ((line, cell), &below) in self.below.indexed_iter() {
            let start = [line, cell];
            if below < self.kind.surely() || taken[start] || !lacks(start) {
                continue;
            }
            let (mut found, mut next) = (Vec::new(), vec![start]);
            taken[start] = true;
            while let Some(place) = next.pop() {
                found.push(place);
                for other in neighbours(place, self.below.dim()) {
                    if lacks(other) && !taken[other] {
                        taken[other] = true;
                        next.push(other);
                    }
                }
            }
            let z = found.iter().map(|&place| f64::from(self.below[place])).fold(0.0, f64::max);
            regions.extend(Region::of(found, self.kind, z, cells));
        }
        regions.retain(|region| region.area >= SMALLEST);
        regions
    }
}

impl Region {
    fn of(mut places: Vec<[usize; 2]>, kind: Kind, z: f64, cells: &Cells) -> Option<Self> {
        places.sort_unstable();
        let middles: Vec<[f64; 2]> =
            places.iter().filter_map(|&place| cells.cells[place].middle()).collect();
        let fold = |i: usize, f: fn(f64, f64) -> f64| middles.iter().map(|m| m[i]).reduce(f);
        let bounds =
            [fold(0, f64::min)?, fold(1, f64::min)?, fold(0, f64::max)?, fold(1, f64::max)?];
        let middle =
            [0, 1].map(|i| middles.iter().map(|m| m[i]).sum::<f64>() / middles.len() as f64);
        let area = places.len() as f64 * cells.size[0] * cells.size[1];
        Some(Self { kind, cells: places, middle, bounds, area, z })
    }

    /// Whether a good part of another one lies in it.
    fn covers(&self, other: &Self) -> bool {
        let again = other.cells.iter().filter(|cell| self.cells.binary_search(cell).is_ok());
        3 * again.count() > other.cells.len()
    }
}

/// How far strengths fall below their median: the standard deviation, if they rose over it as far.
fn scatter(mut strengths: Vec<f32>) -> f32 {
    if strengths.is_empty() {
        return 0.0;
    }
    let (middle, count) = (strengths.len() / 2, strengths.len() as f32);
    let median = *strengths.select_nth_unstable_by(middle, f32::total_cmp).1;
    let below = strengths.iter().map(|share| (1.0 - share / median).max(0.0).powi(2));
    (2.0 * below.sum::<f32>() / count).sqrt()
}

/// Share of what is typical that the others show of each cell's own part, the greatest of them.
fn shown_displaced(cells: &Cells, typical: &Array2<f32>) -> Array2<f32> {
    let pooling = Pooling::new(SPREADS[1], cells);
    let weighed = |value: &dyn Fn(&Cell) -> f32, power: i32| {
        let mut plane = cells.cells.map(value);
        plane.zip_mut_with(typical, |v, w| *v *= w.powi(power));
        pooling.sum(&plane)
    };
    let usually = weighed(&|cell| cell.own.foretold, 2);
    let mut most = Array2::zeros(typical.dim());
    for i in 0..OTHERS {
        let shown = weighed(&|cell| cell.own.others[i], 1) / &usually;
        Zip::from(&mut most).and(&shown).for_each(|most: &mut f32, &v| *most = most.max(v));
    }
    most
}

/// The variance of what places show of a part that does not stand there. `shown`: how strongly the
/// letters that do are there, which are somewhat alike.
fn variance(
    part: PartOf,
    cells: &Cells,
    weights: &Array2<f32>,
    shown: &Array2<f32>,
    pooling: &Pooling,
) -> Array2<f32> {
    let mut squares = Array2::<f32>::zeros(shown.dim());
    let mut rest = squares.clone();
    for i in 0..OTHERS {
        Zip::from(&mut rest).and(&cells.cells).and(shown).and(weights).for_each(
            |v, cell, &shown, &weight| {
                let part = part(cell);
                *v = weight * (part.others[i] - shown.max(0.0) * part.alike[i]);
            },
        );
        Zip::from(&mut squares)
            .and(&pooling.sum(&rest))
            .for_each(|sum, v| *sum += v * v / OTHERS as f32);
    }
    let around = Pooling::new(NOISE_SPREAD, cells);
    let share = around.sum(&Array2::ones(squares.dim()));
    around.sum(&squares) / share
}

/// Cells that do not lie at the portrait's edge.
fn inner(cells: &Cells) -> Array2<bool> {
    let (lines, symbols) = cells.cells.dim();
    let from_edge =
        |at: usize, count: usize, size: f64| (at.min(count - 1 - at) as f64 + 0.5) * size;
    Array2::from_shape_fn((lines, symbols), |(line, symbol)| {
        let down = from_edge(line, lines, cells.size[1]);
        down.min(from_edge(symbol, symbols, cells.size[0])) >= EDGE.0
            && cells.cells[[line, symbol]].pixels > 0.0
    })
}

/// Whether a region's letters stand a little beside their places: the page is bent there.
fn is_displaced(region: &Region, shown: &[Array2<f32>]) -> bool {
    let stands = |place: &&[usize; 2]| shown.iter().any(|shown| shown[**place] >= LEFT);
    2 * region.cells.iter().filter(stands).count() >= region.cells.len()
}

fn neighbours(
    [line, cell]: [usize; 2],
    (lines, cells): (usize, usize),
) -> impl Iterator<Item = [usize; 2]> {
    let beside = [
        (line.wrapping_sub(1), cell),
        (line + 1, cell),
        (line, cell.wrapping_sub(1)),
        (line, cell + 1),
    ];
    beside.into_iter().filter(move |&(l, c)| l < lines && c < cells).map(|(l, c)| [l, c])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: usize = 112;
    const SYMBOLS: usize = 159;
    const TURN: f32 = 40.0;
    const STRENGTH: f32 = 0.17;

    /// What a cell holds: its letter, another one, or none.
    #[derive(Clone, Copy, PartialEq)]
    enum Holds {
        Own,
        Other,
        Nothing,
    }

    /// Cells of a colourful, light portrait before white, with this noise.
    fn cells(holds: impl Fn(usize, usize) -> Holds, noise: f32) -> Cells {
        let mut seed = 1u32;
        let mut random = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            3.46 * ((seed >> 8) as f32 / (1 << 24) as f32 - 0.5)
        };
        let mut part = move |share: f32| {
            let foretold: f32 = 30.0;
            let mut noisy = || noise * foretold.sqrt() * random();
            Part {
                seen: share * foretold + noisy(),
                foretold,
                others: std::array::from_fn(|_| noisy()),
                alike: [0.0; OTHERS],
            }
        };
        let pixels = 50.0;
        let mut cell = |line: usize, symbol: usize| {
            let (common, own) = match holds(line, symbol) {
                Holds::Own => (1.0, 1.0),
                Holds::Other => (1.0, 0.0),
                Holds::Nothing => (0.0, 0.0),
            };
            Cell {
                common: part(common),
                own: part(own),
                lightness: 70.0 * pixels,
                brightest: if line < 8 { 0.9 } else { 0.6 } * pixels,
                pixels,
                places: [symbol as f32 * 5.2 * pixels, line as f32 * 9.4 * pixels],
            }
        };
        let all = (0..LINES * SYMBOLS).map(|i| (i / SYMBOLS, i % SYMBOLS));
        let all = all.map(|(line, symbol)| cell(line, symbol)).collect();
        Cells {
            cells: Array2::from_shape_vec((LINES, SYMBOLS), all).unwrap(),
            first_line: 0,
            first_cell: 0,
            size: [0.22, 0.4],
        }
    }

    fn map(cells: &Cells) -> Tamper {
        Tamper::of(cells, TURN, STRENGTH, None::<fn(i64) -> bool>, |_| cells.clone()).unwrap()
    }

    fn patch(line: usize, symbol: usize) -> bool {
        (40..50).contains(&line) && (60..78).contains(&symbol)
    }

    #[test]
    fn what_lacks_is_found_where_it_is() {
        for (instead, kind) in [(Holds::Nothing, Kind::Missing), (Holds::Other, Kind::Foreign)] {
            for noise in [1.0, 2.0] {
                let holds = |l, s| if patch(l, s) { instead } else { Holds::Own };
                let tamper = map(&cells(holds, noise));
                let [region] = &tamper.regions[..] else { panic!("{:?}", tamper.regions.len()) };
                assert_eq!(region.kind, kind);
                let right = region.cells.iter().filter(|[l, c]| patch(*l, *c)).count();
                let f1 = 2.0 * right as f64 / (region.cells.len() + 180) as f64;
                assert!(f1 > 0.85, "{f1}");
                let [x, y] = region.middle;
                assert!((x - 68.5 * 5.2).abs() < 6.0 && (y - 44.5 * 9.4).abs() < 9.0);
            }
        }
    }

    #[test]
    fn a_genuine_print_lacks_nothing() {
        for noise in [0.5, 1.0, 3.0, 8.0] {
            assert!(map(&cells(|_, _| Holds::Own, noise)).regions.is_empty(), "{noise}");
        }
    }

    #[test]
    fn letters_beside_their_places_are_there() {
        let cells = cells(|l, s| if patch(l, s) { Holds::Other } else { Holds::Own }, 1.0);
        let mut beside = cells.clone();
        for cell in &mut beside.cells {
            cell.own.others[2] = cell.own.foretold;
        }
        let keyed = None::<fn(i64) -> bool>;
        let map = Tamper::of(&cells, TURN, STRENGTH, keyed, |_| beside.clone()).unwrap();
        assert!(map.regions.is_empty() && map.ground[[45, 69]] == Ground::Sound);
    }

    #[test]
    fn most_of_the_portrait_may_be_foreign() {
        let swapped = |l: usize, s: usize| (15..100).contains(&l) && (25..150).contains(&s);
        let holds = |l, s| if swapped(l, s) { Holds::Nothing } else { Holds::Own };
        let tamper = map(&cells(holds, 1.0));
        assert!(tamper.regions[0].area > 0.9 * 85.0 * 125.0 * 0.22 * 0.4);
    }

    #[test]
    fn a_forger_cannot_place_keyed_lines() {
        // Every second line of the patch is right.
        let holds = |l, s| if patch(l, s) && l % 2 == 1 { Holds::Other } else { Holds::Own };
        let cells = cells(holds, 1.0);
        let worst = |tamper: &Tamper| tamper.regions.iter().map(|r| r.z).fold(0.0, f64::max);
        let keyed =
            Tamper::of(&cells, TURN, STRENGTH, Some(|line: i64| line % 2 == 1), |_| cells.clone());
        let keyed = keyed.unwrap();
        assert!(worst(&keyed) > 1.5 * worst(&map(&cells)), "{}", worst(&keyed));
    }

    #[test]
    fn where_letters_cannot_be_seen_nothing_is_said() {
        let noisy = cells(|_, _| Holds::Own, 60.0);
        let keyed = None::<fn(i64) -> bool>;
        let tamper = Tamper::of(&noisy, TURN, STRENGTH, keyed, |_| noisy.clone());
        assert!(tamper.is_none_or(|t| t.regions.is_empty() && t.readable() < 0.2));
        let mut dark = cells(|l, s| if patch(l, s) { Holds::Nothing } else { Holds::Own }, 1.0);
        for ((line, symbol), cell) in dark.cells.indexed_iter_mut() {
            if patch(line, symbol) {
                cell.lightness = 30.0 * cell.pixels;
            }
        }
        let tamper = map(&dark);
        assert!(tamper.regions.is_empty());
        assert_eq!(tamper.ground[[45, 69]], Ground::Unreadable);
        assert_eq!(tamper.ground[[20, 30]], Ground::Sound);
    }
}
