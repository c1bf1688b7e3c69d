//! The arguments, their ranges and their help.

mod common;
mod embed;
#[cfg(feature = "cluster")]
mod nats;
mod press;
mod run;
pub(crate) mod signature;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};
use tumar::Ppi;
use tumar::channel::Preset;

use crate::failure::Failure;
use common::ppi;
pub(crate) use common::{CommonArgs, PictureArgs, bad_name};
pub(crate) use embed::{EmbedArgs, Signing};
#[cfg(feature = "cluster")]
pub(crate) use nats::WorkerArgs;
pub(crate) use press::{CalibrateArgs, SheetArgs, TrialArgs};
pub(crate) use run::{IssueArgs, QaArgs, RunArgs};
pub(crate) use verify::VerifyArgs;

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
    /// Draw the test sheet of a press: what it prints of it tells what it does
    Sheet(SheetArgs),
    /// Measure a press and its scanner by scans of its test sheets
    Calibrate(CalibrateArgs),
    /// Make the prints of a trial, or read its scans: a table for real prints (docs/protocol.md)
    Trial(TrialArgs),
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
            Self::Sheet(args) => &args.common,
            Self::Calibrate(args) => &args.common,
            Self::Trial(args) => &args.common,
            Self::Channel(args) => &args.common,
            Self::Demo(args) => &args.common,
        }
    }
}

#[derive(Args)]
pub(crate) struct KeygenArgs {
    /// The key file to write; an existing file is never replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Make a signing key (Ed25519, PKCS#8), and beside FILE.pem its public part, FILE.pub.pem, with
    /// which anybody can check signed prints
    #[arg(long)]
    pub(crate) sign: bool,
    /// A file whose first line is a passphrase: the signing key is encrypted by it
    #[arg(long, value_name = "FILE", requires = "sign")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args)]
pub(crate) struct ChannelArgs {
    /// The picture to print and scan: PNG, JPEG, JPEG 2000, TIFF, PDF, WebP or BMP
    pub(crate) image: PathBuf,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    /// clean (changes nothing), lab2400, lab1200, flatbed600, reader500, reader400, phone or worn
    #[arg(long, value_name = "NAME", value_parser = model, required_unless_present = "press")]
    pub(crate) preset: Option<Model>,
    /// Instead: a press and its scanner as tumar calibrate measured them
    #[arg(long, value_name = "PRESS.toml", conflicts_with = "preset")]
    pub(crate) press: Option<PathBuf>,
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
