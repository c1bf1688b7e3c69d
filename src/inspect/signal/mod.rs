//! The scan in linear light, and the scan without its portrait.

pub mod demodulation;
pub mod flatten;
pub mod geometry;
pub mod orientation;
pub mod scan;
pub mod tones;
