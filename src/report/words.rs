//! What outputs for people have in common.

use super::record::Text;
use crate::inspect::signal::scan::PpiSource;
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

/// Whether a character is not seen, or turns the text around it: controls, marks of direction, joiners, spaces without width, breaks of lines (Unicode 16, General_Category Cf,
/// Zl and Zp, as far as they occur in text).
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF
                | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F
        )
}

/// A text with what would be unseen written out.
pub(crate) fn visible(text: &str) -> String {
    let shown = |c: char| if is_unseen(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}
