//! Pictures without microtext of ours, or with what cannot be read: no name may come of them.
//!
//! Each test also reads a genuine print in the same way, so that none passes for want of reading.

use std::sync::Once;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::channel::{Conditions, Technology};
use tumar::imaging::{Mm, Picture, Ppi};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

use crate::common::art::{self, Lines};
use crate::common::judge::{self, PROFILE, SCANS, askew, faults, printed, vouched};
use crate::common::{letters, name, sample, tones};

fn portrait() -> Picture {
    sample("synthetic-01-suit.png")
}

fn genuine(name: &Name) -> Picture {
    embed(&portrait(), name, &PROFILE).expect("a print").picture
}

/// A picture with nothing in it that looks like letters.
#[track_caller]
fn holds_nothing(title: &str, print: &Picture) {
    holds(title, print, &[], false);
}

/// A picture from which these names may be read, and nothing else.
#[track_caller]
fn holds_only(title: &str, print: &Picture, names: &[Name]) {
    holds(title, print, names, true);
}

#[track_caller]
fn holds(title: &str, print: &Picture, names: &[Name], letters: bool) {
    for ppi in SCANS {
        let faults = faults(&judge::inspect(print, &askew(ppi)), names, letters);
        assert!(faults.is_empty(), "{title} at {ppi} ppi: {}", faults.join("; "));
    }
}

/// The name of a genuine print is read from the scans of all tests but the newsprint's, and no
/// stranger's accepted. The prints are the same, so once will do.
fn control() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| SCANS.iter().for_each(|&ppi| reads(&askew(ppi))));
}

fn reads(conditions: &Conditions) {
    let holder = name("Нұрланова", "Айша");
    let found = judge::inspect(&genuine(&holder), conditions);
    assert_eq!(vouched(&found), Some(printed(&holder).into_iter().collect()));
    // The judge would notice.
    assert!(!faults(&found, &[], false).is_empty());
    assert!(faults(&found, &[holder], true).is_empty());
}

fn lines(period: f64, angle_deg: f64) -> Lines {
    Lines { period: Mm(period), angle_deg }
}

#[test]
fn noise() {
    control();
    for slope in [0.0, 1.0] {
        holds_nothing(&format!("noise of f^-{slope}"), &art::noise(slope, 1));
    }
}

#[test]
fn hatchings_and_contours() {
    control();
    let tone = tones(&portrait());
    for (period, angle) in [(0.38, 0.0), (0.40, 1.0), (0.41, 12.0), (0.40, 90.0)] {
        let print = art::hatching(&[lines(period, angle)], &tone);
        holds_nothing(&format!("hatching of {period} mm at {angle}°"), &print);
    }
    let crossed = [lines(0.40, 0.0), lines(0.22, 90.0)];
    holds_nothing("hatching of our pitch and advance", &art::hatching(&crossed, &tone));
    for (cells, shift) in [(1.0, 0.5), (12.0, 0.0)] {
        let print = art::dashes(lines(0.40, 0.0), Mm(cells * 0.22), shift);
        holds_nothing(&format!("dashes of {cells} cells, shifted by {shift}"), &print);
    }
    holds_nothing("contours", &art::contours(Mm(0.4), 1));
}

#[test]
fn guilloches() {
    control();
    for (distance, height, length) in [(0.3, 0.1, 2.2), (0.4, 1.0, 7.0), (0.5, 1.0, 7.0)] {
        let print = art::waves(Mm(distance), Mm(height), Mm(length));
        holds_nothing(&format!("waves {distance} mm apart"), &print);
    }
    holds_nothing("a rosette", &art::rosette(Mm(0.4), 12.0, 1.0));
}

fn newsprint(ppi: f64, lines: f64, angle_deg: f64) -> Conditions {
    let mut conditions = askew(ppi);
    let device = Ppi(2400.0);
    conditions.print.technology = Technology::ClusteredDot { device, lines, angle_deg };
    conditions
}

#[test]
fn newsprint_and_moire() {
    // Microtext survives a screen as fine as offset's; the coarse ones are what is tried.
    SCANS.iter().for_each(|&ppi| reads(&newsprint(ppi, 200.0, 45.0)));
    let plain = Profile::default().with_strength(0.0).expect("a strength");
    let print = embed(&portrait(), &name("Any", ""), &plain).expect("a print").picture;
    // 63.5 lines an inch lie 0.40 mm apart.
    for (screen, angle) in [(85.0, 45.0), (85.0, 15.0), (133.0, 45.0), (63.5, 0.0)] {
        for ppi in SCANS {
            let found = judge::inspect(&print, &newsprint(ppi, screen, angle));
            let faults = faults(&found, &[], false);
            assert!(faults.is_empty(), "{screen} lines at {angle}°, {ppi} ppi: {faults:?}");
        }
    }
    let tone = tones(&portrait());
    // The second pair beats at 0.40 mm.
    for [a, b] in [[(0.18, 15.0), (0.18, 45.0)], [(0.19, 0.0), (0.362, 0.0)]] {
        let screens = [lines(a.0, a.1), lines(b.0, b.1)];
        holds_nothing(&format!("screens {a:?} and {b:?}"), &art::screens(&screens, &tone));
    }
}

