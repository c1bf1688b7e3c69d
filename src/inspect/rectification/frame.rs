//! Where in the scan the portrait lies: the rectangle of the profile's size that holds most of the
//! coherent carrier, in the frame of the text lines.

use crate::inspect::rectification::carrier::{COHERENT, Carrier, node_place};
use crate::inspect::signal::densest::densest;
use crate::inspect::signal::geometry::Surface;
use crate::spec::Profile;

/// The frame of the text lines and the portrait in it. All lengths in line pitches.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Line number of a place in millimetres, with fraction.
    pub lines: Surface,
    /// Distance along the lines of a place in millimetres.
    pub along: Surface,
    /// From where to where the portrait reaches along the lines.
    pub across: [f64; 2],
    /// From which line to which the portrait reaches.
    pub down: [f64; 2],
    /// Share of the portrait in which the carrier is coherent, 0..1.
    pub coverage: f64,
}

impl Frame {
    /// The frame of a carrier, if the page is flat and seen from straight above.
    #[must_use]
    pub fn new(carrier: &Carrier, profile: &Profile) -> Self {
        Self::along(carrier, carrier.lines.perpendicular(), profile)
    }

    /// The frame of a carrier with this distance along its lines.
    #[must_use]
    pub fn along(carrier: &Carrier, along: Surface, profile: &Profile) -> Self {
        let lines = carrier.lines.clone();
        let size = [profile.width, profile.height].map(|mm| mm.0 / profile.layout.pitch.0);
        let nodes: Vec<[f64; 2]> = carrier
            .coherence
            .indexed_iter()
            .filter(|(_, coherence)| **coherence >= COHERENT)
            .map(|(node, _)| node_place(node))
            .map(|place| [along.at(place), lines.at(place)])
            .collect();
        let [across, down] = densest(&nodes, size);
        let within = nodes.iter().filter(|n| {
            (across[0]..across[1]).contains(&n[0]) && (down[0]..down[1]).contains(&n[1])
        });
        let area = size[0] * size[1] * profile.layout.pitch.0.powi(2);
        let coverage = (within.count() as f64 / area).min(1.0);
        Self { lines, along, across, down, coverage }
    }

    /// The same with more room to either side, in line pitches.
    #[must_use]
    pub fn wider(&self, by: f64) -> Self {
        let [left, right] = self.across;
        Self { across: [left - by, right + by], ..self.clone() }
    }

    /// The place in millimetres at which the lines have number `v` and the distance along them is
    /// `u`: Newton's method from `near`, with the slopes at the centre, which smooth maps hardly
    /// leave.
    #[must_use]
    pub fn place(&self, u: f64, v: f64, near: [f64; 2]) -> [f64; 2] {
        let ([a, b], [c, d]) = (self.along.slope(), self.lines.slope());
        let determinant = a * d - b * c;
        let mut place = near;
        for _ in 0..6 {
            let (du, dv) = (u - self.along.at(place), v - self.lines.at(place));
            place[0] += (d * du - b * dv) / determinant;
            place[1] += (a * dv - c * du) / determinant;
            if du.abs() + dv.abs() < 1e-3 {
                break;
            }
        }
        place
    }

    /// The portrait's corners in millimetres: top left, top right, bottom right, bottom left as the
    /// text runs.
    #[must_use]
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let corner =
            |i: usize, j: usize| self.place(self.across[i], self.down[j], self.lines.centre());
        [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]
    }

    /// Whether the maps lead to the corners: where too few lines hold them, they bend away, and what
    /// lies at their end is no place.
    #[must_use]
    pub fn reaches_corners(&self) -> bool {
        let [left, right] = self.across;
        let [top, bottom] = self.down;
        let ends = [[left, top], [right, top], [right, bottom], [left, bottom]];
        self.corners().iter().zip(ends).all(|(&place, [u, v])| {
            (self.along.at(place) - u).abs() < 1.0 && (self.lines.at(place) - v).abs() < 1.0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Plane;
    use crate::inspect::signal::geometry::Ripple;

    /// Lines that are coherent where a portrait of the default profile lies at (12, 9) mm.
    fn carrier(profile: &Profile) -> Carrier {
        let inside = |(i, j): (usize, usize)| {
            let [x, y] = node_place((i, j));
            let (width, height) = (profile.width.0, profile.height.0);
            (12.0..12.0 + width).contains(&x) && (9.0..9.0 + height).contains(&y)
        };
        let coherence = |node| if inside(node) { 2.0 * COHERENT } else { 0.4 * COHERENT };
        Carrier {
            lines: Surface::plane([25.0, 30.0], 88.5, [0.0, 1.0 / profile.layout.pitch.0]),
            peak: 100.0,
            coherence: Plane::from_shape_fn((70, 60), coherence),
            residual: 0.0,
        }
    }

    #[test]
    fn the_portrait_is_where_its_lines_are() {
        let profile = Profile::default();
        let frame = Frame::new(&carrier(&profile), &profile);
        assert!(frame.coverage > 0.95, "{}", frame.coverage);
        let [left_top, _, right_bottom, _] = frame.corners();
        let (right, bottom) = (12.0 + profile.width.0, 9.0 + profile.height.0);
        for (found, truth) in
            left_top.into_iter().chain(right_bottom).zip([12.0, 9.0, right, bottom])
        {
            assert!((found - truth).abs() < 1.0, "{found} {truth}");
        }
    }

    #[test]
    fn places_are_those_of_their_lines() {
        let profile = Profile::default();
        let frame = Frame::new(&carrier(&profile), &profile);
        for (u, v) in [(0.0, 88.5), (-30.0, 40.0), (41.0, 120.25)] {
            let place = frame.place(u, v, frame.lines.centre());
            assert!((frame.lines.at(place) - v).abs() < 1e-6, "{place:?}");
            assert!((frame.along.at(place) - u).abs() < 1e-6, "{place:?}");
        }
        assert!(frame.reaches_corners());
        let mut bent = frame.clone();
        bent.lines.ripple = Some(Ripple { amplitude: 40.0, turns: [0.0, 0.05], phase: 0.0 });
        assert!(!bent.reaches_corners());
        let wide = frame.wider(3.0);
        assert!(
            (wide.across[1] - wide.across[0] - frame.across[1] + frame.across[0] - 6.0).abs()
                < 1e-9
        );
    }
}
