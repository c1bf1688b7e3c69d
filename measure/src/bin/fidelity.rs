//! The fidelity table: how much of the microtext is seen, portrait by portrait.
//!
//! `cargo run --release -p measure --bin fidelity [-- --portraits DIR]... [--strength X] [--names N]
//! [--profile FILE.toml] [--mode tint|screen]`
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use measure::portraits;
use tumar::imaging::{Mm, Picture, Plane};
use tumar::issue::difference::{
    absolute_difference, block_colour_difference, block_lightness_error, kept_detail, percentile,
    saturated_share, seen_lightness, structural_similarity,
};
use tumar::issue::{embed, portrait};
use tumar::spec::profile::Mode;
use tumar::spec::{Name, Profile};

use portraits::Portrait;

/// A passport is read from here.
const VIEWING: Mm = Mm(400.0);
const BLOCK: Mm = Mm(1.0);
/// Details of this size stay.
const DETAIL: Mm = Mm(2.0);

/// What the default strength has to keep, in L* ...
const MOST_P95: f32 = 1.0;
const MOST_P99: f32 = 2.0;
const MOST_BLOCK_P95: f32 = 0.5;
/// ... in CIEDE2000 to the portrait as it came ...
const MOST_COLOUR_MEAN: f32 = 0.5;
const MOST_COLOUR_P95: f32 = 1.0;
/// ... and in shares of pixels and of detail.
const MOST_SATURATED: f64 = 0.001;
const LEAST_DETAIL: f64 = 0.99;

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
    /// tint or screen instead of the profile's mode.
    #[arg(long, value_parser = mode)]
    mode: Option<Mode>,
}

fn mode(name: &str) -> Result<Mode, String> {
    match name {
        "tint" => Ok(Mode::Tint),
        "screen" => Ok(Mode::Screen),
        _ => Err("there are tint and screen".to_owned()),
    }
}

/// One portrait's figures, the worst over all names.
#[derive(Clone, Copy)]
struct Row {
    median: f32,
    p95: f32,
    p99: f32,
    block_p95: f32,
    ssim: f64,
    /// Mean and p95 of CIEDE2000 to the portrait without letters and to the untouched one.
    colour: [[f32; 2]; 2],
    untouched_p95: f32,
    /// What came to the share of saturated pixels.
    saturated: f64,
    contrast: f64,
    correlation: f64,
}

impl Row {
    /// No difference at all.
    const NONE: Self = Self {
        median: 0.0,
        p95: 0.0,
        p99: 0.0,
        block_p95: 0.0,
        ssim: 1.0,
        colour: [[0.0; 2]; 2],
        untouched_p95: 0.0,
        saturated: -1.0,
        contrast: 1.0,
        correlation: 1.0,
    };

    fn or_worse(self, other: Self) -> Self {
        let farther = |a: f64, b: f64| if (a - 1.0).abs() > (b - 1.0).abs() { a } else { b };
        Self {
            median: self.median.max(other.median),
            p95: self.p95.max(other.p95),
            p99: self.p99.max(other.p99),
            block_p95: self.block_p95.max(other.block_p95),
            ssim: self.ssim.min(other.ssim),
            colour: [0, 1].map(|i| [0, 1].map(|j| self.colour[i][j].max(other.colour[i][j]))),
            untouched_p95: self.untouched_p95.max(other.untouched_p95),
            saturated: self.saturated.max(other.saturated),
            contrast: farther(self.contrast, other.contrast),
            correlation: self.correlation.min(other.correlation),
        }
    }

    fn print(&self, title: &str) {
        let Self { median, p95, p99, block_p95, ssim, untouched_p95, .. } = self;
        let [[mean, most], [untouched_mean, untouched_most]] = self.colour;
        let [saturated, contrast] = [self.saturated, self.contrast].map(|share| 100.0 * share);
        println!(
            "| {title} | {median:.2} | {p95:.2} | {p99:.2} | {block_p95:.2} | {ssim:.3} | {mean:.2} / {most:.2} \
             | {untouched_p95:.2} | {untouched_mean:.2} / {untouched_most:.2} | {saturated:+.2} % \
             | {contrast:.1} % / {:.3} |",
            self.correlation
        );
    }

