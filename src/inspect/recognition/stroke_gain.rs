//! Stroke gain of a letter screen: how bold its strokes came out. Paper, press and tone decide
//! that, so it is fitted to the scan with the text that was read, and the text is read again.

use nalgebra::{DMatrix, DVector};

use crate::imaging::tone;
use crate::inspect::recognition::field::Field;
use crate::inspect::recognition::reading::{self, Reading, Readings};
use crate::inspect::recognition::templates::{
    Alphabets, STROKE_MODELS, Shares, StrokeModel, Template,
};
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::tones::Tones;
use crate::inspect::stacking::stack::Stack;

/// How much the first guess weighs against the scan, as a share of the scan's own weight. A guess.
const GUESS: f64 = 0.003;

/// Reads a stack of a letter screen. `guess`: how the letters look as far as the tones tell.
#[must_use]
pub fn read(
    stack: &Stack,
    known: Option<Orientation>,
    alphabets: &Alphabets<'_>,
    guess: Shares,
) -> Option<Readings> {
    let first = reading::read(stack, known, &alphabets.screened(&guess))?;
    let Some(fitted) = fit(first.likelier(), alphabets, &guess) else { return Some(first) };
    let known = Some(first.likelier().orientation);
    let second = reading::read(stack, known, &alphabets.screened(&fitted));
    let better = second.filter(|second| second.likelier().fit > first.likelier().fit);
    Some(better.unwrap_or(first))
}

/// What share of the letters in a letter screen's stack looks like each of [`STROKE_MODELS`], as
/// far as the tones tell.
#[must_use]
pub fn by_tone(tones: &Tones, flat: &Flat) -> Shares {
    // Where letters turn, they take half of the area: that tells the press's gain.
    let turn = tone::luminance(tones.turn).clamp(0.05, 0.95);
    let gamma = 0.5f32.ln() / turn.ln();
    let off = |model: &StrokeModel, area: f32| match model {
        StrokeModel::Area(own) => (own - area).abs(),
        StrokeModel::Growth(_) => f32::INFINITY,
    };
    let mut shares = [0.0; STROKE_MODELS.len()];
    for (&lightness, &certainty) in flat.lightness.iter().zip(&flat.certainty) {
        let light = tone::luminance(lightness).clamp(0.005, 0.995);
        let area = light.powf(gamma).min(1.0 - light.powf(gamma));
        let nearest = (0..STROKE_MODELS.len())
            .min_by(|&a, &b| off(&STROKE_MODELS[a], area).total_cmp(&off(&STROKE_MODELS[b], area)));
        // The stack weighs contrast by a/σ²; in all tones a dot differs from no dot by 1/Y.
        let share = certainty * certainty * tones.at(lightness).abs() / light;
        shares[nearest.unwrap_or(0)] += share;
    }
    let sum: f32 = shares.iter().sum();
    shares.map(|share| share / sum.max(f32::MIN_POSITIVE))
}

/// The mixture of stroke models that explains the stack best with this text, none of them less than
/// nothing; by least squares, drawn a little towards `guess`.
fn fit(reading: &Reading, alphabets: &Alphabets<'_>, guess: &Shares) -> Option<Shares> {
    let models = alphabets.in_models().iter().find(|models| models[0].script == reading.script)?;
    let field = Field {
        symbols: reading.circle.len(),
        heights: reading.picture.clone(),
        weights: vec![1.0; reading.picture.len()],
    };
    let place = |symbol| models[0].symbols.iter().position(|s| *s == symbol);
    let places: Option<Vec<usize>> = reading.circle.iter().map(|read| place(read.symbol)).collect();
    let places = places?;
    // The stack as read begins with the first symbol: only a part of a cell is left of its place.
    let mut imaging = reading.imaging;
    imaging.along -= imaging.along.round();
    let rendered: Vec<Vec<f32>> = models
        .iter()
        .map(|model| {
            let templates: Vec<Template> = model.templates(&places, &imaging);
            field.render(templates.iter())
        })
        .collect();
    let dot = |a: &[f32], b: &[f32]| field.dot(a, b);
    let mut normal = DMatrix::from_fn(STROKE_MODELS.len(), STROKE_MODELS.len(), |i, j| {
        dot(&rendered[i], &rendered[j])
    });
    let mut right = DVector::from_fn(STROKE_MODELS.len(), |i, _| dot(&rendered[i], &field.heights));
    let guessed = DVector::from_iterator(STROKE_MODELS.len(), guess.iter().map(|g| f64::from(*g)));
    let scale = (guessed.dot(&right) / (&normal * &guessed).dot(&guessed)).max(1e-9);
    let ridge = GUESS * normal.trace() / STROKE_MODELS.len() as f64;
    (0..STROKE_MODELS.len()).for_each(|i| normal[(i, i)] += ridge);
    right += &guessed * (ridge * scale);
    let shares = not_negative(&normal, &right)?;
    let sum: f64 = shares.iter().sum();
    (sum > 0.0).then(|| std::array::from_fn(|i| (shares[i] / sum) as f32))
}

/// Least squares in which no unknown is negative: the negative ones are set to nothing, one by one.
fn not_negative(normal: &DMatrix<f64>, right: &DVector<f64>) -> Option<Vec<f64>> {
    let mut active: Vec<usize> = (0..right.len()).collect();
    loop {
        let n = active.len();
        let part = DMatrix::from_fn(n, n, |i, j| normal[(active[i], active[j])]);
        let solved = part.cholesky()?.solve(&DVector::from_fn(n, |i, _| right[active[i]]));
        let least = (0..n).min_by(|&a, &b| solved[a].total_cmp(&solved[b]))?;
        if solved[least] >= 0.0 {
            let mut all = vec![0.0; right.len()];
            active.iter().zip(solved.iter()).for_each(|(&i, &v)| all[i] = v);
            return Some(all);
        }
        active.remove(least);
        if active.is_empty() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_negative_is_nothing() {
        let normal = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]);
        let found = not_negative(&normal, &DVector::from_row_slice(&[2.0, -2.0])).unwrap();
        assert!((found[0] - 1.0).abs() < 1e-12 && found[1].abs() < 1e-12);
        let found = not_negative(&normal, &DVector::from_row_slice(&[3.0, 3.0])).unwrap();
        assert!(found.iter().all(|v| (v - 1.0).abs() < 1e-12));
    }
}
