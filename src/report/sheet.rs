//! Three columns of pictures in two rows, with titles and scale bars. Positions in pixels.

use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_rect_mut, draw_hollow_rect_mut, draw_text_mut};
use imageproc::rect::Rect;

use crate::spec::{Profile, Typeface};

/// Width of a column.
pub(super) const COLUMN: u32 = 540;
/// The most that the upper row's pictures may measure.
pub(super) const TALLEST: u32 = 1080;

const COLUMNS: u32 = 3;
const MARGIN: u32 = 30;
/// A line of text and the height of its font.
const LINE: u32 = 34;
const TEXT: f32 = 20.0;
const BAR: u32 = 6;
/// Where the scale of colours ends; its figures stand to the right.
const SCALE: u32 = 200;

const PAPER: Rgb<u8> = Rgb([246; 3]);
const INK: Rgb<u8> = Rgb([40; 3]);

/// The sheet as far as it is drawn.
pub(super) struct Sheet {
    pub(super) page: RgbImage,
    typeface: Typeface,
    /// Of the upper row's pictures.
    size: [u32; 2],
}

fn left(column: u32) -> u32 {
    MARGIN + column * (COLUMN + MARGIN)
}

/// The longest of 1, 2, 5, 10, … parts of a millimetre or millimetres within a third of `width`.
fn bar_length(width_mm: f64) -> f64 {
    let decade = 10f64.powf((width_mm / 3.0).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|v| v * decade).find(|v| *v <= width_mm / 3.0).unwrap_or(decade)
}

impl Sheet {
    /// Its upper row will have pictures of `size`.
    pub(super) fn new(size: [u32; 2]) -> Self {
        let height = 3 * MARGIN + 4 * LINE + size[1] + COLUMN;
        let page = RgbImage::from_pixel(left(COLUMNS), height, PAPER);
        Self { page, typeface: Profile::default().typeface, size }
    }

    fn upper_top(&self) -> u32 {
        MARGIN + LINE
    }

    fn lower_top(&self) -> u32 {
        self.upper_top() + self.size[1] + LINE + MARGIN + LINE
    }

    /// A picture by the colour of each pixel.
    pub(super) fn upper(&mut self, column: u32, title: &str, colour: impl Fn(u32, u32) -> Rgb<u8>) {
        let top = self.upper_top();
        self.write([left(column), top - LINE], title);
        for (x, y) in (0..self.size[1]).flat_map(|y| (0..self.size[0]).map(move |x| (x, y))) {
            self.page.put_pixel(left(column) + x, top + y, colour(x, y));
        }
    }

    /// A square from `corner` of a picture on.
    pub(super) fn upper_outline(
        &mut self,
        column: u32,
        corner: [u32; 2],
        side: u32,
        colour: Rgb<u8>,
    ) {
        let corner = [left(column) + corner[0], self.upper_top() + corner[1]];
        self.outline(corner, side, colour);
    }

    pub(super) fn upper_bar(&mut self, column: u32, width_mm: f64, px_a_mm: f64) {
        self.bar([left(column), self.upper_top() + self.size[1]], width_mm, px_a_mm);
    }

    /// The colours from 0 to `most`, and figures beside them.
    pub(super) fn scale(
        &mut self,
        column: u32,
        most: u8,
        figures: &str,
        colour: impl Fn(f32) -> Rgb<u8>,
    ) {
        let (left, top) = (left(column), self.upper_top() + self.size[1]);
        self.write([left, top], "0");
        let [from, to] = [left + 18, left + SCALE - 40];
        for x in from..to {
            let value = (x - from) as f32 / (to - from) as f32 * f32::from(most);
            for y in top + LINE / 4..top + LINE * 3 / 4 {
                self.page.put_pixel(x, y, colour(value));
            }
        }
        self.write([to + 6, top], &format!("{most}+"));
        self.write([left + SCALE, top], figures);
    }

    /// A picture of a column's width and height, outlined.
    pub(super) fn lower(&mut self, column: u32, title: &str, picture: &RgbImage, outline: Rgb<u8>) {
        let corner = [left(column), self.lower_top()];
        self.write([corner[0], corner[1] - LINE], title);
        image::imageops::replace(&mut self.page, picture, corner[0].into(), corner[1].into());
        self.outline(corner, COLUMN, outline);
    }

    pub(super) fn lower_bar(&mut self, column: u32, width_mm: f64, px_a_mm: f64) {
        self.bar([left(column), self.lower_top() + COLUMN], width_mm, px_a_mm);
    }

    /// A bar of a round length, and how long it is.
    fn bar(&mut self, corner: [u32; 2], width_mm: f64, px_a_mm: f64) {
        let mm = bar_length(width_mm);
        let length = ((mm * px_a_mm).round() as u32).max(1);
        let top = corner[1] + (LINE - BAR) / 2;
        let bar = Rect::at(corner[0] as i32, top as i32).of_size(length, BAR);
        draw_filled_rect_mut(&mut self.page, bar, INK);
        self.write([corner[0] + length + 12, corner[1]], &format!("{mm} mm"));
    }

    fn outline(&mut self, corner: [u32; 2], side: u32, colour: Rgb<u8>) {
        for inset in 0..2.min(side / 2) {
            let rect = Rect::at((corner[0] + inset) as i32, (corner[1] + inset) as i32);
            let side = (side - 2 * inset).max(1);
            draw_hollow_rect_mut(&mut self.page, rect.of_size(side, side), colour);
        }
    }

    fn write(&mut self, corner: [u32; 2], text: &str) {
        let top = corner[1] as f32 + (LINE as f32 - TEXT) / 2.0;
        let font = self.typeface.font();
        draw_text_mut(&mut self.page, INK, corner[0] as i32, top as i32, TEXT, font, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_round() {
        for (width, expected) in [(35.0, 10.0), (3.5, 1.0), (20.0, 5.0), (7.0, 2.0), (0.7, 0.2)] {
            assert!((bar_length(width) - expected).abs() < 1e-9, "{width}");
        }
    }
}