    fn within_limits(&self) -> bool {
        let [mean, most] = self.colour[1];
        self.p95 <= MOST_P95
            && self.p99 <= MOST_P99
            && self.block_p95 <= MOST_BLOCK_P95
            && mean <= MOST_COLOUR_MEAN
            && most <= MOST_COLOUR_P95
            && self.saturated <= MOST_SATURATED
            && self.correlation >= LEAST_DETAIL
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let profile = profile(&options, options.strength)?;
    let blank = crate::profile(&options, Some(0.0))?;
    let portraits = portraits::portraits(&options.portraits)?;
    let names = names(options.names)?;
    println!(
        "Strength {}, line pitch {}, {} names, the worst of them; seen from {VIEWING}. In L* but SSIM, \
         ΔE₀₀ (CIEDE2000 of {BLOCK} blocks, mean / p95), and shares.\n",
        profile.strength,
        profile.layout.pitch,
        names.len()
    );
    println!(
        "| portrait | median | p95 | p99 | 1 mm blocks p95 | SSIM 300 ppi | ΔE₀₀ | untouched: p95 | untouched: ΔE₀₀ \
         | saturated pixels | detail of {DETAIL}: contrast / correlation |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut worst = Row::NONE;
    for Portrait { title, picture } in &portraits {
        let row = measure(picture, &names, &profile, &blank).with_context(|| title.clone())?;
        row.print(title);
        worst = worst.or_worse(row);
    }
    worst.print("**worst**");
    println!(
        "\nlimits: p95 <= {MOST_P95:.1}, p99 <= {MOST_P99:.1}, block p95 <= {MOST_BLOCK_P95:.1}, untouched ΔE₀₀ <= \
         {MOST_COLOUR_MEAN:.1} / {MOST_COLOUR_P95:.1}, saturated +{:.1} %, correlation {LEAST_DETAIL}: {}",
        100.0 * MOST_SATURATED,
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
    let profile = match options.mode {
        Some(mode) => profile.with_mode(mode),
        None => profile,
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
    let untouched = portrait::prepare(portrait, profile)?.untouched(profile.dpi);
    let (seen_blank, seen_untouched) =
        (seen_lightness(&blank, VIEWING)?, seen_lightness(&untouched, VIEWING)?);
    let mut worst = Row::NONE;
    for name in names {
        let printed = embed(portrait, name, profile)?.picture;
        let seen: Plane = seen_lightness(&printed, VIEWING)?;
        let difference = absolute_difference(&seen_blank, &seen);
        let blocks = block_lightness_error(&blank, &printed, BLOCK)?;
        let detail = kept_detail(&untouched, &printed, DETAIL)?;
        worst = worst.or_worse(Row {
            median: percentile(&difference, 0.5),
            p95: percentile(&difference, 0.95),
            p99: percentile(&difference, 0.99),
            block_p95: percentile(&blocks, 0.95),
            ssim: structural_similarity(&blank, &printed)?,
            colour: [colour(&blank, &printed)?, colour(&untouched, &printed)?],
            saturated: saturated_share(&printed) - saturated_share(&untouched),
            contrast: detail.contrast,
            correlation: detail.correlation,
            untouched_p95: percentile(&absolute_difference(&seen_untouched, &seen), 0.95),
        });
    }
    Ok(worst)
}

/// Mean and p95 of the blocks' colour difference.
fn colour(original: &Picture, printed: &Picture) -> Result<[f32; 2]> {
    let difference = block_colour_difference(original, printed, BLOCK)?;
    Ok([difference.mean().unwrap_or(0.0), percentile(&difference, 0.95)])
}
