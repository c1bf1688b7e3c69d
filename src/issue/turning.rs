//! The turn: the lightness below which letters are lighter than their ground. They vanish about it, so
//! it is put where the face has few places.

use crate::imaging::{Plane, tone};
use crate::spec::face;
use crate::spec::modulation::{TURNING_LIGHTNESS, TURNS};

/// So far about the turn letters are lost: within as many L* as one standard deviation of a Gaussian, to
/// which places of other prints came ([docs/measurements.md](../../docs/measurements.md)).
const LOST: f32 = 4.0;
/// What a place beside the face counts against one in it. A guess.
const BESIDE: f32 = 0.2;
/// Another turn is taken if it costs no more than this share of what the usual one does: printers lose
/// dark letters in dark tones, and readers expect the usual turn. A guess.
const WORTH: f32 = 0.7;

/// The one of [`TURNS`] for a portrait of this luminance, 0..1, locally averaged, `[row, column]`.
pub(super) fn turning(local: &Plane) -> f32 {
    let (rows, columns) = local.dim();
    let mut costs = [0.0f32; TURNS.len()];
    for ((row, column), &light) in local.indexed_iter() {
        let place = [(column, columns), (row, rows)].map(|(at, of)| (at as f64 + 0.5) / of as f64);
        let weight = if face::has(place) { 1.0 } else { BESIDE };
        let lightness = tone::lightness(light);
        for (cost, turn) in costs.iter_mut().zip(TURNS) {
            let off = (lightness - turn) / LOST;
            *cost += weight * (-0.5 * off * off).exp();
        }
    }
    let usual = TURNS.iter().zip(costs).find(|(turn, _)| **turn == TURNING_LIGHTNESS);
    let bearable = WORTH * usual.map_or(0.0, |(_, cost)| cost);
    let least = TURNS.into_iter().zip(costs).min_by(|a, b| a.1.total_cmp(&b.1));
    least.filter(|(_, cost)| *cost < bearable).map_or(TURNING_LIGHTNESS, |(turn, _)| turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of this lightness on white.
    fn portrait(lightness: f32) -> Plane {
        Plane::from_shape_fn((90, 70), |(row, column)| {
            let place = [(column as f64 + 0.5) / 70.0, (row as f64 + 0.5) / 90.0];
            // Shaded from side to side by 8 L* either way.
            let shade = 8.0 * (place[0] as f32 - 0.5) / 0.23;
            tone::luminance(if face::has(place) { lightness + shade } else { 95.0 })
        })
    }

    #[test]
    fn letters_turn_where_the_face_has_no_places() {
        for lightness in [15.0, 30.0, 40.0, 50.0, 60.0, 80.0] {
            let off = (turning(&portrait(lightness)) - lightness).abs();
            assert!(off > 9.0, "{lightness}: {off}");
        }
    }

    #[test]
    fn the_usual_turn_serves_where_it_does_no_harm() {
        for lightness in [20.0, 65.0, 80.0] {
            assert_eq!(turning(&portrait(lightness)), TURNING_LIGHTNESS);
        }
    }
}
