//! Network drives that cannot sync or lock: told once, and worked on. A few functions of the C library,
//! preloaded, stand in for them.

use std::path::PathBuf;

use crate::common::shop::Shop;
use crate::common::{TUMAR, tools};

/// The preloaded library; none where there is no compiler.
fn library(shop: &Shop) -> Option<PathBuf> {
    if !tools::has("cc") {
        return None;
    }
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/integration/runs/drive.c");
    let library = shop.path("drive.so");
    let mut cc = std::process::Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let output = cc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(library)
}

/// What each kind of drive lacks, and what then is no longer promised.
const DRIVES: [(&str, &[&str]); 5] = [
    ("folder-sync", &["cannot sync"]),
    ("file-sync", &["cannot sync"]),
    ("lock-daemon", &["cannot lock"]),
    ("any-locks", &["cannot lock"]),
    ("folder-sync file-sync any-locks", &["cannot sync", "cannot lock"]),
];

#[test]
fn runs_go_on_where_a_drive_cannot_sync_or_lock() {
    let shop = Shop::new();
    let Some(library) = library(&shop) else { return };
    shop.jobs(2);
    shop.scans(1);
    for (command, drives) in [("issue", &DRIVES[..]), ("qa", &DRIVES[4..])] {
        shop.ends(command, &format!("{command}-whole"), &[], 0);
        let due = shop.files(&format!("{command}-whole"));
        for (i, (lacks, warned)) in drives.iter().enumerate() {
            let out = format!("{command}-{i}");
            let mut run = shop.command(command, &out);
            let output = run.env("LD_PRELOAD", &library).env("LACKS", lacks).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(0), "{lacks}: {said}");
            assert!(shop.files(&out) == due, "{lacks}");
            let lines: Vec<&str> = said.lines().filter(|line| line.contains("warning")).collect();
            assert_eq!(lines.len(), warned.len(), "{lacks}: {said}");
            for (line, what) in lines.iter().zip(*warned) {
                assert!(line.contains(what) && line.contains("the run goes on, but"), "{said}");
            }
        }
    }
}

#[test]
fn single_files_are_written_where_a_drive_cannot_sync() {
    let shop = Shop::new();
    let Some(library) = library(&shop) else { return };
    let ends = |args: &str| {
        let mut program = std::process::Command::new(TUMAR);
        program.current_dir(shop.path("")).args(args.split(' '));
        let output =
            program.env("LD_PRELOAD", &library).env("LACKS", "file-sync").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{args}: {said}");
        assert_eq!(said.matches("cannot sync files").count(), 1, "{args}: {said}");
    };
    ends("keygen --out own.key");
    ends("embed portrait-0.png --surname Ng --out a.tif --json a.json --profile small.toml");
    ends("verify scan-1.png --json b.json --report b.html --profile small.toml");
    for file in ["own.key", "a.tif", "a.json", "b.json", "b.html"] {
        assert!(shop.path(file).metadata().unwrap().len() > 0, "{file}");
    }
}
