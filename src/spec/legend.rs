//! The legend: the cyclic string of symbols that one copy of the microtext spells.

use thiserror::Error;

use super::alphabet::{Script, Symbol};
use super::check;
use super::profile::Profile;
use super::spelling::{self, canonical, dotted};

/// A holder's name in capitals, NFC, one space between parts. Personal data: it has no `Debug`
/// output, so that it cannot slip into a log.
#[derive(Clone)]
pub struct Name {
    surname: String,
    given: String,
    script: Script,
    second: Option<Box<Name>>,
    /// Surname and given names by the other capital of i, if any i was typed.
    dotted: Option<Box<[String; 2]>>,
}

/// Names are alike that are printed alike, however they were typed.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        let printed = |name: &Self| (name.surname.clone(), name.given.clone(), name.script);
        printed(self) == printed(other) && self.second == other.second
    }
}

impl Eq for Name {}

/// Why a name cannot be printed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// No letter in the surname (Doc 9303-3: a single name stands as surname).
    #[error("the surname has no letter; a person with one name has it as surname")]
    Empty,
    /// Characters outside the alphabet.
    #[error("the alphabet cannot print {}; {}", list(.0), spelling::advice(.0))]
    Unprintable(Vec<char>),
    /// Letters of two scripts, which often look alike.
    #[error(
        "the name mixes scripts: {} of Latin, {} of Cyrillic; write it in one of them",
        list(latin),
        list(cyrillic)
    )]
    MixedScripts {
        /// Its Latin letters.
        latin: Vec<char>,
        /// Its Cyrillic letters.
        cyrillic: Vec<char>,
    },
    /// The profile prints two legends and there is one name.
    #[error("the profile prints the name in two scripts; give both")]
    SecondMissing,
    /// The profile prints one legend and there are two names.
    #[error(
        "the profile prints one legend; give the name in one script, or choose a profile with legends = 2"
    )]
    SecondUnused,
    /// Both names are in the same script.
    #[error("both names are in {} letters; give one in each script", .0.name())]
    SecondAlike(Script),
    /// More symbols than the profile takes.
    #[error(
        "the name needs {symbols} symbols and the profile prints at most {most}; shorten it as Doc 9303-3 says"
    )]
    TooLong {
        /// What it needs, marks included.
        symbols: usize,
        /// What the profile takes.
        most: usize,
    },
}

fn list(letters: &[char]) -> String {
    let named: Vec<String> =
        letters.iter().map(|&c| format!("'{c}' (U+{:04X})", u32::from(c))).collect();
    named.join(", ")
}

impl Name {
    /// A name from its parts, in any case and any Unicode normal form.
    ///
    /// Dashes become hyphens, quotation marks that serve as apostrophes become apostrophes. The
    /// given names may be empty.
    ///
    /// # Errors
    /// [`NameError`], other than `TooLong`, which is the legend's.
    pub fn new(surname: &str, given: &str) -> Result<Self, NameError> {
        let dotted = Box::new([dotted(surname), dotted(given)]);
        let (surname, given) = (canonical(surname), canonical(given));
        let both = || surname.chars().chain(given.chars());
        let unprintable = distinct(
            both().filter(|&c| c != ' ' && (c == '<' || Symbol::new(c).is_none_or(Symbol::is_end))),
        );
        if !unprintable.is_empty() {
            return Err(NameError::Unprintable(unprintable));
        }
        let latin = distinct(both().filter(|&c| Script::of(c) == Some(Script::Latin)));
        let cyrillic = distinct(both().filter(|&c| Script::of(c) == Some(Script::Cyrillic)));
        let script = match (latin.is_empty(), cyrillic.is_empty()) {
            (false, false) => return Err(NameError::MixedScripts { latin, cyrillic }),
            (true, false) => Script::Cyrillic,
            _ => Script::Latin,
        };
        if !surname.chars().any(|c| Script::of(c).is_some()) {
            return Err(NameError::Empty);
        }
        let dotted = Some(dotted).filter(|dotted| **dotted != [&*surname, &*given]);
        Ok(Self { surname, given, script, second: None, dotted })
    }

