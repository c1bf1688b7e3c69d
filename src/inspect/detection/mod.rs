//! Whether there is microtext, and where on a page: peaks in the spectrum at the lines' pitch.

pub mod local_spectra;
pub mod page;
pub mod resolution;
pub mod spectrum;
