//! `tumar qa` with three `tumar worker`s, of which one is killed and one is paused past the
//! acknowledgement time: the results are those of a run that needs no server.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::nats::{Nats, signal, until};
use crate::common::TUMAR;
use crate::common::shop::Shop;

const ROWS: usize = 2000;
/// Seconds until a row of a silent worker goes to another.
const ACK_WAIT: &str = "3";

fn worker(shop: &Shop, url: &str) -> Child {
    Command::new(TUMAR)
        .current_dir(shop.path(""))
        .args(["worker", "--nats", url, "--jobs", "1", "--ack-wait", ACK_WAIT, "--quiet"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn two_thousand_rows_with_a_killed_and_a_paused_worker() {
    let Some(nats) = Nats::start() else { return };
    let shop = Shop::new();
    shop.scans_and_blanks(ROWS, 25);
    let mut workers = [(); 3].map(|()| worker(&shop, &nats.url()));
    let mut coordinator = shop.command("qa", "far");
    coordinator.args(["--nats", &nats.url(), "--run", "day-1"]).stdout(Stdio::null());
    let mut coordinator = coordinator.stderr(Stdio::null()).spawn().unwrap();
    let journal = shop.path("far/journal.jsonl");
    let done = || std::fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    until("a tenth is done", || done() > ROWS / 10);
    workers[0].kill().unwrap();
    signal(&workers[1], "STOP");
    std::thread::sleep(Duration::from_secs(5));
    signal(&workers[1], "CONT");
    assert!(done() < ROWS, "it was paused while there was work");
    assert_eq!(coordinator.wait().unwrap().code(), Some(4));
    nats.assert_clean();
    for worker in &mut workers[1..] {
        signal(worker, "TERM");
        assert_eq!(worker.wait().unwrap().code(), Some(0));
    }
    workers[0].wait().unwrap();

    let mut rows = shop.journalled("far");
    rows.sort_unstable();
    assert_eq!(rows, (1..=ROWS as u64).collect::<Vec<_>>(), "each row ends once");
    shop.ends("qa", "here", &[], 4);
    let (far, here) = (shop.files("far"), shop.files("here"));
    assert!(far.keys().eq(here.keys()));
    here.iter().for_each(|(name, bytes)| assert!(far[name] == *bytes, "{name} differs"));
}

/// Workers read scans and issued portraits where these are mounted, and hold one against the other.
#[test]
fn workers_see_what_was_issued() {
    let Some(nats) = Nats::start() else { return };
    let shop = Shop::new();
    shop.jobs(4);
    shop.ends("issue", "monday", &[], 0);
    std::fs::create_dir(shop.path("mounted")).unwrap();
    for i in 0..3 {
        let name = format!("portrait-{i}.png");
        std::fs::copy(shop.path(&name), shop.path("mounted").join(name)).unwrap();
    }
    let rows = "N0000,scan-0.png,\nN0001,scan-0.png,\nN0002,scan-2.png,portrait-2.png\n\
        N0003,scan-3.png,gone.png\nN0009,scan-0.png,\n";
    shop.write("scans.csv", format!("id,scan,portrait\n{rows}"));
    let mut coordinator = shop.command("qa", "far");
    coordinator.args(["--issued", "monday", "--nats", &nats.url(), "--run", "issued", "--quiet"]);
    let mut coordinator = coordinator.stdout(Stdio::null()).spawn().unwrap();
    let mut worker = Command::new(TUMAR);
    worker.current_dir(shop.path("")).args(["worker", "--nats", &nats.url(), "--quiet"]);
    let mut worker = worker.args(["--portraits", "mounted"]).stdout(Stdio::null()).spawn().unwrap();
    assert_eq!(coordinator.wait().unwrap().code(), Some(3));
    signal(&worker, "TERM");
    worker.wait().unwrap();
    shop.ends("qa", "here", &["--issued", "monday"], 3);
    let (far, here) = (shop.files("far"), shop.files("here"));
    assert!(far.keys().eq(here.keys()));
    here.iter().for_each(|(name, bytes)| assert!(far[name] == *bytes, "{name} differs"));
    let results = shop.results("far");
    let pictures: Vec<&str> = results[..3].iter().map(|row| row["picture"].as_str()).collect();
    assert_eq!(pictures, ["agrees", "differs", "agrees"]);
    assert!(results[3]["error"].starts_with("the portrait gone.png: there is no such file"));
    assert!(results[4]["error"].contains("no document of this id"));
}

/// A worker that lacks the key does not touch the run; one that has it does it all.
#[test]
fn workers_need_the_runs_key() {
    let Some(nats) = Nats::start() else { return };
    let shop = Shop::new();
    let keygen = Command::new(TUMAR)
        .current_dir(shop.path(""))
        .args(["keygen", "--out", "own.key", "--quiet"])
        .status();
    assert!(keygen.unwrap().success());
    let rows = "a,scan-0.png,Ли,Ян,N1\nb,missing.png,Ли,Ян,N2\n";
    shop.write("scans.csv", format!("id,scan,surname,given,document_number\n{rows}"));
    let mut coordinator = shop.command("qa", "far");
    coordinator.args(["--nats", &nats.url(), "--run", "keyed", "--key", "own.key", "--quiet"]);
    let mut coordinator = coordinator.stdout(Stdio::null()).spawn().unwrap();
    let work = |more: &[&str]| {
        let mut worker = Command::new(TUMAR);
        worker.current_dir(shop.path("")).args(["worker", "--nats", &nats.url(), "--quiet"]);
        worker.args(more).stderr(Stdio::piped()).spawn().unwrap()
    };
    std::thread::sleep(Duration::from_secs(1));
    let refused = work(&[]).wait_with_output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("it needs the key"), "{said}");
    let mut able = work(&["--key", "own.key"]);
    assert_eq!(coordinator.wait().unwrap().code(), Some(3));
    signal(&able, "TERM");
    able.wait().unwrap();
    let results = shop.results("far");
    // So small a print that is not keyed has too few lines to tell that.
    assert_eq!(results[0]["verdict"], "inconclusive");
    assert_eq!(results[1]["error"], "there is no such file");
}
