//! The examiner's report: what is in the file, and, where there is a browser, what it shows.

use std::path::PathBuf;
use std::sync::LazyLock;

use image::{DynamicImage, GenericImage, GrayImage};
use serde_json::json;
use tempfile::TempDir;
use tumar::imaging::Picture;
use tumar::inspect::Reader;
use tumar::inspect::decision::claim::Claim;
use tumar::report::record::{Holder, KeyPart};
use tumar::report::{Record, Source, html};
use tumar::spec::Profile;

use crate::common::browser::Browser;
use crate::common::{tools, tumar};

const NAME: [&str; 4] = ["--surname", "Назарбаева", "--given", "Әсел"];
const OTHER: [&str; 4] = ["--surname", "Назарбаева", "--given", "Асел"];
const KEY: [&str; 4] = ["--key", "own.key", "--document-number", "N1234567"];
const PPI: [&str; 2] = ["--ppi", "600"];
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/synthetic-07-grey.png");
/// The portrait of another.
const SWAPPED: [&str; 2] =
    ["--reference", concat!(env!("CARGO_MANIFEST_DIR"), "/samples/synthetic-02-long-hair.png")];
const PLAIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/kodim04.png");
const JP2: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/integration/inputs/deep.jp2");

/// A folder with scans, made once: keyed.png of a keyed print, scan.png of another.
struct Bench {
    folder: TempDir,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let done = |args: &[&str]| {
        let output = tumar(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
    };
    let print = |args: &[&str], scan: &str| {
        done(&[&["embed", SAMPLE, "--out", "print.tif", "--quiet"], &NAME[..], args].concat());
        let seed = ["--seed", "3", "--quiet", "--out", scan];
        done(&[&["channel", "print.tif", "--preset", "flatbed600"], &seed[..]].concat());
    };
    done(&["keygen", "--out", "own.key", "--quiet"]);
    print(&KEY, "keyed.png");
    print(&[], "scan.png");
    Bench { folder }
});

impl Bench {
    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn scan(&self) -> DynamicImage {
        image::open(self.path("scan.png")).unwrap()
    }

    /// The report of a scan, from a folder of its own.
    fn report(&self, scan: &str, args: &[&str], code: i32) -> (TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.html");
        let fixed = ["verify", scan, "--quiet", "--report", report.to_str().unwrap()];
        let output = tumar(self.folder.path(), &[&fixed[..], args].concat());
        assert_eq!(output.status.code(), Some(code), "{scan} {args:?}: {output:?}");
        let text = std::fs::read_to_string(&report).unwrap();
        (folder, text)
    }

    fn put(&self, file: &str, picture: &DynamicImage) {
        picture.save(self.path(file)).unwrap();
    }
}

/// What every report must be.
fn is_sound(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"));
    assert_eq!((html.matches("<script").count(), html.matches("<style").count()), (1, 1));
    assert_eq!(html.matches("<h1").count(), 1);
    assert!(html.contains("default-src &#39;none&#39;; img-src data:;"));
    for outside in ["http://", "https://", "src=\"/", "url(", "@import", " style=\"", " onload"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.len() < 4 << 20, "{}", html.len());
}

