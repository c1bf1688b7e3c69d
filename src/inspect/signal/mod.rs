//! The scan as a signal.
//!
//! In goes a picture with its resolution; out come its luminance at the working resolution, that
//! without the portrait (relative contrast with the local noise), and how strongly, and to which
//! side, letters shift each tone. Beside them the tools of the later rooms: waves brought down to
//! rest, smooth maps over the page, orientations, the box that holds the most points. The contrast
//! is weighed as a matched filter weighs it (North 1943).

pub mod demodulation;
pub mod densest;
pub mod flatten;
pub mod geometry;
pub mod graininess;
pub mod orientation;
pub mod scan;
pub mod tones;
