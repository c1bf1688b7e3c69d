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
        fn no_change_of_one_state_is_cheaper(
            own in proptest::collection::vec(proptest::collection::vec(-1.0f32..1.0, 4), 3..9),
            pair in proptest::collection::vec(-0.3f32..0.3, 16),
        ) {
            let own = Array2::from_shape_vec((own.len(), 4), own.concat()).unwrap();
            let pair = Array2::from_shape_vec((4, 4), pair).unwrap();
            let text = cheapest(&own, &pair);
            let found = cost(&text, &own, &pair);
            // Where the two rounds of the circle disagree the cut may show; a short circle with
            // strong pairs could do that, weak ones as here don't.
            for place in 1..own.nrows() - 1 {
                for state in 0..4 {
                    let mut other = text.clone();
                    other[place] = state;
                    prop_assert!(cost(&other, &own, &pair) > found - 1e-4);
                }
            }
        }
    }
}
