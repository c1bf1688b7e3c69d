//! The parabola through three values at −1, 0 and 1: a peak's place between samples.

use super::Real;

/// How the parabola bends: its second difference, negative where it has a top.
pub fn bend<T: Real>(before: T, here: T, after: T) -> T {
    before - T::from(2.0) * here + after
}

/// The place of the parabola's top, in steps from the middle value. None if it has no top; far out
/// if it is nearly straight, so callers clamp it: of a sampled peak it lies within −0.5..0.5.
///
/// ```
/// # use tumar::numerics::parabola_top;
/// assert_eq!(parabola_top(0.0, 1.0, 1.0), Some(0.5));
/// assert_eq!(parabola_top(1.0, 0.0, 1.0), None);
/// ```
pub fn parabola_top<T: Real>(before: T, here: T, after: T) -> Option<T> {
    let bend = bend(before, here, after);
    (bend < T::from(0.0)).then(|| T::from(0.5) * (before - after) / bend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_where_it_was_put() {
        for top in [-0.5, -0.2, 0.0, 0.31, 2.0f64] {
            let value = |x: f64| 3.0 - 0.7 * (x - top).powi(2);
            let found = parabola_top(value(-1.0), value(0.0), value(1.0)).unwrap();
            assert!((found - top).abs() < 1e-12, "{top}: {found}");
            assert!((bend(value(-1.0), value(0.0), value(1.0)) + 1.4).abs() < 1e-12);
        }
    }

    #[test]
    fn lines_and_valleys_have_no_top() {
        assert_eq!(parabola_top(1.0, 2.0, 3.0f32), None);
        assert_eq!(parabola_top(1.0, 0.0, 3.0f64), None);
        assert_eq!(parabola_top(f64::NAN, 0.0, 3.0), None);
    }
}
