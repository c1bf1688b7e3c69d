//! The likelihood ratio: fits the map from scores to ratios on one half of portraits and names, and
//! says how good the reader's ratios are on the other half.
//!
//! `cargo run --release -p measure --bin likelihood [-- --fit a,b@300 --test a,b+screen --names N
//! --portraits DIR --trials DIR --picture FILE.svg]`
//!
//! Each scan is read once, blindly; then the holder's name, any names and such as differ from the
//! holder's in one letter are held against that reading, as many of the one as of the other.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod condition;
mod picture;
mod table;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use clap::Parser;
use rayon::prelude::*;

use measure::{names, portraits};
use tumar::inspect::Reader;
use tumar::inspect::decision::likelihood::MAP;
use tumar::spec::{Name, Profile};

use condition::Condition;
use portraits::Portrait;
use table::Scores;
use trial::{Print, Trial};

/// Any names against each scan; as many are near the holder's.
const OTHERS: usize = 8;

#[derive(Parser)]
struct Options {
    /// Conditions that the map is fitted to: a preset, perhaps @ppi.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "lab1200,flatbed600,reader500,reader400,phone,worn,flatbed600@300,reader400@300"
    )]
    fit: Vec<Condition>,
    /// Conditions that the ratios are tested in, at the profile's strength; +screen for the letter screen.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "lab1200,flatbed600,reader500,reader400,phone,worn,reader400@300,flatbed600+screen,reader400+screen"
    )]
    test: Vec<Condition>,
    /// Strengths of the prints that the map is fitted to.
    #[arg(long, value_delimiter = ',', default_value = "0.10,0.13,0.17")]
    strengths: Vec<f64>,
    /// Strengths, in the conditions of the fit, of a second test: prints that are hardly legible.
    #[arg(long, value_delimiter = ',', default_value = "0.08,0.10,0.13")]
    faint: Vec<f64>,
    /// Folder of portraits (PNG or JPEG), one a name in turn; every second is tested on.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// How many holders in each half: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 60)]
    names: usize,
    /// Keeps what the scans showed here, and takes from here what was kept.
    #[arg(long)]
    trials: Option<PathBuf>,
    /// Picture of the ratios, as SVG.
    #[arg(long, default_value = "docs/likelihood.svg")]
    picture: PathBuf,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let portraits = portraits::portraits(&[&options.portraits])?;
    let count = 2 * options.names;
    let names = names::names((1 + OTHERS) * count)?;
    let (holders, others) = names.split_at(count);
    let halves = [0, 1].map(|which| Half {
        portraits: portraits.iter().skip(which).step_by(2).collect(),
        // Scripts alternate.
        holders: holders.chunks(2).skip(which).step_by(2).flatten().collect(),
        others: &others[which * OTHERS * options.names..][..OTHERS * options.names],
    });
    let usual = [Profile::default().strength];
    let [fit, test, faint] = [
        (&halves[0], "fit", &options.strengths[..], &options.fit),
        (&halves[1], "test", &usual, &options.test),
        (&halves[1], "faint", &options.faint, &options.fit),
    ]
    .map(|(half, title, strengths, conditions)| {
        kept(options.trials.as_deref(), title, || half.scanned(title, strengths, conditions))
    });
    let (fit, test, faint) = (fit?, test?, faint?);

    let scores = Scores::of(&fit);
    println!("Fitted to {} scans: {:?}\n", fit.len(), scores.fitted());
    println!("Below, as the reader has it: {MAP:?}\n");
    table::print_conditions(&test, &fit);
    println!("\nPrints of strength {:?}:\n", options.faint);
    table::print_conditions(&faint, &fit);
    let tested = [test, faint].concat();
    table::print_names(&tested);
    let bins = table::print_bins(&Scores::of(&tested));
    picture::write(&options.picture, &Scores::of(&tested), &bins)
}

/// Portraits and names that the other half does not have.
struct Half<'a> {
    portraits: Vec<&'a Portrait>,
    holders: Vec<&'a Name>,
    others: &'a [Name],
}

impl Half<'_> {
    /// Scans of a print for each holder, of which portraits and strengths take turns.
    fn scanned(
        &self,
        title: &str,
        strengths: &[f64],
        conditions: &[Condition],
    ) -> Result<Vec<Trial>> {
        let (profile, done) = (Profile::default(), AtomicUsize::new(0));
        let reader = Reader::new(&profile);
        let of = |(number, holder): (usize, &&Name)| {
            let print = Print {
                portrait: self.portraits[number % self.portraits.len()],
                holder,
                others: &self.others[number * OTHERS..][..OTHERS],
                strength: strengths[number % strengths.len()],
            };
            let trials = print.scanned(conditions, &reader)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            eprintln!("{title}: {done} of {} prints", self.holders.len());
            Ok(trials)
        };
        let trials = self.holders.par_iter().enumerate().map(of);
        Ok(trials.collect::<Result<Vec<_>>>()?.concat())
    }
}

/// The trials that are kept under this title, or else those that are made, which are then kept.
fn kept(
    folder: Option<&Path>,
    title: &str,
    make: impl FnOnce() -> Result<Vec<Trial>>,
) -> Result<Vec<Trial>> {
    let Some(folder) = folder else { return make() };
    let path = folder.join(format!("{title}.jsonl"));
    let named = || path.display().to_string();
    if path.exists() {
        let text = fs::read_to_string(&path).with_context(named)?;
        return text.lines().map(|line| serde_json::from_str(line).with_context(named)).collect();
    }
    let trials = make()?;
    let lines = trials.iter().map(|trial| Ok(serde_json::to_string(trial)? + "\n"));
    fs::create_dir_all(folder).with_context(named)?;
    fs::write(&path, lines.collect::<Result<String>>()?).with_context(named)?;
    Ok(trials)
}
