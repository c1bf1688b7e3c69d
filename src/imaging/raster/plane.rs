//! A plane of numbers, and its values between pixels.

use ndarray::Array2;

/// One number a pixel, `[row, column]`, rows from the top, row-major.
pub type Plane = Array2<f32>;

/// The value at fractional pixel centre (`x`, `y`), bilinear; edges repeated.
#[must_use]
pub fn bilinear(plane: &Plane, x: f64, y: f64) -> f32 {
    let (rows, columns) = plane.dim();
    let x = x.clamp(0.0, (columns - 1) as f64);
    let y = y.clamp(0.0, (rows - 1) as f64);
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(columns - 1), (y0 + 1).min(rows - 1));
    let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
    let upper = plane[[y0, x0]] + fx * (plane[[y0, x1]] - plane[[y0, x0]]);
    let lower = plane[[y1, x0]] + fx * (plane[[y1, x1]] - plane[[y1, x0]]);
    upper + fy * (lower - upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bilinear_is_exact_on_a_ramp() {
        let plane = Plane::from_shape_fn((6, 6), |(y, x)| 2.0 * x as f32 + 3.0 * y as f32);
        assert!((bilinear(&plane, 2.25, 3.5) - 15.0).abs() < 1e-5);
    }
}
