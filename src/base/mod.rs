//! Ground floor: units, tones, planes of numbers, pictures and their files.

pub mod colour;
mod convert;
pub mod decode;
pub mod encode;
pub mod picture;
pub mod raster;
pub mod tone;
pub mod units;

pub use picture::Picture;
pub use raster::Plane;
pub use units::{Mm, Ppi};
