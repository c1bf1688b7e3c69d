//! Glare: light from the surroundings of a place, and from a lamp that the page mirrors.

use ndarray::Axis;
use rayon::prelude::*;

use super::conditions::Glare;
use crate::imaging::Plane;
use crate::imaging::raster::{shrink, spread};

/// Side of the raster on which surroundings are known, mm: a quarter of the least reach.
const COARSE: f64 = 0.5;

/// Lights a scan, whose surroundings beyond its edges reflect `ground`.
///
/// A place of reflectance R among surroundings of mean reflectance E gives
/// (R · (1 + glass · E) + lens · E) / (1 + glass + lens), so that white on white stays white.
pub(super) fn light(signal: &mut Plane, glare: &Glare, ground: f32, pitch: [f64; 2]) {
    if glare.glass > 0.0 || glare.lens > 0.0 {
        surround(signal, glare, ground, pitch);
    }
    if glare.veil > 0.0 {
        veil(signal, glare, pitch);
    }
}

fn surround(signal: &mut Plane, glare: &Glare, ground: f32, pitch: [f64; 2]) {
    let columns = signal.ncols();
    let least = signal.nrows().min(columns);
    let block = ((COARSE / pitch[0]).round() as usize).clamp(1, least);
    let sigma = pitch.map(|p| glare.reach.0 / (p * block as f64));
    let around = spread(&shrink(signal, block), sigma, 0, ground);
    let [glass, lens] = [glare.glass, glare.lens].map(|v| v as f32);
    let whole = 1.0 / (1.0 + glass + lens);
    // Straight lines between the middles of blocks.
    let between = |at: usize, n: usize| {
        let at = ((at as f32 + 0.5) / block as f32 - 0.5).clamp(0.0, (n - 1) as f32);
        let first = (at as usize).min(n.saturating_sub(2));
        (first, (first + 1).min(n - 1), at - first as f32)
    };
    let across: Vec<_> = (0..columns).map(|x| between(x, around.ncols())).collect();
    signal.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(y, mut row)| {
        let (above, below, down) = between(y, around.nrows());
        let (above, below) = (around.row(above), around.row(below));
        let at = |x: usize| above[x] + down * (below[x] - above[x]);
        for (value, &(left, right, share)) in row.iter_mut().zip(&across) {
            let left = at(left);
            let around = left + share * (at(right) - left);
            *value = whole * (*value * (1.0 + glass * around) + lens * around);
        }
    });
}

fn veil(signal: &mut Plane, glare: &Glare, pitch: [f64; 2]) {
    let size = [signal.ncols(), signal.nrows()];
    let [across, down] = [0, 1].map(|i| {
        let bell = |at: usize| {
            let mm = (at as f64 + 0.5 - glare.veil_at[i] * size[i] as f64) * pitch[i];
            (-0.5 * (mm / glare.veil_size.0).powi(2)).exp() as f32
        };
        (0..size[i]).map(bell).collect::<Vec<f32>>()
    });
    let veil = glare.veil as f32;
    signal.axis_iter_mut(Axis(0)).into_par_iter().zip(down).for_each(|(mut row, down)| {
        row.iter_mut().zip(&across).for_each(|(value, across)| *value += veil * down * across);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Mm;

    const PITCH: [f64; 2] = [0.1; 2];

    /// A grey patch of 4 × 4 mm in the middle of 40 × 40 mm, lit, and its value there.
    fn patch(ground: f32, glare: &Glare) -> f32 {
        let inside = |i: usize| (180..220).contains(&i);
        let mut page =
            Plane::from_shape_fn(
                (400, 400),
                |(y, x)| {
                    if inside(x) && inside(y) { 0.5 } else { ground }
                },
            );
        light(&mut page, glare, ground, PITCH);
        page[[200, 200]]
    }

    #[test]
    fn white_ground_lights_a_patch_by_the_stated_share() {
        let mut glare = Glare { glass: 0.3, reach: Mm(4.0), ..Glare::NONE };
        // Of a Gaussian of 4 mm the patch holds erf(2 / 4√2)² = 0.1466.
        let own = 0.1466 * 0.5;
        let wish = (1.0 + 0.3 * (own + 0.8534)) / (1.0 + 0.3 * own);
        let found = patch(1.0, &glare) / patch(0.0, &glare);
        assert!((found - wish).abs() < 0.005, "{found} for {wish}");
        // The top of a flatbed's range, on paper, holds what real scans show.
        glare = Glare { glass: 0.4, reach: Mm(15.0), ..Glare::NONE };
        let found = patch(0.86, &glare) / patch(0.03, &glare);
        assert!((1.29..1.36).contains(&found), "{found}");
    }

    #[test]
    fn the_lens_lights_black_and_white_stays_white() {
        let glare = Glare { glass: 0.2, lens: 0.05, ..Glare::NONE };
        let mut white = Plane::from_elem((100, 80), 1.0);
        light(&mut white, &glare, 1.0, PITCH);
        assert!(white.iter().all(|v| (v - 1.0).abs() < 1e-5));
        let mut black = Plane::from_elem((10, 10), 0.0);
        light(&mut black, &glare, 1.0, PITCH);
        assert!(black.iter().all(|v| (0.03..0.05 / 1.25 + 1e-6).contains(v)), "{black}");
    }

    #[test]
    fn a_veil_is_a_haze_around_its_middle() {
        let glare = Glare { veil: 0.2, veil_at: [0.25, 0.5], ..Glare::NONE };
        let mut page = Plane::from_elem((400, 400), 0.3);
        light(&mut page, &glare, 0.3, PITCH);
        assert!((page[[200, 100]] - 0.5).abs() < 1e-4);
        // One sigma, 10 mm, to the right.
        let wish = 0.3 + 0.2 * (-0.5f32).exp();
        assert!((page[[200, 200]] - wish).abs() < 1e-3);
    }

    #[test]
    fn the_smallest_scan_is_lit_too() {
        let mut one = Plane::from_elem((1, 2), 0.5);
        light(&mut one, &Glare { glass: 0.2, ..Glare::NONE }, 0.5, [0.02; 2]);
        assert!(one.iter().all(|v| (v - 0.5 * 1.1 / 1.2).abs() < 1e-5), "{one}");
    }
}
