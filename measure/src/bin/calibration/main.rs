//! The known-name check below legibility: how often a holder is refused and an impostor accepted,
//! over the threshold.
//!
//! `cargo run --release -p measure --bin calibration [-- --preset reader400 --ppi 300 --strengths 0.12,0.17
//! --names N --others N --seeds N --csv FILE --picture FILE.svg]`
//!
//! Each scan is read once, blindly; then the holder's name, all names with one other letter and a
//! list of other names are held against that reading.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod curve;
mod impostors;
mod trial;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::Parser;
use rayon::prelude::*;

use measure::{names, portraits, rate};
use tumar::channel::Preset;
use tumar::spec::Profile;

use curve::{Curve, reaching};
use rate::Rate;
use trial::Trial;

#[derive(Parser)]
struct Options {
    /// The preset whose conditions are drawn.
    #[arg(long, default_value = "reader400")]
    preset: Preset,
    /// Resolution of the scans in place of the preset's, pixels an inch.
    #[arg(long, default_value_t = 300.0)]
    ppi: f64,
    /// Strengths, 0..1.
    #[arg(long, value_delimiter = ',', default_value = "0.12,0.17")]
    strengths: Vec<f64>,
    /// Folder of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// How many holders: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 60)]
    names: usize,
    /// How many other names, from the same model.
    #[arg(long, default_value_t = 4000)]
    others: usize,
    /// Scans of each print.
    #[arg(long, default_value_t = 8)]
    seeds: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// The curve.
    #[arg(long, default_value = "docs/calibration.csv")]
    csv: PathBuf,
    /// Its picture, as SVG.
    #[arg(long, default_value = "docs/calibration.svg")]
    picture: PathBuf,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let portraits = portraits::portraits(&[&options.portraits])?;
    let all = names::names(options.names + options.others)?;
    let (holders, others) = all.split_at(options.names);
    let profiles = options
        .strengths
        .iter()
        .map(|&s| Ok(Profile::default().with_strength(s)?))
        .collect::<Result<Vec<_>>>()?;
    let prints: Vec<_> = profiles
        .iter()
        .flat_map(|profile| holders.iter().enumerate().map(move |h| (profile, h)))
        .collect();
    let done = AtomicUsize::new(0);
    let setting = trial::Setting {
        preset: options.preset,
        ppi: options.ppi,
        seeds: options.first_seed..options.first_seed + options.seeds,
        others,
    };
    let trials = prints
        .par_iter()
        .map(|&(profile, (number, name))| {
            let portrait = &portraits[number % portraits.len()];
            let trials = trial::run(portrait, name, profile, &setting)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(10) || done == prints.len() {
                eprintln!("{done} of {} prints", prints.len());
            }
            Ok(trials)
        })
        .collect::<Result<Vec<Vec<Trial>>>>()?
        .concat();
    report(&options, &trials)
}

fn report(options: &Options, trials: &[Trial]) -> Result<()> {
    let many =
        |of: fn(&Trial) -> &[f32]| -> Vec<f32> { trials.iter().flat_map(of).copied().collect() };
    let holders = trials.iter().map(|t| t.holder).collect();
    let curve = Curve::new([holders, many(|t| &t.neighbours), many(|t| &t.others)]);
    let sum = |of: fn(&Trial) -> usize| trials.iter().map(of).sum::<usize>();
    println!(
        "{} at {} ppi, {} scans; {} comparisons with one letter other, {} with other names (of which \
         {} have the length that was found and are not contradicted by the letters), {} with a letter more or less, {} of them of the length \
         that was found.\n",
        options.preset,
        options.ppi,
        trials.len(),
        sum(|t| t.neighbours.len()),
        sum(|t| t.others.len()),
        sum(|t| t.others.iter().filter(|v| **v > f32::NEG_INFINITY).count()),
        sum(|t| t.lengths.of),
        sum(|t| t.lengths.hits),
    );
    let limit = curve.limit();
    println!(
        "| strength | scans | length found | exact | accepted by the verdict | at {limit:.2} |"
    );
    println!("|---|---|---|---|---|---|");
    for &strength in options.strengths.iter().chain(&[f64::NAN]) {
        let all = strength.is_nan();
        let group: Vec<&Trial> =
            trials.iter().filter(|t| all || t.strength.total_cmp(&strength).is_eq()).collect();
        let title = if all { "**all**".to_owned() } else { strength.to_string() };
        println!(
            "| {title} | {} | {} | {} | {} | {} |",
            group.len(),
            Rate::of(&group, |t| t.placed),
            Rate::of(&group, |t| t.exact),
            Rate::of(&group, |t| t.accepted),
            Rate::of(&group, |t| t.holder >= limit),
        );
    }
    let wrongly = Rate { hits: sum(|t| t.neighbours_accepted), of: sum(|t| t.neighbours.len()) };
    let [low, high] = wrongly.interval().map(|v| v * 1e6);
    println!(
        "\nThe verdict accepts {} of the one-letter impostors: {:.1} [{low:.1}–{high:.1}] ppm. Holders with a \
         text of the right length: {}.",
        wrongly.hits,
        wrongly.share() * 1e6,
        reaching(&curve.holders, f32::MIN),
    );
    curve.print();
    curve.write_csv(&options.csv)?;
    let title = format!("{} at {} ppi, {} scans", options.preset, options.ppi, trials.len());
    curve.write_picture(&options.picture, &title)
}
