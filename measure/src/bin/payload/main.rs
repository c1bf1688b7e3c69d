//! The payload lines of signed prints: how many are read, and what was left of them.
//!
//! `cargo run --release -p measure --bin payload [-- --presets flatbed600,reader400 --prints N]`
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints a table")]

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use measure::{names, portraits, rate::Rate, seed};
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::{Reader, Verdict};
use tumar::issue::print;
use tumar::spec::signed::code;
use tumar::spec::{Imprint, Profile};

#[derive(Parser)]
struct Options {
    /// Presets of the channel.
    #[arg(long, value_delimiter = ',', default_value = "lab1200,flatbed600,reader500,reader400,phone,worn")]
    presets: Vec<Preset>,
    /// Folder of portraits (PNG or JPEG), one a name in turn.
    #[arg(long, default_value = "samples")]
    portraits: PathBuf,
    /// How many prints.
    #[arg(long, default_value_t = 24)]
    prints: usize,
    /// Strength of the microtext.
    #[arg(long)]
    strength: Option<f64>,
}

struct Trial {
    title: String,
    name: [bool; 2],
    payload: bool,
    /// Glyphs that are not the likeliest, of those printed.
    wrong: Option<usize>,
    /// Bits that the soft glyphs tell, of all.
    told: f64,
    why: String,
    fid: [f32; 4],
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut profile = Profile::default();
    if let Some(strength) = options.strength {
        profile = profile.with_strength(strength)?;
    }
    let reader = Reader::new(&profile);
    let portraits = portraits::portraits(&[&options.portraits])?;
    let holders = names::names(options.prints)?;
    println!("| preset | payload read | name read, signed | unsigned | glyphs wrong: median, most | bits told: least |");
    println!("|---|---|---|---|---|---|");
    for preset in &options.presets {
        let trials: Result<Vec<Trial>> = (0..options.prints)
            .into_par_iter()
            .map(|i| {
                let portrait = &portraits[i % portraits.len()];
                let seed = seed::seed(&portrait.title, &format!("{preset}{i}"), 0);
                let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
                let bytes: [u8; code::BYTES] = std::array::from_fn(|_| random.random());
                let imprint = Imprint::new(&holders[i], &profile)?;
                let conditions = Conditions::draw(*preset, seed);
                let blank = print(&portrait.picture, &imprint, &profile.clone().with_strength(0.0)?)?;
                let seen_blank = tumar::issue::difference::seen_lightness(&blank.picture, tumar::imaging::Mm(400.0))?;
                let fids = std::sync::Mutex::new(Vec::new());
                let look = |imprint: &Imprint| -> Result<_> {
                    let printed = print(&portrait.picture, imprint, &profile)?;
                    let seen = tumar::issue::difference::seen_lightness(&printed.picture, tumar::imaging::Mm(400.0))?;
                    let d = tumar::issue::difference::absolute_difference(&seen_blank, &seen);
                    fids.lock().unwrap().extend([0.5, 0.95].map(|q| tumar::issue::difference::percentile(&d, q)));
                    let scan = print_and_scan(&printed.picture, &conditions, seed)?;
                    Ok(reader.inspect(&scan, None, None)?)
                };
                let plain = look(&imprint)?;
                let found = look(&imprint.with_payload(&bytes))?;
                let is_read = |v| v == Verdict::Read;
                let glyphs = code::encode(&bytes);
                let lines = found.payload();
                let wrong = lines.map(|lines| {
                    let rows = lines.glyphs.rows().into_iter().zip(&glyphs);
                    rows.filter(|(row, glyph)| {
                        let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
                        best != Some(usize::from(**glyph))
                    })
                    .count()
                });
                let told = lines.map_or(0.0, |lines| {
                    let rows = lines.glyphs.rows().into_iter().zip(&glyphs);
                    rows.map(|(row, glyph)| {
                        let sum: f32 = row.iter().map(|v| v.exp()).sum();
                        f64::from((row.len() as f32).log2() + (row[usize::from(*glyph)].exp() / sum).log2())
                    })
                    .sum()
                });
                Ok(Trial {
                    title: portrait.title.clone(),
                    name: [&found, &plain].map(|f| is_read(f.decision().verdict)),
                    payload: lines.is_some_and(|lines| lines.bytes == Some(bytes)),
                    wrong,
                    told,
                    why: found.decision().reasons.first().cloned().unwrap_or_default() + &format!(" {:?}", found.evidence().repetition),
                    fid: { let f = fids.lock().unwrap(); std::array::from_fn(|i| f[i]) },
                })
            })
            .collect();
        let trials = trials?;
        let share = |of: &dyn Fn(&Trial) -> bool| Rate::of(&trials, |t| of(t));
        let mut wrong: Vec<usize> = trials.iter().filter_map(|t| t.wrong).collect();
        wrong.sort_unstable();
        let least = trials.iter().map(|t| t.told).fold(f64::INFINITY, f64::min);
        println!(
            "| {preset} | {} | {} | {} | {:?}, {:?} of {} | {least:.0} |",
            share(&|t| t.payload), share(&|t| t.name[0]), share(&|t| t.name[1]),
            wrong.get(wrong.len() / 2), wrong.last(), code::GLYPHS
        );
        let fid: [f32; 4] = std::array::from_fn(|i| trials.iter().map(|t| t.fid[i]).fold(0.0, f32::max));
        println!("    fidelity plain {:?} signed {:?} told mean {:.0}", &fid[..2], &fid[2..], trials.iter().map(|t| t.told.max(0.0)).sum::<f64>() / trials.len() as f64);
        for t in trials.iter().filter(|t| !t.payload || !t.name[0]) {
            println!("    {} wrong {:?} told {:.0} name {:?} {}", t.title, t.wrong, t.told, t.name, t.why);
        }
    }
    Ok(())
}
