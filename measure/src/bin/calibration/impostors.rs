//! Names that are not the holder's.

use tumar::spec::{Name, Script};

/// A name as its legend spells it, `SURNAME<<GIVEN`.
fn text(name: &Name) -> Vec<char> {
    let parts = if name.given().is_empty() {
        vec![name.surname()]
    } else {
        vec![name.surname(), name.given()]
    };
    parts.join("<<").replace(' ', "<").chars().collect()
}

fn letters_of(text: &[char]) -> Vec<usize> {
    (0..text.len()).filter(|&place| Script::of(text[place]).is_some()).collect()
}

fn named(text: &[char]) -> Option<Name> {
    Name::from_text(&text.iter().collect::<String>())
}

/// All names with one other letter: each place, each letter of the script.
pub(crate) fn one_letter(holder: &Name) -> impl Iterator<Item = Name> {
    let text = text(holder);
    let letters: Vec<char> = holder.script().letters().chars().collect();
    letters_of(&text).into_iter().flat_map(move |place| {
        let (text, own) = (text.clone(), text[place]);
        letters.clone().into_iter().filter(move |&letter| letter != own).filter_map(move |letter| {
            let mut changed = text.clone();
            changed[place] = letter;
            named(&changed)
        })
    })
}

/// One letter more, each place doubled, and one less.
pub(crate) fn other_length(holder: &Name) -> impl Iterator<Item = Name> {
    let text = text(holder);
    letters_of(&text).into_iter().flat_map(move |place| {
        let (mut longer, mut shorter) = (text.clone(), text.clone());
        longer.insert(place, text[place]);
        shorter.remove(place);
        [longer, shorter].into_iter().filter_map(|text| named(&text))
    })
}
