//! Runs over a real NATS server: nothing is lost and nothing is done twice, whoever is killed.

mod nats;
mod office;
mod qa;
mod scans;
mod security;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nats::{Nats, signal, until};
use office::{
    ACK_WAIT, Hand, Journal, Notes, Process, Sums, coordinate_with, expected, finish, run, tasks,
    terms,
};
use tumar::run::cluster::{ClusterError, CoordinateError, Note, Run, Server, discard, work};

/// What processes of this binary do that other tests start; one with a part that there is not must fail.
#[test]
fn part() {
    if !office::play() {
        let mut nobody = Process::with("nobody", &[]);
        until("it gives up", || nobody.is_gone());
        assert!(!nobody.is_done());
    }
}

#[test]
fn all_rows_once() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(400));
    let hands = [Hand::hire(&server), Hand::hire(&server)];
    let tally = finish(&server, &run("all", 1), &tasks, &journal);
    assert_eq!((tally.stored, tally.republished), (400, 0));
    journal.assert_holds(&expected(&tasks));
    let worked = hands.map(|hand| hand.dismiss().unwrap());
    assert!(worked.iter().all(|hand| hand.rows > 0), "both worked");
    assert_eq!(worked.iter().map(|hand| hand.rows).sum::<u64>(), 400);
    nats.assert_clean();
}

#[test]
fn two_runs_at_a_time_and_the_same_name_again() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let hand = Hand::hire(&server);
    let [a, b, again] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (many, few) = (tasks(80), tasks(30));
    std::thread::scope(|scope| {
        scope.spawn(|| finish(&server, &run("a", 2), &many, &Journal::at(a.path())));
        scope.spawn(|| finish(&server, &run("b", 2), &few, &Journal::at(b.path())));
    });
    Journal::at(a.path()).assert_holds(&expected(&many));
    Journal::at(b.path()).assert_holds(&expected(&few));
    // Within the window in which the server remembers message ids.
    finish(&server, &run("a", 2), &many, &Journal::at(again.path()));
    Journal::at(again.path()).assert_holds(&expected(&many));
    hand.dismiss().unwrap();
    nats.assert_clean();
}

#[test]
fn a_killed_worker_loses_nothing() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(200));
    let mut workers = [(); 3].map(|()| Process::worker(&nats.url()));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| finish(&server, &run("killed", 20), &tasks, &journal));
        until("a quarter is done", || journal.lines().len() >= 50);
        workers[0].kill();
        assert_eq!(run.join().unwrap().stored, 200);
    });
    journal.assert_holds(&expected(&tasks));
    nats.assert_clean();
}

#[test]
fn paused_workers_do_nothing_twice() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(300));
    let workers = [(); 3].map(|()| Process::worker(&nats.url()));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| finish(&server, &run("paused", 50), &tasks, &journal));
        until("some are done", || journal.lines().len() >= 30);
        signal(&workers[0].0, "STOP");
        signal(&workers[1].0, "STOP");
        std::thread::sleep(2 * ACK_WAIT);
        // This one comes back to a run, and ends a row that another has ended, too; the other comes
        // back to none.
        assert!(!run.is_finished());
        signal(&workers[0].0, "CONT");
        run.join().unwrap();
    });
    journal.assert_holds(&expected(&tasks));
    signal(&workers[1].0, "CONT");
    std::thread::sleep(ACK_WAIT);
    nats.assert_clean();
}

#[test]
fn rows_that_kill_end_as_failed() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, mut tasks) = (Journal::at(nats.folder()), tasks(60));
    let given_up = [(7, "poison"), (8, "panic"), (9, "long")];
    given_up.iter().for_each(|&(row, body)| tasks[row - 1].body = body.into());
    tasks[9].body = "slow".into();
    let mut expected = expected(&tasks);
    for (row, why) in [(7, "Attempts(3)"), (8, "Attempts(3)"), (9, "TooLong(2000000)")] {
        expected.insert(row, why.into());
    }
    let over = AtomicBool::new(false);
    let deaths = std::thread::scope(|scope| {
        let keeper = scope.spawn(|| {
            let mut deaths = 0;
            let mut workers = [(); 2].map(|()| Process::worker(&nats.url()));
            while !over.load(Ordering::Relaxed) {
                for worker in workers.iter_mut().filter_map(|w| w.is_gone().then_some(w)) {
                    deaths += 1;
                    *worker = Process::worker(&nats.url());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            deaths
        });
        finish(&server, &run("poison", 5), &tasks, &journal);
        over.store(true, Ordering::Relaxed);
        keeper.join().unwrap()
    });
    assert_eq!(deaths, 3, "as many workers as attempts");
    journal.assert_holds(&expected);
    nats.assert_clean();
}

#[test]
fn a_killed_coordinator_goes_on() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(200));
    let hand = Hand::hire(&server);
    let mut killed = Process::coordinator(&nats.url(), "again", 10, 200, nats.folder());
    until("some are done", || journal.lines().len() >= 50);
    let go = AtomicBool::new(false);
    let elsewhere = tempfile::tempdir().unwrap();
    let second = Journal::at(elsewhere.path());
    let second = coordinate_with(&server, &run("again", 10), &tasks, &second, &go, |_| ());
    assert!(
        matches!(second, Err(CoordinateError::Cluster(ClusterError::Coordinated(_)))),
        "{second:?}"
    );
    killed.kill();
    // The worker goes on with what was handed out, and nobody stores it.
    std::thread::sleep(Duration::from_millis(300));
    finish(&server, &run("again", 10), &tasks, &journal);
    journal.assert_holds(&expected(&tasks));
    let rows = hand.dismiss().unwrap().rows;
    assert!(rows <= 202, "{rows} rows were done for 200");
    nats.assert_clean();
}

