//! Typefaces: glyph outlines in units of the cap height.

use std::sync::Arc;

use ab_glyph::{Font, FontVec, OutlineCurve, Point};
use ab_glyph_rasterizer::{Rasterizer, point};
use thiserror::Error;

use super::alphabet::{Script, Symbol};
use super::signed::bars::bar;

/// The typefaces that are built in, by the name that a profile calls them; `fonts/README.md` tells
/// origin and licence, `cargo run --release --example legibility` the measurement that chose them.
const BUNDLED: &[(&str, &[u8])] = &[
    ("noto-sans-mono", include_bytes!("../../fonts/NotoSansMono-Regular.ttf")),
    ("noto-sans-mono-bold", include_bytes!("../../fonts/NotoSansMono-Bold.ttf")),
    ("dejavu-sans-mono-bold", include_bytes!("../../fonts/DejaVuSansMono-Bold.ttf")),
    ("jetbrains-mono-bold", include_bytes!("../../fonts/JetBrainsMono-Bold.ttf")),
];

/// Why a typeface cannot be used.
#[derive(Debug, Error)]
pub enum TypefaceError {
    /// Not a bundled name.
    #[error("no typeface is called \"{name}\"; built in are {}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// Not a font.
    #[error("not a TrueType or OpenType font")]
    Corrupt,
    /// Letters of the alphabet that it lacks.
    #[error("it lacks {}", .0.iter().collect::<String>())]
    Lacks(Vec<char>),
}

/// The names of the built-in typefaces.
#[must_use]
pub fn names() -> Vec<&'static str> {
    BUNDLED.iter().map(|(name, _)| *name).collect()
}

/// A fixed-width typeface that has the whole alphabet. Copies share the font.
#[derive(Clone, Debug)]
pub struct Typeface {
    font: Arc<FontVec>,
    /// Font units a cap height.
    cap_height: f32,
}

impl PartialEq for Typeface {
    /// Whether they are of the same file.
    fn eq(&self, other: &Self) -> bool {
        self.font.as_slice() == other.font.as_slice()
    }
}

/// The outline of one symbol. Units: cap heights. Origin: left edge of its cell, baseline;
/// x to the right, y down, so that capitals reach from y = −1 to 0.
#[derive(Clone, Debug)]
pub struct Glyph {
    curves: Vec<OutlineCurve>,
    reach: [f32; 2],
}

impl Typeface {
    /// A built-in typeface.
    ///
    /// # Errors
    /// [`TypefaceError::Unknown`].
    pub fn bundled(name: &str) -> Result<Self, TypefaceError> {
        let (_, bytes) = BUNDLED
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| TypefaceError::Unknown { name: name.to_owned() })?;
        Self::new(bytes.to_vec())
    }

    /// A typeface from the bytes of a TrueType or OpenType file.
    ///
    /// # Errors
    /// [`TypefaceError::Corrupt`] or [`TypefaceError::Lacks`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, TypefaceError> {
        let font = FontVec::try_from_vec(bytes).map_err(|_| TypefaceError::Corrupt)?;
        let cap = font.outline(font.glyph_id('H')).ok_or(TypefaceError::Corrupt)?;
        let cap_height = cap.bounds.max.y.max(cap.bounds.min.y);
        if cap_height.is_nan() || cap_height <= 0.0 {
            return Err(TypefaceError::Corrupt);
        }
        let everything = Script::ALL.iter().flat_map(|s| s.symbols().chain([s.end()]));
        let lacking: Vec<char> =
            everything.map(Symbol::character).filter(|&c| font.glyph_id(c).0 == 0).collect();
        if lacking.is_empty() {
            Ok(Self { font: Arc::new(font), cap_height })
        } else {
            Err(TypefaceError::Lacks(lacking))
        }
    }

    /// The font, for labels of pictures.
    #[must_use]
    pub fn font(&self) -> &FontVec {
        &self.font
    }

    /// From one symbol to the next, in cap heights.
    #[must_use]
    pub fn advance(&self) -> f64 {
        f64::from(self.font.h_advance_unscaled(self.font.glyph_id('H')) / self.cap_height)
    }

    /// How thick strokes are drawn, by the hyphen's, in cap heights.
    #[must_use]
    pub fn stem(&self) -> f64 {
        let hyphen = self.font.outline(self.font.glyph_id('-'));
        let thick = hyphen.map_or(0.0, |o| (o.bounds.max.y - o.bounds.min.y).abs());
        f64::from(thick / self.cap_height)
    }

    /// The outline of a symbol.
    #[must_use]
    pub fn glyph(&self, symbol: Symbol) -> Glyph {
        if let Some(reach) = bar(symbol) {
            return Glyph::bar(reach, self.advance() as f32);
        }
        self.glyph_of(symbol.character())
    }

    /// The outline of any character, in the alphabet or not: for trying out marks. What the
    /// typeface lacks looks as its `.notdef` does.
    #[must_use]
    pub fn glyph_of(&self, character: char) -> Glyph {
        let outline = self.font.outline(self.font.glyph_id(character));
        let place = |p: Point| point(p.x / self.cap_height, -p.y / self.cap_height);
        let curves = outline.map(|o| o.curves).unwrap_or_default().into_iter();
        let curves: Vec<_> = curves
            .map(|curve| match curve {
                OutlineCurve::Line(a, b) => OutlineCurve::Line(place(a), place(b)),
                OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(place(a), place(b), place(c)),
                OutlineCurve::Cubic(a, b, c, d) => {
                    OutlineCurve::Cubic(place(a), place(b), place(c), place(d))
                }
            })
            .collect();
        let heights = curves.iter().flat_map(|curve| match curve {
            OutlineCurve::Line(a, b) => [a.y, b.y, a.y, b.y],
            OutlineCurve::Quad(a, b, c) => [a.y, b.y, c.y, c.y],
            OutlineCurve::Cubic(a, b, c, d) => [a.y, b.y, c.y, d.y],
        });
        let reach = heights.fold([0.0; 2], |[top, bottom], y| [y.min(top), y.max(bottom)]);
        Glyph { curves, reach }
    }
}

