//! A press's test sheet, scanned by a press and a scanner of another build, and what is found on it.

use image::{DynamicImage, GenericImageView, Rgb, RgbImage, imageops};
use tumar::error::{CalibrateError, CorrectionError, SheetError};
use tumar::imaging::tone;
use tumar::press::calibrate::edges::LETTERS;
use tumar::press::calibrate::legibility::Legible;
use tumar::press::correction::{self, Correction};
use tumar::press::sheet::{Size, sheet};
use tumar::press::{Press, calibrate};
use tumar::{Claim, Mode, Name, Picture, Ppi, Profile, Reader, Verdict, embed};

use crate::common::ends;
use crate::line_scan::{LineScan, grey};

fn card() -> Picture {
    sheet(Size::Card, "7K2Q", &[], Ppi(1200.0)).unwrap()
}

fn measured(scan: &Picture) -> Press {
    calibrate::press(&[calibrate::measure(scan, None).unwrap()]).unwrap()
}

fn near(found: f64, truth: f64, share: f64) -> bool {
    (found / truth - 1.0).abs() < share
}

#[test]
fn a_press_is_recovered() {
    let page = card();
    let other = LineScan {
        paper: 0.78,
        black: 0.05,
        n: 1.9,
        spot: 0.11,
        ppi: 1200.0,
        seed: 4,
        ..LineScan::usual()
    };
    for truth in
        [LineScan::usual(), LineScan { scale: 0.97, turn_deg: -6.0, ..LineScan::usual() }, other]
    {
        let press = measured(&truth.scan(&page));
        let tones = &press.tones;
        assert!(
            near(tones.gain.value, truth.gain(), 0.05),
            "{} {}",
            tones.gain.value,
            truth.gain()
        );
        assert!((tones.paper.value - truth.paper).abs() < 0.01);
        assert!((tones.black.value - truth.black).abs() < 0.01);
        for mtf50 in press.edges.mtf50() {
            assert!(near(mtf50, truth.mtf50(), 0.1), "{mtf50} {}", truth.mtf50());
        }
        let noise = press.texture.noise.value;
        assert!(near(noise, truth.noise(), 0.2), "{noise} {}", truth.noise());
        for left in press.edges.letters {
            assert!((left.value - truth.mtf(LETTERS)).abs() < 0.03, "{left:?}");
        }
        assert!(press.scale.iter().all(|scale| near(scale.value, truth.scale, 0.001)));
        assert_eq!(press.sheets, ["card 7K2Q"]);
        assert!(press.texture.screen.is_none());
    }
}

#[test]
fn a_screen_is_seen() {
    let truth =
        LineScan { screen: Some((150.0, 22.0)), ppi: 1200.0, spot: 0.03, ..LineScan::usual() };
    let screen = measured(&truth.scan(&card())).texture.screen.unwrap();
    assert!(near(screen.lines_per_inch, 150.0, 0.02), "{screen:?}");
    assert!((screen.angle_deg - 22.0).abs() < 1.5, "{screen:?}");
}

#[test]
fn what_the_driver_did_is_named() {
    let truth = LineScan { levels: Some([0.12, 0.7]), ..LineScan::usual() };
    let press = measured(&truth.scan(&card()));
    assert_eq!(press.tones.clipped, [true, true]);
    assert!(press.advice().iter().any(|line| line.contains("stretches contrast")));
    let small = measured(&LineScan { scale: 0.97, ..LineScan::usual() }.scan(&card()));
    assert!(small.advice().iter().any(|line| line.starts_with("the print is 97.0 % wide")));
}

#[test]
fn however_it_lies_and_whatever_it_lost() {
    let scan = LineScan { ppi: 400.0, turn_deg: 3.0, ..LineScan::usual() }.scan(&card());
    let whole = measured(&scan);
    let turned = Picture { pixels: scan.pixels.rotate180(), ..scan.clone() };
    let over = measured(&turned);
    assert!((over.tones.gain.value - whole.tones.gain.value).abs() < 0.01);
    let sideways = Picture { pixels: scan.pixels.rotate90(), ..scan.clone() };
    assert!(near(measured(&sideways).scale[0].value, 1.0, 0.002));
    assert!(whole.register.is_some() && measured(&grey(&scan)).register.is_none());
    // A corner torn off, and its mark.
    let mut torn = scan.pixels.to_rgb8();
    let (width, height) = scan.pixels.dimensions();
    for (x, y) in (0..width / 6).flat_map(|x| (0..height / 4).map(move |y| (x, height - 1 - y))) {
        torn.put_pixel(x, y, Rgb([128; 3]));
    }
    let torn = measured(&Picture { pixels: torn.into(), ..scan.clone() });
    assert!(near(torn.edges.across.value, whole.edges.across.value, 0.15));
    // A copy of it, darkened by a copier and stored as JPEG.
    let mut bytes = std::io::Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 75);
    scan.pixels.write_with_encoder(encoder).unwrap();
    let copied = image::load_from_memory(bytes.get_ref()).unwrap();
    let copied =
        measured(&Picture { pixels: DynamicImage::ImageRgb8(copied.to_rgb8()), ..scan.clone() });
    assert!((copied.tones.gain.value - whole.tones.gain.value).abs() < 0.01);
}

