//! The arguments of whole runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use tumar::keys::IssuerKey;
use tumar::run::Issued;
use tumar::{Ppi, Profile};

use super::common::{CommonArgs, ProfileArgs, SizeArgs, ppi};
use super::embed::PrintArgs;
#[cfg(feature = "cluster")]
use super::nats::NatsArgs;
use super::signature::{SignArgs, TrustArgs};
use crate::failure::Failure;
use crate::files;

/// What all runs have.
#[derive(Args)]
pub(crate) struct RunArgs {
    /// The run's folder, created if it does not exist: results.csv, run.json, report.html. Started
    /// again with the same folder, a run continues where it stopped
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Also read pictures outside the folder of the table of rows, and from URLs
    #[arg(long)]
    pub(crate) allow_outside: bool,
    /// Retry the rows that failed with an error in an earlier start
    #[arg(long)]
    pub(crate) retry_errors: bool,
    /// Write what run.json says of the run, without its documents, as JSON; - writes it, and nothing
    /// else, to stdout
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) size: SizeArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl RunArgs {
    /// The options that results of all runs depend on.
    fn options(&self) -> impl Iterator<Item = (String, String)> {
        let outside = ("allow-outside".to_owned(), self.allow_outside.to_string());
        let size = self.size.max_pixels.map(|most| ("max-pixels".to_owned(), most.to_string()));
        std::iter::once(outside).chain(size)
    }
}

#[derive(Args)]
pub(crate) struct IssueArgs {
    /// One job per row: CSV with the columns id,portrait,surname,given[,document_number][,out], or JSON
    /// Lines with the same fields. Portraits are relative to this file, OUT (.png, .tif) to DIR
    /// [default OUT: prints/ID.tif]
    #[arg(value_name = "JOBS")]
    pub(crate) jobs_file: PathBuf,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) print: PrintArgs,
    /// The issuer's key: half of the lines begin where it says for the row's document_number
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sign: SignArgs,
}

impl IssueArgs {
    pub(crate) fn key(&self) -> Result<Option<IssuerKey>, Failure> {
        self.key.as_deref().map(files::read_key).transpose()
    }

    /// The options that change what is printed beyond the profile's file.
    pub(crate) fn options(&self, profile: &Profile) -> Result<BTreeMap<String, String>, Failure> {
        let set = |name: &str, value: String| (name.to_owned(), value);
        let printed = [
            set("dpi", profile.dpi.0.to_string()),
            set("depth", format!("{:?}", profile.depth).to_lowercase()),
            set("mode", format!("{:?}", profile.mode).to_lowercase()),
            set("strength", profile.strength.to_string()),
        ];
        let press = self.print.press.as_deref().map(files::digest).transpose()?;
        let press = press.map(|digest| set("press", digest));
        Ok(printed.into_iter().chain(press).chain(self.run.options()).collect())
    }
}

#[derive(Args)]
pub(crate) struct QaArgs {
    /// One scan per row: CSV with the columns id,scan,surname,given[,document_number][,portrait]
    /// [,machine][,time], or JSON Lines with the same fields. Scans, and portraits as they were issued,
    /// are relative to this file. Without surname and given names, a scan is read blind
    #[arg(value_name = "SCANS")]
    pub(crate) scans_file: PathBuf,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    /// An issuer's key: check whether the lines begin where it says for the row's document_number.
    /// Give the option several times to try several keys
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// What tumar calibrate measured of the issuer's press and this scanner: scans at 1200 ppi and more that
    /// look printed by another press are undetermined
    #[arg(long, value_name = "PRESS.toml")]
    pub(crate) press: Option<PathBuf>,
    /// Scan resolution, 50 to 12000 [default: the files']
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) ppi: Option<Ppi>,
    /// The folder of a finished run of tumar issue: names, document numbers and portraits come from it,
    /// by the rows' ids, and SCANS needs no more than id,scan. The run's table of jobs and its portraits
    /// must be where they were
    #[arg(long, value_name = "DIR")]
    issued: Option<PathBuf>,
    /// The run.json of an earlier run, which says what is normal for each machine [default: the first
    /// documents of this run]
    #[arg(long, value_name = "FILE.json")]
    pub(crate) base: Option<PathBuf>,
    /// How many of the worst scans get an examiner's report
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) inspections: usize,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    pub(crate) nats: NatsArgs,
    /// The run's name on the NATS server, whose workers inspect its scans: letters, digits, - and _
    #[cfg(feature = "cluster")]
    #[arg(long = "run", value_name = "NAME", requires = "nats")]
    pub(crate) name: Option<String>,
    /// First remove an unfinished run of that name from the server; results that no folder has yet are
    /// lost
    #[cfg(feature = "cluster")]
    #[arg(long, requires = "name")]
    pub(crate) discard: bool,
}

impl QaArgs {
    pub(crate) fn profile(&self) -> Result<Profile, Failure> {
        self.profile.load()
    }

    /// The profile's file.
    #[cfg(feature = "cluster")]
    pub(crate) fn profile_text(&self) -> Result<String, Failure> {
        self.profile.text()
    }

    pub(crate) fn keys(&self) -> Result<Vec<IssuerKey>, Failure> {
        self.key.iter().map(|path| files::read_key(path)).collect()
    }

    /// The run of `issue` that scans are held against.
    pub(crate) fn issued(&self) -> Result<Option<Issued>, Failure> {
        let Some(folder) = &self.issued else { return Ok(None) };
        let bad = |error| Failure::usage(format!("--issued {}: {error}", folder.display()));
        Issued::open(folder).map(Some).map_err(bad)
    }

    /// The options that results depend on.
    pub(crate) fn options(&self) -> BTreeMap<String, String> {
        let ppi = self.ppi.map(|ppi| ("ppi".to_owned(), ppi.0.to_string()));
        ppi.into_iter().chain(self.run.options()).collect()
    }
}
