//! Drift: how soon it is signalled, and how rarely when there is none; of numbers and of scans.
//!
//! `cargo run --release -p measure --bin drift [-- --runs N --scans N --machines 1,2,5]`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod scans;
mod simulation;
mod table;

use anyhow::Result;
use clap::Parser;
use measure::{names, portraits};
use tumar::channel::Preset;

#[derive(Parser)]
struct Options {
    /// Simulated runs of a thousand documents in each row; none leaves the simulation out.
    #[arg(long, default_value_t = 400)]
    runs: usize,
    /// Scans of each machine and of each change; none leaves scans out.
    #[arg(long, default_value_t = 30)]
    scans: usize,
    /// Machines: seeds of the preset's conditions.
    #[arg(long, value_delimiter = ',', default_value = "1,2,5")]
    machines: Vec<u64>,
    /// What the machines are.
    #[arg(long, default_value = "flatbed600")]
    preset: Preset,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if options.runs > 0 {
        simulation::run(options.runs);
    }
    if options.scans > 0 {
        scans::run(options.preset, &options.machines, options.scans)?;
    }
    Ok(())
}
