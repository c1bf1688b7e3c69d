//! What is handed out: a run, and its rows.

/// One row to be done somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number in the manifest, from 1.
    pub row: u64,
    /// What a worker needs, as JSON. It holds personal data.
    pub body: Vec<u8>,
}

/// A print run, as the server and the workers know it.
#[derive(Clone, Debug)]
pub struct Run {
    /// 1 to 64 letters, digits, `-` and `_` of ASCII.
    pub name: String,
    /// Says what the results depend on: the digest of manifest, profile and options, in hex.
    pub fingerprint: String,
    /// What workers need for all rows, as JSON.
    pub setup: Vec<u8>,
}
