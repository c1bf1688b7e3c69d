//! Names that differ from a holder's by one letter, as an impostor's would.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use tumar::spec::legend::NameError;
use tumar::spec::{Legend, Name};

use crate::names::letter;

/// In what a neighbour differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Any other letter of the script at any place.
    Other,
    /// The names that this very scan tells apart worst.
    Near,
    /// One letter more.
    Longer,
    /// One letter less.
    Shorter,
}

impl Kind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 4] = [Self::Other, Self::Near, Self::Longer, Self::Shorter];

    /// What a table calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Other => "any other letter",
            Self::Near => "the likeliest other letters",
            Self::Longer => "a letter more",
            Self::Shorter => "a letter less",
        }
    }
}

/// All names that differ from this one in one letter.
pub fn one_letter(name: &Name) -> Result<Vec<Name>, NameError> {
    let text: Vec<char> = Legend::of(name, usize::MAX)?.text().chars().collect();
    let letters = name.script().letters();
    let is_letter = |&place: &usize| letters.contains(text[place]);
    let changed = |place: usize| {
        let mut text = text.clone();
        letters.chars().filter_map(move |letter| {
            text[place] = letter;
            Name::from_text(&text.iter().collect::<String>())
        })
    };
    let others = (0..text.len()).filter(is_letter).flat_map(changed);
    Ok(others.filter(|other| other != name).collect())
}

/// Neighbours of a name: `each` with any other letter, as many that `odds` finds likeliest, one
/// longer and one shorter.
pub fn neighbours(
    name: &Name,
    odds: impl Fn(&Name) -> f64,
    each: usize,
    random: &mut impl Rng,
) -> Result<Vec<(Kind, Name)>, NameError> {
    let mut others: Vec<(f64, Name)> =
        one_letter(name)?.into_iter().map(|other| (odds(&other), other)).collect();
    let mut found: Vec<(Kind, Name)> = (0..each.min(others.len()))
        .map(|_| (Kind::Other, others[random.random_range(0..others.len())].1.clone()))
        .collect();
    others.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.extend(others.into_iter().take(each).map(|(_, other)| (Kind::Near, other)));
    let text: Vec<char> = Legend::of(name, usize::MAX)?.text().chars().collect();
    for kind in [Kind::Longer, Kind::Shorter] {
        // Most tries succeed; a letter less may leave an ill-formed name, or none.
        for _ in 0..8 {
            let place = random.random_range(0..text.len());
            let mut changed = text.clone();
            if kind == Kind::Longer {
                changed.insert(place, letter(name.script(), random));
            } else {
                changed.remove(place);
            }
            let other = Name::from_text(&changed.iter().collect::<String>());
            if let Some(other) = other.filter(|other| other != name) {
                found.push((kind, other));
                break;
            }
        }
    }
    Ok(found)
}
