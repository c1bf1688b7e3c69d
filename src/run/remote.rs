//! A run of `qa` whose rows other machines inspect: what coordinator and workers tell each other. The
//! results have the bytes that they would have here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::RunError;
use super::cluster::{
    self, AHEAD, CoordinateError, Craft, GiveUp, Note, Run as RemoteRun, Server, Task,
};
use super::entry::{Entry, Inspected};
use super::input::Place;
use super::journal::Terms;
use super::manifest::{Command, Row};
use super::pool;
use super::progress::Ended;
use super::qa::Inspector;
use super::rows::{Kept, Work};
use crate::imaging::Ppi;
use crate::inspect::Reader;
use crate::report::words::hex;
use crate::spec::{IssuerKey, Profile};

/// Where a run's rows are done, if not here.
pub struct Away<'r> {
    /// What hands them out.
    pub server: &'r Server,
    /// The run's name there.
    pub name: &'r str,
    /// What workers have to know.
    pub setup: Setup,
}

/// What workers have to know of a run. Keys are not told: each worker has them as files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The version of tumar, which has to be the same.
    pub tumar: String,
    /// The profile's file.
    pub profile: String,
    /// The scans' resolution, where that counts before what their files say.
    pub ppi: Option<f64>,
    /// Ids of the issuer's keys.
    pub keys: Vec<String>,
    /// The folder of the manifest, from the root.
    pub folder: PathBuf,
    /// Whether a row may name what lies outside of it.
    pub outside: bool,
}

impl Away<'_> {
    /// Has rows done elsewhere.
    ///
    /// # Errors
    /// [`RunError`].
    pub(super) fn rows<T: Ended + DeserializeOwned>(
        &self,
        terms: &Terms,
        rows: impl Iterator<Item = Row>,
        stop: &AtomicBool,
        kept: &mut Kept<'_, '_>,
    ) -> Result<(), RunError> {
        let json = |error: serde_json::Error| RunError::entry(0)(error);
        let run = RemoteRun {
            name: self.name.to_owned(),
            fingerprint: hex(&Sha256::digest(serde_json::to_vec(terms).map_err(json)?)),
            setup: serde_json::to_vec(&self.setup).map_err(json)?,
        };
        let body = |row: &Row| serde_json::to_vec(row).unwrap_or_default();
        let tasks = rows.map(|row| Task { row: u64::from(row.number), body: body(&row) });
        let kept = RefCell::new(kept);
        let store = |number: u64, result: &[u8]| {
            let row = number as u32;
            let entry: Entry<T> = serde_json::from_slice(result).map_err(RunError::entry(row))?;
            let ended = (entry.state(), (row, result.to_vec()));
            kept.borrow_mut().keep(std::iter::once(ended))
        };
        let note = |note: Note| kept.borrow_mut().watch.note(&note.to_string());
        let done = cluster::coordinate(self.server, &run, AHEAD, tasks, store, note, stop);
        match done {
            Ok(tally) => {
                if let Some(left) = tally.left {
                    let left = format!("the run's traces are left on the NATS server: {left}");
                    kept.borrow_mut().watch.note(&left);
                }
                Ok(())
            }
            Err(CoordinateError::Cluster(error)) => Err(error.into()),
            Err(CoordinateError::Store(error)) => Err(error),
        }
    }
}

/// What inspects rows that other machines hand out.
pub struct Worker<N> {
    /// Issuer's keys, of which runs may need some.
    pub keys: Vec<IssuerKey>,
    /// Where scans are here, if not where they are for the coordinator.
    pub scans: Option<PathBuf>,
    /// Is told what happens.
    pub note: N,
    /// Profiles live as long as the worker: there are few.
    profiles: Mutex<HashMap<[u8; 32], &'static Profile>>,
}

/// What a worker has made ready for a run.
pub struct Bench {
    profile: &'static Profile,
    reader: Reader<'static>,
    ppi: Option<Ppi>,
    keys: Vec<IssuerKey>,
    inputs: Place,
}

impl<N: Fn(Note) + Sync> Worker<N> {
    /// A worker with these keys.
    #[must_use]
    pub fn new(keys: Vec<IssuerKey>, scans: Option<PathBuf>, note: N) -> Self {
        Self { keys, scans, note, profiles: Mutex::default() }
    }

    fn profile(&self, text: &str) -> Result<&'static Profile, String> {
        let profile = Profile::parse(text).map_err(|error| format!("its profile: {error}"))?;
        let mut known = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known.entry(profile.digest).or_insert_with(|| Box::leak(Box::new(profile)));
        Ok(kept)
    }
}

impl<N: Fn(Note) + Sync> Craft for Worker<N> {
    type Bench = Bench;

    fn prepare(&self, setup: &[u8]) -> Result<Bench, String> {
        let setup: Setup = serde_json::from_slice(setup)
            .map_err(|_| "it is not one of this tumar's; use the same version".to_owned())?;
        let own = env!("CARGO_PKG_VERSION");
        if setup.tumar != own {
            return Err(format!("it is of tumar {}, and this is {own}", setup.tumar));
        }
        let profile = self.profile(&setup.profile)?;
        let key = |id: &String| {
            let known = self.keys.iter().find(|key| key.id().to_string() == *id);
            known.cloned().ok_or_else(|| format!("it needs the key {id}; give its file with --key"))
        };
        Ok(Bench {
            profile,
            reader: Reader::new(profile),
            ppi: setup.ppi.map(Ppi),
            keys: setup.keys.iter().map(key).collect::<Result<_, _>>()?,
            inputs: Place {
                folder: self.scans.clone().unwrap_or(setup.folder),
                outside: setup.outside,
            },
        })
    }

    fn do_row(&self, bench: &Bench, task: &Task) -> Vec<u8> {
        let inspected = |row: Row| {
            let inspector = Inspector {
                profile: bench.profile,
                reader: &bench.reader,
                ppi: bench.ppi,
                keys: &bench.keys,
                inputs: bench.inputs.clone(),
            };
            pool::attempt(|| inspector.inspected(&row)).unwrap_or_else(|| inspector.fault(&row))
        };
        result(task, inspected)
    }

    fn give_up(&self, task: &Task, why: GiveUp) -> Vec<u8> {
        let why = match why {
            GiveUp::Attempts(count) => format!(
                "given up after {count} attempts: its workers were killed, hung, or failed on it"
            ),
            GiveUp::TooLong(bytes) => format!(
                "its result has {bytes} bytes, more than the NATS server takes in a message"
            ),
        };
        result(task, |row| Entry::of(&row, Command::Qa.columns()[1]).ended(Err(why)))
    }

    fn note(&self, note: Note) {
        (self.note)(note);
    }
}

/// What a row came to, as a line of the journal.
fn result(task: &Task, entry: impl FnOnce(Row) -> Entry<Inspected>) -> Vec<u8> {
    let number = task.row as u32;
    let row = serde_json::from_slice(&task.body).unwrap_or_else(|_| Row {
        number,
        id: String::new(),
        fields: Err("the coordinator's row cannot be understood".into()),
    });
    serde_json::to_vec(&entry(row)).unwrap_or_default()
}
