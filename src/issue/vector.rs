//! The microtext as outlines in their places, in whole numbers: what PDF and SVG are made of.

use ab_glyph::{OutlineCurve, Point};

use super::lettering::{Placed, Text};
use crate::imaging::Mm;
use crate::spec::profile::SIDE;
use crate::spec::typeface::Glyph;
use crate::spec::{Imprint, Profile, Symbol};

/// Steps a millimetre: 0.05 µm each, so that no point of an outline in its place lies farther than
/// 0.05 µm across or down from where [`Text`] puts it. The largest portrait stays within the
/// whole numbers that a number of 32 bits in floating point can hold.
pub const STEPS_A_MM: f64 = 20_000.0;

const _: () = assert!(SIDE[1] * STEPS_A_MM <= (1u32 << f32::MANTISSA_DIGITS) as f64);

/// A place or a size: across and down, in steps.
pub type Steps = [i32; 2];

/// All letters of a portrait.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The portrait's size.
    pub size: Steps,
    /// Each shape that occurs, once: a symbol in one size.
    pub outlines: Vec<Outline>,
    /// In order: line by line, from the left.
    pub letters: Vec<Letter>,
}

/// A letter in its place. Those at the edges reach over it and are to be clipped.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// Which of [`Layer::outlines`].
    pub outline: usize,
    /// Where the outline's origin lies, from the portrait's upper left corner.
    pub origin: Steps,
    /// The middle of its capital, where the portrait's tone is looked up.
    pub middle: [Mm; 2],
}

/// A shape to be filled by the non-zero rule, from its origin: left edge of its cell, baseline.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Closed contours, one after the other.
    pub path: Vec<Segment>,
    /// Upper left and lower right corner of a box that holds it.
    pub bounds: [Steps; 2],
}

/// A piece of a contour, from where the last one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A new contour; the last one is closed by a line.
    Move(Steps),
    /// A line.
    Line(Steps),
    /// A quadratic curve: control point, end.
    Quad([Steps; 2]),
    /// A cubic curve: two control points, end.
    Cubic([Steps; 3]),
}

impl Layer {
    /// The letters of an imprint.
    #[must_use]
    pub fn new(imprint: &Imprint, profile: &Profile) -> Self {
        let text = Text::new(imprint, profile);
        let texts: Vec<&[Symbol]> = imprint.texts().collect();
        let mut shapes = Vec::new();
        let mut layer = Self {
            size: [profile.width, profile.height].map(steps),
            outlines: Vec::new(),
            letters: Vec::new(),
        };
        // The line under the last one may reach into the portrait with its accents.
        for placed in (0..=text.rows()).flat_map(|row| text.row(row)) {
            let [text, symbol] = placed.symbol;
            let shape = (texts[text][symbol], steps(placed.cap_height));
            let known = shapes.iter().position(|known| *known == shape);
            let outline = known.unwrap_or_else(|| {
                shapes.push(shape);
                layer.outlines.push(Outline::of(placed.glyph, placed.cap_height));
                shapes.len() - 1
            });
            layer.letters.push(Letter {
                outline,
                origin: placed.origin.map(steps),
                middle: middle(&placed, profile),
            });
        }
        layer
    }
}

fn middle(placed: &Placed<'_>, profile: &Profile) -> [Mm; 2] {
    let ([x, y], cap) = (placed.origin, placed.cap_height.0);
    [Mm(x.0 + 0.5 * cap * profile.typeface.advance()), Mm(y.0 - 0.5 * cap)]
}

fn steps(mm: Mm) -> i32 {
    (mm.0 * STEPS_A_MM).round() as i32
}

impl Outline {
    fn of(glyph: &Glyph, cap_height: Mm) -> Self {
        let place = |p: &Point| [p.x, p.y].map(|v| steps(Mm(f64::from(v) * cap_height.0)));
        let mut path = Vec::new();
        let mut at = None;
        for curve in glyph.curves() {
            let (start, segment, end) = match curve {
                OutlineCurve::Line(a, b) => (a, Segment::Line(place(b)), b),
                OutlineCurve::Quad(a, b, c) => (a, Segment::Quad([b, c].map(place)), c),
                OutlineCurve::Cubic(a, b, c, d) => (a, Segment::Cubic([b, c, d].map(place)), d),
            };
            if at != Some(place(start)) {
                path.push(Segment::Move(place(start)));
            }
            path.push(segment);
            at = Some(place(end));
        }
        let points = || path.iter().flat_map(Segment::points);
        let extreme = |of: fn(i32, i32) -> i32| {
            points().fold([0; 2], |a, b| [of(a[0], b[0]), of(a[1], b[1])])
        };
        let bounds = [extreme(i32::min), extreme(i32::max)];
        Self { path, bounds }
    }
}

impl Segment {
    /// Control points and end.
    #[must_use]
    pub fn points(&self) -> &[Steps] {
        match self {
            Self::Move(end) | Self::Line(end) => std::slice::from_ref(end),
            Self::Quad(points) => points,
            Self::Cubic(points) => points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Name;

    #[test]
    fn letters_stand_where_the_text_puts_them() {
        let text = Profile::default_text().replace("legends = 1", "");
        let profile = Profile::parse(&format!("{text}\nsecond_cap_height_mm = 0.2\n")).unwrap();
        let imprint = Imprint::new(&Name::new("Әсел", "").unwrap(), &profile).unwrap();
        let (layer, text) = (Layer::new(&imprint, &profile), Text::new(&imprint, &profile));
        let placed: Vec<_> = (0..=text.rows()).flat_map(|row| text.row(row)).collect();
        assert_eq!((layer.size, layer.letters.len()), ([700_000, 900_000], placed.len()));
        // Each symbol of two sizes; the legend's letters are all different.
        assert_eq!(layer.outlines.len(), 2 * imprint.legends()[0].symbols().len());
        for (letter, placed) in layer.letters.iter().zip(&placed) {
            let outline = &layer.outlines[letter.outline];
            let ends: Vec<Steps> = outline
                .path
                .iter()
                .filter(|segment| !matches!(segment, Segment::Move(_)))
                .map(|segment| *segment.points().last().unwrap())
                .collect();
            assert_eq!(ends.len(), placed.glyph.curves().len());
            for (end, curve) in ends.iter().zip(placed.glyph.curves()) {
                let exact = match curve {
                    OutlineCurve::Line(.., p) | OutlineCurve::Quad(.., p) => p,
                    OutlineCurve::Cubic(.., p) => p,
                };
                for (axis, v) in [exact.x, exact.y].into_iter().enumerate() {
                    let mm = placed.origin[axis].0 + f64::from(v) * placed.cap_height.0;
                    let found = f64::from(letter.origin[axis] + end[axis]) / STEPS_A_MM;
                    assert!((found - mm).abs() < 0.000_051, "{found} for {mm}");
                }
            }
        }
    }
}