#[test]
fn the_report_says_what_the_record_says() {
    let (_folder, html) = BENCH.report("scan.png", &NAME, 0);
    is_sound(&html);
    let order = [
        "Authentic",
        "НАЗАРБАЕВА, ӘСЕЛ",
        "The scan",
        "The text",
        "Symbol by symbol",
        "Lines, straightened",
        "Tamper map",
        ">H1<",
        ">H2<",
        "trong support for the expected name",
        "What was measured",
        "600 ppi, stated by the file",
        "How it was decided",
        "Versions and digests",
    ];
    let places: Vec<usize> = order.iter().map(|part| html.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{places:?}");
    let again = BENCH.report("scan.png", &NAME, 0).1;
    assert_eq!(html, again);
    assert!(!html.contains(BENCH.folder.path().to_str().unwrap()));

    let (_folder, html) = BENCH.report("scan.png", &OTHER, 3);
    is_sound(&html);
    assert!(html.contains("Another name") && html.contains("differs</span>"));
    let (_folder, html) = BENCH.report("scan.png", &[&NAME[..], &SWAPPED].concat(), 3);
    is_sound(&html);
    assert!(html.contains("Altered") && html.contains("another picture than the reference"));
    assert!(html.contains("Held against the portrait as issued") && html.contains("in turn"));
    let (_folder, html) = BENCH.report(PLAIN, &NAME, 4);
    is_sound(&html);
    assert!(html.contains("Not decided") && html.contains(">kodim04.png<"));
    assert!(html.contains("<dd class=\"name\">nothing</dd>") && !html.contains(">The text<"));
}

#[test]
fn a_key_is_asked_and_never_told() {
    let (_folder, html) = BENCH.report("keyed.png", &[&NAME[..], &KEY].concat(), 0);
    is_sound(&html);
    assert!(html.contains("keyed lines that could be placed begin where key <code>"));
    assert!(html.matches(": right</title>").count() > 20);
    let key = std::fs::read_to_string(BENCH.path("own.key")).unwrap();
    let secrets: Vec<&str> = key.split_ascii_whitespace().filter(|word| word.len() > 24).collect();
    assert!(!secrets.is_empty());
    for secret in secrets {
        assert!(!html.contains(secret) && !html.contains(&secret[..16]));
    }
    assert!(!html.contains("N1234567"));
}

#[test]
fn scans_of_every_kind_have_reports() {
    let named = [&NAME[..], &PPI].concat();
    let scan = BENCH.scan();
    BENCH.put("mirrored.png", &scan.fliph());
    BENCH.put("turned.png", &scan.rotate90());
    BENCH.put("deep.png", &scan.to_rgb16().into());
    BENCH.put("grey.tif", &scan.to_luma8().into());
    let mut page =
        GrayImage::from_pixel(2 * scan.width() + 700, scan.height() + 900, image::Luma([250]));
    page.copy_from(&scan.to_luma8(), 100, 300).unwrap();
    page.copy_from(&scan.to_luma8(), scan.width() + 500, 500).unwrap();
    BENCH.put("two.png", &page.into());
    for (file, says) in [
        ("mirrored.png", "<th scope=\"row\">Mirrored</th><td>yes</td>"),
        ("turned.png", "<td>89."),
        ("deep.png", "Authentic"),
        ("grey.tif", "Authentic"),
        ("two.png", "Portraits with microtext on this scan"),
    ] {
        let html = BENCH.report(file, &named, 0).1;
        is_sound(&html);
        assert!(html.contains(says), "{file}: {says}");
    }
    is_sound(&BENCH.report(JP2, &[], 4).1);
}

#[test]
fn a_report_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.html");
    std::fs::write(&kept, "signed").unwrap();
    let refuses = |report: &str, says: &[&str]| {
        // Not even the scan is looked for.
        let output = tumar(folder.path(), &["verify", "missing.png", "--report", report]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        says.iter().for_each(|part| assert!(error.contains(part), "{error}"));
    };
    refuses("kept.html", &["kept.html", "never overwritten"]);
    refuses("none/new.html", &["none/new.html", "no such folder"]);
    refuses(".", &["folder"]);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "signed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

const HOSTILE: &str =
    "\"><script>alert(1)</script><img src=x onerror='alert(2)'>]]>&lt;\u{202e}\u{2066}\u{1b}\n";

fn is_harmless(html: &str) {
    is_sound(html);
    for raw in ["<script>alert", "<img src=x", "\u{202e}", "\u{2066}", "\u{1b}"] {
        assert!(!html.contains(raw), "{raw:?}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert!(html.contains("]]&gt;") && html.contains("\\u{202e}") && html.contains("\\u{1b}"));
}

#[test]
fn hostile_text_is_text() {
    let file = format!("{}.png", HOSTILE.replace('/', "∕"));
    std::fs::copy(BENCH.path("scan.png"), BENCH.path(&file)).unwrap();
    let html = BENCH.report(&file, &[], 0).1;
    is_harmless(&html);

    let (profile, grey) = (Profile::default(), GrayImage::from_pixel(90, 90, image::Luma([200])));
    let picture = Picture { pixels: grey.into(), ppi: None, icc: None, bilevel: false };
    let page = Reader::new(&profile).check(&picture, None, Claim::default()).unwrap();
    let mut record = Record::of_page(&page, None, &profile);
    record.reasons.push(HOSTILE.into());
    record.expected = Some(Holder { surname: HOSTILE.into(), given: HOSTILE.into() });
    record.lr_words = Some(HOSTILE.into());
    record.log10_lr = Some(f64::NAN);
    record.key = Some(KeyPart { id: HOSTILE.into(), lines: 1, right: 0, log10_chance: 0.0 });
    let profile = Profile { name: HOSTILE.into(), ..profile };
    let source = Source { file: HOSTILE, digest: [7; 32], picture: &picture, profile: &profile };
    is_harmless(&html::report(&source, &page, &record).unwrap());
}

/// All the reports that a browser is shown.
fn reports() -> Vec<(&'static str, TempDir, &'static str)> {
    let swapped = [&NAME[..], &SWAPPED].concat();
    let keyed = [&NAME[..], &KEY].concat();
    [
        ("scan.png", &NAME[..], 0, "Authentic"),
        ("scan.png", &OTHER, 3, "Another name"),
        ("scan.png", &swapped, 3, "Altered"),
        (PLAIN, &NAME, 4, "Not decided"),
        ("keyed.png", &keyed, 0, "Authentic"),
    ]
    .map(|(scan, args, code, says)| (scan, BENCH.report(scan, args, code).0, says))
    .into()
}

#[test]
fn a_browser_shows_the_verdict_and_has_nothing_to_complain_of() {
    let Some(mut browser) = Browser::start() else { return };
    for (scan, folder, says) in reports() {
        browser.open(&folder.path().join("report.html"));
        let seen = browser.value(
            "(() => { const h = document.querySelector('.verdict h2');
              const box = h.getBoundingClientRect();
              const top = document.elementFromPoint(box.left + 5, box.top + 5);
              return [h.innerText, box.bottom < innerHeight && h.contains(top)]; })()",
        );
        assert!(seen[0].as_str().unwrap().ends_with(says) && seen[1] == true, "{scan}: {seen}");
        let whole = "[...document.images].every(i => i.complete && i.naturalWidth > 0 && i.alt)";
        assert_eq!(browser.value(whole), true, "{scan}");
        // Nothing sticks out, on a telephone either.
        let width = "document.documentElement.scrollWidth - innerWidth";
        assert!(browser.value(width).as_i64().unwrap() <= 0, "{scan}");
        let named = "[...document.querySelectorAll('[role=img],[role=group],button')].every(e =>
            (e.getAttribute('aria-label') || e.textContent).trim())";
        assert_eq!(browser.value(named), true, "{scan}");
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{scan}");
    }
}

