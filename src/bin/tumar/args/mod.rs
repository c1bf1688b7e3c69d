//! The arguments, their ranges and their help.

mod embed;
#[cfg(feature = "cluster")]
mod nats;
mod run;

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};
use tumar::channel::Preset;
use tumar::error::NameError;
use tumar::keys::{DocumentNumber, KeyClaim};
use tumar::microtext::Legend;
use tumar::report::log::Format;
use tumar::units::PLAUSIBLE_PPI;
use tumar::{Name, Ppi, Profile};

use crate::failure::Failure;
use crate::files;
pub(crate) use embed::{EmbedArgs, PrintArgs};
#[cfg(feature = "cluster")]
pub(crate) use nats::WorkerArgs;
pub(crate) use run::{IssueArgs, QaArgs, RunArgs};

/// Prints a name as microtext into a passport portrait, and reads it back from a scan.
#[derive(Parser)]
#[command(name = "tumar", version, arg_required_else_help = false, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, authentic or read; 1 the work could not be done; 2 wrong arguments; \
3 not authentic, or a row of qa did not pass; 4 the scan does not carry enough evidence";

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print one name into one portrait: a print-ready raster or page
    Embed(EmbedArgs),
    /// Inspect one scan: whether it is authentic or, without a name, what it says
    Verify(VerifyArgs),
    /// Print a whole run: one job per row of a table, one raster each, and a record of the run
    Issue(IssueArgs),
    /// Inspect the scans of a run: one scan per row of a table, one result each, and statistics
    Qa(QaArgs),
    /// Inspect rows that tumar qa on another machine hands out by a NATS server (docs/cluster.md)
    #[cfg(feature = "cluster")]
    Worker(WorkerArgs),
    /// Make a new issuer's key, for keyed microtext
    Keygen(KeygenArgs),
    /// Simulate printing and scanning, from a seed: for tests and experiments
    Channel(ChannelArgs),
    /// Print, scan and inspect the bundled sample, with pictures
    Demo(DemoArgs),
}

impl Command {
    pub(crate) fn common(&self) -> &CommonArgs {
        match self {
            Self::Embed(args) => &args.common,
            Self::Verify(args) => &args.common,
            Self::Issue(args) => &args.run.common,
            Self::Qa(args) => &args.run.common,
            #[cfg(feature = "cluster")]
            Self::Worker(args) => &args.common,
            Self::Keygen(args) => &args.common,
            Self::Channel(args) => &args.common,
            Self::Demo(args) => &args.common,
        }
    }
}

#[derive(Args)]
pub(crate) struct CommonArgs {
    /// Threads to use; results never depend on their number [default: one per core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// Print nothing but errors and the JSON that was asked for
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Args)]
pub(crate) struct ProfileArgs {
    /// The microtext profile: "default", or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "default")]
    profile: String,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// PNG, JPEG, JPEG 2000 or TIFF (its first page), upright or not, with or without a border
    pub(crate) scan: PathBuf,
    /// The surname that the microtext should carry; without it, the microtext is read blind
    #[arg(long, value_name = "S")]
    surname: Option<String>,
    /// The given names that the microtext should carry
    #[arg(long, value_name = "G", requires = "surname")]
    given: Option<String>,
    /// An issuer's key: check whether the lines begin where it says. Give the option several times to
    /// try several keys
    #[arg(long, value_name = "FILE", requires = "document_number")]
    key: Vec<PathBuf>,
    /// The number of the scanned document
    #[arg(long, value_name = "N", requires = "key")]
    document_number: Option<String>,
    /// Scan resolution, 50 to 12000 [default: the file's]
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) ppi: Option<Ppi>,
    /// Write the record of the inspection as JSON; - writes it, and nothing else, to stdout
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,
    /// Write a copy of the scan with what was found drawn into it
    #[arg(long, value_name = "FILE.png")]
    pub(crate) overlay: Option<PathBuf>,
    /// Write a report for examiners: one page of HTML with its pictures in it. An existing file is
    /// never overwritten
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    /// Write the checks in the form of BSI TR-03135: FILE.json or FILE.xml. An existing file is never
    /// overwritten
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl VerifyArgs {
    /// The log's file, and how it is written down by its ending.
    pub(crate) fn log(&self) -> Result<Option<(&Path, Format)>, Failure> {
        let Some(path) = self.log.as_deref() else { return Ok(None) };
        match path.extension().and_then(|ending| ending.to_str()) {
            Some(ending) if ending.eq_ignore_ascii_case("json") => Ok(Some((path, Format::Json))),
            Some(ending) if ending.eq_ignore_ascii_case("xml") => Ok(Some((path, Format::Xml))),
            _ => Err(Failure::usage(format!(
                "{}: a log's name ends in .json or .xml",
                path.display()
            ))),
        }
    }

    /// The profile, and the expected name if there is one and the profile can print it.
    pub(crate) fn profile_and_name(&self) -> Result<(Profile, Option<Name>), Failure> {
        let profile = self.profile.load()?;
        let Some(surname) = &self.surname else { return Ok((profile, None)) };
        let name = Name::new(surname, self.given.as_deref().unwrap_or(""));
        let name = name.and_then(|name| Legend::of(&name, profile.most_symbols).map(|_| name));
        Ok((profile, Some(name.map_err(|e| bad_name(&e))?)))
    }

    /// The issuers' keys and the document's number, if the print is to be held against them.
    pub(crate) fn key_claim(&self) -> Result<Option<KeyClaim>, Failure> {
        let Some(number) = &self.document_number else { return Ok(None) };
        let document = document_number(number)?;
        let keys = self.key.iter().map(|path| files::read_key(path)).collect::<Result<_, _>>()?;
        Ok(Some(KeyClaim { keys, document }))
    }
}

