//! The tamper map: where the microtext does not stand though it would be seen there.
//!
//! Every cell is held against the symbol that all lines together put there, pooled over places of
//! half a millimetre and more. What a place shows where there is nothing is told by the same letters
//! held against it at places where they do not stand, so that the portrait's texture, paper and
//! printer count for what they are.

use ndarray::{Array2, Zip};

use crate::imaging::Mm;
use crate::inspect::tamper::cells::{Cell, Cells, OTHERS};
use crate::inspect::tamper::deficit::{COMMON, Deficit, OWN, PartOf, SPREADS, variance};
use crate::inspect::tamper::displaced::Displaced;
use crate::inspect::tamper::pooling::Pooling;
use crate::inspect::tamper::region::{Kind, Region};
use crate::inspect::tamper::strength::Strength;
use crate::inspect::tamper::tone_response::ToneResponse;

/// Genuine letters scatter in strength, more than their noise, by wear, uneven light and bent pages.
/// Where nothing left is not so many standard deviations of that away, none of it is told apart from
/// tampering. Attacked prints scatter by 0.04 to 0.16, worn ones by up to 0.4.
const EVEN: f32 = 7.0;
/// Where the letters around a region lie so near to their places, in bins of the stack, no bend of the
/// page explains it: around other texts they stray by 0.05 to 0.3, on bent and tilted pages by 0.4 and
/// more.
const FLAT: f32 = 0.3;
/// Cells nearer to the portrait's edge may lie beyond it.
const EDGE: Mm = Mm(2.0);
/// Letters are there if what all have in common stands so many standard deviations over none, and is
/// this share of the scan's gain …
const THERE: f32 = 5.0;
const FAINT: f32 = 0.25;
/// … and then what tells them apart is at least this share as strong.
const OF_COMMON: f32 = 0.5;

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

/// The map.
#[derive(Clone, Debug)]
pub struct Tamper {
    /// What can be said of each cell, `[line, cell]`.
    pub ground: Array2<Ground>,
    /// Regions, the largest first.
    pub regions: Vec<Region>,
    /// Whether letters are so even in strength that a region is no wear.
    pub is_even: bool,
    /// Whether letters lie so well in their places that other ones are no bend of the page.
    pub is_flat: bool,
    /// How strong letters are by the tone of their ground.
    pub tone_response: ToneResponse,
    /// The middle of each cell in pixels of the scan, where it has any.
    pub middles: Array2<Option<[f64; 2]>>,
}

/// What the generator was told, and where the scan turns it.
#[derive(Clone, Copy, Debug)]
pub struct Print {
    /// Lightness in the scan at which letters turn from lighter to darker than their ground, L*.
    pub turn: f32,
    /// The profile's strength, as a share of the lightness scale.
    pub strength: f32,
}

impl Tamper {
    /// Maps the cells. `keyed`: which lines of the scan only a key can place; `displaced`: the same
    /// cells with others that are moved by so many bins. None where too few cells show letters to know
    /// how strong they are.
    #[must_use]
    pub fn of(
        cells: &Cells,
        print: Print,
        keyed: Option<impl Fn(i64) -> bool>,
        displaced: impl Fn([[i32; 2]; OTHERS]) -> Cells,
    ) -> Option<Self> {
        let inner = inner(cells);
        let letters = Letters::of(cells, &inner, print)?;
        let typical = letters.typical_text(cells);
        let text = |cells: &Cells| {
            let least = typical.mapv(|v| OF_COMMON * v);
            let typical = typical.clone();
            Deficit::new(Kind::Foreign, &[OWN], cells, least, typical, &letters.shown)
                .within(&inner)
        };
        // Who has the name places most lines, but none that is keyed.
        let texts: Vec<Deficit> = std::iter::once(text(cells))
            .chain(keyed.map(|keyed| text(&cells.only(keyed))))
            .collect();
        let mut regions = regions(&letters.deficit, &texts, cells);
        let mut is_flat = true;
        if !regions.is_empty() {
            let displaced = Displaced::new(displaced);
            let shown =
                [&letters.deficit.typical, &typical].map(|typical| displaced.shown(typical));
            regions.retain(|region| !Displaced::explains(region, &shown[region.kind as usize]));
            let astray = displaced.astray(cells, &typical, &regions);
            is_flat = astray.is_some_and(|astray| astray <= FLAT);
        }
        regions.sort_by(|a, b| b.area.total_cmp(&a.area));
        Some(Self {
            ground: ground(&letters.deficit, &texts, &regions),
            regions,
            is_even: EVEN * letters.deficit.scatter <= 1.0,
            is_flat,
            tone_response: ToneResponse::of(cells, &inner, print.turn, print.strength),
            middles: cells.cells.map(Cell::middle),
        })
    }

