//! Other people's programs, by which what tumar writes is judged, and what else a system may lack.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// Each program that a test starts, and the Debian package that has it.
const PROGRAMS: [(&str, &str); 13] = [
    ("cc", "gcc"),
    ("chromium", "chromium"),
    ("cjpeg", "libjpeg-turbo-progs"),
    ("convert", "imagemagick"),
    ("exiftool", "libimage-exiftool-perl"),
    ("nats-server", "nats-server"),
    ("openssl", "openssl"),
    ("pdfinfo", "poppler-utils"),
    ("pdftoppm", "poppler-utils"),
    ("rsvg-convert", "librsvg2-bin"),
    ("tiffcp", "libtiff-tools"),
    ("tiffinfo", "libtiff-tools"),
    ("unshare", "util-linux"),
];

/// Whether a program is there; see [`lacks`].
#[track_caller]
pub(crate) fn has(program: &str) -> bool {
    let package = PROGRAMS.iter().find(|(name, _)| *name == program).expect("a known program").1;
    starts(Command::new(program).arg("--version")).is_some()
        || lacks(program, &format!("install {package}"))
}

/// Whether Python has a module; see [`lacks`].
#[track_caller]
pub(crate) fn python_has(module: &str) -> bool {
    starts(Command::new("python3").args(["-c", &format!("import {module}")])) == Some(true)
        || lacks(&format!("{module} in python3"), &format!("python3 -m pip install {module}"))
}

/// What `pdfinfo` says of a file; none where it is not installed.
pub(crate) fn pdfinfo(file: &Path) -> Option<String> {
    if !has("pdfinfo") {
        return None;
    }
    let output = Command::new("pdfinfo").arg(file).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Where something is missing, a test cannot pass in CI, where the variable `CI` is `true`; elsewhere it
/// is skipped, and a line says so once, past what the test's output is kept for. Always false.
#[track_caller]
pub(crate) fn lacks(what: &str, remedy: &str) -> bool {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no {what}: {remedy}");
    // The lock is only for words.
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if said.insert(what.to_owned()) {
        let line = format!("skipped: no {what}: {remedy}\n");
        let _nobody_reads_it = std::io::stderr().write_all(line.as_bytes());
    }
    false
}

/// Whether it ended well; none if it could not even be started.
fn starts(command: &mut Command) -> Option<bool> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().ok().map(|status| status.success())
}
