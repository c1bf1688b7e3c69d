//! Print runs.

pub mod base;
pub mod chart;
pub mod limits;
pub mod measures;
pub mod normal;
pub mod shares;
