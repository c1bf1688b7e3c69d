//! A small print shop: portraits of 12 mm, so that a row takes milliseconds.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use image::GrayImage;
use tempfile::TempDir;
use tumar::channel::{Conditions, print_and_scan};
use tumar::formats::encode;
use tumar::imaging::{Picture, Ppi};
use tumar::issue::embed;
use tumar::spec::Profile;

use super::{TUMAR, name, sample};

/// Names that are printed, each in a portrait and a scan of its own.
pub(crate) const NAMES: [(&str, &str); 6] =
    [("Ли", "Ян"), ("Ng", ""), ("Lee", "Ann"), ("Цой", "Ия"), ("Асан", ""), ("Kim", "Eo")];
const PORTRAITS: [&str; 3] = ["kodim04", "synthetic-03-headscarf", "synthetic-07-grey"];

/// A folder with small.toml, portrait-0.png to portrait-2.png and scan-0.png to scan-5.png.
pub(crate) struct Shop {
    folder: TempDir,
}

static TEMPLATE: LazyLock<Shop> = LazyLock::new(|| {
    let shop = Shop { folder: tempfile::tempdir().unwrap() };
    let text = Profile::default_text()
        .replace("width_mm = 35.0", "width_mm = 12.0")
        .replace("height_mm = 45.0", "height_mm = 12.0");
    let profile = Profile::parse(&text).unwrap();
    std::fs::write(shop.path("small.toml"), text).unwrap();
    for (i, (surname, given)) in NAMES.into_iter().enumerate() {
        let file = format!("{}.png", PORTRAITS[i % PORTRAITS.len()]);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(&file);
        std::fs::copy(path, shop.path(&format!("portrait-{}.png", i % 3))).unwrap();
        let print = embed(&sample(&file), &name(surname, given), &profile).unwrap();
        let mut conditions = Conditions::clean(Ppi(600.0));
        conditions.scan.rotation_deg = 0.3 * i as f64;
        let scan = print_and_scan(&print.picture, &conditions, i as u64).unwrap();
        encode::write(&shop.path(&format!("scan-{i}.png")), &scan).unwrap();
    }
    shop
});

impl Shop {
    pub(crate) fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap() };
        for entry in TEMPLATE.folder.path().read_dir().unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), shop.folder.path().join(entry.file_name())).unwrap();
        }
        shop
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// A manifest of jobs.csv with so many rows.
    pub(crate) fn jobs(&self, rows: usize) {
        let mut text = "id,portrait,surname,given\n".to_owned();
        for i in 0..rows {
            let (surname, given) = NAMES[i % NAMES.len()];
            writeln!(text, "N{i:04},portrait-{}.png,{surname},{given}", i % 3).unwrap();
        }
        self.write("jobs.csv", text);
    }

    /// A manifest scans.csv with so many rows, of three machines.
    pub(crate) fn scans(&self, rows: usize) {
        self.scans_and_blanks(rows, 1);
    }

    /// The same, but that only each `nth` row names a scan and the others a picture of nothing, which
    /// costs nearly nothing.
    pub(crate) fn scans_and_blanks(&self, rows: usize, nth: usize) {
        let blank = Picture::new(GrayImage::new(40, 40).into(), Ppi(600.0));
        encode::write(&self.path("blank.png"), &blank).unwrap();
        let mut text = "id,scan,surname,given,machine,time\n".to_owned();
        for i in 0..rows {
            let (surname, given) = NAMES[i % NAMES.len()];
            let time = format!("2026-11-28T{:02}:{:02}:{:02}Z", i / 3600, i / 60 % 60, i % 60);
            let scan = match i.is_multiple_of(nth) {
                true => format!("scan-{}.png", i % NAMES.len()),
                false => "blank.png".to_owned(),
            };
            writeln!(text, "N{i:04},{scan},{surname},{given},press {},{time}", i % 3).unwrap();
        }
        self.write("scans.csv", text);
    }

    /// `tumar COMMAND MANIFEST --out OUT` by the small profile.
    pub(crate) fn command(&self, command: &str, out: &str) -> Command {
        let manifest = if command == "issue" { "jobs.csv" } else { "scans.csv" };
        let mut program = Command::new(TUMAR);
        program.current_dir(self.folder.path());
        program.args([command, manifest, "--out", out, "--profile", "small.toml"]);
        if command == "qa" {
            program.args(["--inspections", "3"]);
        }
        program
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, command: &str, out: &str, more: &[&str]) -> Output {
        self.command(command, out).args(more).output().unwrap()
    }

    /// The same, which has to end with this code; what it said on stderr.
    pub(crate) fn ends(&self, command: &str, out: &str, more: &[&str], code: i32) -> String {
        let output = self.run(command, out, more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{command} {more:?}: {said}");
        said
    }

    /// All files of a run by their names, but the journal, whose lines stand in the order in which rows
    /// ended.
    pub(crate) fn files(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let (root, mut found, mut folders) =
            (self.path(out), BTreeMap::new(), vec![self.path(out)]);
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
        found.remove("journal.jsonl").unwrap();
        found
    }

    /// The rows of the journal, in the order in which they ended.
    pub(crate) fn journalled(&self, out: &str) -> Vec<u64> {
        let text = std::fs::read_to_string(self.path(out).join("journal.jsonl")).unwrap();
        let rows = text.lines().skip(1).map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["row"].as_u64().unwrap()
        });
        rows.collect()
    }

    /// The table of results: each row by its columns.
    pub(crate) fn results(&self, out: &str) -> Vec<BTreeMap<String, String>> {
        let mut table = csv::Reader::from_path(self.path(out).join("results.csv")).unwrap();
        table.deserialize().map(Result::unwrap).collect()
    }
}
