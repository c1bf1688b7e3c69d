//! Picture files: what is read, and what is written.

mod bytes;
pub mod decode;
pub mod dg2;
pub mod encode;
mod jpeg2000;

pub use jpeg2000::jp2;
