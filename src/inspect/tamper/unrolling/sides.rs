//! The portrait's sides: lines of text begin and end there, and nothing else tells where.

use crate::inspect::tamper::unrolling::predicted::Predicted;
use crate::inspect::tamper::unrolling::unrolled::{ALONG, Unrolled};
use crate::numerics::median;

/// Where letters are told from equally far places only by a portrait's being centred: so many symbols off
/// are one standard deviation. A guess, 3 mm of the default layout.
const CENTRED: f64 = 14.0;

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

/// What one symbol of all lines shows.
#[derive(Clone, Copy, Default)]
struct Symbol {
    seen: f64,
    expected: f64,
    /// Pixels.
    covered: f64,
}

/// How far the letters of all lines show, by symbol from the origin.
struct Sums {
    /// What is seen, and what is expected, of all symbols before.
    before: Vec<[f64; 2]>,
    /// Where letters are seen, in the mean.
    centre: f64,
    first: f64,
}

impl Sums {
    fn of(unrolled: &Unrolled, predicted: &Predicted) -> Self {
        let covered = unrolled.covered.iter();
        let blank = |&covered: &f32| Symbol { covered: f64::from(covered), ..Symbol::default() };
        let mut symbols: Vec<Symbol> = covered.map(blank).collect();
        let rows = unrolled.seen.rows().into_iter().zip(unrolled.pixels.rows());
        for ((seen, pixels), own) in rows.zip(predicted.own.rows()) {
            for (bin, &own) in own.iter().enumerate() {
                let symbol = &mut symbols[bin / ALONG];
                symbol.seen += f64::from(seen[bin] * own);
                symbol.expected += f64::from(pixels[bin] * own * own);
            }
        }
        Self::new(&symbols, unrolled.first_cell as f64)
    }

    fn new(symbols: &[Symbol], first: f64) -> Self {
        let middle = |value: fn(&Symbol) -> f64| {
            median(&mut symbols.iter().map(value).collect::<Vec<f64>>()).unwrap_or(0.0)
        };
        let (usual, covered) = (middle(|s| s.expected), middle(|s| s.covered));
        let mut before = vec![[0.0; 2]];
        let mut weights = [0.0; 2];
        for (i, symbol) in symbols.iter().enumerate() {
            let [a, b] = before[before.len() - 1];
            // A portrait lies in its scan: where that has ended, letters are missed as if they lacked.
            let beyond = (1.0 - symbol.covered / covered.max(1e-9)).max(0.0);
            before.push([a + symbol.seen, b + symbol.expected + beyond * usual]);
            let weight = symbol.seen.max(0.0);
            weights = [weights[0] + weight * (first + i as f64 + 0.5), weights[1] + weight];
        }
        Self { before, centre: weights[0] / weights[1].max(1e-9), first }
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
        let odds = |(left, [seen, expected]): (f64, [f64; 2])| {
            let off = (left + 0.5 * width - self.centre) / CENTRED;
            strength * (2.0 * seen - strength * expected) - off * off
        };
        let best = places.into_iter().max_by(|a, b| odds(*a).total_cmp(&odds(*b)))?;
        Some(best.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(count: usize, of: impl Fn(usize) -> [f64; 3]) -> Vec<Symbol> {
        let symbol = |i| {
            let [seen, expected, covered] = of(i);
            Symbol { seen, expected, covered }
        };
        (0..count).map(symbol).collect()
    }

    #[test]
    fn the_left_edge_is_where_letters_begin() {
        let seen = |i: usize| if (13..43).contains(&i) { 80.0 } else { 3.0 };
        let sums = Sums::new(&symbols(60, |i| [seen(i), 100.0, 100.0]), -20.0);
        // A text of ten symbols begins at −7.2 and every ten further; or anywhere.
        for (step, expected) in [(10.0, -7.2), (1.0, -7.2)] {
            let left = sums.left_edge(30.0, 2.8, step).unwrap();
            assert!((left - expected).abs() < 1e-9, "{left}");
        }
        assert!(sums.left_edge(70.0, 0.0, 1.0).is_none());
    }

    /// Faint letters at the left, and no scan beyond the right side: still where letters begin.
    #[test]
    fn a_portrait_lies_in_its_scan() {
        let cut = symbols(47, |i| match i {
            0..10 => [18.0, 100.0, 100.0],
            10..30 => [80.0, 100.0, 100.0],
            30..33 => [1.0, 100.0, 100.0],
            _ => [0.0; 3],
        });
        let left = Sums::new(&cut, -7.0).left_edge(30.0, -7.0, 10.0).unwrap();
        assert!((left + 7.0).abs() < 1e-9, "{left}");
    }

    /// White ground shows no letters, and says nothing of where the portrait ends.
    #[test]
    fn before_white_ground_a_portrait_is_centred() {
        let is_face = |i: usize| (35..65).contains(&i);
        let white =
            symbols(100, |i| if is_face(i) { [80.0, 100.0, 100.0] } else { [0.0, 0.0, 100.0] });
        let left = Sums::new(&white, 0.0).left_edge(60.0, 0.0, 10.0).unwrap();
        assert!((left - 20.0).abs() < 1e-9, "{left}");
    }
}
