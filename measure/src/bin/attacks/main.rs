//! What forgers try, how much of it is caught, and how often what is genuine is accused.
//!
//! `cargo run --release -p measure --bin attacks -- --world channel --presets flatbed600,reader400`
//!
//! Prints are changed, scanned by the channel or by the rival, and held against the holder's name; keyed
//! ones against the key and the document's number, too.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod trial;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use clap::Parser;
use measure::forgery::{Attack, Case};
use measure::rate::Rate;
use measure::world::World;
use measure::{names, portraits, seed};
use rayon::prelude::*;
use tumar::Outcome;
use tumar::inspect::Reader;
use tumar::spec::{IssuerKey, Profile};

use trial::Trial;

#[derive(Parser)]
struct Options {
    /// Who prints and scans: channel, tuning or final (the rival's two parts).
    #[arg(long, default_value = "channel")]
    world: String,
    /// Presets of the channel, or kinds of the rival, which have the same names.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "flatbed600,reader500,reader400,phone,worn"
    )]
    presets: Vec<String>,
    /// Folders of portraits (PNG or JPEG), one a print in turn.
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Names in turn: 20 built in, the others from a letter model.
    #[arg(long, default_value_t = 20)]
    names: usize,
    /// Prints of each attack and preset.
    #[arg(long, default_value_t = 10)]
    prints: usize,
    /// Number of the first print; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// Prints are keyed.
    #[arg(long)]
    keyed: bool,
    /// Scans are held against the portrait as issued, too.
    #[arg(long)]
    reference: bool,
    /// Only attacks whose title holds one of these.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Writes the overlay and the scan of each one that was not judged rightly.
    #[arg(long)]
    failures: Option<PathBuf>,
    /// Writes every trial.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Worker threads; as many as cores by default.
    #[arg(long)]
    jobs: Option<usize>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(jobs) = options.jobs {
        rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global()?;
    }
    let worlds = World::all(&options.world, &options.presets)?;
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&options.portraits)?;
    let holders = names::names(options.names + 1)?;
    let key = options.keyed.then(IssuerKey::generate).transpose()?;
    let wanted = |attack: &Attack| {
        options.only.is_empty() || options.only.iter().any(|part| attack.title().contains(part))
    };
    let attacks: Vec<Attack> = Attack::ALL.into_iter().filter(wanted).collect();
    let numbers = options.first..options.first + options.prints;
    let mut jobs = Vec::new();
    for &world in &worlds {
        for &attack in &attacks {
            jobs.extend(numbers.clone().map(|number| (world, attack, number)));
        }
    }
    let done = AtomicUsize::new(0);
    let trial = |&(world, attack, number): &(World, Attack, usize)| {
        let portrait = &portraits[number % portraits.len()];
        let (name, other) = (number % options.names, (number + 1) % holders.len());
        let case = Case {
            profile: &profile,
            key: key.as_ref(),
            document: format!("N{:07}", 1000 + number).parse()?,
            name: &holders[name],
            portrait: &portrait.picture,
            stranger: &portraits[(number + 3) % portraits.len()].picture,
            other_name: &holders[other],
            seed: seed::seed(&portrait.title, &world.name(), number as u64),
        };
        let trial = trial::run(attack, &case, &portrait.title, world, &reader, options.reference)?;
        let count = done.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(50) {
            eprintln!("{count} of {}", jobs.len());
        }
        let is_wrong = match trial.outcome() {
            Outcome::Successful => !attack.is_none(),
            Outcome::Failed => attack.is_none(),
            Outcome::Undetermined => false,
        };
        if let Some(folder) = options.failures.as_ref().filter(|_| is_wrong) {
            let file = format!("{}-{attack:?}-{number}-{}.png", world.name(), portrait.title);
            let file = file.replace([' ', ',', '(', ')'], "");
            std::fs::create_dir_all(folder)?;
            trial.overlay.save(folder.join(&file))?;
            trial.scan.save(folder.join(format!("scan-{file}")))?;
        }
        // A run keeps tens of thousands of trials, but no pictures.
        let (overlay, scan) = (image::RgbImage::default(), image::DynamicImage::default());
        Ok(Trial { overlay, scan, ..trial })
    };
    let trials: Vec<Trial> = jobs.par_iter().map(trial).collect::<Result<_>>()?;
    for &world in &worlds {
        table(world, &attacks, &trials);
    }
    if let Some(file) = &options.csv {
        std::fs::write(file, csv(&trials))?;
    }
    Ok(())
}

fn table(world: World, attacks: &[Attack], trials: &[Trial]) {
    println!("**{}**\n", world.name());
    println!(
        "| attack | scans | refused | undetermined | passed | face confirmed, least / median / most | F1 |"
    );
    println!("|---|---|---|---|---|---|---|");
    for &attack in attacks {
        let of: Vec<&Trial> =
            trials.iter().filter(|t| t.attack == attack && t.world == world).collect();
        let ended = |outcome| Rate::of(of.iter(), |t| t.outcome() == outcome);
        let mut faces: Vec<f64> = of.iter().map(|t| t.face).collect();
        faces.sort_by(f64::total_cmp);
        let face = |share: f64| faces[((faces.len() - 1) as f64 * share).round() as usize];
        let found: Vec<f64> = of.iter().filter_map(|t| t.found.as_ref()).map(|f| f.f1).collect();
        let f1 = if found.is_empty() {
            "–".to_owned()
        } else {
            format!("{:.2}", found.iter().sum::<f64>() / found.len() as f64)
        };
        println!(
            "| {} | {} | {} | {} | {} | {:.2} / {:.2} / {:.2} | {f1} |",
            attack.title(),
            of.len(),
            ended(Outcome::Failed),
            ended(Outcome::Undetermined),
            ended(Outcome::Successful),
            face(0.0),
            face(0.5),
            face(1.0),
        );
    }
    println!();
}

fn csv(trials: &[Trial]) -> String {
    let mut out = "world,attack,portrait,verdict,named,face,f1,off_mm,foreign_mm2,foreign_mean,foreign_most,likeness,whole,rough,detail,place_mm,doubted_mm2,changed_mm2,replaced_mm2,reason\n".to_owned();
    for trial in trials {
        let Trial {
            world, attack, portrait, verdict, is_named, face, found, picture, reason, ..
        } = trial;
        let [f1, off] = found.as_ref().map_or([const { String::new() }; 2], |found| {
            [
                format!("{:.3}", found.f1),
                found.off_mm.map_or(String::new(), |mm| format!("{mm:.2}")),
            ]
        });
        let picture = picture.map_or_else(
            || ",".repeat(10),
            |(f, check)| {
                let [mean, most] = f.foreign;
                format!(
                    "{:.1},{mean:.3},{most:.2},{:.3},{:.3},{:.3},{:.4},{:.3},{:.1},{:.1},{:.1}",
                    f.face_mm2,
                    f.likeness[0],
                    f.likeness[1],
                    f.rough,
                    f.detail,
                    f.place,
                    check.doubted,
                    check.changed,
                    check.replaced
                )
            },
        );
        out += &format!(
            "\"{}\",{attack:?},{portrait},{verdict:?},{is_named},{face:.3},{f1},{off},{picture},\"{reason}\"\n",
            world.name()
        );
    }
    out
}