#[test]
fn pages_of_ordinary_text() {
    control();
    // 10 pt and 4 pt, then lines 1 mm apart, then our own grid.
    for (font, cap, pitch) in [
        ("NotoSansMono-Regular.ttf", 2.5, 4.2),
        ("DejaVuSansMono.ttf", 1.0, 1.7),
        ("NotoSansMono-Regular.ttf", 0.6, 1.0),
        ("NotoSansMono-Regular.ttf", 0.24, 0.40),
    ] {
        let page = letters::page(&letters::typeface(font), Mm(cap), Mm(pitch), 2);
        holds_only(&format!("{font}, capitals of {cap} mm"), &page, &[]);
    }
}

#[test]
fn microtext_of_other_issuers() {
    control();
    // A legible legend may be read, whoever printed it; nothing else may.
    for (holder, pitch, advance, cap, typeface) in [
        (name("Нұрланова", "Айша"), 0.45, 0.25, 0.24, "noto-sans-mono"),
        (name("Нұрланова", "Айша"), 0.36, 0.22, 0.24, "noto-sans-mono"),
        (name("Hernández Peña", "José"), 0.41, 0.225, 0.24, "noto-sans-mono"),
        (name("Hernández Peña", "José"), 0.415, 0.228, 0.25, "noto-sans-mono-bold"),
        (name("Нұрланова", "Айша"), 0.40, 0.22, 0.24, "dejavu-sans-mono-bold"),
    ] {
        let issuer = letters::issuer(pitch, advance, cap, typeface);
        let print = embed(&portrait(), &holder, &issuer).expect("a print").picture;
        holds_only(&format!("{pitch} {advance} {cap} {typeface}"), &print, &[holder]);
    }
}

/// Prints a text on our grid, its lines begun as ours, or all alike.
fn in_our_grid(text: &[char], ours: bool) -> Picture {
    let face = letters::typeface("NotoSansMono-Regular.ttf");
    let layout = &PROFILE.layout;
    let begin = |line| if ours { layout.row_phase(line, text.len()) } else { 0 };
    let which = |line: usize, cell: usize| text[(cell + begin(line)) % text.len()];
    letters::tinted(&portrait(), &letters::text(layout, &face, which), &PROFILE)
}

#[test]
fn texts_that_are_no_legend() {
    control();
    for text in [
        "REPUBLIC OF KAZAKHSTAN ",
        "passport microtext ",
        "N01234567",
        "SMITH<<JOHN*ANNA*",
        "<<<<<<<<<<<*",
        "SMITH_JOHN_",
        "ТОҚАЕВ*",
    ] {
        let print = in_our_grid(&text.chars().collect::<Vec<_>>(), true);
        holds_only(text, &print, &[]);
    }
    let holder = name("Smith", "John");
    holds_only("lines begun alike", &in_our_grid(&printed(&holder), false), &[holder]);
    let begin = |line| PROFILE.layout.row_phase(line, 24);
    let signs = letters::runes(&PROFILE.layout, 24, 7, begin);
    let print = letters::tinted(&portrait(), &signs, &PROFILE);
    holds_only("signs of nobody's alphabet", &print, &[]);
}

#[test]
fn a_short_latin_text_with_the_cyrillic_mark() {
    let text: Vec<char> = "SMITH_".chars().collect();
    holds_only("SMITH_", &in_our_grid(&text, true), &[]);
}

/// A legend in which one letter is another sign, its check symbols those of the letter.
fn defaced(holder: &Name, letter: char, sign: char) -> Vec<char> {
    let mut text = printed(holder);
    let place = text.iter().position(|&c| c == letter).expect("a letter of the name");
    text[place] = sign;
    text
}

#[test]
fn signs_that_no_alphabet_has() {
    control();
    for (surname, given, letter, sign) in [
        ("Smith", "John", 'I', '1'),
        ("Johnston", "Kate", 'A', '8'),
        ("Nguyen", "Gabriel", 'B', '4'),
        ("Smith", "Anna", 'N', 'И'),
    ] {
        let holder = name(surname, given);
        let text = defaced(&holder, letter, sign);
        holds_only(&text.iter().collect::<String>(), &in_our_grid(&text, true), &[]);
    }
}

