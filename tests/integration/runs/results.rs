//! What a run that nothing disturbs writes.

use serde_json::Value;
use sha2::{Digest, Sha256};
use tumar::formats::decode;

use crate::common::shop::{NAMES, Shop};
#[cfg(feature = "parquet")]
use crate::common::tools;
use crate::common::tumar;

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn jobs_become_prints() {
    let shop = Shop::new();
    shop.jobs(7);
    shop.ends("issue", "run", &[], 0);
    let files = shop.files("run");
    let results = shop.results("run");
    assert_eq!(results.len(), 7);
    for (i, row) in results.iter().enumerate() {
        assert_eq!(
            (row["row"].as_str(), row["id"].as_str(), row["result"].as_str()),
            ((i + 1).to_string().as_str(), format!("N{i:04}").as_str(), "printed")
        );
        let print = &files[&row["out"]];
        assert_eq!(sha256(print), row["sha256"]);
        assert_eq!(decode::decode(print).unwrap().size(), (567, 567));
    }
    let run: Value = serde_json::from_slice(&files["run.json"]).unwrap();
    assert_eq!(run["schema"], "tumar.run/1");
    assert_eq!((&run["counts"]["rows"], &run["counts"]["successful"]), (&7.into(), &7.into()));
    assert_eq!(run["files"][0]["sha256"], sha256(&files["results.csv"]));
    let portrait = std::fs::read(shop.path("portrait-1.png")).unwrap();
    assert_eq!(run["documents"][4]["input"], sha256(&portrait));
    assert_eq!(run["documents"][4]["output"], results[4]["sha256"]);
    assert_eq!(run["manifest"]["sha256"], sha256(&std::fs::read(shop.path("jobs.csv")).unwrap()));

    // Again: nothing is done, nothing changes.
    shop.ends("issue", "run", &[], 0);
    assert_eq!(shop.files("run"), files);
    assert_eq!(shop.journalled("run").len(), 7);

    // A print that is gone is printed again.
    std::fs::remove_file(shop.path("run/prints/N0003.tif")).unwrap();
    shop.ends("issue", "run", &[], 0);
    assert_eq!(shop.files("run"), files);
}

#[test]
fn prints_and_scans_are_those_of_single_commands() {
    let shop = Shop::new();
    shop.jobs(1);
    shop.scans(3);
    shop.ends("issue", "run", &[], 0);
    let single = |args: &[&str]| {
        tumar(&shop.path(""), &[args, &["--profile", "small.toml"]].concat()).stdout
    };
    let (surname, given) = NAMES[0];
    let name = ["--surname", surname, "--given", given];
    single(&[&["embed", "portrait-0.png", "--out", "single.tif"], &name[..]].concat());
    let single_print = std::fs::read(shop.path("single.tif")).unwrap();
    assert!(shop.files("run")["prints/N0000.tif"] == single_print);

    shop.ends("qa", "qa", &[], 0);
    let json = single(&[&["verify", "scan-0.png", "--json", "-"], &name[..]].concat());
    let record: Value = serde_json::from_slice(&json).unwrap();
    let journal = std::fs::read_to_string(shop.path("qa/journal.jsonl")).unwrap();
    let lines = journal.lines().skip(1).map(|line| serde_json::from_str(line).unwrap());
    let line = lines.into_iter().find(|line: &Value| line["row"] == 1).unwrap();
    assert_eq!(line["done"]["record"], record);
}

#[test]
fn results_do_not_depend_on_threads() {
    let shop = Shop::new();
    shop.scans(14);
    shop.ends("qa", "one", &["--jobs", "1"], 0);
    shop.ends("qa", "four", &["--jobs", "4", "--quiet"], 0);
    let files = shop.files("one");
    assert!(files == shop.files("four"));
    let results = shop.results("one");
    assert!(results.iter().all(|row| row["verdict"] == "authentic" && !row["contrast"].is_empty()));
    assert!(files.contains_key("report.html"));
    assert_eq!(files.keys().filter(|name| name.starts_with("inspections/")).count(), 3);
}

#[test]
fn a_run_says_what_is_normal_for_the_next() {
    let shop = Shop::new();
    shop.scans(66);
    shop.ends("qa", "first", &[], 0);
    let run: Value = serde_json::from_slice(&shop.files("first")["run.json"]).unwrap();
    assert_eq!(run["machines"].as_array().unwrap().len(), 3);
    assert_eq!(run["machines"][0]["machine"], "press 0");
    shop.scans(6);
    shop.ends("qa", "second", &["--base", "first/run.json"], 0);
    let run: Value = serde_json::from_slice(&shop.files("second")["run.json"]).unwrap();
    assert!(run["machines"][0]["measures"]["contrast"]["documents"].as_u64() >= Some(22));
    let said = shop.ends("qa", "third", &["--base", "jobs.csv"], 1);
    assert!(said.contains("jobs.csv: cannot read it"), "{said}");
}

/// Scans without a name are read; one that carries another name makes the run fail.
#[test]
fn exit_codes_tell_the_worst() {
    let shop = Shop::new();
    let scans = |rows: &str| shop.write("scans.csv", format!("id,scan,surname,given\n{rows}"));
    scans("a,scan-0.png,,\nb,scan-1.png,Ng,\n");
    shop.ends("qa", "read", &[], 0);
    assert_eq!(shop.results("read")[0]["read"], "ЛИ, ЯН");
    assert_eq!(shop.results("read")[1]["read"], "");
    scans("a,scan-0.png,,\nb,portrait-0.png,Ng,\n");
    shop.ends("qa", "open", &[], 4);
    scans("a,scan-0.png,Ng,\nb,portrait-0.png,Ng,\n");
    shop.ends("qa", "failed", &[], 3);
    scans("a,scan-0.png,,\nb,missing.png,Ng,\n");
    shop.ends("qa", "error", &[], 3);
}

/// The measures as another program reads them.
#[cfg(feature = "parquet")]
#[test]
fn duckdb_reads_the_measures() {
    const SCRIPT: &str = "import duckdb, sys
query = \"select count(*), count(contrast), min(row), max(row), count(distinct machine), \" \\
    \"epoch_us(max(time)) from 'run/measures.parquet' where result <> 'error'\"
print(*duckdb.sql(query).fetchall()[0], sep='|')";
    let python = |script: &str, folder: &std::path::Path| {
        std::process::Command::new("python3").current_dir(folder).args(["-c", script]).output()
    };
    let shop = Shop::new();
    if !tools::python_has("duckdb") {
        return;
    }
    shop.scans_and_blanks(12, 2);
    shop.ends("qa", "run", &[], 4);
    let output = python(SCRIPT, &shop.path("")).unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("12|6|1|12|3|1795824011000000"), "{said}{errors}");
}
