//! The log: the same in JSON and XML, the same again, and well-formed whatever it holds.

use image::{DynamicImage, RgbImage};
use quick_xml::events::Event;
use serde_json::Value;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::decision::claim::{Claim, KeyClaim};
use tumar::inspect::{Page, Reader};
use tumar::issue::print;
use tumar::report::log::{Format, Log};
use tumar::report::{Record, Source};
use tumar::spec::{Imprint, Name, Profile};

use crate::common::{holder, key, number, sample};

const SEED: u64 = 6;
const HOSTILE: &str = "<script>]]>&\"'\u{202e}\u{0}\u{1b}\u{fffe}.png";

struct Case {
    scan: Picture,
    issue: KeyClaim,
    profile: Profile,
}

impl Case {
    fn keyed() -> Self {
        let sample = sample("synthetic-03-headscarf.png");
        let (profile, key, document) = (Profile::default(), key(6), number("N1234567"));
        let imprint = Imprint::keyed(&holder(), &profile, &key, &document).expect("it fits");
        let picture = print(&sample, &imprint, &profile).expect("a portrait").picture;
        let scan = print_and_scan(&picture, &Conditions::draw(Preset::Flatbed600, SEED), SEED);
        let issue = KeyClaim { keys: vec![key], document };
        Self { scan: scan.expect("a scan"), issue, profile }
    }

    fn page(&self, name: &Name) -> Page {
        let claim = Claim { name: Some(name), key: Some(&self.issue), ..Claim::default() };
        Reader::new(&self.profile).check(&self.scan, None, claim).expect("a resolution")
    }

    fn log(&self, name: &Name, file: &str) -> Log {
        let page = self.page(name);
        let record = Record::of_page(&page, Some(name), &self.profile);
        let source = Source { file, digest: [7; 32], picture: &self.scan, profile: &self.profile };
        Log::of(&source, &page, &record).expect("pictures")
    }
}

fn json(log: &Log) -> Value {
    serde_json::from_str(&log.text(Format::Json).expect("text")).expect("JSON")
}

/// All texts of the elements of this name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut path) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                if path.last().is_some_and(|last| last == name) {
                    found.push(String::new());
                }
            }
            Event::Text(text) if path.last().is_some_and(|last| last == name) => {
                if let Some(last) = found.last_mut() {
                    *last += &text;
                }
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn json_and_xml_say_the_same() {
    let case = Case::keyed();
    let log = case.log(&holder(), "scan.png");
    let (json, xml) = (json(&log), log.text(Format::Xml).expect("text"));
    assert_eq!(json["schema"], "tumar.log/1");
    assert_eq!((&json["result"], &json["verdict"]), (&"successful".into(), &"authentic".into()));
    let checks = json["check"].as_array().expect("checks");
    let codes: Vec<&str> = checks.iter().filter_map(|check| check["code"].as_str()).collect();
    assert_eq!(codes, ["TUMAR_TEXT", "TUMAR_NAME", "TUMAR_KEY", "TUMAR_MAP", "TUMAR_COPY"]);
    assert_eq!(texts(&xml, "code"), codes);
    for field in ["result", "uuid"] {
        let of_checks = checks.iter().map(|check| &check[field]);
        let all: Vec<&str> =
            std::iter::once(&json[field]).chain(of_checks).filter_map(Value::as_str).collect();
        assert_eq!(texts(&xml, field), all, "{field}");
    }
    let (copy, decided) = checks.split_last().expect("checks");
    assert!(decided.iter().all(|check| check["result"] == "successful"), "{json}");
    assert_eq!(copy["result"], "undetermined", "blur proves nothing");
    for check in checks {
        assert!((-1.0..=1.0).contains(&check["margin"].as_f64().expect("a margin")));
        assert!(!check["decisionFunction"].as_array().expect("questions").is_empty());
    }
    assert!(!texts(&xml, "image").is_empty());
    // The same scan, the same log.
    assert_eq!(xml, case.log(&holder(), "scan.png").text(Format::Xml).expect("text"));
}

#[test]
fn another_name_fails_its_check_alone() {
    let case = Case::keyed();
    let other = Name::new("Назарбаева", "Айша").expect("a name");
    let log = json(&case.log(&other, "scan.png"));
    assert_eq!(log["result"], "failed");
    let right = json(&case.log(&holder(), "scan.png"));
    assert_ne!(log["uuid"], right["uuid"]);
    assert_eq!(log["check"][1]["uuid"], right["check"][1]["uuid"]);
    let result = |i: usize| log["check"][i]["result"].as_str();
    assert_eq!((result(0), result(1)), (Some("successful"), Some("failed")));
}

#[test]
fn a_print_without_the_key_fails_that_check() {
    let case = Case::keyed();
    let plain = Imprint::new(&holder(), &case.profile).expect("it fits");
    let sample = sample("synthetic-03-headscarf.png");
    let picture = print(&sample, &plain, &case.profile).expect("a portrait").picture;
    let scan = print_and_scan(&picture, &Conditions::draw(Preset::Flatbed600, SEED), SEED);
    let log = json(&Case { scan: scan.expect("a scan"), ..case }.log(&holder(), "scan.png"));
    assert_eq!(log["verdict"], "key-mismatch");
    let checks = log["check"].as_array().expect("checks");
    let key = checks.iter().find(|check| check["code"] == "TUMAR_KEY").expect("the key's");
    assert_eq!(key["result"], "failed");
    assert!(key["margin"].as_f64().expect("a margin") < 0.0);
}

#[test]
fn hostile_text_stays_text() {
    let case = Case::keyed();
    let log = case.log(&holder(), HOSTILE);
    let xml = log.text(Format::Xml).expect("text");
    let file = texts(&xml, "file").remove(0);
    assert!(!xml.contains("<script>") && !xml.contains('\u{202e}') && !xml.contains('\u{0}'));
    assert!(!file.is_empty());
    assert!(json(&log)["file"].as_str().expect("a file").starts_with("<script>]]>&\"'\\u{202e}"));
    for secret in case.issue.keys[0].file().lines().filter(|line| line.starts_with("secret")) {
        assert!(!xml.contains(secret.trim_start_matches("secret ")));
    }
}

#[test]
fn nothing_there() {
    let profile = Profile::default();
    let pixels = DynamicImage::from(RgbImage::from_pixel(900, 1100, image::Rgb([200, 190, 180])));
    let scan = Picture::new(pixels, Ppi(600.0));
    let name = holder();
    let page = Reader::new(&profile).page(&scan, None, Some(&name)).expect("a resolution");
    let record = Record::of_page(&page, Some(&name), &profile);
    let source = Source { file: "blank.png", digest: [1; 32], picture: &scan, profile: &profile };
    let log = json(&Log::of(&source, &page, &record).expect("no pictures"));
    assert_eq!(log["check"].as_array().expect("checks").len(), 1);
    assert_ne!(log["check"][0]["result"], "successful");
}
