//! Files of several pages on the command line: a document's portraits, one page, a limit.

use image::GrayImage;
use serde_json::Value;
use tumar::channel::print_and_scan;
use tumar::{Profile, embed};

use super::pdf::{Image, file};
use crate::common::{holder, sample, scanner, tumar};

/// The two sides of a document: one without a portrait, and one that was printed for the holder.
fn document() -> Vec<u8> {
    let print = embed(&sample("synthetic-01-suit.png"), &holder(), &Profile::default()).unwrap();
    let scan = print_and_scan(&print.picture, &scanner(600.0, 0.0), 1).unwrap();
    let front = scan.pixels.to_luma8();
    let (width, height) = front.dimensions();
    let back = GrayImage::from_pixel(width, height, image::Luma([222]));
    let [across, down] = [width, height].map(|side| f64::from(side) * 72.0 / 600.0);
    let entries = format!("/MediaBox[0 0 {across} {down}]");
    let content = format!("q {across} 0 0 {down} 0 0 cm /I0 Do Q");
    let [back, front] = [back, front].map(|side| [Image::grey(&side, true)]);
    file(&[(&entries, &content, &back), (&entries, &content, &front)])
}

#[test]
fn the_pages_of_a_file_are_those_of_one_document() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("both.pdf"), document()).unwrap();
    let verify = |more: &[&str]| {
        let name = ["verify", "both.pdf", "--surname", "Назарбаева", "--given", "Әсел"];
        tumar(folder.path(), &[&name, more].concat())
    };
    let all = verify(&["--json", "-", "--overlay", "marked.png", "--report", "report.html"]);
    assert_eq!(all.status.code(), Some(0), "{all:?}");
    let record: Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!(record["verdict"], "authentic");
    assert_eq!((&record["scan"]["page"], &record["scan"]["ppi"]), (&2.into(), &600.0.into()));
    assert_eq!(record["portraits"].as_array().map(Vec::len), Some(1));
    assert_eq!(record["portraits"][0]["page"], 2);

    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains("page 2 of the file, "), "{report}");

    assert_eq!(verify(&["--page", "2"]).status.code(), Some(0));
    assert_eq!(verify(&["--page", "1"]).status.code(), Some(4));
    for (page, code, says) in [("3", 1, "it has no page 3, but 2 in all"), ("0", 2, "from 1")] {
        let output = verify(&["--page", page]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(says) && told.lines().count() == 1, "{told}");
    }
    let small = verify(&["--max-pixels", "100000"]);
    let told = String::from_utf8_lossy(&small.stderr).into_owned();
    assert_eq!(small.status.code(), Some(1), "{told}");
    assert!(told.contains("page 1") && told.contains("at most 100000"), "{told}");

    // What takes one picture takes the first, and says so.
    let channel = ["channel", "both.pdf", "--preset", "clean", "--out", "back.png"];
    let output = tumar(folder.path(), &channel);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("2 pages, and the first is taken"), "{told}");
}

#[test]
fn a_run_prints_the_first_page_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("both.pdf"), document()).unwrap();
    let jobs = "id,portrait,surname,given\n1,both.pdf,Назарбаева,Әсел\n";
    std::fs::write(folder.path().join("jobs.csv"), jobs).unwrap();
    let output = tumar(folder.path(), &["issue", "jobs.csv", "--out", "run", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let results = std::fs::read_to_string(folder.path().join("run/results.csv")).unwrap();
    assert!(results.contains("has 2 pages; the first is printed"), "{results}");
}