#[test]
fn the_strips_of_a_page_are_read() {
    let page = sheet(Size::PassportPage, "P", &[], Ppi(1200.0)).unwrap();
    let sharp = LineScan { spot: 0.03, grain: 0.01, ..LineScan::usual() };
    let press = measured(&sharp.scan(&page));
    assert_eq!(press.strips.len(), 8);
    // The first three are those of the profile's strength.
    let read = press.strips.iter().take(3).filter(|strip| strip.is_read).count();
    assert_eq!(read, 3, "{:?}", press.strips);
    // Without its strips.
    let mut bare = page.pixels.to_rgb8();
    let from = (53.0 * 1200.0 / 25.4) as u32;
    for (x, y) in (0..bare.width()).flat_map(|x| (from..page.pixels.height()).map(move |y| (x, y)))
    {
        bare.put_pixel(x, y, Rgb([255; 3]));
    }
    let bare = Picture { pixels: bare.into(), ..page };
    assert!(measured(&sharp.scan(&bare)).strips.iter().all(|strip| !strip.is_read));
}

#[test]
fn a_press_s_file_is_read_as_it_was_written() {
    let press = measured(&LineScan::usual().scan(&card()));
    let text = press.to_toml().unwrap();
    assert_eq!(Press::parse(&text).unwrap(), press);
    for wrong in [
        "",
        "schema = 3",
        &text.replace("tumar.press/1", "tumar.press/9"),
        &text.replace("scan_ppi = 600.0", "scan_ppi = nan"),
        &text.replace("[edges.across]\nvalue = ", "[edges.across]\nvalue = -"),
        &text.replace("[tones.paper]\nvalue = 0.", "[tones.paper]\nvalue = 7000."),
        &text.replace("shadows_lost = ", "shadows_lost = nan #"),
    ] {
        assert_ne!(wrong, text);
        assert!(Press::parse(wrong).is_err());
    }
    // The model that it stands for prints as dark as it does.
    let conditions = press.conditions();
    let scan = tumar::channel::print_and_scan(&card(), &conditions, 1).unwrap();
    let again = measured(&scan);
    assert!((again.tones.gain.value - press.tones.gain.value).abs() < 0.02);
    assert!(near(again.edges.across.value, press.edges.across.value, 0.15));
}

#[test]
fn a_press_s_curve_is_taken_back() {
    let press = LineScan { n: 2.0, ..LineScan::usual() };
    let page = card();
    let before = measured(&press.scan(&page));
    let correction = Correction::of(&before).unwrap();
    let after = measured(&press.scan(&correction.corrected(page.clone())));
    let gains = (before.tones.gain.value, after.tones.gain.value);
    assert!(gains.0 > 0.15 && gains.1.abs() < 0.01, "{gains:?}");
    let clipped = LineScan { levels: Some([0.12, 0.7]), ..press };
    assert_eq!(
        Correction::of(&measured(&clipped.scan(&page))).err(),
        Some(CorrectionError::Clipped)
    );
    // A letter screen's gain is known from its own strips only, which a card has not.
    let screen = Profile::default().with_mode(Mode::Screen);
    assert_eq!(correction::profile(&before, &screen).err(), Some(CorrectionError::NoScreen));
    let bilevel = Picture { bilevel: true, ..page };
    assert_eq!(correction.corrected(bilevel.clone()).pixels, bilevel.pixels);
}

