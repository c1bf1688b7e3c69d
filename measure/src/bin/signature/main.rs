//! Signed prints: how many payloads are read and verified, which faces agree with their digests, and
//! what a forger can do.
//!
//! `cargo run --release -p measure --bin signature [-- --world channel --presets flatbed600 --prints N]`;
//! `-- --forge 100000`; `-- --faces ../shared/faces`
#![expect(clippy::print_stdout, reason = "it prints tables")]

mod faces;
mod forge;
mod trial;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::rate::Rate;
use measure::world::World;
use measure::{names, portraits};
use rayon::prelude::*;
use tumar::inspect::{Reader, Verdict};
use tumar::keys::{SecretKey, Trust};
use tumar::spec::Profile;

use trial::{Bench, Signed, Trial};

#[derive(Parser)]
struct Options {
    /// The model that prints and scans: `channel`, or the rival's parts, `tuning` and `final`.
    #[arg(long, default_value = "channel")]
    world: String,
    /// Kinds of scans.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<String>,
    /// Folders of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// How many prints.
    #[arg(long, default_value_t = 24)]
    prints: usize,
    /// Strength of the microtext; the profile's by default.
    #[arg(long)]
    strength: Option<f64>,
    /// Instead: so many forged payloads of each kind, without a print.
    #[arg(long)]
    forge: Option<usize>,
    /// Instead: how alike the digests of different people are, of this folder's pictures (sNN-N.pgm).
    #[arg(long)]
    faces: Option<PathBuf>,
    /// List the prints whose payload was not verified.
    #[arg(long)]
    failures: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(count) = options.forge {
        return forge::forge(count);
    }
    if let Some(folder) = &options.faces {
        return faces::faces(folder);
    }
    let mut profile = Profile::default();
    if let Some(strength) = options.strength {
        profile = profile.with_strength(strength)?;
    }
    let reader = Reader::new(&profile);
    let (portraits, holders) =
        (portraits::portraits(&options.portraits)?, names::names(options.prints)?);
    let key = SecretKey::generate()?;
    let bench = Bench { profile: &profile, reader: &reader, key: &key };
    println!(
        "| scans | prints | name read: unsigned | signed | payload read and verified | … a third destroyed | genuine faces: agree | called altered | least correlation | replaced faces: called altered | agree | most correlation |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for world in World::all(&options.world, &options.presets)? {
        let trials: Result<Vec<Trial>> = (0..options.prints)
            .into_par_iter()
            .map(|i| {
                let at = |i: usize| &portraits[i % portraits.len()];
                bench.trial(i, at(i), at(i + 1 + i / portraits.len()), &holders[i], world)
            })
            .collect();
        row(world, &trials?, options.failures);
    }
    Ok(())
}

fn row(world: World, trials: &[Trial], failures: bool) {
    let rate = |of: &dyn Fn(&Trial) -> bool| Rate::of(trials, |trial| of(trial));
    let is_valid =
        |check: &Option<Signed>| check.as_ref().is_some_and(|signed| signed.trust == Trust::Valid);
    let genuine: Vec<&Signed> = trials.iter().filter_map(|t| t.signed.as_ref()).collect();
    let replaced: Vec<&Signed> = trials.iter().filter_map(|t| t.replaced.as_ref()).collect();
    let of = |those: &[&Signed], is: &dyn Fn(&Signed) -> bool| {
        Rate::of(those.iter().copied(), |signed| is(signed))
    };
    let agrees = |signed: &Signed| signed.agrees;
    let is_altered = |signed: &Signed| signed.verdict == Verdict::Altered;
    let least = genuine.iter().map(|s| s.correlation).fold(1.0, f64::min);
    let most = replaced.iter().map(|s| s.correlation).fold(-1.0, f64::max);
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {least:.2} | {} | {} | {most:.2} |",
        world.name(),
        trials.len(),
        rate(&|t| t.name_unsigned),
        rate(&|t| t.name_signed),
        rate(&|t| is_valid(&t.signed)),
        rate(&|t| is_valid(&t.damaged)),
        of(&genuine, &agrees),
        of(&genuine, &is_altered),
        of(&replaced, &is_altered),
        of(&replaced, &agrees),
    );
    for trial in trials.iter().filter(|t| failures && t.replaced.as_ref().is_some_and(|s| s.agrees))
    {
        println!("    {}: another's face agrees", trial.title);
    }
    for trial in trials.iter().filter(|t| failures && !is_valid(&t.signed)) {
        println!("    {}: {}", trial.title, trial.why);
    }
}
