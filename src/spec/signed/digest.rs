//! The digest of a portrait: a coarse picture of its face, in 192 bits.
//!
//! The face's window is cut into cells of about half a millimetre; its lightness, free of mean and
//! contrast, which presses change, is transformed (DCT-II); the 96 lowest waves are kept, each as one
//! of four steps of its usual height (the quantiser of least square error for normal values: Max
//! 1960). A scan shows the same waves again; how well they correlate tells whether it is the face.

use std::f64::consts::PI;

use crate::imaging::raster::bilinear;
use crate::imaging::{Plane, tone};
use crate::spec::face::MIDDLE;

/// Bytes of a digest.
pub const BYTES: usize = 24;
/// Waves that it holds.
const WAVES: usize = BYTES * 4;
/// Cells of the window, across and down.
pub const CELLS: [usize; 2] = [36, 48];
/// Half the window, as shares of the portrait's width and height: 9.0 × 12.4 mm in the default profile,
/// from above the brows to below the mouth, and to the cheeks' edge.
pub const HALF: [f64; 2] = [0.257, 0.2755];
/// The window's sides in millimetres of the default profile, by which waves are ordered.
const SIDES: [f64; 2] = [18.0, 24.8];
/// Half periods across or down that no wave reaches.
const HIGHEST: usize = 24;
/// Places of a cell that are looked at, each way.
const PLACES: usize = 4;
/// Spread of a wave's height, in units of the window's own spread, by its half periods a millimetre `f`:
/// LOW · f^FALL, fitted to 200 pictures of 40 faces (docs/signature.md).
const LOW: f64 = 0.689;
const FALL: f64 = -1.005;
/// Where the second step of a height begins, and what the two stand for, in spreads.
const STEP: f64 = 0.9816;
const HEIGHTS: [f64; 2] = [0.4528, 1.510];
/// Heights count up to so many spreads: shadows and glare are larger than faces. A guess.
const MOST: f64 = 2.0;
/// A window with less spread of its lightness than this is blank, L*. A guess.
const BLANK: f64 = 0.5;

/// A coarse picture of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; BYTES]);

impl Digest {
    /// Of a portrait's luminance in linear light, `[row, column]`, at any resolution.
    #[must_use]
    pub fn of(portrait: &Plane) -> Self {
        let (rows, columns) = portrait.dim();
        Self::at(portrait, [0.0, 0.0, columns as f64, rows as f64])
    }

    /// Of the portrait in a plane of linear light. `portrait`: its left and upper edge, width and height
    /// in pixels.
    #[must_use]
    pub fn at(plane: &Plane, portrait: [f64; 4]) -> Self {
        let mut bytes = [0; BYTES];
        for (i, height) in heights(plane, portrait).into_iter().enumerate() {
            let bits = u8::from(height < 0.0) << 1 | u8::from(height.abs() > STEP);
            bytes[i / 4] |= bits << (6 - 2 * (i % 4));
        }
        Self(bytes)
    }

    /// How well the portrait in a plane correlates with the digest, −1..1; as for [`Self::at`].
    #[must_use]
    pub fn correlation(&self, plane: &Plane, portrait: [f64; 4]) -> f64 {
        let (mut dot, mut seen, mut held) = (0.0, 0.0, 0.0);
        for (a, b) in heights(plane, portrait).into_iter().zip(self.steps()) {
            let a = a.clamp(-MOST, MOST);
            dot += a * b;
            seen += a * a;
            held += b * b;
        }
        dot / f64::sqrt(seen * held).max(f64::MIN_POSITIVE)
    }

    /// The picture that it holds, `[row, column]`, [`CELLS`] large: lightness, of mean 0 and about unit
    /// spread.
    #[must_use]
    pub fn picture(&self) -> Plane {
        let mut picture = Plane::zeros((CELLS[1], CELLS[0]));
        let [across, down] = [0, 1].map(cosines);
        for (wave, height) in waves().into_iter().zip(self.steps()) {
            let height = height * spread(wave) * norm(wave);
            for ((y, x), v) in picture.indexed_iter_mut() {
                *v += (height * across[wave[0]][x] * down[wave[1]][y]) as f32;
            }
        }
        picture
    }

    /// The waves' heights, in spreads.
    fn steps(&self) -> impl Iterator<Item = f64> + '_ {
        (0..WAVES).map(|i| {
            let bits = self.0[i / 4] >> (6 - 2 * (i % 4)) & 3;
            let height = HEIGHTS[usize::from(bits & 1)];
            if bits & 2 == 0 { height } else { -height }
        })
    }
}

/// Half periods over the window, across and down.
type Wave = [usize; 2];

/// The waves, the lowest first; of equal ones the one that is lower across.
fn waves() -> Vec<Wave> {
    let mut waves: Vec<Wave> =
        (0..HIGHEST).flat_map(|x| (0..HIGHEST).map(move |y| [x, y])).collect();
    waves.retain(|wave| *wave != [0, 0]);
    waves.sort_by(|a, b| frequency(*a).total_cmp(&frequency(*b)).then(a.cmp(b)));
    waves.truncate(WAVES);
    waves
}

/// Half periods a millimetre.
fn frequency(wave: Wave) -> f64 {
    f64::hypot(wave[0] as f64 / SIDES[0], wave[1] as f64 / SIDES[1])
}

