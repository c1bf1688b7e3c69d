//! Where the microtext stands as it should, and where it does not: the portrait, [unrolling] along its
//! lines, is measured in [tiles]; what they confirm ([confirmation]) and what nothing else explains
//! ([accusation]) makes a [map] with its [region]s, and tells of the [face].

pub mod accusation;
pub mod confirmation;
pub mod face;
pub mod map;
pub mod region;
#[cfg(test)]
mod tests;
pub mod tiles;
pub mod unrolling;
