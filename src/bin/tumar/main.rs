//! The command line: arguments → a command → one line of error or none, and the exit code.

mod args;
mod calibrate;
mod channel;
mod demo;
mod embed;
mod failure;
mod files;
mod issue;
mod keygen;
mod progress;
mod qa;
mod sheet;
mod trial;
mod verify;
#[cfg(feature = "cluster")]
mod worker;

use std::process::ExitCode;

use args::Command;
use failure::Failure;
use files::Stdout;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|fault| failure::fault(fault.location())));
    let code = match args::parse(std::env::args_os()) {
        Ok(Some(command)) => run(&command),
        Ok(None) => Ok(failure::DONE),
        Err(failure) => Err(failure),
    };
    ExitCode::from(code.unwrap_or_else(|failure| failure.report()))
}

fn run(command: &Command) -> Result<u8, Failure> {
    let common = command.common();
    if let Some(jobs) = common.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
        pool.map_err(|e| Failure::work(format!("--jobs {jobs}: {e}; try fewer")))?;
    }
    let mut stdout = Stdout::new(common.quiet);
    let code = match command {
        Command::Embed(args) => embed::run(args, &mut stdout),
        Command::Verify(args) => verify::run(args, &mut stdout),
        Command::Issue(args) => issue::run(args, &mut stdout),
        Command::Qa(args) => qa::run(args, &mut stdout),
        #[cfg(feature = "cluster")]
        Command::Worker(args) => worker::run(args, &mut stdout),
        Command::Keygen(args) => keygen::run(args, &mut stdout),
        Command::Calibrate(args) => calibrate::run(args, &mut stdout),
        Command::Trial(args) => trial::run(args, &mut stdout),
        Command::Sheet(args) => sheet::run(args, &mut stdout),
        Command::Channel(args) => channel::run(args, &mut stdout),
        Command::Demo(args) => demo::run(args, &mut stdout),
    }?;
    stdout.finish()?;
    Ok(code)
}
