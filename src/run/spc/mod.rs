//! Statistical process control: measures of single scans, and control charts of each press.

mod base;
mod chart;
pub mod limits;
mod measure;
mod measures;
mod shares;

pub use base::Base;
pub use chart::{Chart, FEWEST, Signal, Test, chart};
pub use measure::Measure;
pub use measures::Measures;
pub use shares::{Group, ShareBase, ShareChart, shares};