#[test]
fn two_names_over_each_other() {
    control();
    for [a, b] in [
        [name("Ахметова", "Айгерім"), name("Жұмабаев", "Нұрболат")],
        [name("Smith", "John"), name("Smyth", "Joan")],
        [name("Ferris", "Carl"), name("Eerrjs", "Oarl")],
    ] {
        let names = [a, b];
        let [a, b] = names.each_ref().map(genuine);
        let over = embed(&a, &names[1], &PROFILE).expect("a print").picture;
        // Either may be read if it stands out; what belongs to none of them may not.
        holds_only("over each other", &over, &names);
        holds_only("mixed", &letters::blend(&a, &b, 0.5), &names);
    }
}

/// Draws one of all kinds of hostile pictures: its description, and the names in it.
fn draw(random: &mut ChaCha8Rng) -> (String, Picture, Vec<Name>, bool) {
    let kind = random.random_range(0..12);
    let seed = random.random_range(0..1_000_000);
    let mut near = |centre: f64, share: f64| centre * random.random_range(1.0 - share..1.0 + share);
    let (pitch, advance, cap) = (near(0.40, 0.06), near(0.22, 0.06), near(0.24, 0.08));
    let (angle, length, depth) = (near(0.0, 1.0) + near(45.0, 1.0), near(3.0, 0.8), near(0.5, 0.9));
    let layout = letters::issuer(pitch, advance, cap, "noto-sans-mono").layout;
    let tone = tones(&portrait());
    let count = random.random_range(8..40);
    let name = |random: &mut ChaCha8Rng| {
        let text: String = letters::words(40, random.random_range(0..1_000_000)).iter().collect();
        let mut words = text.split_whitespace();
        crate::common::name(words.next().unwrap_or("a"), words.next().unwrap_or(""))
    };
    let names = [name(random), name(random)];
    let other = || {
        let typeface = tumar::spec::typeface::names()[count % 4];
        letters::issuer(pitch, advance, cap, typeface)
    };
    let (picture, names, letters) = match kind {
        0 => (art::noise(2.0 * depth, seed), vec![], false),
        1 => (art::hatching(&[lines(pitch, angle)], &tone), vec![], false),
        2 => (
            art::hatching(&[lines(pitch, 0.02 * angle), lines(advance, 90.0)], &tone),
            vec![],
            false,
        ),
        3 => (
            art::dashes(lines(pitch, 0.02 * angle), Mm(advance * f64::from(count as u32)), depth),
            vec![],
            false,
        ),
        4 => (art::waves(Mm(pitch), Mm(depth), Mm(length)), vec![], false),
        5 => (art::rosette(Mm(pitch), (6.0 * length).round(), 2.0 * depth), vec![], false),
        6 => (
            art::screens(&[lines(pitch * depth, angle), lines(advance, 2.0 * angle)], &tone),
            vec![],
            false,
        ),
        7 => {
            let face = letters::typeface("NotoSansMono-Regular.ttf");
            (
                letters::page(&face, Mm(cap * (1.0 + depth)), Mm(pitch * (1.0 + depth)), seed),
                vec![],
                true,
            )
        }
        8 => {
            let signs =
                letters::runes(&layout, count, seed, |line| PROFILE.layout.row_phase(line, count));
            (letters::tinted(&portrait(), &signs, &PROFILE), vec![], true)
        }
        9 => {
            let print = embed(&portrait(), &names[0], &other()).expect("a print").picture;
            (print, names[..1].to_vec(), true)
        }
        10 => {
            let text = letters::words(count, seed);
            (in_our_grid(&text, seed % 2 == 0), vec![], true)
        }
        _ => {
            let prints = names.each_ref().map(genuine);
            (letters::blend(&prints[0], &prints[1], 0.25 + 0.5 * depth), names.to_vec(), true)
        }
    };
    let parameters = format!("{pitch:.3} {advance:.3} {cap:.3} {angle:.2} {length:.2} {depth:.2}");
    (format!("kind {kind}, seed {seed}, {count}: {parameters}"), picture, names, letters)
}

#[test]
#[ignore = "takes minutes: cargo test --release --all-features --test integration hostile -- --ignored"]
fn hundreds_at_random() {
    control();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut failures = Vec::new();
    for number in 0..600 {
        let (title, print, names, letters) = draw(&mut random);
        let conditions = askew(SCANS[number % SCANS.len()]);
        let faults = faults(&judge::inspect(&print, &conditions), &names, letters);
        if !faults.is_empty() {
            failures.push(format!("{number} {title}: {}", faults.join("; ")));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}
