//! Measures which typeface keeps its letters apart at 4 to 6 scan pixels a capital.
//!
//! ```text
//! cargo run --release -p measure --bin legibility [font.ttf]...      without a path: fonts/*.ttf
//! ```
//!
//! **Print** (`paper.rs`). Each glyph's coverage is drawn on a raster of 0.01 mm, and its own blur
//! (Gaussian, σ = 0.2 mm) taken off, since only the mean-free part is printed. The typefaces are
//! scaled to equal visible difference, or to equal plain RMS: the RMS over the paper of a text of
//! random letters, with or without the eye's filter.
//! **Scan** (`reader.rs`). Gaussian and square pixel aperture. The squared distance of two glyphs,
//! summed over pixels, has over all sampling phases the mean ∫Δ² / pixel²: exact, no phase has to be
//! drawn. Many copies of many phases pool to that mean, with noise σ/√copies: the *pooled noise*.
//! **Decision.** Matched filter. Two neighbours on each side spill over, the same in all copies: they
//! are random letters (filter whitened against them, or plain), or known. The lines above and below
//! average out, for row phases scatter them.
//! **Error.** The union bound Σⱼ Q(d′ᵢⱼ/2), at most 1 a symbol, mean over symbols; no draws. It is
//! pessimistic where three or more symbols lie near each other.

#![expect(clippy::print_stdout, reason = "the tables are the product")]

mod paper;
mod reader;

use std::path::PathBuf;

use anyhow::{Context, Result};
use tumar::spec::{Script, Symbol, Typeface};

use paper::{DEFAULT, FINE, MARKS, Place, Print};
use reader::{Neighbours, Reader, Task};

/// σ of print spot and lens together, in scan pixels, and 40 % heavier.
const BLURS: [f64; 2] = [0.45, 0.63];
/// Scan pixels a capital, and the pooled noise of the tables, as a share of full coverage, a pixel.
const SCANS: [(f64, f64); 3] = [(4.0, 0.06), (5.0, 0.09), (6.0, 0.12)];
/// What diacritics bear of that: they are told apart at a quarter of the noise, or not at all.
const NOISE_SHARE: [f64; 4] = [1.0, 1.0, 0.25, 1.0];
/// Typefaces are compared by the noise at which this share of symbols is wrong. One pair that
/// a typeface draws alike costs 1 % of the Latin letters, and should not decide alone.
const TOLERATED: f64 = 0.02;

/// A typeface's noise in dB that each task bears, mean over the scans.
type Bears = [f64; 4];

/// By neighbours (in the order of `READINGS`) and equalisation (visible, plain).
type Measured = [[Bears; 2]; 3];

const READINGS: [Neighbours; 3] = [Neighbours::Unknown, Neighbours::Known, Neighbours::Ignored];

fn bears(print: &Print, reader: &Reader, neighbours: Neighbours) -> [Bears; 2] {
    let noise = Task::all(print).map(|task| {
        let noise = task.bears(reader, neighbours, TOLERATED);
        print.amplitudes[task.script as usize].map(|amplitude| 20.0 * (noise * amplitude).log10())
    });
    [0, 1].map(|equal| noise.map(|both| both[equal]))
}

fn add(sums: &mut Bears, each: Bears) {
    sums.iter_mut().zip(each).for_each(|(sum, v)| *sum += v / SCANS.len() as f64);
}

fn mean(values: Bears) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn columns(values: &[f64]) -> String {
    values.iter().map(|v| format!("{v:8.2}")).collect()
}

fn heads() -> String {
    Task::NAMES.map(|t| format!("{t:>8}")).concat()
}

