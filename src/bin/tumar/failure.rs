//! Exit codes, and errors as one line on stderr.

use std::fmt::Display;
use std::io::Write;
use std::panic::Location;
use std::path::Path;

/// The work is done, or the check passed.
pub(crate) const DONE: u8 = 0;
/// The work could not be done: a file is missing, corrupt, too large, not writable.
pub(crate) const WORK: u8 = 1;
/// The arguments, a name or a profile make no sense.
const USAGE: u8 = 2;
/// The check failed.
pub(crate) const FAILED: u8 = 3;
/// The check could not tell.
pub(crate) const UNDETERMINED: u8 = 4;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The work could not be done.
    pub(crate) fn work(message: impl Display) -> Self {
        Self { code: WORK, message: message.to_string() }
    }

    /// The work could not be done, because of this file.
    pub(crate) fn file(path: &Path, message: impl Display) -> Self {
        Self::work(format!("{}: {message}", path.display()))
    }

    /// The arguments make no sense.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self { code: USAGE, message: message.to_string() }
    }

    /// The same, with something more to say.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.message = format!("{}; {more}", self.message);
        self
    }

    /// Prints the line and gives the exit code.
    pub(crate) fn report(&self) -> u8 {
        complain(&self.message);
        self.code
    }
}

/// Says that tumar itself is at fault, and where; not what was in its hands, which may be a name.
pub(crate) fn fault(place: Option<&Location<'_>>) {
    let place = place.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    complain(&format!("a fault in tumar at {place}; please report it"));
}

/// A warning on stderr.
pub(crate) fn warn(message: &str) {
    complain(&format!("warning: {message}"));
}

fn complain(message: &str) {
    // If stderr is gone there is nobody left to tell.
    let _gone = writeln!(std::io::stderr().lock(), "tumar: {}", one_line(message));
}

/// A message without line breaks, excerpts of source text or control characters.
fn one_line(message: &str) -> String {
    let is_excerpt = |line: &&str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        !rest.trim_start().starts_with('|')
    };
    let lines = message.lines().filter(is_excerpt).map(str::trim).filter(|l| !l.is_empty());
    let joined = lines.collect::<Vec<_>>().join(": ");
    let shown = joined.chars().flat_map(|c| {
        let escaped = c.is_control().then(|| c.escape_unicode());
        escaped.into_iter().flatten().chain((!c.is_control()).then_some(c))
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_take_one_line() {
        let toml = "TOML parse error at line 3, column 8\n  |\n3 | dpi = \n  |        ^\nno value";
        assert_eq!(one_line(toml), "TOML parse error at line 3, column 8: no value");
        assert_eq!(one_line("a\u{1b}[31m"), "a\\u{1b}[31m");
    }
}
