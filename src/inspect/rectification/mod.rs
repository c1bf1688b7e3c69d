//! From a peak to a map: which line each place of the scan lies on, and where the portrait is.

pub mod carrier;
pub mod frame;
pub mod keystone;
