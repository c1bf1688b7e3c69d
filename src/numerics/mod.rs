//! Numbers without units: order statistics and the tops of parabolas.
//!
//! Below all other rooms. Each function works on `f32` and on `f64` alike, and is exact about which
//! value it takes and in which order it calculates: results must not change with the caller.

mod order;
mod parabola;

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

pub use order::{median, nearest_rank, quantile};
pub use parabola::{bend, parabola_top};

/// `f32` or `f64`.
pub trait Real:
    Copy
    + PartialOrd
    + From<f32>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// The total order of IEEE 754 in which not-a-number has its place, too.
    fn total_order(&self, other: &Self) -> Ordering;
}

impl Real for f32 {
    fn total_order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}

impl Real for f64 {
    fn total_order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}
