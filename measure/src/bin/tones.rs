//! Every face alike: how much of the face is confirmed, and which holders are accepted, by its tone.
//!
//! `cargo run --release -p measure --bin tones -- --world final --presets flatbed600,reader400
//! --portraits people`; `--bin portraits -- --out people --people 56 --seed 5000` draws people of all
//! skins.
#![expect(clippy::print_stdout, reason = "it prints tables")]

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;
use image::{DynamicImage, Rgb, RgbImage};
use measure::rate::Rate;
use measure::world::{Scanned, World};
use measure::{names, portraits, seed};
use rayon::prelude::*;
use tumar::Outcome;
use tumar::formats::encode;
use tumar::imaging::{Picture, Ppi, tone};
use tumar::inspect::Reader;
use tumar::inspect::decision::claim::Claim;
use tumar::inspect::tamper::confirmation::State;
use tumar::issue::{embed, portrait};
use tumar::numerics::median;
use tumar::spec::{Name, Profile, face};

#[derive(Parser)]
struct Options {
    /// Who prints and scans: channel, tuning or final (the rival's two parts).
    #[arg(long, default_value = "channel")]
    world: String,
    /// Presets of the channel, or kinds of the rival.
    #[arg(long, value_delimiter = ',', default_value = "flatbed600,reader400")]
    presets: Vec<String>,
    /// Folders of portraits (PNG or JPEG).
    #[arg(long, value_delimiter = ',', default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Light of the portraits, as a factor: each is printed at each of these, so that tones between those
    /// of the portraits are measured, too.
    #[arg(long, value_delimiter = ',', default_value = "1,0.7")]
    exposures: Vec<f32>,
    /// Number of the first print; another one makes another run.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// Leaves out faces that are lighter, in L*.
    #[arg(long, default_value_t = 100.0)]
    lightest: f32,
    /// Writes each scan that was not accepted into this folder.
    #[arg(long)]
    failures: Option<PathBuf>,
    /// Writes every scan's outcome.
    #[arg(long)]
    csv: Option<PathBuf>,
}

/// Edges of the bins by the median L* of the face as issued.
const BINS: [f32; 8] = [0.0, 24.0, 32.0, 38.0, 44.0, 54.0, 66.0, 100.0];
/// Edges by the L* of each place, for what letters stand on.
const GROUNDS: [f32; 13] =
    [0.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 60.0, 75.0, 100.0];

/// A portrait at one exposure.
struct Sitter {
    title: String,
    picture: Picture,
    /// L* of the portrait as printed, a value a 0.5 mm, `[row, column]`.
    lightness: ndarray::Array2<f32>,
    /// Median of its face.
    face: f32,
}

/// Places of a millimetre in [`Sitter::lightness`].
const PER_MM: f64 = 2.0;

struct Trial {
    world: World,
    title: String,
    tone: f32,
    outcome: Outcome,
    reason: String,
    share: f64,
    /// Places of the face on each of [`GROUNDS`], and those of them that were confirmed.
    grounds: [[f64; 2]; GROUNDS.len() - 1],
}

fn main() -> Result<()> {
    let options = Options::parse();
    let worlds = World::all(&options.world, &options.presets)?;
    let profile = Profile::default();
    let reader = Reader::new(&profile);
    let holders = names::names(20)?;
    let mut sitters = Vec::new();
    for portrait in portraits::portraits(&options.portraits)? {
        for &exposure in &options.exposures {
            let sitter = Sitter::new(&portrait, exposure, &profile)?;
            if sitter.face <= options.lightest {
                sitters.push(sitter);
            }
        }
    }
    ensure!(!sitters.is_empty(), "no portrait is as dark as that");
    let jobs: Vec<(World, usize)> = worlds
        .iter()
        .flat_map(|&world| (0..sitters.len()).map(move |number| (world, number)))
        .collect();
    let run = |&(world, i): &(World, usize)| {
        let number = options.first + i;
        let name = &holders[number % holders.len()];
        let (trial, scan) = trial(&sitters[i], name, number, world, &reader, &profile)?;
        let is_wrong = trial.outcome != Outcome::Successful;
        if let Some(folder) = options.failures.as_ref().filter(|_| is_wrong) {
            std::fs::create_dir_all(folder)?;
            let file = format!("{} {}.png", world.name(), trial.title).replace([' ', ','], "-");
            encode::write(&folder.join(file), &scan)?;
        }
        Ok(trial)
    };
    let trials: Vec<Trial> = jobs.par_iter().map(run).collect::<Result<_>>()?;
    for &world in &worlds {
        let of: Vec<&Trial> = trials.iter().filter(|trial| trial.world == world).collect();
        tables(world, &of);
    }
    if let Some(file) = options.csv {
        let mut csv = "world,portrait,lightness,outcome,face,reason\n".to_owned();
        for Trial { world, title, tone, outcome, share, reason, .. } in &trials {
            let world = world.name();
            csv += &format!("\"{world}\",{title},{tone:.1},{outcome:?},{share:.3},\"{reason}\"\n");
        }
        std::fs::write(file, csv)?;
    }
    Ok(())
}

