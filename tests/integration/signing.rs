//! Signing at the command line: keys, prints, runs, checks; and what is refused.

use std::process::Command;

use serde_json::Value;

use crate::common::ends;
use crate::common::shop::Shop;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/synthetic-01-suit.png");
const NAME: [&str; 4] = ["--surname", "Ахметова", "--given", "Әсел"];

fn embed<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["embed", SAMPLE, "--out", "print.tif", "--quiet"], &NAME[..], more].concat()
}

#[test]
fn keys_are_made_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let said = ends(folder, &["keygen", "--sign", "--out", "issuer.pem"], 0);
    assert!(said.contains("signing key") && said.contains("issuer.pub.pem"), "{said}");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert!(read("issuer.pem").starts_with("-----BEGIN PRIVATE KEY-----"));
    assert!(read("issuer.pub.pem").starts_with("-----BEGIN PUBLIC KEY-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = folder.join("issuer.pem").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = ends(folder, &["keygen", "--sign", "--out", "issuer.pem"], 1);
    assert!(again.contains("issuer.pem"), "{again}");
    // A passphrase's file is a secret, too.
    std::fs::write(folder.join("pass"), "open sesame\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let told =
            ends(folder, &["keygen", "--sign", "--out", "e.pem", "--passphrase-file", "pass"], 1);
        assert!(told.contains("chmod 600"), "{told}");
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(folder.join("pass"), owner).unwrap();
    }
    ends(folder, &["keygen", "--sign", "--out", "e.pem", "--passphrase-file", "pass"], 0);
    assert!(read("e.pem").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    let number = ["--document-number", "N1234567"];
    let told = ends(folder, &embed(&[&["--sign", "e.pem"], &number[..]].concat()), 1);
    assert!(told.contains("passphrase"), "{told}");
    let opened = ["--sign", "e.pem", "--passphrase-file", "pass"];
    ends(folder, &embed(&[&opened[..], &number].concat()), 0);
}

#[test]
fn what_cannot_sign_or_be_trusted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ends(folder, &["keygen", "--sign", "--out", "issuer.pem", "--quiet"], 0);
    ends(folder, &["keygen", "--out", "rows.key", "--quiet"], 0);
    std::fs::create_dir(folder.join("empty")).unwrap();
    let number = ["--document-number", "N1234567"];
    let signs = |key: &str, more: &[&str], code, says: &str| {
        let told = ends(folder, &embed(&[&["--sign", key], more].concat()), code);
        assert!(told.contains(says), "{told}");
        assert!(!folder.join("print.tif").exists());
    };
    signs("issuer.pem", &[], 2, "--document-number");
    signs("issuer.pem", &["--document-number", "N1234567890123"], 2, "13 signs");
    signs("rows.key", &number, 1, "not a key in PEM form");
    signs("issuer.pub.pem", &number, 1, "issuer.pub.pem");
    signs("none.pem", &number, 1, "no such file");
    let alone = ends(folder, &embed(&number), 2);
    assert!(alone.contains("--sign"), "{alone}");
    for (key, says) in [
        ("issuer.pem", "private key"),
        ("rows.key", "PEM"),
        ("empty", ".pem"),
        ("gone.pem", "no such file"),
    ] {
        let told = ends(folder, &["verify", SAMPLE, "--trust", key], 1);
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn a_run_is_signed_and_checked() {
    let shop = Shop::new();
    let folder = shop.path("jobs.csv");
    let folder = folder.parent().unwrap();
    ends(folder, &["keygen", "--sign", "--out", "issuer.pem", "--quiet"], 0);
    let rows = "1,portrait-0.png,Ли,Ян,N12\n2,portrait-1.png,Ng,,N13\n3,portrait-1.png,Ng,,\n";
    shop.write("jobs.csv", format!("id,portrait,surname,given,document_number\n{rows}"));
    ends(folder, &["issue", "jobs.csv", "--out", "run", "--sign", "issuer.pem", "--quiet"], 1);
    let results = shop.results("run");
    assert_eq!(results[0]["error"], "");
    assert!(results[2]["error"].contains("document"), "{:?}", results[2]);
    for id in ["1", "2"] {
        let (print, scan) = (format!("run/prints/{id}.tif"), format!("signed-{id}.png"));
        let scanned = ["channel", &print, "--preset", "flatbed600", "--out", &scan, "--quiet"];
        ends(folder, &scanned, 0);
    }
    ends(folder, &embed(&[]), 0);
    let scanned =
        ["channel", "print.tif", "--preset", "flatbed600", "--out", "unsigned.png", "--quiet"];
    ends(folder, &scanned, 0);
    shop.write(
        "scans.csv",
        "id,scan,surname,given\n1,signed-1.png,Ли,Ян\n2,signed-2.png,Ng,\n3,unsigned.png,Ахметова,Әсел\n",
    );
    let trusted = ["qa", "scans.csv", "--out", "checked", "--trust", "issuer.pub.pem", "--quiet"];
    ends(folder, &trusted, 3);
    let checked = shop.results("checked");
    let verdicts: Vec<&str> = checked.iter().map(|row| row["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["authentic", "authentic", "forged"]);

    // The record of one scan, by any of the keys in a folder.
    std::fs::create_dir(folder.join("trusted")).unwrap();
    std::fs::copy(folder.join("issuer.pub.pem"), folder.join("trusted/a.pem")).unwrap();
    let told = ends(folder, &["verify", "signed-1.png", "--trust", "trusted", "--json", "-"], 0);
    let record: Value = serde_json::from_str(&told).unwrap();
    let signed = &record["signed"];
    assert_eq!(signed["document_number"], "N12");
    assert_eq!((&signed["trusted"], &signed["digest_agrees"]), (&true.into(), &true.into()));
    assert!(signed["log10_odds"].as_f64() < Some(-6.0), "{signed}");
    let outputs = ["--report", "r.html", "--log", "l.json"];
    let trusted = ["verify", "signed-1.png", "--trust", "issuer.pub.pem"];
    let told = ends(folder, &[&trusted[..], &outputs].concat(), 0);
    assert!(told.contains("for document N12: right"), "{told}");
    let report = std::fs::read_to_string(folder.join("r.html")).unwrap();
    assert!(report.contains("The signature") && report.contains("N12"));
    let log = std::fs::read_to_string(folder.join("l.json")).unwrap();
    assert!(log.contains("TUMAR_SIGNATURE") && log.contains("TUMAR_DIGEST"));
}

/// A device that signs, played by OpenSSL.
#[test]
fn a_command_signs() {
    if !crate::common::tools::has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ends(folder, &["keygen", "--sign", "--out", "issuer.pem", "--quiet"], 0);
    let shown = Command::new("openssl")
        .args(["pkey", "-in", "issuer.pem", "-pubout"])
        .current_dir(folder)
        .output()
        .unwrap();
    let public = std::fs::read(folder.join("issuer.pub.pem")).unwrap();
    assert_eq!(shown.stdout, public, "OpenSSL reads the key");
    let device = "cat > m && openssl pkeyutl -sign -inkey issuer.pem -rawin -in m";
    let by = |command: &'static str| {
        let device = ["--sign-command", command, "--sign-public", "issuer.pub.pem"];
        embed(&[&device[..], &["--document-number", "N1234567"]].concat())
    };
    ends(folder, &by(device), 0);
    std::fs::remove_file(folder.join("print.tif")).unwrap();
    for (command, says) in [
        ("false", "--sign-command ended with"),
        ("echo no", "3 bytes"),
        ("head -c 64 /dev/zero", "no signature of the public key"),
    ] {
        let told = ends(folder, &by(command), 1);
        assert!(told.contains(says), "{told}");
        assert!(!folder.join("print.tif").exists());
    }
}
