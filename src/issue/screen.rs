//! The letter screen: the portrait halftoned by the letters themselves, one bit a print dot.
//!
//! After Ostromoukhov and Hersch, Artistic Screening (SIGGRAPH 1995). Each cell of the layout has a
//! field of thresholds: a print dot takes ink where the portrait's darkness exceeds the field. The
//! field follows the distance from the letter's outline, so that strokes grow with darkness; it is
//! ranked within the cell, so that the printed area equals the darkness at every tone. Beyond half
//! tone light letters stand in dark ground: paper where the portrait's lightness exceeds the field.

use image::{DynamicImage, GrayImage};
use rayon::prelude::*;
use thiserror::Error;

use super::bands::bands;
use super::portrait::Prepared;
use super::slow::{Slow, TONE_BLOCK};
use crate::imaging::raster::blur;
use crate::imaging::{Mm, Picture, Plane};
use crate::spec::layout::Cell;
use crate::spec::modulation::TONE_SPREAD;
use crate::spec::profile::FEWEST_DOTS_A_CAPITAL;
use crate::spec::threshold::Field;
use crate::spec::{Imprint, Profile, Symbol};

/// Full scale of thresholds: that of the light with which they are compared.
const FULL: f32 = Prepared::FULL;

/// Below this many dots a capital, strokes are no wider than a dot at half tone, and letters of a
/// screen cannot be told apart.
const FEWEST_DOTS: f64 = 8.0;

// Where a screen can print letters, glyphs do not break.
const _: () = assert!(FEWEST_DOTS_A_CAPITAL < FEWEST_DOTS);

/// Why a portrait cannot be screened.
#[derive(Debug, Error, PartialEq)]
pub enum ScreenError {
    /// Fewer dots a capital than the letters' shapes need.
    #[error(
        "a capital of {cap_height} has {dots:.1} print dots at {dpi} dpi; a letter screen needs at least {FEWEST_DOTS}: print at {needed:.0} dpi or more, choose larger capitals, or the mode tint"
    )]
    TooCoarse {
        /// Height of the smallest capital.
        cap_height: Mm,
        /// In print dots.
        dots: f64,
        /// Print resolution.
        dpi: f64,
        /// The least that would do.
        needed: f64,
    },
}

/// Whether the profile's resolution holds its letters as a screen.
///
/// # Errors
/// [`ScreenError::TooCoarse`].
pub fn check(profile: &Profile) -> Result<(), ScreenError> {
    let layout = &profile.layout;
    let cap_height = layout.second_cap_height.unwrap_or(layout.cap_height);
    let (dots, dpi) = (profile.dpi.px(cap_height), profile.dpi.0);
    if dots < FEWEST_DOTS {
        let needed = (dpi * FEWEST_DOTS / dots).ceil();
        return Err(ScreenError::TooCoarse { cap_height, dots, dpi, needed });
    }
    Ok(())
}

/// The portrait as a halftone of the letters of `legends`: black and white. Of a coloured portrait
/// only [`super::portrait::luminance`] is printed: it must have one channel.
#[must_use]
pub fn screen(portrait: &Prepared, imprint: &Imprint, profile: &Profile) -> Picture {
    let (width, height) = portrait.size;
    let letters = Letters::new(imprint, profile);
    let darkness = Darkness::new(portrait, profile);
    let block = (profile.dpi.px(TONE_BLOCK).round() as usize).max(1);
    let ground = blur(&darkness.by_block(block), profile.dpi.px(TONE_SPREAD) / block as f64);
    let ground = Slow::new(ground, block);

    let mut out = vec![255u8; width * height];
    bands(&mut out, width, profile).into_par_iter().for_each_init(
        Buffers::default,
        |buffers, band| {
            buffers.fill(band.dots.len());
            let mut grounds = ground.rows(width);
            let mut local = vec![0.0; width];
            let cells = letters.cells(band.line);
            for (dy, (dark, thresholds)) in buffers.rows(width).enumerate() {
                let y = band.top + dy;
                darkness.row(y, dark);
                letters.row(y, &cells, thresholds);
                grounds.row(y, &mut local);
                for (threshold, &local) in thresholds.iter_mut().zip(&local) {
                    *threshold = if local > profile.screen.turn { !*threshold } else { *threshold };
                }
            }
            letters.print(buffers, band.dots, width);
        },
    );
    let pixels = GrayImage::from_raw(width as u32, height as u32, out)
        .map(DynamicImage::from)
        .unwrap_or_else(|| unreachable!("one value a dot"));
    Picture { pixels, ppi: Some([profile.dpi; 2]), icc: None, bilevel: true }
}

