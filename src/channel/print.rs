//! The print: a picture → the reflectance of a page, with its ink, paper and wear.
//!
//! Ink shares follow Murray–Davies with a parabola of tone value increase (ISO 12647-1 defines the
//! value at 50 %), optical gain follows Yule and Nielsen (1951). The colours of a colour print are
//! three inks that absorb one linear sRGB channel each, without cross-talk and in register; screened
//! prints may have up to two more, which all channels share.

use ndarray::Axis;
use rayon::prelude::*;

use super::conditions::{PrintConditions, Technology};
use super::ink::{Steps, lay};
use super::noise::{Field, Gauss, mix};
use super::relief::Glints;
use super::wear::Worn;
use crate::imaging::{Picture, Plane, Ppi, raster};

/// A printed page as reflectances on a raster, portrait only, no margin.
pub(super) struct Page {
    /// One plane, or linear sRGB's three.
    pub(super) planes: Vec<Plane>,
    /// Millimetres a pixel, across and down.
    pub(super) pitch: [f64; 2],
    /// Sigma in millimetres of the paper's light spread. It is still to be applied: the scanner's
    /// optics blur anyway, and two Gaussians cost one.
    pub(super) spread: f64,
}

/// Prints a picture; `finest` is the resolution at which the page will be looked at.
pub(super) fn print(
    picture: &Picture,
    ppi: [Ppi; 2],
    conditions: &PrintConditions,
    finest: f64,
    colour: bool,
    seed: u64,
) -> Page {
    let engraved = conditions.technology == Technology::Engraving;
    let light = if colour && !engraved && picture.pixels.color().has_color() {
        linear_planes(picture)
    } else {
        vec![picture.luminance(1)]
    };
    let steps = Steps::new(ppi[0].0, &conditions.technology, finest);
    let pitch = ppi.map(|axis| axis.pitch().0 / steps.page_per_picture());
    let curve = Curve::new(conditions);
    let (worn, relief) = (mix(seed, 90), mix(seed, 91));
    let wishes: Vec<Plane> = light
        .into_iter()
        .map(|mut plane| {
            plane.par_mapv_inplace(|light| curve.ink(light));
            raster::shrink(&plane, steps.average)
        })
        .collect();
    let shared = Shared::new(conditions, &wishes);
    let lay =
        |wish: &Plane, ink: usize| lay(wish, pitch, conditions, &steps, ink, mix(seed, ink as u64));
    let shared_ink = shared.lay(lay);
    let planes = wishes
        .into_iter()
        .enumerate()
        .map(|(channel, mut wish)| {
            shared.take_from(&mut wish);
            let mut ink = lay(&wish, channel);
            shared_ink.iter().for_each(|other| overprint(&mut ink, other));
            let seed = mix(seed, channel as u64);
            let mut page = reflect(ink, pitch, conditions, &curve, seed);
            // The same wear for all colours.
            let size = [page.ncols(), page.nrows()];
            let solids = [conditions.paper, conditions.black];
            Worn::new(&conditions.wear, solids, pitch, size, worn).apply(&mut page);
            Glints::new(conditions.relief, pitch, size, relief).apply(&mut page);
            page
        })
        .collect();
    Page { planes, pitch, spread: conditions.spread.0 }
}

/// The inks that all colours of a screened print share.
struct Shared {
    /// How many.
    inks: usize,
    /// What each of them lays.
    wish: Option<Plane>,
}

impl Shared {
    /// The share of the darkness that all colours have in common which each such ink takes over. A
    /// guess: printers take over little (UCR) to nearly all (GCR).
    const TAKES: f32 = 0.4;

    fn new(conditions: &PrintConditions, wishes: &[Plane]) -> Self {
        let screened = matches!(conditions.technology, Technology::ClusteredDot { .. });
        let inks = if screened { usize::from(conditions.shared_inks) } else { 0 };
        let wish = (inks > 0).then(|| {
            let mut common = wishes[0].clone();
            for other in &wishes[1..] {
                common.zip_mut_with(other, |v, other| *v = v.min(*other));
            }
            common.mapv_inplace(|v| Self::TAKES * v);
            common
        });
        Self { inks, wish }
    }

    /// Their screens come after those of the three colours.
    fn lay(&self, lay: impl Fn(&Plane, usize) -> Plane) -> Vec<Plane> {
        let wish = self.wish.iter();
        wish.flat_map(|wish| (0..self.inks).map(|i| lay(wish, 3 + i)).collect::<Vec<_>>()).collect()
    }

    /// Leaves a colour what the shared inks do not cover already (Demichel 1924).
    fn take_from(&self, colour: &mut Plane) {
        if let Some(wish) = &self.wish {
            let inks = self.inks as i32;
            colour.zip_mut_with(wish, |v, shared| {
                *v = (1.0 - (1.0 - *v) / (1.0 - shared).powi(inks)).clamp(0.0, 1.0);
            });
        }
    }
}

