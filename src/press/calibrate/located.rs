//! Where a sheet lies in its scan: its codes tell roughly, its marks exactly.

use std::collections::BTreeMap;

use image::{GrayImage, Luma};
use imageproc::contrast::otsu_level;
use nalgebra::{DMatrix, DVector};

use super::error::CalibrateError;
use crate::imaging::raster::blur;
use crate::imaging::{Picture, Plane};
use crate::press::sheet::label::Label;
use crate::press::sheet::plan::{self, MARK, MODULE, MODULES, Part, Place, Size};

/// Longest side, about, of the pictures in which codes are looked for first, how many sizes are tried, and
/// how softly each, sigma in pixels: a module must have 2 pixels and more, and neither noise nor a screen must
/// break it. Each is cut in two between paper and ink (Otsu 1979), and tried uncut: `rqrr`'s own threshold
/// follows a row's brightness, and fails beside the sheet's dark grounds, but stands uneven light.
const SIDE: f64 = 1800.0;
const SIZES: usize = 4;
const SOFT: [f64; 3] = [0.0, 0.8, 1.6];
const CUT: [bool; 2] = [true, false];
/// Pixels a millimetre at which marks are looked at, at the most: 600 ppi.
const FINE: f64 = 24.0;
/// A mark is looked for so far around the place at which it should be, mm.
const AROUND: f64 = 1.6;
/// Steps in which the middle of what is dark settles on a mark.
const STEPS: usize = 8;
/// The area of a mark may be off by this share: presses gain. A guess.
const AREA: f64 = 0.4;
/// A mark that is off by so many millimetres after all is none. A guess.
const OFF: f64 = 0.25;
/// Fewest marks by which a sheet is measured: the map has six numbers an axis.
const FEWEST: usize = 6;

/// A sheet that was found.
#[derive(Clone, Debug)]
pub struct Located {
    /// Its size and number.
    pub size: Size,
    /// The sheet's own number.
    pub number: String,
    /// Panels whose code was read, from 0.
    pub panels: Vec<usize>,
    /// Where its points lie.
    pub map: Map,
    /// Marks that were found, and how far they lie from where the map has them, root mean square, mm.
    pub marks: usize,
    /// See `marks`.
    pub residual: f64,
}

/// Millimetres of the sheet → pixels of the scan: a polynomial of second degree about the sheet's middle,
/// of first degree where marks are few.
#[derive(Clone, Debug)]
pub struct Map {
    /// Numbers of 1, x, y, x², x·y, y² for each axis; x and y in half sides from the middle.
    by: [[f64; 6]; 2],
    middle: [f64; 2],
    half: [f64; 2],
}

impl Map {
    /// The pixel, with fraction, at which a point of the sheet lies.
    #[must_use]
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let terms = self.terms([x, y]);
        self.by.map(|by| by.iter().zip(terms).map(|(b, t)| b * t).sum())
    }

    /// Pixels a millimetre across and down the sheet, at its middle.
    #[must_use]
    pub fn per_mm(&self) -> [f64; 2] {
        [1, 2].map(|i| f64::hypot(self.by[0][i], self.by[1][i]) / self.half[i - 1])
    }

    /// By how many degrees the sheet is turned, clockwise as seen.
    #[must_use]
    pub fn turn_deg(&self) -> f64 {
        let right = [0, 1].map(|axis| self.by[axis][1] / self.half[0]);
        right[1].atan2(right[0]).to_degrees()
    }

    /// How far the sheet's edges bow from straight lines, at the most, in millimetres.
    #[must_use]
    pub fn bow(&self) -> f64 {
        let scale = 0.5 * (self.per_mm()[0] + self.per_mm()[1]);
        let of = |i: usize| f64::hypot(self.by[0][i], self.by[1][i]) / scale;
        of(3).max(of(4)).max(of(5))
    }

    fn terms(&self, at: [f64; 2]) -> [f64; 6] {
        let [x, y] = [0, 1].map(|i| (at[i] - self.middle[i]) / self.half[i]);
        [1.0, x, y, x * x, x * y, y * y]
    }

    /// Through pairs of a point of the sheet and its pixel; bowed only where the points are many.
    fn fit(size: Size, pairs: &[Pair]) -> Option<Self> {
        let half = size.mm().map(|side| 0.5 * side);
        let mut map = Self { by: [[0.0; 6]; 2], middle: half, half };
        let terms = if pairs.len() >= 2 * FEWEST { 6 } else { 3 };
        let rows = DMatrix::from_fn(pairs.len(), terms, |i, j| map.terms(pairs[i].0)[j]);
        let solved = rows.svd(true, true);
        for axis in 0..2 {
            let seen = DVector::from_fn(pairs.len(), |i, _| pairs[i].1[axis]);
            let by = solved.solve(&seen, 1e-9).ok()?;
            by.iter().enumerate().for_each(|(i, v)| map.by[axis][i] = *v);
        }
        Some(map)
    }
}

