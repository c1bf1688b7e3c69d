//! What an inspection comes to, for people and programs. Every output reads only the [`Record`].

pub mod overlay;
pub mod preview;
pub mod record;
mod sheet;

pub use record::Record;
