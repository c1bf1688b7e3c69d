//! JPEG 2000: its boxes, its codestream's headers, its pixels.

mod codestream;
mod error;
pub mod jp2;
mod pixels;

pub(crate) use pixels::{Fault, decode};
