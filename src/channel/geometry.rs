//! Where a point of the print lies in the scan, and back.

use super::conditions::ScanConditions;
use crate::imaging::Mm;

/// The distance from the scan's centre at which lens and keystone reach their stated values, mm:
/// about a portrait's half height.
const REFERENCE: f64 = 20.0;

/// The way between pixels of the scan and millimetres of the print.
///
/// Both have x to the right and y down. A pixel's *centre* lies at whole numbers; the print's
/// origin is its upper left corner. A positive rotation turns the picture clockwise as seen.
#[derive(Clone, Debug)]
pub struct Geometry {
    size: [usize; 2],
    /// Millimetres a scan pixel, true ones.
    pitch: [f64; 2],
    /// The print's centre, in scan pixels and in millimetres of the print.
    scan_centre: [f64; 2],
    print_centre: [f64; 2],
    turn: [f64; 2],
    keystone: [f64; 2],
    lens: f64,
    /// Amplitude, radians a millimetre, phase: along the feed, and across it.
    feed: [f64; 3],
    sway: [f64; 3],
}

impl Geometry {
    /// The geometry of a scan under `conditions` of a print of this size (across, down).
    #[must_use]
    pub fn new(conditions: &ScanConditions, print: [Mm; 2]) -> Self {
        let (sin, cos) = conditions.rotation_deg.to_radians().sin_cos();
        let [w, h] = print.map(|side| side.0);
        let bounds = [w * cos.abs() + h * sin.abs(), w * sin.abs() + h * cos.abs()];
        let per_mm = conditions.scale.map(|scale| conditions.ppi.per_mm() * scale);
        let [left, top, right, bottom] = conditions.border.map(|side| side.0);
        let full = [bounds[0] + left + right, bounds[1] + top + bottom];
        let start = [left, top];
        let px = |i: usize| full[i] * per_mm[i];
        Self {
            size: [0, 1].map(|i| px(i).round().max(1.0) as usize),
            pitch: per_mm.map(|p| 1.0 / p),
            scan_centre: [0, 1]
                .map(|i| (start[i] + 0.5 * bounds[i]) * per_mm[i] - 0.5 + conditions.shift_px[i]),
            print_centre: [0.5 * w, 0.5 * h],
            turn: [cos, sin],
            keystone: conditions.keystone.map(|k| k / REFERENCE),
            lens: conditions.lens / (REFERENCE * REFERENCE),
            feed: [
                conditions.feed_jitter.0,
                std::f64::consts::TAU / conditions.feed_period.0,
                conditions.feed_phase,
            ],
            sway: [
                conditions.sway.0,
                std::f64::consts::TAU / conditions.sway_period.0,
                conditions.sway_phase,
            ],
        }
    }

    /// The scan's pixels across and down.
    #[must_use]
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// The point of the print (millimetres from its upper left corner) that a point of the scan
    /// (pixels) shows. Exact; points beside the print have negative or large coordinates.
    #[must_use]
    pub fn to_print(&self, scan: [f64; 2]) -> [f64; 2] {
        let [mut x, mut y] = [0, 1].map(|i| (scan[i] - self.scan_centre[i]) * self.pitch[i]);
        let wave = |[amplitude, turn, phase]: [f64; 3]| amplitude * (turn * y + phase).sin();
        let (across, along) = (wave(self.sway), wave(self.feed));
        (x, y) = (x + across, y + along);
        let depth = 1.0 / (1.0 + self.keystone[0] * x + self.keystone[1] * y);
        let bend = depth * (1.0 + self.lens * (x * x + y * y));
        [x, y] = [x * bend, y * bend];
        let [cos, sin] = self.turn;
        [cos * x + sin * y + self.print_centre[0], cos * y - sin * x + self.print_centre[1]]
    }

    /// The inverse of [`Geometry::to_print`], to 10⁻⁶ pixels.
    #[must_use]
    pub fn to_scan(&self, print: [f64; 2]) -> [f64; 2] {
        let mut at = self.scan_centre;
        // The warps are small: each step divides the error by ten or more.
        for _ in 0..20 {
            let now = self.to_print(at);
            let [dx, dy] = [print[0] - now[0], print[1] - now[1]];
            let [cos, sin] = self.turn;
            at[0] += (cos * dx - sin * dy) / self.pitch[0];
            at[1] += (sin * dx + cos * dy) / self.pitch[1];
        }
        at
    }

