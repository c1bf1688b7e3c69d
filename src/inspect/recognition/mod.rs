//! From the stack to a text.
//!
//! In goes the stack; out comes, in either script, the likeliest text that has the right check
//! symbols, with the log-odds of each symbol. Where the letters lie, how blurred they are and which
//! they are is solved together: a start from single cells, the cheapest text on a circle of
//! overlapping letters (Viterbi 1967), least squares for place, blur and point spread, whitening of
//! what is left (North 1943), and a trellis over the check sums (Wolf 1978). No stage knows the
//! expected name.

pub mod decoding;
pub mod field;
pub mod fit;
pub mod initial;
pub mod psf;
pub mod reading;
pub mod soft;
pub mod stroke_gain;
pub mod templates;
pub mod viterbi;
pub mod whitening;
