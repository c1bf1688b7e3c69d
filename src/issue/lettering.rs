//! The microtext alone: which share of each print dot its letters cover.

use ab_glyph_rasterizer::Rasterizer;
use rayon::prelude::*;

use crate::base::Plane;
use crate::spec::typeface::Glyph;
use crate::spec::{Legend, Profile};

/// What a line's canvas holds above and below its baseline, in cap heights: room for Å and Ұ.
const ABOVE: f64 = 1.6;
const BELOW: f64 = 0.6;

/// Lines that are drawn at a time, which bounds memory.
const BATCH: usize = 16;

/// Coverage 0..1 of each print dot by the legend's letters, repeated over the whole portrait;
/// outlines at exact fractional positions, exact areas.
#[must_use]
pub fn coverage(legend: &Legend, profile: &Profile) -> Plane {
    let (width, height) = profile.size_px();
    let symbols = legend.symbols();
    let glyphs: Vec<Glyph> = symbols.iter().map(|&s| profile.typeface.glyph(s)).collect();
    let (lines, _) = profile.layout.extent(profile.width, profile.height);
    let lines: Vec<usize> = (0..=lines).collect(); // one more: accents of the first line cut off
    let mut plane = Plane::zeros((height, width));
    for batch in lines.chunks(BATCH) {
        let drawn: Vec<Line> =
            batch.par_iter().map(|&row| Line::draw(row, &glyphs, profile)).collect();
        drawn.iter().for_each(|line| line.add_to(&mut plane));
    }
    plane
}

/// One line of text on its own canvas.
struct Line {
    /// Row of the plane at which the canvas begins; may lie above it.
    top: isize,
    /// Columns of the canvas left of the plane.
    margin: usize,
    columns: usize,
    pixels: Vec<f32>,
}

impl Line {
    fn draw(row: usize, glyphs: &[Glyph], profile: &Profile) -> Self {
        let (layout, dpi) = (&profile.layout, profile.dpi);
        let (cap, advance) = (dpi.px(layout.cap_height), dpi.px(layout.advance));
        let baseline = row as f64 * dpi.px(layout.pitch) + dpi.px(layout.baseline());
        let top = (baseline - ABOVE * cap).floor();
        let margin = advance.ceil() as usize + 1;
        let (width, _) = profile.size_px();
        let columns = width + 2 * margin + 1;
        let rows = ((ABOVE + BELOW) * cap).ceil() as usize + 2;

        // The outlines' cells are the typeface's own; a wider advance leaves room on both sides.
        let side = 0.5 * (layout.advance.0 - layout.cap_height.0 * profile.typeface.advance());
        let side = dpi.px(crate::base::Mm(side));
        let first = layout.row_phase(row, glyphs.len());
        let cells = (width as f64 / advance).ceil() as usize;
        let mut canvas = Rasterizer::new(columns, rows);
        for cell in 0..cells {
            let x = margin as f64 + cell as f64 * advance + side;
            let glyph = &glyphs[(cell + first) % glyphs.len()];
            glyph.draw(&mut canvas, x as f32, (baseline - top) as f32, [cap as f32; 2]);
        }
        let mut pixels = vec![0.0; columns * rows];
        canvas.for_each_pixel(|i, share| pixels[i] = share);
        Self { top: top as isize, margin, columns, pixels }
    }

    fn add_to(&self, plane: &mut Plane) {
        let width = plane.ncols();
        for (dy, line) in self.pixels.chunks_exact(self.columns).enumerate() {
            let Ok(y) = usize::try_from(self.top + dy as isize) else { continue };
            if y >= plane.nrows() {
                break;
            }
            let shares = &line[self.margin..self.margin + width];
            plane.row_mut(y).iter_mut().zip(shares).for_each(|(sum, v)| *sum += v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;

    #[test]
    fn the_text_repeats_after_one_legend_and_follows_the_row_phase() {
        let profile = Profile::default();
        let legend = Legend::of(&Name::new("Ахметова", "Әсел").ok().unwrap(), 64).ok().unwrap();
        let plane = coverage(&legend, &profile);
        let n = legend.symbols().len();
        let advance = profile.dpi.px(profile.layout.advance);
        let pitch = profile.dpi.px(profile.layout.pitch);
        // The mean coverage of a cell tells symbols apart well enough: between lines it differs
        // little where the row phase puts the same symbols, and much one cell beside.
        let mass = |row: usize, cell: usize| -> f32 {
            let (y, x) = ((row as f64 * pitch) as usize, (cell as f64 * advance) as usize);
            let across = |y| (x..x + advance as usize).map(|x| plane[[y, x]]).sum::<f32>();
            (y..y + pitch as usize).map(across).sum()
        };
        for row in [1, 3, 50] {
            let shift = (n + profile.layout.row_phase(0, n) - profile.layout.row_phase(row, n)) % n;
            let differs = |shift: usize| -> f32 {
                (0..n).map(|cell| (mass(row, cell + shift) - mass(0, cell)).abs()).sum()
            };
            assert!(differs(shift) < 0.5 * differs(shift + 1), "line {row}");
            assert!(differs(shift) < 0.5 * differs(shift + n - 1), "line {row}");
        }
        assert!(plane.iter().all(|v| (0.0..=1.001).contains(v)));
    }
}