/// The tables of one blur: errors at the given noise, and the nearest pairs.
fn compare(prints: &[(String, Print)], sigma: f64) -> Vec<Measured> {
    let mut sums = vec![[[[0.0; 4]; 2]; 3]; prints.len()];
    for (pixels, noise) in SCANS {
        println!("\n{pixels} px a capital, blur {sigma} px and aperture, pooled noise {noise}");
        println!(
            "(Latin: a quarter): mean symbol error in %, d' of the nearest pair (Latin, Kazakh)"
        );
        println!("{:24}| equal visible difference{:24}| equal plain RMS", "", "");
        println!("{:24}|{}   d' La   d' Ka |{}", "", heads(), heads());
        let mut confused = String::new();
        for ((name, print), sums) in prints.iter().zip(&mut sums) {
            let reader = Reader::new(print, print.place.cap as f64 / pixels, sigma);
            let tasks = Task::all(print);
            let [visible, plain] = [0, 1].map(|equal| {
                [0, 1, 2, 3].map(|t| {
                    let task = &tasks[t];
                    let noise =
                        NOISE_SHARE[t] * noise / print.amplitudes[task.script as usize][equal];
                    reader.distances(task.script, Neighbours::Unknown, noise)
                })
            });
            let [errors, plain] =
                [&visible, &plain].map(|d| [0, 1, 2, 3].map(|t| 100.0 * tasks[t].error(&d[t])));
            let pairs = [2, 3].map(|t| tasks[t].nearest(&visible[t]));
            let least = pairs.each_ref().map(|p| p[0].0);
            println!("{name:24}|{}{} |{}", columns(&errors), columns(&least), columns(&plain));
            for pairs in pairs {
                let shown = |&(d, i, j): &(f64, usize, usize)| {
                    format!("  {}{} {d:.1}", print.chars[i], print.chars[j])
                };
                let eight: String = pairs[..8].iter().map(shown).collect();
                confused += &format!("{name:24}{eight}\n");
            }
            let all = READINGS.map(|neighbours| bears(print, &reader, neighbours));
            sums.iter_mut().flatten().zip(all.concat()).for_each(|(sums, each)| add(sums, each));
        }
        print!("the eight nearest pairs and their d', Latin and Kazakh:\n{confused}");
    }
    sums
}

/// Prints the typefaces, best first, and gives their order.
fn rank(prints: &[(String, Print)], bears: &[Bears], title: &str) -> Vec<usize> {
    let mut order: Vec<usize> = (0..prints.len()).collect();
    order.sort_by(|&a, &b| mean(bears[b]).total_cmp(&mean(bears[a])));
    println!("\nranking, {title}:");
    println!("{:24} {}    mean to best", "", heads());
    let best = mean(bears[order[0]]);
    for &i in &order {
        let score = mean(bears[i]);
        println!("{:24} {}{}", prints[i].0, columns(&bears[i]), columns(&[score, score - best]));
    }
    order
}

/// Other places on the same paper under the same scanner: fewer copies mean more pooled noise.
fn vary(name: &str, typeface: &Typeface, places: &[Place]) {
    println!("\n{name}, equal visible difference: noise borne in dB, less what fewer copies cost");
    println!("{:34}{}    mean", "cap  advance pitch in mm, outline", heads());
    for &place in places {
        let print = Print::new(typeface, place);
        let area = |p: Place| (p.advance * p.pitch) as f64;
        let mut sums = [10.0 * (area(DEFAULT) / area(place)).log10(); 4];
        for (pixels, _) in SCANS {
            let reader = Reader::new(&print, DEFAULT.cap as f64 / pixels, BLURS[0]);
            add(&mut sums, bears(&print, &reader, Neighbours::Unknown)[0]);
        }
        let [cap, advance, pitch] =
            [place.cap, place.advance, place.pitch].map(|samples| samples as f64 / FINE);
        let outline = if place.stretched { "stretched" } else { "as drawn" };
        let place = format!("{cap:.2} {advance:.2}    {pitch:.2}         {outline}");
        println!("{place:34}{}{:8.2}", columns(&sums), mean(sums));
    }
}

