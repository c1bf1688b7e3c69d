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
/// Spread over which the noise of places is averaged.
const NOISE_SPREAD: Mm = Mm(1.0);
/// A place lacks letters if it stands so many standard deviations below the weakest genuine one. Of
/// genuine prints that were no more than stained, all presets but phones and worn pages, 198 stayed
/// below 5.6.
pub const LACKS: f32 = 6.5;
/// A place can be judged if without letters it would stand so many below.
const SEEN: f32 = 7.0;
/// A region is where less than this share of what is typical is left, the middle between all and
/// nothing.
const LEFT: f32 = 0.5;
/// What is left is known where letters typically stand so many standard deviations over none.
const KNOWN: f32 = 4.0;
/// Smaller regions are dust and scratches, in square millimetres.
const SMALLEST: f64 = 2.0;
/// Cells nearer to the portrait's edge may lie beyond it.
const EDGE: Mm = Mm(2.0);
/// Letters of which this share is left by what all have in common are other letters.
const OTHER: f32 = 0.5;

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
        let mut map = Map::of(cells, turn, strength)?;
        map.look(cells, Look::Whole);
        map.look(cells, Look::Own);
        // Who has the name places the others as well.
        if let Some(keyed) = keyed {
            map.look(&cells.only(keyed), Look::Own);
        }
        let mut regions = map.regions(cells);
        if !regions.is_empty() {
            let shown = DISPLACED.map(|by| map.shown_displaced(&displaced(by)));
            regions.retain(|region| !is_displaced(region, &shown));
        }
        let mut ground =
            map.seen.map(|&seen| if seen { Ground::Sound } else { Ground::Unreadable });
        for &place in regions.iter().flat_map(|region| &region.cells) {
            ground[place] = Ground::Lacking;
        }
        Some(Self { ground, regions, middles: cells.cells.map(Cell::middle) })
    }

    /// What a decision becomes where the microtext lacks: a print that passed was altered.
    #[must_use]
    pub fn decide(&self, mut decision: Decision) -> Decision {
        let Some(first) = self.regions.first() else { return decision };
        if decision.verdict.outcome() != Outcome::Successful {
            return decision;
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

/// What of the letters is looked at.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// All of them: whether there are letters.
    Whole,
    /// What tells them apart: whether there are these.
    Own,
}

/// What is known of each cell so far.
struct Map {
    strength: Strength,
    /// Share of what was foretold that is there, about each cell.
    shown: Array2<f32>,
    /// Cells that surely lie in the portrait.
    inner: Array2<bool>,
    /// Whether letters that lack would be seen to.
    seen: Array2<bool>,
    /// How far the cell stands below the weakest genuine one, in standard deviations.
    below: Array2<f32>,
    /// Share of what is typical that is left, where it is known, and how well.
    left: Array2<Option<f32>>,
}

impl Map {
    fn of(cells: &Cells, turn: f32, strength: f32) -> Option<Self> {
        let inner = inner(cells);
        let pooling = Pooling::new(SPREADS[0], cells);
        let seen = pooling.of(cells, |cell| cell.own.seen + cell.common.seen);
        let shown = &seen / &pooling.of(cells, |cell| cell.own.foretold + cell.common.foretold);
        let even = Array2::ones(shown.dim());
        let noise = noise(cells, &even, &shown, Look::Whole, &pooling);
        let strength = Strength::of(cells, &shown, &(&seen / &noise), &inner, turn, strength)?;
        Some(Self {
            strength,
            shown,
            inner,
            seen: Array2::from_elem(seen.dim(), false),
            below: Array2::zeros(seen.dim()),
            left: Array2::from_elem(seen.dim(), None),
        })
    }

    /// Takes in what places of all sizes show.
    fn look(&mut self, cells: &Cells, look: Look) {
        for spread in SPREADS {
            let pooling = Pooling::new(spread, cells);
            let Strength { typical, least } = &self.strength;
            let weighed = |weights: &Array2<f32>, value: fn(&Part) -> f32, power: i32| {
                let mut plane = cells.cells.map(|cell| look.of(cell, value));
                plane.zip_mut_with(weights, |v, w| *v *= w.powi(power));
                pooling.sum(&plane)
            };
            let seen = weighed(least, |part| part.seen, 1);
            let foretold = weighed(least, |part| part.foretold, 2);
            let noise = noise(cells, least, &self.shown, look, &pooling);
            let usual = weighed(typical, |part| part.seen, 1);
            let usually = weighed(typical, |part| part.foretold, 2);
            Zip::indexed(&self.inner).and(&noise).for_each(|at, &inner, &noise| {
                if !inner || least[at] <= 0.0 || noise <= 0.0 {
                    return;
                }
                let would = foretold[at] / noise;
                // Letters that are as strong the other way round are there: the tone deceives.
                let below = would - seen[at].abs() / noise;
                self.seen[at] |= would >= SEEN;
                if would >= LACKS {
                    self.below[at] = self.below[at].max(below);
                }
                let left = usual[at] / usually[at];
                // The noise of the typical is about that of the least, scaled.
                let known = would * typical[at] / least[at] >= KNOWN;
                if known && self.left[at].is_none_or(|before| look == Look::Own && left < before) {
                    self.left[at] = Some(left);
                }
            });
        }
    }

    /// Share of what is typical that the others show of each cell's own part, the greatest of them.
    fn shown_displaced(&self, cells: &Cells) -> Array2<f32> {
        let pooling = Pooling::new(SPREADS[1], cells);
        let typical = &self.strength.typical;
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

    /// Connected cells of which little is left, about places that lack letters.
    fn regions(&self, cells: &Cells) -> Vec<Region> {
        let lacks = |place: [usize; 2]| self.left[place].is_some_and(|left| left < LEFT);
        let mut taken = Array2::from_elem(self.below.dim(), false);
        let mut regions = Vec::new();
        for ((line, cell), &below) in self.below.indexed_iter() {
            let start = [line, cell];
            if below < LACKS || taken[start] || !lacks(start) {
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
            regions.extend(self.region(found, cells));
        }
        regions.retain(|region| region.area >= SMALLEST);
        regions.sort_by(|a, b| b.area.total_cmp(&a.area));
        regions
    }

    fn region(&self, mut places: Vec<[usize; 2]>, cells: &Cells) -> Option<Region> {
        places.sort_unstable();
        let middles: Vec<[f64; 2]> =
            places.iter().filter_map(|&place| cells.cells[place].middle()).collect();
        let fold = |i: usize, f: fn(f64, f64) -> f64| middles.iter().map(|m| m[i]).reduce(f);
        let bounds =
            [fold(0, f64::min)?, fold(1, f64::min)?, fold(0, f64::max)?, fold(1, f64::max)?];
        let middle =
            [0, 1].map(|i| middles.iter().map(|m| m[i]).sum::<f64>() / middles.len() as f64);
        let sum = |of: fn(&Part) -> f32, power: i32| -> f32 {
            let of = |&place: &[usize; 2]| {
                of(&cells.cells[place].common) * self.strength.typical[place].powi(power)
            };
            places.iter().map(of).sum()
        };
        let common = sum(|part| part.seen, 1) / sum(|part| part.foretold, 2).max(1e-20);
        let kind = if common < OTHER { Kind::Missing } else { Kind::Foreign };
        let area = places.len() as f64 * cells.size[0] * cells.size[1];
        let z = places.iter().map(|&place| f64::from(self.below[place])).fold(0.0, f64::max);
        Some(Region { kind, cells: places, middle, bounds, area, z })
    }
}

impl Look {
    fn of(self, cell: &Cell, value: impl Fn(&Part) -> f32) -> f32 {
        match self {
            Self::Whole => value(&cell.own) + value(&cell.common),
            Self::Own => value(&cell.own),
        }
    }
}

/// The standard deviation of what places show of letters that do not stand there. `shown`: how
/// strongly those that do are there, which are somewhat alike.
fn noise(
    cells: &Cells,
    weights: &Array2<f32>,
    shown: &Array2<f32>,
    look: Look,
    pooling: &Pooling,
) -> Array2<f32> {
    let mut squares = Array2::<f32>::zeros(shown.dim());
    let parts: &[fn(&Cell) -> &Part] = match look {
        Look::Whole => &[|cell| &cell.own, |cell| &cell.common],
        Look::Own => &[|cell| &cell.own],
    };
    for part in parts {
        for i in 0..OTHERS {
            let mut rest = cells.cells.map(|cell| part(cell).others[i]);
            Zip::from(&mut rest).and(&cells.cells).and(shown).and(weights).for_each(
                |v, cell, &shown, &weight| {
                    *v = weight * (*v - shown.max(0.0) * part(cell).alike[i]);
                },
            );
            Zip::from(&mut squares)
                .and(&pooling.sum(&rest))
                .for_each(|sum, v| *sum += v * v / OTHERS as f32);
        }
    }
    let around = Pooling::new(NOISE_SPREAD, cells);
    let share = around.sum(&Array2::ones(squares.dim()));
    (around.sum(&squares) / share).mapv_into(|v| v.max(f32::MIN_POSITIVE).sqrt())
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
