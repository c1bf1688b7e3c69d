//! How well a scan is held against the portrait as issued.
//!
//! `cargo run --release -p measure --bin comparison [-- --presets flatbed600,reader400 --scans N]`
//!
//! Portraits are printed with a name, changed, scanned by the model and compared. With
//! `--by-reference` it is the reference that is changed in place of the print, which costs one scan for
//! all attacks: what lies between the two differs by the same.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod attack;
mod fault;
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::portraits::Portrait;
use measure::rate::Rate;
use measure::{names, portraits, seed};
use tumar::channel::Preset;
use tumar::imaging::Picture;
use tumar::inspect::Reader;
use tumar::inspect::comparison::agreement::{Agreement, Comparison};
use tumar::inspect::comparison::compare::compare_view;
use tumar::inspect::comparison::reference::Reference;
use tumar::inspect::comparison::view::View;
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

use attack::Deed;
use fault::Fault;
use world::World;

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<Preset>,
    /// Folders of portraits (PNG or JPEG).
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Prints for each preset.
    #[arg(long, default_value_t = 10)]
    scans: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Only what has this in its title.
    #[arg(long, default_value = "")]
    only: String,
    /// Leaves out harmless changes.
    #[arg(long)]
    bare: bool,
    /// Changes the reference and not the print.
    #[arg(long)]
    by_reference: bool,
    /// Also tries references that are not the portrait as issued.
    #[arg(long)]
    faults: bool,
    /// Multiplies what the channel does by up to so much.
    #[arg(long, default_value_t = 1.0)]
    beyond: f64,
    /// Writes every comparison.
    #[arg(long)]
    csv: Option<PathBuf>,
}

/// One print and its scans.
struct Case<'a> {
    own: &'a Portrait,
    other: &'a Portrait,
    name: &'a Name,
    preset: Preset,
    seed: u64,
}

/// A scan that was read.
struct Scanned {
    scan: Picture,
    view: View,
}

/// What compares.
struct Bench<'a> {
    options: &'a Options,
    profile: &'a Profile,
    reader: Reader<'a>,
    /// Answers by preset and title, and lines for the file.
    found: BTreeMap<(Preset, String), Vec<Answer>>,
    csv: String,
}

/// What a comparison came to.
struct Answer {
    agreement: Agreement,
    whole: Agreement,
    why: String,
    ms: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = Profile::default();
    let portraits = portraits::portraits(&options.portraits)?;
    let holders = names::names(20)?;
    let mut bench = Bench {
        options: &options,
        profile: &profile,
        reader: Reader::new(&profile),
        found: BTreeMap::new(),
        csv: String::new(),
    };
    for &preset in &options.presets {
        let world = World::channel(preset, options.beyond);
        for number in options.first_seed..options.first_seed + options.scans {
            let (i, of) = (number as usize, portraits.len());
            let own = &portraits[i % of];
            // Another one each round, and never the same.
            let other = &portraits[(i + 1 + (2 + i / of) % (of - 1)) % of];
            let seed = seed::seed(&own.title, &preset.to_string(), number);
            let case = Case { own, other, name: &holders[i % holders.len()], preset, seed };
            bench.run(&case, &world)?;
        }
        bench.table(preset);
    }
    if let Some(file) = &options.csv {
        std::fs::write(file, &bench.csv)?;
    }
    Ok(())
}

