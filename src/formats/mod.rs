//! Picture files: what is read, and what is written.

mod bytes;
mod codestream;
mod convert;
pub mod decode;
pub mod dg2;
mod directory;
pub mod encode;
pub mod hex;
pub mod jp2;
mod jpeg2000;
