//! Runs that are killed at random instants, started again, and end as if nothing had happened.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::common::shop::Shop;

/// Kills runs of `command` so many times. One that ends before it is killed is compared with one that
/// was never disturbed, and the next begins in a new folder.
fn survives(command: &str, rows: usize, kills: usize, seed: u64) {
    let shop = Shop::new();
    let code = match command {
        "issue" => {
            shop.jobs(rows);
            0
        }
        _ => {
            shop.scans_and_blanks(rows, 4);
            4
        }
    };
    let begun = Instant::now();
    shop.ends(command, "whole", &[], code);
    let whole = begun.elapsed();
    let due = shop.files("whole");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut killed, mut folder) = (0, 0);
    while killed < kills {
        let out = format!("run-{folder}");
        let mut child = shop
            .command(command, &out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // At any instant of a whole run, so that the first starts and the end are met as well.
        let instant = whole.mul_f64(random.random_range(0.0..0.7));
        if let Some(ended) = ended_within(&mut child, instant) {
            assert_eq!(ended, Some(code), "{out}");
            is_whole(&shop, &out, rows, &due);
            folder += 1;
        } else {
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
        }
    }
    let out = format!("run-{folder}");
    shop.ends(command, &out, &[], code);
    is_whole(&shop, &out, rows, &due);
}

fn ended_within(child: &mut Child, time: Duration) -> Option<Option<i32>> {
    let begun = Instant::now();
    while begun.elapsed() < time {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

fn is_whole(
    shop: &Shop,
    out: &str,
    rows: usize,
    due: &std::collections::BTreeMap<String, Vec<u8>>,
) {
    let found = shop.files(out);
    let names = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&found), names(due));
    for (name, bytes) in due {
        assert!(&found[name] == bytes, "{out}/{name} differs");
    }
    let mut journalled = shop.journalled(out);
    journalled.sort_unstable();
    assert_eq!(journalled, (1..=rows as u64).collect::<Vec<_>>(), "each row is done once");
}

#[test]
fn five_kills_of_each() {
    survives("issue", 12, 5, 1);
    survives("qa", 30, 5, 2);
}

/// The long form: `cargo test --release --all-features --test integration runs -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn two_hundred_kills() {
    survives("issue", 30, 100, 3);
    survives("qa", 120, 100, 4);
}

/// What a person does: Ctrl-C ends the run after the rows that were begun.
#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_goes_on() {
    let shop = Shop::new();
    shop.scans_and_blanks(300, 20);
    let child = shop.command("qa", "run").stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let journal = shop.path("run/journal.jsonl");
    let rows = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    let begun = Instant::now();
    while rows() < 3 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("of 300 rows; the same command continues"), "{said}");
    assert!(!shop.path("run/results.csv").exists());
    let done = shop.journalled("run");
    shop.ends("qa", "run", &[], 4);
    assert!(shop.journalled("run").starts_with(&done));
    assert_eq!(shop.results("run").len(), 300);
}
