//! The scan that is walked through the rooms, and what the reader saw in it.

use std::path::Path;

use anyhow::{Context, Result};
use image::{DynamicImage, Rgb, RgbImage};
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::formats::decode;
use tumar::imaging::{Mm, Picture};
use tumar::inspect::recognition::reading::Reading;
use tumar::inspect::rectification::carrier::Carrier;
use tumar::inspect::rectification::frame::Frame;
use tumar::inspect::signal::flatten::{self, Flat};
use tumar::inspect::signal::scan::Scan;
use tumar::inspect::signal::tones::Tones;
use tumar::inspect::synchronisation::columns::Columns;
use tumar::inspect::{Page, Reader};
use tumar::issue::{embed, portrait};
use tumar::spec::{Mode, Name, Profile};

const NAME: (&str, &str) = ("Назарбаева", "Әсел");

/// What the forger paints over, in millimetres of the print: centre and half axes of an oval. The
/// sample's mouth and chin.
const PAINTED: [f64; 4] = [17.4, 19.6, 4.6, 3.4];
/// Over this part of the half axes the paint runs out.
const SOFT: f64 = 0.1;

/// What is enlarged: a square of this side about the eyes of the sample, in millimetres.
pub(crate) const CLOSE_UP: f64 = 9.0;
const EYES: [f64; 2] = [17.5, 15.6];

/// A page on the scanner, and what was found on it.
pub(crate) struct Scene {
    pub(crate) profile: Profile,
    pub(crate) scan: Picture,
    pub(crate) page: Page,
    /// Pixels of the file in which the close-up begins, and of its side.
    close_up: [[f64; 2]; 2],
}

/// What each room made of the scan.
pub(crate) struct Seen<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) flat: Flat,
    pub(crate) carrier: &'a Carrier,
    pub(crate) frame: &'a Frame,
    pub(crate) columns: &'a Columns,
    pub(crate) reading: &'a Reading,
    /// How strongly letters shift each tone, and to which side.
    pub(crate) tones: Tones,
}

impl Seen<'_> {
    /// Which way letters shift a ground of this lightness: +1 where they are lighter.
    pub(crate) fn sign(&self, lightness: f32) -> f32 {
        if lightness > self.tones.turn { -1.0 } else { 1.0 }
    }
}

impl Scene {
    /// Prints the sample's name into a portrait, paints a part of the print over, scans and inspects
    /// it.
    pub(crate) fn new(path: &Path, preset: Preset, seed: u64) -> Result<Self> {
        let (name, profile) = (Name::new(NAME.0, NAME.1)?, Profile::default());
        let portrait = decode::read(path).with_context(|| path.display().to_string())?;
        let printed = embed(&portrait, &name, &profile)?.picture;
        let unprinted = portrait::prepare(&portrait, &profile)?.untouched(profile.dpi);
        let altered = painted(&printed, &unprinted, &profile);
        let conditions = Conditions::draw(preset, seed);
        let scan = print_and_scan(&altered, &conditions, seed)?;
        let geometry = conditions.geometry(&altered)?;
        let page = Reader::new(&profile).page(&scan, None, Some(&name))?;
        let side = conditions.scan.ppi.px(Mm(CLOSE_UP));
        let [x, y] = geometry.to_scan(EYES);
        let close_up = [[x - 0.5 * side, y - 0.5 * side], [side; 2]];
        Ok(Self { profile, scan, page, close_up })
    }

    /// Left upper corner and side of the part that is enlarged, in pixels of the file.
    pub(crate) fn close_up(&self) -> ([f64; 2], f64) {
        (self.close_up[0], self.close_up[1][0])
    }

    /// What each room made of it; none where one of them found nothing.
    pub(crate) fn seen(&self) -> Option<Seen<'_>> {
        let main = &self.page.main;
        let (scan, carrier) = (main.scan(), main.carrier()?);
        let flat = flatten::flatten(scan);
        let frequency = carrier.lines.slope();
        Some(Seen {
            tones: Tones::measure(&flat, scan, frequency, &self.profile, Mode::Tint),
            scan,
            flat,
            carrier,
            frame: main.frame()?,
            columns: main.columns()?,
            reading: main.reading()?,
        })
    }
}

/// The print with a part of the portrait painted over, as good a picture but without letters.
fn painted(printed: &Picture, unprinted: &Picture, profile: &Profile) -> Picture {
    let (own, paint) = (printed.pixels.to_rgb8(), unprinted.pixels.to_rgb8());
    let [cx, cy, a, b] = PAINTED;
    let pixels = RgbImage::from_fn(own.width(), own.height(), |x, y| {
        let [x_mm, y_mm] = [x, y].map(|v| profile.dpi.mm(f64::from(v) + 0.5).0);
        let away = ((x_mm - cx) / a).hypot((y_mm - cy) / b);
        let share = ((1.0 + SOFT - away) / SOFT).clamp(0.0, 1.0);
        let (own, paint) = (own.get_pixel(x, y), paint.get_pixel(x, y));
        let mixed =
            |c: usize| f64::from(own.0[c]) + share * (f64::from(paint.0[c]) - f64::from(own.0[c]));
        Rgb([0, 1, 2].map(|c| mixed(c).round() as u8))
    });
    Picture { pixels: DynamicImage::from(pixels), ..printed.clone() }
}
