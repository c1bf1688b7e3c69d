//! The fidelity table: how much of the microtext is seen, portrait by portrait.
//!
//! `cargo run --release --example fidelity [-- --portraits DIR]... [--strength X] [--names N]
//! [--profile FILE.toml]`
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "common/portraits.rs"]
mod portraits;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use image::{DynamicImage, ImageBuffer, Luma, Rgb};
use tumar::base::{Mm, Picture, Plane, tone};
use tumar::issue::difference::{
    absolute_difference, block_lightness_error, percentile, seen_lightness, structural_similarity,
};
use tumar::issue::{embed, portrait};
use tumar::spec::{Name, Profile};

use portraits::Portrait;

/// A passport is read from here.
const VIEWING: Mm = Mm(400.0);
const BLOCK: Mm = Mm(1.0);

/// What the default strength has to keep, in L*.
const MOST_P95: f32 = 1.0;
const MOST_P99: f32 = 2.0;
const MOST_BLOCK_P95: f32 = 0.5;

/// A very short name, whose few letters stand in each line again and again; many wide letters;
/// many narrow ones; a long name; names as they come.
const NAMES: [(&str, &str); 8] = [
    ("Ли", ""),
    ("Жжж", "Жшщж"),
    ("Iiii", "Illi"),
    ("Құрманғазы-Сағырбайұлы", "Әбілмансұр Шыңғысхан"),
    ("Назарбаева", "Әсел"),
    ("O'Brien-Wolfeschlegelstein", "Maximilian Wilhelm"),
    ("Mammadova", "Günel"),
    ("Ng", ""),
];

#[derive(Parser)]
struct Options {
    /// Folders of portraits (PNG).
    #[arg(long, default_value = "samples")]
    portraits: Vec<PathBuf>,
    /// Strength instead of the profile's.
    #[arg(long)]
    strength: Option<f64>,
    /// How many of the built-in names.
    #[arg(long, default_value_t = NAMES.len())]
    names: usize,
    /// A profile instead of the built-in one.
    #[arg(long)]
    profile: Option<PathBuf>,
}

/// One portrait's figures, the worst over all names.
#[derive(Clone, Copy)]
struct Row {
    median: f32,
    p95: f32,
    p99: f32,
    block_p95: f32,
    ssim: f64,
    untouched_p95: f32,
}

impl Row {
    /// No difference at all.
    const NONE: Self =
        Self { median: 0.0, p95: 0.0, p99: 0.0, block_p95: 0.0, ssim: 1.0, untouched_p95: 0.0 };

    fn or_worse(self, other: Self) -> Self {
        Self {
            median: self.median.max(other.median),
            p95: self.p95.max(other.p95),
            p99: self.p99.max(other.p99),
            block_p95: self.block_p95.max(other.block_p95),
            ssim: self.ssim.min(other.ssim),
            untouched_p95: self.untouched_p95.max(other.untouched_p95),
        }
    }

    fn print(&self, title: &str) {
        let Self { median, p95, p99, block_p95, ssim, untouched_p95 } = self;
        println!(
            "| {title} | {median:.2} | {p95:.2} | {p99:.2} | {block_p95:.2} | {ssim:.3} | {untouched_p95:.2} |"
        );
    }

    fn within_limits(&self) -> bool {
        self.p95 <= MOST_P95 && self.p99 <= MOST_P99 && self.block_p95 <= MOST_BLOCK_P95
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = profile(&options, options.strength)?;
    let blank = crate::profile(&options, Some(0.0))?;
    let portraits = portraits::portraits(&options.portraits)?;
    let names = names(options.names)?;
    println!(
        "Strength {}, line pitch {}, {} names, seen from {VIEWING}; all but SSIM in L*, the worst name.\n",
        profile.strength,
        profile.layout.pitch,
        names.len()
    );
    println!(
        "| portrait | median | p95 | p99 | 1 mm blocks p95 | SSIM 300 ppi | p95 to the untouched portrait |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut worst = Row::NONE;
    for Portrait { title, picture } in &portraits {
        let row = measure(picture, &names, &profile, &blank).with_context(|| title.clone())?;
        row.print(title);
        worst = worst.or_worse(row);
    }
    worst.print("**worst**");
    println!(
        "\nlimits: p95 <= {MOST_P95:.1}, p99 <= {MOST_P99:.1}, block p95 <= {MOST_BLOCK_P95:.1}: {}",
        if worst.within_limits() { "met" } else { "not met" }
    );
    Ok(())
}

/// The chosen profile, at another strength if one is given.
fn profile(options: &Options, strength: Option<f64>) -> Result<Profile> {
    let profile = match &options.profile {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Profile::parse(&text)?
        }
        None => Profile::default(),
    };
    match strength {
        Some(strength) => Ok(profile.with_strength(strength)?),
        None => Ok(profile),
    }
}

fn names(count: usize) -> Result<Vec<Name>> {
    ensure!((1..=NAMES.len()).contains(&count), "--names takes 1 to {}", NAMES.len());
    NAMES[..count].iter().map(|(surname, given)| Ok(Name::new(surname, given)?)).collect()
}

/// Prints each name into the portrait and compares with `blank`, the profile at strength 0.
fn measure(portrait: &Picture, names: &[Name], profile: &Profile, blank: &Profile) -> Result<Row> {
    let blank = embed(portrait, &names[0], blank)?.picture;
    let untouched = untouched(portrait, profile)?;
    let (seen_blank, seen_untouched) =
        (seen_lightness(&blank, VIEWING)?, seen_lightness(&untouched, VIEWING)?);
    let mut worst = Row::NONE;
    for name in names {
        let printed = embed(portrait, name, profile)?.picture;
        let seen: Plane = seen_lightness(&printed, VIEWING)?;
        let difference = absolute_difference(&seen_blank, &seen);
        let blocks = block_lightness_error(&blank, &printed, BLOCK)?;
        worst = worst.or_worse(Row {
            median: percentile(&difference, 0.5),
            p95: percentile(&difference, 0.95),
            p99: percentile(&difference, 0.99),
            block_p95: percentile(&blocks, 0.95),
            ssim: structural_similarity(&blank, &printed)?,
            untouched_p95: percentile(&absolute_difference(&seen_untouched, &seen), 0.95),
        });
    }
    Ok(worst)
}

/// The portrait at print size as it came: no letters, no room made for them.
fn untouched(portrait: &Picture, profile: &Profile) -> Result<Picture> {
    let prepared = portrait::prepare(portrait, profile)?;
    let (width, height) = (prepared.size.0 as u32, prepared.size.1 as u32);
    let deep = |&v: &u16| (tone::stored(f32::from(v) / 65_535.0) * 65_535.0 + 0.5) as u16;
    let values: Vec<u16> = prepared.linear.iter().map(deep).collect();
    let pixels = if prepared.channels == 1 {
        ImageBuffer::<Luma<u16>, _>::from_raw(width, height, values).map(DynamicImage::from)
    } else {
        ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, values).map(DynamicImage::from)
    };
    Ok(Picture::new(pixels.context("one value a channel")?, profile.dpi))
}
