//! The reader: a scan → what is printed in it.
pub mod carrier;
pub mod columns;
pub mod flatten;
pub mod geometry;
pub mod portrait;
pub mod reading;
pub mod scan;
pub mod stack;
pub mod templates;
