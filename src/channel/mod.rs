//! The print-and-scan model: what a portrait goes through between the printer and the reader.
//!
//! Two stages, each with its conditions: [`PrintConditions`] lay ink on a page, [`ScanConditions`]
//! look at the page. All conditions of a [`Preset`] are drawn from ranges by a seed, and a second
//! seed moves the noise. The same picture, conditions and seed give the same bytes on any number of
//! threads.

mod conditions;
mod draw;
mod geometry;
mod glare;
mod halftone;
mod ink;
mod marks;
mod noise;
mod preset;
mod print;
mod ranges;
mod relief;
mod scan;
mod wear;

use thiserror::Error;

use crate::formats::decode;
use crate::imaging::{Mm, Picture, Ppi};
use crate::spec::profile::{MOST_DOTS, SIDE};
pub use conditions::{
    Conditions, Glare, Kernel, PrintConditions, ScanConditions, Surround, Technology, Wear,
};
pub use geometry::Geometry;
pub use preset::{Preset, UnknownPreset};

/// The smallest side of a print: below, not one line of microtext with its surroundings fits (a
/// guess).
pub const MIN_SIDE: Mm = Mm(1.0);

/// The longest side of a print: an A4 page.
pub const MAX_SIDE: Mm = Mm(300.0);

/// The most pixels that the page or the scan may take: 600 MB a plane. An A4 page at 1200 ppi has
/// 139 million.
pub const MAX_PIXELS: f64 = 150e6;

// Every portrait that a profile may ask for can be printed, and every scan be read from its file.
const _: () = assert!(MIN_SIDE.0 <= SIDE[0] && SIDE[1] <= MAX_SIDE.0);
const _: () = assert!(MOST_DOTS <= MAX_PIXELS && MAX_PIXELS <= decode::MAX_PIXELS as f64);

/// Why a picture cannot be printed and scanned.
#[derive(Debug, Error)]
pub enum ChannelError {
    /// Without a resolution the print has no size.
    #[error("the picture states no resolution, so its print has no size")]
    NoResolution,
    /// Not a size that the model knows (see [`MIN_SIDE`] and [`MAX_SIDE`]).
    #[error("a print of {width} × {height}: sides must be {MIN_SIDE} to {MAX_SIDE} long")]
    Size {
        /// Across.
        width: Mm,
        /// Down.
        height: Mm,
    },
    /// More than [`MAX_PIXELS`].
    #[error("the model would need {0:.0} million pixels; at most {max:.0} million are taken",
        max = MAX_PIXELS / 1e6)]
    TooManyPixels(f64),
    /// The scan could not be stored as JPEG.
    #[error("the scan cannot be stored as JPEG: {0}")]
    Jpeg(#[from] image::ImageError),
}

impl Conditions {
    /// Where the points of a print of this picture lie in its scan.
    ///
    /// # Errors
    /// [`ChannelError::NoResolution`].
    pub fn geometry(&self, print: &Picture) -> Result<Geometry, ChannelError> {
        let ppi = print.ppi.ok_or(ChannelError::NoResolution)?;
        Ok(Geometry::new(&self.scan, size_of(print, ppi)))
    }
}

/// Prints a picture and scans the print. The result states the scanner's resolution, which
/// may differ from the true one by 3 %; it carries no colour profile.
///
/// # Errors
/// See [`ChannelError`]; all but the JPEG's are found before any pixel is made.
pub fn print_and_scan(
    print: &Picture,
    conditions: &Conditions,
    seed: u64,
) -> Result<Picture, ChannelError> {
    let ppi = print.ppi.ok_or(ChannelError::NoResolution)?;
    let size = size_of(print, ppi);
    check(size, conditions)?;
    let Conditions { print: printer, scan: scanner } = conditions;
    let finest = scanner.ppi.0 * scanner.scale[0].max(scanner.scale[1]);
    let page = print::print(print, ppi, printer, finest, scanner.colour, noise::mix(seed, 1));
    let pixels = scan::scan(page, size, scanner, noise::mix(seed, 2))?;
    Ok(Picture::new(pixels, scanner.ppi))
}