#[test]
fn a_letter_screen_s_gain_is_taken_back() {
    let truth = LineScan { n: 1.8, ..LineScan::usual() };
    let mut press = measured(&truth.scan(&card()));
    let strip = |tone: u8, light| Legible {
        tone,
        strength: 0.17,
        cap_height_mm: 0.24,
        mode: Mode::Screen,
        light,
        blur_mm: None,
        is_read: true,
        margin: 1.0,
    };
    // Dots grow by a fifth of what is left.
    let grown = |ink: f64| ink + 0.8 * ink * (1.0 - ink) * 0.5;
    let ink = |tone: u8| 1.0 - f64::from(tone::LINEAR_OF_U8[usize::from(tone)]);
    let light = |tone| truth.paper - grown(ink(tone)) * (truth.paper - truth.black);
    press.strips = [70, 128, 190].map(|tone| strip(tone, light(tone))).to_vec();
    let profile = Profile::default().with_mode(Mode::Screen);
    let own = correction::profile(&press, &profile).unwrap();
    for wish in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let printed = grown(own.screen.area(wish));
        assert!((printed - wish).abs() < 0.015, "{wish} {printed}");
    }
}

#[test]
fn letters_are_stronger_where_a_press_blurs_more() {
    let usual = Profile::default();
    let strength = |spot| {
        let press = measured(&LineScan { spot, ..LineScan::usual() }.scan(&card()));
        correction::profile(&press, &usual).unwrap().strength / usual.strength
    };
    let (sharp, dull) = (strength(0.02), strength(0.15));
    assert!((sharp - 1.0).abs() < 1e-9 && (1.2..=2.5).contains(&dull), "{sharp} {dull}");
}

#[test]
fn a_copy_is_told_by_what_the_press_prints() {
    let own = LineScan { ppi: 1200.0, spot: 0.03, ..LineScan::usual() };
    let page = sheet(Size::PassportPage, "C", &[], Ppi(1200.0)).unwrap();
    let printing = measured(&own.scan(&page)).printing().unwrap();
    let portrait = tumar::decode(include_bytes!("../../samples/synthetic-01-suit.png")).unwrap();
    let (holder, profile) = (Name::new("Ахметова", "Әсел").unwrap(), Profile::default());
    let print = embed(&portrait, &holder, &profile).unwrap().picture;
    let reader = Reader::new(&profile);
    let check = |scan: &Picture| {
        let claim = Claim { name: Some(&holder), printing: Some(&printing), ..Claim::default() };
        reader.check(scan, None, claim).unwrap().main
    };
    let scan = own.scan(&print);
    let genuine = check(&scan);
    assert_eq!(genuine.decision().verdict, Verdict::Authentic, "{:?}", genuine.decision().reasons);
    assert!(genuine.print_check().is_some_and(|found| found.margin() > 0.3));
    // Scanned at 600 ppi, and printed by another press.
    let first = LineScan { ppi: 600.0, turn_deg: 0.0, ..own.clone() }.scan(&print);
    let margin = (5.0 * 600.0 / 25.4) as usize;
    let (width, height) = first.size();
    let cut = first.part([margin; 2], [width - 2 * margin, height - 2 * margin]);
    let other = LineScan { spot: 0.06, n: 1.2, grain: 0.08, seed: 9, ..own };
    let copy = check(&other.scan(&cut));
    assert_eq!(copy.decision().verdict, Verdict::Inconclusive);
    assert!(copy.decision().reasons[0].starts_with("another press"), "{:?}", copy.decision());
    // A coarser scan does not tell, and says so.
    let coarse = check(&first);
    assert_eq!(coarse.decision().verdict, Verdict::Authentic);
    assert!(coarse.print_check().is_none());
    assert!(coarse.decision().reasons.iter().any(|reason| reason.contains("1200 ppi")));
}

#[test]
fn a_trial_of_real_prints_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ends(folder, &["trial", "trial", "--prints", "2"], 0);
    let said = ends(folder, &["trial", "trial", "--prints", "2"], 1);
    assert!(said.contains("it has prints already"), "{said}");
    let said = ends(folder, &["trial", "trial"], 1);
    assert!(said.contains("no scans"), "{said}");
    std::fs::create_dir(folder.join("trial/scans/desk-600")).unwrap();
    for print in ["01", "02"] {
        let (from, to) =
            (format!("trial/prints/{print}.tif"), format!("trial/scans/desk-600/{print}.png"));
        ends(folder, &["channel", &from, "--preset", "flatbed600", "--out", &to], 0);
    }
    std::fs::write(folder.join("trial/scans/desk-600/03.png"), "no picture").unwrap();
    let said = ends(folder, &["trial", "trial"], 0);
    assert!(said.contains("| desk-600 | 600 | 3 | 1 | 2 of 2"), "{said}");
    let results = std::fs::read_to_string(folder.join("trial/results.json")).unwrap();
    assert!(results.contains("\"print\": 2") && !results.to_uppercase().contains("АХМЕТОВ"));
    std::fs::write(folder.join("trial/scans/desk-600/best.png"), "").unwrap();
    let said = ends(folder, &["trial", "trial"], 1);
    assert!(said.contains("best.png") && said.contains("01.png"), "{said}");
    ends(folder, &["trial", "other", "--prints", "0"], 2);
}

