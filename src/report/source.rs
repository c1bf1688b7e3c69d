//! What a report or a log is about.

use crate::imaging::Picture;
use crate::spec::Profile;

/// What was inspected, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, without its folder.
    pub file: &'a str,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// What it shows.
    pub picture: &'a Picture,
    /// What was read by.
    pub profile: &'a Profile,
}
