//! Whole runs: what they write, what they survive, and what they refuse.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod crash;
#[cfg(target_os = "linux")]
mod disk;
mod poison;
mod refused;
mod results;
#[path = "../shop/mod.rs"]
mod shop;
