//! Reprints on another kind of press, by what the issuer's press is known to print.
//!
//! `cargo run --release -p measure --bin copies [-- --presses 20 --portraits DIR --seed S]`
#![expect(clippy::print_stdout, reason = "it prints tables")]

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::forgery::copied;
use measure::{names, portraits};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::signal::graininess::{Grain, Graininess};
use tumar::press::Press;
use tumar::press::calibrate;
use tumar::press::sheet::{Size, sheet};
use tumar::{Inspection, Picture, Ppi, Profile, Reader, embed};

#[derive(Parser)]
struct Options {
    #[arg(long, default_value_t = 10)]
    presses: usize,
    #[arg(long, default_value_t = 2)]
    prints: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
}

fn kind(c: &Conditions) -> &'static str {
    use tumar::channel::Technology as T;
    match c.print.technology {
        T::Continuous => "dye",
        T::Engraving => "engr",
        T::ClusteredDot { .. } => "am",
        T::ErrorDiffusion { .. } => "ed",
        T::Inkjet { .. } => "jet",
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = Profile::default();
    let portraits = portraits::portraits(&[options.portraits])?;
    let names = names::names(64)?;
    let page = sheet(Size::Card, "T", &[], Ppi(1200.0))?;
    let reader = Reader::new(&profile);
    println!("press,kind,what,other,sheetblur,blur,n,r0,r1,r2,q0,q1,q2");
    for p in 0..options.presses as u64 {
        let seed = options.seed * 1000 + p;
        let own = Conditions::draw(Preset::Lab1200, seed);
        let mut calm = own.clone();
        calm.scan.jpeg = None;
        let scan = print_and_scan(&page, &calm, seed)?;
        let press = match calibrate::measure(&scan, None) {
            Ok(s) => calibrate::press(&[s])?,
            Err(e) => {
                println!("{p},{},{e}", kind(&own));
                continue;
            }
        };
        for i in 0..options.prints {
            let n = p as usize * options.prints + i;
            let name = &names[n % names.len()];
            let print = embed(&portraits[n % portraits.len()].picture, name, &profile)?.picture;
            let seed = seed * 10 + i as u64;
            let tell = |what: &str, other: &str, scan: &Picture| -> Result<()> {
                let found = reader.inspect(scan, None, Some(name))?;
                let [r, q, n] = features(scan, &found, &press).unwrap_or_default();
                let sheet = (press.edges.across.value * press.edges.down.value).sqrt();
                let blur = found.evidence().blur.map_or(f64::NAN, |b| b.0);
                println!(
                    "{p},{},{what},{other},{:.1},{:.1},{},{:.2},{:.2},{:.2},{:.2},{:.2},{:.2}",
                    kind(&own),
                    1e3 * sheet,
                    1e3 * blur,
                    n[0],
                    r[0],
                    r[1],
                    r[2],
                    q[0],
                    q[1],
                    q[2]
                );
                Ok(())
            };
            tell("genuine", "same", &print_and_scan(&print, &own, seed)?)?;
            let mut there = own.clone();
            there.scan = Conditions::draw(Preset::Lab1200, seed + 77).scan;
            tell("genuine", "scanner", &print_and_scan(&print, &there, seed)?)?;
            for (ppi, preset) in [(600, Preset::Flatbed600), (1200, Preset::Lab1200)] {
                let mut first = Conditions::draw(preset, seed + 5);
                first.print = own.print.clone();
                let copy = copied(&print, &first, seed)?;
                // Another kind of press.
                let mut second = own.clone();
                for k in 0.. {
                    let other = Conditions::draw(Preset::Lab1200, seed * 31 + k);
                    if kind(&other) != kind(&own) {
                        second.print = other.print;
                        break;
                    }
                }
                let again = print_and_scan(&copy, &second, seed)?;
                tell(&format!("copy{ppi}"), kind(&second), &again)?;
            }
        }
    }
    Ok(())
}

/// Quartiles of the ratio of grain to what the press's has.
fn features(scan: &Picture, found: &Inspection, press: &Press) -> Option<[[f64; 3]; 3]> {
    let corners = found.corners()?;
    let per_mm = scan.ppi?.map(|p| p.per_mm());
    let graininess = Graininess::of_scan(per_mm)?;
    let low = |axis: usize| corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min);
    let high = |axis: usize| corners.iter().map(|c| c[axis]).fold(0.0, f64::max);
    let inset = 3.0 * per_mm[0];
    let (x0, y0) = (low(0) + inset, low(1) + inset);
    let (x1, y1) = (high(0) - inset, high(1) - inset);
    let part = scan.part([x0 as usize, y0 as usize], [(x1 - x0) as usize, (y1 - y0) as usize]);
    let plane = part.luminance(1);
    let windows = graininess.windows(&plane);
    let mut ratios: [Vec<f64>; 3] = Default::default();
    for (_, grain) in windows {
        let Some(expected) = at(&press.texture.grains, grain.light) else { continue };
        for b in 0..3 {
            ratios[b].push((grain.bands[b] / expected.bands[b]).ln());
        }
    }
    let n = ratios[0].len();
    if n < 20 {
        return None;
    }
    let quantile = |values: &mut Vec<f64>, q: f64| {
        values.sort_by(f64::total_cmp);
        values[(q * (values.len() - 1) as f64) as usize]
    };
    let mut out = [[0.0; 3]; 3];
    for b in 0..3 {
        out[0][b] = quantile(&mut ratios[b], 0.25);
        out[1][b] = quantile(&mut ratios[b], 0.1);
    }
    out[2] = [n as f64; 3];
    Some(out)
}

fn at(grains: &[Grain], light: f64) -> Option<Grain> {
    let after = grains.iter().position(|g| g.light >= light)?;
    if after == 0 {
        return None;
    }
    let (a, b) = (grains[after - 1], grains[after]);
    let t = (light - a.light) / (b.light - a.light).max(1e-6);
    let mut bands = [0.0; 3];
    for i in 0..3 {
        bands[i] = a.bands[i] + t * (b.bands[i] - a.bands[i]);
    }
    Some(Grain { light, bands })
}
