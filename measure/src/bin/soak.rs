//! Whole inspections of small, strange pictures, seed by seed: none may panic, and none may take long.
//!
//! `cargo run --release -p measure --bin soak -- [--minutes N] [--first-seed N] [--longest SECONDS]
//! [--pages]`: noise, stripes at and about the lines' pitch, weaves, ramps, blots, cut-outs of prints, and now and then a whole
//! page of cloth or of music, perhaps with a print on it, at all resolutions and none, blindly and against a
//! name. What panics is told by its seed, and ends the program with 1.
#![expect(clippy::print_stdout, reason = "it says what it found")]

use std::f64::consts::TAU;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use image::{GrayImage, Luma, imageops};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::report::overlay;
use tumar::{Claim, Name, Picture, Ppi, Profile, Reader, Record, embed};

/// Share of whole pages, which take a hundred times as long as the others. A guess.
const PAGES: f64 = 0.003;
/// Pixels of an A4 page, and a millimetre of it, at 600 ppi.
const A4: [u32; 2] = [4960, 7016];
const PER_MM: f64 = 600.0 / 25.4;

#[derive(Parser)]
struct Options {
    /// How long to go on.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// An inspection that takes longer, in seconds, is told.
    #[arg(long, default_value_t = 10.0)]
    longest: f64,
    /// Whole pages alone.
    #[arg(long)]
    pages: bool,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let name = Name::new("Ахметова", "Әсел")?;
    let prints = scans(&name, &profile)?;
    let (begun, mut seed, mut faults) = (Instant::now(), options.first_seed, 0);
    let mut slowest = (Duration::ZERO, seed);
    while begun.elapsed().as_secs_f64() < 60.0 * options.minutes {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (picture, ppi) = if random.random_bool(PAGES) || options.pages {
            (page(&mut random, &prints), Some(Ppi(600.0)))
        } else {
            (picture(&mut random, &prints), ppi(&mut random))
        };
        let claimed = random.random_bool(0.5).then_some(&name);
        let started = Instant::now();
        let whole = || inspect(&reader, &picture, ppi, claimed, &profile);
        if catch_unwind(AssertUnwindSafe(whole)).is_err() {
            println!("seed {seed}: {:?} at {ppi:?}: a panic", picture.size());
            faults += 1;
        }
        let took = started.elapsed();
        if took.as_secs_f64() > options.longest {
            println!("seed {seed}: {:?} at {ppi:?}: {:.1} s", picture.size(), took.as_secs_f64());
        }
        slowest = slowest.max((took, seed));
        seed += 1;
    }
    let inspected = seed - options.first_seed;
    println!("{inspected} pictures inspected, {faults} panics");
    println!("the slowest, seed {}, took {:.2} s", slowest.1, slowest.0.as_secs_f64());
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All that `tumar verify` does with a picture.
fn inspect(
    reader: &Reader<'_>,
    picture: &Picture,
    ppi: Option<Ppi>,
    name: Option<&Name>,
    profile: &Profile,
) {
    let Ok(page) = reader.check(picture, ppi, Claim { name, ..Claim::default() }) else {
        return;
    };
    let _record = Record::of_page(&page, name, profile);
    let _overlay = overlay::overlay_page(picture, &page);
}

/// Scans of prints, of which parts are cut.
fn scans(name: &Name, profile: &Profile) -> Result<Vec<Picture>> {
    let pixels = GrayImage::from_fn(350, 450, |x, y| Luma([(90 + x / 4 + y / 9) as u8]));
    let portrait = Picture::new(pixels.into(), Ppi(300.0));
    let print = embed(&portrait, name, profile)?;
    let presets = [Preset::Flatbed600, Preset::Reader400, Preset::Phone, Preset::Worn];
    let scan =
        |(seed, preset)| print_and_scan(&print.picture, &Conditions::draw(preset, seed), seed);
    Ok((0..).zip(presets).map(scan).collect::<Result<_, _>>()?)
}

fn ppi(random: &mut impl Rng) -> Option<Ppi> {
    let some = random.random_bool(0.8);
    let usual = [200.0, 300.0, 400.0, 500.0, 600.0, 1200.0, 2400.0];
    let ppi = if random.random_bool(0.7) {
        usual[random.random_range(0..usual.len())]
    } else {
        50.0 * 240f64.powf(random.random())
    };
    some.then_some(Ppi(ppi))
}

fn picture(random: &mut impl Rng, prints: &[Picture]) -> Picture {
    if random.random_bool(0.4) {
        return cut_out(random, prints);
    }
    let mut side = || match random.random_range(0..10) {
        0 => random.random_range(1..8),
        1..8 => random.random_range(8..500),
        _ => random.random_range(500..1400),
    };
    let (width, height) = (side(), side());
    let waves: Vec<[f64; 4]> = (0..random.random_range(0..4)).map(|_| wave(random)).collect();
    let (noise, level) = (random.random_range(0.0..60.0), random.random_range(0.0..255.0));
    let (slope, hard) = (random.random_range(-0.3..0.3), random.random_bool(0.3));
    let pixels = GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let of = |w: &[f64; 4]| w[3] * (TAU * (w[0] * x + w[1] * y) + w[2]).sin();
        let waves: f64 =
            waves.iter().map(of).map(|v| if hard { 60.0 * v.signum() } else { v }).sum();
        let value = level + slope * x + waves + noise * (random.random::<f64>() - 0.5);
        Luma([value.clamp(0.0, 255.0) as u8])
    });
    Picture::new(pixels.into(), Ppi(600.0))
}

