//! What an inspection comes to, for people and programs. Every output reads only the [`Record`]; pictures
//! and the examiner's report also read what was measured.

pub mod html;
pub mod overlay;
pub mod preview;
pub mod record;
mod sheet;
pub mod words;

pub use record::Record;
