//! A part of a sheet as its scan shows it: red, green and blue in linear light.

use super::located::Map;
use crate::imaging::{Picture, Plane};
use crate::press::sheet::plan::Place;

/// The pixels about a place of the sheet.
pub(super) struct Patch<'a> {
    /// Red, green, blue, 0..1.
    pub(super) light: [Plane; 3],
    /// Luminance of them.
    pub(super) luminance: Plane,
    /// The scan's pixel that is its first.
    corner: [usize; 2],
    map: &'a Map,
}

impl<'a> Patch<'a> {
    /// The place with so many millimetres around it; none where it lies outside of the scan.
    pub(super) fn new(scan: &Picture, map: &'a Map, place: Place, margin: f64) -> Option<Self> {
        let (corner, size) = span(scan, map, place, margin)?;
        let part = scan.part(corner, size);
        Some(Self { light: part.light(), luminance: part.luminance(1), corner, map })
    }

    /// Where a point of the sheet lies in the patch, in pixels.
    pub(super) fn at(&self, place: [f64; 2]) -> [f64; 2] {
        let at = self.map.at(place);
        [0, 1].map(|i| at[i] - self.corner[i] as f64)
    }

    /// The pixel of the patch at a point of the sheet.
    fn pixel(&self, place: [f64; 2]) -> Option<(usize, usize)> {
        let at = self.at(place).map(f64::floor);
        let (rows, columns) = self.luminance.dim();
        let is_in = at[0] >= 0.0 && at[1] >= 0.0 && at[0] < columns as f64 && at[1] < rows as f64;
        is_in.then(|| (at[1] as usize, at[0] as usize))
    }

    /// Calls `of` for each pixel within so many millimetres of a point of the sheet, both ways: with where it
    /// lies from there on the sheet, mm, and its light.
    pub(super) fn pixels(&self, middle: [f64; 2], reach: f64, mut of: impl FnMut([f64; 2], f32)) {
        let origin = self.at(middle);
        let column = |axis: usize| {
            let step = [0, 1].map(|i| middle[i] + if i == axis { reach } else { 0.0 });
            let end = self.at(step);
            [0, 1].map(|i| (end[i] - origin[i]) / reach)
        };
        let ([a, c], [b, d]) = (column(0), column(1));
        let whole = a * d - b * c;
        for ((y, x), v) in self.luminance.indexed_iter() {
            let [x, y] = [x as f64 + 0.5 - origin[0], y as f64 + 0.5 - origin[1]];
            let place = [(d * x - b * y) / whole, (a * y - c * x) / whole];
            if place.iter().all(|v| v.abs() <= reach) {
                of(place, *v);
            }
        }
    }

    /// Values of a plane over a place, about one a pixel, in rows of the sheet.
    pub(super) fn values(&self, plane: &Plane, place: Place) -> Plane {
        let [left, top, width, height] = place;
        let per_mm = self.map.per_mm();
        let columns = ((width * per_mm[0]) as usize).max(1);
        let rows = ((height * per_mm[1]) as usize).max(1);
        Plane::from_shape_fn((rows, columns), |(y, x)| {
            let at = [
                left + width * (x as f64 + 0.5) / columns as f64,
                top + height * (y as f64 + 0.5) / rows as f64,
            ];
            self.pixel(at).map_or(f32::NAN, |pixel| plane[pixel])
        })
    }
}

/// The pixels about a place, as [`Patch::new`] takes them.
pub(super) fn part(scan: &Picture, map: &Map, place: Place, margin: f64) -> Option<Picture> {
    span(scan, map, place, margin).map(|(corner, size)| scan.part(corner, size))
}

/// The first pixel about a place, and how many, both ways.
fn span(
    scan: &Picture,
    map: &Map,
    [left, top, width, height]: Place,
    margin: f64,
) -> Option<([usize; 2], [usize; 2])> {
    let xs = [left - margin, left + width + margin];
    let ys = [top - margin, top + height + margin];
    let corners =
        [[xs[0], ys[0]], [xs[1], ys[0]], [xs[1], ys[1]], [xs[0], ys[1]]].map(|c| map.at(c));
    let (columns, rows) = scan.size();
    let range = |axis: usize, most: usize| {
        let values = corners.map(|c| c[axis]);
        let least = values.into_iter().fold(f64::INFINITY, f64::min).floor().max(0.0);
        let end = values.into_iter().fold(0.0, f64::max).ceil().min(most as f64);
        (end - least >= 4.0).then_some((least as usize, (end - least) as usize))
    };
    let ((x, width), (y, height)) = (range(0, columns)?, range(1, rows)?);
    Some(([x, y], [width, height]))
}

/// A place without so much of it on each side, as shares of its sides.
pub(super) fn inner([left, top, width, height]: Place, share: f64) -> Place {
    [
        left + share * width,
        top + share * height,
        (1.0 - 2.0 * share) * width,
        (1.0 - 2.0 * share) * height,
    ]
}
