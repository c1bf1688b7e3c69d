//! Accusation: which of the places that lack their letters were tampered with. Each is explained first:
//! by its tone, by wear, glare and blur, which fade letters bit by bit, or by letters that stand a
//! little beside.

use std::collections::{HashSet, VecDeque};

use ndarray::Array2;

use crate::imaging::tone;
use crate::inspect::tamper::confirmation::{Found, LEFT, SURE};
use crate::inspect::tamper::region::{Kind, Region, SMALLEST};
use crate::inspect::tamper::tiles::drift::{Coarse, steps};
use crate::inspect::tamper::tiles::ground::Ground;
use crate::inspect::tamper::tiles::strength::{Letters, Shown, Strength};
use crate::inspect::tamper::tiles::tiling::Tiling;

/// The surroundings of a region: tiles at this distance, in millimetres. Nearer ones lie half in it.
const AROUND: [f64; 2] = [1.3, 4.0];
/// Where a patch ends letters stand at once: at least this share of its telling surroundings is
/// confirmed, and there are so many of them.
const SOUND: f64 = 0.5;
const FEWEST: usize = 6;
/// Small regions, in square millimetres, need more of it.
const SMALL: f64 = 12.0;
const SOUNDER: f64 = 0.75;
/// Glare adds light, no more than the darkest place so near has, in millimetres: so much darker may a
/// region have been printed.
const VEILED: f64 = 5.0;
/// … and it changes by no more than so much of full light a millimetre: a spot of half of it, 5 mm wide.
const STEEPEST: f32 = 0.08;
/// Tones so near, in L*, tell how letters show in a region's tone, if so many tiles have them …
const ALIKE: f32 = 5.0;
const TELLING: usize = 24;
/// … and show at least this share of what is typical.
const SHOWN: f32 = 0.5;
/// Every press shows letters in tones that are so much lighter than where they turn, in L*, …
const LIGHT: f32 = 14.0;
/// … up to this share of the brightest light within so many millimetres: above, white leaves no room for
/// them, and light falls off over a page.
const ROOM: f32 = 0.85;
const LIT: f64 = 8.0;
/// This near to the turn letters may be of either sign, and so near above it where light may have been
/// added.
const NEAR: f32 = 4.0;
const NEAR_VEILED: f32 = 8.0;
/// What has less than this share of the usual fine detail is covered.
const COVERED: f32 = 0.3;
/// Letters that stand beside their places are there if they are this share of what is typical, in so
/// many standard deviations.
const BESIDE: f32 = 0.5;
const BESIDE_CLEAR: f32 = 5.0;

/// What an accusation is weighed with.
pub(super) struct Court<'a> {
    pub(super) found: &'a Array2<Found>,
    pub(super) strength: &'a Strength,
    pub(super) ground: &'a Array2<Option<Ground>>,
    pub(super) tells: &'a Array2<bool>,
    pub(super) tiling: &'a Tiling,
    pub(super) coarse: &'a Coarse<'a>,
    /// The lightness at which letters turn.
    pub(super) turn: f32,
}

