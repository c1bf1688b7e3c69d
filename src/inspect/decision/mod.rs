//! What the evidence is, and what it comes to.

pub mod claim;
pub mod copy;
pub mod key_check;
pub mod likelihood;
pub mod operating_range;
pub mod verdict;