/// One ink over another: what neither covers stays bare.
fn overprint(ink: &mut Plane, other: &Plane) {
    ink.zip_mut_with(other, |v, other| *v = 1.0 - (1.0 - *v) * (1.0 - other));
}

fn linear_planes(picture: &Picture) -> Vec<Plane> {
    let (width, height) = picture.size();
    let (rgb, colour) = (picture.pixels.to_rgb16().into_raw(), picture.colour());
    let linear = [0, 1, 2].map(|c| colour.curve(c).of_u16());
    (0..3)
        .map(|c| {
            Plane::from_shape_fn((height, width), |(y, x)| {
                linear[c][usize::from(rgb[3 * (y * width + x) + c])]
            })
        })
        .collect()
}

/// Ink share → reflectance and back.
struct Curve {
    /// Reflectance of the ink shares 0, 1 / 1024 … 1.
    reflectance: Vec<f32>,
    /// Ink for the luminances 0, 1 / 4096 … 1.
    ink: Vec<f32>,
}

impl Curve {
    fn new(conditions: &PrintConditions) -> Self {
        let PrintConditions { paper, black, gain, yule_nielsen: n, calibration, .. } = *conditions;
        let law = |ink: f64| {
            let grown = ink + 4.0 * gain * ink * (1.0 - ink);
            ((1.0 - grown) * paper.powf(1.0 / n) + grown * black.powf(1.0 / n)).powf(n)
        };
        // Bisection: the law falls steadily for gains up to 0.25.
        let inverse = |reflectance: f64| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..40 {
                let middle = 0.5 * (low + high);
                if law(middle) > reflectance { low = middle } else { high = middle }
            }
            0.5 * (low + high)
        };
        let wanted = |luminance: f64| {
            let aim = inverse(black + luminance * (paper - black));
            (calibration * aim + (1.0 - calibration) * (1.0 - luminance)) as f32
        };
        Self {
            reflectance: (0..=1024).map(|i| law(f64::from(i) / 1024.0) as f32).collect(),
            ink: (0..=4096).map(|i| wanted(f64::from(i) / 4096.0)).collect(),
        }
    }

    fn ink(&self, luminance: f32) -> f32 {
        lookup(&self.ink, luminance)
    }

    #[inline]
    fn reflectance(&self, ink: f32) -> f32 {
        lookup(&self.reflectance, ink)
    }
}

/// A value of a table over 0..1, with straight lines between; ends repeated.
#[inline]
pub(super) fn lookup(table: &[f32], at: f32) -> f32 {
    let at = at.clamp(0.0, 1.0) * (table.len() - 1) as f32;
    let i = (at as usize).min(table.len() - 2);
    table[i] + (at - i as f32) * (table[i + 1] - table[i])
}

/// Ink → reflectance, with clouds and bands in the ink.
fn reflect(
    mut ink: Plane,
    pitch: [f64; 2],
    conditions: &PrintConditions,
    curve: &Curve,
    seed: u64,
) -> Plane {
    let (rows, columns) = ink.dim();
    let cell = pitch.map(|p| conditions.mottle_size.0 / p);
    let clouds =
        (conditions.mottle > 0.0).then(|| Field::new(mix(seed, 11), [columns, rows], cell));
    let phase = Gauss::new(mix(seed, 12), 0).next();
    let turn = std::f64::consts::TAU * pitch[1] / conditions.banding_pitch.0;
    let make = || vec![0.0; columns];
    let lines = ink.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
    lines.for_each_init(make, |cloud, (y, mut row)| {
        let wave = (turn * y as f64 + 6.0 * f64::from(phase)).sin() as f32;
        // Half of the bands' variance is a wave, half is each line's own.
        let band = conditions.banding as f32
            * (wave + Gauss::new(mix(seed, 13), y).next() * std::f32::consts::FRAC_1_SQRT_2);
        let row = row.as_slice_mut().expect("planes are row-major");
        let tone = |ink: f32, change: f32| {
            // Full at half tone, none in the solids, where there is no edge to move.
            curve.reflectance(ink * (1.0 + 2.0 * (1.0 - ink.min(1.0)) * change))
        };
        match &clouds {
            Some(clouds) => {
                clouds.row(y, cloud);
                for (value, cloud) in row.iter_mut().zip(cloud) {
                    *value = tone(*value, band + conditions.mottle as f32 * *cloud);
                }
            }
            None => row.iter_mut().for_each(|value| *value = tone(*value, band)),
        }
    });
    ink
}

#[cfg(test)]
mod tests {
    use crate::imaging::tone;
    use image::GrayImage;

    use super::*;
    use crate::channel::conditions::{Conditions, Kernel};
    use crate::imaging::Mm;

    fn flat(value: u8) -> Picture {
        Picture::new(GrayImage::from_pixel(60, 60, image::Luma([value])).into(), Ppi(1200.0))
    }

