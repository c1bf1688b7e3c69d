//! The cheapest text on a circle whose neighbouring letters overlap (Viterbi 1967).

use ndarray::Array2;

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
    let mut costs = own.row(0).to_vec();
    let mut from: Vec<Vec<u16>> = Vec::with_capacity(steps);
    for step in 1..steps {
        let mut best = vec![f32::INFINITY; states];
        let mut back = vec![0u16; states];
        for (state, &cost) in costs.iter().enumerate() {
            let next = best.iter_mut().zip(&mut back).zip(pair.row(state));
            for ((best, back), pair) in next {
                let sum = cost + pair;
                if sum < *best {
                    (*best, *back) = (sum, state as u16);
                }
            }
        }
        best.iter_mut().zip(own.row(step % places)).for_each(|(b, o)| *b += o);
        costs = best;
        from.push(back);
    }
    let least = (0..states).min_by(|&a, &b| costs[a].total_cmp(&costs[b]));
    let mut state = least.unwrap_or(0);
    let mut kept = vec![0; places];
    let middle = places / 2 + 1..=places / 2 + places;
    for step in (1..steps).rev() {
        if middle.contains(&step) {
            kept[step % places] = state;
        }
        state = usize::from(from[step - 1][state]);
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
