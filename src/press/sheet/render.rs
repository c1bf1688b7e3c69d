//! A sheet as a raster, sRGB, at the resolution at which it will be printed.

use image::imageops::replace;
use image::{DynamicImage, Rgb, RgbImage};
use imageproc::drawing::draw_text_mut;
use qrcode::{Color, EcLevel, QrCode, Version};
use rayon::prelude::*;

use super::error::SheetError;
use super::label::Label;
use super::plan::{self, Part, Place, SLANT_DEG, STRIP, Size};
use super::strip::{self, Strip};
use crate::imaging::{Picture, Ppi, tone};
use crate::issue::{print, screen};
use crate::spec::{Imprint, Mode, Name, Profile};

/// Points of a pixel at which shapes are asked, each way.
const POINTS: usize = 4;
const PAPER: Rgb<u8> = Rgb([255; 3]);
/// Height of the letters of what is written, in millimetres.
const LETTERS: f64 = 3.4;

/// What an A4 sheet says, and where.
const WRITING: [(&str, [f64; 2]); 8] = [
    ("tumar: print at 100 %, without scaling, as portraits are printed.", [13.0, 176.0]),
    ("Scan at 600 or 1200 ppi, automatic corrections off, as PNG or TIFF.", [13.0, 181.0]),
    ("Then: tumar calibrate SCAN --out press.toml --report press.html", [13.0, 186.0]),
    (
        "Печатайте в масштабе 100 %, как печатаете портреты. Сканируйте с 600 или 1200 ppi,",
        [13.0, 193.0],
    ),
    ("без автоматической коррекции, в PNG или TIFF.", [13.0, 198.0]),
    (
        "Портреттерді қалай басып шығарсаңыз, солай 100 % масштабпен басыңыз. 600 не 1200 ppi,",
        [13.0, 205.0],
    ),
    ("автоматты түзетусіз, PNG не TIFF түрінде сканерлеңіз.", [13.0, 210.0]),
    ("docs/press.md", [13.0, 217.0]),
];

/// Draws a sheet. `portraits`: printed in turn, with the name of the strips.
///
/// # Errors
/// [`SheetError`].
pub(super) fn render(
    size: Size,
    number: &str,
    portraits: &[Picture],
    dpi: Ppi,
) -> Result<Picture, SheetError> {
    let mm = dpi.per_mm();
    let [width, height] = size.mm().map(|side| (side * mm).round() as u32);
    let mut page = RgbImage::from_pixel(width, height, PAPER);
    for (i, corner) in size.panels().iter().enumerate() {
        let label = Label { size, panel: i, number: number.to_owned() };
        for (part, [x, y, width, height]) in plan::panel() {
            let place = [corner[0] + x, corner[1] + y, width, height];
            draw(&mut page, part, place, mm, &label)?;
        }
    }
    let name = strip::name();
    let profile = strip::of_portraits(dpi)?;
    for (portrait, place) in portraits.iter().cycle().zip(plan::portraits(size)) {
        put(&mut page, portrait, &name, &profile, place, mm)?;
    }
    for (strip, place) in Strip::all().into_iter().zip(plan::strips(size)) {
        let flat = image::GrayImage::from_pixel(120, 70, image::Luma([strip.tone]));
        let flat = Picture::new(flat.into(), Ppi(25.4 * 120.0 / STRIP[0]));
        let profile = strip.profile(dpi)?;
        // A coarse press has too few dots for a letter screen: its strips stay bare.
        if strip.mode == Mode::Tint || screen::check(&profile).is_ok() {
            put(&mut page, &flat, &name, &profile, place, mm)?;
        }
    }
    if size == Size::A4 {
        write(&mut page, mm);
    }
    Ok(Picture::new(page.into(), dpi))
}

fn write(page: &mut RgbImage, mm: f64) {
    let typeface = Profile::default().typeface;
    let ink = Rgb([0; 3]);
    for (text, at) in WRITING {
        let [x, y] = at.map(|v| (v * mm) as i32);
        let scale = (LETTERS * mm) as f32;
        draw_text_mut(page, ink, x, y, scale, typeface.font(), text);
    }
}

/// Prints a portrait with its microtext at its place.
fn put(
    page: &mut RgbImage,
    portrait: &Picture,
    name: &Name,
    profile: &Profile,
    [left, top, ..]: Place,
    mm: f64,
) -> Result<(), SheetError> {
    let printed = print(portrait, &Imprint::new(name, profile)?, profile)?.picture;
    let at = [left, top].map(|v| (v * mm).round() as i64);
    replace(page, &srgb(&printed.pixels), at[0], at[1]);
    Ok(())
}

