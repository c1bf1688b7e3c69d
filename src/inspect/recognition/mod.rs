//! From the stack to a text: place, blur and letters are solved together.

pub mod decoding;
pub mod field;
pub mod fit;
pub mod initial;
pub mod psf;
pub mod reading;
pub mod stroke_gain;
pub mod templates;
pub mod viterbi;
pub mod whitening;
