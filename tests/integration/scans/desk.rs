//! What the tests lay on the scanner, and what they do to scans.

use ab_glyph::Font;
use image::{DynamicImage, GrayImage, Luma};
use tumar::Verdict;
use tumar::channel::{Conditions, print_and_scan};
use tumar::imaging::{Mm, Picture, Ppi};
use tumar::inspect::{Inspection, inspect};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

use crate::common::{sample, scanner};

pub(crate) const WHITE: u8 = 240;

/// A print of one of the samples.
pub(crate) fn print(portrait: &str, holder: &Name) -> Picture {
    embed(&sample(portrait), holder, &Profile::default()).expect("a print").picture
}

/// A good flatbed of this resolution, with a border of 2 mm.
pub(crate) fn flatbed(ppi: f64) -> Conditions {
    let mut conditions = scanner(ppi, 0.0);
    conditions.scan.border = [Mm(2.0); 4];
    conditions.scan.colour = false;
    conditions
}

pub(crate) fn scan(print: &Picture, conditions: &Conditions) -> Picture {
    print_and_scan(print, conditions, 1).expect("a scan")
}

pub(crate) fn grey(picture: &Picture) -> GrayImage {
    picture.pixels.to_luma8()
}

/// Pixels in place of the picture's own; resolution as it was.
pub(crate) fn with(picture: &Picture, pixels: impl Into<DynamicImage>) -> Picture {
    Picture { pixels: pixels.into(), ..picture.clone() }
}

