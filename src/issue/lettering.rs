//! The microtext alone: which share of each print dot its letters cover.

use ab_glyph_rasterizer::Rasterizer;
use ndarray::Array2;
use rayon::prelude::*;

use crate::spec::typeface::Glyph;
use crate::spec::{Legend, Profile};

/// Covered part of each print dot, `[row, column]`, in units of [`SHARE`]: finer than any outline
/// could be placed in print, at a quarter of the memory of exact numbers.
pub type Coverage = Array2<u8>;

/// Share of a print dot that is one step of [`Coverage`].
pub const SHARE: f32 = 1.0 / 255.0;

/// Coverage of the print dots by the legend's letters, repeated over the whole portrait; outlines
/// at exact fractional positions, exact areas.
#[must_use]
pub fn coverage(legend: &Legend, profile: &Profile) -> Coverage {
    let (width, height) = profile.size_px();
    let text = Text::new(legend, profile);
    let mut coverage = Coverage::zeros((height, width));
    let bands = text.bands(coverage.as_slice_mut().expect("planes are row-major"));
    bands.into_par_iter().for_each_init(
        || (Rasterizer::new(0, 0), Vec::new()),
        |(canvas, shares), band| text.print(band, canvas, shares),
    );
    coverage
}

/// The lines of text in print dots.
struct Text<'a> {
    profile: &'a Profile,
    glyphs: Vec<Glyph>,
    /// Top and bottom of each glyph, below its baseline.
    reaches: Vec<[f64; 2]>,
    width: usize,
    cap: f64,
    advance: f64,
    pitch: f64,
    /// Columns of a canvas on each side of the plane, into which letters are cut off.
    margin: usize,
}

/// The rows of the plane that one line of text fills.
struct Band<'a> {
    row: usize,
    top: usize,
    dots: &'a mut [u8],
}

impl<'a> Text<'a> {
    fn new(legend: &Legend, profile: &'a Profile) -> Self {
        let (layout, dpi) = (&profile.layout, profile.dpi);
        let glyphs: Vec<Glyph> =
            legend.symbols().iter().map(|&s| profile.typeface.glyph(s)).collect();
        let (cap, advance) = (dpi.px(layout.cap_height), dpi.px(layout.advance));
        let reach = |glyph: &Glyph| glyph.reach().map(|y| f64::from(y) * cap);
        Self {
            profile,
            reaches: glyphs.iter().map(reach).collect(),
            glyphs,
            width: profile.size_px().0,
            cap,
            advance,
            pitch: dpi.px(layout.pitch),
            margin: advance.ceil() as usize + 1,
        }
    }

    fn bands<'b>(&self, mut rest: &'b mut [u8]) -> Vec<Band<'b>> {
        let edge = |row: usize| (row as f64 * self.pitch).round() as usize;
        let mut bands = Vec::new();
        while !rest.is_empty() {
            let row = bands.len();
            let length = (edge(row + 1) - edge(row)) * self.width;
            let (dots, after) = rest.split_at_mut(length.min(rest.len()));
            bands.push(Band { row, top: edge(row), dots });
            rest = after;
        }
        bands
    }

    fn print(&self, band: Band<'_>, canvas: &mut Rasterizer, shares: &mut Vec<f32>) {
        // Accents and descenders of the neighbours reach over; what nothing reaches stays empty.
        let lines = band.row.saturating_sub(1)..=band.row + 1;
        let height = (band.dots.len() / self.width) as f64;
        let reached = lines.clone().flat_map(|line| {
            let baseline = self.baseline(line) - band.top as f64;
            self.reaches.iter().map(move |reach| reach.map(|y| baseline + y))
        });
        let reached = reached.filter(|[top, bottom]| *top < height && *bottom > 0.0);
        let [top, bottom] =
            reached.fold([height, 0.0], |[a, b], [top, bottom]| [a.min(top), b.max(bottom)]);
        let (top, bottom) = (top.max(0.0) as usize, bottom.min(height).ceil() as usize);
        if top >= bottom {
            return;
        }
        let columns = self.width + 2 * self.margin;
        canvas.reset(columns, bottom - top);
        for line in lines {
            self.draw(line, canvas, (band.top + top) as f64);
        }
        shares.resize(columns * (bottom - top), 0.0);
        canvas.for_each_pixel(|i, share| shares[i] = share);
        let dots = band.dots.chunks_exact_mut(self.width).skip(top);
        for (dots, shares) in dots.zip(shares.chunks_exact(columns)) {
            let shares = &shares[self.margin..][..self.width];
            dots.iter_mut().zip(shares).for_each(|(dot, v)| *dot = (v / SHARE + 0.5) as u8);
        }
    }

    /// Draws what of a line reaches onto a canvas that begins at row `top` of the plane.
    fn draw(&self, line: usize, canvas: &mut Rasterizer, top: f64) {
        let (layout, n) = (&self.profile.layout, self.glyphs.len());
        let baseline = self.baseline(line) - top;
        let height = canvas.dimensions().1 as f64;
        // The outlines' cells are the typeface's own; a wider advance leaves room on both sides.
        let side = 0.5 * (self.advance - self.cap * self.profile.typeface.advance());
        let first = layout.row_phase(line, n);
        for cell in 0..(self.width as f64 / self.advance).ceil() as usize {
            let symbol = (cell + first) % n;
            let [above, below] = self.reaches[symbol];
            if baseline + above < height && baseline + below > 0.0 {
                let x = self.margin as f64 + cell as f64 * self.advance + side;
                let scale = [self.cap as f32; 2];
                self.glyphs[symbol].draw(canvas, x as f32, baseline as f32, scale);
            }
        }
    }

    /// Row of the plane, with fraction, on which a line's capitals stand.
    fn baseline(&self, line: usize) -> f64 {
        line as f64 * self.pitch + self.profile.dpi.px(self.profile.layout.baseline())
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
            let across =
                |y| (x..x + advance as usize).map(|x| f32::from(plane[[y, x]])).sum::<f32>();
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
    }

    #[test]
    fn bands_make_up_the_page_that_is_drawn_as_a_whole() {
        let profile = Profile::default().with_dpi(617.0).ok().unwrap();
        let legend = Legend::of(&Name::new("Йылдыз", "Ұлпан").ok().unwrap(), 64).ok().unwrap();
        let (text, plane) = (Text::new(&legend, &profile), coverage(&legend, &profile));
        let mut canvas = Rasterizer::new(text.width + 2 * text.margin, plane.nrows());
        let (lines, _) = profile.layout.extent(profile.width, profile.height);
        (0..=lines).for_each(|line| text.draw(line, &mut canvas, 0.0));
        canvas.for_each_pixel_2d(|x, y, share| {
            let x = (x as usize).wrapping_sub(text.margin);
            if let Some(&part) = plane.get([y as usize, x]) {
                let error = f32::from(part) * SHARE - share.min(1.0);
                assert!(error.abs() < SHARE, "({x}, {y}): {error}");
            }
        });
    }
}
