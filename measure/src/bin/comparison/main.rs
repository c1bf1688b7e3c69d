//! How well a scan is held against the portrait as issued.
//!
//! `cargo run --release -p measure --bin comparison [-- --presets flatbed600,reader400 --scans N]`
//!
//! Portraits are printed with a name, changed, scanned by the model and compared. With
//! `--by-reference` it is the reference that is changed in place of the print, which costs one scan for
//! all attacks: what lies between the two differs by the same.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and progress")]

mod attack;
mod world;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::{names, portraits, seed};
use tumar::channel::Preset;
use tumar::imaging::Picture;
use tumar::inspect::Reader;
use tumar::inspect::comparison::compare::compare_view;
use tumar::inspect::comparison::reference::Reference;
use tumar::inspect::comparison::view::View;
use tumar::issue::embed;
use tumar::spec::Profile;

use attack::Deed;
use world::World;

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<Preset>,
    /// Folders of portraits (PNG or JPEG).
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Prints for each preset and deed.
    #[arg(long, default_value_t = 10)]
    scans: u64,
    /// Number of the first seed; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Only deeds whose title holds this.
    #[arg(long, default_value = "")]
    only: String,
    /// Leaves out what is harmless, but for prints to which nothing was done.
    #[arg(long)]
    bare: bool,
    /// Changes the reference and not the print.
    #[arg(long)]
    by_reference: bool,
    /// Multiplies what the channel does by up to so much.
    #[arg(long, default_value_t = 1.0)]
    beyond: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&options.portraits)?;
    let holders = names::names(20)?;
    for &preset in &options.presets {
        let world = World::channel(preset, options.beyond);
        for number in options.first_seed..options.first_seed + options.scans {
            let i = number as usize;
            let (own, other) =
                (&portraits[i % portraits.len()], &portraits[(i * 7 + 3 + i / portraits.len()) % portraits.len()]);
            let name = &holders[i % holders.len()];
            let seed = seed::seed(&own.title, &preset.to_string(), number);
            let mut scanned: Option<View> = None;
            for deed in Deed::ALL.into_iter().filter(|deed| deed.title().contains(&options.only)) {
                if options.bare && deed.is_harmless() && deed != Deed::Genuine {
                    continue;
                }
                let by_reference = options.by_reference && !deed.is_harmless();
                let printed = if deed == Deed::Portrait && !by_reference { other } else { own };
                let view = match &scanned {
                    Some(view) if by_reference => view.clone(),
                    _ => {
                        let print = embed(&printed.picture, name, &profile)?.picture;
                        let print = if by_reference {
                            print
                        } else {
                            deed.done(&print, &embed(&other.picture, name, &profile)?.picture, seed)
                        };
                        let scan = (world.scan)(&print, seed)?;
                        let inspection = reader.inspect(&scan, None, Some(name))?;
                        let frame = inspection.frame().filter(|_| inspection.is_established());
                        let Some(frame) = frame else {
                            eprintln!("{preset} {} {}: no frame", own.title, deed.title());
                            continue;
                        };
                        View::new(inspection.scan(), frame, inspection.orientation(), &profile)
                    }
                };
                if deed == Deed::Genuine || by_reference {
                    scanned = Some(view.clone());
                }
                let picture: Picture = if by_reference && deed == Deed::Portrait {
                    other.picture.clone()
                } else if by_reference {
                    deed.done(&own.picture, &other.picture, seed)
                } else {
                    own.picture.clone()
                };
                let reference = Reference::new(&picture, &profile)?;
                let start = std::time::Instant::now();
                let found = compare_view(&view, &reference, &profile);
                let ms = start.elapsed().as_secs_f64() * 1e3;
                let f = &found.figures;
                println!(
                    "{preset},{},{deed:?},{number},{ms:.0},{:?},{:?},{},{:.1},{:.1},{:.2},{:.2},{:.3},{:.3},{:.3},{:.4},{:.4},{:.3},{:.2},{:.2},{:.4},{:.4},{:.1}",
                    own.title,
                    found.agreement,
                    found.whole,
                    found.unexplained.map_or_else(String::new, |why| format!("{why:?}").replace(',', ";")),
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
                );
            }
        }
    }
    Ok(())
}
