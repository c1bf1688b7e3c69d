//! Reprints on another kind of press, told from what the issuer's press is known to print.
//!
//! `cargo run --release -p measure --bin copies [-- --world channel|tuning|final --presses 20 --prints 2
//! --portraits DIR --seed S --csv]`
#![expect(clippy::print_stdout, reason = "it prints tables")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Parser;
use measure::forgery::cut;
use measure::rate::Rate;
use measure::rival::{self, Kind, Part};
use measure::{names, portraits};
use rayon::prelude::*;
use tumar::channel::{Conditions, Preset, Technology, print_and_scan};
use tumar::evidence::PrintCheck;
use tumar::press::calibrate;
use tumar::press::sheet::{Size, sheet};
use tumar::{Claim, Name, Picture, Ppi, Profile, Reader, embed};

#[derive(Parser)]
struct Options {
    /// Where prints are made and scanned: channel, or the second model's tuning or final.
    #[arg(long, default_value = "channel")]
    world: String,
    /// How many issuers' presses.
    #[arg(long, default_value_t = 20)]
    presses: u64,
    /// Prints of each.
    #[arg(long, default_value_t = 2)]
    prints: u64,
    /// The first press's seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The test sheet's size: card, passport-page or a4.
    #[arg(long, default_value = "passport-page")]
    size: Size,
    /// A folder of portraits.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// Print what was measured of each scan.
    #[arg(long)]
    csv: bool,
}

/// A printer and a scanner.
#[derive(Clone)]
enum Site {
    Channel(Box<Conditions>),
    Rival(Box<rival::World>),
}

impl Site {
    fn draw(world: &str, fine: bool, seed: u64) -> Result<Self> {
        let rival = |part| {
            let kind = if fine { Kind::Lab1200 } else { Kind::Flatbed600 };
            Self::Rival(Box::new(rival::World::draw(kind, seed, part)))
        };
        Ok(match world {
            "channel" => {
                let preset = if fine { Preset::Lab1200 } else { Preset::Flatbed600 };
                Self::Channel(Box::new(Conditions::draw(preset, seed)))
            }
            "tuning" => rival(Part::Tuning),
            "final" => rival(Part::Final),
            _ => bail!("{world} is none of channel, tuning and final"),
        })
    }

    fn technology(&self) -> &'static str {
        match self {
            Self::Channel(conditions) => match conditions.print.technology {
                Technology::Continuous => "dye",
                Technology::Engraving => "engraved",
                Technology::ClusteredDot { .. } => "screen",
                Technology::ErrorDiffusion { .. } => "diffusion",
                Technology::Inkjet { .. } => "drops",
            },
            Self::Rival(world) => world.technology(),
        }
    }

    fn with_press_of(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Channel(own), Self::Channel(other)) => {
                let (print, scan) = (other.print.clone(), own.scan.clone());
                Self::Channel(Box::new(Conditions { print, scan }))
            }
            (Self::Rival(own), Self::Rival(other)) => {
                Self::Rival(Box::new(own.with_press_of(other)))
            }
            _ => self.clone(),
        }
    }

    /// A station keeps its scans as they are.
    fn lossless(&self) -> Self {
        match self {
            Self::Channel(own) => {
                let mut own = own.clone();
                own.scan.jpeg = None;
                Self::Channel(own)
            }
            Self::Rival(own) => Self::Rival(Box::new(own.lossless())),
        }
    }

    fn scan(&self, picture: &Picture, seed: u64) -> Result<Picture> {
        Ok(match self {
            Self::Channel(own) => print_and_scan(picture, own, seed)?,
            Self::Rival(own) => own.print_and_scan(picture),
        })
    }

    /// Scanned and cut, to be printed again.
    fn copied(&self, picture: &Picture, seed: u64) -> Result<Picture> {
        let scan = self.scan(picture, seed)?;
        match self {
            Self::Channel(own) => {
                let geometry = own.geometry(picture)?;
                cut(&scan, |place| geometry.to_scan(place))
            }
            Self::Rival(own) => cut(&scan, |place| own.to_scan(place)),
        }
    }
}

