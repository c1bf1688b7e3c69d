//! The picture itself: is the portrait in the scan the one that was issued?
//!
//! In goes a scan with the frame of its microtext, and the portrait as issued; out comes whether they
//! agree. The scan's portrait is brought to the reference's grid ([`view`]), the two are registered
//! (`registration`: Lucas and Kanade 1981), light, tone and blur are fitted (`tone_fit`, `residual`), and what
//! remains is judged at several scales (`windows`, [`compare`]). All of it happens below the
//! letters' band, so that the microtext counts on neither side.

pub mod agreement;
pub mod compare;
mod letters;
mod level;
pub mod reference;
mod regions;
mod registration;
mod residual;
mod tone_fit;
pub mod view;
mod warp;
mod windows;

#[cfg(test)]
mod tests;
