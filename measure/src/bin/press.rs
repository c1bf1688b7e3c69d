//! Presses of another build than the crate's model, drawn at random: what a calibration recovers of them,
//! and how often their prints are read, foretold and found.
//!
//! `cargo run --release -p measure --bin press [-- --presses 20 --prints N --seed S --closes X --darkest N]`
#![expect(clippy::print_stdout, reason = "it prints tables")]

#[path = "../../../tests/integration/line_scan.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod line_scan;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use line_scan::LineScan;
use measure::{names, portraits};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tumar::press::calibrate;
use tumar::press::calibrate::edges::LETTERS;
use tumar::press::correction::{self, Correction};
use tumar::press::prediction::{Prediction, Scanner, predict};
use tumar::press::sheet::{Size, sheet};
use tumar::{Outcome, Picture, Ppi, Profile, Reader, embed};

#[derive(Parser)]
struct Options {
    /// How many presses.
    #[arg(long, default_value_t = 20)]
    presses: usize,
    /// Prints of each, foretold and found.
    #[arg(long, default_value_t = 0)]
    prints: usize,
    /// The first press's seed.
    #[arg(long, default_value_t = 100)]
    seed: u64,
    /// By how much too much ink all lay: their shadows are lost.
    #[arg(long, default_value_t = 0.0)]
    closes: f64,
    /// Only so many portraits, the darkest.
    #[arg(long)]
    darkest: Option<usize>,
    /// A folder of portraits.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
}

/// A press from ranges wider than the presets'.
fn draw(seed: u64, closes: f64) -> LineScan {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    LineScan {
        paper: random.random_range(0.72..0.95),
        black: random.random_range(0.008..0.09),
        n: random.random_range(1.0..2.2),
        spot: random.random_range(0.02..0.19),
        closes,
        screen: None,
        scale: random.random_range(0.97..1.03),
        grain: random.random_range(0.0..0.12),
        ppi: [400.0, 600.0, 1200.0][random.random_range(0..3)],
        turn_deg: random.random_range(-8.0..8.0),
        well: random.random_range(1_000.0..50_000.0),
        levels: None,
        flare: 0.0,
        seed,
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = Profile::default();
    let (portraits, holders) =
        (portraits::portraits(&[options.portraits])?, names::names(options.prints.max(1))?);
    let mut pictures: Vec<Picture> = portraits.into_iter().map(|p| p.picture).collect();
    if let Some(darkest) = options.darkest {
        pictures.sort_by_cached_key(|picture| {
            (1e6 * picture.luminance(1).mean().unwrap_or(0.0)) as u32
        });
        pictures.truncate(darkest);
    }
    let page = sheet(Size::Card, "TEST", &[], Ppi(1200.0))?;
    println!(
        "| press | ppi, turn | gain: true, found | MTF50, 1/mm: true, found | contrast of letters: true, found | scale, %: true, found | paper, black: off by | noise, %: true, found | foretold read, accepted | found | with the press's own profile |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for seed in options.seed..options.seed + options.presses as u64 {
        let truth = draw(seed, options.closes);
        let press = calibrate::measure(&truth.scan(&page), None)
            .map_err(anyhow::Error::from)
            .and_then(|s| Ok(calibrate::press(&[s])?));
        let press = match press {
            Ok(press) => press,
            Err(error) => {
                println!("| {seed} | {} | {error} |", truth.ppi);
                continue;
            }
        };
        let [across, down] = press.edges.mtf50();
        let (foretold, found) = if options.prints > 0 {
            let foretold =
                predict(&press, Scanner::Own, &pictures, &holders, options.prints, &profile)?;
            let find = |own: &Own| find(&truth, &pictures, &holders, options.prints, own);
            let by_own = Own {
                correction: Correction::of(&press).ok(),
                profile: correction::profile(&press, &profile)?,
            };
            let found = find(&Own { correction: None, profile: profile.clone() })?;
            (said(&foretold), format!("{} | {}", said(&found), said(&find(&by_own)?)))
        } else {
            (String::new(), String::new())
        };
        println!(
            "| {seed} | {}, {:+.1}° | {:.3}, {:.3} | {:.2}, {:.2} | {:.3}, {:.3} | {:.2}, {:.2} | {:+.3}, {:+.3} | {:.2}, {:.2} | {foretold} | {found} |",
            truth.ppi,
            truth.turn_deg,
            truth.gain(),
            press.tones.gain.value,
            truth.mtf50(),
            (across * down).sqrt(),
            truth.mtf(LETTERS),
            (press.edges.letters[0].value * press.edges.letters[1].value).sqrt(),
            100.0 * truth.scale,
            100.0 * 0.5 * (press.scale[0].value + press.scale[1].value),
            press.tones.paper.value - truth.paper,
            press.tones.black.value - truth.black,
            100.0 * truth.noise(),
            100.0 * press.texture.noise.value,
        );
    }
    Ok(())
}

/// By what it is printed.
struct Own {
    correction: Option<Correction>,
    profile: Profile,
}

/// The same prints by the press itself.
fn find(
    truth: &LineScan,
    pictures: &[Picture],
    names: &[tumar::Name],
    prints: usize,
    own: &Own,
) -> Result<Prediction> {
    // A reader knows nothing of the press.
    let usual = Profile::default();
    let reader = Reader::new(&usual);
    let one = |i: usize| -> Result<[bool; 2]> {
        let name = &names[i % names.len()];
        let portrait = &pictures[i % pictures.len()];
        let lifted = own.correction.as_ref().map(|correction| correction.lifted(portrait));
        let printed = embed(lifted.as_ref().unwrap_or(portrait), name, &own.profile)?.picture;
        let printed = match &own.correction {
            Some(correction) => correction.corrected(printed),
            None => printed,
        };
        let turn_deg = 4.0 * (i as f64 * 0.618_034).fract() - 2.0;
        let scan =
            LineScan { turn_deg, seed: truth.seed + i as u64, ..truth.clone() }.scan(&printed);
        let found = reader.inspect(&scan, None, Some(name))?;
        let accepted = found.decision().verdict.outcome() == Outcome::Successful;
        Ok([found.evidence().established().is_some(), accepted])
    };
    let all: Result<Vec<[bool; 2]>> = (0..prints).into_par_iter().map(one).collect();
    let all = all?;
    let count = |which: usize| all.iter().filter(|one| one[which]).count();
    Ok(Prediction { prints, read: count(0), accepted: count(1) })
}

fn said(found: &Prediction) -> String {
    let [[_, r0, r1], [_, a0, a1]] = found.shares();
    format!(
        "{} [{r0:.2}–{r1:.2}], {} [{a0:.2}–{a1:.2}] of {}",
        found.read, found.accepted, found.prints
    )
}
