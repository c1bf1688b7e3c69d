//! The tone error of the letter screen: a wedge from white to black, printed by printers of many
//! kinds, before and after the profile takes their dot gain back.
//!
//! `cargo run --release -p measure --bin wedge [-- --printers N --dpi N --sheet]`
//!
//! With `--sheet` the dot gain is what tumar calibrate measures on the three strips of an A4 test sheet.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use anyhow::{Context, Result};
use clap::Parser;
use image::{GrayImage, Luma};
use tumar::channel::{Conditions, Preset, PrintConditions, print_and_scan};
use tumar::imaging::{Mm, Picture, Plane, Ppi, tone};
use tumar::issue::embed;
use tumar::press::sheet::{Size, sheet};
use tumar::press::{calibrate, correction};
use tumar::spec::{Mode, Name, Profile};

#[derive(Parser)]
struct Options {
    /// Printers, drawn from the presets' ranges.
    #[arg(long, default_value_t = 12)]
    printers: u64,
    /// Print resolution.
    #[arg(long, default_value_t = 1200.0)]
    dpi: f64,
    /// Take the dot gain from a test sheet, not from the wedge.
    #[arg(long)]
    sheet: bool,
}

/// Patches across and down, from paper to solid.
const PATCHES: [u32; 2] = [7, 3];
const STEPS: u32 = PATCHES[0] * PATCHES[1] - 1;
/// Pixels of the wedge in a patch's side, and what is measured of it.
const SIDE: [u32; 2] = [60, 180];
const INNER: f64 = 0.6;
const SCAN: Ppi = Ppi(600.0);

/// What the tone may be off, in L*.
const MOST: f32 = 1.5;

fn main() -> Result<()> {
    let options = Options::parse();
    let plain = screen(&options, "")?;
    let ideal = measured(&plain, &Conditions::clean(Ppi(options.dpi)).print, 0)?;
    println!("The wedge as dots: {:.2} L* off at the most.\n", worst(&ideal).0);
    println!(
        "| printer | spot, µm | gain at 50 % | n | as it is: most, mean L* | compensated: most, mean L* |"
    );
    println!("|---|---|---|---|---|---|");
    let mut met = 0;
    for seed in 0..options.printers {
        let preset = [Preset::Lab1200, Preset::Flatbed600][seed as usize % 2];
        let mut print = Conditions::draw(preset, seed).print;
        // Pages fresh from the press.
        print.wear = Conditions::clean(SCAN).print.wear;
        let before = measured(&plain, &print, seed)?;
        let compensated = if options.sheet {
            by_sheet(&plain, &print, seed)?
        } else {
            let curve = curve(&before);
            screen(&options, &format!("[screen]\ndot_gain = [{curve}]\n"))?
        };
        let after = measured(&compensated, &print, seed + 1000)?;
        let ((most, mean), (least, rest)) = (worst(&before), worst(&after));
        met += u64::from(least <= MOST);
        println!(
            "| {} {seed} | {:.1} | {:.2} | {:.2} | {most:.2}, {mean:.2} | {least:.2}, {rest:.2} |",
            preset.name(),
            print.spot.0 * 1000.0,
            print.gain,
            print.yule_nielsen,
        );
    }
    println!("\nwithin {MOST} L* everywhere: {met} of {}", options.printers);
    Ok(())
}

fn screen(options: &Options, part: &str) -> Result<Profile> {
    let text = format!("{}\n{part}", Profile::default_text());
    Ok(Profile::parse(&text)?.with_dpi(options.dpi)?.with_mode(Mode::Screen))
}

/// The profile by what a test sheet tells of this printer.
fn by_sheet(plain: &Profile, print: &PrintConditions, seed: u64) -> Result<Profile> {
    let page = sheet(Size::A4, "W", &[], plain.dpi)?;
    let mut conditions = Conditions::clean(SCAN);
    conditions.print = print.clone();
    conditions.scan.border = [Mm(4.0); 4];
    let scan = print_and_scan(&page, &conditions, seed)?;
    let press = calibrate::press(&[calibrate::measure(&scan, None)?])?;
    Ok(correction::profile(&press, plain)?)
}

/// A measured wedge as the profile's curve, as far as it rises.
fn curve(shares: &[[f64; 2]]) -> String {
    const RISE: f64 = 0.0015;
    let mut last = [0.0; 2];
    let mut points = Vec::new();
    for &[nominal, area] in shares {
        let rises = nominal > last[0] + RISE && area > last[1] + RISE;
        if rises && nominal < 1.0 - RISE && area < 1.0 - RISE {
            points.push(format!("[{nominal:.5}, {area:.5}]"));
            last = [nominal, area];
        }
    }
    points.join(", ")
}

/// Share of ink that was asked for and that the page shows between bare paper and solid ink, from
/// light to dark.
fn measured(profile: &Profile, print: &PrintConditions, seed: u64) -> Result<Vec<[f64; 2]>> {
    let printed = embed(&wedge(), &Name::new("Назарбаева", "Әсел")?, profile)?.picture;
    let mut conditions = Conditions::clean(SCAN);
    conditions.print = print.clone();
    let scan = print_and_scan(&printed, &conditions, seed)?.luminance(1);
    let mean = |step: u32| patch(&scan, step);
    let (paper, solid) = (mean(0).context("no paper")?, mean(STEPS).context("no solid")?);
    let share = |step| Some([area(step), (paper - mean(step)?) / (paper - solid)]);
    Ok((0..=STEPS).filter_map(share).collect())
}

/// The share of ink of a step: even in lightness.
fn area(step: u32) -> f64 {
    1.0 - f64::from(tone::luminance(100.0 * (1.0 - step as f32 / STEPS as f32)))
}

fn wedge() -> Picture {
    let size = [0, 1].map(|i| PATCHES[i] * SIDE[i]);
    let pixels = GrayImage::from_fn(size[0], size[1], |x, y| {
        let step = y / SIDE[1] * PATCHES[0] + x / SIDE[0];
        Luma([(255.0 * tone::stored(1.0 - area(step) as f32) + 0.5) as u8])
    });
    Picture::new(pixels.into(), Ppi(300.0))
}

fn patch(scan: &Plane, step: u32) -> Option<f64> {
    let size = [Mm(35.0), Mm(45.0)].map(|side| SCAN.px(side));
    let range = |i: usize, n: u32, limit: usize| {
        let (side, n) = (size[i] / f64::from(PATCHES[i]), f64::from(n));
        let (from, to) = (n + 0.5 - 0.5 * INNER, n + 0.5 + 0.5 * INNER);
        (from * side) as usize..((to * side) as usize).min(limit)
    };
    let rows = range(1, step / PATCHES[0], scan.nrows());
    let columns = range(0, step % PATCHES[0], scan.ncols());
    let part = scan.slice_each_axis(|axis| {
        let range = if axis.axis.index() == 0 { &rows } else { &columns };
        ndarray::Slice::from(range.clone())
    });
    part.mean().map(f64::from)
}

/// The largest and the mean error in L*.
fn worst(shares: &[[f64; 2]]) -> (f32, f32) {
    let lightness = |area: f64| tone::lightness((1.0 - area).clamp(0.0, 1.0) as f32);
    let errors: Vec<f32> =
        shares.iter().map(|[a, b]| (lightness(*a) - lightness(*b)).abs()).collect();
    let most = errors.iter().copied().fold(0.0, f32::max);
    (most, errors.iter().sum::<f32>() / errors.len() as f32)
}
