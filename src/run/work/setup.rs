//! What the coordinator of a run tells its workers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    /// Whether a row may name a file outside of that folder.
    pub outside: bool,
}
