//! Scans held against the portraits that were issued: the right name on the wrong picture is found.

use std::collections::BTreeMap;
use std::path::Path;

use image::GrayImage;
use serde_json::Value;
use tumar::channel::{Conditions, print_and_scan};
use tumar::formats::{decode, encode};
use tumar::imaging::{Picture, Ppi};

use crate::common::shop::{NAMES, Shop};
use crate::common::tumar;

type Row = BTreeMap<String, String>;

fn ended(row: &Row) -> [&str; 3] {
    ["result", "verdict", "picture"].map(|column| row[column].as_str())
}

const RIGHT: [&str; 3] = ["successful", "authentic", "agrees"];
const WRONG: [&str; 3] = ["failed", "altered", "differs"];

/// Jobs of which the last one has the name of the first, and another portrait; the first has a number.
fn jobs(shop: &Shop) {
    let rows = "A-1,portrait-0.png,Ли,Ян,N 12-3\nA-2,portrait-1.png,Ng,,\nA-3,portrait-2.png,Lee,Ann,\n\
        A-4,missing.png,Цой,Ия,\nA-5,portrait-1.png,Ли,Ян,\n";
    shop.write("jobs.csv", format!("id,portrait,surname,given,document_number\n{rows}"));
}

#[test]
fn a_portrait_of_another_is_found() {
    let shop = Shop::new();
    let tiny = Picture::new(GrayImage::new(12, 12).into(), Ppi(600.0));
    encode::write(&shop.path("tiny.png"), &tiny).unwrap();
    shop.write("text.png", "not a picture at all");
    shop.write(
        "scans.csv",
        "id,scan,surname,given,portrait\n\
         right,scan-0.png,Ли,Ян,portrait-0.png\n\
         wrong,scan-1.png,Ng,,portrait-0.png\n\
         none,scan-2.png,Lee,Ann,\n\
         missing,scan-0.png,Ли,Ян,gone.png\n\
         tiny,scan-0.png,Ли,Ян,tiny.png\n\
         text,scan-0.png,Ли,Ян,text.png\n\
         outside,scan-0.png,Ли,Ян,../portrait-0.png\n",
    );
    shop.ends("qa", "run", &[], 3);
    let rows = shop.results("run");
    assert_eq!(ended(&rows[0]), RIGHT, "{:?}", rows[0]);
    assert_eq!(ended(&rows[1]), WRONG, "{:?}", rows[1]);
    assert_eq!(rows[1]["reason"], "the scan shows another picture than the reference");
    assert_eq!(ended(&rows[2]), ["successful", "authentic", ""]);
    assert!(rows[..3].iter().all(|row| row["face"].parse::<f64>().unwrap() > 0.5), "{rows:?}");
    let errors = [
        "the portrait gone.png: there is no such file",
        "the portrait tiny.png: the reference has 12 × 12 pixels",
        "the portrait text.png: not a picture",
        "the portrait ../portrait-0.png: the path leads out of the manifest's folder",
    ];
    for (row, why) in rows[3..].iter().zip(errors) {
        assert!(row["result"] == "error" && row["error"].starts_with(why), "{row:?}");
    }
    let run: Value = serde_json::from_slice(&shop.files("run")["run.json"]).unwrap();
    let documents = &run["documents"];
    assert_eq!(documents[0]["portrait"], documents[1]["portrait"]);
    assert!(documents[0]["portrait"].is_string() && documents[2].get("portrait").is_none());

    // A portrait that was put in its place later, and one that is another now.
    std::fs::copy(shop.path("portrait-0.png"), shop.path("gone.png")).unwrap();
    shop.ends("qa", "run", &["--retry-errors"], 3);
    assert_eq!(ended(&shop.results("run")[3]), RIGHT);
    std::fs::copy(shop.path("portrait-1.png"), shop.path("portrait-0.png")).unwrap();
    let said = shop.ends("qa", "run", &[], 1);
    assert!(said.contains("portrait-0.png: this picture has changed since row 1"), "{said}");
}

#[test]
fn what_was_issued_is_what_scans_are_held_against() {
    let shop = Shop::new();
    jobs(&shop);
    let keygen = tumar(&shop.path(""), &["keygen", "--out", "own.key", "--quiet"]);
    assert!(keygen.status.success());
    shop.ends("issue", "monday", &[], 1);
    for id in ["A-1", "A-2"] {
        let print = decode::read(&shop.path(&format!("monday/prints/{id}.tif"))).unwrap();
        let scan = print_and_scan(&print, &Conditions::clean(Ppi(600.0)), 5).unwrap();
        encode::write(&shop.path(&format!("{id}.png")), &scan).unwrap();
    }
    // The table of jobs is found from the run's folder, whatever the working folder is.
    std::fs::create_dir(shop.path("desk")).unwrap();
    let scans = "id,scan\nA-1,../A-1.png\na-2,../A-2.png\nA-5,../A-1.png\nA-4,../A-1.png\n\
        A-9,../A-1.png\n";
    shop.write("desk/scans.csv", scans);
    let qa = |more: &[&str]| {
        let given = ["qa", "scans.csv", "--out", "../run", "--profile", "../small.toml"];
        let own = ["--issued", "../monday", "--allow-outside", "--quiet"];
        tumar(&shop.path("desk"), &[&given[..], &own, more].concat()).status.code()
    };
    assert_eq!(qa(&[]), Some(3));
    let rows = shop.results("run");
    assert_eq!(ended(&rows[0]), RIGHT, "{:?}", rows[0]);
    assert_eq!(ended(&rows[1]), RIGHT, "{:?}", rows[1]);
    assert_eq!(ended(&rows[2]), WRONG, "the right name on the wrong picture: {:?}", rows[2]);
    assert!(rows[3]["error"].contains("did not print this document"), "{:?}", rows[3]);
    assert!(rows[4]["error"].contains("no document of this id"), "{:?}", rows[4]);
    assert_eq!(rows[4]["scan"], "../A-1.png");
    // Done rows stay done.
    assert_eq!(qa(&[]), Some(3));
    assert_eq!(shop.journalled("run").len(), 5);

    // The number is the one that was issued: with a key, rows without one are in error for its lack.
    shop.write("scans.csv", "id,scan\nA-1,A-1.png\nA-2,A-2.png\n");
    shop.ends("qa", "keyed", &["--issued", "monday", "--key", "own.key"], 3);
    let rows = shop.results("keyed");
    assert_eq!(rows[0]["error"], "");
    assert!(rows[1]["error"].contains("'document_number' is empty"), "{:?}", rows[1]);
}

