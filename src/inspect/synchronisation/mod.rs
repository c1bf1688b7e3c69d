//! After how many symbols the text repeats, and with which symbol each line begins.

pub mod alignment;
pub mod columns;
pub mod displacement;
pub mod gap_carrier;
pub mod notch;
pub mod period;
pub mod register;
pub mod row_phase;
pub mod strips;
