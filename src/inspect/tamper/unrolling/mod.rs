//! The portrait's fine detail on a raster of lines and symbols, [unrolled] between its [sides], and what
//! is [predicted] to be there.

pub mod predicted;
pub mod sides;
pub mod unrolled;
