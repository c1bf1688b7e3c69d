//! Picture files: what is read, and what is written; and bytes in text.

mod bytes;
pub mod decode;
pub mod dg2;
pub mod durable;
pub mod encode;
pub mod file_names;
mod hex;
mod jpeg2000;

pub use hex::hex;
pub use jpeg2000::jp2;
