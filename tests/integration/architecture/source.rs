//! What one file imports and names, without its tests.

use std::collections::HashSet;

use super::tokens::{Token, tokens};

/// A name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The inline modules in which it stands, from the file's own on.
    pub(crate) scope: Vec<String>,
    /// As written: `["crate", "spec", "Name"]`.
    pub(crate) path: Vec<String>,
    /// The name by which it is known here; none of a `*`.
    pub(crate) name: Option<String>,
    /// Whether it stands there for others.
    pub(crate) is_public: bool,
}

/// What one file imports and names.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) imports: Vec<Import>,
    /// Paths of two parts and more outside of imports, each with its scope.
    pub(crate) paths: Vec<(Vec<String>, Vec<String>)>,
    /// Inline modules, by their whole paths in the file.
    pub(crate) modules: Vec<Vec<String>>,
    /// All words outside of imports.
    pub(crate) words: HashSet<String>,
}

impl Source {
    pub(crate) fn of(text: &str) -> Self {
        let mut parser = Parser { tokens: tokens(text), at: 0, source: Self::default() };
        parser.module(&[]);
        parser.source
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    source: Source,
}

impl Parser {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.peek(ahead) == Some(&Token::Sign(sign))
    }

    /// The body of a module: to the brace that closes it, or to the end of the file.
    fn module(&mut self, scope: &[String]) {
        let mut depth = 0;
        while let Some(token) = self.peek(0).cloned() {
            match &token {
                Token::Sign('#') => {
                    if self.attribute_is_of_tests() {
                        self.skip_item();
                    }
                }
                Token::Word(word) if word == "use" => self.import(scope),
                Token::Word(word) if word == "mod" && self.is_sign(2, '{') => {
                    let name = self.peek(1).and_then(Token::word).unwrap_or_default();
                    let inner = [scope, &[name.to_owned()]].concat();
                    self.at += 3;
                    self.source.modules.push(inner.clone());
                    self.module(&inner);
                }
                Token::Word(_) => self.path(scope),
                Token::Sign('}') if depth == 0 => {
                    self.at += 1;
                    return;
                }
                Token::Sign(sign) => {
                    depth += i32::from(*sign == '{') - i32::from(*sign == '}');
                    self.at += 1;
                }
                Token::Path => self.at += 1,
            }
        }
    }

    /// Steps over `#[…]`; whether what follows is built for tests only.
    fn attribute_is_of_tests(&mut self) -> bool {
        self.at += 1;
        if self.is_sign(0, '!') {
            self.at += 1;
        }
        let start = self.at;
        if !self.is_sign(0, '[') {
            return false;
        }
        self.group();
        let inside = &self.tokens[start..self.at];
        let has = |word| inside.iter().any(|token| token.is(word));
        has("cfg") && has("test") && !has("not")
    }

