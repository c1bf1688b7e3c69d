//! Whether the tone and the colour of each small area are kept.

use std::ops::Range;

use ndarray::{ArrayView2, Axis, Slice};

use super::ciede2000::{ciede2000, lab};
use super::measure::{DifferenceError, absolute_difference, alike, resolution};
use crate::imaging::{Mm, Picture, Plane, tone};

/// The absolute difference in L* of the mean luminance of each whole block of `block` × `block`.
///
/// # Errors
/// [`DifferenceError`].
pub fn block_lightness_error(
    original: &Picture,
    printed: &Picture,
    block: Mm,
) -> Result<Plane, DifferenceError> {
    alike(original, printed)?;
    let px = resolution(original)?.px(block);
    let lightness =
        |picture: &Picture| block_means(&picture.luminance(1), px).mapv(tone::lightness);
    Ok(absolute_difference(&lightness(original), &lightness(printed)))
}

/// The colour difference CIEDE2000 of the mean colour, in linear light, of each whole block of
/// `block` × `block`; each picture is read by its own profile.
///
/// # Errors
/// [`DifferenceError`].
pub fn block_colour_difference(
    original: &Picture,
    printed: &Picture,
    block: Mm,
) -> Result<Plane, DifferenceError> {
    alike(original, printed)?;
    let px = resolution(original)?.px(block);
    let [first, second] = [original, printed].map(|picture| block_colours(picture, px));
    let mut difference = Plane::zeros(first[0].dim());
    for (at, difference) in difference.indexed_iter_mut() {
        let lab = |xyz: &[Plane; 3]| lab(xyz.each_ref().map(|plane| f64::from(plane[at])));
        *difference = ciede2000(lab(&first), lab(&second)) as f32;
    }
    Ok(difference)
}

/// Mean CIE X, Y and Z of each block.
fn block_colours(picture: &Picture, px: f64) -> [Plane; 3] {
    let means = picture.light().map(|light| block_means(&light, px));
    picture.colour().xyz().map(|[r, g, b]| &means[0] * r + &means[1] * g + &means[2] * b)
}

/// Means of blocks of `px` × `px` pixels; `px` may have a fraction, edges lie on whole pixels.
fn block_means(plane: &Plane, px: f64) -> Plane {
    let count = |length: usize| ((length as f64 + 0.5) / px) as usize;
    let edge = |i: usize| (i as f64 * px).round() as usize;
    Plane::from_shape_fn((count(plane.nrows()), count(plane.ncols())), |(row, column)| {
        let block = window(plane, edge(row)..edge(row + 1), edge(column)..edge(column + 1));
        let sum: f64 = block.iter().map(|&v| f64::from(v)).sum();
        (sum / block.len().max(1) as f64) as f32
    })
}

fn window(plane: &Plane, rows: Range<usize>, columns: Range<usize>) -> ArrayView2<'_, f32> {
    let mut window = plane.slice_axis(Axis(0), Slice::from(rows));
    window.slice_axis_inplace(Axis(1), Slice::from(columns));
    window
}

#[cfg(test)]
mod tests {
    use super::super::rasters::{PRINT, grey};
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn blocks_average_linear_light() {
        // Half black, half white dots: linear mean 0.5 is L* 76.07, not 50.
        let dots = grey((480, 480), |x, y| ((x + y) as u32 % 2).into());
        let flat = grey((480, 480), |_, _| 0.5);
        let blocks = block_lightness_error(&dots, &flat, Mm(1.0)).unwrap();
        assert!(blocks.iter().all(|d| *d < 0.05), "{blocks}");
    }

    #[test]
    fn one_step_of_lightness_and_another_hue() {
        let level =
            |lightness: f32| grey((96, 96), move |_, _| f64::from(tone::luminance(lightness)));
        let difference =
            |a: &Picture, b: &Picture| block_colour_difference(a, b, Mm(1.0)).unwrap()[[0, 0]];
        // About L* 50 the formula counts lightness as it is.
        assert!((difference(&level(49.5), &level(50.5)) - 1.0).abs() < 0.01);
        let flat = |rgb| Picture::new(RgbImage::from_pixel(96, 96, Rgb(rgb)).into(), PRINT);
        assert!(difference(&flat([200, 150, 120]), &flat([150, 200, 120])) > 20.0);
    }
}
