//! Tiles of some letters each: how they divide the portrait ([tiling]), where their letters have
//! [drift]ed to, how much of them each [tile] shows and on what [ground]; `pooling` them tells how
//! strongly letters show ([strength]), in [shadows] and by tone ([tone_response]).

pub mod drift;
pub mod ground;
mod pooling;
pub mod shadows;
pub mod strength;
pub mod tile;
pub mod tiling;
pub mod tone_response;
