//! `tumar worker`.

use tumar::run::Worker;
use tumar::run::cluster::{self, Note};

use crate::args::WorkerArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};
use crate::issue::threads;
use crate::progress;

pub(crate) fn run(args: &WorkerArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let server = args.server()?;
    let keys = args.key.iter().map(|path| files::read_key(path)).collect::<Result<_, _>>()?;
    let stop = progress::stop()?;
    let quiet = args.common.quiet;
    let note = |note: Note| {
        if !quiet {
            progress::say(&note.to_string());
        }
    };
    let worker = Worker::new(keys, args.scans.clone(), note).with_portraits(args.portraits.clone());
    let worked = cluster::work(&server, &args.terms(threads().get()), &worker, stop);
    let worked = worked.map_err(Failure::work)?;
    let given_up = match worked.given_up {
        0 => String::new(),
        count => format!(", {count} of them given up"),
    };
    stdout.line(format!("{} rows done{given_up}", worked.rows));
    Ok(failure::DONE)
}
