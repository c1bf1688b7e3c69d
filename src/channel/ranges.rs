//! The ranges from which a seed draws a printer and a scanner: one row a preset, and one for what
//! all presets share.
//!
//! Ranges are wide on purpose. A number is a guess, our estimate of the devices of that kind, unless
//! its field or its row names a source. "Real scans" are a handful of flatbed scans of test targets and
//! documents, on which the figures in the docs of [conditions](super::conditions) were measured; the
//! ranges here hold them, and what lies around.

use super::preset::Preset;

/// How a value is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// Always this one; nothing is drawn.
    Fixed(f64),
    /// Evenly from the first to the second, without it.
    Even(f64, f64),
    /// Evenly within so much of 0, ends included.
    Around(f64),
    /// Around 0 within `usual`, once in eight within `rare`.
    Tailed {
        /// The usual limit.
        usual: f64,
        /// The rare one.
        rare: f64,
    },
}

use Value::{Around, Even, Fixed, Tailed};

/// Whether and how scans are stored as JPEG.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jpeg {
    /// Share of scans that are; 1: all of them, and nothing is drawn.
    pub(super) share: f64,
    /// Least and greatest quality.
    pub(super) quality: [u8; 2],
}

/// What differs from preset to preset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranges {
    /// Share of clustered-dot screens among the prints. A guess: passports have none, forgeries do.
    pub(super) screened: f64,
    /// Their lines an inch. From 150 on: ISO 12647-2's usual 60–80 cells/cm, 152–203 lines
    /// (real prints have 197–200), and finer ones. Where
    /// scans are fine only from 175 on: coarser screens dissolve capitals of 0.24 mm, whatever the
    /// scanner.
    pub(super) lines: Value,
    /// Sigma of a dye-sublimated spot, µm. A head of 300–600 elements an inch smears the most;
    /// sigma is 0.42 of a Gaussian pulse's width at half height.
    pub(super) dye_spot: Value,
    /// Share of the contrast that abrasion takes at its worst place. A guess.
    pub(super) abrasion: Value,
    /// Share of the light that the darkest stain takes. A guess.
    pub(super) stain: Value,
    /// Scratches a cm². A guess.
    pub(super) scratches: Value,
    /// Stated resolution, pixels an inch, rounded to a whole one. The preset's name; for phones a
    /// guess.
    pub(super) ppi: Value,
    /// By how much the scale of each axis differs by itself, as a share. A guess.
    pub(super) axis_scale: Value,
    /// Degrees. A guess: pages are laid by hand, a reader guides them.
    pub(super) rotation_deg: Value,
    /// Share a 20 mm, each axis. A guess: a hand holds a phone about that level.
    pub(super) keystone: Value,
    /// Share 20 mm from the centre. A guess.
    pub(super) lens: Value,
    /// Amplitude of uneven feed, µm. A guess; an array of phone pixels has none.
    pub(super) feed_jitter: Value,
    /// Amplitude of the way across the feed, µm. As `feed_jitter`; of a phone, the hand's shaking
    /// while rows are read one after the other.
    pub(super) sway: Value,
    /// Red and blue against green, µm across and along the feed. Real scans: up to 23 along. A phone's
    /// is its lens's.
    pub(super) registration: [Value; 2],
    /// Light between page and glass. Real flatbed scans: 0.28–0.39 make the measured 24–32 %; the
    /// rest is a guess, that of others most of all.
    pub(super) glass: Value,
    /// Light that the lens spreads. A guess.
    pub(super) lens_glare: Value,
    /// Share of scans with a lamp's reflection. A guess.
    pub(super) veiled: f64,
    /// Sigma beside the pixel's square, scan pixels. The low end holds the edges of real scans.
    pub(super) optics_px: Value,
    /// The longest way during exposure, scan pixels; 0: none is drawn. A guess.
    pub(super) motion_px: f64,
    /// Fall or rise of light from the centre to an edge, as a share. A guess.
    pub(super) illumination: Value,
    /// Loss of light at the corners, as a share. A guess; cos⁴ of 23° loses 0.3.
    pub(super) vignette: Value,
    /// Share of scans that are sharpened. A guess.
    pub(super) sharpened: f64,
    /// Factor of all noise. A guess.
    pub(super) noise: f64,
    /// Gains of a line sensor's columns, before the factor. A guess.
    pub(super) column_noise: Value,
    /// Factor of dust and hairs. A guess.
    pub(super) dirt: f64,
    /// A guess.
    pub(super) jpeg: Jpeg,
    /// Share of pages under a dark lid or on a dark mat. A guess.
    pub(super) dark: f64,
}

