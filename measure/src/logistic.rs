//! Logistic regression: ln of the ratio = offset + slope · score. Either kind counts half.

use nalgebra::{Matrix2, Vector2};
use tumar::inspect::decision::likelihood::Map;

use crate::ratios::bounds;

/// Scores below this have no part in the slope: the ratio is at its bound long before.
const FAR: f64 = -100.0;
/// Scores are ln of a ratio already, by the reader's own model. So the map is drawn to offset 0 and
/// slope 1, by so much; where no score of the one kind lies among the other's, data alone would make
/// it as steep as can be.
const RIDGE: f64 = 1e-3;
const MODEL: Vector2<f64> = Vector2::new(0.0, 1.0);
const ROUNDS: usize = 100;
const SETTLED: f64 = 1e-10;

/// The map that suits these scores best, with the bounds that so many comparisons bear.
pub fn fit(own: &[f64], others: &[f64]) -> Map {
    let [offset, slope] = line(own, others);
    let free = Map { offset, slope, bounds: [f64::NEG_INFINITY, f64::INFINITY] };
    let ratios = |scores: &[f64]| scores.iter().map(|&s| free.log10(s)).collect::<Vec<_>>();
    Map { bounds: bounds(&ratios(own), &ratios(others)), ..free }
}

/// By Newton's method, each step halved until it gains.
fn line(own: &[f64], others: &[f64]) -> [f64; 2] {
    let weighed = |scores: &[f64], sign: f64| {
        let weight = 0.5 / scores.len().max(1) as f64;
        scores.iter().map(|&s| (s.max(FAR), sign, weight)).collect::<Vec<_>>()
    };
    let all = [weighed(own, 1.0), weighed(others, -1.0)].concat();
    let loss = |line: Vector2<f64>| {
        let each = all.iter().map(|&(score, sign, weight)| {
            let against = -sign * (line[0] + line[1] * score);
            weight * (against.max(0.0) + (-against.abs()).exp().ln_1p())
        });
        each.sum::<f64>() + 0.5 * RIDGE * (line - MODEL).norm_squared()
    };
    let mut line = MODEL;
    for _ in 0..ROUNDS {
        let mut gradient = RIDGE * (line - MODEL);
        let mut curvature = RIDGE * Matrix2::identity();
        for &(score, sign, weight) in &all {
            let at = Vector2::new(1.0, score);
            let wrong = 1.0 / (1.0 + (sign * at.dot(&line)).exp());
            gradient -= weight * sign * wrong * at;
            curvature += weight * wrong * (1.0 - wrong) * at * at.transpose();
        }
        let Some(mut step) = curvature.lu().solve(&gradient) else { break };
        while step.norm() > SETTLED && loss(line - step) > loss(line) {
            step *= 0.5;
        }
        line -= step;
        if step.norm() <= SETTLED {
            break;
        }
    }
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_that_made_the_scores_comes_back() {
        // Scores 0 and 2, own with odds 1 : 3 and 3 : 1: ln LR = ln 3 · (score − 1).
        let [offset, slope] = line(&[0.0, 2.0, 2.0, 2.0], &[0.0, 0.0, 0.0, 2.0]);
        assert!((slope - 3f64.ln()).abs() < 0.05 && (offset + 3f64.ln()).abs() < 0.05);
    }

    #[test]
    fn scores_that_part_have_a_map_too() {
        let map = fit(&[5.0; 99], &[-40.0, f64::NEG_INFINITY]);
        assert!(map.slope > 0.0 && map.slope.is_finite(), "{map:?}");
        assert!((map.bounds[1] - 2.97f64.log10()).abs() < 0.02, "{map:?}");
    }
}
