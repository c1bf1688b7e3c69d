//! The press: what one printer and one scanner do to a page, measured on a test sheet.
//!
//! [`sheet`] draws it; [`calibrate`] finds and measures it in scans; [`Press`] is what came out, which the
//! print-and-scan model can take the place of; [`correction`] takes its tone curve
//! back; [`prediction`] tells how often such prints are read; a [`trial`] counts it on real ones.

pub mod calibrate;
pub mod correction;
pub mod prediction;
#[expect(clippy::module_inception, reason = "the press is what the room is about")]
mod press;
pub mod sheet;
pub mod trial;

pub use press::Press;
