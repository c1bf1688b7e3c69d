//! After how many symbols the text repeats, and with which symbol each line begins.
//!
//! In goes the signal with the frame of its lines; out come the [`columns::Columns`]: symbols of
//! the text, their width, shear and displacement, and each line's phase. No letter is known yet:
//! lines are correlated with themselves (the period), with the mean of the others (Frank's
//! alternating alignment) and with the generator's row-phase sequence. From below: strips, period,
//! alignment, the search that calls them.

pub mod alignment;
pub mod columns;
pub mod displacement;
pub mod gap_carrier;
pub mod notch;
pub mod period;
pub mod register;
pub mod row_phase;
pub mod search;
pub mod strips;
