//! The print dots, line of text by line of text: each can be printed by itself.

use crate::spec::Profile;

/// The rows of print dots that one line of text fills.
pub(super) struct Band<'a> {
    /// The line.
    pub(super) line: usize,
    /// The first of its rows.
    pub(super) top: usize,
    /// Its dots, row by row.
    pub(super) dots: &'a mut [u8],
}

/// All of a raster, which is `width` dots wide.
pub(super) fn bands<'a>(mut rest: &'a mut [u8], width: usize, profile: &Profile) -> Vec<Band<'a>> {
    let pitch = profile.dpi.px(profile.layout.pitch);
    let edge = |line: usize| (line as f64 * pitch).round() as usize;
    let mut bands = Vec::new();
    while !rest.is_empty() {
        let line = bands.len();
        let length = (edge(line + 1) - edge(line)) * width;
        let (dots, after) = rest.split_at_mut(length.min(rest.len()));
        bands.push(Band { line, top: edge(line), dots });
        rest = after;
    }
    bands
}
