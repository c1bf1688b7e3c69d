//! Whole runs: what they write, what they survive, and what they refuse.

mod crash;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod drive;
mod issued;
mod poison;
mod refused;
mod results;
mod tables;
