//! How values come into the page: as text that shows what it is.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::report::words::is_unseen;

/// Escapes markup, and writes out what would be unseen or turn the text around it.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

impl Escaper for Plain {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.write_escaped_char(&mut out, c))
    }

    fn write_escaped_char<W: Write>(&self, mut out: W, c: char) -> fmt::Result {
        match c {
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '&' => out.write_str("&amp;"),
            '"' => out.write_str("&#34;"),
            '\'' => out.write_str("&#39;"),
            c if is_unseen(c) => write!(out, "{}", c.escape_unicode()),
            c => out.write_char(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text() {
        let shown = |text| {
            let mut out = String::new();
            Plain.write_escaped_str(&mut out, text).unwrap();
            out
        };
        assert_eq!(shown("Әсел O’Neil — 4 × 5"), "Әсел O’Neil — 4 × 5");
        assert_eq!(shown("<b a='\"'>&]]>"), "&lt;b a=&#39;&#34;&#39;&gt;&amp;]]&gt;");
        assert_eq!(shown("a\u{202e}b\n\u{1b}\0"), "a\\u{202e}b\\u{a}\\u{1b}\\u{0}");
    }
}
