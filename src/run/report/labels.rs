//! Words and numbers for people.

use crate::run::journal::State;
use crate::run::manifest::Command;
use crate::run::spc::Measure;

/// Rows that name no machine.
const NO_MACHINE: &str = "no machine named";

/// What a chart of shares tells.
pub(super) const SHARE_RISES: &str = "more do not pass";

pub(super) fn machine_name(name: &str) -> &str {
    if name.is_empty() { NO_MACHINE } else { name }
}

/// A count in groups of three digits.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How a row's end is called and shown.
pub(super) struct Label {
    pub(super) says: &'static str,
    /// Its colour.
    pub(super) class: &'static str,
    /// For those who see no colours.
    pub(super) sign: &'static str,
}

pub(super) fn label(command: Command, state: State) -> Label {
    let (says, class, sign) = match (state, command) {
        (State::Successful, Command::Qa) => ("passed", "passed", "✓"),
        (State::Successful, Command::Issue) => ("printed", "passed", "✓"),
        (State::Failed, _) => ("failed", "failed", "✕"),
        (State::Undetermined, _) => ("not decided", "open", "?"),
        (State::Error, Command::Qa) => ("not inspected", "halted", "!"),
        (State::Error, Command::Issue) => ("not printed", "halted", "!"),
    };
    Label { says, class, sign }
}

/// What an operator sees when a measure rises or falls.
pub(super) fn moves(measure: Measure, up: bool) -> &'static str {
    let [rises, falls] = match measure {
        Measure::Contrast => ["contrast rises", "contrast falls"],
        Measure::Stroke => ["strokes get wider", "strokes get thinner"],
        Measure::Sharpness => ["edges get sharper", "edges get softer"],
        Measure::Across => ["print moves right", "print moves left"],
        Measure::Down => ["print moves down", "print moves up"],
        Measure::Skew => ["print turns clockwise", "print turns counterclockwise"],
        Measure::Legibility => ["legibility rises", "legibility falls"],
        Measure::Coverage => ["microtext covers more", "microtext covers less"],
    };
    if up { rises } else { falls }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let counts = [0, 7, 999, 1000, 12_345, 1_000_000];
        assert_eq!(counts.map(grouped), ["0", "7", "999", "1,000", "12,345", "1,000,000"]);
    }
}
