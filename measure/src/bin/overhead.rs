//! What a run costs beyond the bare inspections: journal, hashing, measures, results, report.
//!
//! `cargo run --release -p measure --bin overhead -- shop/scans.csv [--pairs N]`: the same scans on one thread, read
//! and inspected in a loop, and by a run of `qa` in a new folder, in turn; the ratio of each pair.
#![expect(clippy::print_stdout, reason = "it prints its table")]

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use tumar::files::Limits;
use tumar::formats::decode;
use tumar::inspect::Reader;
use tumar::inspect::decision::claim::Claim;
use tumar::run::{Command, Counts, Folder, Inputs, Inspector, Manifest, Run, Terms, Watch};
use tumar::spec::{Name, Profile};

#[derive(Parser)]
struct Options {
    /// A manifest of scans, all of them good.
    scans: PathBuf,
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Pages for examiners, as `tumar qa --inspections`.
    #[arg(long, default_value_t = 0)]
    inspections: usize,
}

struct Nobody;

impl Watch for Nobody {
    fn progress(&mut self, _: &Counts) {}
    fn note(&mut self, _: &str) {}
    fn finishing(&mut self) {}
}

fn main() -> Result<()> {
    let options = Options::parse();
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let manifest = Manifest::open(&options.scans, Command::Qa)?;
    println!("| bare, s | run, s | ratio |\n|---|---|---|");
    let mut ratios = Vec::new();
    for pair in 0..=options.pairs {
        let begun = Instant::now();
        bare(&manifest, &reader)?;
        let bare = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        whole(&manifest, &reader, &profile, options.inspections)?;
        let whole = begun.elapsed().as_secs_f64();
        // The first pair makes the reader's templates.
        if pair > 0 {
            println!("| {bare:.2} | {whole:.2} | {:.3} |", whole / bare);
            ratios.push(whole / bare);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median {:.3}", ratios.get(ratios.len() / 2).context("no pair")?);
    Ok(())
}

fn bare(manifest: &Manifest, reader: &Reader<'_>) -> Result<()> {
    for row in manifest.rows()? {
        let fields = row?.fields.map_err(anyhow::Error::msg)?;
        let picture = decode::read(&manifest.folder().join(fields.text("scan")))?;
        let name = Name::new(fields.text("surname"), fields.text("given"))?;
        let claim = Claim { name: Some(&name), ..Claim::default() };
        std::hint::black_box(reader.check(&picture, None, claim)?);
    }
    Ok(())
}

fn whole(
    manifest: &Manifest,
    reader: &Reader<'_>,
    profile: &Profile,
    inspections: usize,
) -> Result<()> {
    let out = tempfile::tempdir()?;
    let folder = Folder::claim(out.path())?;
    let inspector = Inspector {
        profile,
        reader,
        ppi: None,
        keys: &[],
        trust: None,
        printing: None,
        inputs: Inputs {
            folder: manifest.folder().to_owned(),
            outside: false,
            limits: Limits::default(),
        },
        issued: None,
    };
    let run = Run {
        manifest,
        folder: &folder,
        terms: Terms::new(Command::Qa, manifest.digest, manifest.rows, profile.digest),
        threads: NonZero::<usize>::MIN,
        distributor: None,
        issued: None,
        retry: false,
    };
    run.qa(&inspector, &[], inspections, &AtomicBool::new(false), &mut Nobody)?;
    Ok(())
}
