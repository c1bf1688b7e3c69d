//! Keyed prints: how many are confirmed, and whether any document that is not theirs is.
//!
//! `cargo run --release -p measure --bin keyed [-- --presets flatbed600,reader400 --names N --seeds N]`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints a table and progress")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::Parser;
use measure::{names, portraits, rate, seed};
use rayon::prelude::*;
use tumar::Outcome;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;
use tumar::inspect::decision::claim::{Claim, KeyClaim};
use tumar::inspect::decision::key_check::{CONFIRMED, Keyed};
use tumar::inspect::{Inspection, Reader};
use tumar::issue::{embed, print};
use tumar::spec::{DocumentNumber, Imprint, IssuerKey, Legend, Name, Profile};

use rate::Rate;

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<Preset>,
    /// Folder of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// How many holders: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 24)]
    names: usize,
    /// Scans of each print.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Other documents that each keyed scan is held against.
    #[arg(long, default_value_t = 1000)]
    others: usize,
    /// Worker threads; as many as cores by default.
    #[arg(long)]
    threads: Option<usize>,
}

/// One keyed print and one with the right name and no key, scanned alike.
struct Trial {
    genuine: Outcome,
    why: String,
    /// The name not told.
    blind: Outcome,
    forged: Outcome,
    /// log10 of the chance of as many right lines by accident.
    chance: Option<f64>,
    /// Other documents, and those of them that would have been confirmed.
    others: [usize; 2],
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(threads) = options.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let (profile, key) = (Profile::default(), IssuerKey::generate()?);
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&[&options.portraits])?;
    let holders = names::names(options.names)?;
    println!(
        "| preset | scans | confirmed | confirmed, name not told | least clear, by accident once in | right name without key: passed | refused | other documents confirmed |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for preset in &options.presets {
        let jobs: Vec<(usize, u64)> =
            (0..holders.len()).flat_map(|i| (0..options.seeds).map(move |n| (i, n))).collect();
        let done = AtomicUsize::new(0);
        let trial = |&(i, number): &(usize, u64)| {
            let portrait = &portraits[(i + number as usize) % portraits.len()];
            let seed = seed::seed(&portrait.title, &format!("{preset}{i}"), number);
            let conditions = Conditions::draw(*preset, seed);
            let scan = |print: &Picture| print_and_scan(print, &conditions, seed);
            let trial =
                run(&portrait.picture, &holders[i], &key, &reader, &profile, scan, options.others);
            if let Ok(Trial { genuine: Outcome::Failed | Outcome::Undetermined, why, .. }) = &trial
            {
                eprintln!("{preset}, {}, holder {i}: {why}", portrait.title);
            }
            eprintln!("{preset}: {} of {}", done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
            trial
        };
        let trials: Vec<Trial> = jobs.par_iter().map(trial).collect::<Result<_>>()?;
        let passed =
            |of: fn(&Trial) -> Outcome| Rate::of(&trials, |trial| of(trial) == Outcome::Successful);
        let refused = Rate::of(&trials, |trial| trial.forged == Outcome::Failed);
        let clear = trials.iter().filter_map(|t| t.chance).fold(f64::NEG_INFINITY, f64::max);
        let sum = |i: usize| trials.iter().map(|trial| trial.others[i]).sum::<usize>();
        println!(
            "| {preset} | {} | {} | {} | 10^{:.0} | {} | {refused} | {} of {} |",
            trials.len(),
            passed(|trial| trial.genuine),
            passed(|trial| trial.blind),
            -clear,
            passed(|trial| trial.forged),
            sum(1),
            sum(0),
        );
    }
    Ok(())
}

fn run(
    portrait: &Picture,
    name: &Name,
    key: &IssuerKey,
    reader: &Reader<'_>,
    profile: &Profile,
    scan: impl Fn(&Picture) -> Result<Picture, tumar::channel::ChannelError>,
    others: usize,
) -> Result<Trial> {
    let document: DocumentNumber = "N1234567".parse()?;
    let imprint = Imprint::keyed(name, profile, key, &document)?;
    let (own, forged) = (
        scan(&print(portrait, &imprint, profile)?.picture)?,
        scan(&embed(portrait, name, profile)?.picture)?,
    );
    let issue = KeyClaim { keys: vec![key.clone()], document };
    let check = |scan: &Picture, name| -> Result<Inspection> {
        Ok(reader.check(scan, None, Claim { name, key: Some(&issue), ..Claim::default() })?.main)
    };
    let (genuine, blind) = (check(&own, Some(name))?, check(&own, None)?);
    let forged = check(&forged, Some(name))?;
    let legend = Legend::of(name, profile.most_symbols)?;
    let mut counts = [0; 2];
    for number in 0..others {
        let issue =
            KeyClaim { keys: vec![key.clone()], document: format!("X{number:06}").parse()? };
        let columns = genuine.columns();
        let other = columns.and_then(|columns| Keyed::check(columns, &issue, &legend, profile));
        let confirmed = other.is_some_and(|other| other.log10_chance() <= CONFIRMED);
        counts = [counts[0] + 1, counts[1] + usize::from(confirmed)];
    }
    Ok(Trial {
        genuine: genuine.decision().verdict.outcome(),
        why: genuine.decision().reasons.join("; "),
        blind: blind.decision().verdict.outcome(),
        forged: forged.decision().verdict.outcome(),
        chance: genuine.keyed().map(Keyed::log10_chance),
        others: counts,
    })
}
