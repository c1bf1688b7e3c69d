//! Soft symbols: how likely each symbol is at each place of a circle, whatever stands beside it: the
//! forward–backward algorithm (Bahl, Cocke, Jelinek and Raviv 1974) over neighbours that overlap.

use ndarray::{Array1, Array2};

use crate::inspect::recognition::field::{CELL, Field};
use crate::inspect::recognition::fit::Fit;
use crate::inspect::stacking::grid::ALONG;

/// Places that the way goes on beyond each end of the circle, since it has none. A guess: what a
/// letter spills reaches its neighbours only.
const OVERLAP: usize = 8;
/// The most that letters may cost, in nepers: beyond, chances are too small for their numbers, and
/// the text is plain anyway.
const MOST: f64 = 300.0;

/// How often there is nothing in a place, by damage, for one time that there is a symbol. A guess.
const NONE: f64 = 0.01;

/// Natural logarithm of how likely each symbol of the alphabet is at each place, `[place, symbol]`, where
/// the letters lie, are blurred and are as high as the fit has them.
#[must_use]
pub fn symbols(fit: &mut Fit<'_>) -> Array2<f32> {
    let cells = cells(&fit.field);
    let next = cells.iter().cycle().skip(1);
    let weights: Vec<f64> = cells.iter().zip(next).map(|(a, b)| 0.5 * (a + b)).collect();
    fit.whiten();
    fit.settle();
    let (single, mut pair) = (fit.singly().mapv(f64::from), fit.pairs().mapv(f64::from));
    let [least, most] = bounds(&pair);
    pair -= least;
    let mut widest = weights.iter().fold(0.0, |a: f64, w| a.max(w * (most - least)));
    for row in single.rows() {
        let [least, most] = bounds(row);
        widest = widest.max(most.max(0.0) - least.min(0.0));
    }
    let scale = (0.5 / fit.noise).min(MOST / widest.max(f64::MIN_POSITIVE));
    // Where no symbol stands none is likelier than none.
    let own = single.mapv(|cost| (-cost * scale).exp() + NONE);
    let pairs: Vec<Array2<f64>> =
        weights.iter().map(|weight| pair.mapv(|cost| (-cost * weight * scale).exp())).collect();
    both_ways(&own, &pairs).mapv(|chance| chance.ln() as f32)
}

/// Mean weight of each place's bins.
fn cells(field: &Field) -> Vec<f64> {
    let mut cells = vec![0.0; field.symbols];
    for row in field.weights.chunks_exact(field.length()) {
        let sums = row.chunks_exact(ALONG).map(|cell| cell.iter().sum::<f32>());
        cells.iter_mut().zip(sums).for_each(|(sum, v)| *sum += f64::from(v) / CELL as f64);
    }
    cells
}

/// The chance of each state at each place of a circle, `[place, state]`, rows of sum 1. `own`: of each
/// state by itself; `pairs[place][[state, next state]]`: of each state at the next place after another.
fn both_ways(own: &Array2<f64>, pairs: &[Array2<f64>]) -> Array2<f64> {
    let (places, states) = own.dim();
    let overlap = OVERLAP.min(places);
    let mut chances = own.clone();
    let mut said = Array1::<f64>::ones(states);
    for step in 0..places + overlap {
        let place = step % places;
        if step >= overlap {
            chances.row_mut(place).zip_mut_with(&said, |chance, before| *chance *= before);
        }
        said = (&said * &own.row(place)).dot(&pairs[place]);
        said /= said.sum().max(f64::MIN_POSITIVE);
    }
    said.fill(1.0);
    for step in (0..places + overlap).rev() {
        let place = step % places;
        if step < places {
            chances.row_mut(place).zip_mut_with(&said, |chance, after| *chance *= after);
        }
        said = pairs[(place + places - 1) % places].dot(&(&said * &own.row(place)));
        said /= said.sum().max(f64::MIN_POSITIVE);
    }
    for mut row in chances.rows_mut() {
        let sum = row.sum().max(f64::MIN_POSITIVE);
        row.mapv_inplace(|chance| (chance / sum).max(f64::MIN_POSITIVE));
    }
    chances
}

fn bounds<'a>(values: impl IntoIterator<Item = &'a f64>) -> [f64; 2] {
    let start = [f64::INFINITY, f64::NEG_INFINITY];
    values.into_iter().fold(start, |[least, most], &v| [least.min(v), most.max(v)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chances_are_those_of_all_texts(
            own in proptest::collection::vec(proptest::collection::vec(0.05f64..1.0, 2), 4),
            pairs in proptest::collection::vec(0.5f64..1.5, 4),
        ) {
            let places = 12;
            let even = |i: usize| if i < 4 { own[i].clone() } else { vec![1.0, 1.0] };
            let own = Array2::from_shape_vec((places, 2), (0..places).flat_map(even).collect()).unwrap();
            let pairs = Array2::from_shape_vec((2, 2), pairs).unwrap();
            let found = both_ways(&own, &vec![pairs.clone(); places]);
            let mut sums = Array2::<f64>::zeros((places, 2));
            for text in 0..1usize << places {
                let state = |i: usize| text >> (i % places) & 1;
                let chance: f64 = (0..places)
                    .map(|i| own[[i, state(i)]] * pairs[[state(i), state(i + 1)]])
                    .product();
                (0..places).for_each(|i| sums[[i, state(i)]] += chance);
            }
            for i in 0..places {
                let expected = sums[[i, 1]] / sums.row(i).sum();
                prop_assert!((found[[i, 1]] - expected).abs() < 0.01);
            }
        }
    }
}
