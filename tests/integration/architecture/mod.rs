//! Which part of the program may use which: files without circles, rooms in one order.

mod graph;
mod licences;
mod source;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use graph::{Graph, circles};

/// Rooms from the ground up: each uses only those on the lines before its own.
const ROOMS: &[&[&str]] = &[
    &["numerics"],
    &["imaging"],
    &["formats", "spec"],
    &["channel", "issue", "inspect"],
    &["press"],
    &["report"],
    &["run"],
    &["bin"],
];
/// The stages of `inspect`, in the same way; above them all stands `mod.rs`.
const STAGES: &[&str] = &[
    "signal",
    "detection",
    "rectification",
    "synchronisation",
    "stacking",
    "recognition",
    "tamper",
    "comparison",
    "decision",
    "budget",
    "candidate",
    "signature",
    "printing",
    "inspection",
    "reader",
    "document",
    "mod.rs",
];

/// Circles of files that still have to go.
const CIRCLES: &[&[&str]] = &[];
/// Arrows up, from file to file, that still have to go.
const ARROWS_UP: &[[&str; 2]] = &[];

/// For each file of `src` by its path in there, the files that it needs.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut graph, mut folders) = (Graph::default(), vec![src.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let file = path.strip_prefix(&src).unwrap().to_str().unwrap();
                let text = fs::read_to_string(&path).unwrap();
                match file.strip_prefix("bin/tumar/") {
                    Some(below) => graph.add("program", below, file, &text),
                    None => graph.add("tumar", file, file, &text),
                }
            }
        }
    }
    graph.arrows()
}

/// The place of a file's room among the rooms, and of its stage among the stages.
fn place(file: &str) -> (usize, usize) {
    let mut parts = file.split('/');
    let mut part = || parts.next().unwrap_or_default().trim_end_matches(".rs");
    let room = part();
    let rooms = ROOMS.iter().position(|rooms| rooms.contains(&room));
    let rooms = rooms.unwrap_or_else(|| panic!("{file}: give {room} a place among ROOMS"));
    if room != "inspect" {
        return (rooms, 0);
    }
    let stage = part();
    let is_of = |known: &&str| known.trim_end_matches(".rs") == stage;
    let stages = STAGES.iter().position(is_of);
    (rooms, stages.unwrap_or_else(|| panic!("{file}: give {stage} a place among STAGES")))
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

/// Whether a file may need another, by the order of rooms and stages.
fn may_use(from: &str, to: &str) -> bool {
    // lib.rs defines nothing and only passes on.
    if from == "lib.rs" {
        return true;
    }
    let ((upper, stage), (lower, other)) = (place(from), place(to));
    if room(from) == room(to) { stage >= other } else { upper > lower }
}

/// Says which of what was found is not known yet, and which of what is known is gone.
fn compare<T: Ord + std::fmt::Debug>(what: &str, found: &BTreeSet<T>, known: &BTreeSet<T>) {
    let new: Vec<&T> = found.difference(known).collect();
    let gone: Vec<&T> = known.difference(found).collect();
    assert!(new.is_empty(), "{what}: {new:#?}");
    assert!(gone.is_empty(), "{what}, gone: take it from the list: {gone:#?}");
}

#[test]
fn no_circle_of_files() {
    let known = CIRCLES.iter().map(|circle| circle.iter().map(ToString::to_string).collect());
    compare("a circle of files", &circles(&arrows()), &known.collect());
}

#[test]
fn no_room_uses_one_above_it() {
    let arrows = arrows();
    let all = arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| [from, to]));
    let up = all.filter(|[from, to]| !may_use(from, to)).map(|pair| pair.map(String::as_str));
    compare("an arrow up", &up.collect(), &ARROWS_UP.iter().copied().collect());
}

#[test]
fn the_graph_is_that_of_this_program() {
    let arrows = arrows();
    assert!(arrows.len() > 150, "{} files", arrows.len());
    let needs = |from: &str, to: &str| arrows[from].contains(to);
    assert!(needs("issue/mod.rs", "issue/tint.rs"));
    assert!(needs("spec/imprint.rs", "spec/key.rs"));
    assert!(needs("bin/tumar/main.rs", "bin/tumar/args/mod.rs"));
    assert!(arrows["imaging/tone.rs"].is_empty());
}

#[test]
fn the_order_is_kept() {
    for (from, to, may) in [
        ("report/log.rs", "inspect/reader.rs", true),
        ("inspect/reader.rs", "report/log.rs", false),
        ("inspect/reader.rs", "issue/tint.rs", false),
        ("inspect/tamper/map.rs", "inspect/signal/scan.rs", true),
        ("inspect/tamper/map.rs", "inspect/tamper/cells.rs", true),
        ("inspect/signal/scan.rs", "inspect/tamper/map.rs", false),
        ("inspect/signal/scan.rs", "inspect/mod.rs", false),
        ("bin/tumar/main.rs", "run/mod.rs", true),
        ("imaging/units.rs", "imaging/tone.rs", true),
    ] {
        assert_eq!(may_use(from, to), may, "{from} → {to}");
    }
}