/// The row of a preset.
pub(super) const fn of(preset: Preset) -> &'static Ranges {
    match preset {
        Preset::Lab2400 => &LAB_2400,
        Preset::Lab1200 => &LAB_1200,
        Preset::Flatbed600 => &FLATBED_600,
        Preset::Reader500 => &READER_500,
        Preset::Reader400 => &READER_400,
        Preset::Phone => &PHONE,
        Preset::Worn => &WORN,
    }
}

const LAB_2400: Ranges = Ranges {
    screened: 0.02,
    lines: Even(175.0, 220.0),
    dye_spot: Even(15.0, 35.0),
    abrasion: Fixed(0.0),
    stain: Fixed(0.0),
    scratches: Even(0.0, 0.15),
    ppi: Fixed(2400.0),
    axis_scale: Around(0.015),
    rotation_deg: Tailed { usual: 3.0, rare: 10.0 },
    keystone: Fixed(0.0),
    lens: Fixed(0.0),
    feed_jitter: Even(0.0, 10.0),
    sway: Even(0.0, 10.0),
    registration: [Around(8.0), Around(25.0)],
    glass: Even(0.0, 0.4),
    lens_glare: Even(0.0, 0.03),
    veiled: 0.0,
    optics_px: Even(0.1, 0.6),
    motion_px: 0.0,
    illumination: Around(0.05),
    vignette: Fixed(0.0),
    sharpened: 0.1,
    noise: 0.4,
    column_noise: Even(0.0, 0.008),
    dirt: 0.15,
    jpeg: Jpeg { share: 0.15, quality: [90, 95] },
    dark: 0.12,
};

const LAB_1200: Ranges = Ranges { ppi: Fixed(1200.0), ..LAB_2400 };

const FLATBED_600: Ranges = Ranges {
    dye_spot: Even(15.0, 45.0),
    ppi: Fixed(600.0),
    feed_jitter: Even(0.0, 20.0),
    sway: Even(0.0, 22.0),
    sharpened: 0.5,
    noise: 0.7,
    dirt: 0.4,
    jpeg: Jpeg { share: 0.7, quality: [80, 95] },
    ..LAB_2400
};

const READER_500: Ranges = Ranges {
    // No reader is shown a screened print, but among the worn and the photographed ones.
    screened: 0.0,
    abrasion: Even(0.0, 0.06),
    stain: Even(0.0, 0.05),
    scratches: Even(0.0, 0.4),
    ppi: Fixed(500.0),
    rotation_deg: Around(2.0),
    lens: Around(0.001),
    feed_jitter: Even(0.0, 30.0),
    sway: Even(0.0, 25.0),
    glass: Even(0.0, 0.2),
    lens_glare: Even(0.0, 0.06),
    veiled: 0.1,
    noise: 1.0,
    dirt: 0.5,
    jpeg: Jpeg { share: 0.6, quality: [80, 95] },
    dark: 0.3,
    ..FLATBED_600
};

const READER_400: Ranges = Ranges { ppi: Fixed(400.0), ..READER_500 };

