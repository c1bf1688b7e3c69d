//! The part of a picture that is used: one rule for what is printed and for what a print is held
//! against.

/// A part of a picture, in its pixels, with fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

impl Crop {
    /// The largest part about the centre of a picture of size `from` that has the shape of `to`; sizes
    /// are width and height, all above zero.
    #[must_use]
    pub fn centred(from: (usize, usize), to: (usize, usize)) -> Self {
        let (width, height) = (from.0 as f64, from.1 as f64);
        let shape = to.0 as f64 / to.1 as f64;
        let excess = width / height - shape;
        let (across, down) = if excess.abs() < f64::EPSILON {
            (width, height)
        } else if excess > 0.0 {
            (shape * height, height)
        } else {
            (width, width / shape)
        };
        let (left, top) = ((width - across) * 0.5, (height - down) * 0.5);
        Self { left, top, width: across, height: down }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_or_too_high_is_cut_on_both_sides() {
        let crop = |from| Crop::centred(from, (300, 400));
        let part = |left, top, width, height| Crop { left, top, width, height };
        assert_eq!(crop((600, 800)), part(0.0, 0.0, 600.0, 800.0));
        assert_eq!(crop((800, 800)), part(100.0, 0.0, 600.0, 800.0));
        assert_eq!(crop((600, 1000)), part(0.0, 100.0, 600.0, 800.0));
    }
}
