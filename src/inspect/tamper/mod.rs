//! Where the microtext stands as it should, and where it does not: the portrait [unrolled], held against
//! what is [predicted] along the letters' [drift], tile by tile ([tiling], [tiles], [ground]); how
//! strongly letters show ([strength]); what that confirms ([confirmation]) and what nothing else
//! explains ([accusation]).

pub mod accusation;
pub mod confirmation;
pub mod drift;
pub mod face;
pub mod ground;
pub mod map;
mod pooling;
pub mod predicted;
pub mod region;
mod shadows;
pub mod sides;
pub mod strength;
#[cfg(test)]
mod tests;
pub mod tiles;
pub mod tiling;
pub mod tone_response;
pub mod unrolled;