    fn mean(picture: &Picture, conditions: &PrintConditions, finest: f64) -> f32 {
        let page = print(picture, [Ppi(1200.0); 2], conditions, finest, false, 5);
        let inner = page.planes[0].slice_each_axis(|axis| {
            // The spot thins the ink at the sheet's edges.
            ndarray::Slice::from(10..axis.len - 10)
        });
        inner.mean().unwrap()
    }

    #[test]
    fn an_ideal_print_reflects_the_luminance() {
        let clean = Conditions::clean(Ppi(1200.0)).print;
        for value in [0, 40, 128, 255] {
            let error = mean(&flat(value), &clean, 1200.0) - tone::LINEAR_OF_U8[usize::from(value)];
            assert!(error.abs() < 1e-4, "{value}: {error}");
        }
    }

    #[test]
    fn mean_reflectance_rises_with_the_picture_in_every_technology() {
        let device = Ppi(2400.0);
        for technology in [
            Technology::Continuous,
            Technology::ClusteredDot { device, lines: 175.0, angle_deg: 20.0 },
            Technology::ErrorDiffusion { device, kernel: Kernel::Stucki },
            Technology::Inkjet { device, levels: 3, kernel: None, placement: Mm(0.003) },
        ] {
            let mut conditions = Conditions::clean(Ppi(1200.0)).print;
            conditions.technology = technology;
            conditions.gain = 0.18;
            conditions.spot = Mm(0.008);
            conditions.paper = 0.88;
            conditions.black = 0.03;
            let mut last = 0.0;
            for value in [0, 60, 120, 180, 255] {
                let now = mean(&flat(value), &conditions, 600.0);
                assert!(now > last, "{:?} at {value}: {last} {now}", conditions.technology);
                last = now;
            }
            assert!((last - 0.88).abs() < 0.001);
        }
    }

    #[test]
    fn shared_inks_keep_the_tone() {
        let mut conditions = Conditions::clean(Ppi(1200.0)).print;
        let device = Ppi(2400.0);
        conditions.technology = Technology::ClusteredDot { device, lines: 200.0, angle_deg: 15.0 };
        for value in [60u8, 128, 200] {
            let pixels = GrayImage::from_pixel(300, 300, image::Luma([value]));
            let patch = Picture::new(pixels.into(), Ppi(1200.0));
            let tones = [0, 1, 2].map(|inks| {
                conditions.shared_inks = inks;
                mean(&patch, &conditions, 600.0)
            });
            let apart = tones.iter().fold(0.0f32, |worst, tone| worst.max((tone - tones[0]).abs()));
            assert!(apart > 0.0 && apart < 0.015, "{value}: {tones:?}");
        }
    }

    #[test]
    fn calibration_takes_the_gain_back() {
        let mut conditions = Conditions::clean(Ppi(1200.0)).print;
        conditions.gain = 0.2;
        conditions.yule_nielsen = 1.5;
        let grey = flat(128);
        let aim = tone::LINEAR_OF_U8[128];
        conditions.calibration = 0.0;
        assert!(mean(&grey, &conditions, 600.0) < 0.7 * aim);
        conditions.calibration = 1.0;
        assert!((mean(&grey, &conditions, 600.0) - aim).abs() < 0.002);
    }

    /// The spot's sigma is what was asked, whatever rasters the ink went through.
    #[test]
    fn spots_have_the_stated_size() {
        for (device, finest) in
            [(1200.0, 600.0), (1200.0, 2400.0), (2400.0, 600.0), (2400.0, 2400.0)]
        {
            let mut picture = GrayImage::from_pixel(61, 61, image::Luma([255]));
            picture.put_pixel(30, 30, image::Luma([0]));
            let mut conditions = Conditions::clean(Ppi(1200.0)).print;
            conditions.technology =
                Technology::ErrorDiffusion { device: Ppi(device), kernel: Kernel::FloydSteinberg };
            conditions.spot = Mm(0.020);
            let picture = Picture::new(picture.into(), Ppi(1200.0));
            let page = print(&picture, [Ppi(1200.0); 2], &conditions, finest, false, 1);
            let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
            for ((_, x), &v) in page.planes[0].indexed_iter() {
                let (ink, x) = (f64::from(1.0 - v), (x as f64 + 0.5) * page.pitch[0]);
                mass += ink;
                first += ink * x;
                second += ink * x * x;
            }
            let centre = first / mass;
            // One picture pixel, seen as its own square of dots.
            let own = Ppi(1200.0).pitch().0.powi(2) * (1.0 - (1200.0f64 / device).powi(2)) / 12.0;
            let sigma = (second / mass - centre * centre - own).sqrt();
            assert!((centre - Ppi(1200.0).mm(30.5).0).abs() < 1e-4, "{device} {finest}: {centre}");
            assert!((sigma - 0.020).abs() < 0.0006, "{device} {finest}: {sigma}");
        }
    }
}
