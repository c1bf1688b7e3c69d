//! What an inspection comes to, for people and programs. Every output reads only the [`Record`].

pub mod overlay;
pub mod record;

pub use record::Record;