#[test]
fn rows_may_not_contradict_what_was_issued() {
    let shop = Shop::new();
    jobs(&shop);
    shop.ends("issue", "monday", &[], 1);
    let ids = |row: &str| format!("id,scan,surname,given,document_number,portrait\n{row}\n");
    let scan = |row: &str| {
        shop.write("scans.csv", ids(row));
        let run = shop.run("qa", "run", &["--issued", "monday", "--quiet"]);
        let code = run.status.code();
        let found = shop.results("run").remove(0);
        std::fs::remove_dir_all(shop.path("run")).unwrap();
        (code, found)
    };
    for same in ["", "ли", "ЛИ,,n123", ",ян", ",,,portrait-0.png"] {
        let (code, row) = scan(&format!("A-1,scan-0.png,{same}"));
        assert_eq!((code, ended(&row)), (Some(0), RIGHT), "{same}: {row:?}");
    }
    std::fs::copy(shop.path("portrait-0.png"), shop.path("copy.png")).unwrap();
    assert_eq!(ended(&scan("A-1,scan-0.png,,,,copy.png").1), RIGHT);
    for (other, why) in [
        ("Лим", "the field 'surname' is not what the issue run printed"),
        ("Ли,Яна", "the field 'given' is not what the issue run printed"),
        (",,N124", "the field 'document_number' is not what the issue run printed"),
        (",,,portrait-1.png", "the portrait portrait-1.png: this is not the file that the issue"),
    ] {
        let (code, row) = scan(&format!("A-1,scan-0.png,{other}"));
        assert_eq!((code, row["result"].as_str()), (Some(3), "error"), "{other}: {row:?}");
        assert!(row["error"].starts_with(why), "{other}: {row:?}");
    }
    // What stands there now was not printed.
    std::fs::copy(shop.path("portrait-1.png"), shop.path("portrait-0.png")).unwrap();
    let (_, row) = scan("A-1,scan-0.png,");
    assert!(row["error"].contains("not the file that the issue run printed"), "{row:?}");
}

#[test]
fn only_a_finished_run_of_issue_will_do() {
    let shop = Shop::new();
    let (surname, given) = NAMES[0];
    let row = format!("A-1,portrait-0.png,{surname},{given}\n");
    shop.write("jobs.csv", format!("id,portrait,surname,given\n{row}"));
    shop.ends("issue", "monday", &[], 0);
    shop.ends("issue", "tuesday", &["--strength", "0.12"], 0);
    shop.write("scans.csv", "id,scan\nA-1,scan-0.png\n");
    shop.ends("qa", "run", &["--issued", "monday"], 0);
    let refused = |issued: &str, code, why: &str| {
        let said = shop.ends("qa", "run", &["--issued", issued], code);
        assert!(said.contains(why), "{issued}: {said}");
    };
    refused("nowhere", 2, "tumar: --issued nowhere: has no run.json");
    refused("run", 2, "its run.json is not of a run of tumar issue");
    refused("tuesday", 1, "holds a run by another --issued");
    let said = shop.ends("qa", "other", &[], 2);
    assert!(said.contains("no column 'surname'"), "{said}");

    let jobs = shop.path("jobs.csv");
    shop.write("jobs.csv", format!("id,portrait,surname,given\n{row}\n"));
    refused("monday", 2, "jobs.csv, has changed since it was printed");
    std::fs::remove_file(&jobs).unwrap();
    refused("monday", 2, "jobs.csv, has the names: cannot read it");
    // Moved together they still belong together.
    shop.write("jobs.csv", format!("id,portrait,surname,given\n{row}"));
    std::fs::create_dir(shop.path("archive")).unwrap();
    for name in ["jobs.csv", "monday", "portrait-0.png"] {
        std::fs::rename(shop.path(name), shop.path("archive").join(Path::new(name))).unwrap();
    }
    shop.ends("qa", "run", &["--issued", "archive/monday"], 0);
    std::fs::remove_file(shop.path("archive/monday/run.json")).unwrap();
    refused("archive/monday", 2, "has no run.json, which every finished run has");
}
