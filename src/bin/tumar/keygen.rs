//! `tumar keygen`.

use tumar::keys::IssuerKey;

use crate::args::KeygenArgs;
use crate::failure::{self, Failure};
use crate::files::{self, Stdout};

pub(crate) fn run(args: &KeygenArgs, stdout: &mut Stdout) -> Result<u8, Failure> {
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
