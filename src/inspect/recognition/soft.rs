//! Soft symbols: how likely each symbol is at each place of a circle, whatever stands beside it: the
//! forward–backward algorithm (Bahl, Cocke, Jelinek and Raviv 1974) over neighbours that overlap, and
//! over stretches in which damage left none.

use ndarray::{Array1, Array2, ArrayView1};

use crate::inspect::recognition::field::{CELL, Field};
use crate::inspect::recognition::fit::{Fit, Sums};
use crate::inspect::stacking::grid::ALONG;
use crate::numerics::median;

/// Places that the way goes on beyond each end of the circle, since it has none. A guess: what a
/// letter spills reaches its neighbours only.
const OVERLAP: usize = 8;
/// The most that a symbol may cost or spare, in nepers: beyond, chances are too small for their numbers,
/// and the text is plain anyway.
const MOST: f64 = 300.0;

/// How often symbols end at a place, where a patch begins that hides them, and how often they begin again
/// behind it. Guesses: patches are some 40 symbols wide.
const ENDS: f64 = 0.005;
const BEGINS: f64 = 0.025;
/// Rounds in which settles where symbols stand, how high they are and how noisy. A guess.
const ROUNDS: usize = 3;
/// Median of the squares of normal values of variance 1.
const MEDIAN_OF_SQUARES: f64 = 0.455;

/// Natural logarithm of how likely each symbol of the alphabet is at each place, `[place, symbol]`, where
/// the letters lie and are blurred as the fit has them. Where none stands all are equally likely.
#[must_use]
pub fn symbols(fit: &mut Fit<'_>) -> Array2<f32> {
    fit.whiten();
    let (weights, sums) = (fit.field.weights.clone(), fit.sums());
    // A patch that hides the symbols may be a third of all: the first noise is not a mean.
    let mut chances = of_states(fit, &sums, median_noise(fit, &sums));
    for _ in 1..ROUNDS {
        let none = chances.column(chances.ncols() - 1);
        let stands: Vec<f64> = none.iter().map(|none| 1.0 - none).collect();
        fit.text = chances.rows().into_iter().map(likeliest).collect();
        fit.field.weights = times(&weights, &stands, fit.field.length());
        fit.refit();
        fit.field.weights.clone_from(&weights);
        chances = of_states(fit, &sums, mean_noise(fit, &sums, &stands));
    }
    let symbols = chances.ncols() - 1;
    Array2::from_shape_fn((chances.nrows(), symbols), |(place, symbol)| {
        let none = chances[[place, symbols]] / symbols as f64;
        (chances[[place, symbol]] + none).max(f64::MIN_POSITIVE).ln() as f32
    })
}

/// The likeliest symbol of a place.
fn likeliest(chances: ArrayView1<'_, f64>) -> usize {
    let symbols = 0..chances.len() - 1;
    symbols.max_by(|&a, &b| chances[a].total_cmp(&chances[b])).unwrap_or(0)
}

/// The chance of each symbol, and of none, at each place, `[place, state]`.
fn of_states(fit: &Fit<'_>, sums: &Sums, noise: f64) -> Array2<f64> {
    let scale = 0.5 / noise;
    let chance = |cost: f64| (-(cost * scale).clamp(-MOST, MOST)).exp();
    let (single, pair) = (fit.singly(sums).mapv(f64::from), fit.pairs().mapv(f64::from));
    let symbols = single.ncols();
    let own = Array2::from_shape_fn((single.nrows(), symbols + 1), |(place, state)| {
        if state < symbols { chance(single[[place, state]]) } else { 1.0 }
    });
    let one = 1.0 / symbols as f64;
    let follows = |weight: f64| {
        let is_symbol = |state: usize| state < symbols;
        Array2::from_shape_fn((symbols + 1, symbols + 1), |(a, b)| {
            match (is_symbol(a), is_symbol(b)) {
                (true, true) => (1.0 - ENDS) * one * chance(pair[[a, b]] * weight),
                (true, false) => ENDS,
                (false, true) => BEGINS * one,
                (false, false) => 1.0 - BEGINS,
            }
        })
    };
    let cells = cells(&fit.field);
    let next = cells.iter().cycle().skip(1);
    let pairs: Vec<Array2<f64>> =
        cells.iter().zip(next).map(|(a, b)| follows(0.5 * (a + b))).collect();
    both_ways(&own, &pairs)
}

/// Variance of what is left where symbols differ, where most of the places have it.
fn median_noise(fit: &Fit<'_>, sums: &Sums) -> f64 {
    let each = fit.left(sums).into_iter().filter(|(_, most)| *most > 0.0);
    let mut each: Vec<f64> = each.map(|(left, most)| left / most).collect();
    (median(&mut each).unwrap_or(0.0) / MEDIAN_OF_SQUARES).max(1e-20)
}

/// … and in the mean of the places at which symbols stand.
fn mean_noise(fit: &Fit<'_>, sums: &Sums, stands: &[f64]) -> f64 {
    let (mut left, mut most) = (0.0, 0.0);
    for ((a, b), stands) in fit.left(sums).into_iter().zip(stands) {
        left += a * stands;
        most += b * stands;
    }
    (left / most.max(1e-30)).max(1e-20)
}

/// Weights, those of each place times its share.
fn times(weights: &[f32], shares: &[f64], length: usize) -> Vec<f32> {
    let mut weights = weights.to_vec();
    for row in weights.chunks_exact_mut(length) {
        for (cell, share) in row.chunks_exact_mut(ALONG).zip(shares) {
            cell.iter_mut().for_each(|weight| *weight *= *share as f32);
        }
    }
    weights
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
