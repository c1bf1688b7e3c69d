//! The accuracy table: how often microtext is read, taken for another name, or seen where there is
//! none.
//!
//! `cargo run --release -p measure --bin accuracy [-- --presets a,b --strengths 0.08,0.16
//! --portraits DIR --names N --seeds N --impostors N --blank N --csv FILE --failures DIR]`
//!
//! Each scan's conditions come from its portrait, name and seed number alone: they stay the same
//! whatever else is in the run, at every strength and on any number of threads.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod records;
mod table;
mod tesseract;
mod tesseract_table;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;

use measure::{names, portraits, seed};
use tumar::channel::Preset;
use tumar::issue::embed;
use tumar::spec::{Legend, Mode, Name, Profile};

use portraits::Portrait;
use trial::{Case, Trial};

#[derive(Parser)]
struct Options {
    /// Presets of the channel; all by default.
    #[arg(long, value_delimiter = ',')]
    presets: Vec<Preset>,
    /// Strengths; the profile's by default.
    #[arg(long, value_delimiter = ',')]
    strengths: Vec<f64>,
    /// How the letters are printed, whatever the reader's profile says.
    #[arg(long, value_parser = mode)]
    mode: Option<Mode>,
    /// Folders of portraits (PNG or JPEG).
    #[arg(long, default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// How many names: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 20)]
    names: usize,
    /// How many portraits each name is printed into, in turn; 0 for all.
    #[arg(long, default_value_t = 4)]
    portraits_a_name: usize,
    /// Scans of each print in each preset.
    #[arg(long, default_value_t = 2)]
    seeds: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Names with any other letter, and with a near one, against each scan.
    #[arg(long, default_value_t = 3)]
    impostors: usize,
    /// Scans of portraits without microtext, over all presets.
    #[arg(long, default_value_t = 200)]
    blank: usize,
    /// Worker threads; as many as cores by default.
    #[arg(long)]
    threads: Option<usize>,
    /// A profile instead of the built-in one.
    #[arg(long)]
    profile: Option<PathBuf>,
    /// Lets Tesseract 5 read each scan too, if it is installed.
    #[arg(long)]
    tesseract: bool,
    /// Writes a line for each scan.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Writes each scan that was not read or judged rightly, with its conditions.
    #[arg(long)]
    failures: Option<PathBuf>,
}

/// A portrait and what it is called.
/// One print, scanned once or more often.
struct Job<'a> {
    portrait: &'a Portrait,
    name: Option<&'a Name>,
    /// The profile at the strength that is printed.
    printed: &'a Profile,
    /// Preset and seed number of each scan.
    scans: Vec<(Preset, u64)>,
}

fn main() -> Result<()> {
    let mut options = Options::parse();
    options.tesseract = options.tesseract && tesseract::installed();
    let profile = profile(options.profile.as_deref())?;
    let portraits = portraits::portraits(&options.portraits)?;
    let names = names::names(options.names)?;
    let mut strengths = options.strengths.clone();
    if strengths.is_empty() {
        strengths.push(profile.strength);
    }
    // The last is for the blank ones.
    strengths.push(0.0);
    let printed = strengths
        .iter()
        .map(|&s| {
            let profile = self::profile(options.profile.as_deref())?.with_strength(s)?;
            // At strength 0 nothing is printed: that is a tint.
            let mode = if s > 0.0 { options.mode.unwrap_or(profile.mode) } else { Mode::Tint };
            Ok(profile.with_mode(mode))
        })
        .collect::<Result<Vec<_>>>()?;
    let jobs = jobs(&options, &printed, &portraits, &names);
    let mut trials = run(&options, &profile, &jobs)?;
    trials.sort_by_key(|t| t.case.preset);
    let (blanks, trials): (Vec<Trial>, Vec<Trial>) =
        trials.into_iter().partition(|t| t.truth.is_none());
    println!(
        "{} portraits, {} names, {} prints; shares with their 95 % intervals (Wilson).\n",
        portraits.len(),
        names.len(),
        jobs.iter().filter(|job| job.name.is_some()).count(),
    );
    table::print(&trials, &blanks);
    if options.tesseract {
        tesseract_table::print(&trials);
    }
    table::print_limits(&trials, &blanks, profile.strength);
    if let Some(path) = &options.csv {
        records::write_csv(path, trials.iter().chain(&blanks))?;
    }
    Ok(())
}

