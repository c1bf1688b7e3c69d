//! Signed prints: what the payload lines carry, how it is signed, and how it becomes symbols.

pub mod bars;
pub mod code;
