//! Signed prints: the payload lines are read where the name's lines lie.

pub mod payload_lines;
