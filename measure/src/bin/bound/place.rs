//! Where the pixels of a scan truly lie in the text.

use tumar::channel::Geometry;
use tumar::imaging::Mm;
use tumar::inspect::signal::scan::Scan;
use tumar::inspect::stacking::grid::{ACROSS, ALONG};
use tumar::spec::Profile;

/// Beside the print the contrast has the border in its mean.
const MARGIN: Mm = Mm(0.3);

/// A pixel's place in the print, millimetres from its upper left corner; none in the margin.
pub(crate) fn places(scan: &Scan, geometry: &Geometry, profile: &Profile) -> Vec<Option<[f64; 2]>> {
    let (rows, columns) = scan.luminance.dim();
    let factor = scan.factor as f64;
    let centre = |i: usize| (i as f64 + 0.5) * factor - 0.5;
    let within = |at: f64, side: Mm| at >= MARGIN.0 && at < side.0 - MARGIN.0;
    let pixels = (0..rows).flat_map(|y| (0..columns).map(move |x| [x, y]));
    let place = |pixel: [usize; 2]| {
        let at = geometry.to_print(pixel.map(centre));
        (within(at[0], profile.width) && within(at[1], profile.height)).then_some(at)
    };
    pixels.map(place).collect()
}

/// For each place, its bin in the stack of a legend of so many symbols, `[across][along]`, the
/// legend's first symbol first.
pub(crate) fn bins(
    places: &[Option<[f64; 2]>],
    symbols: usize,
    profile: &Profile,
) -> Vec<Option<u32>> {
    let layout = &profile.layout;
    let (lines, _) = layout.extent(profile.width, profile.height);
    let phases: Vec<usize> = (0..lines).map(|row| layout.row_phase(row, symbols)).collect();
    let length = symbols * ALONG;
    let bin = |place: &Option<[f64; 2]>| {
        let [x, y] = (*place)?;
        let (cell, line) = (x / layout.advance.0, y / layout.pitch.0);
        let phase = phases[line as usize] as f64;
        let along = ((cell + phase) * ALONG as f64) as usize % length;
        let across = ((line - line.floor()) * ACROSS as f64) as usize;
        Some((across.min(ACROSS - 1) * length + along) as u32)
    };
    places.iter().map(bin).collect()
}
