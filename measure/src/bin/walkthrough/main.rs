//! The pictures of docs/architecture.md: one scan, walked through all rooms of the reader.
//!
//! `cargo run --release -p measure --bin walkthrough -- --out docs/architecture`
//!
//! A print is altered, put through the model of a scanner, and inspected; each picture shows what
//! one room hands to the next. The same seed gives the same pictures.
#![expect(clippy::print_stdout, reason = "it reports what it wrote and what was decided")]

mod rows;
mod scene;
mod sheet;
mod waves;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma, Rgb, RgbImage};
use tumar::channel::Preset;
use tumar::imaging::Plane;
use tumar::imaging::raster::bilinear;
use tumar::report::overlay;

use scene::{Scene, Seen};
use sheet::{BAD, GOOD, Sheet, UNTOLD, WARM};

/// Quality of the JPEG files: no blocks are seen, and none takes more than 150 kB.
const QUALITY: u8 = 76;
/// Width of a picture that shows the whole scan, in pixels.
const WHOLE: u32 = 520;

#[derive(Parser)]
struct Options {
    /// Where the pictures go.
    #[arg(long, default_value = "docs/architecture")]
    out: PathBuf,
    /// The portrait.
    #[arg(long, default_value = "samples/astronaut.png")]
    portrait: PathBuf,
    /// The kind of scan.
    #[arg(long, default_value = "flatbed600")]
    preset: Preset,
    /// Draws printer and scanner.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    std::fs::create_dir_all(&options.out)?;
    let scene = Scene::new(&options.portrait, options.preset, options.seed)?;
    let seen = scene.seen().context("this scan shows no text: try another --seed")?;
    let write = |name: &str, picture: &RgbImage| write(&options.out.join(name), picture);
    write("1-scan.jpg", &scan(&scene))?;
    write("2-signal.jpg", &signal(&scene, &seen))?;
    write("3-detection.jpg", &waves::spectrum(&scene, &seen))?;
    write("4-rectification.jpg", &waves::phase(&scene, &seen))?;
    write("5-synchronisation.jpg", &rows::synchronisation(&seen))?;
    write("6-stacking.jpg", &rows::stacking(&seen))?;
    write("7-recognition.jpg", &rows::recognition(&seen))?;
    write("8-tamper.jpg", &tamper(&scene))?;
    tell(&scene, &seen);
    Ok(())
}

/// The numbers that the decision rests on, as rows of a table.
fn tell(scene: &Scene, seen: &Seen<'_>) {
    let main = &scene.page.main;
    let row = |what: &str, value: String| println!("| {what} | {value} |");
    row("highest wave, over the ring", format!("{:.0} times", main.evidence().peak));
    if let Some(repetition) = &main.evidence().repetition {
        row("repetition of the lines", format!("{:.0} standard deviations", repetition.score));
        row("lines placed", format!("{:.0} %", 100.0 * repetition.lines));
    }
    row("likeness of the copy to the text that was read", format!("{:.2}", seen.reading.fit));
    for region in main.tamper().into_iter().flat_map(|tamper| &tamper.regions) {
        let size = format!("{:.0} mm², {:.0} standard deviations", region.area, region.z);
        row("a region without its letters, below the weakest genuine ones", size);
    }
    println!("{:?}: {}", main.decision().verdict, main.decision().reasons.join("; "));
}

/// Writes a picture as JPEG.
fn write(path: &Path, picture: &RgbImage) -> Result<()> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    JpegEncoder::new_with_quality(file, QUALITY).encode_image(picture)?;
    println!("{}: {} kB", path.display(), std::fs::metadata(path)?.len().div_ceil(1000));
    Ok(())
}

/// The scan, and a part of it enlarged.
fn scan(scene: &Scene) -> RgbImage {
    let pixels = scene.scan.pixels.to_rgb8();
    whole_and_part(scene, "the scan", |place| sheet::sample(&pixels, place))
}

/// What is left of it without the portrait.
fn signal(scene: &Scene, seen: &Seen<'_>) -> RgbImage {
    let contrast = signed(seen);
    let limit = 3.0;
    whole_and_part(scene, "the same without its portrait", |[x, y]| {
        let [x, y] = [x, y].map(|v| v / seen.scan.factor as f64);
        let grey = 150.0 - 105.0 * (bilinear(&contrast, x, y) / limit).clamp(-1.0, 1.0);
        Rgb([grey as u8; 3])
    })
}

