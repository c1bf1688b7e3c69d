//! A whole print run.

pub mod chart;
pub mod measures;
pub mod overview;
pub mod report;