    /// Millimetres of the print for a step of one scan pixel across, and of one down, at the
    /// centre: `[[dx, dy] across, [dx, dy] down]`.
    pub(super) fn steps(&self) -> [[f64; 2]; 2] {
        let [cos, sin] = self.turn;
        let [px, py] = self.pitch;
        [[cos * px, -sin * px], [sin * py, cos * py]]
    }

    /// Cosine and sine of the page's turn.
    pub(super) fn turn(&self) -> [f64; 2] {
        self.turn
    }

    /// Millimetres a scan pixel, across and down.
    pub(super) fn pitch(&self) -> [f64; 2] {
        self.pitch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::conditions::Conditions;
    use crate::imaging::Ppi;

    const PRINT: [Mm; 2] = [Mm(35.0), Mm(45.0)];

    fn close(a: [f64; 2], b: [f64; 2], tolerance: f64) {
        assert!((a[0] - b[0]).hypot(a[1] - b[1]) < tolerance, "{a:?} is not {b:?}");
    }

    #[test]
    fn without_warp_pixels_are_squares_from_the_corner() {
        let geometry = Geometry::new(&Conditions::clean(Ppi(508.0)).scan, PRINT);
        assert_eq!(geometry.size(), [700, 900]);
        close(geometry.to_print([0.0, 0.0]), [0.025, 0.025], 1e-12);
        close(geometry.to_print([699.0, 10.0]), [34.975, 0.525], 1e-9);
    }

    /// Clockwise as seen: what lay right of the centre comes to lie below it.
    #[test]
    fn positive_rotation_is_clockwise() {
        let mut scan = Conditions::clean(Ppi(254.0)).scan;
        scan.rotation_deg = 90.0;
        let geometry = Geometry::new(&scan, PRINT);
        assert_eq!(geometry.size(), [450, 350]);
        let centre = geometry.to_scan([17.5, 22.5]);
        close(centre, [224.5, 174.5], 1e-6);
        close(geometry.to_scan([18.5, 22.5]), [224.5, 184.5], 1e-6);
        close(geometry.to_scan([17.5, 23.5]), [214.5, 174.5], 1e-6);
    }

    #[test]
    fn borders_shift_and_scale_move_the_print() {
        let mut scan = Conditions::clean(Ppi(254.0)).scan;
        scan.border = [Mm(2.0), Mm(3.0), Mm(4.0), Mm(5.0)];
        scan.scale = [1.02, 0.99];
        scan.shift_px = [0.25, -0.5];
        let geometry = Geometry::new(&scan, PRINT);
        assert_eq!(geometry.size(), [418, 525]);
        close(geometry.to_scan([0.0, 0.0]), [20.4 - 0.5 + 0.25, 29.7 - 0.5 - 0.5], 1e-6);
        close(geometry.to_scan([10.0, 10.0]), [20.4 + 102.0 - 0.25, 29.7 + 99.0 - 1.0], 1e-6);
    }

    #[test]
    fn both_ways_are_inverses_under_every_warp() {
        let mut scan = Conditions::clean(Ppi(600.0)).scan;
        scan.rotation_deg = -9.0;
        scan.scale = [0.97, 1.03];
        scan.keystone = [0.02, -0.02];
        scan.lens = -0.006;
        scan.feed_jitter = Mm(0.030);
        scan.feed_period = Mm(2.0);
        scan.sway = Mm(0.025);
        scan.sway_period = Mm(3.0);
        scan.sway_phase = 2.0;
        let geometry = Geometry::new(&scan, PRINT);
        for point in [[0.0, 0.0], [35.0, 0.0], [3.0, 44.0], [17.0, 22.0], [35.0, 45.0]] {
            close(geometry.to_print(geometry.to_scan(point)), point, 1e-6);
        }
    }

    #[test]
    fn the_way_across_is_a_wave_along_the_feed() {
        let mut scan = Conditions::clean(Ppi(254.0)).scan;
        scan.sway = Mm(0.02);
        scan.sway_period = Mm(8.0);
        let geometry = Geometry::new(&scan, PRINT);
        // The wave is 0 at the centre, 22.5 mm down, and stands highest a quarter of a period below.
        for (down, across) in [(0.0, 0.0), (2.0, 0.02), (4.0, 0.0), (6.0, -0.02)] {
            let y = (22.5 + down) * 10.0 - 0.5;
            close(geometry.to_print([99.5, y]), [10.0 + across, 22.5 + down], 1e-9);
        }
    }
}
