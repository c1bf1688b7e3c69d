//! What the tests lay on the scanner, and what they do to scans.

use std::path::Path;

use image::{DynamicImage, GrayImage, Luma};
use tumar::base::{Mm, Picture, Ppi, decode};
use tumar::channel::{Conditions, print_and_scan};
use tumar::inspect::verdict::Verdict;
use tumar::inspect::{Inspection, inspect};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

pub(crate) const WHITE: u8 = 240;

pub(crate) fn name(surname: &str, given: &str) -> Name {
    Name::new(surname, given).expect("a name")
}

/// A print of one of the samples.
pub(crate) fn print(portrait: &str, holder: &Name) -> Picture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(portrait);
    let portrait = decode::read(&path).expect("a sample portrait");
    embed(&portrait, holder, &Profile::default()).expect("a print").picture
}

/// A good flatbed of this resolution, with a border of 2 mm.
pub(crate) fn flatbed(ppi: f64) -> Conditions {
    let mut conditions = Conditions::clean(Ppi(ppi));
    conditions.scan.optics_px = 0.4;
    conditions.scan.read_noise = 0.004;
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
/// the horizontal axis, from 250 mm away.
pub(crate) fn tilted(scan: &Picture, ppi: f64, degrees: f64, sideways: bool) -> Picture {
    let source = grey(scan);
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    let scale = 1200.0 / ppi;
    let size = [width / scale * 1.05, height / scale * 1.05].map(|v| v as u32);
    let distance = 250.0 / 25.4 * 1200.0;
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
    let why = &blind.decision.reasons;
    assert_eq!(
        (text(&blind).as_str(), blind.decision.verdict),
        (legend, Verdict::Read),
        "{what}: {why:?}"
    );
    let known = inspect(scan, None, Some(holder), &profile).expect("a plausible resolution");
    assert_eq!(known.decision.verdict, Verdict::Authentic, "{what}: {:?}", known.decision.reasons);
    blind
}
