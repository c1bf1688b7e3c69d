//! What an inspection comes to, for people and programs. Every output reads only the [`Record`]; pictures
//! and the examiner's report also read what was measured.

mod checks;
pub mod html;
pub mod log;
pub mod overlay;
pub mod press;
pub mod preview;
pub mod record;
mod sheet;
mod source;
pub(crate) mod web;
pub mod words;

pub use record::Record;
pub use source::Source;
