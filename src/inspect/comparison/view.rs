//! The scan's portrait on the grid of the reference: upright, unmirrored, with some of what lies
//! around it.

use ndarray::Array2;

use crate::imaging::raster::{bilinear, shrink_softly};
use crate::imaging::{Mm, Plane};
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::scan::Scan;
use crate::spec::Profile;

/// Pixels a millimetre.
pub const PER_MM: f64 = 8.0;
/// What is seen around the portrait on each side: the frame may be off by so much.
pub const MARGIN: Mm = Mm(6.0);
/// Sizes are whole blocks of so many pixels, the coarsest that the comparison averages over.
pub const BLOCK: usize = 4;
/// Pixels from one node of the map to the next: a millimetre. Maps of pages bend slowly.
const NODE: usize = 8;

/// [`MARGIN`] in pixels.
pub(crate) const MARGIN_PX: usize = (MARGIN.0 * PER_MM) as usize;
const _: () = assert!(MARGIN_PX.is_multiple_of(BLOCK));

/// Width and height in pixels of a portrait of this profile.
#[must_use]
pub fn size(profile: &Profile) -> [usize; 2] {
    [profile.width, profile.height]
        .map(|mm| (((mm.0 * PER_MM + 1e-6) as usize) / BLOCK * BLOCK).max(BLOCK))
}

/// The scan's portrait.
#[derive(Clone, Debug)]
pub struct View {
    /// Luminance in linear light, `[row, column]`, at [`PER_MM`], with [`MARGIN`] on each side.
    pub light: Plane,
    /// Whether each pixel lies in the scan: 1, or else 0.
    pub inside: Plane,
    /// Where each node lies in the scan, in its working pixels.
    nodes: Array2<[f64; 2]>,
}

impl View {
    /// Brings a scan to the grid that the lines of its microtext give.
    #[must_use]
    pub fn new(scan: &Scan, frame: &Frame, orientation: Orientation, profile: &Profile) -> Self {
        let [width, height] = size(profile).map(|px| px + 2 * MARGIN_PX);
        let nodes = nodes(scan, frame, orientation, [width, height], profile.layout.pitch);
        let per_mm = scan.per_mm[0].min(scan.per_mm[1]);
        let factor = ((per_mm / PER_MM * 1.02) as usize).max(1);
        let small = shrink_softly(&scan.luminance, factor);
        let limit = [small.ncols() as f64 - 0.5, small.nrows() as f64 - 0.5];
        let mut view = Self {
            light: Plane::zeros((height, width)),
            inside: Plane::zeros((height, width)),
            nodes,
        };
        for y in 0..height {
            for x in 0..width {
                let at = view.place([x as f64, y as f64]);
                let at = at.map(|v| (v + 0.5) / factor as f64 - 0.5);
                if (0..2).all(|i| at[i] > -0.5 && at[i] < limit[i]) {
                    view.light[[y, x]] = bilinear(&small, at[0], at[1]);
                    view.inside[[y, x]] = 1.0;
                }
            }
        }
        view
    }

    /// A view of this luminance, margins included.
    #[cfg(test)]
    pub(super) fn of_plane(light: Plane) -> Self {
        let (rows, columns) = light.dim();
        let nodes = Array2::from_shape_fn((rows / NODE + 2, columns / NODE + 2), |(i, j)| {
            [j, i].map(|v| (v * NODE) as f64)
        });
        Self { inside: Plane::from_elem(light.dim(), 1.0), light, nodes }
    }

    /// The scan's working pixel of one of the view's pixels, margins included, both with fractions.
    #[must_use]
    pub fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (rows, columns) = self.nodes.dim();
        let split = |v: f64, nodes: usize| {
            let v = (v / NODE as f64).clamp(0.0, nodes as f64 - 1.001);
            (v as usize, v.fract())
        };
        let ((i, fy), (j, fx)) = (split(y, rows), split(x, columns));
        let at = |i: usize, j: usize, axis: usize| self.nodes[[i, j]][axis];
        [0, 1].map(|axis| {
            let upper = at(i, j, axis) + fx * (at(i, j + 1, axis) - at(i, j, axis));
            let lower = at(i + 1, j, axis) + fx * (at(i + 1, j + 1, axis) - at(i + 1, j, axis));
            upper + fy * (lower - upper)
        })
    }
}

/// The scan's working pixels at every [`NODE`]th pixel of a view of this size.
fn nodes(
    scan: &Scan,
    frame: &Frame,
    orientation: Orientation,
    [width, height]: [usize; 2],
    pitch: Mm,
) -> Array2<[f64; 2]> {
    let middle = |[a, b]: [f64; 2]| 0.5 * (a + b);
    let half = [width, height].map(|px| 0.5 * px as f64);
    let pitches = |pixels: f64, turned: bool| {
        let along = (pixels + 0.5) / (PER_MM * pitch.0);
        if turned { -along } else { along }
    };
    let (mut row_near, mut near) = (frame.lines.centre(), frame.lines.centre());
    let mut nodes = Array2::from_elem((height / NODE + 2, width / NODE + 2), [0.0; 2]);
    for ((i, j), node) in nodes.indexed_iter_mut() {
        let u = pitches((j * NODE) as f64 - half[0], orientation.runs_backwards());
        let v = pitches((i * NODE) as f64 - half[1], orientation.upside_down);
        let from = if j == 0 { row_near } else { near };
        near = frame.place(middle(frame.across) + u, middle(frame.down) + v, from);
        if j == 0 {
            row_near = near;
        }
        *node = [0, 1].map(|axis| near[axis] * scan.per_mm[axis] - 0.5);
    }
    nodes
}
