//! The names that are printed: twenty of all kinds, and as many more as wanted from a letter model.

use anyhow::Result;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::spec::{Name, Script, Symbol};

/// Scripts alternate, so that any first few have both.
const BUILT_IN: [(&str, &str); 20] = [
    ("Әбдіғаппаров", "Қаһарман Нұрсұлтанұлы"),
    ("Smith", "John"),
    ("Ли", "Ян"),
    ("Ng", ""),
    ("Өтегенқызы", "Гүлжаһан"),
    ("O'Brien", "Siobhán Máire"),
    ("Щёлоков", "Алексей Юрьевич"),
    ("Müller-Lüdenscheidt", "Jürgen"),
    ("Құрманғазы-Сағырбайұлы", "Әбілмансұр Шыңғысхан"),
    ("Venkatanarasimharajuvaripeta", "Raghunath Sri Ram"),
    ("Подъячева-Йовович", "Жанна"),
    ("Qoñyrätbaiūly", "Äsemgül Öñdasynqyzy"),
    ("Жаңабергенов", "Үміт"),
    ("Şahinoğlu", "Çağrı"),
    ("Асан", ""),
    ("Łukasiewicz", "Żółcisława"),
    ("Цой", "Эдуард Михайлович"),
    ("Hernández Peña", "José Ángel"),
    ("Крыжановский", "Вячеслав Фёдорович"),
    ("Illiitz", "Lilli Iljin"),
];

/// The first `count` of the built-in names, then names from the model.
pub fn names(count: usize) -> Result<Vec<Name>> {
    let built_in = BUILT_IN.iter().take(count);
    let mut names = built_in
        .map(|(surname, given)| Ok(Name::new(surname, given)?))
        .collect::<Result<Vec<_>>>()?;
    let mut random = ChaCha8Rng::seed_from_u64(20);
    while names.len() < count {
        let script = Script::ALL[names.len() % 2];
        let (surname, given) = (surname(script, &mut random), given(script, &mut random));
        names.push(Name::new(&surname, &given)?);
    }
    Ok(names)
}

/// A letter of the script, as often as [`Symbol::log_prior`] takes it to stand in names.
pub fn letter(script: Script, random: &mut impl Rng) -> char {
    let letters: Vec<(char, f64)> = script
        .letters()
        .chars()
        .filter_map(|c| Symbol::new(c).map(|s| (c, s.log_prior().exp())))
        .collect();
    let mut left = random.random_range(0.0..letters.iter().map(|(_, share)| share).sum());
    let found = letters.iter().find(|(_, share)| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or(&letters[0]).0
}

fn word(script: Script, lengths: std::ops::Range<usize>, random: &mut impl Rng) -> String {
    (0..random.random_range(lengths)).map(|_| letter(script, random)).collect()
}

/// One in eight is double.
fn surname(script: Script, random: &mut impl Rng) -> String {
    let mut surname = word(script, 3..15, random);
    if random.random_bool(0.125) {
        surname = format!("{surname}-{}", word(script, 3..10, random));
    }
    surname
}

/// One in eight has none, one in four has two.
fn given(script: Script, random: &mut impl Rng) -> String {
    let count = [0, 1, 1, 1, 1, 1, 2, 2][random.random_range(0..8)];
    let words: Vec<String> = (0..count).map(|_| word(script, 3..12, random)).collect();
    words.join(" ")
}
