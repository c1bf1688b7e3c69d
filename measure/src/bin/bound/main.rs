//! The bound: how far the reader is from one that is told everything but the text.
//!
//! `cargo run --release -p measure --bin bound [-- --presets a,b --strengths 0.08,0.16 --names N
//! --portraits DIR --seeds N --csv FILE]`
//!
//! Both read the same scans. The told reader has the channel's own geometry, the lines' phases, the
//! length of the text, and from scans of the same print with and without letters the point spread,
//! the height of the letters at each place, and the spectrum of what disturbs them (see `told.rs`).
//! On a whitened field it takes the likeliest text (North 1943; Viterbi 1967).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod kernel;
mod place;
mod probit;
mod spectrum;
mod table;
mod told;
mod trial;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use rayon::prelude::*;

use measure::{names, portraits};
use tumar::channel::Preset;
use tumar::spec::Name;

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "lab1200,flatbed600,reader500,reader400,phone,worn"
    )]
    presets: Vec<Preset>,
    /// Strengths, 0..1; by default from 0.02 to 0.24 in steps of 1.5 dB.
    #[arg(long, value_delimiter = ',')]
    strengths: Vec<f64>,
    /// Folder of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// How many names: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 8)]
    names: usize,
    /// Scans of each print in each preset.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Writes a line for each scan.
    #[arg(long)]
    csv: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut strengths = options.strengths.clone();
    if strengths.is_empty() {
        let (first, last) = (probit::decibels(0.02), probit::decibels(0.24));
        let steps = ((last - first) / 1.5).round();
        let at = |i: usize| probit::strength(first + (last - first) * i as f64 / steps);
        strengths = (0..=steps as usize).map(|i| (at(i) * 1e3).round() / 1e3).collect();
    }
    let portraits = portraits::portraits(&[&options.portraits])?;
    let names = names::names(options.names)?;
    let prints: Vec<(usize, &Name)> = names.iter().enumerate().collect();
    let total = prints.len() * strengths.len() * options.presets.len() * options.seeds as usize;
    let (done, start) = (AtomicUsize::new(0), Instant::now());
    let progress = || {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(20) || done == total {
            let spent = start.elapsed().as_secs_f64();
            let left = spent / done as f64 * (total - done) as f64;
            eprintln!("{done} of {total} scans, {spent:.0} s; about {left:.0} s to go");
        }
    };
    let seeds = options.first_seed..options.first_seed + options.seeds;
    let trials = prints
        .par_iter()
        .map(|&(number, name)| {
            let case = trial::Case { portrait: &portraits[number % portraits.len()], name };
            trial::run(&case, &options.presets, &strengths, seeds.clone(), &progress)
        })
        .collect::<Result<Vec<_>>>()?
        .concat();
    println!(
        "{} names, {} portraits, {} scans; shares with their 95 % intervals (Wilson).\n",
        names.len(),
        portraits.len().min(names.len()),
        trials.len(),
    );
    table::print_shares(&trials, &options.presets, &strengths);
    table::print_thresholds(&trials, &options.presets, &strengths);
    if let Some(path) = &options.csv {
        table::write_csv(path, &trials)?;
    }
    Ok(())
}