    /// The name that a legend's text spells, `SURNAME<<GIVEN<NAMES`; `None` where it spells none.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(2, "<<");
        let (surname, given) = (parts.next()?, parts.next());
        let well_formed = |part: &str| {
            !part.is_empty()
                && !part.contains("<<")
                && !part.starts_with('<')
                && !part.ends_with('<')
        };
        if !well_formed(surname) || given.is_some_and(|part| !well_formed(part)) {
            return None;
        }
        let spaced = |part: &str| part.replace('<', " ");
        Self::new(&spaced(surname), &spaced(given.unwrap_or(""))).ok()
    }

    /// All spellings that this name may have been printed in, this one first: where a small i was typed,
    /// İ as well as I, and Ş as well as Ș, Ţ as well as Ț. At most 16,
    /// each of as many symbols.
    #[must_use]
    pub fn spellings(&self) -> Vec<Self> {
        let plain = [&*self.surname, &*self.given];
        let dotted = self.dotted.as_ref().map_or(plain, |dotted| dotted.each_ref().map(|s| &**s));
        let spelled = |[surname, given]: [String; 2]| Self {
            surname,
            given,
            script: self.script,
            second: self.second.clone(),
            dotted: None,
        };
        spelling::spellings(plain, dotted).into_iter().map(spelled).collect()
    }

    /// The same holder's name in another script, for profiles that print two legends.
    #[must_use]
    pub fn with_second(mut self, second: Self) -> Self {
        self.second = Some(Box::new(second));
        self
    }

    /// The same holder's name in another script, where it is known.
    #[must_use]
    pub fn second(&self) -> Option<&Self> {
        self.second.as_deref()
    }

    /// The surname in capitals.
    #[must_use]
    pub fn surname(&self) -> &str {
        &self.surname
    }

    /// The given names in capitals, perhaps empty.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The script of its letters.
    #[must_use]
    pub fn script(&self) -> Script {
        self.script
    }
}

fn distinct(letters: impl Iterator<Item = char>) -> Vec<char> {
    let mut seen: Vec<char> = Vec::new();
    letters.for_each(|c| {
        if !seen.contains(&c) {
            seen.push(c);
        }
    });
    seen
}

/// The symbols of one copy, in order: the name, the end mark and the check symbols. The print
/// repeats it without a break.
#[derive(Clone, PartialEq, Eq)]
pub struct Legend {
    symbols: Vec<Symbol>,
}

impl Legend {
    /// The symbols of a legend that are not the name's: the end mark and the check symbols.
    pub const MARKS: usize = check::MARKS;
    /// The fewest symbols of a legend: one letter and the marks.
    pub const FEWEST: usize = check::FEWEST_SYMBOLS;

    /// `SURNAME<<GIVEN<NAMES`, the end mark of the name's script and the check symbols.
    ///
    /// # Errors
    /// [`NameError::TooLong`] if it needs more than `most` symbols.
    pub fn of(name: &Name, most: usize) -> Result<Self, NameError> {
        let text = if name.given.is_empty() {
            name.surname.clone()
        } else {
            format!("{}<<{}", name.surname, name.given)
        };
        let mut symbols: Vec<Symbol> =
            text.replace(' ', "<").chars().filter_map(Symbol::new).collect();
        let checks = check::symbols(&symbols, name.script);
        symbols.push(name.script.end());
        symbols.extend(checks);
        if symbols.len() > most {
            return Err(NameError::TooLong { symbols: symbols.len(), most });
        }
        Ok(Self { symbols })
    }

    /// The legends that a profile prints of a name: one, or one in either script.
    ///
    /// # Errors
    /// [`NameError`] for a name that is too long, or a second one too many, too few or in the same
    /// script.
    pub fn all(name: &Name, profile: &Profile) -> Result<Vec<Self>, NameError> {
        let first = Self::of(name, profile.most_symbols)?;
        match (profile.layout.legends, name.second()) {
            (1, None) => Ok(vec![first]),
            (1, Some(_)) => Err(NameError::SecondUnused),
            (_, None) => Err(NameError::SecondMissing),
            (_, Some(second)) if second.script == name.script => {
                Err(NameError::SecondAlike(name.script))
            }
            (_, Some(second)) => Ok(vec![first, Self::of(second, profile.most_symbols)?]),
        }
    }

    /// The legend that a reader found, from wherever in the circle it started. `None` if there is
    /// not exactly one end mark, or if the check symbols are not those of the name.
    #[must_use]
    pub fn from_circle(circle: &[Symbol]) -> Option<Self> {
        let end = circle.iter().position(|s| s.is_end())?;
        let script = circle[end].script()?;
        let name = circle.len().checked_sub(Self::MARKS)?;
        let mut symbols = circle.to_vec();
        symbols.rotate_left((end + Self::MARKS) % circle.len());
        let (text, marks) = symbols.split_at(name);
        let whole = !text.iter().any(|s| s.is_end()) && marks[1..] == check::symbols(text, script);
        whole.then_some(Self { symbols })
    }

