//! Signed prints: the payload lines are read where the name's lines lie, and the face is held against
//! the digest that they carry.

pub mod payload_lines;
pub mod signed_face;
