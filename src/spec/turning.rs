//! The turn: the lightness below which letters are lighter than their ground. They vanish about it, so
//! where the face lies in just these tones it is put elsewhere.

use crate::spec::face;
use crate::spec::modulation::TURNING_LIGHTNESS;

/// All lightnesses (CIE L*) at which letters may turn: few, and so far apart that a face lies clear of
/// one of them and that a scan tells which it was.
pub const TURNS: [f32; 3] = [28.0, TURNING_LIGHTNESS, 52.0];
/// So far about the turn letters are lost: within as many L* as one standard deviation of a Gaussian, as
/// `measure --bin tones` shows it for prints that all turn at 40.
const LOST: f32 = 4.0;
/// The usual turn serves where it costs no more than this share of the face; printers lose dark letters
/// in dark tones, and readers expect it. A guess.
const BEARABLE: f32 = 0.25;
/// What costs between this share of the bearable and all of it is a near thing. A guess.
const NEAR: f32 = 0.4;
/// What a place beside the face counts against one in it. A guess.
const BESIDE: f32 = 0.2;

/// A place of a portrait, in shares of its width and height, and its lightness, CIE L*.
pub type Tone = ([f64; 2], f32);

/// The one of [`TURNS`] at which letters turn in a portrait of these tones, locally averaged.
#[must_use]
pub fn turning(tones: impl Iterator<Item = Tone>) -> f32 {
    best(tones, BEARABLE)
}

/// The same, if the usual turn may cost this share of the face.
fn best(tones: impl Iterator<Item = Tone>, bearable: f32) -> f32 {
    let (mut costs, mut usual, mut whole) = ([0.0f32; TURNS.len()], 0.0, 0.0);
    for (place, lightness) in tones {
        let is_face = face::has(place);
        let lost = TURNS.map(|turn| (-0.5 * ((lightness - turn) / LOST).powi(2)).exp());
        for ((cost, turn), lost) in costs.iter_mut().zip(TURNS).zip(lost) {
            *cost += if is_face { lost } else { BESIDE * lost };
            if is_face && turn == TURNING_LIGHTNESS {
                (usual, whole) = (usual + lost, whole + 1.0);
            }
        }
    }
    if usual <= bearable * whole {
        return TURNING_LIGHTNESS;
    }
    let least = TURNS.into_iter().zip(costs).min_by(|a, b| a.1.total_cmp(&b.1));
    least.map_or(TURNING_LIGHTNESS, |(turn, _)| turn)
}

/// The one of [`TURNS`] that was printed, where letters turn at `scanned` in a scan of these tones: the one
/// that the portrait has if press and scanner moved all tones in proportion, black and white left where
/// they are. None where not exactly one is, or where it is a near thing.
#[must_use]
pub fn printed(scanned: f32, tones: &[Tone]) -> Option<f32> {
    let moved = |lightness: f32, turn: f32| {
        if lightness < scanned {
            lightness * turn / scanned
        } else {
            100.0 - (100.0 - lightness) * (100.0 - turn) / (100.0 - scanned)
        }
    };
    let fits = |turn: f32| {
        [BEARABLE, NEAR * BEARABLE].map(|bearable| {
            let as_printed = tones.iter().map(|&(place, l)| (place, moved(l, turn)));
            (best(as_printed, bearable) - turn).abs() < 1e-3
        })
    };
    let mut fitting =
        TURNS.into_iter().map(|turn| (turn, fits(turn))).filter(|(_, f)| f[0] || f[1]);
    let (turn, fits) = fitting.next()?;
    (fits == [true; 2] && fitting.next().is_none()).then_some(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face of this lightness, shaded from side to side by 8 L* either way, on white.
    fn portrait(lightness: f32) -> impl Iterator<Item = Tone> {
        (0..90 * 70).map(move |i| {
            let place = [((i % 70) as f64 + 0.5) / 70.0, ((i / 70) as f64 + 0.5) / 90.0];
            let shade = 8.0 * (place[0] as f32 - 0.5) / 0.23;
            (place, if face::has(place) { lightness + shade } else { 95.0 })
        })
    }

    fn is_usual(turn: f32) -> bool {
        (turn - TURNING_LIGHTNESS).abs() < 1e-3
    }

    #[test]
    fn letters_turn_where_the_face_has_few_places() {
        for lightness in [15.0, 28.0, 40.0, 50.0, 60.0, 80.0] {
            let off = (turning(portrait(lightness)) - lightness).abs();
            assert!(off > 9.0, "{lightness}: {off}");
        }
    }

    #[test]
    fn the_usual_turn_serves_where_it_does_little_harm() {
        for lightness in [20.0, 26.0, 54.0, 65.0, 80.0] {
            assert!(is_usual(turning(portrait(lightness))), "{lightness}");
        }
        assert!(is_usual(turning(std::iter::empty())));
    }

    /// Whatever the press moves, it is told rightly or not at all.
    #[test]
    fn a_scan_tells_which_turn_was_printed() {
        let mut told = 0;
        for lightness in [20.0, 36.0, 39.0, 42.0, 44.0, 65.0, 80.0] {
            for gamma in [0.85f32, 1.0, 1.15, 1.3] {
                let press = |l: f32| 100.0 * (l / 100.0).powf(gamma);
                let turn = turning(portrait(lightness));
                let scan: Vec<Tone> =
                    portrait(lightness).map(|(place, l)| (place, press(l))).collect();
                let found = printed(press(turn), &scan);
                assert!(
                    found.is_none_or(|found| (found - turn).abs() < 1e-3),
                    "{lightness} {gamma}"
                );
                told += usize::from(found.is_some());
            }
        }
        assert!(told >= 10, "{told}");
    }
}
