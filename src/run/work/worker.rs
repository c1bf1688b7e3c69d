//! A worker: inspects rows that the coordinator of another machine hands out.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::inspector::Inspector;
use super::pool;
use super::processor::RowProcessor;
use super::setup::Setup;
use crate::formats::decode::Limits;
use crate::imaging::Ppi;
use crate::inspect::Reader;
use crate::inspect::decision::print_check::Printing;
use crate::press::Press;
use crate::run::cluster::{GiveUp, Note, RowHandler, Task};
use crate::run::input::Inputs;
use crate::run::journal::{Entry, Inspected};
use crate::run::manifest::{Command, Row};
use crate::spec::signed::{PublicKey, SigningKeyError};
use crate::spec::{IssuerKey, Profile};

/// Inspects rows that other machines hand out.
pub struct Worker<N> {
    /// Issuer's keys, of which runs may need some.
    pub keys: Vec<IssuerKey>,
    /// Where scans are here, if not where they are for the coordinator.
    pub scans: Option<PathBuf>,
    /// Where issued portraits are here, if not where they are for the coordinator.
    pub portraits: Option<PathBuf>,
    /// Is told what happens.
    pub note: N,
    /// Profiles live as long as the worker: there are few.
    profiles: Mutex<HashMap<[u8; 32], &'static Profile>>,
}

/// What a worker has prepared for a run.
pub struct Prepared {
    profile: &'static Profile,
    reader: Reader<'static>,
    ppi: Option<Ppi>,
    keys: Vec<IssuerKey>,
    trust: Option<Vec<PublicKey>>,
    printing: Option<Printing>,
    inputs: Inputs,
    issued: Option<Inputs>,
}

impl<N: Fn(Note) + Sync> Worker<N> {
    /// A worker with these keys.
    #[must_use]
    pub fn new(keys: Vec<IssuerKey>, scans: Option<PathBuf>, note: N) -> Self {
        Self { keys, scans, portraits: None, note, profiles: Mutex::default() }
    }

    /// The same, with issued portraits in this folder.
    #[must_use]
    pub fn with_portraits(self, portraits: Option<PathBuf>) -> Self {
        Self { portraits, ..self }
    }

    fn profile(&self, text: &str) -> Result<&'static Profile, String> {
        let profile = Profile::parse(text).map_err(|error| format!("its profile: {error}"))?;
        let mut known = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known.entry(profile.digest).or_insert_with(|| Box::leak(Box::new(profile)));
        Ok(kept)
    }
}

impl<N: Fn(Note) + Sync> RowHandler for Worker<N> {
    type Prepared = Prepared;

    fn prepare(&self, setup: &[u8]) -> Result<Prepared, String> {
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
        let inputs = |folder| Inputs {
            folder,
            outside: setup.outside,
            limits: Limits { pixels: setup.max_pixels },
        };
        let trusted = |files: Vec<String>| files.iter().map(|file| file.parse()).collect();
        let trust: Result<_, SigningKeyError> = setup.trust.map(trusted).transpose();
        let press = setup.press.as_deref().map(Press::parse).transpose();
        let press = press.map_err(|error| format!("its press: {error}"))?;
        Ok(Prepared {
            profile,
            reader: Reader::new(profile),
            ppi: setup.ppi.map(Ppi),
            keys: setup.keys.iter().map(key).collect::<Result<_, _>>()?,
            trust: trust.map_err(|error| format!("a key that it trusts: {error}"))?,
            printing: press.and_then(|press| press.printing()),
            inputs: inputs(self.scans.clone().unwrap_or(setup.folder)),
            issued: setup.issued.map(|folder| inputs(self.portraits.clone().unwrap_or(folder))),
        })
    }

    fn handle(&self, prepared: &Prepared, task: &Task) -> Vec<u8> {
        let inspected = |row: Row| {
            let inspector = Inspector {
                profile: prepared.profile,
                reader: &prepared.reader,
                ppi: prepared.ppi,
                keys: &prepared.keys,
                trust: prepared.trust.as_deref(),
                printing: prepared.printing.as_ref(),
                inputs: prepared.inputs.clone(),
                issued: prepared.issued.clone(),
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
        result(task, |row| Entry::of(&row, Command::Qa.picture()).ended(Err(why)))
    }

    fn note(&self, note: Note) {
        (self.note)(note);
    }
}

/// A row's entry, as a line of the journal.
fn result(task: &Task, entry: impl FnOnce(Row) -> Entry<Inspected>) -> Vec<u8> {
    let number = task.row as u32;
    let row = serde_json::from_slice(&task.body).unwrap_or_else(|_| Row {
        number,
        id: String::new(),
        fields: Err("the coordinator's row cannot be understood".into()),
        issued: None,
    });
    serde_json::to_vec(&entry(row)).unwrap_or_default()
}
