//! `tumar issue`.

use std::num::NonZero;
use std::path::Path;

use tumar::Mode;
use tumar::keys::IssuerKey;
use tumar::run::{
    Command, Counts, End, Folder, FolderError, Inputs, JournalError, Manifest, ManifestError,
    Printer, Run, RunError, Terms,
};

use crate::args::{IssueArgs, RunArgs};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::progress::{self, Progress};

pub(crate) fn run(args: &IssueArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let (profile, key) = (args.print.profile()?, args.key()?);
    let correction = args.print.correction()?;
    let signer = args.sign.signer()?;
    if profile.mode == Mode::Screen {
        tumar::microtext::check_screen(&profile).map_err(Failure::usage)?;
    }
    let manifest = manifest(&args.jobs_file, Command::Issue)?;
    let mut terms = Terms::new(Command::Issue, manifest.digest, manifest.rows, profile.digest);
    terms.options = args.options(&profile)?;
    terms.keys = key.iter().map(key_id).collect();
    terms.keys.extend(signer.iter().map(|signer| signer.public().id().to_string()));
    let stop = progress::stop()?;
    let folder = claimed(&args.run)?;
    let printer = Printer {
        profile: &profile,
        key: key.as_ref(),
        signer: signer.as_deref(),
        correction: correction.as_ref(),
        inputs: inputs(manifest.folder(), &args.run),
        folder: &folder,
    };
    let run = Run {
        manifest: &manifest,
        folder: &folder,
        terms,
        threads: threads(),
        retry: args.run.retry_errors,
        distributor: None,
        issued: None,
    };
    let end = run.issue(&printer, stop, &mut Progress::new(args.run.common.quiet));
    warn_of(&folder, &args.run);
    match end.map_err(refused)? {
        End::Stopped(counts) => Err(stopped(&counts)),
        End::Finished(summary) => {
            let counts = summary.counts;
            if stdout.json(args.run.json.as_deref(), &summary)? {
                let folder = args.run.out.display();
                let printed = format!("{} of {} portraits printed", counts.successful, counts.rows);
                stdout.line(format!("{folder}: {printed}{}", in_error(&counts)));
            }
            Ok(if counts.errors == 0 { failure::DONE } else { failure::WORK })
        }
    }
}

/// How many rows were in error, and where that stands.
fn in_error(counts: &Counts) -> String {
    match counts.errors {
        0 => String::new(),
        1 => ", 1 row in error: results.csv says why".to_owned(),
        many => format!(", {many} rows in error: results.csv says why"),
    }
}

fn manifest(path: &Path, command: Command) -> Result<Manifest, Failure> {
    Manifest::open(path, command).map_err(|error| no_manifest(path, error))
}

pub(crate) fn no_manifest(path: &Path, error: ManifestError) -> Failure {
    match error {
        ManifestError::Read(_) | ManifestError::NoFile => Failure::file(path, error),
        _ => Failure::usage(format!("{}: {error}", path.display())),
    }
}

/// The run's folder; what its drive cannot do is told before any row is done.
pub(crate) fn claimed(args: &RunArgs) -> Result<Folder, Failure> {
    let folder = Folder::claim(&args.out).map_err(|e| refused(e.into()))?;
    warn_of(&folder, args);
    Ok(folder)
}

/// Tells what the folder's drive turned out not to do.
pub(crate) fn warn_of(folder: &Folder, args: &RunArgs) {
    let warnings = folder.warnings();
    if !args.common.quiet {
        warnings.iter().for_each(|warning| failure::warn(warning));
    }
}

/// Pictures that are named relative to this folder.
pub(crate) fn inputs(folder: &Path, args: &RunArgs) -> Inputs {
    Inputs { folder: folder.to_owned(), outside: args.allow_outside, limits: args.size.limits() }
}

pub(crate) fn key_id(key: &IssuerKey) -> String {
    key.id().to_string()
}

/// Rows at a time.
pub(crate) fn threads() -> NonZero<usize> {
    NonZero::new(rayon::current_num_threads()).unwrap_or(NonZero::<usize>::MIN)
}

/// Why a run ended. What an earlier start did, and this one, is kept.
pub(crate) fn refused(error: RunError) -> Failure {
    let goes_on = |path: &Path, cause: &std::io::Error| {
        files::unwritable(path, cause).and("the same command then continues")
    };
    match &error {
        RunError::Folder(FolderError::Write { path, cause })
        | RunError::Journal(JournalError::File { path, cause }) => goes_on(path, cause),
        _ => Failure::work(error),
    }
}

pub(crate) fn stopped(counts: &Counts) -> Failure {
    let (done, rows) = (counts.done(), counts.rows);
    Failure::work(format!("stopped after {done} of {rows} rows; the same command continues"))
}
