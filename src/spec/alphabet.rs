//! The closed alphabet: every symbol that microtext can hold.
//!
//! Latin follows Doc 9303-3 (8th ed.), section 6, table A: the letters with diacritics that
//! passports print in the visual zone. Cyrillic is the Kazakh alphabet, which contains the Russian.

use serde::{Serialize, Serializer};

/// One printed symbol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(char);

/// The script that a name is written in. A name has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// A–Z and the Latin letters with diacritics.
    Latin,
    /// The 42 letters of Kazakh Cyrillic.
    Cyrillic,
}

const LATIN: &str = "AÀÁÂÃÄÅĀĂĄÆBCÇĆĈĊČDĎĐEÈÉÊËĒĔĖĘĚFGĜĞĠĢH\
    ĤĦIÌÍÎÏĨĪĬĮİJĴKĶLĹĻĽŁMNÑŃŅŇŊOÒÓÔÕÖŌŎŐØŒ\
    PQRŔŖŘSŚŜŞŠȘTŢŤȚŦUÙÚÛÜŨŪŬŮŰŲVWŴXYÝŶŸZŹŻŽÞ";
const CYRILLIC: &str = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ";

impl Symbol {
    /// Stands for a space; twice, it parts the surname from the given names (Doc 9303-3, 4.6).
    pub const FILLER: Self = Self('<');
    /// The hyphen of a double name.
    pub const HYPHEN: Self = Self('-');
    /// The apostrophe of O'BRIEN and of transliterated soft signs.
    pub const APOSTROPHE: Self = Self('\'');

    /// The symbol of this character, if the alphabet has it.
    #[must_use]
    pub fn new(character: char) -> Option<Self> {
        let known = "<-'".contains(character)
            || Script::ALL
                .iter()
                .any(|s| s.end().0 == character || s.letters().contains(character));
        known.then_some(Self(character))
    }

    /// A glyph of the payload lines, which no name has.
    pub(super) const fn of_payload(character: char) -> Self {
        Self(character)
    }

    /// The character that is printed.
    #[must_use]
    pub fn character(self) -> char {
        self.0
    }

    /// Natural logarithm of how often it stands in a name, roughly: plain letters are taken as
    /// equally frequent, letters that few orthographies have as rarer. It only breaks near-ties
    /// such as Ĕ and Ě; it never outweighs what a legible scan shows.
    #[must_use]
    pub fn log_prior(self) -> f64 {
        const USUAL: &str = "ÄÖÜĞŞÇİŪÑÁÉÍÓÚÈÊËÃÕŠŽČŁŃŚĆŻØÅÆ";
        // Esperanto's, and vowels that only scholars write.
        const HARDLY_ANY: &str = "ĈĜĤĴŜŬĔĬŎ";
        let share: f64 = match self.0 {
            '-' => 0.2,
            '\'' => 0.05,
            c if c.is_ascii() || CYRILLIC.contains(c) => 1.0,
            c if USUAL.contains(c) => 0.05,
            c if HARDLY_ANY.contains(c) => 0.0002,
            _ => 0.005,
        };
        share.ln()
    }

    /// Whether it ends a copy, in either script.
    #[must_use]
    pub fn is_end(self) -> bool {
        Script::ALL.iter().any(|script| script.end() == self)
    }

    /// The script whose letter or end mark it is; none for marks that both have.
    #[must_use]
    pub fn script(self) -> Option<Script> {
        Script::of(self.0).or(Script::ALL.into_iter().find(|script| script.end() == self))
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_char(self.0)
    }
}

impl Script {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Latin, Self::Cyrillic];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Cyrillic => "Cyrillic",
        }
    }

    /// Its letters, capitals only.
    #[must_use]
    pub fn letters(self) -> &'static str {
        match self {
            Self::Latin => LATIN,
            Self::Cyrillic => CYRILLIC,
        }
    }

    /// The mark that ends each copy. It differs by script, since a name such as АСАН has the
    /// shapes of Latin letters only (Unicode TR 39) and nothing else would tell the two apart.
    #[must_use]
    pub fn end(self) -> Symbol {
        match self {
            Self::Latin => Symbol('*'),
            Self::Cyrillic => Symbol('_'),
        }
    }

    /// The script that has this letter.
    #[must_use]
    pub fn of(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|script| script.letters().contains(letter))
    }

    /// Everything that can stand before the end mark of a name in this script.
    pub fn symbols(self) -> impl Iterator<Item = Symbol> {
        let marks = [Symbol::FILLER, Symbol::HYPHEN, Symbol::APOSTROPHE];
        self.letters().chars().map(Symbol).chain(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn all_42_kazakh_letters_and_no_letter_twice() {
        assert_eq!(CYRILLIC.chars().count(), 42);
        assert!("ӘҒҚҢӨҰҮҺІ".chars().all(|c| Script::of(c) == Some(Script::Cyrillic)));
        for script in Script::ALL {
            let letters: Vec<char> = script.letters().chars().collect();
            assert_eq!(letters.iter().collect::<BTreeSet<_>>().len(), letters.len());
            assert!(letters.iter().all(|c| c.is_uppercase()));
        }
    }

    #[test]
    fn the_alphabet_is_closed() {
        assert_eq!(Symbol::new('7'), None);
        assert_eq!(Symbol::new('a'), None);
        assert_eq!(Symbol::new('Ω'), None);
        assert!(Symbol::new('Ұ').is_some() && Symbol::new('<').is_some());
    }
}