#[derive(Args)]
pub(crate) struct KeygenArgs {
    /// The key file to write; an existing file is never replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args)]
pub(crate) struct ChannelArgs {
    /// The picture to print and scan: PNG, JPEG, JPEG 2000 or TIFF (its first page)
    pub(crate) image: PathBuf,
    /// clean (changes nothing), lab2400, lab1200, flatbed600, reader500, reader400, phone or worn
    #[arg(long, value_name = "NAME", value_parser = model)]
    pub(crate) preset: Model,
    /// The seed that draws printer, scanner and noise from the preset's ranges
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// The scan to write: .png, .tif or .tiff
    #[arg(long, value_name = "SCAN")]
    pub(crate) out: PathBuf,
    /// Print resolution, 50 to 12000 [default: the file's]
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) dpi: Option<Ppi>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// A printer and a scanner.
#[derive(Clone, Copy)]
pub(crate) enum Model {
    /// They change nothing.
    Clean,
    /// They are drawn from ranges.
    Drawn(Preset),
}

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// The folder for the pictures, created if it does not exist
    #[arg(long, value_name = "DIR", default_value = "tumar-demo")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl ProfileArgs {
    fn load(&self) -> Result<Profile, Failure> {
        if self.profile == "default" {
            return Ok(Profile::default());
        }
        let text = self.text()?;
        Profile::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", self.profile)))
    }

    /// The profile's file.
    fn text(&self) -> Result<String, Failure> {
        if self.profile == "default" {
            return Ok(Profile::default_text().to_owned());
        }
        let path = Path::new(&self.profile);
        if path.extension().is_none_or(|ending| ending != "toml") {
            let unknown = "no such profile; use \"default\", or name a FILE.toml";
            return Err(Failure::usage(format!("--profile {}: {unknown}", self.profile)));
        }
        files::read_text(path)
    }
}

/// Neither the number nor a part of it goes into the error.
fn document_number(text: &str) -> Result<DocumentNumber, Failure> {
    text.parse().map_err(|e| Failure::usage(format!("--document-number: {e}")))
}

/// The error of a name; it shows no more of it than the letters that are in the way.
pub(crate) fn bad_name(error: &NameError) -> Failure {
    Failure::usage(match error {
        NameError::Unprintable(_) => {
            format!("the name: {error}; transliterate them as Doc 9303-3 says")
        }
        NameError::MixedScripts { latin, cyrillic } => {
            let (few, script, rest) = if latin.len() <= cyrillic.len() {
                (latin, "Latin", "Cyrillic")
            } else {
                (cyrillic, "Cyrillic", "Latin")
            };
            let named = few.iter().map(|&c| format!("'{c}' (U+{:04X})", u32::from(c)));
            let named = named.collect::<Vec<_>>().join(", ");
            format!(
                "the name mixes scripts: {named} of {script}, the rest {rest}; write it in one of them"
            )
        }
        other => other.to_string(),
    })
}

/// The command, or none where help or version were printed.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Command>, Failure> {
    let error = match Cli::try_parse_from(args) {
        Ok(cli) => return Ok(Some(cli.command)),
        Err(error) => error,
    };
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A reader that has seen enough closes the pipe.
        let _closed = error.print();
        return Ok(None);
    }
    // A stray word may be part of a name that was not quoted: it is not repeated.
    let stray = matches!(
        (error.kind(), error.get(ContextKind::InvalidArg)),
        (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) if !word.starts_with('-')
    );
    if stray {
        let advice = "put quotation marks around a name of several words";
        return Err(Failure::usage(format!("one argument too many; {advice}")));
    }
    let text = error.render().to_string();
    let told = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let told = told.filter(|line| {
        !line.is_empty() && !line.starts_with("tip:") && !line.starts_with("For more information")
    });
    let line = told.collect::<Vec<_>>().join(" ");
    let line = line.trim_start_matches("error: ");
    Err(Failure::usage(format!("{line}; see tumar --help")))
}

fn within(text: &str, range: RangeInclusive<f64>) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("it must be a number from {} to {}", range.start(), range.end()))
}

fn ppi(text: &str) -> Result<Ppi, String> {
    within(text, PLAUSIBLE_PPI).map(Ppi)
}

fn jobs(text: &str) -> Result<usize, String> {
    let number: Option<usize> = text.parse().ok();
    let number = number.filter(|number| (1..=512).contains(number));
    number.ok_or_else(|| "it must be a whole number from 1 to 512".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 0 to {}", u64::MAX))
}

fn model(name: &str) -> Result<Model, String> {
    match name {
        "clean" => Ok(Model::Clean),
        drawn => drawn.parse().map(Model::Drawn).map_err(|_| {
            let names: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name()).collect();
            format!("it must be one of clean, {}", names.join(", "))
        }),
    }
}
