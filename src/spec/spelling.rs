//! How a name that people type is spelled in microtext, where that is not certain, and what to do about
//! characters that the alphabet does not have.

use unicode_normalization::UnicodeNormalization;

use super::alphabet::Script;

/// Spellings of a name that are tried at the most: a guess; three words that have an i or a Ş have
/// more, and no name of Turkey mixes them within a word.
pub(super) const MOST_SPELLINGS: usize = 16;

/// Surname or given names in capitals, NFC, one space between parts.
pub(super) fn canonical(part: &str) -> String {
    capitals(part, 'I')
}

/// The same where the capital of i has a dot, as in Turkish and Azerbaijani.
pub(super) fn dotted(part: &str) -> String {
    capitals(part, 'İ')
}

fn capitals(part: &str, of_i: char) -> String {
    let letters: String = part.nfc().filter(|c| !is_unseen(*c)).collect();
    let letters = letters.replace("i\u{307}", "İ");
    let capitals: String = letters
        .chars()
        .flat_map(|c| if c == 'i' { of_i.to_uppercase() } else { c.to_uppercase() })
        .collect();
    let mut plain = String::new();
    for c in capitals.nfc() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => {
                plain.push('-');
            }
            '`' | '\u{00B4}' | '\u{02B9}' | '\u{02BB}' | '\u{02BC}' | '\u{2018}' | '\u{2019}'
            | '\u{2032}' => plain.push('\''),
            // Letters that look like one of the alphabet, or like two.
            'Ð' | 'Ɖ' => plain.push('Đ'),
            'Ĳ' => plain.push_str("IJ"),
            'Ǆ' => plain.push_str("DŽ"),
            'Ǉ' => plain.push_str("LJ"),
            'Ǌ' => plain.push_str("NJ"),
            // What the capital of ß is without this letter, in Unicode and in Doc 9303-3.
            'ẞ' => plain.push_str("SS"),
            other => plain.push(other),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that text brings along from pages and that nobody sees: soft hyphen, zero-width space and
/// joiners, marks of direction, byte order mark.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Ş and Ț below a cedilla and below a comma: Romanian has commas, and cedillas where a keyboard or a
/// register had no commas.
const MARKS_BELOW: [(char, char); 2] = [('Ş', 'Ș'), ('Ţ', 'Ț')];

/// All spellings of a name, surname and given names: the first is `plain`, and `dotted` is the same by
/// the other capital of i. In each word, all i have one capital; in each name, all marks below are of
/// one kind. At most [`MOST_SPELLINGS`].
pub(super) fn spellings(plain: [&str; 2], dotted: [&str; 2]) -> Vec<[String; 2]> {
    let [plain, dotted] = [plain, dotted].map(|name| name.join("\n"));
    let mut words = 0;
    let mut letters: Vec<(char, char, usize)> = Vec::new();
    let mut begins = true;
    for (one, other) in plain.chars().zip(dotted.chars()) {
        begins |= !one.is_alphabetic();
        if one != other {
            words += usize::from(begins);
            begins = false;
        }
        letters.push((one, other, words.wrapping_sub(1)));
    }
    let mut found: Vec<[String; 2]> = Vec::new();
    for dots in choices(words) {
        let name: String = letters
            .iter()
            .map(|&(one, other, word)| if one != other && dots[word] { other } else { one })
            .collect();
        let commas =
            MARKS_BELOW.iter().fold(name.clone(), |n, (a, b)| n.replace(*a, &b.to_string()));
        let cedillas =
            MARKS_BELOW.iter().fold(name.clone(), |n, (a, b)| n.replace(*b, &a.to_string()));
        for name in [name, commas, cedillas] {
            let (surname, given) = name.split_once('\n').unwrap_or((&name, ""));
            let spelling = [surname.to_owned(), given.to_owned()];
            if found.len() < MOST_SPELLINGS && !found.contains(&spelling) {
                found.push(spelling);
            }
        }
    }
    found
}

/// Which of so many words have dots: none, all, one of them, all but one.
fn choices(words: usize) -> Vec<Vec<bool>> {
    let one = |at: usize, is: bool| (0..words).map(move |word| (word == at) == is).collect();
    let mut all = vec![vec![false; words], vec![true; words]];
    all.extend((0..words).map(|at| one(at, true)));
    all.extend((0..words).map(|at| one(at, false)));
    all
}

/// What to write in place of characters that the alphabet does not have.
pub(super) fn advice(unprintable: &[char]) -> String {
    let mut advice: Vec<String> = Vec::new();
    for &c in unprintable {
        let what = match c {
            // Doc 9303-3 (8th ed.), section 6, table A.
            'Ŀ' => "write L for Ŀ, as Doc 9303-3 does".to_owned(),
            '.' | '\u{b7}' | '\u{2024}' | '\u{ff0e}' => {
                "leave full stops out: ST JOHN, not ST. JOHN".to_owned()
            }
            ',' | ';' | ':' => "leave commas out; a space stands between names".to_owned(),
            '(' | ')' | '[' | ']' | '{' | '}' => {
                "leave brackets out, and what is in them unless it belongs to the name".to_owned()
            }
            '<' => "write a space in place of <".to_owned(),
            c if c.is_numeric() => {
                "names have no digits; write numbers in Roman letters: II, not 2".to_owned()
            }
            c if !c.is_alphanumeric() => "leave signs out that are no letters".to_owned(),
            c => match c.nfd().next() {
                Some(base) if base != c && Script::of(base).is_some() => {
                    format!("write {base} for {c}, as the MRZ does")
                }
                _ => "write the name as its MRZ has it; Doc 9303-3 transliterates it".to_owned(),
            },
        };
        if !advice.contains(&what) {
            advice.push(what);
        }
    }
    advice.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(surname: &str, given: &str) -> Vec<String> {
        let [plain, dotted] = [canonical, dotted].map(|of| [of(surname), of(given)]);
        let all =
            spellings(plain.each_ref().map(String::as_str), dotted.each_ref().map(String::as_str));
        all.into_iter().map(|[surname, given]| format!("{surname}/{given}")).collect()
    }

    #[test]
    fn what_is_typed_small_may_have_a_dot() {
        assert_eq!(spelled("ilhan", ""), ["ILHAN/", "İLHAN/"]);
        assert_eq!(spelled("ılgın", "I"), ["ILGIN/I"]);
        assert_eq!(spelled("İLHAN", "i\u{307}nan"), ["İLHAN/İNAN"]);
        assert_eq!(spelled("i\u{301}", "Kılıç"), ["Í/KILIÇ"]);
        assert_eq!(spelled("diyarbakırlı", ""), ["DIYARBAKIRLI/", "DİYARBAKIRLI/"]);
        let both = ["YILDIRIM/ALI", "YILDIRIM/ALİ"];
        assert_eq!(spelled("Yıldırım", "Ali"), both);
        assert_eq!(spelled("Demir", "Ali"), ["DEMIR/ALI", "DEMİR/ALİ", "DEMİR/ALI", "DEMIR/ALİ"]);
    }

    #[test]
    fn marks_below_are_of_one_kind() {
        assert_eq!(spelled("Ștefănuţ", ""), ["ȘTEFĂNUŢ/", "ȘTEFĂNUȚ/", "ŞTEFĂNUŢ/"]);
        assert_eq!(spelled("ŞEN", ""), ["ŞEN/", "ȘEN/"]);
        assert_eq!(spelled("Müller", "Zoë"), ["MÜLLER/ZOË"]);
    }

    #[test]
    fn there_are_never_too_many() {
        let all = spelled("i i-i i i i i i", "i i i i ş");
        assert_eq!(all.len(), MOST_SPELLINGS);
        assert_eq!(all[0], "I I-I I I I I I/I I I I Ş");
    }

    #[test]
    fn letters_that_look_alike_are_printed() {
        assert_eq!(canonical("Guðrún Ĳsbrand Weiẞ ǆ"), "GUĐRÚN IJSBRAND WEISS DŽ");
        assert_eq!(canonical("A\u{200b}N\u{ad}NA"), "ANNA");
    }

    #[test]
    fn each_kind_of_sign_has_its_advice() {
        for (c, what) in [
            ('.', "full stops"),
            ('7', "Roman letters"),
            ('٣', "Roman letters"),
            (')', "brackets"),
            (',', "commas"),
            ('&', "signs"),
            ('Ŀ', "write L for Ŀ"),
            ('Ơ', "write O for Ơ"),
            ('Ω', "transliterates"),
            ('漢', "transliterates"),
        ] {
            assert!(advice(&[c]).contains(what), "{}", advice(&[c]));
        }
        assert_eq!(advice(&['(', ')']), advice(&['(']));
    }
}
