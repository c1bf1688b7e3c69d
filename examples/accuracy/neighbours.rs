//! Names that differ from a holder's by one letter, as an impostor's would.

use rand::{Rng, RngExt};
use serde::Serialize;
use tumar::inspect::reading::Read;
use tumar::spec::legend::NameError;
use tumar::spec::{Legend, Name, Script, Symbol};

use super::names::letter;

/// In what a neighbour differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Any other letter of the script at any place.
    Other,
    /// The letter that this very scan tells apart worst: the likeliest other one, at the weakest
    /// place of the reading first, then at any place.
    Near,
    /// One letter more.
    Longer,
    /// One letter less.
    Shorter,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Other, Self::Near, Self::Longer, Self::Shorter];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Other => "any other letter",
            Self::Near => "the likeliest other letter",
            Self::Longer => "a letter more",
            Self::Shorter => "a letter less",
        }
    }
}

/// `each` neighbours with another letter, as many with a near one, one longer and one shorter.
/// `circle` is the scan's reading in the name's script, if it has as many symbols as the name.
pub(crate) fn neighbours(
    name: &Name,
    circle: Option<&[Read]>,
    each: usize,
    random: &mut impl Rng,
) -> Result<Vec<(Kind, Name)>, NameError> {
    let legend = Legend::of(name, usize::MAX)?;
    let symbols = legend.symbols();
    let script = name.script();
    let is_letter = |s: Symbol| Script::of(s.character()) == Some(script);
    let places: Vec<usize> = (0..symbols.len()).filter(|&i| is_letter(symbols[i])).collect();
    let weakest = circle.and_then(|circle| {
        let odds = |&i: &usize| circle[i].odds_of(symbols[i]);
        places.iter().copied().min_by(|a, b| odds(a).total_cmp(&odds(b)))
    });
    let mut found = Vec::new();
    // A name of a single letter has no shorter one.
    let kinds = Kind::ALL.into_iter().flat_map(|kind| {
        let count = if matches!(kind, Kind::Other | Kind::Near) { each } else { 1 };
        (0..count).map(move |number| (kind, number))
    });
    for (kind, number) in kinds {
        // Most tries succeed; a letter less may leave an ill-formed name.
        for _ in 0..8 {
            let mut place = places[random.random_range(0..places.len())];
            let mut changed = symbols.to_vec();
            let other = letter(script, random);
            match kind {
                Kind::Other => changed[place] = Symbol::new(other).unwrap_or(changed[place]),
                Kind::Near => {
                    if number == 0 {
                        place = weakest.unwrap_or(place);
                    }
                    changed[place] = circle
                        .and_then(|circle| likeliest_other(&circle[place], symbols[place], script))
                        .or(Symbol::new(other))
                        .unwrap_or(changed[place]);
                }
                Kind::Longer => changed.splice(place..place, Symbol::new(other)).for_each(drop),
                Kind::Shorter => drop(changed.remove(place)),
            }
            let neighbour = Legend::from_circle(&changed).and_then(|legend| legend.name());
            if let Some(neighbour) = neighbour.filter(|neighbour| neighbour != name) {
                found.push((kind, neighbour));
                break;
            }
        }
    }
    Ok(found)
}

fn likeliest_other(read: &Read, own: Symbol, script: Script) -> Option<Symbol> {
    let letters =
        read.against.iter().filter(|(s, _)| *s != own && Script::of(s.character()) == Some(script));
    letters.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(symbol, _)| *symbol)
}
