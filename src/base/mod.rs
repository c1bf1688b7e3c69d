//! Ground floor: units, tones, planes of numbers, pictures and their files.

mod bytes;
mod codestream;
pub mod colour;
mod convert;
pub mod decode;
pub mod dg2;
mod directory;
pub mod encode;
pub mod jp2;
mod jpeg2000;
pub mod picture;
pub mod raster;
pub mod tone;
pub mod units;

pub use picture::Picture;
pub use raster::Plane;
pub use units::{Mm, Ppi};