/// The share of the area that ink is to cover, by print dot.
struct Darkness<'a> {
    portrait: &'a Prepared,
    /// By the upper 12 bits of the luminance: nominal area 0..=65535.
    area: Box<[u16; 1 << 12]>,
}

impl<'a> Darkness<'a> {
    fn new(portrait: &'a Prepared, profile: &Profile) -> Self {
        let area = |i: usize| {
            let darkness = 1.0 - i as f64 / 4095.0;
            (profile.screen.area(darkness) * f64::from(FULL)).round() as u16
        };
        let area: Box<[u16]> = (0..1 << 12).map(area).collect();
        let area = area.try_into().unwrap_or_else(|_| unreachable!("its length is given"));
        Self { portrait, area }
    }

    /// Row `y`, 0..=65535.
    fn row(&self, y: usize, out: &mut [u16]) {
        let width = self.portrait.size.0;
        let row = &self.portrait.linear[y * width..][..width];
        out.iter_mut().zip(row).for_each(|(out, &v)| *out = self.area[usize::from(v >> 4)]);
    }

    /// Mean of each block, 0..1.
    fn by_block(&self, block: usize) -> Plane {
        let (width, height) = self.portrait.size;
        let (rows, columns) = ((height / block).max(1), (width / block).max(1));
        let mut means = Plane::zeros((rows, columns));
        means.outer_iter_mut().into_par_iter().enumerate().for_each_init(
            || vec![0u16; width],
            |dark, (i, mut means)| {
                for y in (i * block..(i + 1) * block).take_while(|y| *y < height) {
                    self.row(y, dark);
                    for (mean, dots) in means.iter_mut().zip(dark.chunks(block)) {
                        let sum: u32 = dots.iter().map(|&v| u32::from(v)).sum();
                        *mean += sum as f32;
                    }
                }
                let share = 1.0 / (FULL * (block * block) as f32);
                means.iter_mut().for_each(|mean| *mean *= share);
            },
        );
        means
    }
}

/// Classes of [`margin`].
const MARGINS: usize = 512;

/// How far a dot's darkness lies over its threshold.
fn margin(dark: u16, threshold: u16) -> usize {
    (usize::from(dark) + usize::from(!threshold)) >> 8
}

/// Darkness and threshold of each dot of a line.
#[derive(Default)]
struct Buffers {
    dark: Vec<u16>,
    thresholds: Vec<u16>,
}

impl Buffers {
    fn fill(&mut self, dots: usize) {
        self.dark.resize(dots, 0);
        self.thresholds.resize(dots, 0);
    }

    fn rows(&mut self, width: usize) -> impl Iterator<Item = (&mut [u16], &mut [u16])> {
        self.dark.chunks_exact_mut(width).zip(self.thresholds.chunks_exact_mut(width))
    }
}

/// The thresholds of all cells.
struct Letters<'a> {
    imprint: &'a Imprint,
    profile: &'a Profile,
    /// By text, size and symbol.
    fields: Vec<[Vec<Field>; 2]>,
}

impl<'a> Letters<'a> {
    fn new(imprint: &'a Imprint, profile: &'a Profile) -> Self {
        let fields = |text: &[Symbol]| {
            [0, 1].map(|row| {
                let cap = profile.layout.cap_height_of(row);
                let same = row == 1 && profile.layout.second_cap_height.is_none();
                let symbols = if same { &[] } else { text };
                symbols.par_iter().map(|&symbol| Field::new(symbol, cap, profile)).collect()
            })
        };
        Self { imprint, profile, fields: imprint.texts().map(fields).collect() }
    }

    /// The cells of a line and of those above and below it, into which a wave may lead.
    fn cells(&self, line: usize) -> Vec<(usize, Vec<Cell>)> {
        let lines = line.saturating_sub(1)..=line + 1;
        lines.map(|line| (line, self.imprint.cells(line, self.profile).collect())).collect()
    }