fn srgb(pixels: &DynamicImage) -> RgbImage {
    pixels.to_rgb8()
}

/// Draws a part of a panel.
fn draw(
    page: &mut RgbImage,
    part: Part,
    place: Place,
    mm: f64,
    label: &Label,
) -> Result<(), SheetError> {
    let [left, top, width, height] = place;
    let middle = [left + 0.5 * width, top + 0.5 * height];
    let disc = move |[x, y]: [f64; 2]| f64::hypot(x - middle[0], y - middle[1]) <= 0.5 * width;
    let all = |_: [f64; 2]| true;
    match part {
        Part::Mark => fill(page, place, mm, [0; 3], disc),
        Part::Dot(ink) => fill(page, place, mm, ink.rgb(), disc),
        Part::Step { tone, .. } | Part::Tint(tone) | Part::Ground(tone) => {
            fill(page, place, mm, [tone; 3], all);
        }
        Part::Square { tone, .. } => {
            let (sin, cos) = SLANT_DEG.to_radians().sin_cos();
            let wide = [left - 1.0, top - 1.0, width + 2.0, height + 2.0];
            fill(page, wide, mm, [tone; 3], move |[x, y]| {
                let (x, y) = (x - middle[0], y - middle[1]);
                let (u, v) = (cos * x + sin * y, cos * y - sin * x);
                u.abs() <= 0.5 * width && v.abs() <= 0.5 * height
            });
        }
        Part::Bars { pairs, upright } => fill(page, place, mm, [0; 3], move |[x, y]| {
            let along = if upright { x - left } else { y - top };
            (along * pairs).rem_euclid(1.0) < 0.5
        }),
        Part::Code => {
            let code = QrCode::with_version(label.to_string(), Version::Normal(1), EcLevel::M)
                .map_err(|error| SheetError::Code(error.to_string()))?;
            let modules = code.width();
            let side = width / modules as f64;
            fill(page, place, mm, [0; 3], move |[x, y]| {
                let cell = |v: f64| ((v / side).max(0.0) as usize).min(modules - 1);
                code[(cell(x - left), cell(y - top))] == Color::Dark
            });
        }
    }
    Ok(())
}

/// Paints what lies in a shape, pixels at its edge by the share that does, in linear light.
fn fill(
    page: &mut RgbImage,
    [left, top, width, height]: Place,
    mm: f64,
    colour: [u8; 3],
    is_in: impl Fn([f64; 2]) -> bool + Sync,
) {
    let columns = page.width() as usize;
    let range = |start: f64, length: f64, most: u32| {
        let end = (((start + length) * mm).ceil() as u32 + 1).min(most);
        ((start * mm).floor().max(1.0) as u32 - 1)..end
    };
    let (xs, ys) = (range(left, width, page.width()), range(top, height, page.height()));
    let inside = |[x, y]: [f64; 2]| {
        let reach = |v: f64, start: f64, length: f64| v >= start && v < start + length;
        reach(x, left, width) && reach(y, top, height) && is_in([x, y])
    };
    let rows = page.as_flat_samples_mut().samples;
    rows.par_chunks_exact_mut(3 * columns).enumerate().for_each(|(y, row)| {
        if !ys.contains(&(y as u32)) {
            return;
        }
        for x in xs.clone() {
            let at = |i: usize, pixel: f64| (pixel + (i as f64 + 0.5) / POINTS as f64) / mm;
            let points = (0..POINTS * POINTS)
                .filter(|i| inside([at(i % POINTS, f64::from(x)), at(i / POINTS, y as f64)]));
            let share = points.count() as f32 / (POINTS * POINTS) as f32;
            if share > 0.0 {
                let pixel = &mut row[3 * x as usize..3 * x as usize + 3];
                for (value, ink) in pixel.iter_mut().zip(colour) {
                    *value = mixed(*value, ink, share);
                }
            }
        }
    });
}

/// So much of an ink's light over what was there.
fn mixed(ground: u8, ink: u8, share: f32) -> u8 {
    if share >= 1.0 {
        return ink;
    }
    let [ground, ink] = [ground, ink].map(|v| tone::LINEAR_OF_U8[usize::from(v)]);
    (255.0 * tone::stored(ground + share * (ink - ground))).round() as u8
}
