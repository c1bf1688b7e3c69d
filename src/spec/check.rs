//! The check symbols: three letters after the end mark that depend on every symbol of the name, so
//! that any two names in one script differ in at least four places of their copies. A scan that
//! leaves an accent open still tells which name it is: the others' check letters are not there.
//!
//! A Reed–Solomon code (Reed and Solomon 1960) over the field of 23 elements, as a Cauchy matrix
//! (MacWilliams and Sloane 1977, ch. 10): check number c is Σ value(symbol at place i) · weight,
//! the weight being one over the difference of c and a point that belongs to the place. Places 20
//! apart share their point, so that their weights are in proportion; symbols of one value are one
//! to the code, and those do not look alike.

use super::alphabet::{Script, Symbol};

/// Check symbols of a legend.
pub const CHECKS: usize = 3;
/// Symbols of a legend that are not the name's: the end mark and the check symbols.
pub const MARKS: usize = 1 + CHECKS;
/// The fewest symbols of a legend: one letter and the marks.
pub const FEWEST_SYMBOLS: usize = 1 + MARKS;
/// Elements of the field: a prime, and no more than a script has letters that stay apart.
pub const FIELD: usize = 23;
/// The points of the places: the elements that are no check's number.
const POINTS: usize = FIELD - CHECKS;

/// The letters that stand for 0, 1 … 22: those of each script that differ most at 0.06 mm of blur.
const LATIN: &str = "ACDEFGHJKLMNPQRSTUVWXYZ";
const CYRILLIC: &str = "АӘБҒДЁЖЙҚМҢПРСҮҺЦЧЩЫІЬЭ";

// One letter an element; Cyrillic ones take two bytes each.
const _: () = assert!(LATIN.len() == FIELD && CYRILLIC.len() == 2 * FIELD);

/// The symbols that count 0, 1 … 22 in the check sums. Those of one value are the ones that a
/// blurred scan tells apart best: `cargo run --release --example classes`.
const LATIN_CLASSES: &str = "ÆĠĤŊŦŻ ĄËÒŞŴÝ ĚĢĮŃŌŸ ÅÎLÖØY ÃĔĻŎŢV ÂĦÌĽŒŨ CHŘSŤ ÊMQXŽ ÇĞŖÜŶ AĈDĴŠ \
    ĂFÏÕU ĀĖĪŅÓ EĨJNŐ ÈŇȘÛŹ ÁĐĒŚŰ BĊĬŮ< ÀĜĶTÙ İĹÔRŲ GPWZ' ČIKO- ÉÑȚŬÞ ÄĎĘÍÚ ĆŁŔŜŪ";
const CYRILLIC_CLASSES: &str =
    "ЖО Ю< ҰЦ ЁҢ ҮЫ ҒЯ ГӨ ӘҚ В- ДҺ ЗМ НІ АС РШ ИТ Б' КЭ ПФ УЩ ЛЬ ЙЪ ЕЧ Х";

/// What a symbol counts in the check sums of its script. `None` for one of the other script and for
/// end marks.
#[must_use]
pub fn value(symbol: Symbol, script: Script) -> Option<usize> {
    let classes = match script {
        Script::Latin => LATIN_CLASSES,
        Script::Cyrillic => CYRILLIC_CLASSES,
    };
    classes.split(' ').position(|class| class.contains(symbol.character()))
}

/// What a symbol's value is multiplied by in each check sum, by its place in the text.
#[must_use]
pub fn weights(place: usize) -> [usize; CHECKS] {
    let inverse = |v: usize| (0..FIELD - 2).fold(1, |product, _| product * v % FIELD);
    let (round, point) = (1 + place / POINTS, CHECKS + place % POINTS);
    std::array::from_fn(|check| round * inverse(point - check) % FIELD)
}

/// Places of the legend in which two names of this length differ at the least, if they have letters
/// of another value anywhere.
#[must_use]
pub fn distance(places: usize) -> usize {
    if places <= POINTS { CHECKS + 1 } else { 2 }
}

/// The letter that stands for a check sum, 0..23.
///
/// # Panics
/// Never for a sum below 23.
#[must_use]
pub fn letters(script: Script) -> Vec<Symbol> {
    let letters = match script {
        Script::Latin => LATIN,
        Script::Cyrillic => CYRILLIC,
    };
    letters.chars().filter_map(Symbol::new).collect()
}

