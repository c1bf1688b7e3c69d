//! The thresholds of a letter in its cell: at which darkness each place takes ink.

use ab_glyph_rasterizer::Rasterizer;
use image::{GrayImage, Luma};
use imageproc::distance_transform::euclidean_squared_distance_transform;

use super::alphabet::Symbol;
use super::profile::Profile;
use crate::imaging::Mm;

/// Places a millimetre, along and across: finer than the dots of any print, so that the area at
/// each tone is exact to a part in thousands.
const PER_MM: f64 = 290.0;

/// The field of one symbol over its cell, `[across][along]`.
#[derive(Debug)]
pub struct Field {
    /// Places along.
    pub along: usize,
    /// Places across.
    pub across: usize,
    /// Thresholds 0..=65535, each value as often as any other.
    thresholds: Vec<u16>,
    /// Distance from the outline in millimetres, negative within the letter.
    distances: Vec<f32>,
}

impl Field {
    /// The field of a symbol whose capitals are this high.
    #[must_use]
    pub fn new(symbol: Symbol, cap_height: Mm, profile: &Profile) -> Self {
        let layout = &profile.layout;
        let [along, across] =
            [layout.advance, layout.pitch].map(|side| (PER_MM * side.0).round().max(1.0) as usize);
        let ink = letter(symbol, cap_height, profile, [along, across]);
        let mut paper = ink.clone();
        paper.pixels_mut().for_each(|p| p.0[0] = 255 - p.0[0]);
        let outside = euclidean_squared_distance_transform(&ink);
        let inside = euclidean_squared_distance_transform(&paper);
        let both = outside.pixels().zip(inside.pixels());
        let distance = |(out, within): (&Luma<f64>, &Luma<f64>)| {
            (out.0[0].sqrt() - within.0[0].sqrt()) / PER_MM
        };
        let distances: Vec<f32> = both.map(|pair| distance(pair) as f32).collect();
        Self { along, across, thresholds: ranked(&distances), distances }
    }

    /// The thresholds of one row.
    #[must_use]
    pub fn row(&self, across: usize) -> &[u16] {
        &self.thresholds[across * self.along..][..self.along]
    }

    /// Whether each place has the letter's colour when the letter takes this share (0..1) of the
    /// cell.
    pub fn of_area(&self, area: f32) -> impl Iterator<Item = bool> {
        let most = area * f32::from(u16::MAX);
        self.thresholds.iter().map(move |&threshold| f32::from(threshold) < most)
    }

    /// Whether each place has the letter's colour when its strokes have grown by so much on either
    /// side.
    pub fn of_growth(&self, growth: Mm) -> impl Iterator<Item = bool> {
        self.distances.iter().map(move |&distance| f64::from(distance) < growth.0)
    }
}

/// The letter in black and white, 255 and 0.
fn letter(symbol: Symbol, cap_height: Mm, profile: &Profile, size: [usize; 2]) -> GrayImage {
    let layout = &profile.layout;
    let [width, height] = size;
    let per_mm = [width as f64 / layout.advance.0, height as f64 / layout.pitch.0];
    let room = layout.advance.0 - cap_height.0 * profile.typeface.advance();
    let scale = per_mm.map(|per_mm| (per_mm * cap_height.0) as f32);
    let origin = [0.5 * room * per_mm[0], layout.baseline(cap_height).0 * per_mm[1]];
    let mut canvas = Rasterizer::new(width, height);
    profile.typeface.glyph(symbol).draw(&mut canvas, origin[0] as f32, origin[1] as f32, scale);
    let mut ink = GrayImage::new(width as u32, height as u32);
    canvas.for_each_pixel_2d(|x, y, share| {
        if let Some(pixel) = ink.get_pixel_mut_checked(x, y) {
            pixel.0[0] = if share >= 0.5 { 255 } else { 0 };
        }
    });
    ink
}

/// The rank of each value among all, spread over 0..=65535. Equal ones are ranked in a scattered
/// order, lest a stroke grow from one end.
fn ranked(values: &[f32]) -> Vec<u16> {
    let scatter = |i: usize| (i as u32).wrapping_mul(0x9E37_79B9) ^ 0x5bd1_e995;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(scatter(a).cmp(&scatter(b))));
    let mut ranks = vec![0; values.len()];
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = (65_536.0 * (rank as f64 + 0.5) / values.len() as f64) as u16;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_tone_and_strokes_grow() {
        let profile = Profile::default();
        for letter in ['A', 'Ә', '<', '_', 'Щ'] {
            let symbol = Symbol::new(letter).unwrap();
            let field = Field::new(symbol, profile.layout.cap_height, &profile);
            let cells = (field.along * field.across) as f64;
            let mut last: Vec<bool> = field.of_area(0.0).collect();
            for percent in (0..=100).step_by(5) {
                let now: Vec<bool> = field.of_area(percent as f32 / 100.0).collect();
                let area = now.iter().filter(|ink| **ink).count() as f64 / cells;
                assert!(
                    (area - f64::from(percent) / 100.0).abs() < 1e-3,
                    "{letter} {percent}: {area}"
                );
                assert!(last.iter().zip(&now).all(|(before, now)| !before || *now));
                last = now;
            }
            // A letter of its own weight is the letter.
            let own = field.of_growth(Mm(0.0)).filter(|ink| *ink).count();
            let ink = super::letter(
                symbol,
                profile.layout.cap_height,
                &profile,
                [field.along, field.across],
            );
            assert_eq!(own, ink.pixels().filter(|p| p.0[0] == 255).count(), "{letter}");
        }
    }
}
