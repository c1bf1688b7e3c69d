//! Planes of numbers and the linear filters on them.

mod blur;
mod enlarged;
mod gaussian;
mod plane;
mod shrink;

pub use blur::blur;
pub use enlarged::{Enlarged, EnlargedRows};
pub(crate) use gaussian::{convolved, gaussian, half_gaussian, spread};
pub use plane::{Plane, bilinear};
pub use shrink::{shrink, shrink_by, shrink_softly};
