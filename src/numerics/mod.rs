//! Numbers without units: order statistics, the tops of parabolas, the normal distribution, intervals of
//! shares.
//!
//! Below all other rooms. Each function works on `f32` and on `f64` alike, and is exact about which
//! value it takes and in which order it calculates: results must not change with the caller.

pub mod normal;
mod order;
mod parabola;
mod real;
mod share;

pub use order::{median, nearest_rank, quantile};
pub use parabola::{bend, parabola_top};
pub use real::Real;
pub use share::interval;
