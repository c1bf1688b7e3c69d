//! White paper with titles, pictures and marks. Places in pixels, from the left upper corner.

use ab_glyph::{Font, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};
use tumar::spec::Typeface;

pub(crate) const MARGIN: u32 = 24;
/// Room for the titles.
pub(crate) const TITLE: u32 = 48;
const TEXT: f32 = 21.0;

pub(crate) const PAPER: Rgb<u8> = Rgb([255; 3]);
pub(crate) const INK: Rgb<u8> = Rgb([45; 3]);
pub(crate) const FAINT: Rgb<u8> = Rgb([190; 3]);
pub(crate) const GOOD: Rgb<u8> = Rgb([0, 150, 136]);
pub(crate) const WARM: Rgb<u8> = Rgb([230, 110, 0]);
pub(crate) const BAD: Rgb<u8> = Rgb([214, 20, 60]);
pub(crate) const UNTOLD: Rgb<u8> = Rgb([150, 156, 205]);

pub(crate) struct Sheet {
    pub(crate) page: RgbImage,
    typeface: Typeface,
}

impl Sheet {
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let typeface = Typeface::bundled("noto-sans-mono").expect("this typeface is bundled");
        Self { page: RgbImage::from_pixel(width, height, PAPER), typeface }
    }

    pub(crate) fn title(&mut self, left: u32, text: &str) {
        self.write([left, 12], INK, text);
    }

    /// A line of text from its left upper corner on.
    pub(crate) fn write(&mut self, [left, top]: [u32; 2], colour: Rgb<u8>, text: &str) {
        let scale = PxScale::from(TEXT);
        let font = self.typeface.font().as_scaled(scale);
        let (mut x, baseline) = (left as f32, top as f32 + font.ascent());
        for character in text.chars() {
            let id = font.glyph_id(character);
            let glyph = id.with_scale_and_position(scale, point(x, baseline));
            x += font.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, coverage| {
                let at = [bounds.min.x as i64 + i64::from(dx), bounds.min.y as i64 + i64::from(dy)];
                let [Ok(x), Ok(y)] = at.map(u32::try_from) else { return };
                if let Some(pixel) = self.page.get_pixel_mut_checked(x, y) {
                    *pixel = mixed(*pixel, colour, coverage);
                }
            });
        }
    }

    /// Width of a text in pixels.
    pub(crate) fn width(&self, text: &str) -> u32 {
        let font = self.typeface.font().as_scaled(PxScale::from(TEXT));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum::<f32>().ceil() as u32
    }

    /// A picture by the colour of each of its pixels.
    pub(crate) fn picture(
        &mut self,
        [left, top]: [u32; 2],
        [width, height]: [u32; 2],
        colour: impl Fn(u32, u32) -> Rgb<u8>,
    ) {
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            if let Some(pixel) = self.page.get_pixel_mut_checked(left + x, top + y) {
                *pixel = colour(x, y);
            }
        }
    }

    /// A filled rectangle.
    pub(crate) fn fill(&mut self, corner: [u32; 2], size: [u32; 2], colour: Rgb<u8>) {
        self.picture(corner, size, |_, _| colour);
    }

    /// An outline of two pixels.
    pub(crate) fn frame(
        &mut self,
        [left, top]: [u32; 2],
        [width, height]: [u32; 2],
        colour: Rgb<u8>,
    ) {
        self.fill([left, top], [width, 2], colour);
        self.fill([left, (top + height).saturating_sub(2)], [width, 2], colour);
        self.fill([left, top], [2, height], colour);
        self.fill([(left + width).saturating_sub(2), top], [2, height], colour);
    }

    /// A ring of this radius.
    pub(crate) fn ring(&mut self, centre: [f64; 2], radius: f64, colour: Rgb<u8>) {
        let reach = radius + 2.0;
        let from = centre.map(|v| (v - reach).max(0.0) as u32);
        let to = centre.map(|v| (v + reach) as u32 + 1);
        for (x, y) in (from[1]..to[1]).flat_map(|y| (from[0]..to[0]).map(move |x| (x, y))) {
            let away = (f64::from(x) - centre[0]).hypot(f64::from(y) - centre[1]) - radius;
            let share = (1.5 - away.abs()).clamp(0.0, 1.0) as f32;
            if let Some(pixel) = self.page.get_pixel_mut_checked(x, y) {
                *pixel = mixed(*pixel, colour, share);
            }
        }
    }

    /// A square of a colour and what it means.
    pub(crate) fn key(&mut self, [left, top]: [u32; 2], colour: Rgb<u8>, text: &str) {
        self.fill([left, top + 6], [18; 2], colour);
        self.write([left + 26, top], INK, text);
    }
}

/// So much of one colour over another.
pub(crate) fn mixed(Rgb(under): Rgb<u8>, Rgb(over): Rgb<u8>, share: f32) -> Rgb<u8> {
    let mix = |c: usize| f32::from(under[c]) + share * (f32::from(over[c]) - f32::from(under[c]));
    Rgb([0, 1, 2].map(|c| mix(c).round().clamp(0.0, 255.0) as u8))
}

/// The pixel that holds a place; the nearest one beyond the edges.
pub(crate) fn sample(picture: &RgbImage, [x, y]: [f64; 2]) -> Rgb<u8> {
    let within = |v: f64, limit: u32| v.round().clamp(0.0, f64::from(limit - 1)) as u32;
    *picture.get_pixel(within(x, picture.width()), within(y, picture.height()))
}

/// From dark blue over green to yellow, for 0 to 1.
pub(crate) fn heat(share: f32) -> Rgb<u8> {
    const COLOURS: [Rgb<u8>; 5] = [
        Rgb([22, 16, 54]),
        Rgb([44, 62, 124]),
        Rgb([20, 130, 140]),
        Rgb([90, 190, 110]),
        Rgb([250, 232, 90]),
    ];
    let place = share.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f32;
    let low = (place as usize).min(COLOURS.len() - 2);
    mixed(COLOURS[low], COLOURS[low + 1], place - low as f32)
}

/// A colour for each angle, in turns.
pub(crate) fn wheel(turns: f32) -> Rgb<u8> {
    let channel = |at: f32| {
        let wave = ((turns - at) * std::f32::consts::TAU).cos();
        (140.0 + 100.0 * wave) as u8
    };
    Rgb([channel(0.0), channel(1.0 / 3.0), channel(2.0 / 3.0)])
}