fn mode(name: &str) -> Result<Mode, String> {
    match name {
        "tint" => Ok(Mode::Tint),
        "screen" => Ok(Mode::Screen),
        _ => Err("there are tint and screen".into()),
    }
}

fn profile(path: Option<&Path>) -> Result<Profile> {
    let Some(path) = path else { return Ok(Profile::default()) };
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(Profile::parse(&text)?)
}

fn jobs<'a>(
    options: &Options,
    printed: &'a [Profile],
    portraits: &'a [Portrait],
    names: &'a [Name],
) -> Vec<Job<'a>> {
    let presets = if options.presets.is_empty() { &Preset::ALL[..] } else { &options.presets };
    let seeds = options.first_seed..options.first_seed + options.seeds;
    let scans: Vec<(Preset, u64)> =
        presets.iter().flat_map(|&p| seeds.clone().map(move |seed| (p, seed))).collect();
    let each = match options.portraits_a_name {
        0 => portraits.len(),
        count => count.min(portraits.len()),
    };
    let mut jobs = Vec::new();
    let Some((blank, printed)) = printed.split_last() else { return jobs };
    for printed in printed {
        for (number, name) in names.iter().enumerate() {
            // Scripts alternate by name, so portraits move on by `each` and one more in a round.
            let first = number * each + number * each / portraits.len();
            for turn in 0..each {
                let portrait = &portraits[(first + turn) % portraits.len()];
                jobs.push(Job { portrait, name: Some(name), printed, scans: scans.clone() });
            }
        }
    }
    // Blank scans go round the presets, then round the portraits, with a new seed each round.
    for (number, portrait) in portraits.iter().enumerate() {
        let mut scans = Vec::new();
        for scan in 0..options.blank {
            if scan / presets.len() % portraits.len() == number {
                let round = scan / presets.len() / portraits.len();
                scans.push((presets[scan % presets.len()], options.first_seed + round as u64));
            }
        }
        for part in scans.chunks(8) {
            let scans = part.to_vec();
            jobs.push(Job { portrait, name: None, printed: blank, scans });
        }
    }
    jobs
}

/// All scans of all jobs, in the order of the jobs. Each worker is a pool of one thread, so that
/// the time that verify takes is one core's.
fn run(options: &Options, profile: &Profile, jobs: &[Job]) -> Result<Vec<Trial>> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or_else(cores).max(1);
    let total: usize = jobs.iter().map(|job| job.scans.len()).sum();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Vec<Mutex<Vec<Trial>>> = jobs.iter().map(|_| Mutex::default()).collect();
    let start = Instant::now();
    let progress = || {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done % 20 == 0 || done == total {
            let spent = start.elapsed().as_secs_f64();
            let left = spent / done as f64 * (total - done) as f64;
            eprintln!("{done} of {total} scans, {spent:.0} s; about {left:.0} s to go");
        }
    };
    let work = || -> Result<()> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return Ok(()) };
            let trials = pool.install(|| run_job(options, profile, job, &progress))?;
            if let Ok(mut result) = results[number].lock() {
                *result = trials;
            }
        }
    };
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        }
        Ok(())
    })?;
    Ok(results.into_iter().flat_map(|r| r.into_inner().unwrap_or_default()).collect())
}

fn run_job(
    options: &Options,
    profile: &Profile,
    job: &Job,
    progress: &impl Fn(),
) -> Result<Vec<Trial>> {
    let any = Name::new("Any", "")?;
    let name = job.name.unwrap_or(&any);
    let print = embed(&job.portrait.picture, name, job.printed)?.picture;
    let legend = match job.name {
        Some(name) => Legend::of(name, usize::MAX)?.text(),
        None => String::new(),
    };
    let mut trials = Vec::new();
    for &(preset, number) in &job.scans {
        let case = Case {
            preset,
            strength: job.printed.strength,
            portrait: job.portrait.title.clone(),
            legend: legend.clone(),
            seed: seed::seed(&job.portrait.title, &legend, number),
        };
        // The reader has its own profile, not the strength that was printed.
        let (mut trial, scan) = trial::run(&print, job.name, case, profile, options.impostors)?;
        if let Some(name) = job.name.filter(|_| options.tesseract) {
            trial.tesseract = tesseract::read(&scan, name, profile)?;
        }
        if let Some(folder) = options.failures.as_deref().filter(|_| trial.failed()) {
            records::write_failure(folder, &trial, &scan)?;
        }
        trials.push(trial);
        progress();
    }
    Ok(trials)
}
