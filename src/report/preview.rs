//! A print before it is printed: as seen from reading distance, through a loupe, and where the eye
//! sees a difference to the original.

use image::{Rgb, RgbImage};

use super::sheet::{COLUMN, Sheet, TALLEST};
use crate::imaging::colour::Colour;
use crate::imaging::raster::{bilinear, blur};
use crate::imaging::{Mm, Picture, Plane, Ppi, tone};
use crate::issue::difference::{DifferenceError, lightness_difference, percentile, seen_colours};
use crate::spec::face;

/// What the loupe enlarges over the pictures above it.
const LOUPE: f64 = 10.0;

/// Finer rasters are averaged to less than twice this before the eye looks at them.
const FINEST: Ppi = Ppi(1200.0);

/// The worst of what is seen is looked for in places of this size.
const PLACE: Mm = Mm(1.0);

/// The end of the scale of differences, in L*. 1 is just seen.
const MOST: u8 = 4;

/// The colours of that scale, a step of L* each, from nothing to [`MOST`]: evenly darker.
const SCALE: [[f32; 3]; MOST as usize + 1] = [
    [250.0, 250.0, 248.0],
    [252.0, 214.0, 110.0],
    [238.0, 122.0, 54.0],
    [176.0, 32.0, 74.0],
    [64.0, 8.0, 72.0],
];

/// Outlines of the loupe's places: the face, and where most is seen.
const MARKS: [Rgb<u8>; 2] = [Rgb([0, 150, 136]), Rgb([200, 40, 160])];

/// A sheet in sRGB. Upper row: `original` and `printed` as seen from the distance `viewing`, and the
/// difference in L* that is seen. Lower row: both through a loupe of 10 × at the face, and the print
/// where most is seen.
///
/// # Errors
/// [`DifferenceError`]: the two must be rasters of one size and resolution.
pub fn preview(
    original: &Picture,
    printed: &Picture,
    viewing: Mm,
) -> Result<RgbImage, DifferenceError> {
    let near = [original, printed].map(averaged);
    let difference = lightness_difference(&near[0], &near[1], viewing)?;
    let ppi = near[0].ppi.map_or(FINEST, |[ppi, _]| ppi);
    let size = [difference.ncols(), difference.nrows()].map(|px| ppi.mm(px as f64).0);
    let px_a_mm = (f64::from(COLUMN) / size[0]).min(f64::from(TALLEST) / size[1]);
    let sheet_size = size.map(|mm| (mm * px_a_mm).round().max(1.0) as u32);
    let window = f64::from(COLUMN) / (LOUPE * px_a_mm);
    let around =
        |place: [f64; 2]| [0, 1].map(|i| (place[i] - 0.5 * window).min(size[i] - window).max(0.0));
    let face = around([face::MIDDLE[0] * size[0], face::MIDDLE[1] * size[1]]);
    let worst = around(worst_place(&difference, ppi));

    let on_raster = |at: u32| (f64::from(at) + 0.5) / px_a_mm * ppi.per_mm() - 0.5;
    let mut sheet = Sheet::new(sheet_size);
    let distance = format!("seen from {:.0} cm", viewing.0 / 10.0);
    for (column, picture, what) in [(0, &near[0], "original"), (1, &near[1], "print")] {
        let seen = seen_colours(picture, viewing)?;
        sheet.upper(column, &format!("{what}, {distance}"), |x, y| {
            let (x, y) = (on_raster(x), on_raster(y));
            srgb(Colour::srgb_of_xyz(seen.each_ref().map(|plane| bilinear(plane, x, y))))
        });
        sheet.upper_bar(column, size[0], px_a_mm);
    }
    let heat_at = |x, y| heat(bilinear(&difference, on_raster(x), on_raster(y)));
    sheet.upper(2, "difference seen, in L*", heat_at);
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile(&difference, share));
    sheet.scale(2, MOST, &format!("median {p50:.2}, p95 {p95:.2}, p99 {p99:.2}"), heat);
    for (column, corner, mark) in [(0, face, 0), (1, face, 0), (1, worst, 1), (2, worst, 1)] {
        let corner = corner.map(|mm| (mm * px_a_mm) as u32);
        sheet.upper_outline(column, corner, (window * px_a_mm) as u32, MARKS[mark]);
    }
    for (column, picture, corner, mark, what) in [
        (0, original, face, 0, "original, 10 ×"),
        (1, printed, face, 0, "print, 10 ×"),
        (2, printed, worst, 1, "print where most is seen, 10 ×"),
    ] {
        sheet.lower(column, what, &loupe(picture, corner, window), MARKS[mark]);
        sheet.lower_bar(column, window, LOUPE * px_a_mm);
    }
    Ok(sheet.page)
}

fn averaged(picture: &Picture) -> Picture {
    let factor = picture.ppi.map_or(1.0, |[ppi, _]| (ppi.0 / FINEST.0).floor());
    if factor > 1.0 { picture.shrunk(factor as usize) } else { picture.clone() }
}

