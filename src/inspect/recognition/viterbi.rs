//! The cheapest text on a circle whose neighbouring letters overlap (Viterbi 1967).

use ndarray::{Array2, Axis};

/// The states, one a place, that make Σ own + Σ pair least, or nearly so.
///
/// `own`: `[place, state]`; `pair[[state, next state]]` holds between each place and the next, and
/// between the last and the first. The circle is cut open far from what is kept: it is gone round
/// twice, and the middle is taken.
#[must_use]
pub fn cheapest(own: &Array2<f32>, pair: &Array2<f32>) -> Vec<usize> {
    let places = own.nrows();
    let states = pair.nrows();
    let steps = 2 * places + 1;
    // Cheapest way to each state at each step; by which state it goes is found on the way back.
    let mut costs = Array2::<f32>::zeros((steps, states));
    costs.row_mut(0).assign(&own.row(0));
    for step in 1..steps {
        let (before, mut now) = costs.view_mut().split_at(Axis(0), step);
        let (before, mut now) = (before.row(step - 1), now.row_mut(0));
        now.fill(f32::INFINITY);
        for (&cost, pair) in before.iter().zip(pair.rows()) {
            now.iter_mut().zip(pair).for_each(|(best, pair)| {
                let sum = cost + pair;
                *best = if sum < *best { sum } else { *best };
            });
        }
        now += &own.row(step % places);
    }
    let least = |costs: &dyn Fn(usize) -> f32| {
        (0..states).min_by(|&a, &b| costs(a).total_cmp(&costs(b))).unwrap_or(0)
    };
    let mut state = least(&|state| costs[[steps - 1, state]]);
    let mut kept = vec![0; places];
    let middle = places / 2 + 1..=places / 2 + places;
    for step in (1..steps).rev() {
        if middle.contains(&step) {
            kept[step % places] = state;
        }
        let next = state;
        state = least(&|state| costs[[step - 1, state]] + pair[[state, next]]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(text: &[usize], own: &Array2<f32>, pair: &Array2<f32>) -> f32 {
        let n = text.len();
        (0..n).map(|i| own[[i, text[i]]] + pair[[text[i], text[(i + 1) % n]]]).sum()
    }

    proptest! {
        #[test]
        fn no_text_is_much_cheaper(
            own in proptest::collection::vec(proptest::collection::vec(-1.0f32..1.0, 3), 3..7),
            pair in proptest::collection::vec(-0.1f32..0.1, 9),
        ) {
            let places = own.len();
            let own = Array2::from_shape_vec((places, 3), own.concat()).unwrap();
            let pair = Array2::from_shape_vec((3, 3), pair).unwrap();
            let found = cost(&cheapest(&own, &pair), &own, &pair);
            let text = |number: usize| -> Vec<usize> {
                (0..places).map(|place| number / 3usize.pow(place as u32) % 3).collect()
            };
            let texts = (0..3usize.pow(places as u32)).map(text);
            let least = texts.map(|t| cost(&t, &own, &pair)).fold(f32::INFINITY, f32::min);
            // Only the three pairs at the cuts can be worse than they might be.
            prop_assert!(found <= least + 6.0 * 0.1 + 1e-4);
        }
    }

    #[test]
    fn neighbours_decide_what_a_place_leaves_open() {
        // Both states cost the same at every place but the first; like neighbours are cheaper.
        let mut own = Array2::zeros((9, 2));
        own[[0, 1]] = -0.1;
        let pair = Array2::from_shape_vec((2, 2), vec![0.0, 1.0, 1.0, 0.0]).unwrap();
        assert_eq!(cheapest(&own, &pair), vec![1; 9]);
    }
}
