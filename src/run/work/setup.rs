//! What the coordinator of a run tells its workers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What workers have to know about a run. Keys are never sent: each worker has them as files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The version of tumar, which has to be the same.
    pub tumar: String,
    /// The profile's file.
    pub profile: String,
    /// The scans' resolution in ppi, if it overrides what their files say.
    pub ppi: Option<f64>,
    /// Ids of the issuer's keys.
    pub keys: Vec<String>,
    /// Files of the public keys whose signatures are trusted, if prints must be signed.
    #[serde(default)]
    pub trust: Option<Vec<String>>,
    /// The press's file, if copies are to be told by it.
    #[serde(default)]
    pub press: Option<String>,
    /// The absolute path of the manifest's folder.
    pub folder: PathBuf,
    /// The absolute path of the folder of the manifest of the run of `issue` that scans are held against,
    /// if they are.
    pub issued: Option<PathBuf>,
    /// Whether a row may name a file outside of that folder.
    pub outside: bool,
    /// The most pixels that a scan may have.
    pub max_pixels: u64,
}
