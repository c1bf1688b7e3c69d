//! Rust's text as words and signs, without comments, strings, characters and lifetimes.

/// What is left of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// `::`
    Path,
    /// Any other sign.
    Sign(char),
}

impl Token {
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }

    pub(crate) fn word(&self) -> Option<&str> {
        if let Self::Word(text) = self { Some(text) } else { None }
    }
}

/// The tokens of a text that compiles (The Rust Reference, chapter 2).
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let text: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let rest = &text[at..];
        at += match rest {
            ['/', '/', ..] => rest.iter().take_while(|&&c| c != '\n').count(),
            ['/', '*', ..] => comment(rest),
            ['"', ..] => string(rest),
            ['\'', ..] => quote(rest),
            [':', ':', ..] => {
                found.push(Token::Path);
                2
            }
            [c, ..] if c.is_alphanumeric() || *c == '_' => word(rest, &mut found),
            [c, ..] => {
                if !c.is_whitespace() {
                    found.push(Token::Sign(*c));
                }
                1
            }
            [] => unreachable!("at is inside"),
        };
    }
    found
}

/// Length of a comment, which may hold others.
fn comment(text: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match text[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of a string with escapes.
fn string(text: &[char]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Length of a string in which nothing is an escape, from its `#` or `"` on.
fn raw_string(text: &[char]) -> usize {
    let hashes = text.iter().take_while(|&&c| c == '#').count();
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = &text[hashes + 1..];
    let length = body.windows(end.len()).position(|part| part == end).unwrap_or(body.len());
    hashes + 1 + length + end.len()
}

/// Length of a character or of a lifetime.
fn quote(text: &[char]) -> usize {
    match text {
        ['\'', '\\', ..] => {
            let end = text[3..].iter().position(|&c| c == '\'');
            end.map_or(text.len(), |end| end + 4)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 1 + text[1..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count(),
    }
}

/// Takes a word, or the string or character that it is the prefix of, and returns its length.
fn word(text: &[char], found: &mut Vec<Token>) -> usize {
    let length = text.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
    let word: String = text[..length].iter().collect();
    let rest = &text[length..];
    match (word.as_str(), rest) {
        ("r" | "br" | "cr", ['"', ..] | ['#', '"' | '#', ..]) => return length + raw_string(rest),
        ("b" | "c", ['"', ..]) => return length + string(rest),
        ("b", ['\'', ..]) => return length + quote(rest),
        // A raw name is the name; the next turn takes it.
        ("r", ['#', ..]) => return length + 1,
        _ => found.push(Token::Word(word)),
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words and signs with spaces between them.
    fn shown(text: &str) -> String {
        let shown = |token: &Token| match token {
            Token::Word(word) => word.clone(),
            Token::Path => "::".into(),
            Token::Sign(sign) => sign.to_string(),
        };
        tokens(text).iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_and_signs() {
        assert_eq!(shown("use crate::a::{b, c};"), "use crate :: a :: { b , c } ;");
        assert_eq!(shown("let x: u8=1;"), "let x : u8 = 1 ;");
        assert_eq!(shown("r#type::r#in"), "type :: in");
    }

    #[test]
    fn what_is_no_code_is_left_out() {
        assert_eq!(shown("a // crate::x\nb"), "a b");
        assert_eq!(shown("a /* x /* y */ crate::z */ b"), "a b");
        assert_eq!(shown(r#"a("crate::x \" y", b"\\", c"z")"#), "a ( , , )");
        assert_eq!(shown("a r\"\\\" b r##\"x \"# crate::y\"## c"), "a b c");
        assert_eq!(shown("a('\"', '\\'', '\\u{7e}', b'\\n', 'x') b"), "a ( , , , , ) b");
        assert_eq!(
            shown("fn a<'b>(c: &'b str, d: &'static u8)"),
            "fn a < > ( c : & str , d : & u8 )"
        );
    }
}