impl Sitter {
    fn new(portrait: &portraits::Portrait, exposure: f32, profile: &Profile) -> Result<Self> {
        let picture = exposed(&portrait.picture, exposure);
        let dpi = Ppi::from_per_centimetre(10.0 * PER_MM * 8.0);
        let coarse = Profile { dpi, ..profile.clone() };
        let prepared = portrait::luminance(&picture, &coarse)?;
        let (width, height) = prepared.size;
        let light = |y: usize, x: usize| f32::from(prepared.linear[y * width + x]) / 65_535.0;
        let lightness = ndarray::Array2::from_shape_fn((height / 8, width / 8), |(i, j)| {
            let block = (0..64).map(|k| light(8 * i + k / 8, 8 * j + k % 8));
            tone::lightness(block.sum::<f32>() / 64.0)
        });
        let (rows, columns) = lightness.dim();
        let in_face = |&((i, j), _): &((usize, usize), &f32)| {
            face::has([(j as f64 + 0.5) / columns as f64, (i as f64 + 0.5) / rows as f64])
        };
        let mut tones: Vec<f32> =
            lightness.indexed_iter().filter(in_face).map(|(_, &l)| l).collect();
        let face = median(&mut tones).unwrap_or(0.0);
        let title = format!("{} × {exposure}", portrait.title);
        Ok(Self { title, picture, lightness, face })
    }

    fn at(&self, [x, y]: [f64; 2]) -> Option<f32> {
        let [j, i] = [x, y].map(|mm| (mm * PER_MM).floor());
        (i >= 0.0 && j >= 0.0).then(|| self.lightness.get([i as usize, j as usize]).copied())?
    }
}

/// The same portrait in other light; what becomes too light is white.
fn exposed(portrait: &Picture, factor: f32) -> Picture {
    if (factor - 1.0).abs() < f32::EPSILON {
        return portrait.clone();
    }
    let lit = |v: u8| {
        (tone::stored((factor * tone::LINEAR_OF_U8[usize::from(v)]).min(1.0)) * 255.0).round() as u8
    };
    let mut rgb: RgbImage = portrait.pixels.to_rgb8();
    rgb.pixels_mut().for_each(|pixel| *pixel = Rgb(pixel.0.map(lit)));
    Picture { pixels: DynamicImage::from(rgb), ..portrait.clone() }
}

fn trial(
    sitter: &Sitter,
    name: &Name,
    number: usize,
    world: World,
    reader: &Reader<'_>,
    profile: &Profile,
) -> Result<(Trial, Picture)> {
    let print = embed(&sitter.picture, name, profile)?.picture;
    let seed = seed::seed(&sitter.title, &world.name(), number as u64);
    let Scanned { scan, to_print } = world.scan(&print, seed)?;
    let claim = Claim { name: Some(name), ..Claim::default() };
    let inspection = reader.check(&scan, None, claim)?.main;
    let mut grounds = [[0.0; 2]; GROUNDS.len() - 1];
    if let Some(tamper) = inspection.tamper() {
        for (state, middle) in tamper.states.iter().zip(&tamper.middles) {
            let Some(middle) = middle else { continue };
            let at = to_print(inspection.scan().in_file(*middle));
            let in_face = face::has([at[0] / profile.width.0, at[1] / profile.height.0]);
            let Some(ground) = sitter.at(at).filter(|_| in_face) else { continue };
            let [all, confirmed] = &mut grounds[bin(&GROUNDS, ground)];
            *all += 1.0;
            *confirmed += f64::from(u8::from(*state == State::Confirmed));
        }
    }
    let trial = Trial {
        world,
        title: sitter.title.clone(),
        tone: sitter.face,
        outcome: inspection.decision().verdict.outcome(),
        reason: inspection.decision().reasons[0].clone(),
        share: inspection.tamper().map_or(0.0, |tamper| tamper.face.share()),
        grounds,
    };
    Ok((trial, scan))
}

/// Which of the bins with these edges.
fn bin(edges: &[f32], value: f32) -> usize {
    edges[1..edges.len() - 1].partition_point(|&edge| edge <= value)
}

fn tables(world: World, trials: &[&Trial]) {
    println!("**{}**\n", world.name());
    println!(
        "| median L* of the face | scans | accepted | refused | face confirmed, least / median |"
    );
    println!("|---|---|---|---|---|");
    for (i, edges) in BINS.windows(2).enumerate() {
        let of: Vec<&&Trial> = trials.iter().filter(|trial| bin(&BINS, trial.tone) == i).collect();
        let ended = |outcome| Rate::of(of.iter(), |t| t.outcome == outcome);
        let mut shares: Vec<f32> = of.iter().map(|t| t.share as f32).collect();
        let least = shares.iter().copied().fold(f32::INFINITY, f32::min);
        let Some(middle) = median(&mut shares) else { continue };
        println!(
            "| {} – {} | {} | {} | {} | {least:.2} / {middle:.2} |",
            edges[0],
            edges[1],
            of.len(),
            ended(Outcome::Successful),
            ended(Outcome::Failed),
        );
    }
    println!("\n| L* of a place in the face | places | confirmed, % |\n|---|---|---|");
    for (i, edges) in GROUNDS.windows(2).enumerate() {
        let [all, confirmed] = trials.iter().fold([0.0; 2], |sum, trial| {
            let [all, confirmed] = trial.grounds[i];
            [sum[0] + all, sum[1] + confirmed]
        });
        if all > 0.0 {
            println!("| {} – {} | {all} | {:.1} |", edges[0], edges[1], 100.0 * confirmed / all);
        }
    }
    println!();
}
