//! What several tests need: samples, pictures that are not what the reader looks for and how they are
//! judged, a print shop, a browser.

pub(crate) mod art;
pub(crate) mod browser;
pub(crate) mod judge;
pub(crate) mod letters;
pub(crate) mod overviews;
pub(crate) mod shop;

use std::f64::consts::TAU;
use std::path::Path;

use image::{DynamicImage, GrayImage, Luma};
use tumar::formats::decode;
use tumar::imaging::{Mm, Picture, Plane, Ppi};

/// Of the prints that tests draw: fine enough for a line of a tenth of a millimetre.
pub(crate) const DPI: Ppi = Ppi(1200.0);
/// A passport portrait.
pub(crate) const SIZE: [Mm; 2] = [Mm(35.0), Mm(45.0)];

/// A print whose lightness (0..1, as stored) is a function of the place in millimetres.
pub(crate) fn draw(size: [Mm; 2], lightness: impl Fn(f64, f64) -> f64) -> Picture {
    let [width, height] = size.map(|side| DPI.px(side).round() as u32);
    let at = |pixel: u32| DPI.mm(f64::from(pixel) + 0.5).0;
    let pixels = GrayImage::from_fn(width, height, |x, y| {
        Luma([(255.0 * lightness(at(x), at(y)).clamp(0.0, 1.0)) as u8])
    });
    Picture::new(DynamicImage::from(pixels), DPI)
}

pub(crate) fn sample(name: &str) -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    decode::read(&path).expect("a sample portrait")
}

/// Stored lightness of a picture, spread over a passport portrait.
pub(crate) fn tones(picture: &Picture) -> impl Fn(f64, f64) -> f64 + use<> {
    let grey = picture.pixels.to_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let values = grey.into_raw().into_iter().map(|v| f32::from(v) / 255.0).collect();
    let plane = Plane::from_shape_vec((height, width), values).expect("a value a pixel");
    move |x, y| {
        let place = [x / SIZE[0].0 * width as f64, y / SIZE[1].0 * height as f64];
        f64::from(tumar::imaging::raster::bilinear(&plane, place[0], place[1]))
    }
}

/// A line pattern, −1..1, at `lines` of which each takes 1.
pub(crate) fn wave(lines: f64) -> f64 {
    (TAU * lines.fract()).cos()
}
