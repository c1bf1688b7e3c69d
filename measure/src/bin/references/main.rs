//! References that are not the portrait as issued: what is said of each.
//!
//! `cargo run --release -p measure --bin references [-- --world final --presets flatbed600,reader400
//! --prints N]`
//!
//! What forgers do to the print, and how genuine prints fare with the right reference, is in
//! `--bin attacks -- --reference`.
#![expect(clippy::print_stdout, reason = "it prints tables")]

mod fault;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::portraits::Portrait;
use measure::rate::Rate;
use measure::world::World;
use measure::{names, portraits, seed};
use rayon::prelude::*;
use tumar::inspect::Reader;
use tumar::inspect::decision::claim::Claim;
use tumar::issue::embed;
use tumar::spec::{Name, Profile};
use tumar::{Outcome, Reference};

use fault::Fault;

#[derive(Parser)]
struct Options {
    /// Who prints and scans: channel, tuning or final (the rival's two parts).
    #[arg(long, default_value = "channel")]
    world: String,
    /// Presets of the channel, or kinds of the rival.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<String>,
    /// Folders of portraits (PNG or JPEG), one a print in turn.
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Prints for each preset.
    #[arg(long, default_value_t = 10)]
    prints: usize,
    /// Number of the first print; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first: usize,
}

/// One reference held against one scan.
struct Trial {
    world: World,
    fault: Fault,
    outcome: Outcome,
    /// What is said of the reference, if something does not fit.
    said: String,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let worlds = World::all(&options.world, &options.presets)?;
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&options.portraits)?;
    let holders = names::names(20)?;
    let numbers = options.first..options.first + options.prints;
    let jobs: Vec<(World, usize)> = worlds
        .iter()
        .flat_map(|&world| numbers.clone().map(move |number| (world, number)))
        .collect();
    let trials = jobs.par_iter().map(|&(world, number)| {
        let (own, other) = (number % portraits.len(), (number + 3) % portraits.len());
        let of = [&portraits[own], &portraits[other]];
        trials(of, &holders[number % holders.len()], number, world, &reader, &profile)
    });
    let trials: Vec<Trial> =
        trials.collect::<Result<Vec<Vec<Trial>>>>()?.into_iter().flatten().collect();
    worlds.iter().for_each(|&world| table(world, &trials));
    Ok(())
}

/// All references against one scan.
fn trials(
    [own, other]: [&Portrait; 2],
    name: &Name,
    number: usize,
    world: World,
    reader: &Reader<'_>,
    profile: &Profile,
) -> Result<Vec<Trial>> {
    let print = embed(&own.picture, name, profile)?.picture;
    let scan = world.scan(&print, seed::seed(&own.title, &world.name(), number as u64))?.scan;
    let trial = |fault: Fault| {
        let picture = fault.of(&own.picture, &other.picture, &print, &scan);
        let reference = Reference::new(&picture, profile)?;
        let claim = Claim { name: Some(name), reference: Some(&reference), ..Claim::default() };
        let inspection = reader.check(&scan, None, claim)?.main;
        let why = inspection.comparison().and_then(|comparison| comparison.unexplained);
        let said = why.map_or_else(String::new, |why| format!("{why:?}"));
        let said = said.split(' ').next().unwrap_or_default().to_owned();
        Ok(Trial { world, fault, outcome: inspection.decision().verdict.outcome(), said })
    };
    Fault::ALL.into_iter().map(trial).collect()
}

fn table(world: World, trials: &[Trial]) {
    println!("**{}**\n", world.name());
    println!(
        "| reference | scans | refused | undetermined | passed | said |\n|---|---|---|---|---|---|"
    );
    for fault in Fault::ALL {
        let of: Vec<&Trial> =
            trials.iter().filter(|t| t.fault == fault && t.world == world).collect();
        let ended = |outcome| Rate::of(of.iter(), |t| t.outcome == outcome);
        let mut said = BTreeMap::<&str, usize>::new();
        of.iter()
            .filter(|t| !t.said.is_empty())
            .for_each(|t| *said.entry(&t.said).or_default() += 1);
        let said: Vec<String> = said.iter().map(|(why, count)| format!("{why} {count}")).collect();
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            fault.title(),
            of.len(),
            ended(Outcome::Failed),
            ended(Outcome::Undetermined),
            ended(Outcome::Successful),
            said.join(", ")
        );
    }
    println!();
}