fn size_of(print: &Picture, ppi: [Ppi; 2]) -> [Mm; 2] {
    let (width, height) = print.size();
    [ppi[0].mm(width as f64), ppi[1].mm(height as f64)]
}

fn check(size: [Mm; 2], conditions: &Conditions) -> Result<(), ChannelError> {
    let [width, height] = size;
    if !size.iter().all(|side| (MIN_SIDE..=MAX_SIDE).contains(side)) {
        return Err(ChannelError::Size { width, height });
    }
    let [across, down] = Geometry::new(&conditions.scan, size).size();
    // A JPEG's side has 16 bits.
    let side_limit = if conditions.scan.jpeg.is_some() { 65_535 } else { usize::MAX };
    let pixels = across as f64 * down as f64;
    if pixels > MAX_PIXELS || across.max(down) > side_limit {
        return Err(ChannelError::TooManyPixels(pixels / 1e6));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

    use super::*;
    use crate::imaging::{raster, tone};

    /// A print with detail of all sizes.
    fn grey(width: u32, height: u32) -> Picture {
        let value = |x: u32, y: u32| {
            let (x, y) = (x as f32, y as f32);
            let v =
                128.0 + 60.0 * (x / 31.0).sin() * (y / 17.0).cos() + 50.0 * (x * y / 40.0).sin();
            Luma([v as u8])
        };
        Picture::new(GrayImage::from_fn(width, height, value).into(), Ppi(1200.0))
    }

    fn colour(width: u32, height: u32) -> Picture {
        let value = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, 90]);
        Picture::new(RgbImage::from_fn(width, height, value).into(), Ppi(1200.0))
    }

    #[test]
    fn a_clean_scan_is_the_mean_of_each_block() {
        let print = grey(240, 180);
        for factor in [1, 2, 3] {
            let conditions = Conditions::clean(Ppi(1200.0 / factor as f64));
            let scan = print_and_scan(&print, &conditions, 1).unwrap();
            let expected = raster::shrink(&print.luminance(1), factor);
            assert_eq!(scan.size(), (240 / factor, 180 / factor));
            let DynamicImage::ImageLuma8(pixels) = &scan.pixels else { panic!("not grey") };
            for (x, y, pixel) in pixels.enumerate_pixels() {
                let wish = 255.0 * tone::stored(expected[[y as usize, x as usize]]);
                assert!((f32::from(pixel.0[0]) - wish).abs() < 0.51, "{x} {y}: {pixel:?} {wish}");
            }
        }
    }

    /// A finer scan of a coarse print is a smooth enlargement of the same mean.
    #[test]
    fn a_clean_scan_may_be_finer_than_the_print() {
        let print = grey(100, 100);
        let mut conditions = Conditions::clean(Ppi(2400.0));
        conditions.scan.surround.reflectance = 0.25;
        let scan = print_and_scan(&print, &conditions, 1).unwrap();
        assert_eq!(scan.size(), (200, 200));
        let (a, b) = (print.luminance(1).mean().unwrap(), scan.luminance(1).mean().unwrap());
        assert!((a - b).abs() < 0.003, "{a} {b}");
    }

    #[test]
    fn a_dot_lands_where_the_geometry_says() {
        let mut pixels = GrayImage::from_pixel(400, 300, Luma([255]));
        for (x, y) in [(320, 60), (321, 60), (320, 61), (321, 61)] {
            pixels.put_pixel(x, y, Luma([0]));
        }
        let print = Picture::new(pixels.into(), Ppi(1200.0));
        let mut conditions = Conditions::clean(Ppi(600.0));
        conditions.scan.rotation_deg = 7.0;
        conditions.scan.scale = [1.02, 0.99];
        conditions.scan.border = [Mm(1.0); 4];
        conditions.scan.shift_px = [0.3, -0.4];
        conditions.scan.keystone = [0.015, -0.01];
        conditions.scan.optics_px = 0.6;
        let scan = print_and_scan(&print, &conditions, 1).unwrap().luminance(1);
        let (mut mass, mut at) = (0.0, [0.0; 2]);
        for ((y, x), &v) in scan.indexed_iter() {
            let dark = f64::from(1.0 - v);
            mass += dark;
            at = [at[0] + dark * x as f64, at[1] + dark * y as f64];
        }
        let geometry = conditions.geometry(&print).unwrap();
        let wish = geometry.to_scan([321.0, 61.0].map(|v| Ppi(1200.0).mm(v).0));
        let miss = (at[0] / mass - wish[0]).hypot(at[1] / mass - wish[1]);
        assert!(miss < 0.02, "{miss}");
    }

    /// The pixel's square and the optics add up to the stated blur.
    #[test]
    fn a_scan_has_the_stated_blur() {
        for (ppi, optics, spread, aspect) in [
            (600.0, 0.4, 0.0, 1.0),
            (400.0, 0.25, 0.0, 1.0),
            (1200.0, 0.6, 0.02, 0.7),
            (500.0, 0.5, 0.03, 2.3),
        ] {
            let mut pixels = GrayImage::from_pixel(200, 200, Luma([255]));
            (0..200).for_each(|y| pixels.put_pixel(100, y, Luma([0])));
            let print = Picture::new(pixels.into(), Ppi(1200.0));
            let mut conditions = Conditions::clean(Ppi(ppi));
            conditions.scan.optics_px = optics;
            conditions.scan.aspect = aspect;
            conditions.print.spread = Mm(spread);
            // A line so thin has its true variance only on the mean of all its sub-pixel places.
            let (mut mass, mut square) = (0.0, 0.0);
            for phase in 0..8 {
                conditions.scan.shift_px = [f64::from(phase) / 8.0, 0.0];
                let geometry = conditions.geometry(&print).unwrap();
                let [line, _] = geometry.to_scan([Ppi(1200.0).mm(100.5).0, 2.0]);
                let scan = print_and_scan(&print, &conditions, 1).unwrap().luminance(1);
                for (x, &v) in scan.row(scan.nrows() / 2).iter().enumerate() {
                    let dark = f64::from(1.0 - v);
                    mass += dark;
                    square += dark * (x as f64 - line).powi(2);
                }
            }
            let variance = square / mass;
            let wish = aspect * optics * optics + 1.0 / 12.0 + Ppi(ppi).px(Mm(spread)).powi(2);
            assert!((variance / wish - 1.0).abs() < 0.06, "{ppi}: {variance} for {wish}");
        }
    }

    /// Each colour of a black dot has its centre where the registration says.
    #[test]
    fn colours_lie_where_the_registration_says() {
        let mut pixels = RgbImage::from_pixel(200, 200, Rgb([255; 3]));
        for (x, y) in [(100, 90), (101, 90), (100, 91), (101, 91)] {
            pixels.put_pixel(x, y, Rgb([0; 3]));
        }
        let print = Picture::new(pixels.into(), Ppi(1200.0));
        let mut conditions = Conditions::clean(Ppi(600.0));
        conditions.scan.optics_px = 0.6;
        conditions.scan.registration = [[Mm(0.008), Mm(-0.025)], [Mm(-0.004), Mm(0.013)]];
        let scan = print_and_scan(&print, &conditions, 1).unwrap().light();
        let centres = scan.map(|plane| {
            let (mut mass, mut at) = (0.0, [0.0; 2]);
            for ((y, x), &v) in plane.indexed_iter() {
                let dark = f64::from(1.0 - v);
                mass += dark;
                at = [at[0] + dark * x as f64, at[1] + dark * y as f64];
            }
            at.map(|sum| Ppi(600.0).mm(sum / mass).0)
        });
        let [red, blue] = conditions.scan.registration;
        for (colour, wish) in [(0, red), (2, blue)] {
            for axis in 0..2 {
                let found = centres[colour][axis] - centres[1][axis];
                assert!((found - wish[axis].0).abs() < 1e-3, "{colour} {axis}: {found}");
            }
        }
    }

    /// An edge of mean tones overshoots as much as real scans do, 9 to 27 %, more or less.
    #[test]
    fn sharpening_overshoots() {
        let edge = |x: u32, _| Luma([if x < 101 { 90 } else { 170 }]);
        let print = Picture::new(GrayImage::from_fn(200, 60, edge).into(), Ppi(1200.0));
        let mut conditions = Conditions::clean(Ppi(600.0));
        conditions.scan.optics_px = 0.4;
        for (sharpen, least, most) in [(0.7, 0.05, 0.13), (1.8, 0.20, 0.34)] {
            conditions.scan.sharpen = sharpen;
            let scan = print_and_scan(&print, &conditions, 1).unwrap().pixels.into_luma8();
            let top = (20..80).map(|x| scan.get_pixel(x, 15).0[0]).max().unwrap_or_default();
            let over = (f64::from(top) - 170.0) / 80.0;
            assert!((least..most).contains(&over), "{sharpen}: {over}");
        }
    }

    #[test]
    fn every_preset_runs_and_repeats_itself() {
        let prints = [grey(180, 150), colour(150, 160)];
        for preset in Preset::ALL {
            for seed in 0..6 {
                let conditions = Conditions::draw(preset, seed);
                let print = &prints[seed as usize % 2];
                let scan = print_and_scan(print, &conditions, seed).unwrap();
                assert_eq!(scan.ppi, Some([conditions.scan.ppi; 2]));
                let [across, down] = conditions.geometry(print).unwrap().size();
                assert_eq!(scan.size(), (across, down));
                let again = print_and_scan(print, &conditions, seed).unwrap();
                assert_eq!(scan.pixels, again.pixels, "{preset} {seed}");
                let other = print_and_scan(print, &conditions, seed + 1).unwrap();
                assert_ne!(scan.pixels, other.pixels, "{preset} {seed}");
                let burnt = conditions.print.technology == Technology::Engraving;
                let coloured = seed % 2 == 1 && conditions.scan.colour && !burnt;
                assert_eq!(scan.pixels.color().has_color(), coloured);
            }
        }
    }

    #[test]
    fn threads_change_nothing() {
        let print = grey(300, 300);
        let run = |threads: usize, preset: Preset| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let conditions = Conditions::draw(preset, 11);
            pool.install(|| print_and_scan(&print, &conditions, 4).unwrap().pixels)
        };
        for preset in [Preset::Lab1200, Preset::Phone, Preset::Worn] {
            assert_eq!(run(1, preset), run(3, preset));
        }
    }

    #[test]
    fn brighter_prints_give_brighter_scans() {
        for preset in Preset::ALL {
            let conditions = Conditions::draw(preset, 21);
            let mut last = 0.0;
            for value in [20, 90, 160, 230] {
                let pixels = GrayImage::from_pixel(120, 120, Luma([value]));
                let print = Picture::new(pixels.into(), Ppi(1200.0));
                let scan = print_and_scan(&print, &conditions, 3).unwrap().luminance(1);
                let middle = scan.slice_each_axis(|axis| {
                    let n = axis.len as isize;
                    ndarray::Slice::from(2 * n / 5..3 * n / 5)
                });
                let now = middle.mean().unwrap();
                assert!(now > last, "{preset} at {value}: {last} {now}");
                last = now;
            }
        }
    }

    #[test]
    fn what_has_no_size_is_refused() {
        let clean = Conditions::clean(Ppi(600.0));
        let mut print = grey(100, 100);
        print.ppi = None;
        assert!(matches!(print_and_scan(&print, &clean, 0), Err(ChannelError::NoResolution)));
        let tiny = grey(1, 1);
        assert!(matches!(print_and_scan(&tiny, &clean, 0), Err(ChannelError::Size { .. })));
        let mut huge = grey(100, 100);
        huge.ppi = Some([Ppi(1200.0), Ppi(0.001)]);
        assert!(matches!(print_and_scan(&huge, &clean, 0), Err(ChannelError::Size { .. })));
        let mut wide = grey(1000, 1000);
        wide.ppi = Some([Ppi(100.0); 2]);
        let fine = Conditions::clean(Ppi(2400.0));
        assert!(matches!(print_and_scan(&wide, &fine, 0), Err(ChannelError::TooManyPixels(_))));
        wide.ppi = Some([Ppi(f64::NAN); 2]);
        assert!(matches!(print_and_scan(&wide, &clean, 0), Err(ChannelError::Size { .. })));
    }
}