/// Contrast in units of the local noise, letters positive.
fn signed(seen: &Seen<'_>) -> Plane {
    let block = seen.flat.block as f64;
    let (rows, columns) = seen.flat.contrast.dim();
    Plane::from_shape_fn((rows, columns), |(y, x)| {
        let [u, v] = [x, y].map(|v| (v as f64 + 0.5) / block - 0.5);
        let certainty = bilinear(&seen.flat.certainty, u, v);
        seen.flat.contrast[[y, x]] * certainty * seen.sign(bilinear(&seen.flat.lightness, u, v))
    })
}

/// A picture over the whole scan beside a part of it; `colour` by the place in pixels of the file.
fn whole_and_part(scene: &Scene, title: &str, colour: impl Fn([f64; 2]) -> Rgb<u8>) -> RgbImage {
    let size = scene.scan.size();
    let height = (f64::from(WHOLE) * size.1 as f64 / size.0 as f64).round() as u32;
    let mut sheet =
        Sheet::new(2 * WHOLE + 3 * sheet::MARGIN, height + sheet::TITLE + sheet::MARGIN);
    let scale = size.0 as f64 / f64::from(WHOLE);
    // All pixels of the file that fall into a pixel of the sheet.
    let parts = scale.ceil().max(1.0) as usize;
    let left = sheet::MARGIN;
    sheet.picture([left, sheet::TITLE], [WHOLE, height], |x, y| {
        let mut sum = [0.0; 3];
        for i in 0..parts * parts {
            let part = [i % parts, i / parts].map(|k| (k as f64 + 0.5) / parts as f64);
            let place = [f64::from(x) + part[0], f64::from(y) + part[1]].map(|v| v * scale - 0.5);
            let Rgb(c) = colour(place);
            sum = [0, 1, 2].map(|k| sum[k] + f64::from(c[k]));
        }
        Rgb(sum.map(|v| (v / (parts * parts) as f64).round() as u8))
    });
    let (corner, side) = scene.close_up();
    let [x, y] = corner.map(|v| v / scale);
    sheet.frame([left + x as u32, sheet::TITLE + y as u32], [(side / scale) as u32; 2], BAD);
    sheet.title(left, title);
    let right = 2 * sheet::MARGIN + WHOLE;
    sheet.title(right, &format!("{} × {0} mm of it", scene::CLOSE_UP));
    let shown = [WHOLE, height.min(WHOLE)];
    sheet.picture([right, sheet::TITLE], shown, |x, y| {
        let place = [x, y].map(|v| (f64::from(v) + 0.5) / f64::from(WHOLE) * side);
        colour([corner[0] + place[0] - 0.5, corner[1] + place[1] - 0.5])
    });
    sheet.frame([right, sheet::TITLE], shown, BAD);
    sheet.page
}

/// The altered portrait as it looks, and as the map sees it.
fn tamper(scene: &Scene) -> RgbImage {
    let plain = scene.scan.pixels.to_rgb8();
    let marked = overlay::overlay_page(&scene.scan, &scene.page);
    let height = (f64::from(WHOLE) * f64::from(plain.height()) / f64::from(plain.width())) as u32;
    let legend = 34;
    let mut sheet =
        Sheet::new(2 * WHOLE + 3 * sheet::MARGIN, height + sheet::TITLE + sheet::MARGIN + legend);
    for (number, (picture, title)) in
        [(&plain, "what the eye sees"), (&marked, "what the microtext says")]
            .into_iter()
            .enumerate()
    {
        let left = sheet::MARGIN + number as u32 * (WHOLE + sheet::MARGIN);
        sheet.title(left, title);
        let scan = image::imageops::crop_imm(picture, 0, 0, plain.width(), plain.height());
        let filter = image::imageops::FilterType::Triangle;
        let shown = image::imageops::resize(&scan.to_image(), WHOLE, height, filter);
        sheet.picture([left, sheet::TITLE], [WHOLE, height], |x, y| *shown.get_pixel(x, y));
    }
    let top = sheet::TITLE + height + 16;
    let right = 2 * sheet::MARGIN + WHOLE;
    sheet.key([right, top], BAD, "letters missing");
    sheet.key([right + 250, top], UNTOLD, "cannot be told");
    sheet.key([sheet::MARGIN, top], GOOD, "lines placed");
    sheet.key([sheet::MARGIN + 210, top], WARM, "not placed");
    sheet.page
}

/// A plane as grey, from `dark` to `light`.
fn grey(plane: &Plane, [dark, light]: [f32; 2]) -> GrayImage {
    let (height, width) = plane.dim();
    GrayImage::from_fn(width as u32, height as u32, |x, y| {
        let share = (plane[[y as usize, x as usize]] - dark) / (light - dark);
        Luma([(255.0 * share).clamp(0.0, 255.0) as u8])
    })
}
