//! What was found becomes numbers, and the numbers a decision.
//!
//! [`evidence`] has the numbers, [`decide`] weighs them and is the only place that makes or changes a
//! decision; [`verdict`] has its words. [`text`] is the evidence of the letters, [`key_check`] that of
//! the keyed lines, [`operating_range`] says what of a scan falls short, [`copy`] what its blur says of
//! a copy, [`likelihood`] weighs for those who decide themselves. Only here is the [`claim`] known.

pub mod claim;
pub mod copy;
pub mod decide;
pub mod evidence;
pub mod key_check;
pub mod likelihood;
pub mod operating_range;
pub mod picture_check;
pub mod print_check;
pub mod signature_check;
pub mod text;
pub mod verdict;