/// Which marks can end a copy: far from all symbols of both scripts, since a reader does not know
/// the script yet, and from each other.
fn marks(name: &str, print: &Print) {
    let (pixels, noise) = SCANS[0];
    let reader = Reader::new(print, print.place.cap as f64 / pixels, BLURS[0]);
    let noise = noise / print.amplitudes[Script::Latin as usize][0];
    let distances = reader.distances(Script::Latin, Neighbours::Unknown, noise);
    let letters = Script::ALL
        .map(|script| print.find(&script.symbols().map(Symbol::character).collect::<String>()));
    let nearest = |i: usize, others: &[usize]| {
        let pairs = others.iter().map(|&j| (distances[i][j], print.chars[j]));
        pairs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, ' '))
    };
    println!("\n{name}, {pixels} px: d' from a mark to the nearest Latin and Cyrillic symbol");
    let candidates = print.find(MARKS);
    for &i in &candidates {
        let near = letters.each_ref().map(|set| nearest(i, set));
        println!("  {}{}", print.chars[i], near.map(|(d, c)| format!("   {c} {d:5.2}")).concat());
    }
    let alone = |i: usize| nearest(i, &letters.concat()).0;
    let mut pairs = Vec::new();
    for (n, &i) in candidates.iter().enumerate() {
        for &j in &candidates[..n] {
            let pair = format!("{} {}", print.chars[j], print.chars[i]);
            pairs.push((alone(i).min(alone(j)).min(distances[i][j]), distances[i][j], pair));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("pairs by their least d' to any symbol or each other (in brackets: to each other)");
    let now = Script::ALL.map(|s| s.end().to_string()).join(" ");
    for (least, mutual, pair) in pairs.iter().filter(|p| p.2 == now).chain(&pairs[..8]) {
        println!("  {pair}   {least:.2} ({mutual:.2})");
    }
}

fn main() -> Result<()> {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        let entries = std::fs::read_dir("fonts").context("fonts/")?;
        paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "ttf"));
        paths.sort();
    }
    let (mut typefaces, mut prints) = (Vec::new(), Vec::new());
    for path in paths {
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match Typeface::new(bytes) {
            Ok(typeface) => {
                prints.push((name, Print::new(&typeface, DEFAULT)));
                typefaces.push(typeface);
            }
            Err(error) => println!("{name}: left out, {error}"),
        }
    }
    anyhow::ensure!(!prints.is_empty(), "no typeface to measure");

    println!(
        "amplitude at equal visible difference and at equal plain RMS, for A-Z and for Kazakh"
    );
    for (name, print) in &prints {
        println!("{name:24}{}", columns(&print.amplitudes.concat()));
    }
    let [usual, heavy] = BLURS.map(|sigma| compare(&prints, sigma));
    println!("\nrankings by the noise borne at {TOLERATED} symbol error, dB, mean of the scans");
    let pick = |measured: &[Measured], reading: usize, equal: usize| -> Vec<Bears> {
        measured.iter().map(|m| m[reading][equal]).collect()
    };
    let order = rank(&prints, &pick(&usual, 0, 0), "equal visible difference");
    rank(&prints, &pick(&usual, 0, 1), "equal plain RMS");
    rank(&prints, &pick(&usual, 1, 0), "equal visible difference, neighbours known");
    rank(&prints, &pick(&usual, 2, 0), "equal visible difference, plain filter");
    rank(&prints, &pick(&heavy, 0, 0), "equal visible difference, blur 40 % heavier");
    rank(&prints, &pick(&heavy, 1, 0), "equal visible difference, blur heavier, neighbours known");
    rank(&prints, &pick(&heavy, 2, 0), "equal visible difference, blur heavier, plain filter");

    let advances = [19, 20, 21, 22].map(|advance| Place { advance, ..DEFAULT });
    let both = advances.map(|p| [p, Place { stretched: true, ..p }]).concat();
    for &i in order.iter().take(3) {
        vary(&prints[i].0, &typefaces[i], &both);
    }
    let caps = [20, 22, 24, 26, 28].map(|cap| {
        let scaled = |samples: usize| (samples * cap + 12) / 24;
        Place { cap, advance: scaled(20), pitch: scaled(38), stretched: false }
    });
    vary(&prints[order[0]].0, &typefaces[order[0]], &caps);
    marks(&prints[order[0]].0, &prints[order[0]].1);
    Ok(())
}
