//! What a page shows: its pictures, and whether there is anything else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterCache, InterpreterSettings, InterpreterWarning, Paint, RasterImage, SoftMask,
    TransformExt, interpret_page,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::content::ops::{TypedInstruction, XObject};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect, Shape};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use crate::formats::decode::error::DecodeError;
use crate::formats::decode::jpeg_walk;
use crate::formats::decode::limits::Limits;

/// Points by which a picture may reach beyond what cuts it off: what nobody sees.
const SLACK: f64 = 0.5;
/// Pictures of this share of the largest one's area count for the resolution of the page: a strip of
/// it, a layer of letters. A guess.
const LARGE: f64 = 0.02;
/// The cosine between rows and columns above which a picture is slanted: half a degree.
const SLANT: f64 = 0.009;

/// A page's only picture.
pub(super) struct Only {
    pub(super) pixels: DynamicImage,
    /// Pixels per inch along its rows and columns, a unit of the page being a point.
    pub(super) ppi: [f64; 2],
    /// How it has to be turned to stand as on the page.
    pub(super) orientation: Orientation,
}

/// What was drawn.
pub(super) struct Survey {
    limits: Limits,
    /// The page's edge, and what cuts off what is drawn now.
    clips: Vec<Rect>,
    /// For each group that is open whether it changes what is drawn in it.
    groups: Vec<bool>,
    only: Option<Only>,
    pictures: usize,
    /// Whether something was drawn that is no picture, or no picture as it is stored.
    other: bool,
    /// Area in points and resolution of each picture.
    sizes: Vec<(f64, f64)>,
    fault: Option<DecodeError>,
}

impl Survey {
    /// # Errors
    /// A picture of the page that is too large, cut, damaged or of a kind that is not read.
    pub(super) fn of(page: &Page<'_>, limits: Limits) -> Result<Self, DecodeError> {
        let (width, height) = page.render_dimensions();
        let edge = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut survey = Self {
            limits,
            clips: vec![edge],
            groups: Vec::new(),
            only: None,
            pictures: 0,
            other: false,
            sizes: Vec::new(),
            fault: None,
        };
        let failed = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&failed);
        let warning_sink = Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                heard.store(true, Ordering::Relaxed);
            }
        });
        let settings = InterpreterSettings { warning_sink, ..InterpreterSettings::default() };
        let cache = InterpreterCache::new();
        let upright = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(upright, edge, &cache, page.xref(), settings);
        interpret_page(page, &mut context, &mut survey);
        let mut operations = page.typed_operations();
        while let Some(operation) = operations.next() {
            if let TypedInstruction::XObject(XObject(name)) = operation
                && page.resources().get_x_object(name).is_none()
            {
                return Err(DecodeError::corrupt(
                    "PDF",
                    "a picture of the page is not in the file",
                ));
            }
        }
        if let Some(fault) = survey.fault.take() {
            return Err(fault);
        }
        if failed.load(Ordering::Relaxed) {
            return Err(DecodeError::corrupt(
                "PDF",
                "a picture on the page is damaged, or packed in a way that is not read",
            ));
        }
        Ok(survey)
    }

    /// The picture, if the page shows one and nothing else.
    pub(super) fn only(self) -> Option<Only> {
        self.only.filter(|_| self.pictures == 1 && !self.other)
    }

    /// Pixels per inch of the finest picture, a unit of the page being a point; but for those that are
    /// small beside the largest, such as a copier's sign.
    pub(super) fn ppi(&self) -> Option<f64> {
        let largest = self.sizes.iter().map(|(area, _)| *area).fold(0.0, f64::max);
        let large = self.sizes.iter().filter(|(area, _)| *area >= LARGE * largest);
        large.map(|(_, ppi)| *ppi).max_by(f64::total_cmp)
    }

    /// Decodes a picture: the first is kept, and of each it is seen whether it is whole.
    fn take(&mut self, image: &RasterImage<'_>, transform: Affine) -> Result<(), DecodeError> {
        let claimed = [image.width(), image.height()];
        self.limits.check(claimed[0], claimed[1])?;
        let filters = image.stream().filters();
        if filters.as_slice() == [Filter::DctDecode] {
            jpeg_walk::walk(&image.stream().raw_data(), self.limits)?;
        }
        // These formats say themselves how large their pictures are.
        let sized = matches!(filters.last(), Some(Filter::DctDecode | Filter::JpxDecode));
        let first = self.pictures == 1;
        let (mut rows, mut taken, mut masked) = (0, None, false);
        image.with_rgba(
            |data, alpha| {
                rows = data.height();
                masked = alpha.is_some();
                taken = if first { pixels(data) } else { None };
            },
            None,
        );
        if rows == 0 {
            return Err(DecodeError::corrupt(
                "PDF",
                "a picture on the page is damaged, or packed in a way that is not read",
            ));
        }
        if rows < claimed[1] && !sized {
            let missing = (100 * u64::from(claimed[1] - rows)).div_ceil(claimed[1].into());
            return Err(DecodeError::Ends { missing: missing.min(100) as u8 });
        }
        self.other |= masked || self.groups.contains(&true);
        let (columns, rows) =
            taken.as_ref().map_or((0, 0), |pixels| (pixels.width(), pixels.height()));
        // The transform is of the pixels that the page claims.
        let scale = [
            f64::from(claimed[0]) / f64::from(columns.max(1)),
            f64::from(claimed[1]) / f64::from(rows.max(1)),
        ];
        let transform = transform * Affine::scale_non_uniform(scale[0], scale[1]);
        self.only = taken.and_then(|pixels| Only::of(pixels, transform));
        self.other |= first && self.only.is_none();
        Ok(())
    }

    /// Whether all of it is seen.
    fn shows(&self, bounds: Rect) -> bool {
        self.clips.iter().all(|clip| {
            let clip = clip.inflate(SLACK, SLACK);
            clip.contains_rect(bounds)
        })
    }
}

