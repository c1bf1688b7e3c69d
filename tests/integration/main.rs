//! All tests of the whole program, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod common;

mod architecture;
mod cli;
#[cfg(feature = "cluster")]
mod cluster;
mod colour;
mod hostile;
mod inputs;
mod keyed;
mod layouts;
mod line_scan;
mod log;
mod names;
mod outputs;
mod press;
mod report;
mod roundtrip;
mod run_report;
mod runs;
mod scans;
mod signed;
mod signing;
mod tamper;
