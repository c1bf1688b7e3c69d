//! A look at the cells: how far what they show falls short of what genuine letters would, place by
//! place.

use ndarray::{Array2, Zip};

use crate::imaging::Mm;
use crate::inspect::tamper::cells::{Cell, Cells, OTHERS, Part};
use crate::inspect::tamper::pooling::Pooling;
use crate::inspect::tamper::region::{Kind, Region};
use crate::numerics::median;

/// Spreads of the places over which cells are pooled: small ones tell where, large ones tell more.
pub(super) const SPREADS: [Mm; 4] = [Mm(0.55), Mm(0.9), Mm(1.5), Mm(3.0)];
/// Spread of the places whose scatter in strength is looked at.
const SCATTER_SPREAD: Mm = SPREADS[1];
/// Spread over which the noise of places is averaged.
const NOISE_SPREAD: Mm = Mm(1.0);
/// A place can be judged if without letters it would stand so many below.
const SEEN: f32 = 8.5;
/// A region is where less than this share of what is typical is left, the middle between all and
/// nothing.
pub(super) const LEFT: f32 = 0.5;
/// What is left is known where letters typically stand so many standard deviations over none.
const KNOWN: f32 = 4.0;
/// Smaller regions are dust, scratches and smears, in square millimetres.
const SMALLEST: f64 = 5.0;

/// A part of what a cell shows.
pub(super) type PartOf = fn(&Cell) -> &Part;
/// What all letters have in common.
pub(super) const COMMON: PartOf = |cell| &cell.common;
/// What tells them apart.
pub(super) const OWN: PartOf = |cell| &cell.own;

/// Cells held against what should stand in them.
pub(super) struct Deficit {
    /// How strong letters are, in units of what was expected, at the least (0: unknown) and typically.
    pub(super) least: Array2<f32>,
    pub(super) typical: Array2<f32>,
    /// What places of each spread show.
    places: Vec<(Mm, Pooled)>,
    /// Whether letters that lack would be seen to.
    pub(super) seen: Array2<bool>,
    /// How far the cell stands below the weakest genuine one, in standard deviations.
    below: Array2<f32>,
    /// Share of what is typical that is left, where it is known, by the least spread that tells it.
    left: Array2<Option<f32>>,
    /// How far letters that are there scatter in strength.
    pub(super) scatter: f32,
    /// What it means where they lack.
    kind: Kind,
}

/// What places of one spread show.
struct Pooled {
    /// Against the weakest genuine letters: seen, expected, and the variance of what is seen.
    seen: Array2<f32>,
    expected: Array2<f32>,
    variance: Array2<f32>,
    /// Against typical ones: seen and expected.
    usual: Array2<f32>,
    usually: Array2<f32>,
}

impl Deficit {
    /// At these parts; where they lack, it means this.
    pub(super) fn new(
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
                expected: weighed(&least, |part| part.expected, 2),
                variance: variances.fold(Array2::zeros(least.dim()), |sum, v| sum + v),
                usual: weighed(&typical, |part| part.seen, 1),
                usually: weighed(&typical, |part| part.expected, 2),
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
    pub(super) fn within(mut self, inner: &Array2<bool>) -> Self {
        for (spread, pooled) in std::mem::take(&mut self.places) {
            let mut strengths = Vec::new();
            Zip::indexed(inner).and(&pooled.variance).for_each(|at, &inner, &variance| {
                if !inner || self.least[at] <= 0.0 || variance <= 0.0 {
                    return;
                }
                let would = pooled.expected[at] / variance.sqrt();
                // Letters that are as strong the other way round are there: the tone deceives.
                let below = would - pooled.seen[at].abs() / variance.sqrt();
                self.seen[at] |= would >= SEEN;
                let left = pooled.usual[at] / pooled.usually[at];
                if would >= self.kind.lower_bound() {
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
    pub(super) fn regions(&self, cells: &Cells) -> Vec<Region> {
        let lacks = |place: [usize; 2]| self.left[place].is_some_and(|left| left < LEFT);
        let mut taken = Array2::from_elem(self.below.dim(), false);
        let mut regions = Vec::new();
        for ((line, cell), &below) in self.below.indexed_iter() {
            let start = [line, cell];
            if below < self.kind.lower_bound() || taken[start] || !lacks(start) {
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

/// How far strengths fall below their median: the standard deviation, if they rose over it as far.
fn scatter(mut strengths: Vec<f32>) -> f32 {
    let count = strengths.len() as f32;
    let Some(median) = median(&mut strengths) else { return 0.0 };
    let below = strengths.iter().map(|share| (1.0 - share / median).max(0.0).powi(2));
    (2.0 * below.sum::<f32>() / count).sqrt()
}

/// The variance of what places show of a part that does not stand there. `shown`: how strongly the
/// letters that do are there, which are somewhat alike.
pub(super) fn variance(
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