impl Only {
    /// By the transform from pixels to the page's points, rows downwards; none if it is slanted.
    fn of(pixels: DynamicImage, transform: Affine) -> Option<Self> {
        let [a, b, c, d, _, _] = transform.as_coeffs();
        let (along, down) = (a.hypot(b), c.hypot(d));
        if !(along > 0.0 && down > 0.0) || (a * c + b * d).abs() > SLANT * along * down {
            return None;
        }
        use Orientation::{
            FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180,
            Rotate270, Rotate270FlipH,
        };
        let orientation = if a.abs() >= b.abs() {
            match (a > 0.0, d > 0.0) {
                (true, true) => NoTransforms,
                (true, false) => FlipVertical,
                (false, true) => FlipHorizontal,
                (false, false) => Rotate180,
            }
        } else {
            match (b > 0.0, c > 0.0) {
                (true, false) => Rotate90,
                (false, true) => Rotate270,
                (true, true) => Rotate90FlipH,
                (false, false) => Rotate270FlipH,
            }
        };
        Some(Self { pixels, ppi: [72.0 / along, 72.0 / down], orientation })
    }
}

fn is_white(props: &DrawProps<'_>) -> bool {
    matches!(&props.paint, Paint::Color(colour) if colour.to_rgba().to_rgba8() == [255; 4])
}

fn pixels(data: ImageData) -> Option<DynamicImage> {
    match data {
        ImageData::Luma(grey) => {
            GrayImage::from_raw(grey.width, grey.height, grey.data).map(DynamicImage::from)
        }
        ImageData::Rgb(rgb) => {
            RgbImage::from_raw(rgb.width, rgb.height, rgb.data).map(DynamicImage::from)
        }
    }
}

impl<'a> Device<'a> for Survey {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, _: &DrawMode) {
        // A white sheet under the picture, as some programs paint it, is not seen.
        if self.pictures == 0 && is_white(&props) {
            return;
        }
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        self.other |= self.clips.last().is_some_and(|clip| clip.overlaps(bounds));
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.clips.push(clip.path.bounding_box());
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend: BlendMode,
    ) {
        let plain = opacity >= 1.0 && mask.is_none() && matches!(blend, BlendMode::Normal);
        self.groups.push(!plain);
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        // The text under a scan, to be searched and not to be seen.
        self.other |= !matches!(mode, DrawMode::Invisible);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let size = Rect::new(0.0, 0.0, image.width().into(), image.height().into());
        let bounds = props.transform.transform_rect_bbox(size);
        let area = bounds.area();
        let [a, b, ..] = props.transform.as_coeffs();
        if a.hypot(b) > 0.0 {
            self.sizes.push((area, 72.0 / a.hypot(b)));
        }
        self.pictures += 1;
        self.other |= !self.shows(bounds);
        match image {
            Image::Stencil(stencil) => {
                self.other = true;
                let size = self.limits.check(stencil.width(), stencil.height());
                self.fault = self.fault.take().or(size.err());
            }
            Image::Raster(image) if self.fault.is_none() => {
                self.fault = self.take(&image, props.transform).err();
            }
            Image::Raster(_) => {}
        }
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}
