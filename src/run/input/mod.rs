//! The pictures of a run's rows: files below the manifest's folder, or behind URLs.

#[cfg(feature = "cluster")]
mod fetch;
mod pictures;

#[cfg(feature = "cluster")]
pub use fetch::{FetchError, fetch, is_url};
pub use pictures::Inputs;
