//! A disk that fills up. It is a small tmpfs in a mount namespace of its own, which goes with its
//! processes; where the system allows no such thing see [`tools::lacks`].

use std::process::Command;

use crate::common::shop::Shop;
use crate::common::tools;

/// Runs in the full disk, makes room, runs again, and brings the run home.
const SCRIPT: &str = r#"
mount -t tmpfs -o size="$1" tumar-test "$2" || exit 99
shift 2
"$@" 2>full.txt; echo $? >code.txt
ls -A disk/run >left.txt
mount -o remount,size=64m disk || exit 99
"$@" 2>again.txt || exit 98
cp -r disk/run home
"#;

fn fills(command: &str, size: &str) {
    if !tools::has("unshare") {
        return;
    }
    let shop = Shop::new();
    if command == "issue" {
        shop.jobs(12);
    } else {
        shop.scans(20);
    }
    shop.ends(command, "whole", &[], 0);
    std::fs::create_dir(shop.path("disk")).unwrap();
    let run = shop.command(command, "disk/run");
    let mut inside = Command::new("unshare");
    inside.current_dir(shop.path("")).args([
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        SCRIPT,
        "sh",
    ]);
    inside.args([size, "disk"]).arg(run.get_program()).args(run.get_args());
    let output = inside.output().unwrap();
    if output.status.code() == Some(99) || output.status.code() == Some(1) {
        let why = String::from_utf8_lossy(&output.stderr);
        tools::lacks("mount in a namespace", &format!("the system must allow it: {}", why.trim()));
        return;
    }
    let said = |file: &str| std::fs::read_to_string(shop.path(file)).unwrap();
    assert!(output.status.success(), "{}", said("again.txt"));
    assert_eq!(said("code.txt").trim(), "1", "{}", said("full.txt"));
    let full = said("full.txt");
    assert!(full.contains("the disk is full; make room") && full.contains("continues"), "{full}");
    assert!(!said("left.txt").contains("run.json"));
    let (found, due) = (shop.files("home"), shop.files("whole"));
    assert!(found.keys().eq(due.keys()), "{:?}", found.keys());
    assert!(found == due);
}

#[test]
fn prints_that_do_not_fit_are_printed_later() {
    fills("issue", "3m");
}

#[test]
fn inspections_that_do_not_fit_are_made_later() {
    fills("qa", "100k");
}
