//! The face's zone: where ISO/IEC 19794-5 has a portrait's face.

/// Its middle, as shares of the portrait's width and height. The standard has eyes at 30 to 50 % of
/// the height from the top and the face's middle line at 45 to 55 % of the width.
pub const MIDDLE: [f64; 2] = [0.5, 0.45];
/// Its half axes. The head is at least half as wide as the picture and 60 % as high, hair included; the
/// zone is what all those faces share.
const HALF: [f64; 2] = [0.23, 0.25];

/// Whether a place lies in the face's zone, by its distance from the portrait's upper left corner as
/// the text runs, in shares of its width and height.
#[must_use]
pub fn has(place: [f64; 2]) -> bool {
    let off = [0, 1].map(|i| (place[i] - MIDDLE[i]) / HALF[i]);
    off[0].hypot(off[1]) < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eyes_nose_and_mouth_lie_in_it() {
        // Of a face as the standard has it at either end: eyes, mouth, and what is beside.
        for inside in [[0.38, 0.36], [0.62, 0.36], [0.5, 0.48], [0.5, 0.62], [0.5, 0.25]] {
            assert!(has(inside), "{inside:?}");
        }
        for outside in [[0.1, 0.45], [0.5, 0.05], [0.5, 0.9], [0.8, 0.3]] {
            assert!(!has(outside), "{outside:?}");
        }
    }
}