/// A point of the sheet, mm, and its pixel.
type Pair = ([f64; 2], [f64; 2]);

/// What a code says, and its corners in the scan.
type Code = (Label, [[f64; 2]; 4]);

/// Finds a sheet in a scan.
///
/// # Errors
/// [`CalibrateError::NoSheet`] where no code is read, [`CalibrateError::FewMarks`].
pub fn locate(scan: &Picture) -> Result<Located, CalibrateError> {
    let (labels, corners) = codes(scan).ok_or(CalibrateError::NoSheet)?;
    let Label { size, number, .. } = labels[0].clone();
    let rough = Map::fit(size, &corners).ok_or(CalibrateError::NoSheet)?;
    let per_mm = 0.5 * (rough.per_mm()[0] + rough.per_mm()[1]);
    let factor = ((per_mm / FINE).round() as usize).max(1);
    let light = scan.luminance(factor);
    let fine = factor as f64;
    let mut map = rough;
    let mut found: Vec<Pair> = Vec::new();
    // The panels whose codes were read come first: by them the others are found.
    let of_codes: Vec<usize> = labels.iter().map(|label| label.panel).collect();
    for panels in [of_codes.clone(), (0..size.panels().len()).collect()] {
        let marks = panels.iter().flat_map(|panel| marks(size, *panel));
        found = marks
            .filter_map(|mark| {
                let at = map.at(mark).map(|v| v / fine);
                let centre = settle(&light, at, per_mm / fine)?;
                Some((mark, centre.map(|v| v * fine)))
            })
            .collect();
        // What does not lie with the others is no mark: the worst goes first, as it bends the map.
        loop {
            if found.len() < FEWEST {
                return Err(CalibrateError::FewMarks(found.len()));
            }
            map = Map::fit(size, &found).ok_or(CalibrateError::NoSheet)?;
            let off = |(mark, seen): &Pair| distance(map.at(*mark), *seen) / per_mm;
            let offs = found.iter().map(off).enumerate();
            let Some((worst, most)) = offs.max_by(|a, b| a.1.total_cmp(&b.1)) else { break };
            if most < OFF {
                break;
            }
            found.swap_remove(worst);
        }
    }
    let squares = found.iter().map(|(mark, seen)| distance(map.at(*mark), *seen).powi(2));
    let residual = (squares.sum::<f64>() / found.len() as f64).sqrt() / per_mm;
    let mut panels = of_codes;
    panels.sort_unstable();
    Ok(Located { size, number, panels, map, marks: found.len(), residual })
}

/// Places of a panel's marks on the sheet.
fn marks(size: Size, panel: usize) -> impl Iterator<Item = [f64; 2]> {
    let [left, top] = size.panels()[panel];
    let is_mark = |(part, _): &(Part, Place)| *part == Part::Mark;
    plan::panel()
        .into_iter()
        .filter(is_mark)
        .map(move |(_, [x, y, width, height])| [left + x + 0.5 * width, top + y + 0.5 * height])
}