impl Court<'_> {
    /// The regions that nothing explains, the largest first.
    pub(super) fn regions(&self) -> Vec<Region> {
        let mut regions: Vec<Region> = Vec::new();
        for kind in [Kind::Missing, Kind::Foreign] {
            let regions_of_kind = self.connected(kind).into_iter();
            regions.extend(regions_of_kind.filter_map(|tiles| self.accuse(kind, tiles)));
        }
        regions.sort_by(|a, b| b.area.total_cmp(&a.area));
        regions
    }

    /// Connected tiles that lack their letters in this way, and could show them.
    fn connected(&self, kind: Kind) -> Vec<Vec<[usize; 2]>> {
        let lacks =
            |place: [usize; 2]| self.found[place] == Found::Lacks(kind) && self.could_show(place);
        let mut taken = Array2::from_elem(self.found.dim(), false);
        let mut all = Vec::new();
        for start in self.tiling.places() {
            if taken[start] || !lacks(start) {
                continue;
            }
            let (mut tiles, mut next) = (Vec::new(), VecDeque::from([start]));
            taken[start] = true;
            while let Some(place) = next.pop_front() {
                tiles.push(place);
                for beside in neighbours(place, self.found.dim()) {
                    if !taken[beside] && lacks(beside) {
                        taken[beside] = true;
                        next.push_back(beside);
                    }
                }
            }
            all.push(tiles);
        }
        all
    }

    /// Whether letters would show in the tone of a tile, whatever light was added to it.
    fn could_show(&self, place: [usize; 2]) -> bool {
        self.ground[place].is_some_and(|ground| {
            let [darkest, lightest] = ground.range;
            let is_dark = lightest <= self.turn - NEAR;
            let is_light = || {
                darkest >= self.turn + NEAR
                    && self.printed_at_least(place, ground.lightness) >= self.turn + NEAR_VEILED
            };
            ground.brightest <= ROOM * self.white(place) && (is_dark || is_light())
        })
    }

    /// The lightness that a tile was printed with at the least, if it is this in the scan.
    fn printed_at_least(&self, place: [usize; 2], lightness: f32) -> f32 {
        let light = tone::luminance(lightness);
        let most = |(away, ground): (f64, &Ground)| {
            tone::luminance(ground.range[0].max(0.0)) + STEEPEST * away as f32
        };
        let veil = self.near(place, VEILED).map(most).fold(light, f32::min);
        tone::lightness(light - veil)
    }

    /// The brightest light around a tile, 0..1.
    fn white(&self, place: [usize; 2]) -> f32 {
        self.near(place, LIT).map(|(_, ground)| ground.brightest).fold(0.0, f32::max)
    }

    /// The ground of all tiles within so many millimetres, and how far off each is.
    fn near(&self, place: [usize; 2], reach: f64) -> impl Iterator<Item = (f64, &Ground)> {
        let [x, y] = self.tiling.middle(place);
        let range = |i: usize| {
            let tiles = (reach / self.tiling.size[1 - i]).ceil() as usize;
            place[i].saturating_sub(tiles)..(place[i] + tiles + 1).min(self.tiling.count[i])
        };
        let (rows, columns) = (range(0), range(1));
        let all = rows.flat_map(move |row| columns.clone().map(move |column| [row, column]));
        all.filter_map(move |at| {
            let [u, v] = self.tiling.middle(at);
            let away = (u - x).hypot(v - y);
            self.ground[at].as_ref().filter(|_| away <= reach).map(|ground| (away, ground))
        })
    }

    /// A region, if nothing explains it.
    fn accuse(&self, kind: Kind, tiles: Vec<[usize; 2]>) -> Option<Region> {
        let area = tiles.len() as f64 * self.tiling.area();
        if area < SMALLEST || !has_core(&tiles) {
            return None;
        }
        let part = |letters: Letters| match kind {
            Kind::Missing => letters.all,
            Kind::Foreign => letters.own,
        };
        let shown = part(self.strength.together(tiles.iter().copied()));
        let usual = self.usual(kind, &tiles)?;
        if shown.most(SURE) > LEFT * usual.min(1.0)
            || self.is_covered(&tiles)
            || !self.ends_at_once(&tiles, if area < SMALL { SOUNDER } else { SOUND })
            || self.stand_beside(&tiles)
        {
            return None;
        }
        let z = f64::from((usual - shown.share) / shown.deviation.max(1e-6));
        let middles: Vec<[f64; 2]> =
            tiles.iter().filter_map(|&at| Some(self.ground[at]?.middle)).collect();
        Region::of(tiles, &middles, kind, z, self.tiling.area())
    }

    /// How strongly letters show elsewhere in a region's tone; none where that is not known.
    fn usual(&self, kind: Kind, tiles: &[[usize; 2]]) -> Option<f32> {
        let mut tones: Vec<f32> =
            tiles.iter().filter_map(|&at| Some(self.ground[at]?.lightness)).collect();
        let tone = crate::numerics::median(&mut tones)?;
        let inside: HashSet<[usize; 2]> = tiles.iter().copied().collect();
        let elsewhere: Vec<[usize; 2]> = self
            .tiling
            .places()
            .filter(|place| self.tells[*place] && !inside.contains(place))
            .filter(|&place| {
                // Shadows are lost from some tone on: only darker ones tell that this one is not.
                let most = if tone < self.turn { 0.0 } else { ALIKE };
                self.ground[place].is_some_and(|g| (-ALIKE..=most).contains(&(g.lightness - tone)))
            })
            .collect();
        let letters = self.strength.together(elsewhere.iter().copied());
        let Shown { share, .. } = match kind {
            Kind::Missing => letters.all,
            Kind::Foreign => letters.own,
        };
        if elsewhere.len() >= TELLING && share >= SHOWN {
            return Some(share);
        }
        (tone >= self.turn + LIGHT).then_some(SHOWN)
    }

    /// Whether hardly anything at all is seen: a blot or a burnt-out spot, and no other picture.
    fn is_covered(&self, tiles: &[[usize; 2]]) -> bool {
        let detail = |places: &mut dyn Iterator<Item = [usize; 2]>| {
            let all = places.filter_map(|at| Some(1.0 / self.ground[at]?.certainty.max(1e-6)));
            crate::numerics::median(&mut all.collect::<Vec<f32>>()).unwrap_or(0.0)
        };
        let usual = detail(&mut self.tiling.places().filter(|at| self.tells[*at]));
        detail(&mut tiles.iter().copied()) < COVERED * usual
    }

    /// Whether letters stand around the region as soon as it ends: glare, wear and blur let them fade.
    fn ends_at_once(&self, tiles: &[[usize; 2]], share: f64) -> bool {
        let (mut all, mut sound) = (0, 0);
        for place in self.tiling.places().filter(|place| self.tells[*place]) {
            let [x, y] = self.tiling.middle(place);
            let away = |&at: &[usize; 2]| {
                let [u, v] = self.tiling.middle(at);
                (u - x).hypot(v - y)
            };
            let distance = tiles.iter().map(away).fold(f64::INFINITY, f64::min);
            if (AROUND[0]..AROUND[1]).contains(&distance) {
                all += 1;
                sound += usize::from(self.found[place] == Found::Confirmed);
            }
        }
        all >= FEWEST && sound as f64 >= share * all as f64
    }

    /// Whether the region's letters stand beside their places, as on a page that is bent there.
    fn stand_beside(&self, tiles: &[[usize; 2]]) -> bool {
        let sum = |plane: &Array2<f32>| tiles.iter().map(|&at| plane[at]).sum::<f32>();
        let all = sum(&self.coarse.expected);
        let elsewhere = self.strength.typical_share();
        steps().any(|step| {
            let seen = sum(&self.coarse.shown(step));
            seen >= BESIDE * elsewhere * all && seen >= BESIDE_CLEAR * all.max(1e-6).sqrt()
        })
    }
}

/// Whether all of a square of 3 × 3 tiles lies in it: what is thinner is an edge of something.
fn has_core(tiles: &[[usize; 2]]) -> bool {
    let all: HashSet<[usize; 2]> = tiles.iter().copied().collect();
    let is_whole = |&[row, column]: &[usize; 2]| {
        (row..row + 3).all(|row| (column..column + 3).all(|column| all.contains(&[row, column])))
    };
    tiles.iter().any(is_whole)
}

fn neighbours(
    [row, column]: [usize; 2],
    (rows, columns): (usize, usize),
) -> impl Iterator<Item = [usize; 2]> {
    let around =
        [-1i64, 0, 1].into_iter().flat_map(|down| [-1i64, 0, 1].map(|along| (down, along)));
    around.filter_map(move |(down, along)| {
        let at = [row as i64 + down, column as i64 + along];
        let inside = (0..rows as i64).contains(&at[0]) && (0..columns as i64).contains(&at[1]);
        inside.then(|| at.map(|v| v as usize))
    })
}