#[test]
fn from_the_sheet_to_a_corrected_print() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sheet =
        ["sheet", "--size", "card", "--dpi", "1200", "--number", "N7", "--out", "sheet.tif"];
    ends(folder, &sheet, 0);
    ends(
        folder,
        &["channel", "sheet.tif", "--preset", "flatbed600", "--seed", "2", "--out", "scan.png"],
        0,
    );
    let calibrate = ["calibrate", "scan.png", "--out", "press.toml", "--report", "press.html"];
    let said = ends(folder, &[&calibrate[..], &["--prints", "2"]].concat(), 0);
    assert!(said.contains("sheet card N7") && said.contains("of 2 prints read"), "{said}");
    let report = std::fs::read_to_string(folder.join("press.html")).unwrap();
    assert!(report.contains("How often it will be read"));
    let portrait = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/synthetic-01-suit.png");
    let name = ["--surname", "Ахметова", "--given", "Әсел"];
    let embed = |press: &str, out: &str, code| {
        let args = ["embed", portrait, "--press", press, "--out", out];
        ends(folder, &[&args[..], &name].concat(), code)
    };
    embed("press.toml", "print.png", 0);
    ends(folder, &["channel", "print.png", "--press", "press.toml", "--out", "again.png"], 0);
    ends(folder, &[&["verify", "again.png"][..], &name].concat(), 0);
    let coarse = ["verify", "again.png", "--press", "press.toml"];
    let said = ends(folder, &[&coarse[..], &name].concat(), 1);
    assert!(said.contains("no sheet of this press was scanned at 1200 ppi"), "{said}");
    // The same for a whole run, which goes on with the press that it began with.
    let jobs = format!("id,portrait,surname,given\nA,{portrait},Ахметова,Әсел\n");
    std::fs::write(folder.join("jobs.csv"), jobs).unwrap();
    let issue = ["issue", "jobs.csv", "--out", "run", "--allow-outside"];
    ends(folder, &[&issue[..], &["--press", "press.toml"]].concat(), 0);
    let of = |file: &str| tumar::files::read(&folder.join(file)).unwrap().pixels;
    assert_eq!(of("run/prints/A.tif"), of("print.png"));
    let said = ends(folder, &issue, 1);
    assert!(said.contains("other options"), "{said}");
    let said = embed("press.toml", "print.pdf", 2);
    assert!(said.contains("--press is for rasters"), "{said}");
    let said = embed("sheet.tif", "other.png", 1);
    assert!(said.contains("sheet.tif"), "{said}");
    let said = ends(folder, &["calibrate", "again.png", "--out", "none.toml"], 1);
    assert!(said.contains("no test sheet is seen"), "{said}");
    assert!(!folder.join("none.toml").exists());
    ends(folder, &["channel", "print.png", "--out", "again.png"], 2);
    ends(folder, &["sheet", "--number", "bad!", "--out", "s.png"], 2);
    ends(folder, &["sheet", "--out", "s.doc"], 2);
}

#[test]
fn what_is_no_sheet_is_refused() {
    let blank = Picture::new(RgbImage::from_pixel(900, 700, Rgb([250; 3])).into(), Ppi(300.0));
    assert!(matches!(calibrate::measure(&blank, None), Err(CalibrateError::NoSheet)));
    let unsized_scan = Picture { ppi: None, ..card() };
    assert!(matches!(calibrate::measure(&unsized_scan, None), Err(CalibrateError::NoResolution)));
    // The code alone.
    let part = card();
    let [x, y, side] = [4.0, 6.0, 16.0].map(|mm: f64| (mm * 1200.0 / 25.4) as u32);
    let code = imageops::crop_imm(&part.pixels.to_rgb8(), x, y, side, side).to_image();
    let code = Picture { pixels: code.into(), ..part };
    assert!(matches!(calibrate::measure(&code, None), Err(CalibrateError::FewMarks(_))));
    assert!(matches!(calibrate::press(&[]), Err(CalibrateError::None)));
    for wrong in ["", "abc", "1234567", "A-1"] {
        assert!(matches!(sheet(Size::Card, wrong, &[], Ppi(600.0)), Err(SheetError::Number(_))));
    }
    assert!(matches!(sheet(Size::A4, "1", &[], Ppi(2400.0)), Err(SheetError::TooLarge(_))));
}
