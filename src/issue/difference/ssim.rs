//! SSIM (Wang et al., IEEE Trans. Image Processing 13(4), 2004).

use rayon::prelude::*;

use super::measure::{DifferenceError, alike, resolution};
use crate::imaging::raster::{convolved, half_gaussian, shrink};
use crate::imaging::{Picture, Plane, Ppi};

/// The resolution at which [`structural_similarity`] compares.
pub const SSIM_PPI: Ppi = Ppi(300.0);

/// Mean structural similarity, 1 for equal pictures, of the stored luma at [`SSIM_PPI`] (or the
/// nearest whole fraction of the resolution), averaged over areas.
///
/// The window is the paper's: a Gaussian of 11 × 11 pixels with a deviation of 1.5, inside the
/// picture only; K₁ = 0.01, K₂ = 0.03.
///
/// # Errors
/// [`DifferenceError`].
pub fn structural_similarity(
    original: &Picture,
    printed: &Picture,
) -> Result<f64, DifferenceError> {
    const REACH: usize = 5;
    const C1: f32 = 0.01 * 0.01;
    const C2: f32 = 0.03 * 0.03;
    alike(original, printed)?;
    let factor = (resolution(original)?.0 / SSIM_PPI.0).round() as usize;
    let (a, b) = (shrink(&luma(original), factor), shrink(&luma(printed), factor));
    let half = half_gaussian(1.5, REACH);
    let mean = |plane: &Plane| convolved(plane, &half);
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let (aa, bb, ab) = (mean(&(&a * &a)), mean(&(&b * &b)), mean(&(&a * &b)));
    let (rows, columns) = a.dim();
    let (mut sum, mut count) = (0.0, 0usize);
    for y in REACH..rows.saturating_sub(REACH) {
        for x in REACH..columns.saturating_sub(REACH) {
            let at = [y, x];
            let (ma, mb) = (mean_a[at], mean_b[at]);
            let (va, vb) = (aa[at] - ma * ma, bb[at] - mb * mb);
            let covariance = ab[at] - ma * mb;
            let luminance = (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
            sum += f64::from(luminance * (2.0 * covariance + C2) / (va + vb + C2));
            count += 1;
        }
    }
    Ok(sum / count.max(1) as f64)
}

/// Stored values 0..1 weighted as in ITU-R BT.601, which the paper's program does.
fn luma(picture: &Picture) -> Plane {
    let (width, height) = picture.size();
    let rgb = picture.pixels.to_rgb32f();
    let luma = |p: &[f32]| 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    let values = rgb.as_raw().par_chunks_exact(3).map(luma).collect();
    Plane::from_shape_vec((height, width), values)
        .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
}

#[cfg(test)]
mod tests {
    use super::super::rasters::{PRINT, grey};
    use super::*;
    use crate::imaging::tone;
    use image::{GrayImage, Luma};

    #[test]
    fn ssim_of_a_known_pair() {
        // Flat areas have no variance: (2ab + C1)/(a² + b² + C1) remains.
        let flat = |v: u8| Picture::new(GrayImage::from_pixel(160, 160, Luma([v])).into(), PRINT);
        let (a, b) = (100.0 / 255.0, 150.0 / 255.0);
        let expected = (2.0 * a * b + 1e-4) / (a * a + b * b + 1e-4);
        let measured = structural_similarity(&flat(100), &flat(150)).unwrap();
        assert!((measured - expected).abs() < 1e-3, "{measured}, {expected}");
        // Its negative is as unlike as can be.
        let noise = |sign: f64| {
            grey((160, 160), move |x, y| {
                tone::linear((0.5 + sign * 0.2 * ((x / 16.0).sin() * (y / 11.0).cos())) as f32)
                    .into()
            })
        };
        assert!(structural_similarity(&noise(1.0), &noise(-1.0)).unwrap() < -0.5);
    }
}
