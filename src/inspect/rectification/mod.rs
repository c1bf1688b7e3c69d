//! From a peak to a map of the page.
//!
//! In goes the frequency of a peak; out come, as smooth surfaces over the scan, which line each
//! place lies on and how far along it, and the rectangle of the portrait. The carrier's phase is
//! demodulated, unwrapped over the most coherent nodes first and fitted by iteratively reweighted
//! least squares; a page at an angle has the map of a homography.

pub mod carrier;
pub mod frame;
pub mod keystone;
