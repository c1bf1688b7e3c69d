//! Whether there may be microtext, where, and at which resolution.
//!
//! In goes the scan without its portrait; out come the peaks of its spectrum near one over the
//! lines' pitch, each with its height over the median of its ring (the exponential law of the
//! periodogram says what noise reaches), for a whole page the parts that may hold a portrait, and
//! for a picture of unknown resolution those that its waves speak for.

pub mod local_spectra;
pub mod page;
pub mod resolution;
pub mod spectrum;