/// The labels that were read, all of one sheet, and the corners of their codes.
fn codes(scan: &Picture) -> Option<(Vec<Label>, Vec<Pair>)> {
    let (width, height) = scan.size();
    let long = width.max(height) as f64;
    let mut factors: Vec<usize> = (1..=(long / 600.0) as usize).collect();
    let off = |factor: &usize| (long / *factor as f64 / SIDE).ln().abs();
    factors.sort_by(|a, b| off(a).total_cmp(&off(b)));
    factors.truncate(SIZES);
    let pictures = factors.into_iter().flat_map(|f| SOFT.map(|soft| (f, soft)));
    for ((factor, soft), cut) in pictures.flat_map(|picture| CUT.map(|cut| (picture, cut))) {
        let light = scan.luminance(factor);
        let light = if soft > 0.0 { blur(&light, soft) } else { light };
        let (rows, columns) = light.dim();
        let grey = GrayImage::from_fn(columns as u32, rows as u32, |x, y| {
            Luma([(255.0 * light[[y as usize, x as usize]].clamp(0.0, 1.0).sqrt()) as u8])
        });
        let level = if cut { otsu_level(&grey) } else { 0 };
        let seen = |x: usize, y: usize| match grey.get_pixel(x as u32, y as u32)[0] {
            grey if !cut => grey,
            grey => {
                if grey > level {
                    255
                } else {
                    0
                }
            }
        };
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(columns, rows, seen);
        let mut sheets: BTreeMap<(String, String), Vec<Code>> = BTreeMap::new();
        for grid in prepared.detect_grids() {
            let Ok((_, text)) = grid.decode() else { continue };
            let Ok(label) = text.parse::<Label>() else { continue };
            let corners =
                grid.bounds.map(|p| [f64::from(p.x), f64::from(p.y)].map(|v| v * factor as f64));
            let key = (label.size.to_string(), label.number.clone());
            sheets.entry(key).or_default().push((label, corners));
        }
        let Some(codes) = sheets.into_values().max_by_key(Vec::len) else { continue };
        // rqrr's bounds end a module beyond the code's right and lower edge.
        let side = MODULE * (MODULES + 1) as f64;
        let code = plan::panel().into_iter().find(|(part, _)| *part == Part::Code)?.1;
        let pairs = codes.iter().flat_map(|(label, corners)| {
            let [left, top] = label.size.panels()[label.panel];
            let at = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]];
            at.into_iter()
                .zip(*corners)
                .map(move |([x, y], seen)| ([left + code[0] + x, top + code[1] + y], seen))
        });
        let pairs = pairs.collect();
        return Some((codes.into_iter().map(|(label, _)| label).collect(), pairs));
    }
    None
}

/// The middle of a mark near a place, in pixels, if one is there.
fn settle(light: &Plane, mut at: [f64; 2], per_mm: f64) -> Option<[f64; 2]> {
    let (rows, columns) = light.dim();
    let reach = AROUND * per_mm;
    let window = |at: [f64; 2]| {
        let range = |v: f64, most: usize| {
            ((v - reach).floor().max(0.0) as usize)
                ..((v + reach).ceil().max(0.0) as usize + 1).min(most)
        };
        let (xs, ys) = (range(at[0], columns), range(at[1], rows));
        let pixels = ys.flat_map(move |y| xs.clone().map(move |x| (x, y)));
        pixels.filter_map(move |(x, y)| {
            let off = distance(at, [x as f64 + 0.5, y as f64 + 0.5]);
            (off <= reach).then(|| (x, y, light[[y, x]]))
        })
    };
    let (mut paper, mut black) = (0.0, 0.0);
    for step in 0..STEPS {
        let [mut dark, mut light] = [f32::INFINITY, f32::NEG_INFINITY];
        window(at).for_each(|(_, _, v)| (dark, light) = (dark.min(v), light.max(v)));
        if light <= 1.3 * dark + 0.02 {
            return None;
        }
        (paper, black) = (light, dark);
        let (mut sum, mut middle) = (0.0, [0.0; 2]);
        for (x, y, v) in window(at) {
            let ink = f64::from(((light - v) / (light - dark)).clamp(0.0, 1.0));
            // What is faint is noise.
            let ink = (ink - 0.3).max(0.0);
            sum += ink;
            middle = [middle[0] + ink * (x as f64 + 0.5), middle[1] + ink * (y as f64 + 0.5)];
        }
        let next = middle.map(|v| v / sum.max(1e-9));
        let moved = distance(next, at);
        at = next;
        if step > 1 && moved < 1e-3 {
            break;
        }
    }
    let half = 0.5 * (paper + black);
    let area = window(at).filter(|(.., v)| *v < half).count() as f64 / (per_mm * per_mm);
    let whole = std::f64::consts::PI * MARK * MARK;
    ((area / whole - 1.0).abs() < AREA).then_some(at)
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    f64::hypot(a[0] - b[0], a[1] - b[1])
}
