//! Letters beside their places: bent pages carry them so far from where the columns have them.

use ndarray::{Array2, Zip};

use crate::inspect::tamper::cells::{Cell, Cells, OTHERS};
use crate::inspect::tamper::deficit::{LEFT, SPREADS};
use crate::inspect::tamper::pooling::Pooling;
use crate::inspect::tamper::region::Region;

/// Where letters are looked for, in bins of the stack along and across: up to a symbol, and a fifth of
/// a line.
const OFFSETS: [[[i32; 2]; OTHERS]; 2] = [
    [[-11, 0], [-8, 0], [-5, 0], [-3, 0], [3, 0], [5, 0], [8, 0], [11, 0]],
    [[-6, -4], [-2, -4], [2, -4], [6, -4], [-6, 4], [-2, 4], [2, 4], [6, 4]],
];
/// Of these, those to either side from which it is told how far letters stand from their places: which
/// ones, and how far off they are.
const ALONG: ([[usize; 1]; 2], f32) = ([[3], [4]], 3.0);
const ACROSS: ([[usize; 2]; 2], f32) = ([[1, 2], [5, 6]], 4.0);
/// The surroundings of a region are where so much of a place of the widest spread lies in it.
const AROUND: [f32; 2] = [0.03, 0.4];
/// They tell how letters lie if they have so many cells.
const TELLING: f32 = 100.0;
/// Letters are where they should be if they show this share of what is typical.
const SOUND: f32 = 0.7;
/// Their peak is told where it is this share as high as they.
const PEAK: f32 = 0.1;

/// The cells held against the text beside its place.
pub(super) struct Displaced([Cells; 2]);

impl Displaced {
    /// `displaced`: the cells with others that are moved by so many bins.
    pub(super) fn new(displaced: impl Fn([[i32; 2]; OTHERS]) -> Cells) -> Self {
        Self(OFFSETS.map(displaced))
    }

    /// Whether a region's letters stand a little beside their places: the page is bent there. `shown`:
    /// what is seen of them at the most, as shares of what is typical.
    pub(super) fn explains(region: &Region, shown: &Array2<f32>) -> bool {
        let stands = region.cells.iter().filter(|&&place| shown[place] >= LEFT);
        2 * stands.count() >= region.cells.len()
    }

    /// Share of what is typical that each cell's own part shows at the best of all offsets.
    pub(super) fn shown(&self, typical: &Array2<f32>) -> Array2<f32> {
        let pooling = Pooling::new(SPREADS[1], &self.0[0]);
        let usually = weighed(&self.0[0], &pooling, typical, 2, |cell| cell.own.expected);
        let mut most = Array2::zeros(typical.dim());
        for (cells, i) in self.0.iter().flat_map(|cells| (0..OTHERS).map(move |i| (cells, i))) {
            let shown = weighed(cells, &pooling, typical, 1, |cell| cell.own.others[i]) / &usually;
            Zip::from(&mut most).and(&shown).for_each(|most: &mut f32, &v| *most = most.max(v));
        }
        most
    }

    /// How far the letters around these regions stand from their places, the root of the mean square
    /// in bins along and across: a bent page carries them off little by little, a patch does not
    /// move them. None where there are too few.
    pub(super) fn astray(
        &self,
        cells: &Cells,
        typical: &Array2<f32>,
        regions: &[Region],
    ) -> Option<f32> {
        let pooling = Pooling::new(SPREADS[3], cells);
        let here = weighed(cells, &pooling, typical, 1, |cell| cell.own.seen);
        let mut usually = weighed(cells, &pooling, typical, 2, |cell| cell.own.expected);
        let mut inside = Array2::<f32>::zeros(typical.dim());
        regions.iter().flat_map(|region| &region.cells).for_each(|&place| inside[place] = 1.0);
        let share = pooling.sum(&inside) / pooling.sum(&Array2::ones(typical.dim()));
        Zip::from(&mut usually).and(&share).and(&inside).for_each(|v, &share, &inside| {
            if inside > 0.0 || !(AROUND[0]..AROUND[1]).contains(&share) {
                *v = 0.0;
            }
        });
        let aside = |which: &Cells, [before, after]: [&[usize]; 2], step: f32| {
            let mean = |of: &[usize]| {
                let sum = |cell: &Cell| of.iter().map(|&i| cell.own.others[i]).sum::<f32>();
                weighed(which, &pooling, typical, 1, |cell| sum(cell) / of.len() as f32)
            };
            let (mut squares, mut count) = (0.0, 0.0f32);
            let (before, after) = (mean(before), mean(after));
            let places = Zip::from(&here).and(&usually).and(&before).and(&after);
            places.for_each(|&here, &usually, before, after| {
                if usually <= 0.0 || here < SOUND * usually {
                    return;
                }
                // The top of a parabola.
                let bend = (2.0 * here - before - after).max(PEAK * usually);
                squares += (step * (after - before) / (2.0 * bend)).powi(2);
                count += 1.0;
            });
            (count >= TELLING).then(|| squares / count)
        };
        let ([before, after], step) = &ALONG;
        let along = aside(&self.0[0], [before, after], *step);
        let ([before, after], step) = &ACROSS;
        let across = aside(&self.0[1], [before, after], *step);
        Some((along? + across?).sqrt())
    }
}

/// A value of the cells, weighed with this power of what is typical, and pooled.
fn weighed(
    cells: &Cells,
    pooling: &Pooling,
    typical: &Array2<f32>,
    power: i32,
    value: impl Fn(&Cell) -> f32,
) -> Array2<f32> {
    let mut plane = cells.cells.map(value);
    plane.zip_mut_with(typical, |v, w| *v *= w.powi(power));
    pooling.sum(&plane)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::tamper::cells::Part;
    use crate::inspect::tamper::region::Kind;

    #[test]
    fn letters_stand_astray_as_far_as_they_do() {
        // The correlation of strokes with themselves, as a parabola.
        let peak = |off: f32| 40.0 * (1.0 - (off / 9.0).powi(2));
        for (along, across) in [(0.0, 0.0), (0.8, 0.0), (-0.5, 0.6)] {
            let off = |dx: f32, dy: f32| peak((dx - along).hypot(dy - across));
            let cells = |offsets: [[i32; 2]; OTHERS]| {
                let others = offsets.map(|[dx, dy]| off(dx as f32, dy as f32));
                let own = Part { seen: off(0.0, 0.0), expected: 40.0, others, ..Part::default() };
                Cells {
                    cells: Array2::from_elem(
                        (40, 60),
                        Cell { own, pixels: 1.0, ..Cell::default() },
                    ),
                    first_line: 0,
                    first_cell: 0,
                    size: [0.2, 0.4],
                }
            };
            let here = cells(OFFSETS[0]);
            let places = (10..20).flat_map(|line| (20..40).map(move |cell| [line, cell]));
            let region = Region::of(places.collect(), Kind::Foreign, 9.0, &here).unwrap();
            let displaced = Displaced::new(cells);
            let astray = displaced.astray(&here, &Array2::ones((40, 60)), &[region]).unwrap();
            assert!(displaced.astray(&here, &Array2::ones((40, 60)), &[]).is_none());
            let expected = along.hypot(across);
            assert!((astray - expected).abs() < 0.25 * expected + 1e-3, "{astray} {expected}");
        }
    }
}
