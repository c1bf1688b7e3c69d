//! The coordinator of a run of `qa` whose rows other machines inspect. The results have the same bytes
//! as those of a run on one machine.

use std::cell::RefCell;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::distributor::{Distributor, Results};
use super::setup::Setup;
use crate::formats::hex;
use crate::run::cluster::{self, AHEAD, CoordinateError, Note, Run as RemoteRun, Server, Task};
use crate::run::error::RunError;
use crate::run::journal::{JournalError, Terms};
use crate::run::manifest::Row;

/// The workers of a NATS server.
pub struct Remote<'r> {
    /// The server that hands rows out.
    pub server: &'r Server,
    /// The run's name there.
    pub name: &'r str,
    /// What workers have to know.
    pub setup: Setup,
}

impl Distributor for Remote<'_> {
    fn distribute(
        &self,
        terms: &Terms,
        rows: &mut dyn Iterator<Item = Row>,
        stop: &AtomicBool,
        results: &mut dyn Results,
    ) -> Result<(), RunError> {
        let json = |error: serde_json::Error| JournalError::entry(0)(error);
        let run = RemoteRun {
            name: self.name.to_owned(),
            fingerprint: hex(&Sha256::digest(serde_json::to_vec(terms).map_err(json)?)),
            setup: serde_json::to_vec(&self.setup).map_err(json)?,
        };
        let body = |row: &Row| serde_json::to_vec(row).unwrap_or_default();
        let tasks = rows.map(|row| Task { row: u64::from(row.number), body: body(&row) });
        let results = RefCell::new(results);
        let store = |row: u64, entry: &[u8]| results.borrow_mut().keep(row as u32, entry);
        let note = |note: Note| results.borrow_mut().note(&note.to_string());
        match cluster::coordinate(self.server, &run, AHEAD, tasks, store, note, stop) {
            Ok(tally) => {
                if let Some(left) = tally.left {
                    let left = format!("the run's traces are left on the NATS server: {left}");
                    results.borrow_mut().note(&left);
                }
                Ok(())
            }
            Err(CoordinateError::Cluster(error)) => Err(error.into()),
            Err(CoordinateError::Store(error)) => Err(error),
        }
    }
}
