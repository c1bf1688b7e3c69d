//! The plan of a test sheet: what is printed on it, and where, in millimetres from its upper left corner.
//!
//! All sizes have panels, each complete in itself: wedges, edges, tints, dots of colour, marks that tell
//! where it lies, and a code that tells what it is. Sheets larger than a card have microtext beside them.

use std::fmt;
use std::str::FromStr;

/// Side of a module of the code: wide enough for a scan at 200 ppi, and for a blur in which nothing is read.
pub const MODULE: f64 = 0.5;
/// Modules of the code's side without its quiet zone: version 1 (ISO/IEC 18004).
pub const MODULES: usize = 21;
/// Radius of a mark.
pub const MARK: f64 = 1.0;
/// Radius of a dot of colour.
pub const DOT: f64 = 0.9;
/// By how much edges are turned: a scan's rows must cut them at all fractions of a pixel (ISO 12233).
pub const SLANT_DEG: f64 = 5.0;
/// Tones of the wedges: sRGB levels, from solid to bare.
pub const STEPS: [u8; 16] =
    [0, 17, 34, 51, 68, 85, 102, 119, 136, 153, 170, 187, 204, 221, 238, 255];
/// Tones of the tints, on which noise and screens are measured.
pub const TINTS: [u8; 6] = [64, 96, 128, 160, 192, 224];
/// Line pairs a millimetre.
pub const PAIRS: [f64; 6] = [2.0, 3.0, 4.0, 5.0, 6.0, 8.0];
/// Width and height of a panel.
pub const PANEL: [f64; 2] = [80.0, 48.0];
/// Width and height of a strip of microtext.
pub const STRIP: [f64; 2] = [24.0, 14.0];

/// A sheet's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// ID-1 (ISO/IEC 7810): 85.6 × 54 mm.
    Card,
    /// ID-3, a page of a passport: 125 × 88 mm.
    PassportPage,
    /// 210 × 297 mm.
    A4,
}

impl Size {
    /// All sizes.
    pub const ALL: [Self; 3] = [Self::Card, Self::PassportPage, Self::A4];

    /// As it is called on the command line, and on the sheet in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::PassportPage => "passport-page",
            Self::A4 => "a4",
        }
    }

    /// Width and height in millimetres.
    #[must_use]
    pub fn mm(self) -> [f64; 2] {
        match self {
            Self::Card => [85.6, 54.0],
            Self::PassportPage => [125.0, 88.0],
            Self::A4 => [210.0, 297.0],
        }
    }

    /// Upper left corners of its panels.
    #[must_use]
    pub fn panels(self) -> &'static [[f64; 2]] {
        match self {
            Self::Card => &[[2.8, 3.0]],
            Self::PassportPage => &[[3.0, 3.0]],
            Self::A4 => &[[12.0, 16.0], [118.0, 16.0], [12.0, 237.0], [118.0, 237.0]],
        }
    }

    /// Upper left corners of its portraits.
    fn portraits(self) -> &'static [[f64; 2]] {
        match self {
            Self::Card => &[],
            Self::PassportPage => &[[86.5, 3.5]],
            Self::A4 => &[[25.0, 70.0], [87.5, 70.0], [150.0, 70.0]],
        }
    }

    /// Upper left corner of the first strip, and how many stand beside and below each other.
    fn strips(self) -> ([f64; 2], [usize; 2]) {
        match self {
            Self::Card => ([0.0; 2], [0, 0]),
            Self::PassportPage => ([4.0, 54.0], [4, 2]),
            Self::A4 => ([13.0, 122.0], [7, 3]),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = |size: &Self| size.name() == name;
        Self::ALL.into_iter().find(known).ok_or_else(|| {
            format!("no size {name:?}; there are {}", Self::ALL.map(Self::name).join(", "))
        })
    }
}

/// A rectangle: left, top, width, height in millimetres.
pub type Place = [f64; 4];

/// One ink, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Absorbs red.
    Cyan,
    /// Absorbs green.
    Magenta,
    /// Absorbs blue.
    Yellow,
    /// Absorbs all.
    Black,
}

impl Ink {
    /// In the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Cyan, Self::Magenta, Self::Yellow, Self::Black];

    /// As sRGB.
    #[must_use]
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::Cyan => [0, 255, 255],
            Self::Magenta => [255, 0, 255],
            Self::Yellow => [255, 255, 0],
            Self::Black => [0, 0, 0],
        }
    }
}

/// What stands in a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// A black disc that tells where the panel lies.
    Mark,
    /// The code.
    Code,
    /// A flat tone that is measured, on white ground or on black.
    Step {
        /// As sRGB.
        tone: u8,
        /// Whether what surrounds it is solid.
        on_black: bool,
    },
    /// A flat tone on which noise and screen are measured.
    Tint(u8),
    /// A flat tone behind others.
    Ground(u8),
    /// A square of one tone, turned by [`SLANT_DEG`], on another.
    Square {
        /// Its own.
        tone: u8,
        /// What is around it.
        ground: u8,
    },
    /// Bars, for the eye.
    Bars {
        /// Line pairs a millimetre.
        pairs: f64,
        /// Whether they stand.
        upright: bool,
    },
    /// A disc of an ink.
    Dot(Ink),
}

