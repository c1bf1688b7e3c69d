//! What the measuring programs share: names, portraits, seeds and rates. Each program is in `src/bin`;
//! `cargo run --release -p measure --bin accuracy`.

pub mod blind;
pub mod forgery;
pub mod logistic;
pub mod names;
pub mod neighbours;
pub mod portraits;
pub mod rate;
pub mod ratios;
pub mod rival;
pub mod seed;
pub mod world;
