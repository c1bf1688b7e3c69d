//! `tumar keygen`.

use tumar::keys::{IssuerKey, Sign};

use crate::args::{KeygenArgs, signature};
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

pub(crate) fn run(args: &KeygenArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    if args.sign {
        return pair(args, stdout);
    }
    files::check_outputs(&[], &[&args.out])?;
    let key = IssuerKey::generate()
        .map_err(|e| Failure::work(format!("the system provides no random numbers: {e}")))?;
    files::write_key(&args.out, &key)?;
    stdout.line(format!(
        "{}: issuer key {}, which only you can read",
        args.out.display(),
        key.id()
    ));
    stdout
        .line("  Keep a copy where nobody else can read it: without it, prints cannot be checked.");
    Ok(failure::DONE)
}

/// A signing key and its public part.
fn pair(args: &KeygenArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
    let (key, public) = signature::new_pair(&args.out, args.passphrase_file.as_deref())?;
    let id = key.public().id();
    stdout.line(format!("{}: signing key {id}, which only you can read", args.out.display()));
    stdout.line(format!("{}: its public part, by which anybody can check", public.display()));
    stdout.line(
        "  Keep a copy of the signing key where nobody else can read it: who has it can sign.",
    );
    Ok(failure::DONE)
}