fn spread(wave: Wave) -> f64 {
    LOW * frequency(wave).powf(FALL)
}

/// What makes the transform orthonormal.
fn norm(wave: Wave) -> f64 {
    let axis = |i: usize| if wave[i] == 0 { 1.0 } else { 2.0 } / CELLS[i] as f64;
    f64::sqrt(axis(0) * axis(1))
}

/// The waves across or down, `[half periods][cell]`.
fn cosines(axis: usize) -> Vec<Vec<f64>> {
    let of = |wave: usize, cell: usize| {
        (PI * wave as f64 * (cell as f64 + 0.5) / CELLS[axis] as f64).cos()
    };
    (0..HIGHEST).map(|wave| (0..CELLS[axis]).map(|cell| of(wave, cell)).collect()).collect()
}

/// The heights of the waves in a portrait's window, in spreads.
fn heights(plane: &Plane, portrait: [f64; 4]) -> Vec<f64> {
    let cells = window(plane, portrait).mapv(f64::from);
    let mean = cells.mean().unwrap_or(0.0);
    let variance = cells.mapv(|v| (v - mean).powi(2)).mean().unwrap_or(0.0);
    let own = variance.sqrt().max(BLANK);
    let [across, down] = [0, 1].map(cosines);
    let dot = |row: &mut dyn Iterator<Item = f64>, wave: &[f64]| -> f64 {
        row.zip(wave).map(|(v, cosine)| (v - mean) * cosine).sum()
    };
    // By row, and then over the rows.
    let of_rows: Vec<Vec<f64>> = across
        .iter()
        .map(|wave| {
            cells.rows().into_iter().map(|row| dot(&mut row.iter().copied(), wave)).collect()
        })
        .collect();
    let height = |wave: Wave| {
        let sum: f64 = of_rows[wave[0]].iter().zip(&down[wave[1]]).map(|(v, c)| v * c).sum();
        sum * norm(wave) / (own * spread(wave))
    };
    waves().into_iter().map(height).collect()
}

/// Lightness of the window's cells, `[row, column]`.
fn window(plane: &Plane, [left, top, width, height]: [f64; 4]) -> Plane {
    let share = |i: usize, cell: usize, place: usize| {
        let at = (cell as f64 + (place as f64 + 0.5) / PLACES as f64) / CELLS[i] as f64;
        MIDDLE[i] + HALF[i] * (2.0 * at - 1.0)
    };
    Plane::from_shape_fn((CELLS[1], CELLS[0]), |(y, x)| {
        let mut sum = 0.0;
        for (i, j) in (0..PLACES).flat_map(|i| (0..PLACES).map(move |j| (i, j))) {
            let at = [left + width * share(0, x, i) - 0.5, top + height * share(1, y, j) - 0.5];
            sum += bilinear(plane, at[0], at[1]);
        }
        tone::lightness(sum / (PLACES * PLACES) as f32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A portrait of waves of all lengths, unlike for each seed.
    fn portrait(seed: usize, size: (usize, usize), gamma: f32) -> Plane {
        let random = |i: usize| ((seed * 97 + i) as f32 * 12.9898).sin() * 43_758.547;
        let unit = |i: usize| random(i).fract().abs();
        Plane::from_shape_fn(size, |(y, x)| {
            let (u, v) = (x as f32 / size.1 as f32, y as f32 / size.0 as f32);
            let wave = |i: usize| {
                let [across, down, phase] = [0, 1, 2].map(|k| unit(3 * i + k));
                let [across, down] = [across, down].map(|f| 28.0 * f);
                (across * u + down * v + 6.3 * phase).cos() / (4.0 + across + down)
            };
            (0.35 + (0..16).map(wave).sum::<f32>()).max(0.01).powf(gamma)
        })
    }

    fn whole(plane: &Plane) -> [f64; 4] {
        [0.0, 0.0, plane.ncols() as f64, plane.nrows() as f64]
    }

    #[test]
    fn a_portrait_agrees_with_its_digest_and_others_do_not() {
        let own = portrait(1, (450, 350), 1.0);
        let digest = Digest::of(&own);
        assert!(digest.correlation(&own, whole(&own)) > 0.9);
        // At another resolution, and darkened by a press.
        let printed = portrait(1, (203, 158), 1.3);
        assert!(digest.correlation(&printed, whole(&printed)) > 0.9);
        let other = portrait(2, (450, 350), 1.0);
        assert!(digest.correlation(&other, whole(&other)) < 0.6);
    }

    #[test]
    fn its_picture_is_the_portrait_s_face() {
        let own = portrait(1, (450, 350), 1.0);
        let (picture, cells) = (Digest::of(&own).picture(), window(&own, whole(&own)));
        let mean = cells.mean().unwrap();
        let dot = |a: &Plane, b: &Plane| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cells = cells.mapv(|v| v - mean);
        let alike = dot(&picture, &cells) / (dot(&picture, &picture) * dot(&cells, &cells)).sqrt();
        assert!(alike > 0.85, "{alike}");
    }

    #[test]
    fn a_blank_window_agrees_with_nothing() {
        let blank = Plane::from_elem((90, 70), 0.4);
        let digest = Digest::of(&portrait(1, (450, 350), 1.0));
        assert!(digest.correlation(&blank, whole(&blank)).abs() < 0.5);
        assert!(Digest::of(&blank).correlation(&blank, whole(&blank)).is_finite());
    }
}