/// The check symbols of a text.
#[must_use]
pub fn symbols(text: &[Symbol], script: Script) -> Vec<Symbol> {
    let mut sums = [0; CHECKS];
    for (place, &symbol) in text.iter().enumerate() {
        let value = value(symbol, script).unwrap_or(0);
        sums.iter_mut().zip(weights(place)).for_each(|(sum, w)| *sum = (*sum + w * value) % FIELD);
    }
    let letters = letters(script);
    sums.iter().map(|&sum| letters[sum]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn every_sum_has_its_letter() {
        for script in Script::ALL {
            let letters = letters(script);
            assert_eq!(letters.len(), FIELD);
            assert_eq!(letters.iter().collect::<BTreeSet<_>>().len(), FIELD);
            assert!(letters.iter().all(|s| Script::of(s.character()) == Some(script)));
        }
        for place in 0..70 {
            let (round, point) = (1 + place / POINTS, CHECKS + place % POINTS);
            for (check, weight) in weights(place).into_iter().enumerate() {
                assert_eq!(weight * (point - check) % FIELD, round % FIELD);
            }
        }
    }

    #[test]
    fn every_symbol_has_its_value() {
        for (script, classes) in
            [(Script::Latin, LATIN_CLASSES), (Script::Cyrillic, CYRILLIC_CLASSES)]
        {
            let all: Vec<Symbol> = script.symbols().collect();
            assert!(all.iter().all(|&symbol| value(symbol, script).is_some()));
            assert_eq!(classes.split(' ').count(), FIELD);
            assert_eq!(classes.chars().filter(|c| *c != ' ').count(), all.len());
            assert_eq!(value(script.end(), script), None);
        }
    }

    #[test]
    fn letters_that_look_alike_count_differently() {
        let base = |symbol: Symbol| match symbol.character() {
            'Đ' => 'D',
            'Ħ' => 'H',
            'Ł' => 'L',
            'Ŋ' => 'N',
            'Q' | 'Ө' => 'O',
            'Þ' => 'P',
            'Ŧ' => 'T',
            'Ү' | 'Ұ' => 'У',
            'Қ' => 'К',
            'Ң' => 'Н',
            'Ғ' => 'Г',
            'З' | 'Ә' => 'Э',
            'Щ' => 'Ш',
            'Ъ' => 'Ь',
            c => c.nfd().next().unwrap_or(c),
        };
        for (script, alike) in [
            (Script::Latin, "DO OQ CO CG GO IZ IT IJ IL BR BE BD FP PR HN HM MN KX KH UV UW VW VY"),
            (Script::Cyrillic, "ВӨ ВЮ ФЮ ЖЮ ҰХ УХ ИН МН НП ОП ЛП ДЛ ӘЛ ЙЯ ЩЦ ОС ЕС БВ БЬ"),
        ] {
            for pair in alike.split(' ') {
                let values: Vec<Option<usize>> =
                    pair.chars().filter_map(Symbol::new).map(|s| value(s, script)).collect();
                assert!(values.len() == 2 && values[0] != values[1], "{pair}");
            }
            let all: Vec<Symbol> = script.symbols().collect();
            for (i, &one) in all.iter().enumerate() {
                for &other in &all[..i] {
                    if base(one) == base(other) {
                        assert_ne!(value(one, script), value(other, script), "{one} {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn letters_exchanged_over_any_distance_show() {
        let a = Symbol::new('A').expect("a letter");
        let b = Symbol::new('B').expect("a letter");
        for distance in 1..60 {
            let mut text = vec![a; 63];
            text[1] = b;
            let one = symbols(&text, Script::Latin);
            text.swap(1, 1 + distance);
            assert_ne!(one, symbols(&text, Script::Latin), "{distance}");
        }
    }

    proptest! {
        #[test]
        fn names_that_differ_in_few_places_differ_in_their_checks(
            text in proptest::collection::vec(0usize..118, 1..40),
            changes in proptest::collection::vec((0usize..40, 0usize..118), 1..4),
        ) {
            let all: Vec<Symbol> = Script::Latin.symbols().collect();
            let symbols_of = |text: &[usize]| text.iter().map(|&i| all[i]).collect::<Vec<_>>();
            let mut other = text.clone();
            changes.iter().for_each(|&(place, symbol)| {
                let place = place % other.len();
                other[place] = symbol;
            });
            let value = |i: usize| value(all[i], Script::Latin);
            let differs = |i: &usize| value(text[*i]) != value(other[*i]);
            let places: Vec<usize> = (0..text.len()).filter(differs).collect();
            let distinct: BTreeSet<usize> = places.iter().map(|i| i % POINTS).collect();
            prop_assume!(!places.is_empty() && distinct.len() == places.len());
            let (one, two) = (
                symbols(&symbols_of(&text), Script::Latin),
                symbols(&symbols_of(&other), Script::Latin),
            );
            let in_checks = one.iter().zip(&two).filter(|(a, b)| a != b).count();
            prop_assert!(places.len() + in_checks > CHECKS);
            prop_assert!(places.len() + in_checks >= distance(text.len()));
        }
    }
}
