//! How genuine prints fare on the second print-and-scan model, [`measure::rival`].
//!
//! `cargo run --release -p measure --bin rival [-- --kinds a,b --part tuning --names N --seeds N
//! --first-seed N --portraits DIR --save DIR]`
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Parser;
use measure::rate::Rate;
use measure::rival::{Kind, Part, World};
use measure::{names, portraits, seed};
use tumar::Verdict;
use tumar::formats::encode;
use tumar::inspect::inspect;
use tumar::issue::embed;
use tumar::spec::{Legend, Profile};

#[derive(Parser)]
struct Options {
    /// Kinds of scans; all by default.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Which part of the ranges: tuning or final.
    #[arg(long, default_value = "tuning", value_parser = part)]
    part: Part,
    /// How many names, each on the next portrait.
    #[arg(long, default_value_t = 10)]
    names: usize,
    /// Scans of each print in each kind.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Number of the first of them.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Folders of portraits (PNG or JPEG).
    #[arg(long, default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Writes each scan into this folder.
    #[arg(long)]
    save: Option<PathBuf>,
}

fn part(name: &str) -> Result<Part> {
    match name {
        "tuning" => Ok(Part::Tuning),
        "final" => Ok(Part::Final),
        _ => bail!("there are tuning and final"),
    }
}

/// What came of one scan.
struct Trial {
    kind: Kind,
    read: bool,
    verdict: Verdict,
    seconds: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let kinds = if options.kinds.is_empty() { Kind::ALL.to_vec() } else { options.kinds.clone() };
    let profile = Profile::default();
    let portraits = portraits::portraits(&options.portraits)?;
    let mut trials = Vec::new();
    for (name, portrait) in names::names(options.names)?.iter().zip(portraits.iter().cycle()) {
        let print = embed(&portrait.picture, name, &profile)?.picture;
        let legend = Legend::of(name, usize::MAX)?;
        for &kind in &kinds {
            for number in options.first_seed..options.first_seed + options.seeds {
                let seed = seed::seed(&portrait.title, &legend.text(), number);
                let start = Instant::now();
                let scan = World::draw(kind, seed, options.part).print_and_scan(&print);
                let seconds = start.elapsed().as_secs_f64();
                if let Some(folder) = &options.save {
                    std::fs::create_dir_all(folder)?;
                    let file = format!("{kind}-{}-{number}-{:03}.png", portrait.title, seed % 1000);
                    encode::write(&folder.join(file), &scan)?;
                }
                let found = inspect(&scan, None, Some(name), &profile)?;
                let circle: Vec<_> = found
                    .reading()
                    .map_or(Vec::new(), |r| r.circle.iter().map(|r| r.symbol).collect());
                let read = Legend::from_circle(&circle).is_some_and(|found| found == legend);
                trials.push(Trial { kind, read, verdict: found.decision().verdict, seconds });
            }
        }
    }
    print(&kinds, &trials);
    Ok(())
}

fn print(kinds: &[Kind], trials: &[Trial]) {
    println!(
        "| kind | scans | all symbols right | authentic | inconclusive | altered | s a scan |"
    );
    println!("|---|---|---|---|---|---|---|");
    for &kind in kinds {
        let of_kind = || trials.iter().filter(|t| t.kind == kind);
        let verdict = |verdict| Rate::of(of_kind(), |t| t.verdict == verdict);
        let scans = of_kind().count();
        println!(
            "| {kind} | {scans} | {} | {} | {} | {} | {:.2} |",
            Rate::of(of_kind(), |t| t.read),
            verdict(Verdict::Authentic),
            verdict(Verdict::Inconclusive),
            verdict(Verdict::Altered),
            of_kind().map(|t| t.seconds).sum::<f64>() / scans.max(1) as f64,
        );
    }
}
