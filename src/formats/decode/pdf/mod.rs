//! PDF files, as scanners and copiers write them: a page → a picture.
//!
//! A page that shows one picture and nothing else gives that picture as it is stored; where it lies
//! on the page tells its true resolution. Any other page (strips, layers, stamps, text) is drawn at
//! the resolution of the finest picture on it. Both by `hayro`; colours are brought to sRGB.

mod bombs;
mod survey;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::object::dict::keys::USER_UNIT;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use super::error::DecodeError;
use super::limits::Limits;
use crate::imaging::picture::Picture;
use crate::imaging::units::{PLAUSIBLE_PPI, Ppi};
use survey::Survey;

/// At which a page is drawn on which there is no picture: as most scanners have it.
const PPI: f64 = 600.0;
/// Finer than this no page is drawn, whatever resolution a small picture on it has.
const FINEST: f64 = 2400.0;

/// An open file.
pub(super) struct Document(Pdf);

impl Document {
    /// # Errors
    /// [`DecodeError::Kind`] where a password is needed, [`DecodeError::Corrupt`] and
    /// [`DecodeError::TooManyBytes`].
    pub(super) fn open(file: &[u8], limits: Limits) -> Result<Self, DecodeError> {
        if is_cut(file) {
            return Err(DecodeError::corrupt("PDF", "the file ends before its pages do"));
        }
        // Streams of other things are in the way of a small limit on pictures.
        bombs::refuse(file, limits.bytes().max(Limits::default().bytes()))?;
        let document = Pdf::new(file.to_vec()).map_err(|fault| match fault {
            LoadPdfError::Decryption(_) => DecodeError::Kind("a PDF that asks for a password"),
            LoadPdfError::Invalid => {
                DecodeError::corrupt("PDF", "it has no pages that could be found")
            }
        })?;
        Ok(Self(document))
    }

    pub(super) fn pages(&self) -> usize {
        self.0.pages().len()
    }

    /// A page, counted from 0, and how its picture has to be turned to stand as on the page.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub(super) fn page(
        &self,
        number: usize,
        limits: Limits,
    ) -> Result<(Picture, Orientation), DecodeError> {
        let page = self
            .0
            .pages()
            .get(number)
            .ok_or_else(|| DecodeError::corrupt("PDF", "its page is missing"))?;
        let unit = page.raw().get::<f32>(USER_UNIT).map_or(1.0, f64::from);
        let survey = Survey::of(page, limits)?;
        let finest = survey.ppi().map_or(PPI, |ppi| ppi / unit);
        match survey.only() {
            Some(only) => {
                let ppi = only.ppi.map(|axis| Ppi(axis / unit));
                let picture =
                    Picture { pixels: only.pixels, ppi: Some(ppi), icc: None, bilevel: false };
                Ok((picture, only.orientation))
            }
            None => Ok((drawn(page, finest, unit, limits)?, Orientation::NoTransforms)),
        }
    }
}

/// Whether the end is missing, without which pages are missing, too, and nobody would say so: what
/// tells where a file's objects are stands behind the last of them (ISO 32000-1, 7.5.5).
fn is_cut(file: &[u8]) -> bool {
    let last = |keyword: &[u8]| memchr::memmem::rfind(file, keyword);
    last(b"startxref") < last(b"endobj")
}

/// The whole page as it is seen, on white, at a resolution in pixels per inch; grey where all of
/// it is. `unit` is the length of a unit of the page in points of 1/72 inch.
fn drawn(page: &Page<'_>, ppi: f64, unit: f64, limits: Limits) -> Result<Picture, DecodeError> {
    let ppi = ppi.clamp(*PLAUSIBLE_PPI.start(), FINEST);
    let scale = (ppi * unit / 72.0) as f32;
    let (width, height) = page.render_dimensions();
    let size = [width, height].map(|side| (side * scale) as u32);
    limits.check(size[0], size[1])?;
    // The canvas counts its pixels in 16 bits.
    if size.iter().any(|&side| side == 0 || side > u16::MAX.into()) {
        return Err(DecodeError::TooLarge { width: size[0], height: size[1], most: limits.pixels });
    }
    let pixmap = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let settings = (InterpreterSettings::default(), RenderSettings::default());
    let canvas = hayro::render(page, &RenderCache::new(), &settings.0, &settings.1, &pixmap);
    let rgba = canvas.data();
    let [width, height] = size;
    let pixels = if rgba.iter().all(|pixel| pixel.r == pixel.g && pixel.g == pixel.b) {
        let grey = rgba.iter().map(|pixel| pixel.r).collect();
        GrayImage::from_raw(width, height, grey).map(DynamicImage::from)
    } else {
        let rgb = rgba.iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
        RgbImage::from_raw(width, height, rgb).map(DynamicImage::from)
    };
    Ok(Picture::new(
        pixels.ok_or_else(|| DecodeError::corrupt("PDF", "its page has no size"))?,
        Ppi(ppi),
    ))
}
