//! The two glyphs of the payload lines: a bar under the top of the capitals, or on the baseline.
//!
//! Of all pairs, bars high and low are told apart best for what is seen of them: they have the same
//! ink, and nothing in common. Five bits a glyph, as in Base32, need three times as many cells for the
//! same payload at 400 ppi (docs/signature.md).

use crate::spec::alphabet::Symbol;

/// A bar's height, in cap heights.
const HEIGHT: f32 = 0.4;

/// The glyphs of 0 and 1.
pub const BARS: [Symbol; 2] = [Symbol::of_payload('\u{2580}'), Symbol::of_payload('\u{2584}')];

/// Top and bottom of a payload glyph, in cap heights below the baseline; none for a letter.
#[must_use]
pub fn bar(symbol: Symbol) -> Option<[f32; 2]> {
    let [high, low] = BARS;
    match symbol {
        s if s == high => Some([-1.0, HEIGHT - 1.0]),
        s if s == low => Some([-HEIGHT, 0.0]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_alike_and_apart() {
        let [high, low] = BARS.map(|symbol| bar(symbol).unwrap());
        assert!(((high[1] - high[0]) - (low[1] - low[0])).abs() < 1e-6);
        assert!(high[1] < low[0]);
        assert_eq!(bar(Symbol::new('A').unwrap()), None);
    }
}
