//! A whole print run.

#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(feature = "cluster")]
pub mod source;
#[cfg(feature = "cluster")]
mod tls;
