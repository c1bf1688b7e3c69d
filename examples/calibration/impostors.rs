//! Names that are not the holder's.

use tumar::spec::{Legend, Name, Script, Symbol};

/// A legend and its script.
pub(crate) struct Other {
    pub(crate) script: Script,
    pub(crate) symbols: Vec<Symbol>,
}

impl Other {
    pub(crate) fn of(name: &Name) -> anyhow::Result<Self> {
        let symbols = Legend::of(name, usize::MAX)?.symbols().to_vec();
        Ok(Self { script: name.script(), symbols })
    }
}

/// All names with one other letter: each place, each letter of the script.
pub(crate) fn one_letter(holder: &Other) -> impl Iterator<Item = Other> {
    let Other { script, symbols } = holder;
    let letters: Vec<Symbol> = script.letters().chars().filter_map(Symbol::new).collect();
    let places = (0..symbols.len()).filter(|&i| Script::of(symbols[i].character()).is_some());
    places.flat_map(move |place| {
        let own = symbols[place];
        let changed = move |letter: Symbol| {
            let mut symbols = symbols.clone();
            symbols[place] = letter;
            Other { script: *script, symbols }
        };
        letters.clone().into_iter().filter(move |&letter| letter != own).map(changed)
    })
}

/// One letter more, each place doubled, and one less.
pub(crate) fn other_length(holder: &Other) -> impl Iterator<Item = Other> {
    let Other { script, symbols } = holder;
    let places = (0..symbols.len()).filter(|&i| Script::of(symbols[i].character()).is_some());
    places.flat_map(move |place| {
        let mut longer = symbols.clone();
        longer.insert(place, symbols[place]);
        let mut shorter = symbols.clone();
        shorter.remove(place);
        [longer, shorter].map(|symbols| Other { script: *script, symbols })
    })
}
