//! Ground floor: units, tones, planes of numbers and pictures.

pub mod colour;
pub(crate) mod colour_spaces;
pub mod crop;
pub mod picture;
pub mod raster;
pub mod tone;
pub mod units;

pub use picture::Picture;
pub use raster::Plane;
pub use units::{Mm, Ppi};