impl Glyph {
    /// A rectangle over the cell's width, between these heights in cap heights below the baseline.
    fn bar(reach: [f32; 2], width: f32) -> Self {
        let [top, bottom] = reach;
        let corners =
            [point(0.0, top), point(0.0, bottom), point(width, bottom), point(width, top)];
        let side = |i: usize| OutlineCurve::Line(corners[i], corners[(i + 1) % 4]);
        Self { curves: (0..4).map(side).collect(), reach }
    }

    /// The outline's lines and curves, in order.
    #[must_use]
    pub fn curves(&self) -> &[OutlineCurve] {
        &self.curves
    }

    /// Top and bottom of a box that holds the outline, in cap heights below the baseline.
    #[must_use]
    pub fn reach(&self) -> [f32; 2] {
        self.reach
    }

    /// Adds the glyph to a canvas whose pixels hold the covered share of their area.
    ///
    /// `x`, `baseline`: where the origin lies, in pixels, with fraction; `scale`: pixels a cap
    /// height across and down. What reaches over the canvas' edge is cut.
    pub fn draw(&self, canvas: &mut Rasterizer, x: f32, baseline: f32, scale: [f32; 2]) {
        let place = |p: &Point| point(x + p.x * scale[0], baseline + p.y * scale[1]);
        for curve in &self.curves {
            match curve {
                OutlineCurve::Line(a, b) => canvas.draw_line(place(a), place(b)),
                OutlineCurve::Quad(a, b, c) => canvas.draw_quad(place(a), place(b), place(c)),
                OutlineCurve::Cubic(a, b, c, d) => {
                    canvas.draw_cubic(place(a), place(b), place(c), place(d));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(x: f32) -> Vec<f32> {
        let typeface = Typeface::bundled("dejavu-sans-mono-bold").unwrap();
        let mut canvas = Rasterizer::new(40, 40);
        typeface.glyph(Symbol::new('I').unwrap()).draw(&mut canvas, x, 30.0, [20.0; 2]);
        let mut out = vec![0.0; 1600];
        canvas.for_each_pixel(|i, v| out[i] = v);
        out
    }

    #[test]
    fn every_bundled_typeface_has_the_alphabet() {
        for name in names() {
            let typeface = Typeface::bundled(name).unwrap();
            assert!((0.7..1.0).contains(&typeface.advance()), "{name}");
        }
        assert!(matches!(Typeface::bundled("x"), Err(TypefaceError::Unknown { .. })));
        assert!(matches!(Typeface::new(vec![0; 100]), Err(TypefaceError::Corrupt)));
    }

    #[test]
    fn positions_are_exact_to_a_fraction_of_a_pixel() {
        let centroid = |pixels: &[f32]| {
            let mass: f32 = pixels.iter().sum();
            pixels.iter().enumerate().map(|(i, v)| v * (i % 40) as f32).sum::<f32>() / mass
        };
        let home = centroid(&coverage(5.0));
        for shift in [0.1, 0.37, 0.5, 0.93] {
            assert!((centroid(&coverage(5.0 + shift)) - home - shift).abs() < 0.01, "{shift}");
        }
    }
}