const PHONE: Ranges = Ranges {
    screened: 0.05,
    lines: Even(150.0, 220.0),
    dye_spot: Even(15.0, 45.0),
    abrasion: Even(0.0, 0.06),
    stain: Even(0.0, 0.05),
    scratches: Even(0.0, 0.4),
    ppi: Even(500.0, 700.0),
    axis_scale: Around(0.005),
    rotation_deg: Around(8.0),
    keystone: Around(0.02),
    lens: Around(0.006),
    feed_jitter: Fixed(0.0),
    sway: Even(0.0, 12.0),
    registration: [Around(8.0), Around(8.0)],
    glass: Fixed(0.0),
    lens_glare: Even(0.0, 0.06),
    veiled: 0.35,
    optics_px: Even(0.4, 1.2),
    motion_px: 1.5,
    illumination: Around(0.25),
    vignette: Even(0.0, 0.3),
    sharpened: 0.9,
    noise: 1.5,
    column_noise: Fixed(0.0),
    dirt: 0.1,
    jpeg: Jpeg { share: 1.0, quality: [75, 92] },
    dark: 0.12,
};

const WORN: Ranges = Ranges {
    screened: 0.05,
    lines: Even(150.0, 220.0),
    abrasion: Even(0.05, 0.30),
    stain: Even(0.0, 0.25),
    scratches: Even(0.5, 4.0),
    optics_px: Even(0.3, 0.75),
    noise: 1.0,
    dirt: 1.0,
    jpeg: Jpeg { share: 1.0, quality: [75, 92] },
    ..FLATBED_600
};

/// What is alike in all presets.
#[derive(Debug)]
pub(super) struct Shared {
    /// Reflectance of the bare page. ISO 12647-2 papers: L* 90–97.
    pub(super) paper: Value,
    /// Reflectance of solid ink: densities 2.0–1.3. A guess.
    pub(super) black: Value,
    /// Tone value increase at half tone. ISO 12647-2's curves, on both sides widened by a guess.
    pub(super) gain: Value,
    /// Yule and Nielsen (1951): 1 without optical gain, 2 at the most.
    pub(super) yule_nielsen: Value,
    /// Share of both gains that is taken back. A guess.
    pub(super) calibration: Value,
    /// Sigma of a laser's spot in polycarbonate, µm: 0.42 of a pulse of 20–40 µm. A guess.
    pub(super) burnt_spot: Value,
    /// Sigma of a platesetter's spot, µm. A round dot of diameter d has d / 4. A guess.
    pub(super) plate_spot: Value,
    /// Sigma of an error-diffusing printer's spot, µm. A guess.
    pub(super) toner_spot: Value,
    /// Sigma of an inkjet's drop, µm. A guess.
    pub(super) drop_spot: Value,
    /// Sigma of light in paper, µm. Arney et al. (1996), and a low end for the edges of real scans.
    pub(super) spread: Value,
    /// Grain where tone is continuous. A guess.
    pub(super) smooth_grain: Value,
    /// Grain of binary devices, beside the noise of their dots. The high end holds that of a real
    /// inkjet print.
    pub(super) dotted_grain: Value,
    /// ISO 24790 names and measures mottle; the amount is a guess.
    pub(super) mottle: Value,
    /// µm. A guess.
    pub(super) mottle_size: Value,
    /// A guess.
    pub(super) banding: Value,
    /// µm. A guess.
    pub(super) banding_pitch: Value,
    /// Root mean square error of an inkjet's placement, µm. A guess.
    pub(super) placement: Value,
    /// Share of embossed or laminated pages whose relief shows. A guess.
    pub(super) embossed: f64,
    /// Glints a cm² of these. A guess.
    pub(super) relief: Value,
    /// True over stated resolution less 1, both axes together. A guess.
    pub(super) scale: Value,
    /// Scan pixels; a page lies anywhere.
    pub(super) shift_px: Value,
    /// Millimetres. A guess.
    pub(super) border: Value,
    /// Reflectance of a dark mat or lid. A guess.
    pub(super) dark_ground: Value,
    /// Reflectance of paper around the portrait. As `paper`, with a darker end for background print.
    pub(super) light_ground: Value,
    /// Share of light grounds with a pattern. A guess.
    pub(super) patterned: f64,
    /// Depth of the pattern. A guess.
    pub(super) pattern: Value,
    /// Millimetres. A guess.
    pub(super) pattern_pitch: Value,
    /// Millimetres: rollers and gears. A guess.
    pub(super) feed_period: Value,
    /// Exponent. A guess.
    pub(super) gamma: Value,
    /// Reflectance. A guess.
    pub(super) black_point: Value,
    /// Reflectance. Such that paper is clipped as often as in real scans, 3 of 7.
    pub(super) white_point: Value,
    /// Natural logarithm of the blur across over that along the feed: 0.7–2.3, as in real scans.
    pub(super) log_aspect: Value,
    /// Millimetres along the feed. A guess.
    pub(super) sway_period: Value,
    /// Millimetres. A guess.
    pub(super) glare_reach: Value,
    /// Light of a lamp's reflection, where there is one. A guess.
    pub(super) veil: Value,
    /// Millimetres. A guess.
    pub(super) veil_size: Value,
    /// Gain less 1 of each colour. A guess.
    pub(super) balance: Value,
    /// Strength of unsharp masking, where there is any. The high end holds the overshoot of real scans.
    pub(super) sharpen: Value,
    /// Scan pixels. A guess.
    pub(super) sharpen_radius_px: Value,
    /// Share of full scale, before the factor. A guess.
    pub(super) read_noise: Value,
    /// Share of full scale, before the factor: full wells of 250 000 to 2 500 electrons. A guess.
    pub(super) shot_noise: Value,
    /// Specks a cm², before the factor. A guess.
    pub(super) dust: Value,
    /// Hairs a cm², before the factor. A guess.
    pub(super) hairs: Value,
    /// Share of scans in colour. A guess.
    pub(super) colour: f64,
}

