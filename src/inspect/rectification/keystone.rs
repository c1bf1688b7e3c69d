//! The tilt: how distances along the lines change over a page that lies at an angle before a phone.
//! The lines themselves tell it; what is left, the gaps between letters do (`gaps`).

use crate::inspect::rectification::carrier::Carrier;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::geometry::Surface;
use crate::spec::Profile;

/// Least change of scale, a millimetre, that is a tilt: one in a hundred over half a portrait. A
/// guess.
const LEAST: f64 = 5e-4;
/// Places a side at which the map is sampled. More than the ten terms of the map need.
const SAMPLES: usize = 9;

/// The frame of a plane seen at an angle. Both coordinates of such a plane have the same
/// denominator: line = a + s·r / (1 + q·r), where r is the place from the centre.
///
/// `frame`: that of a page seen from straight above. `None` where the lines tell no tilt.
#[must_use]
pub fn tilted(carrier: &Carrier, frame: &Frame, profile: &Profile) -> Option<Frame> {
    let [s1, s2] = carrier.lines.slope();
    // −(s·r)(q·r), by least squares for q.
    let rows = [[-s1, 0.0], [-s2, -s1], [0.0, -s2]];
    let found = carrier.lines.curvature();
    let sum = |of: &dyn Fn(usize) -> f64| (0..3).map(of).sum::<f64>();
    let [a, b, d] = [(0, 0), (0, 1), (1, 1)].map(|(i, j)| sum(&|k| rows[k][i] * rows[k][j]));
    let [e, f] = [0, 1].map(|i| sum(&|k| rows[k][i] * found[k]));
    let determinant = a * d - b * b;
    if determinant.abs() < 1e-12 {
        return None;
    }
    let q = [(d * e - b * f) / determinant, (a * f - b * e) / determinant];
    if q[0].hypot(q[1]) < LEAST {
        return None;
    }
    let centre = frame.lines.centre();
    mapped(carrier, frame, profile, |place, along| {
        let nearness = 1.0 + q[0] * (place[0] - centre[0]) + q[1] * (place[1] - centre[1]);
        along / nearness.max(0.5)
    })
}

/// The frame with its distance along the lines mapped, as a smooth surface.
fn mapped(
    carrier: &Carrier,
    frame: &Frame,
    profile: &Profile,
    map: impl Fn([f64; 2], f64) -> f64,
) -> Option<Frame> {
    let between = |range: [f64; 2], i: usize| {
        range[0] + (range[1] - range[0]) * i as f64 / (SAMPLES - 1) as f64
    };
    let centre = frame.lines.centre();
    let mut samples = Vec::with_capacity(SAMPLES * SAMPLES);
    for i in 0..SAMPLES {
        for j in 0..SAMPLES {
            let along = between(frame.across, j);
            let place = frame.place(along, between(frame.down, i), centre);
            samples.push((place, map(place, along), 1.0));
        }
    }
    let mut surface = Surface::plane(centre, 0.0, [0.0; 2]);
    surface.absorb(3, &samples)?;
    Some(Frame::along(carrier, surface, profile))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Plane;

    /// Lines of a page whose nearness grows by `q` a millimetre.
    fn carrier(q: [f64; 2], profile: &Profile) -> Carrier {
        let centre = [25.0, 30.0];
        let slope = [0.1, 1.0 / profile.layout.pitch.0];
        let samples: Vec<_> = (0..400)
            .map(|i| [f64::from(i % 20) * 2.5, f64::from(i / 20) * 3.0])
            .map(|place: [f64; 2]| {
                let from = [place[0] - centre[0], place[1] - centre[1]];
                let dot = |a: [f64; 2]| a[0] * from[0] + a[1] * from[1];
                (place, dot(slope) / (1.0 + dot(q)), 1.0)
            })
            .collect();
        let mut lines = Surface::plane(centre, 0.0, [0.0; 2]);
        lines.absorb(3, &samples).expect("enough samples");
        Carrier { lines, peak: 100.0, coherence: Plane::from_elem((60, 50), 9.0), residual: 0.0 }
    }

    #[test]
    fn what_is_nearer_is_wider() {
        let profile = Profile::default();
        let q = [0.001, 0.002];
        let carrier = carrier(q, &profile);
        let frame = Frame::new(&carrier, &profile);
        let tilted = tilted(&carrier, &frame, &profile).expect("it is tilted");
        // Pitches a millimetre along the lines, above and below.
        let scale = |frame: &Frame, y: f64| frame.along.at([27.0, y]) - frame.along.at([23.0, y]);
        let found = scale(&tilted, 45.0) / scale(&tilted, 15.0);
        let truth = (1.0 - 15.0 * q[1]) / (1.0 + 15.0 * q[1]);
        assert!((found / truth - 1.0).abs() < 0.02, "{found} {truth}");
    }

    #[test]
    fn a_flat_page_is_left() {
        let profile = Profile::default();
        let carrier = carrier([1e-5, -1e-5], &profile);
        assert!(tilted(&carrier, &Frame::new(&carrier, &profile), &profile).is_none());
    }
}
