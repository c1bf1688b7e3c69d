//! The orientation: which way lines and symbols run in the scan.

/// How a portrait stands in its scan, but for a rotation of less than a right angle either way
/// from where the lines run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// Whether the lines run backwards: the last is the upper one.
    pub upside_down: bool,
    /// Whether the scan shows the portrait as a mirror does.
    pub mirrored: bool,
}

impl Orientation {
    /// All four, the likeliest first.
    pub const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(true, true),
    ];

    const fn new(upside_down: bool, mirrored: bool) -> Self {
        Self { upside_down, mirrored }
    }

    /// Whether the symbols of a line run from right to left, where lines are numbered downwards.
    #[must_use]
    pub fn runs_backwards(self) -> bool {
        self.upside_down != self.mirrored
    }

    /// The corners of a box, given top left, top right, bottom right, bottom left as the scan's
    /// lines are numbered, in that order as the text runs.
    #[must_use]
    pub fn corners<T>(self, [a, b, c, d]: [T; 4]) -> [T; 4] {
        match (self.upside_down, self.runs_backwards()) {
            (false, false) => [a, b, c, d],
            (true, true) => [c, d, a, b],
            (false, true) => [b, a, d, c],
            (true, false) => [d, c, b, a],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_follow_the_text() {
        let [upright, over, mirrored, both] = Orientation::ALL.map(|o| o.corners([0, 1, 2, 3]));
        assert_eq!((upright, over), ([0, 1, 2, 3], [2, 3, 0, 1]));
        assert_eq!((mirrored, both), ([1, 0, 3, 2], [3, 2, 1, 0]));
    }
}
