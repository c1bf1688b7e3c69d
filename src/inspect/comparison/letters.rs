//! Whether a reference carries the microtext itself: then it is no portrait as issued, but a scan of a
//! print, perhaps of this very one, and agrees with it for nothing.

use std::f64::consts::TAU;

use crate::imaging::raster::blur;
use crate::imaging::{Mm, Plane};
use crate::inspect::comparison::reference::Reference;
use crate::inspect::comparison::view::PER_MM;
use crate::inspect::comparison::warp::Warp;
use crate::numerics::median;

/// Contrast is taken against a mean over this deviation.
const GROUND: Mm = Mm(0.25);
/// Side of the blocks in which lines have one phase, in pixels: nine millimetres.
const SIDE: usize = 72;
/// Frequencies beside that of the lines, in cycles a millimetre, that show what a picture without lines
/// has there; the blocks tell them apart.
const BESIDE: [f64; 6] = [-0.55, -0.4, -0.25, 0.25, 0.4, 0.55];
/// Pixels over which a warp is even. For speed alone.
const EVEN: usize = 24;
/// Power of a block in which there is nothing: a contrast of a millionth.
const FAINTEST: f64 = 1e-5;
/// Contrast counts up to here: edges are no letters.
const MOST: f32 = 0.2;

/// Power of the wave that lines of this pitch make, over that of waves beside it, in the middle one of
/// all blocks: hair and cloth may have such waves, but not everywhere. About 1 of a portrait.
#[must_use]
pub(super) fn lines(reference: &Reference, warp: &Warp, pitch: Mm) -> f64 {
    if reference.per_mm * pitch.0 < 2.2 {
        // The picture is too coarse to show them.
        return 0.0;
    }
    let ground = blur(&reference.light, GROUND.0 * PER_MM);
    let mut contrast = &reference.light - &ground;
    contrast.zip_mut_with(&ground, |v, &ground| *v = (*v / (ground + 0.01)).clamp(-MOST, MOST));
    let frequency = 1.0 / pitch.0;
    let own = powers(&contrast, warp, frequency);
    let mut beside = vec![0.0; own.len()];
    for by in BESIDE {
        let powers = powers(&contrast, warp, frequency + by);
        beside.iter_mut().zip(powers).for_each(|(sum, v)| *sum += v / BESIDE.len() as f64);
    }
    // Blocks of a drawn, even ground hold nothing, not even noise.
    let blocks = own.iter().zip(&beside).filter(|(_, beside)| **beside > FAINTEST);
    let mut ratios: Vec<f64> = blocks.map(|(own, beside)| own / beside).collect();
    median(&mut ratios).unwrap_or(0.0)
}

/// The squared amplitude of a wave down the print, by block.
fn powers(contrast: &Plane, warp: &Warp, frequency: f64) -> Vec<f64> {
    let (rows, columns) = contrast.dim();
    let blocks = [rows.div_ceil(SIDE), columns.div_ceil(SIDE)];
    let mut sums = vec![[0.0f64; 2]; blocks[0] * blocks[1]];
    for row in 0..rows {
        let y = (row as f64 + 0.5 - 0.5 * rows as f64) / PER_MM;
        for part in 0..blocks[1] {
            let to = ((part + 1) * SIDE).min(columns);
            // A warp bends slowly: over some pixels its displacement is one.
            for start in (part * SIDE..to).step_by(EVEN) {
                let end = (start + EVEN).min(to);
                let x = (0.5 * (start + end) as f64 - 0.5 * columns as f64) / PER_MM;
                let (sin, cos) = (TAU * frequency * (y + warp.at([x, y])[1])).sin_cos();
                let sum: f32 = (start..end).map(|column| contrast[[row, column]]).sum();
                let block = &mut sums[row / SIDE * blocks[1] + part];
                block[0] += cos * f64::from(sum);
                block[1] += sin * f64::from(sum);
            }
        }
    }
    sums.iter().map(|[cos, sin]| cos * cos + sin * sin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_from_texture() {
        let reference = |lines: f32| {
            let light = Plane::from_shape_fn((360, 280), |(y, x)| {
                let texture = ((x * 37 + y * 101 + x * y) % 17) as f32 / 17.0 - 0.5;
                let turns = (y as f64 / PER_MM / 0.4) as f32;
                0.5 + 0.1 * texture + lines * (std::f32::consts::TAU * turns).sin()
            });
            Reference { light, per_mm: 12.0, coloured: false }
        };
        let [without, with] = [0.0, 0.01].map(|l| lines(&reference(l), &Warp::default(), Mm(0.4)));
        assert!(without < 3.0 && with > 20.0, "{without} {with}");
    }
}