/// The value between pixel centres; white beside the picture.
fn at(picture: &GrayImage, [x, y]: [f64; 2]) -> f64 {
    let pixel = |x: f64, y: f64| {
        let inside = x >= 0.0 && y >= 0.0;
        let pixel = inside.then(|| picture.get_pixel_checked(x as u32, y as u32)).flatten();
        f64::from(pixel.map_or(WHITE, |p| p.0[0]))
    };
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let upper = pixel(left, top) * (1.0 - fx) + pixel(left + 1.0, top) * fx;
    let lower = pixel(left, top + 1.0) * (1.0 - fx) + pixel(left + 1.0, top + 1.0) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// A picture of this size whose pixel at (x, y) shows the place `from` of `picture`; four samples a
/// pixel.
pub(crate) fn warped(
    picture: &GrayImage,
    size: [u32; 2],
    from: impl Fn([f64; 2]) -> [f64; 2],
) -> GrayImage {
    GrayImage::from_fn(size[0], size[1], |x, y| {
        let part = |i: u32, j: u32| {
            let place = [
                f64::from(x) + 0.5 * f64::from(i) - 0.25,
                f64::from(y) + 0.5 * f64::from(j) - 0.25,
            ];
            at(picture, from(place))
        };
        let sum = part(0, 0) + part(1, 0) + part(0, 1) + part(1, 1);
        Luma([(0.25 * sum + 0.5) as u8])
    })
}

/// A phone's picture of a 1200-ppi scan: about `ppi` in the middle, tilted about the vertical or
/// the horizontal axis, from 150 mm away.
pub(crate) fn tilted(scan: &Picture, ppi: f64, degrees: f64, sideways: bool) -> Picture {
    let source = grey(scan);
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    let scale = 1200.0 / ppi;
    let size = [width / scale * 1.05, height / scale * 1.05].map(|v| v as u32);
    let distance = 150.0 / 25.4 * 1200.0;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let from = |[x, y]: [f64; 2]| {
        // The ray through the pixel, met with the tilted plane.
        let ray = [
            (x - f64::from(size[0]) / 2.0) * scale / distance,
            (y - f64::from(size[1]) / 2.0) * scale / distance,
        ];
        let (steep, flat) = if sideways { (ray[0], ray[1]) } else { (ray[1], ray[0]) };
        let along = distance * steep / (cos - sin * steep);
        let depth = distance + along * sin;
        let (u, v) = (along, flat * depth);
        let [u, v] = if sideways { [u, v] } else { [v, u] };
        [u + width / 2.0, v + height / 2.0]
    };
    Picture::new(warped(&source, size, from).into(), Ppi(ppi))
}

/// A page with a portrait laid on it: its centre in millimetres, turned clockwise.
pub(crate) fn lay(
    page: &mut GrayImage,
    ppi: f64,
    portrait: &Picture,
    centre: [f64; 2],
    degrees: f64,
) {
    let source = grey(portrait);
    let stated = portrait.ppi.expect("a resolution")[0].0;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    let middle = centre.map(|v| v * ppi / 25.4);
    let reach = width.hypot(height) / 2.0 * ppi / stated;
    let range = |middle: f64, limit: u32| {
        (middle - reach).max(0.0) as u32..((middle + reach).max(0.0) as u32).min(limit)
    };
    for y in range(middle[1], page.height()) {
        for x in range(middle[0], page.width()) {
            let part = |i: u32, j: u32| {
                let x = (f64::from(x) + 0.5 * f64::from(i) - 0.25 - middle[0]) * stated / ppi;
                let y = (f64::from(y) + 0.5 * f64::from(j) - 0.25 - middle[1]) * stated / ppi;
                [cos * x + sin * y + width / 2.0, cos * y - sin * x + height / 2.0]
            };
            let [u, v] = part(0, 0);
            if u < 0.0 || v < 0.0 || u >= width - 1.0 || v >= height - 1.0 {
                continue;
            }
            let parts = [part(0, 0), part(1, 0), part(0, 1), part(1, 1)];
            let sum: f64 = parts.iter().map(|p| at(&source, *p)).sum();
            page.put_pixel(x, y, Luma([(0.25 * sum + 0.5) as u8]));
        }
    }
}

pub(crate) fn text(inspection: &Inspection) -> String {
    let Some(reading) = inspection.reading() else { return String::new() };
    reading.circle.iter().map(|read| read.symbol.character()).collect()
}

/// Inspected without and with the name: read, and authentic.
pub(crate) fn reads(scan: &Picture, holder: &Name, legend: &str, what: &str) -> Inspection {
    let profile = Profile::default();
    let blind = inspect(scan, None, None, &profile).expect("a plausible resolution");
    let why = &blind.decision().reasons;
    assert_eq!(
        (text(&blind).as_str(), blind.decision().verdict),
        (legend, Verdict::Read),
        "{what}: {why:?}"
    );
    let known = inspect(scan, None, Some(holder), &profile).expect("a plausible resolution");
    assert_eq!(
        known.decision().verdict,
        Verdict::Authentic,
        "{what}: {:?}",
        known.decision().reasons
    );
    blind
}

/// A white page with lines of printed text and, if wished, fine waves all over.
pub(crate) fn page(mm: [f64; 2], ppi: f64, fine_waves: bool) -> GrayImage {
    let [width, height] = mm.map(|v| (v * ppi / 25.4) as u32);
    let per_mm = ppi / 25.4;
    let mut page = GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) / per_mm, f64::from(y) / per_mm);
        let wave = |along: f64, across: f64, pitch: f64| {
            let line = (across + 1.5 * (along / 3.0).sin() + 0.6 * (along / 1.1).cos()) / pitch;
            ((std::f64::consts::TAU * line).cos() - 0.4).max(0.0)
        };
        let ink = 30.0 * wave(x, y, 0.55) + 25.0 * wave(y, x, 0.7);
        Luma([if fine_waves { (f64::from(WHITE) - ink) as u8 } else { WHITE }])
    });
    let font = include_bytes!("../../../fonts/NotoSansMono-Bold.ttf");
    let font = ab_glyph::FontRef::try_from_slice(font).expect("a typeface");
    let words = "P<UTOERIKSSON<<ANNA<MARIA Passport No. L898902C3 Date of birth 12 AUG 74 Place";
    for line in 0..(mm[1] / 4.5) as usize {
        let letters = words.chars().cycle().skip(7 * line).take((mm[0] / 1.8) as usize - 2);
        for (i, letter) in letters.enumerate() {
            let place =
                [2.0 + 1.8 * i as f64, 4.0 + 4.5 * line as f64].map(|v| (v * per_mm) as f32);
            let glyph = font
                .glyph_id(letter)
                .with_scale_and_position(3.2 * per_mm as f32, ab_glyph::point(place[0], place[1]));
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (x + corner.x as u32, y + corner.y as u32);
                if let Some(pixel) = page.get_pixel_mut_checked(x, y) {
                    pixel.0[0] -= (f32::from(pixel.0[0].saturating_sub(40)) * cover.min(1.0)) as u8;
                }
            });
        }
    }
    page
}
