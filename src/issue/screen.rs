//! The letter screen: the portrait halftoned by the letters themselves, one bit a print dot.
//!
//! After Ostromoukhov and Hersch, Artistic Screening (SIGGRAPH 1995). Each cell of the layout has a
//! field of thresholds: a print dot takes ink where the portrait's darkness exceeds the field. The
//! field follows the distance from the letter's outline, so that strokes grow with darkness; it is
//! ranked within the cell, so that the printed area equals the darkness at every tone. Beyond half
//! tone light letters stand in dark ground: paper where the portrait's lightness exceeds the field.

use image::{DynamicImage, GrayImage};
use rayon::prelude::*;

use super::portrait::Prepared;
use super::slow::Slow;
use crate::base::raster::blur;
use crate::base::{Mm, Picture, Plane};
use crate::spec::modulation::TONE_SPREAD;
use crate::spec::threshold::Field;
use crate::spec::{Legend, Profile};

/// The local tone, which tells dark letters from light ones, is computed on blocks of this size.
const TONE_BLOCK: Mm = Mm(0.17);

/// Full scale of [`Prepared::linear`] and of thresholds.
const FULL: f32 = 65_535.0;

/// The portrait as a halftone of the letters of `legends`: black and white.
#[must_use]
pub fn screen(portrait: &Prepared, legends: &[Legend], profile: &Profile) -> Picture {
    let (width, height) = portrait.size;
    let letters = Letters::new(legends, profile);
    let darkness = Darkness::new(portrait, profile);
    let block = (profile.dpi.px(TONE_BLOCK).round() as usize).max(1);
    let mut ground = darkness.by_block(block);
    ground = blur(&ground, profile.dpi.px(TONE_SPREAD) / block as f64);
    let ground = Slow::new(ground, block);

    let mut out = vec![255u8; width * height];
    let bands = letters.bands(&mut out, width);
    bands.into_par_iter().for_each_init(Buffers::default, |buffers, (top, dots)| {
        buffers.fill(dots.len());
        let mut grounds = ground.rows(width);
        let mut local = vec![0.0; width];
        for (dy, row) in buffers.rows(width).enumerate() {
            darkness.row(top + dy, row.0);
            letters.row(top + dy, row.1);
            grounds.row(top + dy, &mut local);
            let light = local.iter().map(|&local| local > profile.screen.turn);
            row.1.iter_mut().zip(light).for_each(|(v, light)| *v = if light { !*v } else { *v });
        }
        letters.print(buffers, dots, width);
    });
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
        Self {
            portrait,
            area: area.try_into().unwrap_or_else(|_| unreachable!("its length is given")),
        }
    }

    /// Row `y`, 0..=65535.
    fn row(&self, y: usize, out: &mut [u16]) {
        let width = self.portrait.size.0;
        if self.portrait.channels == 1 {
            let row = &self.portrait.linear[y * width..][..width];
            out.iter_mut().zip(row).for_each(|(out, &v)| *out = self.area[usize::from(v >> 4)]);
            return;
        }
        let row = &self.portrait.linear[y * width * 3..][..width * 3];
        // Sixteen bits of luminance, of which the upper twelve count.
        let weights = self.portrait.colour.luma().map(|weight| (weight.max(0.0) * 65_536.0) as u32);
        for (out, rgb) in out.iter_mut().zip(row.as_chunks::<3>().0) {
            let sum: u32 = (0..3).map(|c| (weights[c] * u32::from(rgb[c])) >> 16).sum();
            *out = self.area[(sum >> 4) as usize & 4095];
        }
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
const MARGINS: usize = 1024;

/// How far a dot's darkness lies over its threshold.
fn margin(dark: u16, threshold: u16) -> usize {
    (usize::from(dark) + usize::from(!threshold)) >> 7
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
    profile: &'a Profile,
    /// By legend, size and symbol.
    fields: Vec<[Vec<Field>; 2]>,
    lengths: Vec<usize>,
}

impl<'a> Letters<'a> {
    fn new(legends: &[Legend], profile: &'a Profile) -> Self {
        let fields = |legend: &Legend| {
            [0, 1].map(|row| {
                let cap = profile.layout.cap_height_of(row);
                let same = row == 1 && profile.layout.second_cap_height.is_none();
                let symbols = if same { &[] } else { legend.symbols() };
                symbols.par_iter().map(|&symbol| Field::new(symbol, cap, profile)).collect()
            })
        };
        Self {
            profile,
            fields: legends.iter().map(fields).collect(),
            lengths: legends.iter().map(|legend| legend.symbols().len()).collect(),
        }
    }

    /// The rows of each line, with the first one's number.
    fn bands<'b>(&self, mut rest: &'b mut [u8], width: usize) -> Vec<(usize, &'b mut [u8])> {
        let pitch = self.profile.dpi.px(self.profile.layout.pitch);
        let edge = |row: usize| (row as f64 * pitch).round() as usize;
        let mut bands = Vec::new();
        while !rest.is_empty() {
            let (top, bottom) = (edge(bands.len()), edge(bands.len() + 1));
            let (dots, after) = rest.split_at_mut(((bottom - top) * width).min(rest.len()));
            bands.push((top, dots));
            rest = after;
        }
        bands
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

    /// Places of a field along and across.
    fn size(&self) -> (usize, usize) {
        let first = self.fields.iter().flat_map(|sizes| &sizes[0]).next();
        first.map_or((1, 1), |field| (field.along, field.across))
    }

    /// The thresholds of print dots' row `y`.
    fn row(&self, y: usize, out: &mut [u16]) {
        let Profile { layout, dpi, width, .. } = self.profile;
        let advance = dpi.px(layout.advance);
        let place = (y as f64 + 0.5) / dpi.px(layout.pitch);
        let line = place.floor().max(0.0) as usize;
        // A line that waves is met a little above or below its place.
        let lines = line.saturating_sub(1)..=line + 1;
        let rows: Vec<Vec<_>> =
            lines.clone().map(|line| layout.cells(line, &self.lengths, *width).collect()).collect();
        let (along_cell, across_cell) = self.size();
        let step = along_cell as f64 / advance;
        for cell in 0..rows[0].len() {
            let (start, end) = (cell as f64 * advance, (cell + 1) as f64 * advance);
            let (from, to) = ((start - 0.5).ceil().max(0.0) as usize, (end - 0.5).ceil() as usize);
            let shifted = layout.wave.map_or(place, |wave| {
                let middle = dpi.mm(0.5 * (start + end));
                place - wave.at(middle, place - 0.5).0 / layout.pitch.0
            });
            let own = (shifted.floor() as i64).clamp(*lines.start() as i64, *lines.end() as i64);
            let found = rows[(own - *lines.start() as i64) as usize][cell];
            let size = own as usize % 2;
            let sizes = &self.fields[found.legend];
            let fields = if sizes[size].is_empty() { &sizes[0] } else { &sizes[size] };
            let across = (shifted - own as f64) * across_cell as f64;
            let across = across.clamp(0.0, (across_cell - 1) as f64);
            let row = fields[found.symbol].row(across as usize);
            let to = to.min(out.len());
            let mut along = (from as f64 + 0.5 - start) * step;
            for out in &mut out[from.min(to)..to] {
                *out = row[(along as usize).min(along_cell - 1)];
                along += step;
            }
        }
    }
}
