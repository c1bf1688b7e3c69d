//! A page that is the portrait, at its exact size: PDF 1.4 (ISO 32000-1).

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::DynamicImage;
use pdf_writer::types::{BlendMode, Predictor};
use pdf_writer::writers::{ColorSpace, ExtGraphicsState, Resources};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::vector::{Layer, Outline, STEPS_A_MM, Segment, Steps};
use crate::formats::encode::{deflate, fax};
use crate::imaging::{Mm, Picture, Ppi};

/// Points an inch (ISO 32000-1, 8.3.2.3).
const POINT: Ppi = Ppi(72.0);

/// Steps of a letter's opacity from nothing to all: fewer than an eye can tell, and than 8 bits.
const LEVELS: f32 = 128.0;

/// Where the letters are painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Microtext {
    /// Over the portrait: black letters that let it through, and white ones where it is dark.
    #[default]
    Above,
    /// Under the portrait, which is multiplied onto them. A letter there can only make it darker:
    /// dark tones have none.
    Below,
}

/// Objects of every file; shapes follow.
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const PICTURE: Ref = Ref::new(5);
const ICC: Ref = Ref::new(6);
const INFO: Ref = Ref::new(7);
const FIRST_SHAPE: i32 = 8;

/// A page of the picture alone, each pixel as large as its resolution says: in black and white by
/// CCITT Group 4, else deflated, 8 bits a channel. Without a resolution a pixel is a point.
#[must_use]
pub fn of_picture(picture: &Picture) -> Vec<u8> {
    let (width, height) = picture.size();
    let [x, y] = picture.ppi.unwrap_or([POINT; 2]);
    let size = [x.mm(width as f64), y.mm(height as f64)];
    let mut content = Content::new();
    paint_picture(&mut content, size);
    let portrait_alone = |resources: &mut Resources<'_>| {
        resources.x_objects().pair(Name(b"Portrait"), PICTURE);
    };
    page(picture, size, &content.finish(), portrait_alone).finish()
}

/// A page of `picture` with the layer's letters. `opacities`: of each letter, −1..1, black ones
/// negative, white ones positive. The picture fills the page, whatever its resolution says.
#[must_use]
pub fn with_letters(
    picture: &Picture,
    layer: &Layer,
    opacities: &[f32],
    microtext: Microtext,
) -> Vec<u8> {
    let size = layer.size.map(|v| Mm(f64::from(v) / STEPS_A_MM));
    let levels: Vec<i32> = opacities.iter().map(|v| (v * LEVELS).round() as i32).collect();
    let mut content = Content::new();
    match microtext {
        Microtext::Above => {
            paint_picture(&mut content, size);
            paint_letters(&mut content, layer, &levels, size, |content, level| {
                content.set_fill_gray(if level < 0 { 0.0 } else { 1.0 });
                content.set_parameters(Name(opacity_name(level).as_bytes()));
            });
        }
        Microtext::Below => {
            paint_letters(&mut content, layer, &levels, size, |content, level| {
                content.set_fill_gray(1.0 - level.unsigned_abs() as f32 / LEVELS);
            });
            content.set_parameters(Name(b"Multiply"));
            paint_picture(&mut content, size);
        }
    }
    let shape = |i: usize| Ref::new(FIRST_SHAPE + i as i32);
    let mut pdf = page(picture, size, &content.finish(), |resources| {
        let mut shapes = resources.x_objects();
        shapes.pair(Name(b"Portrait"), PICTURE);
        for i in 0..layer.outlines.len() {
            shapes.pair(Name(shape_name(i).as_bytes()), shape(i));
        }
        shapes.finish();
        let mut states = resources.ext_g_states();
        if microtext == Microtext::Below {
            let mut state = states.insert(Name(b"Multiply")).start::<ExtGraphicsState<'_>>();
            state.blend_mode(BlendMode::Multiply);
        } else {
            let mut opacities: Vec<u32> = levels.iter().map(|v| v.unsigned_abs()).collect();
            opacities.sort_unstable();
            opacities.dedup();
            for level in opacities.into_iter().filter(|&level| level > 0) {
                let name = opacity_name(level as i32);
                let mut state =
                    states.insert(Name(name.as_bytes())).start::<ExtGraphicsState<'_>>();
                state.non_stroking_alpha(level as f32 / LEVELS);
            }
        }
    });
    for (i, outline) in layer.outlines.iter().enumerate() {
        let [[left, top], [right, bottom]] = outline.bounds.map(|corner| corner.map(|v| v as f32));
        let path = path_of(outline);
        let mut form = pdf.form_xobject(shape(i), &path);
        form.bbox(Rect::new(left, top, right, bottom));
    }
    pdf.finish()
}

