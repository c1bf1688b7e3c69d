//! What outputs for people have in common.

use super::record::Text;
use crate::inspect::scan::PpiSource;
use crate::spec::Symbol;

/// Stands for a symbol that was not read; no alphabet has it.
pub const UNREAD: char = '▯';

/// Surname and given names as a person writes them.
#[must_use]
pub fn full_name(surname: &str, given: &str) -> String {
    if given.is_empty() { surname.to_owned() } else { format!("{surname}, {given}") }
}

/// The name that was read, or symbol by symbol what was.
#[must_use]
pub fn read_line(read: &Text) -> String {
    if let (Some(surname), Some(given)) = (&read.surname, &read.given) {
        return full_name(surname, given);
    }
    let shown = |symbol: Option<char>| symbol.unwrap_or(UNREAD);
    let symbols = read.symbols.iter().map(|part| shown(part.symbol.map(Symbol::character)));
    let symbols: String = symbols.collect();
    if read.text.is_some() {
        format!("{symbols} (not understood as a name)")
    } else {
        format!("{symbols} ({UNREAD} is not clear)")
    }
}

/// Who says how fine the scan is.
#[must_use]
pub fn ppi_source(source: Option<PpiSource>) -> &'static str {
    match source {
        Some(PpiSource::Metadata) => "stated by the file",
        Some(PpiSource::Option) => "stated by --ppi",
        Some(PpiSource::Estimated) => "by the lines' pitch",
        None => "not stated",
    }
}

/// A number with its sign, so many decimals, and a minus as wide as the plus.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    format!("{value:+.decimals$}").replace('-', "−")
}

/// A number with so many decimals.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}