    /// The symbols, the marks last.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// What a person reads: everything but the marks.
    #[must_use]
    pub fn text(&self) -> String {
        let name = &self.symbols[..self.symbols.len() - Self::MARKS];
        name.iter().map(ToString::to_string).collect()
    }

    /// The script of its name.
    #[must_use]
    pub fn script(&self) -> Option<Script> {
        self.symbols.iter().find_map(|s| s.script())
    }

    /// The name that it spells; `None` where it does not spell one.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        let name = Name::from_text(&self.text())?;
        (self.script() == Some(name.script)).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(surname: &str, given: &str) -> Result<(String, String), NameError> {
        Name::new(surname, given).map(|n| (n.surname, n.given))
    }

    #[test]
    fn any_case_and_normal_form() {
        let expected = ("ТОҚАЕВ".to_owned(), "ҚАСЫМ-ЖОМАРТ".to_owned());
        assert_eq!(name("тоқаев", " Қасым\u{2013}Жомарт "), Ok(expected));
        assert_eq!(name("Mu\u{308}ller", "zoe\u{308}").unwrap(), ("MÜLLER".into(), "ZOË".into()));
        assert_eq!(name("O\u{2019}Brien", "").unwrap().0, "O'BRIEN");
        assert_eq!(
            name("Groß", "Ж").unwrap_err(),
            NameError::MixedScripts { latin: vec!['G', 'R', 'O', 'S'], cyrillic: vec!['Ж'] }
        );
    }

    #[test]
    fn each_bad_name_has_its_answer() {
        assert_eq!(name("", "Asel"), Err(NameError::Empty));
        assert_eq!(name("-", ""), Err(NameError::Empty));
        assert_eq!(name("Ωmega7", "7"), Err(NameError::Unprintable(vec!['Ω', '7'])));
        assert_eq!(name("A<B", "C*"), Err(NameError::Unprintable(vec!['<', '*'])));
        let long = Name::new(&"A".repeat(200), "").ok().unwrap();
        assert_eq!(
            Legend::of(&long, 64).err(),
            Some(NameError::TooLong { symbols: 200 + Legend::MARKS, most: 64 })
        );
        assert!(NameError::Unprintable(vec!['7']).to_string().contains("'7' (U+0037)"));
    }

    fn names() -> impl Strategy<Value = (String, String)> {
        let latin = ("[A-ZÄÖÜĞŞÑČŁ]{1,12}([ '-][A-Z]{1,8})?", "([A-Z]{1,9}( [A-Z]{1,9})?)?");
        let cyrillic = ("[А-ЯЁӘҒҚҢӨҰҮҺІ]{1,12}(-[А-Я]{1,8})?", "([А-ЯӘҒҚҢ]{1,9}( [А-Я]{1,9})?)?");
        prop_oneof![latin, cyrillic]
    }

    proptest! {
        #[test]
        fn a_legend_spells_its_name_wherever_the_circle_starts((surname, given) in names(), turn in 0usize..64) {
            let name = Name::new(&surname, &given).ok().unwrap();
            let legend = Legend::of(&name, 64).ok().unwrap();
            let mut circle = legend.symbols().to_vec();
            let n = circle.len();
            circle.rotate_left(turn % n);
            let read = Legend::from_circle(&circle).unwrap();
            prop_assert!(read == legend);
            let back = read.name().unwrap();
            prop_assert_eq!((back.surname(), back.given()), (surname.as_str(), given.as_str()));
        }

        #[test]
        fn no_text_panics(surname in ".{0,40}", given in ".{0,40}") {
            if let Ok(name) = Name::new(&surname, &given) {
                drop(Legend::of(&name, 64).map(|l| l.name().is_some()));
            }
        }
    }

    #[test]
    fn what_is_no_legend() {
        let symbols = |text: &str| text.chars().filter_map(Symbol::new).collect::<Vec<_>>();
        let checked = |text: &str, script: Script| {
            let mut all = symbols(text);
            let checks = check::symbols(&all, script);
            all.push(script.end());
            all.extend(checks);
            Legend::from_circle(&all)
        };
        assert!(checked("ASEL", Script::Latin).unwrap().name().is_some());
        assert!(Legend::from_circle(&symbols("ASELAAA")).is_none());
        assert!(Legend::from_circle(&symbols("AS*EL*AAA")).is_none());
        assert!(Legend::from_circle(&symbols("*A")).is_none());
        assert!(checked("AS<<<EL", Script::Latin).unwrap().name().is_none());
        let mut wrong = checked("ASEL", Script::Latin).unwrap().symbols().to_vec();
        wrong[0] = Symbol::new('Ä').unwrap();
        assert!(Legend::from_circle(&wrong).is_none());
    }
}