/// The middle of the place where most is seen, in millimetres.
fn worst_place(difference: &Plane, ppi: Ppi) -> [f64; 2] {
    let mean = blur(difference, 0.5 * ppi.px(PLACE));
    let worst = mean.indexed_iter().max_by(|a, b| a.1.total_cmp(b.1));
    worst.map_or([0.0; 2], |((y, x), _)| [x, y].map(|px| ppi.mm(px as f64 + 0.5).0))
}

/// A square of `window` mm from `corner` on, each dot as it is.
fn loupe(picture: &Picture, corner: [f64; 2], window: f64) -> RgbImage {
    /// Along and across a pixel of the sheet.
    const SAMPLES: u32 = 4;
    let a_mm = picture.ppi.unwrap_or([FINEST; 2]).map(Ppi::per_mm);
    let first = [0, 1].map(|i| (corner[i] * a_mm[i]) as usize);
    let part = picture.part(first, a_mm.map(|a_mm| (window * a_mm) as usize + 2));
    let (light, (width, height), xyz) = (part.light(), part.size(), part.colour().xyz());
    let place = |at: u32| (f64::from(at) + 0.5) / f64::from(SAMPLES * COLUMN) * window;
    let dot = |at: u32, i: usize, length: usize| {
        let dot = (corner[i] + place(at)) * a_mm[i] - first[i] as f64;
        (dot as usize).min(length.saturating_sub(1))
    };
    RgbImage::from_fn(COLUMN, COLUMN, |x, y| {
        let mut sum = [0.0; 3];
        for (i, j) in (0..SAMPLES).flat_map(|i| (0..SAMPLES).map(move |j| (i, j))) {
            let (column, row) = (dot(SAMPLES * x + i, 0, width), dot(SAMPLES * y + j, 1, height));
            let pixel = |c: usize| light[c].get([row, column]).copied().unwrap_or_default();
            sum = std::array::from_fn(|c| sum[c] + pixel(c));
        }
        let mean = sum.map(|v| v / (SAMPLES * SAMPLES) as f32);
        srgb(Colour::srgb_of_xyz(xyz.map(|row| (0..3).map(|c| row[c] * mean[c]).sum())))
    })
}

fn srgb(linear: [f32; 3]) -> Rgb<u8> {
    Rgb(linear.map(|v| (tone::stored(v.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8))
}

/// The colour of a difference in L*.
fn heat(difference: f32) -> Rgb<u8> {
    let at = difference.clamp(0.0, f32::from(MOST));
    let below = (at as usize).min(SCALE.len() - 2);
    let share = at - below as f32;
    let [from, to] = [SCALE[below], SCALE[below + 1]];
    Rgb(std::array::from_fn(|c| (from[c] + share * (to[c] - from[c]) + 0.5) as u8))
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    /// Grey dots of 1200 dpi; `at` in millimetres.
    fn raster(value: impl Fn([f64; 2]) -> u8) -> Picture {
        let ppi = Ppi(1200.0);
        let grey = GrayImage::from_fn(ppi.px(Mm(20.0)) as u32, ppi.px(Mm(24.0)) as u32, |x, y| {
            Luma([value([x, y].map(|v| ppi.mm(f64::from(v) + 0.5).0))])
        });
        Picture::new(DynamicImage::from(grey), ppi)
    }

    #[test]
    fn most_is_seen_where_most_differs() {
        let patch = |[x, y]: [f64; 2]| (14.0..16.0).contains(&x) && (4.0..6.0).contains(&y);
        let (plain, spotted) = (raster(|_| 150), raster(|at| if patch(at) { 140 } else { 150 }));
        let difference = lightness_difference(&plain, &spotted, Mm(400.0)).unwrap();
        let [x, y] = worst_place(&difference, Ppi(1200.0));
        assert!((x - 15.0).abs() < 0.5 && (y - 5.0).abs() < 0.5, "{x}, {y}");
        let sheet = preview(&plain, &spotted, Mm(400.0)).unwrap();
        assert_eq!(sheet.dimensions(), preview(&plain, &plain, Mm(400.0)).unwrap().dimensions());
    }

    #[test]
    fn the_loupe_shows_each_dot_as_it_is() {
        // The window of 0.5 mm begins in the 141st dot from the left and ends in the 165th.
        let stripes =
            raster(
                |[x, _]| if (Ppi(1200.0).px(Mm(x)) as u32).is_multiple_of(2) { 20 } else { 230 },
            );
        let shown = loupe(&stripes, [3.0, 4.0], 0.5);
        let row: Vec<u8> = (0..COLUMN).map(|x| shown.get_pixel(x, 7).0[0]).collect();
        let changes = row.windows(2).filter(|w| (w[0] < 120) != (w[1] < 120)).count();
        assert_eq!(changes, 24);
        assert!(row.contains(&20) && row.contains(&230));
    }

    #[test]
    fn the_scale_of_differences_darkens() {
        let sum = |v: u8| heat(f32::from(v)).0.iter().map(|&c| u32::from(c)).sum::<u32>();
        assert!((0..MOST).all(|v| sum(v) > sum(v + 1) + 80));
        assert_eq!(heat(-1.0), heat(0.0));
        assert_eq!(heat(99.0), heat(f32::from(MOST)));
    }
}
