//! Runs over a real NATS server: nothing is lost and nothing is done twice, whoever is killed.

#![cfg(feature = "cluster")]

#[path = "cluster/nats.rs"]
mod nats;
#[path = "cluster/office.rs"]
mod office;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nats::{Nats, signal, until};
use office::{
    ACK_WAIT, Hand, Journal, Notes, Process, Sums, coordinate_with, expected, finish, run, tasks,
    terms,
};
use tumar::run::cluster::{ClusterError, CoordinateError, Note, Run, Server, discard, work};

/// Not a test: what processes of this binary do that other tests start.
#[test]
fn part() {
    office::play();
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