    /// Prints a line: in each cell as many dots as its darkness asks for, those first that are
    /// darkest against their threshold. What is left of a dot goes to the next cell.
    fn print(&self, buffers: &Buffers, dots: &mut [u8], width: usize) {
        let advance = self.profile.dpi.px(self.profile.layout.advance);
        let edge = |cell: usize| ((cell as f64 * advance).round() as usize).min(width);
        let rows = dots.len() / width;
        let mut left = 0.0;
        for cell in 0.. {
            let (from, to) = (edge(cell), edge(cell + 1));
            if from >= width {
                break;
            }
            let mut counts = [0u32; MARGINS];
            let mut sum = 0u64;
            for y in 0..rows {
                let range = y * width + from..y * width + to;
                for (&dark, &threshold) in
                    buffers.dark[range.clone()].iter().zip(&buffers.thresholds[range])
                {
                    counts[margin(dark, threshold)] += 1;
                    sum += u64::from(dark);
                }
            }
            let wanted = sum as f64 / f64::from(FULL) + left;
            let ink = wanted.round().max(0.0) as u32;
            left = wanted - f64::from(ink);
            let (mut class, mut above) = (MARGINS - 1, 0);
            while class > 0 && above + counts[class] < ink {
                above += counts[class];
                class -= 1;
            }
            let mut quota = ink - above.min(ink);
            for y in 0..rows {
                let range = y * width + from..y * width + to;
                let values =
                    buffers.dark[range.clone()].iter().zip(&buffers.thresholds[range.clone()]);
                for (dot, (&dark, &threshold)) in dots[range].iter_mut().zip(values) {
                    let own = margin(dark, threshold);
                    if own > class {
                        *dot = 0;
                    } else if own == class && quota > 0 {
                        *dot = 0;
                        quota -= 1;
                    }
                }
            }
        }
    }

    /// The thresholds of print dots' row `y`, in one of these lines.
    fn row(&self, y: usize, lines: &[(usize, Vec<Cell>)], out: &mut [u16]) {
        let Profile { layout, dpi, .. } = self.profile;
        let advance = dpi.px(layout.advance);
        let place = (y as f64 + 0.5) / dpi.px(layout.pitch);
        let (first, last) = (lines[0].0 as i64, lines[lines.len() - 1].0 as i64);
        for cell in 0..lines[0].1.len() {
            let (start, end) = (cell as f64 * advance, (cell + 1) as f64 * advance);
            let (from, to) = ((start - 0.5).ceil().max(0.0) as usize, (end - 0.5).ceil() as usize);
            let shifted = layout.wave.map_or(place, |wave| {
                place - wave.at(dpi.mm(0.5 * (start + end)), place - 0.5).0 / layout.pitch.0
            });
            let line = (shifted.floor() as i64).clamp(first, last);
            let field = self.field(line as usize, &lines[(line - first) as usize].1[cell]);
            let across = (shifted - line as f64) * field.across as f64;
            let row = field.row(across.clamp(0.0, (field.across - 1) as f64) as usize);
            let step = field.along as f64 / advance;
            let (from, to) = (from.min(out.len()), to.min(out.len()));
            let mut along = (from as f64 + 0.5 - start) * step;
            for out in &mut out[from..to] {
                *out = row[(along as usize).min(field.along - 1)];
                along += step;
            }
        }
    }

    fn field(&self, line: usize, cell: &Cell) -> &Field {
        let [first, second] = &self.fields[cell.text];
        let sizes = if line % 2 == 1 && !second.is_empty() { second } else { first };
        &sizes[cell.symbol]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Ppi;
    use crate::issue::portrait;
    use crate::spec::{Mode, Name};

    fn printed(value: u8, dpi: f64) -> Picture {
        let profile = Profile::default().with_mode(Mode::Screen).with_dpi(dpi).unwrap();
        let grey = GrayImage::from_pixel(70, 90, image::Luma([value]));
        let portrait = Picture::new(grey.into(), Ppi(300.0));
        let imprint = Imprint::new(&Name::new("Ахметова", "Әсел").unwrap(), &profile).unwrap();
        let prepared = portrait::luminance(&portrait, &profile).unwrap();
        screen(&prepared, &imprint, &profile)
    }

    #[test]
    fn the_mean_of_the_dots_is_the_tone() {
        for value in [0, 20, 90, 150, 188, 220, 250, 255] {
            for dpi in [1200.0, 2540.0] {
                let picture = printed(value, dpi);
                let dots = picture.pixels.as_luma8().unwrap();
                let white = dots.iter().filter(|v| **v == 255).count();
                assert!(dots.iter().all(|v| [0, 255].contains(v)));
                let share = white as f64 / dots.len() as f64;
                let light = f64::from(crate::imaging::tone::LINEAR_OF_U8[usize::from(value)]);
                assert!((share - light).abs() < 5e-4, "{value} at {dpi}: {share} for {light}");
            }
        }
    }

    #[test]
    fn letters_of_few_dots_are_refused() {
        let at = |dpi| check(&Profile::default().with_dpi(dpi).unwrap());
        assert!(matches!(at(600.0), Err(ScreenError::TooCoarse { .. })));
        assert_eq!(at(1200.0), Ok(()));
    }
}