    /// Steps over what stands between a bracket of any kind, where the parser is, and its counterpart.
    fn group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Steps over one item: to its `;`, or to the end of its block.
    fn skip_item(&mut self) {
        let ends_with_sign =
            |token: &Token| ["use", "const", "static", "type"].iter().any(|w| token.is(w));
        let mut by_sign = false;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Sign(';') => {
                    self.at += 1;
                    return;
                }
                Token::Sign('{') => {
                    self.group();
                    if !by_sign {
                        return;
                    }
                }
                Token::Sign('(' | '[') => self.group(),
                token => {
                    // `const fn` is a function.
                    by_sign = (by_sign || ends_with_sign(token)) && !token.is("fn");
                    self.at += 1;
                }
            }
        }
    }

    fn import(&mut self, scope: &[String]) {
        let before = &self.tokens[..self.at];
        let is_public = match before {
            [.., Token::Word(word)] => word == "pub",
            [.., Token::Sign(')')] => {
                let open = before.iter().rposition(|token| *token == Token::Sign('('));
                open.is_some_and(|open| open > 0 && before[open - 1].is("pub"))
            }
            _ => false,
        };
        self.at += 1;
        self.tree(&[], scope, is_public);
    }

    /// One use tree: `a::b`, `a as b`, `a::*`, `a::{…}`.
    fn tree(&mut self, prefix: &[String], scope: &[String], is_public: bool) {
        let mut path = prefix.to_vec();
        let mut name = None;
        while let Some(token) = self.peek(0).cloned() {
            match token {
                Token::Path => self.at += 1,
                Token::Word(word) if word == "as" => {
                    name = self.peek(1).and_then(Token::word).map(str::to_owned);
                    self.at += 2;
                }
                Token::Word(word) => {
                    if word != "self" || path.is_empty() {
                        path.push(word);
                    }
                    self.at += 1;
                }
                Token::Sign('*') => {
                    self.at += 1;
                    let scope = scope.to_vec();
                    self.source.imports.push(Import { scope, path, name: None, is_public });
                    return;
                }
                Token::Sign('{') => {
                    self.at += 1;
                    while !self.is_sign(0, '}') && self.peek(0).is_some() {
                        self.tree(&path, scope, is_public);
                        if !self.is_sign(0, '}') {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                Token::Sign(_) => break,
            }
        }
        let name = name.or_else(|| path.last().cloned());
        self.source.imports.push(Import { scope: scope.to_vec(), path, name, is_public });
    }

    /// A word, and what is joined to it by `::`.
    fn path(&mut self, scope: &[String]) {
        let mut path = Vec::new();
        while let Some(word) = self.peek(0).and_then(Token::word).map(str::to_owned) {
            self.source.words.insert(word.clone());
            path.push(word);
            self.at += 1;
            if !(self.peek(0) == Some(&Token::Path) && matches!(self.peek(1), Some(Token::Word(_))))
            {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 {
            self.source.paths.push((scope.to_vec(), path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Vec<String> {
        let shown = |import: &Import| {
            let scope = import.scope.join("/");
            let public = if import.is_public { "pub " } else { "" };
            let name = import.name.as_deref().unwrap_or("*");
            format!("{scope}{public}{} = {name}", import.path.join("."))
        };
        Source::of(text).imports.iter().map(shown).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        Source::of(text).paths.iter().map(|(_, path)| path.join(".")).collect()
    }

    #[test]
    fn use_trees() {
        assert_eq!(imports("use a;"), ["a = a"]);
        assert_eq!(imports("use a::b as c;"), ["a.b = c"]);
        assert_eq!(imports("use super::super::a::*;"), ["super.super.a = *"]);
        assert_eq!(imports("use self::a::b;"), ["self.a.b = b"]);
        let nested = "use crate::{a, b::{self, c::D, e::{F as G, H}}, i::*,};";
        let names = ["a = a", "b = b", "b.c.D = D", "b.e.F = G", "b.e.H = H", "i = *"];
        assert_eq!(imports(nested), names.map(|name| format!("crate.{name}")));
    }

    #[test]
    fn what_stands_there_for_others() {
        assert_eq!(imports("pub use a::B;"), ["pub a.B = B"]);
        assert_eq!(imports("pub(crate) use a::B;"), ["pub a.B = B"]);
        assert_eq!(imports("pub(in crate::x) use a::B;"), ["pub a.B = B"]);
        assert_eq!(imports("fn f() {} use a::B;"), ["a.B = B"]);
        assert_eq!(imports("pub fn f(x: u8) { use a::B; }"), ["a.B = B"]);
    }

    #[test]
    fn paths_in_code() {
        assert_eq!(
            paths("fn f(x: crate::a::B) -> c::D { e::f::<G>(h, i::J { k: 1 }) }"),
            ["crate.a.B", "c.D", "e.f", "i.J"]
        );
        assert_eq!(
            paths("impl<T> a::B for T where T: super::C {} m!(d::e!(), \"f::g\");"),
            ["a.B", "super.C", "d.e"]
        );
        assert!(paths("use a::b; struct C { d: E<F> }").is_empty());
    }

    #[test]
    fn tests_are_left_out() {
        let text = "use a::B;
            #[cfg(test)] use c::D;
            #[cfg(test)] const E: [u8; 2] = { [f::G, 1] };
            #[cfg(all(test, unix))] fn h(i: j::K) -> L { m::n() }
            #[cfg(test)] const fn f() { m::n() }
            #[cfg(test)] #[expect(dead_code)] mod tests { use o::P; fn q() { r::s() } }
            #[cfg(not(test))] fn t() { u::v() }
            use w::X;";
        assert_eq!(imports(text), ["a.B = B", "w.X = X"]);
        assert_eq!(paths(text), ["u.v"]);
    }

    #[test]
    fn inline_modules_have_scopes() {
        let text = "mod a { mod b { use c::D; fn f() { e::f() } } use g::H; } use i::J; mod k;";
        assert_eq!(imports(text), ["a/bc.D = D", "ag.H = H", "i.J = J"]);
        let source = Source::of(text);
        assert_eq!(source.modules, [vec!["a"], vec!["a", "b"]]);
        assert_eq!(source.paths, [(vec!["a".into(), "b".into()], vec!["e".into(), "f".into()])]);
    }
}
