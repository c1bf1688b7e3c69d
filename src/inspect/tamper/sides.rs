//! The portrait's sides: lines of text begin and end there, and nothing else tells where.

use crate::inspect::tamper::predicted::Predicted;
use crate::inspect::tamper::unrolled::{ALONG, Unrolled};
use crate::numerics::median;

/// Where the portrait's left edge lies, in symbols from the origin, if it is `width` symbols wide: of
/// the places that `step` and `from` allow, the one where letters show the most between the sides and
/// the least beside them. None where the scan does not hold all of it.
#[must_use]
pub fn left_edge(
    unrolled: &Unrolled,
    predicted: &Predicted,
    width: f64,
    [from, step]: [f64; 2],
) -> Option<f64> {
    Sums::of(unrolled, predicted).left_edge(width, from, step)
}

/// How far the letters of all lines show, by symbol from the origin.
struct Sums {
    /// What is seen, and what is expected, of all symbols before.
    before: Vec<[f64; 2]>,
    first: f64,
}

impl Sums {
    fn of(unrolled: &Unrolled, predicted: &Predicted) -> Self {
        let mut symbols = vec![[0.0f64; 2]; unrolled.size()[1]];
        let rows = unrolled.seen.rows().into_iter().zip(unrolled.pixels.rows());
        for ((seen, pixels), own) in rows.zip(predicted.own.rows()) {
            for (bin, &own) in own.iter().enumerate() {
                let sums = &mut symbols[bin / ALONG];
                sums[0] += f64::from(seen[bin] * own);
                sums[1] += f64::from(pixels[bin] * own * own);
            }
        }
        Self::new(&symbols, unrolled.first_cell as f64)
    }

    fn new(symbols: &[[f64; 2]], first: f64) -> Self {
        // A portrait lies in its scan: where that has ended, letters are missed as if they lacked.
        let mut usual: Vec<f64> = symbols.iter().map(|[_, expected]| *expected).collect();
        let least = median(&mut usual).unwrap_or(0.0);
        let mut before = vec![[0.0; 2]];
        for [seen, expected] in symbols {
            let [a, b] = before[before.len() - 1];
            before.push([a + seen, b + expected.max(least)]);
        }
        Self { before, first }
    }

    fn left_edge(&self, width: f64, from: f64, step: f64) -> Option<f64> {
        let (cells, first) = (self.before.len() - 1, self.first);
        let within = |left: f64| {
            let end = |at: f64| (at - first).round().clamp(0.0, cells as f64) as usize;
            let (from, to) = (end(left), end(left + width));
            [0, 1].map(|i| self.before[to][i] - self.before[from][i])
        };
        let begin = from + ((first - from) / step).ceil() * step;
        let places: Vec<(f64, [f64; 2])> = (0..)
            .map(|i| begin + f64::from(i) * step)
            .take_while(|left| left + width <= first + cells as f64)
            .map(|left| (left, within(left)))
            .collect();
        let share = |[seen, expected]: [f64; 2]| seen / f64::max(expected, 1e-20);
        let strength = places.iter().map(|(_, sums)| share(*sums)).fold(0.0, f64::max);
        // Twice the logarithm of how much likelier the sums are with letters than without.
        let odds = |[seen, expected]: [f64; 2]| strength * (2.0 * seen - strength * expected);
        let best = places.into_iter().max_by(|a, b| odds(a.1).total_cmp(&odds(b.1)))?;
        Some(best.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_left_edge_is_where_letters_begin() {
        let symbol = |i: usize| [if (13..43).contains(&i) { 80.0 } else { 3.0 }, 100.0];
        let symbols: Vec<[f64; 2]> = (0..60).map(symbol).collect();
        let sums = Sums::new(&symbols, -20.0);
        // A text of ten symbols begins at −7.2 and every ten further; or anywhere.
        for (step, expected) in [(10.0, -7.2), (1.0, -7.2)] {
            let left = sums.left_edge(30.0, 2.8, step).unwrap();
            assert!((left - expected).abs() < 1e-9, "{left}");
        }
        assert!(sums.left_edge(70.0, 0.0, 1.0).is_none());
        // Faint letters at the left, and no scan beyond the right side: still where letters begin.
        let cut = |i: usize| match i {
            0..23 => [18.0, 100.0],
            23..43 => [80.0, 100.0],
            43..46 => [1.0, 100.0],
            _ => [0.0; 2],
        };
        let cut: Vec<[f64; 2]> = (0..60).map(cut).collect();
        let left = Sums::new(&cut[13..], -7.0).left_edge(30.0, -7.0, 10.0).unwrap();
        assert!((left + 7.0).abs() < 1e-9, "{left}");
    }
}