/// An A4 page at 600 ppi of cloth or of music, with lines near the microtext's pitch, perhaps with a print
/// on it.
fn page(random: &mut impl Rng, prints: &[Picture]) -> Picture {
    let pitch = PER_MM * random.random_range(0.3..0.5);
    let mut pixels =
        if random.random_bool(0.5) { cloth(random, pitch) } else { music(random, pitch) };
    if random.random_bool(0.5) {
        let print = prints[random.random_range(0..prints.len())].pixels.to_luma8();
        let mut place = |full: u32, size: u32| random.random_range(0..=full.saturating_sub(size));
        let (x, y) = (place(A4[0], print.width()), place(A4[1], print.height()));
        imageops::replace(&mut pixels, &print, x.into(), y.into());
    }
    Picture::new(pixels.into(), Ppi(600.0))
}

/// Two crossed gratings, whose threads wander a little, and noise.
fn cloth(random: &mut impl Rng, pitch: f64) -> GrayImage {
    let (turn, hard) = (random.random_range(0.0..TAU), random.random_bool(0.3));
    let (cos, sin) = (turn.cos() / pitch, turn.sin() / pitch);
    GrayImage::from_fn(A4[0], A4[1], |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let wander = 0.3 * (x / 900.0).sin();
        let threads = [cos * x + sin * y + wander, cos * y - sin * x];
        let threads = threads.map(|cycles| (TAU * cycles).sin());
        let threads = threads.map(|v| if hard { v.signum() } else { v });
        let noise = random.random_range(-12.0..12.0);
        Luma([(128.0 + 30.0 * (threads[0] + threads[1]) + noise).clamp(0.0, 255.0) as u8])
    })
}

/// Staves of lines so far apart, with notes on them.
fn music(random: &mut impl Rng, pitch: f64) -> GrayImage {
    let (lines, slant) = (random.random_range(4..60), random.random_range(-0.02..0.02));
    let stave = (f64::from(lines) + 6.0) * pitch;
    let mut page = GrayImage::from_fn(A4[0], A4[1], |x, y| {
        let down = (f64::from(y) + slant * f64::from(x)).rem_euclid(stave) / pitch;
        let is_line = down < f64::from(lines) && down.fract() < 0.28;
        Luma([if is_line { 30 } else { 240 }])
    });
    for _ in 0..6000 {
        let [x, y] = A4.map(|full| random.random_range(0..full - 16));
        (0..10).for_each(|dy| (0..14).for_each(|dx| page.put_pixel(x + dx, y + dy, Luma([20]))));
    }
    page
}

/// Frequency across and down (cycles a pixel), phase and amplitude: of the lines' pitch at a usual
/// resolution, or of any.
fn wave(random: &mut impl Rng) -> [f64; 4] {
    let length = if random.random_bool(0.6) {
        [300.0, 400.0, 500.0, 600.0][random.random_range(0..4)] * 0.4 / 25.4
    } else {
        random.random_range(2.0..60.0)
    };
    let turn = random.random_range(0.0..TAU);
    let amplitude = random.random_range(1.0..90.0);
    [turn.cos() / length, turn.sin() / length, random.random_range(0.0..TAU), amplitude]
}

/// A part of a scanned print, stretched, perhaps with something drawn over it.
fn cut_out(random: &mut impl Rng, prints: &[Picture]) -> Picture {
    let print = &prints[random.random_range(0..prints.len())];
    let grey = print.pixels.to_luma8();
    let mut range = |full: u32| {
        let size = random.random_range(1..=full);
        (random.random_range(0..=full - size), size)
    };
    let ((x, width), (y, height)) = (range(grey.width()), range(grey.height()));
    let mut part = imageops::crop_imm(&grey, x, y, width, height).to_image();
    if random.random_bool(0.5) {
        let mut stretched = |size: u32| {
            let factor = random.random_range(0.5..1.6);
            ((f64::from(size) * factor) as u32).max(1)
        };
        let (across, down) = (stretched(width), stretched(height));
        part = imageops::resize(&part, across, down, imageops::FilterType::Triangle);
    }
    if random.random_bool(0.4) {
        let (width, height) = part.dimensions();
        let mut within = |full: u32| random.random_range(0..full.max(1));
        let (left, top, right, bottom) =
            (within(width), within(height), within(width), within(height));
        let value = random.random();
        for y in top.min(bottom)..top.max(bottom) {
            (left.min(right)..left.max(right)).for_each(|x| part.put_pixel(x, y, Luma([value])));
        }
    }
    if random.random_bool(0.3) {
        part = imageops::rotate90(&part);
    }
    Picture::new(part.into(), Ppi(600.0))
}
