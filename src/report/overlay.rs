//! Pictures of an inspection: where the portrait was found, which lines were read, and the copy
//! that was read beside the one that should be there.

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use imageproc::drawing::{Blend, Canvas, draw_polygon_mut};
use imageproc::point::Point;

use crate::imaging::raster::bilinear;
use crate::imaging::{Picture, Plane};
use crate::inspect::decision::text;
use crate::inspect::recognition::reading::Reading;
use crate::inspect::stacking::grid::{ACROSS, ALONG};
use crate::inspect::tamper::confirmation::State;
use crate::inspect::{Inspection, Page};

/// Found, placed, read.
pub(super) const GOOD: Rgba<u8> = Rgba([0, 150, 136, 150]);
/// Not placed, not read.
pub(super) const POOR: Rgba<u8> = Rgba([230, 110, 0, 150]);
/// Microtext is missing; nothing can be told.
pub(super) const LACKING: Rgba<u8> = Rgba([214, 20, 60, 110]);
pub(super) const UNREADABLE: Rgba<u8> = Rgba([70, 80, 160, 60]);
const OUTLINE: Rgba<u8> = Rgba([0, 150, 136, 255]);
const PAPER: u8 = 246;

/// Width of the portrait's outline and of the marks of its lines, in line pitches.
const OUTLINE_WIDTH: f64 = 0.3;
const MARK_WIDTH: f64 = 2.5;

/// Space between the copy that was read and the expected one, in bins of the stack.
const GAP: usize = 4;

/// [`overlay`] of all portraits on the main one's page, and the copy that was read in the main one.
#[must_use]
pub fn overlay_page(picture: &Picture, page: &Page) -> RgbImage {
    with_copy(marked(picture, &page.portraits_beside_main()), &page.main)
}

/// The scan with what was found in it: the portrait's outline, its lines along the left edge
/// (green: placed, orange: not), places where the microtext is missing (red) and where nothing can be
/// told (blue), and beneath it the copy that was read over the copy that should
/// be there, each symbol underlined (green: read, orange: not).
#[must_use]
pub fn overlay(picture: &Picture, inspection: &Inspection) -> RgbImage {
    with_copy(marked(picture, &[inspection]), inspection)
}

/// A marked scan with the copy that was read beneath.
fn with_copy(scan: RgbImage, inspection: &Inspection) -> RgbImage {
    let established = inspection.evidence.established().is_some();
    let Some(reading) = inspection.reading().filter(|_| established) else { return scan };
    let symbols = reading.circle.len();
    let margin = scan.width() as usize / 40 + 1;
    let room = (scan.width() as usize).saturating_sub(2 * margin);
    // As many rows as make a bin at least three pixels, if the scan is that wide.
    let a_row = (1..=symbols).rev().find(|n| n * ALONG * 3 <= room).unwrap_or(1);
    let rows = symbols.div_ceil(a_row);
    let a_row = symbols.div_ceil(rows);
    let magnification = (room / (a_row * ALONG)).clamp(1, 12);
    let (bars, strip) = (magnification, copy_height(magnification) + 2 * magnification);
    let height = rows * (strip + margin) + margin;

    let mut page = RgbImage::from_pixel(scan.width(), scan.height() + height as u32, paper());
    image::imageops::replace(&mut page, &scan, 0, 0);
    for row in 0..rows {
        let range = row * a_row..((row + 1) * a_row).min(symbols);
        let top = scan.height() as usize + margin + row * (strip + margin);
        let picture = copies(reading, range.clone(), magnification);
        for (x, y, pixel) in picture.enumerate_pixels() {
            put(&mut page, margin + x as usize, top + y as usize, Rgb([pixel.0[0]; 3]));
        }
        for (i, read) in reading.circle[range].iter().enumerate() {
            let colour = if read.log_odds >= text::READ { GOOD } else { POOR };
            let width = ALONG * magnification;
            for x in i * width + bars..(i + 1) * width - bars {
                for y in strip - bars..strip {
                    let Rgba([r, g, b, _]) = colour;
                    put(&mut page, margin + x, top + y, Rgb([r, g, b]));
                }
            }
        }
    }
    page
}

/// The copy that was read above the one that should be there, `magnification` pixels a bin.
#[must_use]
pub fn copy(reading: &Reading, magnification: usize) -> GrayImage {
    copies(reading, 0..reading.circle.len(), magnification.max(1))
}

fn paper() -> Rgb<u8> {
    Rgb([PAPER; 3])
}

fn put(page: &mut RgbImage, x: usize, y: usize, colour: Rgb<u8>) {
    if let Some(pixel) = page.get_pixel_mut_checked(x as u32, y as u32) {
        *pixel = colour;
    }
}

fn copy_height(magnification: usize) -> usize {
    (2 * ACROSS + GAP) * magnification
}

