//! A print shop to try whole runs on: portraits, their scans, and manifests of any length.
//!
//! `cargo run --release -p measure --bin shop -- --out shop --rows 10000 --poison 0.01`, then
//! `tumar issue shop/jobs.csv --out prints` and `tumar qa shop/scans.csv --out checked`
#![expect(clippy::print_stdout, reason = "it says what it made")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use image::GrayImage;
use measure::{names, portraits};
use portraits::Portrait;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::encode;
use tumar::imaging::{Picture, Ppi};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

/// Machines: seeds of the preset's conditions.
const MACHINES: [u64; 3] = [1, 2, 5];
/// Kinds of rows of which nothing can come.
const POISON: [&str; 5] =
    ["missing.png", "cut.png", "empty.png", "text.png", "../outside-of-the-folder.png"];

#[derive(Parser)]
struct Options {
    /// The folder to make.
    #[arg(long)]
    out: PathBuf,
    /// Scans, each of another print.
    #[arg(long, default_value_t = 60)]
    scans: usize,
    /// Rows of the manifests, which take scans and portraits in turn.
    #[arg(long, default_value_t = 1000)]
    rows: usize,
    /// Share of rows of which nothing can come.
    #[arg(long, default_value_t = 0.0)]
    poison: f64,
    /// Only each N-th row names a scan, and the others a picture of nothing, which costs nearly nothing.
    #[arg(long, default_value_t = 1)]
    nth: usize,
    #[arg(long, default_value = "flatbed600")]
    preset: Preset,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = &options.out;
    std::fs::create_dir_all(folder).context("the folder cannot be made")?;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples");
    let (names, portraits) = (names::names(options.scans)?, portraits::portraits(&[samples])?);
    let profile = Profile::default();
    for (i, name) in names.iter().enumerate() {
        let path = folder.join(format!("scan-{i:04}.png"));
        if path.exists() {
            continue;
        }
        let portrait = &portraits[i % portraits.len()].picture;
        let print = embed(portrait, name, &profile)?.picture;
        let conditions = Conditions::draw(options.preset, MACHINES[i % MACHINES.len()]);
        encode::write(&path, &print_and_scan(&print, &conditions, i as u64)?)?;
    }
    for portrait in &portraits {
        encode::write(&folder.join(format!("{}.png", portrait.title)), &portrait.picture)?;
    }
    let blank = Picture::new(GrayImage::new(40, 40).into(), Ppi(600.0));
    encode::write(&folder.join("blank.png"), &blank)?;
    poison(folder)?;
    manifests(&options, &names, &portraits)?;
    println!(
        "{}: {} scans, scans.csv and jobs.csv of {} rows",
        folder.display(),
        names.len(),
        options.rows
    );
    Ok(())
}

fn poison(folder: &Path) -> Result<()> {
    let scan = std::fs::read(folder.join("scan-0000.png"))?;
    std::fs::write(folder.join("cut.png"), &scan[..scan.len() / 2])?;
    std::fs::write(folder.join("empty.png"), "")?;
    Ok(std::fs::write(folder.join("text.png"), "no picture")?)
}

fn manifests(options: &Options, names: &[Name], portraits: &[Portrait]) -> Result<()> {
    let table =
        |file: &str| Ok::<_, std::io::Error>(BufWriter::new(File::create(options.out.join(file))?));
    let (mut jobs, mut scans) = (table("jobs.csv")?, table("scans.csv")?);
    writeln!(jobs, "id,portrait,surname,given")?;
    writeln!(scans, "id,scan,surname,given,machine")?;
    let apart = if options.poison > 0.0 { (1.0 / options.poison) as usize } else { usize::MAX };
    for i in 0..options.rows {
        let which = i % names.len();
        let (surname, given) = (names[which].surname(), names[which].given());
        let is_bad = i % apart == apart / 2;
        let bad = POISON[i / apart % POISON.len()];
        let (portrait, scan) = match is_bad {
            true => (bad.to_owned(), bad.to_owned()),
            false if !i.is_multiple_of(options.nth) => ("blank.png".into(), "blank.png".into()),
            false => (
                format!("{}.png", portraits[which % portraits.len()].title),
                format!("scan-{which:04}.png"),
            ),
        };
        let machine = which % MACHINES.len();
        writeln!(jobs, "D{i:07},{portrait},{surname},{given}")?;
        writeln!(scans, "D{i:07},{scan},{surname},{given},press {machine}")?;
    }
    jobs.flush()?;
    Ok(scans.flush()?)
}
