//! The displacement: how far the letters lie from where evenly spaced columns have them. Feed,
//! lens, perspective and an advance that is not quite right move them smoothly; each part of the
//! portrait is compared with the text of the whole.

use crate::inspect::signal::geometry::Surface;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::synchronisation::strips::{HEIGHTS, Strips};
use crate::numerics::{bend, parabola_top};

/// Parts along and across the lines. A guess.
const PARTS: [usize; 2] = [6, 8];
/// Bins a symbol in which parts are folded. A guess.
const BINS: usize = 10;
/// A part may lie this many bins off. A guess.
const REACH: i32 = 7;
/// Rounds: the text of the whole gets sharper as the parts fall into place. A guess.
const ROUNDS: usize = 2;
/// Displacement that is left where the map is of no use, in symbols. A guess.
const CALM: f64 = 0.35;

/// A part of the portrait: its middle (along, line; in pitches), and its mean text
/// `[across][bin]`.
struct Part {
    middle: [f64; 2],
    text: Vec<f32>,
}

/// Measures the displacement in symbols over (along, line) in pitches, and hands it to the columns.
pub fn measure(strips: &Strips, columns: &mut Columns) {
    for _ in 0..ROUNDS {
        let parts = fold(strips, columns);
        let samples: Vec<([f64; 2], f64, f64)> = offsets(&parts, columns.symbols * BINS);
        let degree = match samples.len() {
            0..9 => return,
            9..20 => 1,
            _ => 2,
        };
        let centre = parts[parts.len() / 2].middle;
        let mut displacement =
            columns.displacement.clone().unwrap_or_else(|| Surface::plane(centre, 0.0, [0.0; 2]));
        match displacement.absorb(degree, &samples) {
            Some(left) if left < CALM => columns.displacement = Some(displacement),
            _ => return,
        }
    }
}

fn fold(strips: &Strips, columns: &Columns) -> Vec<Part> {
    let bins = columns.symbols * BINS;
    let lines = columns.phases.len();
    let mut parts = Vec::with_capacity(PARTS[0] * PARTS[1]);
    let cut = |n: usize, parts: usize, i: usize| i * n / parts;
    for j in 0..PARTS[1] {
        for i in 0..PARTS[0] {
            let rows = cut(lines, PARTS[1], j)..cut(lines, PARTS[1], j + 1);
            let samples = cut(strips.length, PARTS[0], i)..cut(strips.length, PARTS[0], i + 1);
            let place = |sample: usize| strips.origin + sample as f64 * strips.step;
            let middle = [
                0.5 * (place(samples.start) + place(samples.end)),
                strips.first_line as f64 + 0.5 * (rows.start + rows.end) as f64,
            ];
            let mut text = vec![0.0f32; HEIGHTS * bins];
            for line in rows {
                let Some(phase) = columns.phases[line] else { continue };
                let number = strips.first_line as f64 + line as f64 + 0.5;
                let start =
                    columns.symbols_from_origin(place(samples.start), number) + phase as f64;
                let end = columns.symbols_from_origin(place(samples.end), number) + phase as f64;
                let step = ((end - start) / samples.len() as f64 * BINS as f64) as f32;
                for (across, text) in text.chunks_exact_mut(bins).enumerate() {
                    let strip = strips.strip(line, across);
                    let mut at = (start * BINS as f64).rem_euclid(bins as f64) as f32;
                    for &value in &strip[samples.clone()] {
                        let low = (at as usize).min(bins - 1);
                        let share = value * (at - low as f32);
                        text[low] += value - share;
                        text[if low + 1 == bins { 0 } else { low + 1 }] += share;
                        at += step;
                        if at >= bins as f32 {
                            at -= bins as f32;
                        }
                    }
                }
            }
            parts.push(Part { middle, text });
        }
    }
    parts
}

/// For each part that shows it: how far its text lies behind that of all others, in symbols, with
/// the square of the peak over its surroundings as weight.
fn offsets(parts: &[Part], bins: usize) -> Vec<([f64; 2], f64, f64)> {
    let mut whole = vec![0.0f32; HEIGHTS * bins];
    parts.iter().for_each(|p| whole.iter_mut().zip(&p.text).for_each(|(w, t)| *w += t));
    let offset = |part: &Part| {
        let others: Vec<f32> = whole.iter().zip(&part.text).map(|(w, t)| w - t).collect();
        let correlation: Vec<f64> = (-REACH..=REACH)
            .map(|shift| {
                let rows = part.text.chunks_exact(bins).zip(others.chunks_exact(bins));
                let shift = shift.rem_euclid(bins as i32) as usize;
                rows.map(|(text, others)| {
                    let turned = others[shift..].iter().chain(&others[..shift]);
                    f64::from(text.iter().zip(turned).map(|(a, b)| a * b).sum::<f32>())
                })
                .sum()
            })
            .collect();
        let inner = 1..correlation.len() - 1;
        let best = inner.max_by(|&a, &b| correlation[a].total_cmp(&correlation[b]))?;
        let (before, here, after) =
            (correlation[best - 1], correlation[best], correlation[best + 1]);
        if here <= 0.0 {
            return None;
        }
        let fraction = parabola_top(before, here, after)?.clamp(-0.5, 0.5);
        let offset = (best as f64 - f64::from(REACH) + fraction) / BINS as f64;
        let bend = bend(before, here, after);
        // The sharper the peak for the part's own energy, the surer its place.
        let energy = f64::from(part.text.iter().map(|v| v * v).sum::<f32>()).max(1e-20);
        Some((part.middle, offset, (bend * bend / energy).max(1e-12)))
    };
    parts.iter().filter_map(offset).collect()
}