#[test]
fn a_killed_server_is_waited_for() {
    let Some(mut nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (folder, tasks, notes) = (tempfile::tempdir().unwrap(), tasks(200), Notes::default());
    let (journal, go) = (Journal::at(folder.path()), AtomicBool::new(false));
    let (hand, run) = (Hand::hire(&server), run("restart", 20));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let note = |note| notes.add(note);
            coordinate_with(&server, &run, &tasks, &journal, &go, note).unwrap()
        });
        for rows in [30, 100] {
            until("some are done", || journal.lines().len() >= rows);
            nats.restart(Duration::from_millis(700));
        }
        assert!(run.join().unwrap().finished);
    });
    journal.assert_holds(&expected(&tasks));
    assert!(notes.any(|note| *note == Note::Disconnected));
    assert!(notes.any(|note| *note == Note::Reconnected));
    hand.dismiss().unwrap();
    nats.assert_clean();
}

#[test]
fn lost_rows_are_published_again() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(60));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| finish(&server, &run("lost", 1), &tasks, &journal));
        until("rows are published", || nats.left().1 == 40);
        nats.lose_rows();
        let hand = Hand::hire(&server);
        assert_eq!(run.join().unwrap().republished, 40);
        hand.dismiss().unwrap();
    });
    journal.assert_holds(&expected(&tasks));
    nats.assert_clean();
}

#[test]
fn another_run_of_the_same_name_is_refused() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let (journal, tasks) = (Journal::at(nats.folder()), tasks(50));
    let first = run("name", 1);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| coordinate_with(&server, &first, &tasks, &journal, &stop, |_| ()));
        // The claim comes before the rows.
        std::thread::sleep(Duration::from_millis(500));
        stop.store(true, Ordering::Relaxed);
        assert!(!run.join().unwrap().unwrap().finished);
    });
    assert_eq!(nats.left(), (1, 40, 0, 1), "it waits for its coordinator");
    let go = AtomicBool::new(false);
    for other in [
        Run { fingerprint: "cd34".into(), ..first.clone() },
        Run { setup: "2".into(), ..first.clone() },
    ] {
        let refused = coordinate_with(&server, &other, &tasks, &journal, &go, |_| ());
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("unfinished run name of another manifest"), "{told}");
    }
    assert!(discard(&server, "name").unwrap());
    assert!(!discard(&server, "name").unwrap());
    nats.assert_clean();
}

#[test]
fn a_worker_that_lacks_something_takes_no_rows() {
    let Some(nats) = Nats::start() else { return };
    let server = Server::new(&nats.url()).unwrap();
    let stop = AtomicBool::new(false);
    let other = Run { setup: "version 9".into(), ..run("other", 0) };
    let folder = tempfile::tempdir().unwrap();
    let (journal, tasks) = (Journal::at(folder.path()), tasks(10));
    // One is there before the run, one comes after it was announced.
    let early = Hand::hire(&server);
    std::thread::sleep(Duration::from_millis(300));
    std::thread::scope(|scope| {
        let run = scope.spawn(|| coordinate_with(&server, &other, &tasks, &journal, &stop, |_| ()));
        until("it is announced", || nats.left() == (1, 10, 0, 1));
        for error in
            [work(&server, &terms(), &Sums, &stop).unwrap_err(), early.dismiss().unwrap_err()]
        {
            assert_eq!(
                error.to_string(),
                "this worker cannot work on run other: it is for another version"
            );
        }
        assert_eq!(nats.left().1, 10, "the rows are there for others");
        stop.store(true, Ordering::Relaxed);
        run.join().unwrap().unwrap();
    });
    discard(&server, "other").unwrap();
    nats.assert_clean();
}

/// Kills, pauses and restarts everybody at random, by a seed.
#[test]
#[ignore = "takes a minute"]
fn whoever_is_killed_whenever() {
    for seed in 1..=6_u64 {
        let Some(mut nats) = Nats::start() else { return };
        let folder = tempfile::tempdir().unwrap();
        let url = nats.url();
        let start = || Process::coordinator(&url, "soak", 10, 1000, folder.path());
        let mut coordinator = start();
        let mut workers = [(); 3].map(|()| Process::worker(&url));
        let mut random = seed;
        let begun = std::time::Instant::now();
        while !coordinator.is_done() {
            assert!(begun.elapsed() < nats::PATIENCE, "seed {seed} does not end");
            // Who gave up because the server was away is started again, as by a service manager.
            if coordinator.is_gone() {
                coordinator = start();
            }
            for worker in &mut workers {
                if worker.is_gone() {
                    *worker = Process::worker(&url);
                }
            }
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (what, who) = ((random >> 33) % 8, (random >> 40) as usize % workers.len());
            match what {
                0 => {
                    coordinator.kill();
                    coordinator = start();
                }
                1 => nats.restart(Duration::from_millis(300)),
                2 | 3 => {
                    workers[who].kill();
                    workers[who] = Process::worker(&url);
                }
                4 | 5 => signal(&workers[who].0, "STOP"),
                _ => workers.iter().for_each(|worker| signal(&worker.0, "CONT")),
            }
            std::thread::sleep(Duration::from_millis(100 + random % 400));
        }
        workers.iter().for_each(|worker| signal(&worker.0, "CONT"));
        let journal = Journal::at(folder.path());
        journal.assert_holds(&expected(&tasks(1000)));
        // A server that was killed after the end may have brought the run back.
        let server = Server::new(&url).unwrap();
        assert_eq!(finish(&server, &run("soak", 10), &tasks(1000), &journal).stored, 0);
        nats.assert_clean();
        println!("seed {seed}: {:.1} s", begun.elapsed().as_secs_f64());
    }
}
