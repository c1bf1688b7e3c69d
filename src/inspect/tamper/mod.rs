//! Where the microtext does not stand though it should.

pub mod cells;
pub mod deficit;
pub mod displaced;
pub mod map;
pub mod measurer;
pub mod pooling;
pub mod region;
pub mod strength;
pub mod tone_response;