/// These symbols of the two copies, one above the other.
pub(super) fn copies(
    reading: &Reading,
    range: std::ops::Range<usize>,
    magnification: usize,
) -> GrayImage {
    let along = reading.circle.len() * ALONG;
    let plane =
        |values: &[f32]| Plane::from_shape_fn((ACROSS, along), |(y, x)| values[y * along + x]);
    let planes = [plane(&reading.picture), plane(&reading.expected)];
    // One scale for both, so that they compare: the text's ink at three quarters of black.
    let ink = reading.expected.iter().copied().fold(1e-9_f32, f32::max);
    let width = range.len() * ALONG * magnification;
    let mut out =
        GrayImage::from_pixel(width as u32, copy_height(magnification) as u32, Luma([PAPER]));
    for (number, plane) in planes.iter().enumerate() {
        let top = number * (ACROSS + GAP) * magnification;
        for y in 0..ACROSS * magnification {
            for x in 0..width {
                let bin = |v: usize| (v as f64 + 0.5) / magnification as f64 - 0.5;
                let height = bilinear(plane, bin(x) + (range.start * ALONG) as f64, bin(y)) / ink;
                let grey = 205.0 - 190.0 * height;
                out.put_pixel(x as u32, (top + y) as u32, Luma([grey.clamp(0.0, 255.0) as u8]));
            }
        }
    }
    out
}

/// The scan with the portraits' outlines and their lines.
fn marked(picture: &Picture, inspections: &[&Inspection]) -> RgbImage {
    if inspections.iter().all(|inspection| inspection.stack().is_none()) {
        return picture.pixels.to_rgb8();
    }
    let mut canvas: Blend<RgbaImage> = Blend(picture.pixels.to_rgba8());
    inspections.iter().for_each(|inspection| mark(&mut canvas, inspection, &|place| place));
    image::DynamicImage::from(canvas.0).to_rgb8()
}

/// The marks alone, on a clear ground of this size. `view`: where there a place in the file lies.
pub(super) fn marks(
    [width, height]: [u32; 2],
    inspections: &[&Inspection],
    view: impl Fn([f64; 2]) -> [f64; 2],
) -> RgbaImage {
    let mut canvas = RgbaImage::new(width, height);
    inspections.iter().for_each(|inspection| mark(&mut canvas, inspection, &view));
    canvas
}

fn mark(
    canvas: &mut impl Canvas<Pixel = Rgba<u8>>,
    inspection: &Inspection,
    view: &impl Fn([f64; 2]) -> [f64; 2],
) {
    mark_ground(canvas, inspection, view);
    let (Some(frame), Some(columns), Some(_)) =
        (inspection.frame(), inspection.columns(), inspection.stack())
    else {
        return;
    };
    let scan = &inspection.scan;
    let view_of = |[x, y]: [f64; 2]| {
        let working = [x * scan.per_mm[0] - 0.5, y * scan.per_mm[1] - 0.5];
        pixel(view(scan.in_file(working)))
    };
    let quad = |across: [f64; 2], down: [f64; 2]| -> Vec<Point<i32>> {
        let corners = [(0, 0), (1, 0), (1, 1), (0, 1)];
        let mut points: Vec<Point<i32>> = corners
            .iter()
            .map(|&(i, j)| view_of(frame.place(across[i], down[j], frame.lines.centre())))
            .collect();
        points.dedup();
        if points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        points
    };
    let mut draw = |across, down, colour| {
        let points = quad(across, down);
        if points.len() > 2 {
            draw_polygon_mut(canvas, &points, colour);
        }
    };
    let ([left, right], [top, bottom]) = (frame.across, frame.down);
    for (number, phase) in columns.phases.iter().enumerate() {
        let line = (columns.first_line + number as i64) as f64;
        let colour = if phase.is_some() { GOOD } else { POOR };
        draw([left, left + MARK_WIDTH], [line + 0.1, line + 0.9], colour);
    }
    let width = OUTLINE_WIDTH;
    draw([left - width, right + width], [top - width, top], OUTLINE);
    draw([left - width, right + width], [bottom, bottom + width], OUTLINE);
    draw([left - width, left], [top, bottom], OUTLINE);
    draw([right, right + width], [top, bottom], OUTLINE);
}

/// Cells without microtext that should have it, and cells that cannot tell.
fn mark_ground(
    canvas: &mut impl Canvas<Pixel = Rgba<u8>>,
    inspection: &Inspection,
    view: &impl Fn([f64; 2]) -> [f64; 2],
) {
    let (Some(tamper), Some(frame)) = (&inspection.tamper, inspection.frame()) else { return };
    let scan = &inspection.scan;
    // From tile to tile, in working pixels.
    let step = |slope: [f64; 2], length: f64| {
        let size = slope[0].hypot(slope[1]);
        [0, 1].map(|i| slope[i] / size * length * scan.per_mm[i])
    };
    let across = step(frame.along.slope(), tamper.tile[0]);
    let down = step(frame.lines.slope(), tamper.tile[1]);
    for (state, middle) in tamper.states.iter().zip(&tamper.middles) {
        let colour = match state {
            State::Lacking => LACKING,
            State::Unreadable => UNREADABLE,
            State::Confirmed => continue,
        };
        let Some(middle) = middle else { continue };
        let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)];
        let mut points: Vec<Point<i32>> = corners
            .iter()
            .map(|(u, v)| {
                let place = [0, 1].map(|i| middle[i] + u * across[i] + v * down[i]);
                pixel(view(scan.in_file(place)))
            })
            .collect();
        points.dedup();
        if points.len() > 2 && points.first() != points.last() {
            draw_polygon_mut(canvas, &points, colour);
        }
    }
}

fn pixel(place: [f64; 2]) -> Point<i32> {
    let [x, y] = place.map(|v| v.round().clamp(-1e6, 1e6) as i32);
    Point::new(x, y)
}
