//! What forgers try, and how much of it is caught.
//!
//! `cargo run --release -p measure --bin attacks [-- --presets flatbed600,reader400 --names N --seeds N]`
//!
//! Every print is keyed. It is changed, scanned by the model and held against the holder's name, the
//! document's number and the key.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod attack;
mod trial;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::Parser;
use measure::{names, portraits, rate, seed};
use rayon::prelude::*;
use tumar::Outcome;
use tumar::channel::Preset;
use tumar::inspect::Reader;
use tumar::spec::{IssuerKey, Profile};

use attack::{Attack, Case};
use rate::Rate;
use trial::Trial;

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400,worn")]
    presets: Vec<Preset>,
    /// Folders of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// How many holders: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 10)]
    names: usize,
    /// Scans of each print.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Genuine prints for each one that is attacked.
    #[arg(long, default_value_t = 4)]
    genuine: u64,
    /// Writes the overlay of each scan that was not judged rightly.
    #[arg(long)]
    failures: Option<PathBuf>,
    /// Writes every trial: preset, attack, verdict, the letters' blur in millimetres, their contrast.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Only attacks whose title holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Worker threads; as many as cores by default.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(threads) = options.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&options.portraits)?;
    let holders = names::names(options.names + 1)?;
    let key = IssuerKey::generate()?;
    let mut jobs = Vec::new();
    for (i, name) in holders[..options.names].iter().enumerate() {
        for preset in &options.presets {
            for attack in Attack::ALL.into_iter().filter(|a| a.title().contains(&options.only)) {
                let times = if attack.is_none() { options.genuine } else { 1 };
                let seeds = options.first_seed..options.first_seed + options.seeds * times;
                jobs.extend(seeds.map(|number| (i, name, *preset, attack, number)));
            }
        }
    }
    let done = AtomicUsize::new(0);
    let trial = |&(i, name, preset, attack, number): &(usize, _, Preset, Attack, u64)| {
        let portrait = &portraits[(i + number as usize) % portraits.len()];
        let case = Case {
            profile: &profile,
            key: &key,
            document: format!("N{:07}", 1000 + i).parse()?,
            name,
            portrait: &portrait.picture,
            stranger: &portraits[(i + number as usize + 3) % portraits.len()].picture,
            other_name: &holders[i + 1],
            seed: seed::seed(&portrait.title, &format!("{preset}{i}"), number),
        };
        let trial = trial::run(attack, &case, preset, &reader);
        let count = done.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(50) {
            eprintln!("{count} of {}", jobs.len());
        }
        let trial = trial?;
        if attack.is_none() != (trial.outcome() == Outcome::Successful) {
            eprintln!("{preset} {} {}: {:?}", portrait.title, attack.title(), trial.verdict);
            if let Some(folder) = &options.failures {
                let file = format!("{preset}-{}-{attack:?}-{i}-{number}.png", portrait.title);
                std::fs::create_dir_all(folder)?;
                trial.overlay.save(folder.join(&file))?;
                trial.scan.save(folder.join(format!("scan-{file}")))?;
            }
        }
        Ok(trial)
    };
    let trials: Vec<Trial> = jobs.par_iter().map(trial).collect::<Result<_>>()?;
    for preset in &options.presets {
        table(*preset, &trials);
    }
    if let Some(file) = &options.csv {
        std::fs::write(file, csv(&trials))?;
    }
    Ok(())
}

fn table(preset: Preset, trials: &[Trial]) {
    println!("**{preset}**\n");
    println!(
        "| attack | scans | refused | undetermined | passed | readable places found | F1 | middle off, mm |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for attack in Attack::ALL {
        let of: Vec<&Trial> =
            trials.iter().filter(|t| t.attack == attack && t.preset == preset).collect();
        if of.is_empty() {
            continue;
        }
        let ended = |outcome| Rate::of(of.iter(), |t| t.outcome() == outcome);
        let found: Vec<&trial::Found> = of.iter().filter_map(|t| t.found.as_ref()).collect();
        let mean = |values: Vec<f64>| match values.len() {
            0 => "–".to_owned(),
            n => format!("{:.2} ({n})", values.iter().sum::<f64>() / n as f64),
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            attack.title(),
            of.len(),
            ended(Outcome::Failed),
            ended(Outcome::Undetermined),
            ended(Outcome::Successful),
            match found.len() {
                0 => "–".to_owned(),
                _ => Rate::of(found.iter(), |f| f.off_mm.is_some()).to_string(),
            },
            mean(found.iter().filter(|f| f.off_mm.is_some()).map(|f| f.f1).collect()),
            mean(found.iter().filter_map(|f| f.off_mm).collect()),
        );
    }
    let chances = trials.iter().filter(|t| t.preset == preset && t.attack == Attack::Genuine);
    let weakest = chances.filter_map(|t| t.log10_chance).fold(f64::NEG_INFINITY, f64::max);
    println!(
        "\nThe genuine print whose key stands least clear: once in 10^{:.0} by accident.\n",
        -weakest
    );
}

fn csv(trials: &[Trial]) -> String {
    let mut out = "preset,attack,verdict,blur_mm,contrast\n".to_owned();
    for trial in trials {
        let [blur, contrast] = trial
            .letters
            .map_or([const { String::new() }; 2], |letters| letters.map(|v| format!("{v:.4}")));
        let Trial { preset, attack, verdict, .. } = trial;
        out += &format!("{preset},{attack:?},{verdict:?},{blur},{contrast}\n");
    }
    out
}
