//! Prints the holder's name as microtext into a passport portrait, and reads it back from a scan.

pub mod base;
pub mod channel;
pub mod inspect;
pub mod issue;
pub mod report;
pub mod spec;
