//! Both pictures in one band and on one grid.

use crate::imaging::raster::{bilinear, blur, shrink};
use crate::imaging::{Mm, Plane};
use crate::inspect::comparison::reference::Reference;
use crate::inspect::comparison::view::{MARGIN_PX, PER_MM, View};
use crate::inspect::comparison::warp::Warp;

/// Added to luminance before its cube root, so that noise of black ground does not grow without
/// bounds. A guess: a scanner's flare.
const FLARE: f32 = 0.006;

/// Reference and view below a frequency, in cube roots of light, in which a tone's noise hardly
/// depends on the tone and a change of illumination is a factor.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// Pixels a millimetre.
    pub(super) per_mm: f64,
    /// The reference.
    pub(super) reference: Plane,
    /// The view, with its margin.
    view: Plane,
    /// Where the view lies in the scan.
    inside: Plane,
    /// The view's margin in pixels.
    margin: f64,
}

/// The cube root that stands for a tone.
pub(super) fn tone(light: f32) -> f32 {
    (light.max(0.0) + FLARE).cbrt()
}

/// The light of a [`tone`].
pub(super) fn light(tone: f32) -> f32 {
    (tone * tone * tone - FLARE).clamp(0.0, 1.0)
}

impl Level {
    /// Both blurred by Gaussians of deviation `sigma`, one pixel for `step` of theirs.
    pub(super) fn new(reference: &Reference, view: &View, sigma: Mm, step: usize) -> Self {
        let band = |light: &Plane| shrink(&blur(light, sigma.0 * PER_MM), step).mapv_into(tone);
        Self {
            per_mm: PER_MM / step as f64,
            reference: band(&reference.light),
            view: band(&view.light),
            inside: shrink(&view.inside, step),
            margin: MARGIN_PX as f64 / step as f64,
        }
    }

    /// The place of a pixel, in millimetres from the portrait's middle.
    pub(super) fn millimetres(&self, (row, column): (usize, usize)) -> [f64; 2] {
        let (rows, columns) = self.reference.dim();
        let from_middle = |i: usize, of: usize| (i as f64 + 0.5 - 0.5 * of as f64) / self.per_mm;
        [from_middle(column, columns), from_middle(row, rows)]
    }

    /// The view as the reference's grid sees it, and where it lies in the scan (1, or else 0).
    pub(super) fn seen(&self, warp: &Warp) -> (Plane, Plane) {
        let mut inside = Plane::zeros(self.reference.dim());
        let mut seen = Plane::zeros(self.reference.dim());
        for ((at, seen), inside) in seen.indexed_iter_mut().zip(&mut inside) {
            let [x, y] = self.in_view(at, warp.at(self.millimetres(at)));
            *seen = bilinear(&self.view, x, y);
            *inside = f32::from(u8::from(self.has([x, y])));
        }
        (seen, inside)
    }

    /// The view's pixel of one of the reference's that is displaced by so many millimetres.
    pub(super) fn in_view(&self, (row, column): (usize, usize), by: [f64; 2]) -> [f64; 2] {
        let at = |i: usize, by: f64| i as f64 + self.margin + by * self.per_mm;
        [at(column, by[0]), at(row, by[1])]
    }

    /// The view, with its margin.
    pub(super) fn view(&self) -> &Plane {
        &self.view
    }

    /// Whether a place of the view lies in it and in the scan.
    pub(super) fn has(&self, [x, y]: [f64; 2]) -> bool {
        let (rows, columns) = self.view.dim();
        let within = x > 0.0 && y > 0.0 && x < columns as f64 - 1.0 && y < rows as f64 - 1.0;
        within && bilinear(&self.inside, x, y) > 0.99
    }
}

/// Slopes of a plane across and down, a pixel.
pub(super) fn slopes(plane: &Plane) -> [Plane; 2] {
    let (rows, columns) = plane.dim();
    let at = |y: usize, x: usize| plane[[y, x]];
    let across = Plane::from_shape_fn((rows, columns), |(y, x)| {
        0.5 * (at(y, (x + 1).min(columns - 1)) - at(y, x.saturating_sub(1)))
    });
    let down = Plane::from_shape_fn((rows, columns), |(y, x)| {
        0.5 * (at((y + 1).min(rows - 1), x) - at(y.saturating_sub(1), x))
    });
    [across, down]
}
