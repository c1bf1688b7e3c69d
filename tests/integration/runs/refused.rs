//! Runs that are not begun, or not gone on with.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::shop::Shop;
use crate::common::tumar;

#[test]
fn a_manifest_has_to_make_sense() {
    let shop = Shop::new();
    let refused = |text: &str, code, why: &str| {
        shop.write("scans.csv", text);
        let said = shop.ends("qa", "run", &[], code);
        assert!(said.starts_with("tumar: scans.csv: ") && said.contains(why), "{said}");
        assert!(!shop.path("run").exists());
    };
    refused("", 2, "has no header line");
    refused("id,portrait,surname,given\n", 2, "no column 'scan'");
    refused("id,scan,surname,given,scan\n", 2, "the column 'scan' twice");
    refused("\u{0}\n", 2, "no column 'id'");
    refused("id,scan,surname,given\n", 2, "has no row: ");
    refused("\r\nid;scan;surname;given\r\n;;;\r\n\r\n", 2, "under the header line 2");
    refused("PK\u{3}\u{4}\u{14}", 2, "save its table as CSV UTF-8");
    std::fs::remove_file(shop.path("scans.csv")).unwrap();
    let said = shop.ends("qa", "run", &[], 1);
    assert!(said.contains("scans.csv: "), "{said}");
}

#[test]
fn a_run_goes_on_only_as_it_was_begun() {
    let shop = Shop::new();
    shop.scans(4);
    shop.ends("qa", "run", &[], 0);
    let before = shop.files("run");
    let refused = |command: &str, more: &[&str], why: &str| {
        let said = shop.ends(command, "run", more, 1);
        assert!(said.contains(why), "{more:?}: {said}");
        assert!(shop.files("run") == before);
    };
    refused("qa", &["--ppi", "600"], "with other options");
    shop.jobs(3);
    refused("issue", &[], "holds a run of tumar qa");

    let profile = std::fs::read(shop.path("small.toml")).unwrap();
    shop.write("small.toml", [&profile[..], b"# other"].concat());
    refused("qa", &[], "by another profile");
    shop.write("small.toml", profile);

    let scan = std::fs::read(shop.path("scan-1.png")).unwrap();
    std::fs::copy(shop.path("scan-2.png"), shop.path("scan-1.png")).unwrap();
    refused("qa", &[], "changed since row 2 was done");
    // The same bytes at another time are the same picture.
    shop.write("scan-1.png", scan);
    shop.ends("qa", "run", &[], 0);

    shop.scans(5);
    refused("qa", &[], "whose manifest has changed since");
    shop.ends("qa", ".", &[], 1);
    assert!(shop.ends("qa", "scan-0.png/run", &[], 1).contains("scan-0.png/run"));
}

#[test]
fn two_runs_do_not_share_a_folder() {
    let shop = Shop::new();
    shop.scans_and_blanks(400, 2);
    let first = shop.command("qa", "run").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut first = first.unwrap();
    let begun = Instant::now();
    while !shop.path("run/journal.jsonl").exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = shop.ends("qa", "run", &[], 1);
    assert!(said.contains("another run is working in this folder"), "{said}");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn quiet_runs_say_nothing() {
    let shop = Shop::new();
    shop.jobs(2);
    let output = shop.run("issue", "run", &["--quiet"]);
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
}

#[test]
fn keyed_runs_need_numbers() {
    let shop = Shop::new();
    let keygen = tumar(&shop.path(""), &["keygen", "--out", "own.key", "--quiet"]);
    assert!(keygen.status.success());
    let jobs = "a,portrait-0.png,Ли,Ян,N1\nb,portrait-0.png,Ли,Ян,\nc,portrait-0.png,Ли,Ян,N-§\n";
    shop.write("jobs.csv", format!("id,portrait,surname,given,document_number\n{jobs}"));
    shop.ends("issue", "plain", &[], 0);
    shop.ends("issue", "keyed", &["--key", "own.key"], 1);
    let (plain, keyed) = (shop.results("plain"), shop.results("keyed"));
    assert_ne!(plain[0]["sha256"], keyed[0]["sha256"]);
    assert!(keyed[1]["error"].contains("'document_number' is empty"));
    assert!(keyed[2]["error"].contains("letters and digits only"));
    let said = shop.ends("issue", "keyed", &[], 1);
    assert!(said.contains("by other keys"), "{said}");
    // Neither the number nor the key's secret is in what the run writes.
    let secret = std::fs::read_to_string(shop.path("own.key")).unwrap();
    let secret = secret.lines().find_map(|line| line.strip_prefix("secret ")).unwrap();
    let journal = std::fs::read_to_string(shop.path("keyed/journal.jsonl")).unwrap();
    assert!(!journal.contains("N1\"") && !journal.contains(secret));
}
