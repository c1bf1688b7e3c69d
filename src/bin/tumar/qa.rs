//! `tumar qa`.

#[cfg(feature = "cluster")]
use std::path::Path;

use tumar::Reader;
#[cfg(feature = "cluster")]
use tumar::keys::PublicKey;
use tumar::run::spc::Test;
use tumar::run::{
    Command, Counts, End, ISSUED, Inspector, MachineBase, Manifest, Measure, Run, Summary, Terms,
};
#[cfg(feature = "cluster")]
use tumar::run::{Distributor, Issued, Remote, Setup, cluster};

use crate::args::QaArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::issue::{claimed, inputs, key_id, no_manifest, refused, stopped, threads, warn_of};
use crate::progress::{self, Progress, told};

/// The server that hands out the rows, if one does; what it kept of the run is discarded, if asked for.
#[cfg(feature = "cluster")]
fn server(args: &QaArgs) -> Result<Option<cluster::Server>, Failure> {
    let server = args.nats.server()?;
    match (&server, &args.name) {
        (Some(server), Some(name)) if args.discard => {
            cluster::discard(server, name).map_err(Failure::work)?;
        }
        (Some(_), None) => {
            let what = "--nats needs the run's name, --run NAME; see tumar qa --help";
            return Err(Failure::usage(what));
        }
        _ => {}
    }
    Ok(server)
}

pub(crate) fn run(args: &QaArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let (profile, keys, trust) = (args.profile()?, args.keys()?, args.trust.keys()?);
    let press = args.press.as_deref().map(files::read_printing).transpose()?;
    let bases = match &args.base {
        Some(path) => MachineBase::read(path).map_err(|what| Failure::file(path, what))?,
        None => Vec::new(),
    };
    let issued = args.issued()?;
    let scans = &args.scans_file;
    let manifest = match &issued {
        Some(_) => Manifest::open_without_names(scans),
        None => Manifest::open(scans, Command::Qa),
    };
    let manifest = manifest.map_err(|error| no_manifest(scans, error))?;
    let mut terms = Terms::new(Command::Qa, manifest.digest, manifest.rows, profile.digest);
    terms.options = args.options();
    let by = issued.as_ref().map(|issued| (ISSUED.to_owned(), issued.digest.clone()));
    terms.options.extend(by);
    terms.keys = keys.iter().map(key_id).collect();
    let trusted = trust.iter().flatten().map(|key| ("trust".to_owned(), key.id().to_string()));
    terms.options.extend(trusted.reduce(|(name, a), (_, b)| (name, format!("{a} {b}"))));
    // A run goes on with the press that it began with.
    let by = args.press.as_deref().map(files::digest).transpose()?;
    terms.options.extend(by.map(|digest| ("press".to_owned(), digest)));
    #[cfg(feature = "cluster")]
    let server = server(args)?;
    let stop = progress::stop()?;
    let folder = claimed(&args.run)?;
    let reader = Reader::new(&profile);
    let inspector = Inspector {
        profile: &profile,
        reader: &reader,
        ppi: args.ppi,
        keys: &keys,
        trust: trust.as_deref(),
        printing: press.as_ref().map(|(printing, _)| printing),
        inputs: inputs(manifest.folder(), &args.run),
        issued: issued.as_ref().map(|issued| inputs(&issued.folder, &args.run)),
    };
    #[cfg(feature = "cluster")]
    let remote = match (&server, &args.name) {
        (Some(server), Some(name)) => Some(Remote {
            server,
            name,
            setup: Setup {
                press: press.as_ref().map(|(_, text)| text.clone()),
                ..setup(args, &manifest, issued.as_ref(), trust.as_deref(), &terms)?
            },
        }),
        _ => None,
    };
    let run = Run {
        manifest: &manifest,
        folder: &folder,
        threads: threads(),
        issued: issued.as_ref(),
        retry: args.run.retry_errors,
        #[cfg(feature = "cluster")]
        distributor: remote.as_ref().map(|remote| remote as &dyn Distributor),
        #[cfg(not(feature = "cluster"))]
        distributor: None,
        terms,
    };
    let mut progress = Progress::new(args.run.common.quiet);
    let end = run.qa(&inspector, &bases, args.inspections, stop, &mut progress);
    warn_of(&folder, &args.run);
    match end.map_err(refused)? {
        End::Stopped(counts) => Err(stopped(&counts)),
        End::Finished(summary) => {
            if stdout.json(args.run.json.as_deref(), &summary)? {
                tell(stdout, args, &summary);
            }
            Ok(code(&summary.counts))
        }
    }
}

/// What workers have to know.
#[cfg(feature = "cluster")]
fn setup(
    args: &QaArgs,
    manifest: &Manifest,
    issued: Option<&Issued>,
    trust: Option<&[PublicKey]>,
    terms: &Terms,
) -> Result<Setup, Failure> {
    let whole = |folder: &Path| folder.canonicalize().map_err(|cause| Failure::file(folder, cause));
    Ok(Setup {
        tumar: terms.tumar.clone(),
        profile: args.profile_text()?,
        ppi: args.ppi.map(|ppi| ppi.0),
        keys: terms.keys.clone(),
        trust: trust.map(|keys| keys.iter().map(PublicKey::file).collect()),
        press: None,
        folder: whole(manifest.folder())?,
        issued: issued.map(|issued| whole(&issued.folder)).transpose()?,
        outside: args.run.allow_outside,
        max_pixels: args.run.size.limits().pixels,
    })
}

/// One failed row outweighs all others; one with which nothing could be done has failed.
fn code(counts: &Counts) -> u8 {
    match counts {
        Counts { failed: 0, errors: 0, undetermined: 0, .. } => failure::DONE,
        Counts { failed: 0, errors: 0, .. } => failure::UNDETERMINED,
        _ => failure::FAILED,
    }
}

fn hint(counts: &Counts) -> &'static str {
    if counts.errors == 0 { "" } else { "; results.csv says why" }
}

fn tell(stdout: &mut Stdout, args: &QaArgs, summary: &Summary) {
    let counts = &summary.counts;
    let folder = args.run.out.display();
    stdout.line(format!("{folder}: {} scans, {}{}", counts.rows, told(counts), hint(counts)));
    for machine in &summary.machines {
        for signal in machine.signals.iter().filter(|signal| signal.test == Test::Ewma) {
            let named = |measure: &Measure| measure.column() == signal.measure;
            let title = Measure::ALL.into_iter().find(named).map_or("", Measure::title);
            stdout.line(format!(
                "  drift       {}: {} by {:+.1} standard deviations since row {}, signalled at row {}",
                if machine.base.machine.is_empty() { "the machine" } else { &machine.base.machine },
                title.to_lowercase(),
                signal.shift,
                signal.since_row,
                signal.row
            ));
        }
    }
    stdout.line(format!("  see         {}", args.run.out.join("report.html").display()));
}
