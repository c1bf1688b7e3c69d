//! All copies of the text in one, finer than the scan.
//!
//! In go the contrast, the frame and the columns; out comes one circle of the text as sums of
//! weighted least squares, `[across][along]`. Every pixel goes, without interpolation, into the bin
//! in which it lies: copies at many sampling phases make up for the scan's resolution, as in
//! Elad and Hel-Or's shift-and-add (2001).

pub mod grid;
pub mod stack;