/// What one scan told.
struct Told {
    what: &'static str,
    row: String,
    /// Whether another press was suspected; none where nothing could be told.
    suspected: Option<bool>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let portraits = portraits::portraits(std::slice::from_ref(&options.portraits))?;
    let pictures: Vec<Picture> = portraits.into_iter().map(|portrait| portrait.picture).collect();
    let names = names::names(64)?;
    let page = sheet(options.size, "T", &[], Ppi(1200.0))?;
    let seeds: Vec<u64> = (options.seed..options.seed + options.presses).collect();
    let told: Result<Vec<Vec<Told>>> =
        seeds.into_par_iter().map(|seed| press(&options, seed, &page, &pictures, &names)).collect();
    let told: Vec<Told> = told?.into_iter().flatten().collect();
    if options.csv {
        println!("what,press,other,blur_um,expected_um,blurred,grain,windows");
        told.iter().for_each(|told| println!("{},{}", told.what, told.row));
    }
    let mut by: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    told.iter().for_each(|told| by.entry(told.what).or_default().push(told));
    println!("| what | scans | told | suspected |");
    println!("|---|---|---|---|");
    for (what, all) in by {
        let looked: Vec<bool> = all.iter().filter_map(|told| told.suspected).collect();
        let suspected = Rate::of(&looked, |suspected| **suspected);
        println!("| {what} | {} | {} | {suspected} |", all.len(), looked.len());
    }
    Ok(())
}

/// All scans of one issuer's press.
fn press(
    options: &Options,
    seed: u64,
    page: &Picture,
    pictures: &[Picture],
    names: &[Name],
) -> Result<Vec<Told>> {
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let draw = |fine, seed| Site::draw(&options.world, fine, seed);
    let seed = 1_000 * seed;
    let own = draw(true, seed)?;
    let mut told = Vec::new();
    let Ok(sheet) = calibrate::measure(&own.lossless().scan(page, seed)?, None) else {
        let row = format!("{},no sheet", own.technology());
        return Ok(vec![Told { what: "sheet not found", row, suspected: None }]);
    };
    let Some(printing) = calibrate::press(&[sheet])?.printing() else {
        return Ok(told);
    };
    for i in 0..options.prints {
        let at = (seed + i) as usize;
        let name = &names[at % names.len()];
        let print = embed(&pictures[at % pictures.len()], name, &profile)?.picture;
        let seed = seed + 100 * i;
        let mut look = |what, other: &Site, scan: &Picture| -> Result<()> {
            let claim = Claim { name: Some(name), printing: Some(&printing), ..Claim::default() };
            let found = reader.check(scan, None, claim)?.main;
            let check = found.print_check();
            let numbers = check.map_or_else(String::new, |check| {
                format!(
                    "{:.1},{:.1},{:.3},{:.3},{}",
                    1e3 * check.blur.0,
                    1e3 * check.expected.0,
                    check.blurred(),
                    check.grain,
                    check.windows
                )
            });
            let row = format!("{},{},{numbers}", own.technology(), other.technology());
            told.push(Told { what, row, suspected: check.map(PrintCheck::is_another) });
            Ok(())
        };
        look("genuine", &own, &own.scan(&print, seed)?)?;
        let elsewhere = draw(true, seed + 7)?.with_press_of(&own);
        look("genuine, another scanner", &own, &elsewhere.scan(&print, seed + 1)?)?;
        // Another kind of press.
        let other = (1..).map(|k| draw(true, seed + 10_000_000 * k));
        let other =
            other.filter_map(Result::ok).find(|other| other.technology() != own.technology());
        let Some(other) = other else { continue };
        for (fine, what) in [(false, "copy of 600 ppi"), (true, "copy of 1200 ppi")] {
            let copier = draw(fine, seed + 13)?.with_press_of(&own);
            let copy = copier.copied(&print, seed + 2)?;
            let again = own.with_press_of(&other);
            look(what, &other, &again.scan(&copy, seed + 3)?)?;
        }
    }
    Ok(told)
}
