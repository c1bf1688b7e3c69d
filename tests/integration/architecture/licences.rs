//! What the program is made of: crates of the one registry, under licences that ours may stand beside.

use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than their text and a name. Any one of a crate's alternatives will do.
const ALLOWED: [&str; 11] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "OFL-1.1",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Whether an SPDX expression, or its older form with slashes, allows one of [`ALLOWED`].
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        let part = part.trim_matches(['(', ')', ' ']);
        part.split(" OR ").any(|licence| ALLOWED.contains(&licence.trim()))
    })
}

fn output(program: &str, args: &[&str]) -> Vec<u8> {
    let folder = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(program).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn every_crate_may_be_used() {
    let version = String::from_utf8(output("rustc", &["-vV"])).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--all-features",
        "--filter-platform",
        host,
    ];
    let metadata: Value = serde_json::from_slice(&output(env!("CARGO"), &metadata)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{}", packages.len());
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str();
        let source = package["source"].as_str();
        let own = metadata["workspace_members"].as_array().unwrap().contains(&package["id"]);
        assert!(own || source == Some(REGISTRY), "{name} is from {source:?}");
        assert!(own || licence.is_some_and(is_allowed), "{name} is under {licence:?}");
    }
}

#[test]
fn expressions_are_understood() {
    for allowed in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-2.0) AND ISC"] {
        assert!(is_allowed(allowed), "{allowed}");
    }
    for refused in ["GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0 OR SSPL-1.0", "", "LGPL-2.1/GPL-2.0"] {
        assert!(!is_allowed(refused), "{refused}");
    }
}