    /// Share of the cells on which there is evidence, 0..1.
    #[must_use]
    pub fn readable(&self) -> f64 {
        let read = self.ground.iter().filter(|&&ground| ground != Ground::Unreadable).count();
        read as f64 / self.ground.len().max(1) as f64
    }
}

/// Whether there are letters, whichever they be, and how strong they show.
struct Letters {
    strength: Strength,
    /// What is seen of what is expected, by cell.
    shown: Array2<f32>,
    /// Where they lack.
    deficit: Deficit,
}

impl Letters {
    fn of(cells: &Cells, inner: &Array2<bool>, print: Print) -> Option<Self> {
        let pooling = Pooling::new(SPREADS[0], cells);
        let seen = pooling.of(cells, |cell| cell.own.seen + cell.common.seen);
        let shown = &seen / &pooling.of(cells, |cell| cell.own.expected + cell.common.expected);
        let clear = &seen / &deviation(&[COMMON, OWN], cells, &shown, &pooling);
        let strength = Strength::of(cells, &shown, &clear, inner, print.turn, print.strength)?;
        let (least, typical) = (strength.least.clone(), strength.typical.clone());
        let deficit = Deficit::new(Kind::Missing, &[COMMON, OWN], cells, least, typical, &shown)
            .within(inner);
        Some(Self { strength, shown, deficit })
    }

    /// How strong what tells letters apart typically is: as what all of them have in common is, where
    /// that is clear; 0 elsewhere.
    fn typical_text(&self, cells: &Cells) -> Array2<f32> {
        let pooling = Pooling::new(SPREADS[1], cells);
        let common = pooling.of(cells, |cell| cell.common.seen);
        let clear = &common / &deviation(&[COMMON], cells, &self.shown, &pooling);
        let mut typical = &common / &pooling.of(cells, |cell| cell.common.expected);
        let told = &self.strength.told;
        Zip::from(&mut typical).and(&clear).and(told).for_each(|v, &clear, &told| {
            if clear < THERE || *v < FAINT * self.strength.gain || !told {
                *v = 0.0;
            }
        });
        typical
    }
}

/// Standard deviation of what places show of these parts where they do not stand.
fn deviation(
    parts: &[PartOf],
    cells: &Cells,
    shown: &Array2<f32>,
    pooling: &Pooling,
) -> Array2<f32> {
    let even = Array2::ones(shown.dim());
    let of = |part: &PartOf| variance(*part, cells, &even, shown, pooling);
    let sum = parts.iter().map(of).fold(Array2::zeros(shown.dim()), |sum, v| sum + v);
    sum.mapv_into(|v: f32| v.max(f32::MIN_POSITIVE).sqrt())
}

/// Where letters lack, and where other ones stand.
fn regions(letters: &Deficit, texts: &[Deficit], cells: &Cells) -> Vec<Region> {
    let mut regions = letters.regions(cells);
    for found in texts.iter().flat_map(|text| text.regions(cells)) {
        // Other letters are some of what is expected, too few for these.
        regions.retain(|region| region.kind == Kind::Foreign || !found.covers(region));
        if regions.iter().all(|region| !region.covers(&found)) {
            regions.push(found);
        }
    }
    regions
}

/// What can be said of each cell.
fn ground(letters: &Deficit, texts: &[Deficit], regions: &[Region]) -> Array2<Ground> {
    let mut ground = letters.seen.map(|_| Ground::Unreadable);
    for deficit in texts.iter().chain([letters]) {
        ground.zip_mut_with(&deficit.seen, |ground, &seen| {
            if seen {
                *ground = Ground::Sound;
            }
        });
    }
    for &place in regions.iter().flat_map(|region| &region.cells) {
        ground[place] = Ground::Lacking;
    }
    ground
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::tamper::cells::Part;

    const LINES: usize = 112;
    const SYMBOLS: usize = 159;
    const PRINT: Print = Print { turn: 40.0, strength: 0.17 };

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
            let expected: f32 = 30.0;
            let mut noisy = || noise * expected.sqrt() * random();
            Part {
                seen: share * expected + noisy(),
                expected,
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
        Tamper::of(cells, PRINT, None::<fn(i64) -> bool>, |_| cells.clone()).unwrap()
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
            cell.own.others[2] = cell.own.expected;
        }
        let keyed = None::<fn(i64) -> bool>;
        let map = Tamper::of(&cells, PRINT, keyed, |_| beside.clone()).unwrap();
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
        let keyed = Tamper::of(&cells, PRINT, Some(|line: i64| line % 2 == 1), |_| cells.clone());
        let keyed = keyed.unwrap();
        assert!(worst(&keyed) > 1.5 * worst(&map(&cells)), "{}", worst(&keyed));
    }

    #[test]
    fn where_letters_cannot_be_seen_nothing_is_said() {
        let noisy = cells(|_, _| Holds::Own, 60.0);
        let keyed = None::<fn(i64) -> bool>;
        let tamper = Tamper::of(&noisy, PRINT, keyed, |_| noisy.clone());
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