#[test]
fn pictures_are_enlarged_and_marks_are_hidden() {
    let Some(mut browser) = Browser::start() else { return };
    let (folder, _) = BENCH.report("scan.png", &[&NAME[..], &SWAPPED].concat(), 3);
    browser.open(&folder.path().join("report.html"));
    let transform = "document.querySelector('.scan .sheet').style.transform";
    let click = |browser: &mut Browser, label: &str| {
        let all = "[...document.querySelectorAll('.scan button')]";
        browser.value(&format!("{all}.find(b => b.textContent === {label:?}).click()"));
    };
    assert_eq!(browser.value(transform), "");

    browser.value("document.querySelector('.scan .stage').focus()");
    browser.key("+");
    let by_key = browser.value(transform);
    assert!(by_key.as_str().unwrap().contains("scale(1.4)"), "{by_key}");
    browser.key("ArrowRight");
    assert_ne!(browser.value(transform), by_key);
    click(&mut browser, "Reset");
    assert_eq!(browser.value(transform), "");

    let at = browser.value(
        "(() => { const s = document.querySelector('.scan .stage'); s.scrollIntoView(); s.focus();
          const b = s.getBoundingClientRect(); return [b.left + b.width / 2, b.top + 200]; })()",
    );
    let [x, y] = [0, 1].map(|i| at[i].as_f64().unwrap());
    browser.mouse("mouseWheel", [x, y], json!({ "deltaX": 0, "deltaY": -400 }));
    let by_wheel = browser.value(transform);
    assert!(by_wheel.as_str().unwrap().contains("scale(2.7"), "{by_wheel}");
    let held = json!({ "button": "left", "buttons": 1, "clickCount": 1 });
    browser.mouse("mousePressed", [x, y], held.clone());
    browser.mouse("mouseMoved", [x + 40.0, y + 30.0], held.clone());
    browser.mouse("mouseReleased", [x + 40.0, y + 30.0], held);
    assert_ne!(browser.value(transform), by_wheel);
    click(&mut browser, "−");
    click(&mut browser, "Reset");

    let display = "getComputedStyle(document.querySelector('.marks')).display";
    assert_ne!(browser.value(display), "none");
    click(&mut browser, "Hide marks");
    assert_eq!(browser.value(display), "none");
    click(&mut browser, "Show marks");
    assert_ne!(browser.value(display), "none");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn reports_print_on_a4_and_need_no_scripts() {
    let Some(mut browser) = Browser::start() else { return };
    browser.disable_scripts();
    for (scan, folder, _) in reports() {
        browser.open(&folder.path().join("report.html"));
        let pdf = folder.path().join("report.pdf");
        std::fs::write(&pdf, browser.pdf()).unwrap();
        let Some(info) = tools::pdfinfo(&pdf) else { return };
        let field = |name: &str| info.lines().find_map(|l| l.strip_prefix(name)).unwrap().trim();
        assert!(field("Page size:").contains("(A4)"), "{scan}: {info}");
        let pages: usize = field("Pages:").parse().unwrap();
        assert!((2..=6).contains(&pages), "{scan}: {pages}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
