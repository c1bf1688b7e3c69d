//! The microtext alone: which share of each print dot its letters cover.

use ab_glyph_rasterizer::Rasterizer;
use ndarray::Array2;
use rayon::prelude::*;

use super::bands::{Band, bands};
use crate::imaging::Mm;
use crate::spec::typeface::Glyph;
use crate::spec::{Imprint, Profile, Symbol};

/// Covered part of each print dot, `[row, column]`, in units of [`SHARE`]: finer than any outline
/// could be placed in print, at a quarter of the memory of exact numbers.
pub type Coverage = Array2<u8>;

/// Share of a print dot that is one step of [`Coverage`].
pub const SHARE: f32 = 1.0 / 255.0;

/// Coverage of the print dots by the legends' letters, repeated over the whole portrait; outlines
/// at exact fractional positions, exact areas.
#[must_use]
pub fn coverage(imprint: &Imprint, profile: &Profile) -> Coverage {
    let (width, height) = profile.size_px();
    let text = Text::new(imprint, profile);
    let mut coverage = Coverage::zeros((height, width));
    let dots = coverage.as_slice_mut().expect("planes are row-major");
    bands(dots, width, profile).into_par_iter().for_each_init(
        || (Rasterizer::new(0, 0), Vec::new()),
        |(canvas, shares), band| text.print(band, canvas, shares),
    );
    coverage
}

/// The outlines of all letters and their places.
pub struct Text<'a> {
    imprint: &'a Imprint,
    profile: &'a Profile,
    /// Of each text.
    glyphs: Vec<Vec<Glyph>>,
    /// How far a line's letters reach over and under its middle baseline, in print dots.
    reach: [f64; 2],
}

/// An outline in its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// In units of the cap height, from its origin.
    pub glyph: &'a Glyph,
    /// Where the outline's origin lies, from the portrait's upper left corner.
    pub origin: [Mm; 2],
    /// Height of its capitals.
    pub cap_height: Mm,
    /// Which text it is of, and which symbol of that.
    pub symbol: [usize; 2],
}

impl<'a> Text<'a> {
    /// The letters of an imprint.
    #[must_use]
    pub fn new(imprint: &'a Imprint, profile: &'a Profile) -> Self {
        let (layout, typeface) = (&profile.layout, &profile.typeface);
        let glyphs = |text: &[Symbol]| text.iter().map(|&s| typeface.glyph(s)).collect::<Vec<_>>();
        let glyphs: Vec<_> = imprint.texts().map(glyphs).collect();
        let cap = profile.dpi.px(layout.cap_height);
        let wave = layout.wave.map_or(0.0, |wave| profile.dpi.px(wave.amplitude));
        let reach = glyphs
            .iter()
            .flatten()
            .map(Glyph::reach)
            .fold([0.0f32; 2], |a, b| [a[0].min(b[0]), a[1].max(b[1])]);
        Self {
            imprint,
            profile,
            glyphs,
            reach: [f64::from(reach[0]) * cap - wave, f64::from(reach[1]) * cap + wave],
        }
    }

