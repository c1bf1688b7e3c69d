//! Where in the scan the portrait lies: the rectangle of the profile's size that holds most of the
//! coherent carrier, in the frame of the text lines.

use crate::inspect::rectification::carrier::{COHERENT, Carrier, node_place};
use crate::inspect::signal::geometry::Surface;
use crate::inspect::synchronisation::row_phase::Law;
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

/// Step of the search for the portrait, in line pitches.
const STEP: f64 = 0.5;

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

    /// The same from the first printed line to the last, now that the lines' numbers are known.
    /// `first_line`: the line that the law counts from.
    #[must_use]
    pub fn at_row(&self, law: &Law, first_line: i64, profile: &Profile) -> Self {
        let height = profile.height.0 / profile.layout.pitch.0;
        let of_first = law.row(0) as f64;
        let down = if law.orientation.upside_down {
            let end = first_line as f64 + of_first + 1.0;
            [end - height, end]
        } else {
            let top = first_line as f64 - of_first;
            [top, top + height]
        };
        Self { down, ..self.clone() }
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
}

/// The box of this size that holds the most points; in the middle of all the best ones.
#[must_use]
pub fn densest(points: &[[f64; 2]], size: [f64; 2]) -> [[f64; 2]; 2] {
    let axis = |i: usize| {
        let low = points.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p[i]).fold(f64::NEG_INFINITY, f64::max);
        (low - size[i], ((high - low + size[i]) / STEP).max(0.0) as usize + 1)
    };
    if points.is_empty() {
        return [[0.0, size[0]], [0.0, size[1]]];
    }
    let ((left, columns), (top, rows)) = (axis(0), axis(1));
    // Summed-area table of the counts (Crow 1984).
    let (bw, bh) = ((size[0] / STEP).round() as usize, (size[1] / STEP).round() as usize);
    let mut sums = ndarray::Array2::<u32>::zeros((rows + bh + 2, columns + bw + 2));
    for p in points {
        let cell = [((p[1] - top) / STEP) as usize + 1, ((p[0] - left) / STEP) as usize + 1];
        sums[cell] += 1;
    }
    for i in 1..sums.nrows() {
        for j in 1..sums.ncols() {
            sums[[i, j]] =
                sums[[i, j]] + sums[[i - 1, j]] + sums[[i, j - 1]] - sums[[i - 1, j - 1]];
        }
    }
    let count = |i: usize, j: usize| {
        sums[[i + bh, j + bw]] + sums[[i, j]] - sums[[i, j + bw]] - sums[[i + bh, j]]
    };
    let mut best = (0, [0.0; 2], 0.0);
    for i in 0..=rows {
        for j in 0..=columns {
            let here = count(i, j);
            if here > best.0 {
                best = (here, [0.0; 2], 0.0);
            }
            if here == best.0 {
                best.1 = [best.1[0] + j as f64, best.1[1] + i as f64];
                best.2 += 1.0;
            }
        }
    }
    let corner = [left + best.1[0] / best.2 * STEP, top + best.1[1] / best.2 * STEP];
    [[corner[0], corner[0] + size[0]], [corner[1], corner[1] + size[1]]]
}
