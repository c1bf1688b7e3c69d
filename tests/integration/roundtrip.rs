//! Print, scan, read back: the whole way, without the command line.

use image::{DynamicImage, GrayImage, Luma};
use tumar::Verdict;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::{Inspection, inspect};
use tumar::issue::embed;
use tumar::spec::{Name, Profile};

use crate::common::{name, sample, scanner};

fn printed(portrait: &str, holder: &Name, profile: &Profile) -> Picture {
    embed(&sample(portrait), holder, profile).expect("a print").picture
}

fn text(inspection: &Inspection) -> String {
    let reading = inspection.reading().expect("a reading");
    reading.circle.iter().map(|read| read.symbol.character()).collect()
}

#[test]
fn names_of_both_scripts_come_back_from_seeded_scans() {
    let profile = Profile::default();
    for (portrait, surname, given, expected, preset) in [
        ("astronaut.png", "Назарбаева", "Әсел", "НАЗАРБАЕВА<<ӘСЕЛ_ҢЙЁ", Preset::Flatbed600),
        ("synthetic-01-suit.png", "Smith", "John Paul", "SMITH<<JOHN<PAUL*XVX", Preset::Lab1200),
        (
            "synthetic-05-curls.png",
            "Жұмабекұлы",
            "Ғалымжан",
            "ЖҰМАБЕКҰЛЫ<<ҒАЛЫМЖАН_ЧЩЬ",
            Preset::Lab2400,
        ),
        (
            "synthetic-03-headscarf.png",
            "Тоқаев",
            "Қасым-Жомарт",
            "ТОҚАЕВ<<ҚАСЫМ-ЖОМАРТ_ДПЧ",
            Preset::Flatbed600,
        ),
    ] {
        let holder = name(surname, given);
        let scan =
            print_and_scan(&printed(portrait, &holder, &profile), &Conditions::draw(preset, 1), 1);
        let scan = scan.expect("a scan");
        let found = inspect(&scan, None, Some(&holder), &profile).expect("a resolution");
        assert_eq!(text(&found), expected, "{preset} of {portrait}");
        assert_eq!(found.decision().verdict, Verdict::Authentic, "{preset} of {portrait}");
        let other = inspect(&scan, None, Some(&name("Someone", "Else")), &profile);
        assert_eq!(other.expect("a resolution").decision().verdict, Verdict::NameMismatch);
    }
}

#[test]
fn turned_stretched_and_overturned_scans_read_alike() {
    let profile = Profile::default();
    let holder = name("Ахметова", "Айгерім");
    let print = printed("synthetic-02-long-hair.png", &holder, &profile);
    for (rotation, scale) in
        [(10.0, [1.0, 1.0]), (-10.0, [1.015, 0.985]), (0.0, [0.97, 0.97]), (180.0, [1.03, 1.03])]
    {
        let mut conditions = scanner(600.0, rotation);
        conditions.scan.scale = scale;
        conditions.scan.jpeg = Some(85);
        let scan = print_and_scan(&print, &conditions, 3).expect("a scan");
        let found = inspect(&scan, None, None, &profile).expect("a resolution");
        assert_eq!(text(&found), "АХМЕТОВА<<АЙГЕРІМ_ІЖЫ", "{rotation}° {scale:?}");
        assert_eq!(found.decision().verdict, Verdict::Read, "{rotation}° {scale:?}");
        let upside_down = found.reading().is_some_and(|r| r.orientation.upside_down);
        assert_eq!(upside_down, rotation > 90.0);
    }
}

#[test]
fn pictures_without_microtext_yield_no_text() {
    let profile = Profile::default();
    let blank = Profile::default().with_strength(0.0).expect("a strength");
    for (portrait, preset) in [
        ("kodim04.png", Preset::Flatbed600),
        ("synthetic-04-beard.png", Preset::Lab1200),
        ("synthetic-07-grey.png", Preset::Reader400),
    ] {
        let print = printed(portrait, &name("Ли", "Ян"), &blank);
        let scan = print_and_scan(&print, &Conditions::draw(preset, 5), 5).expect("a scan");
        let found = inspect(&scan, None, None, &profile).expect("a resolution");
        let verdict = found.decision().verdict;
        assert!(
            matches!(verdict, Verdict::Absent | Verdict::Inconclusive),
            "{portrait}: {verdict:?}"
        );
    }
    // Noise, stripes at the very pitch of the lines, and nothing at all.
    let hash = |x: u32, y: u32| {
        (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)).wrapping_mul(3_266_489_917)
            >> 24
    };
    let pitch = Ppi(600.0).px(profile.layout.pitch);
    let noise = GrayImage::from_fn(827, 1063, |x, y| Luma([hash(x, y) as u8]));
    let stripes = GrayImage::from_fn(827, 1063, |_, y| {
        Luma([(160.0 + 40.0 * (f64::from(y) / pitch * std::f64::consts::TAU).cos()) as u8])
    });
    let white = GrayImage::from_pixel(827, 1063, Luma([255]));
    for picture in [noise, stripes, white] {
        let scan = Picture::new(DynamicImage::from(picture), Ppi(600.0));
        let verdict =
            inspect(&scan, None, None, &profile).expect("a resolution").decision().verdict;
        assert!(matches!(verdict, Verdict::Absent | Verdict::Inconclusive), "{verdict:?}");
    }
}

#[test]
fn tiny_pictures_are_inconclusive() {
    let profile = Profile::default();
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (40, 40), (200, 30)] {
        let picture = GrayImage::from_fn(width, height, |x, y| Luma([(x * 7 + y * 3) as u8]));
        for ppi in [50.0, 600.0, 2400.0, 12_000.0] {
            let scan = Picture::new(DynamicImage::from(picture.clone()), Ppi(ppi));
            let found = inspect(&scan, None, None, &profile).expect("a resolution");
            assert_eq!(found.decision().verdict, Verdict::Inconclusive);
        }
    }
}