    /// Lines that it takes to cover the portrait.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.profile.layout.extent(self.profile.width, self.profile.height).0
    }

    /// The letters of line `row` over the portrait's width.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Placed<'_>> {
        let Profile { layout, typeface, .. } = self.profile;
        self.imprint.cells(row, self.profile).map(|cell| {
            // The outlines' cells are the typeface's own; a wider advance leaves room on both sides.
            let side = 0.5 * (layout.advance.0 - cell.cap_height.0 * typeface.advance());
            Placed {
                glyph: &self.glyphs[cell.text][cell.symbol],
                origin: [Mm(cell.left.0 + side), cell.baseline],
                cap_height: cell.cap_height,
                symbol: [cell.text, cell.symbol],
            }
        })
    }

    fn width(&self) -> usize {
        self.profile.size_px().0
    }

    /// Columns of a canvas on each side of the plane, into which letters are cut off.
    fn margin(&self) -> usize {
        self.profile.dpi.px(self.profile.layout.advance).ceil() as usize + 1
    }

    fn print(&self, band: Band<'_>, canvas: &mut Rasterizer, shares: &mut Vec<f32>) {
        // Accents and descenders of the neighbours reach over; what nothing reaches stays empty.
        let lines = band.line.saturating_sub(1)..=band.line + 1;
        let (width, margin) = (self.width(), self.margin());
        let height = (band.dots.len() / width) as f64;
        let reached = lines.clone().map(|line| {
            let baseline = self.baseline(line) - band.top as f64;
            self.reach.map(|y| baseline + y)
        });
        let reached = reached.filter(|[top, bottom]| *top < height && *bottom > 0.0);
        let [top, bottom] =
            reached.fold([height, 0.0], |[a, b], [top, bottom]| [a.min(top), b.max(bottom)]);
        let (top, bottom) = (top.max(0.0) as usize, bottom.min(height).ceil() as usize);
        if top >= bottom {
            return;
        }
        let columns = width + 2 * margin;
        canvas.reset(columns, bottom - top);
        for line in lines {
            self.draw(line, canvas, (band.top + top) as f64);
        }
        shares.resize(columns * (bottom - top), 0.0);
        canvas.for_each_pixel(|i, share| shares[i] = share);
        let dots = band.dots.chunks_exact_mut(width).skip(top);
        for (dots, shares) in dots.zip(shares.chunks_exact(columns)) {
            let shares = &shares[margin..][..width];
            dots.iter_mut().zip(shares).for_each(|(dot, v)| *dot = (v / SHARE + 0.5) as u8);
        }
    }

    /// Draws what of a line reaches onto a canvas that begins at row `top` of the plane.
    fn draw(&self, line: usize, canvas: &mut Rasterizer, top: f64) {
        let height = canvas.dimensions().1 as f64;
        let dpi = self.profile.dpi;
        for placed in self.row(line) {
            let [x, y] = placed.origin.map(|mm| dpi.px(mm));
            let (baseline, cap) = (y - top, dpi.px(placed.cap_height));
            let [above, below] = placed.glyph.reach().map(|reach| f64::from(reach) * cap);
            if baseline + above < height && baseline + below > 0.0 {
                let x = self.margin() as f64 + x;
                placed.glyph.draw(canvas, x as f32, baseline as f32, [cap as f32; 2]);
            }
        }
    }

    /// Row of the plane, with fraction, on which a line's capitals stand, but for its wave.
    fn baseline(&self, line: usize) -> f64 {
        let layout = &self.profile.layout;
        let middle = layout.baseline(layout.cap_height_of(line)).0;
        self.profile.dpi.px(Mm(line as f64 * layout.pitch.0 + middle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;

    #[test]
    fn the_text_repeats_after_one_legend_and_follows_the_row_phase() {
        let profile = Profile::default();
        let imprint = Imprint::new(&Name::new("Ахметова", "Әсел").unwrap(), &profile).unwrap();
        let plane = coverage(&imprint, &profile);
        let n = imprint.legends()[0].symbols().len();
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
        let imprint = Imprint::new(&Name::new("Йылдыз", "Ұлпан").unwrap(), &profile).unwrap();
        let (text, plane) = (Text::new(&imprint, &profile), coverage(&imprint, &profile));
        let mut canvas = Rasterizer::new(text.width() + 2 * text.margin(), plane.nrows());
        (0..=text.rows()).for_each(|line| text.draw(line, &mut canvas, 0.0));
        canvas.for_each_pixel_2d(|x, y, share| {
            let x = (x as usize).wrapping_sub(text.margin());
            if let Some(&part) = plane.get([y as usize, x]) {
                let error = f32::from(part) * SHARE - share.min(1.0);
                assert!(error.abs() < SHARE, "({x}, {y}): {error}");
            }
        });
    }
}
