//! All copies of the text in one, finer than the scan.

pub mod grid;
pub mod stack;