impl Bench<'_> {
    fn run(&mut self, case: &Case<'_>, world: &World) -> Result<()> {
        let profile = self.profile;
        let print = embed(&case.own.picture, case.name, profile)?.picture;
        let stranger = embed(&case.other.picture, case.name, profile)?.picture;
        let mut genuine = None;
        for deed in Deed::ALL.into_iter().filter(|deed| deed.title().contains(&self.options.only)) {
            if self.options.bare && deed.is_harmless() && deed != Deed::Genuine {
                continue;
            }
            let by_reference = self.options.by_reference && !deed.is_harmless();
            if by_reference {
                if genuine.is_none() {
                    genuine = self.scan(case, &print, world)?;
                }
                let Some(scanned) = &genuine else { continue };
                let reference = match deed {
                    Deed::Portrait => case.other.picture.clone(),
                    _ => deed.done(&case.own.picture, &case.other.picture, case.seed),
                };
                let view = scanned.view.clone();
                self.compare(case, deed.title(), &view, &reference);
                continue;
            }
            let changed = match deed {
                Deed::Portrait => stranger.clone(),
                _ => deed.done(&print, &stranger, case.seed),
            };
            let Some(scanned) = self.scan(case, &changed, world)? else {
                eprintln!("{} {} {}: not read", case.preset, case.own.title, deed.title());
                continue;
            };
            self.compare(case, deed.title(), &scanned.view, &case.own.picture);
            if deed == Deed::Genuine {
                genuine = Some(scanned);
            }
        }
        if let (true, Some(scanned)) = (self.options.faults, &genuine) {
            for fault in Fault::ALL {
                let reference = fault.of(&case.own.picture, &print, &scanned.scan);
                self.compare(case, fault.title(), &scanned.view, &reference);
            }
        }
        Ok(())
    }

    /// Scans a print and finds its lines; none where they are not established.
    fn scan(&self, case: &Case<'_>, print: &Picture, world: &World) -> Result<Option<Scanned>> {
        let scan = (world.scan)(print, case.seed)?;
        let inspection = self.reader.inspect(&scan, None, Some(case.name))?;
        let frame = inspection.frame().filter(|_| inspection.is_established());
        let view = frame.map(|frame| {
            View::new(inspection.scan(), frame, inspection.orientation(), self.profile)
        });
        Ok(view.map(|view| Scanned { scan, view }))
    }

    fn compare(&mut self, case: &Case<'_>, title: &str, view: &View, reference: &Picture) {
        let (before, clock) = (cpu_ms(), std::time::Instant::now());
        let found = match Reference::new(reference, self.profile) {
            Ok(reference) => compare_view(view, &reference, self.profile),
            Err(error) => {
                eprintln!("{title}: {error}");
                return;
            }
        };
        let ms = match (before, cpu_ms()) {
            (Some(before), Some(after)) => after - before,
            _ => clock.elapsed().as_secs_f64() * 1e3,
        };
        self.csv += &line(case, title, &found, ms);
        let why = found.unexplained.map_or_else(String::new, |why| format!("{why:?}"));
        let why = why.split(' ').next().unwrap_or_default().to_owned();
        let answer = Answer { agreement: found.agreement, whole: found.whole, why, ms };
        self.found.entry((case.preset, title.to_owned())).or_default().push(answer);
    }

    fn table(&self, preset: Preset) {
        println!("\n**{preset}**\n");
        println!("| done | scans | agrees | differs | untold | background differs | ms | said |");
        println!("|---|---|---|---|---|---|---|---|");
        let titles = Deed::ALL.map(Deed::title).into_iter().chain(Fault::ALL.map(Fault::title));
        for title in titles {
            let Some(of) = self.found.get(&(preset, title.to_owned())) else { continue };
            let share = |agreement| Rate::of(of.iter(), |a| a.agreement == agreement);
            let mut ms: Vec<f64> = of.iter().map(|answer| answer.ms).collect();
            ms.sort_by(f64::total_cmp);
            let mut said = BTreeMap::<&str, usize>::new();
            of.iter().for_each(|answer| *said.entry(&answer.why).or_default() += 1);
            let said: Vec<String> = said
                .iter()
                .filter(|(why, _)| !why.is_empty())
                .map(|(why, count)| format!("{why} {count}"))
                .collect();
            println!(
                "| {title} | {} | {} | {} | {} | {} | {:.0} | {} |",
                of.len(),
                share(Agreement::Agrees),
                share(Agreement::Differs),
                share(Agreement::Untold),
                of.iter()
                    .filter(|a| a.agreement == Agreement::Agrees && a.whole == Agreement::Differs)
                    .count(),
                ms[ms.len() / 2],
                said.join(", ")
            );
        }
    }
}

fn line(case: &Case<'_>, title: &str, found: &Comparison, ms: f64) -> String {
    let f = &found.figures;
    let why = found.unexplained.map_or_else(String::new, |why| format!("{why:?}"));
    format!(
        "{},{},{title},{:?},{:?},{},{ms:.0},{:.1},{:.1},{:.2},{:.2},{:.3},{:.3},{:.3},{:.4},{:.4},{:.3},{:.2},{:.2},{:.4},{:.4},{:.1}\n",
        case.preset,
        case.own.title,
        found.agreement,
        found.whole,
        why.replace(',', ";"),
        f.face_mm2,
        f.around_mm2,
        f.foreign[0],
        f.foreign[1],
        f.likeness[0],
        f.likeness[1],
        f.rough,
        f.detail,
        f.noise,
        f.place,
        f.shift[0],
        f.shift[1],
        f.enlarged[0],
        f.enlarged[1],
        f.lines
    )
}

/// Milliseconds that this thread was at work, where the system tells.
fn cpu_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse::<f64>().ok().map(|ns| ns / 1e6)
}