/// The row of all presets.
pub(super) const SHARED: Shared = Shared {
    paper: Even(0.80, 0.92),
    black: Even(0.01, 0.05),
    gain: Even(0.05, 0.22),
    yule_nielsen: Even(1.0, 1.7),
    calibration: Even(0.3, 1.0),
    burnt_spot: Even(8.5, 17.0),
    plate_spot: Even(4.0, 8.0),
    toner_spot: Even(8.0, 15.0),
    drop_spot: Even(5.0, 9.0),
    spread: Even(5.0, 40.0),
    smooth_grain: Even(0.005, 0.05),
    dotted_grain: Even(0.01, 0.13),
    mottle: Even(0.0, 0.03),
    mottle_size: Even(100.0, 1500.0),
    banding: Even(0.0, 0.02),
    banding_pitch: Even(200.0, 3000.0),
    placement: Even(1.0, 6.0),
    embossed: 0.2,
    relief: Even(0.3, 4.0),
    scale: Around(0.015),
    shift_px: Around(0.5),
    border: Even(2.0, 6.0),
    dark_ground: Even(0.02, 0.2),
    light_ground: Even(0.75, 0.92),
    patterned: 0.5,
    pattern: Even(0.01, 0.15),
    pattern_pitch: Even(0.3, 1.2),
    feed_period: Even(2.0, 25.0),
    log_aspect: Even(-0.36, 0.83),
    sway_period: Even(3.0, 30.0),
    glare_reach: Even(2.0, 15.0),
    veil: Even(0.03, 0.25),
    veil_size: Even(5.0, 25.0),
    gamma: Even(0.85, 1.2),
    black_point: Even(-0.03, 0.02),
    white_point: Even(0.74, 1.02),
    balance: Around(0.05),
    sharpen: Even(0.2, 2.0),
    sharpen_radius_px: Even(0.6, 1.5),
    read_noise: Even(0.001, 0.010),
    shot_noise: Even(0.002, 0.020),
    dust: Even(0.0, 8.0),
    hairs: Even(0.0, 0.3),
    colour: 0.4,
};