/// What stands in a panel, in the order in which it is printed, at places from the panel's corner.
#[must_use]
pub fn panel() -> Vec<(Part, Place)> {
    let mut parts = Vec::new();
    let disc = |[x, y]: [f64; 2], r: f64| [x - r, y - r, 2.0 * r, 2.0 * r];
    for x in [1.5, 40.0, 78.5] {
        parts.extend([1.5, 46.5].map(|y| (Part::Mark, disc([x, y], MARK))));
    }
    parts.extend([1.5, 78.5].map(|x| (Part::Mark, disc([x, 24.0], MARK))));
    let side = MODULE * MODULES as f64;
    parts.push((Part::Code, [4.2, 6.0, side, side]));
    parts.push((Part::Ground(0), [16.9, 9.5, 60.0, 9.0]));
    for (i, tone) in STEPS.into_iter().enumerate() {
        let x = 18.1 + 3.6 * i as f64;
        parts.push((Part::Step { tone, on_black: false }, [x, 4.0, 3.6, 4.0]));
        parts.push((Part::Step { tone, on_black: true }, [x, 12.0, 3.6, 4.0]));
    }
    parts.push((Part::Square { tone: 0, ground: 255 }, [7.0, 22.0, 8.0, 8.0]));
    parts.push((Part::Ground(187), [17.5, 20.5, 11.0, 11.0]));
    parts.push((Part::Square { tone: 85, ground: 187 }, [19.0, 22.0, 8.0, 8.0]));
    for (i, pairs) in PAIRS.into_iter().enumerate() {
        let x = 31.0 + 3.6 * i as f64;
        parts.push((Part::Bars { pairs, upright: true }, [x, 20.5, 3.0, 5.0]));
        parts.push((Part::Bars { pairs, upright: false }, [x, 26.5, 3.0, 5.0]));
    }
    for (i, ink) in Ink::ALL.into_iter().enumerate() {
        let x = 56.5 + 5.0 * i as f64;
        parts.extend([23.0, 29.0].map(|y| (Part::Dot(ink), disc([x, y], DOT))));
    }
    for (i, tone) in TINTS.into_iter().enumerate() {
        parts.push((Part::Tint(tone), [6.0 + 11.5 * i as f64, 34.5, 10.0, 9.5]));
    }
    parts
}

/// Places of the portraits of a sheet: 35 × 45 mm.
#[must_use]
pub fn portraits(size: Size) -> Vec<Place> {
    size.portraits().iter().map(|[x, y]| [*x, *y, 35.0, 45.0]).collect()
}

/// Places of its strips of microtext.
#[must_use]
pub fn strips(size: Size) -> Vec<Place> {
    let ([left, top], [columns, rows]) = size.strips();
    let place = |i: usize| {
        let [column, row] = [i % columns, i / columns].map(|i| i as f64);
        [left + column * (STRIP[0] + 2.4), top + row * (STRIP[1] + 2.0), STRIP[0], STRIP[1]]
    };
    (0..columns * rows).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(a: Place, b: Place) -> bool {
        (0..2).all(|i| a[i] < b[i] + b[i + 2] - 1e-9 && b[i] < a[i] + a[i + 2] - 1e-9)
    }

    #[test]
    fn nothing_overlaps_but_grounds() {
        let is_ground = |part: &Part| matches!(part, Part::Ground(_));
        let parts: Vec<_> = panel().into_iter().filter(|(part, _)| !is_ground(part)).collect();
        for (i, (part, place)) in parts.iter().enumerate() {
            let quiet = if *part == Part::Code { 4.0 * MODULE } else { 0.0 };
            let [x, y, width, height] = *place;
            let wide = [x - quiet, y - quiet, width + 2.0 * quiet, height + 2.0 * quiet];
            assert!(
                x >= 0.0 && x + width <= PANEL[0] && y >= 0.0 && y + height <= PANEL[1],
                "{part:?}"
            );
            for (other, its) in &parts[i + 1..] {
                assert!(!overlap(wide, *its), "{part:?} {other:?}");
            }
        }
        for size in Size::ALL {
            let panels = size.panels().iter().map(|[x, y]| [*x, *y, PANEL[0], PANEL[1]]);
            let all: Vec<Place> = panels.chain(portraits(size)).chain(strips(size)).collect();
            let [width, height] = size.mm();
            for (i, a) in all.iter().enumerate() {
                assert!(a[0] + a[2] <= width && a[1] + a[3] <= height, "{size} {a:?}");
                assert!(all[i + 1..].iter().all(|b| !overlap(*a, *b)), "{size} {a:?}");
            }
        }
    }
}