/// A file whose page has this size and content, with the picture's objects in it.
fn page(
    picture: &Picture,
    size: [Mm; 2],
    content: &[u8],
    resources: impl FnOnce(&mut Resources<'_>),
) -> Pdf {
    let mut pdf = Pdf::new();
    pdf.set_version(1, 4);
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    // Neither dates nor names: the same input gives the same bytes.
    pdf.document_info(INFO).producer(TextStr(concat!("tumar ", env!("CARGO_PKG_VERSION"))));
    let [width, height] = size.map(points);
    let whole = Rect::new(0.0, 0.0, width, height);
    let mut page = pdf.page(PAGE);
    page.parent(PAGES).media_box(whole).trim_box(whole).contents(CONTENT);
    // What lets something through is mixed in the picture's own stored values (11.6.6, 11.3.4).
    let mut group = page.group();
    group.transparency().isolated(true);
    colour_space(group.color_space(), picture);
    group.finish();
    resources(&mut page.resources());
    page.finish();
    let content = zlib(content);
    pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
    put_picture(&mut pdf, picture);
    pdf
}

fn put_picture(pdf: &mut Pdf, picture: &Picture) {
    let (width, height) = picture.size();
    let (data, bits) = match &picture.pixels {
        DynamicImage::ImageLuma8(grey) if picture.bilevel => (fax::encode(grey, width), 1),
        DynamicImage::ImageLuma8(grey) => (deflate::differences::<1, u8>(grey, width), 8),
        DynamicImage::ImageRgb8(rgb) => (deflate::differences::<3, u8>(rgb, width), 8),
        other if is_grey(picture) => (deflate::differences::<1, u8>(&other.to_luma8(), width), 8),
        other => (deflate::differences::<3, u8>(&other.to_rgb8(), width), 8),
    };
    let mut image = pdf.image_xobject(PICTURE, &data);
    image.width(width as i32).height(height as i32).bits_per_component(bits);
    colour_space(image.color_space(), picture);
    // Tables 8 and 11 of ISO 32000-1. Fax: two-dimensional, white is 1.
    if bits == 1 {
        image.filter(Filter::CcittFaxDecode);
        image.decode_parms().k(-1).columns(width as i32).rows(height as i32);
    } else {
        image.filter(Filter::FlateDecode);
        let mut parms = image.decode_parms();
        parms.predictor(Predictor::Tiff).colors(if is_grey(picture) { 1 } else { 3 });
        parms.bits_per_component(bits).columns(width as i32);
    }
    image.finish();
    if let Some(icc) = &picture.icc {
        let data = zlib(icc);
        let mut profile = pdf.icc_profile(ICC, &data);
        profile.n(if is_grey(picture) { 1 } else { 3 });
        profile.filter(Filter::FlateDecode);
    }
}

fn is_grey(picture: &Picture) -> bool {
    matches!(picture.pixels, DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_))
}

/// The picture's profile; without one the values go to the device as they are, which takes them for
/// sRGB as everything else does.
fn colour_space(space: ColorSpace<'_>, picture: &Picture) {
    match picture.icc {
        Some(_) => space.icc_based(ICC),
        None if is_grey(picture) => space.device_gray(),
        None => space.device_rgb(),
    }
}

fn paint_picture(content: &mut Content, size: [Mm; 2]) {
    let [width, height] = size.map(points);
    content.save_state().transform([width, 0.0, 0.0, height, 0.0, 0.0]);
    content.x_object(Name(b"Portrait")).restore_state();
}

/// All letters whose level is not nothing, each after `ink` has set its tone, in steps from the upper
/// left corner.
fn paint_letters(
    content: &mut Content,
    layer: &Layer,
    levels: &[i32],
    size: [Mm; 2],
    ink: impl Fn(&mut Content, i32),
) {
    let step = points(Mm(1.0 / STEPS_A_MM));
    content.save_state().transform([step, 0.0, 0.0, -step, 0.0, points(size[1])]);
    let mut last = 0;
    for (letter, &level) in layer.letters.iter().zip(levels).filter(|(_, level)| **level != 0) {
        if level != last {
            ink(content, level);
            last = level;
        }
        let [x, y] = letter.origin.map(|v| v as f32);
        content.save_state().transform([1.0, 0.0, 0.0, 1.0, x, y]);
        content.x_object(Name(shape_name(letter.outline).as_bytes())).restore_state();
    }
    content.restore_state();
}

/// The outline, filled. PDF has no quadratic curves: they are raised to cubic ones.
fn path_of(outline: &Outline) -> Vec<u8> {
    let mut content = Content::new();
    let mut at = [0.0; 2];
    for segment in &outline.path {
        let point = |p: &Steps| p.map(|v| v as f32);
        match segment {
            Segment::Move(to) => content.move_to(to[0] as f32, to[1] as f32),
            Segment::Line(to) => content.line_to(to[0] as f32, to[1] as f32),
            Segment::Quad([control, end]) => {
                let (control, end) = (point(control), point(end));
                let towards = |from: [f32; 2], axis: usize| {
                    (from[axis] + (control[axis] - from[axis]) * (2.0 / 3.0)).round()
                };
                let [x1, y1, x2, y2] =
                    [towards(at, 0), towards(at, 1), towards(end, 0), towards(end, 1)];
                content.cubic_to(x1, y1, x2, y2, end[0], end[1])
            }
            Segment::Cubic(points) => {
                let [a, b, c] = points.map(|p| point(&p));
                content.cubic_to(a[0], a[1], b[0], b[1], c[0], c[1])
            }
        };
        at = segment.points().last().map_or(at, point);
    }
    content.fill_nonzero();
    content.finish().into_vec()
}

fn shape_name(shape: usize) -> String {
    format!("S{shape}")
}

fn opacity_name(level: i32) -> String {
    format!("A{}", level.unsigned_abs())
}

/// Rounded down, lest a page at its own resolution has a row of pixels too many.
fn points(mm: Mm) -> f32 {
    let exact = POINT.px(mm);
    let nearest = exact as f32;
    if f64::from(nearest) > exact { nearest.next_down() } else { nearest }
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_else(|e| unreachable!("memory takes all bytes: {e}"))
}
