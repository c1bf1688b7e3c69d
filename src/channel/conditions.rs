//! What a page goes through, in numbers: the printer, its ink and paper, the page's later life, and
//! the scanner. Each number's usual range stands with it; presets draw from these ranges.

use serde::Serialize;

use crate::imaging::{Mm, Ppi};

/// All that happens between the printer and the reader, but for the noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conditions {
    /// The printer, its ink and paper, and the page's later life.
    pub print: PrintConditions,
    /// The scanner or phone.
    pub scan: ScanConditions,
}

impl Conditions {
    /// A printer and a scanner that change nothing: each scan pixel is the mean reflectance of its
    /// square, without border, noise or blur.
    #[must_use]
    pub fn clean(ppi: Ppi) -> Self {
        let print = PrintConditions {
            technology: Technology::Continuous,
            shared_inks: 0,
            paper: 1.0,
            black: 0.0,
            gain: 0.0,
            yule_nielsen: 1.0,
            calibration: 1.0,
            spot: Mm(0.0),
            spread: Mm(0.0),
            grain: 0.0,
            mottle: 0.0,
            mottle_size: Mm(1.0),
            banding: 0.0,
            banding_pitch: Mm(1.0),
            wear: Wear { abrasion: 0.0, stain: 0.0, scratches: 0.0 },
            relief: 0.0,
        };
        let scan = ScanConditions {
            ppi,
            scale: [1.0; 2],
            rotation_deg: 0.0,
            shift_px: [0.0; 2],
            border: [Mm(0.0); 4],
            surround: Surround { reflectance: 1.0, pattern: 0.0, pattern_pitch: Mm(1.0) },
            keystone: [0.0; 2],
            lens: 0.0,
            feed_jitter: Mm(0.0),
            feed_period: Mm(10.0),
            feed_phase: 0.0,
            sway: Mm(0.0),
            sway_period: Mm(10.0),
            sway_phase: 0.0,
            registration: [[Mm(0.0); 2]; 2],
            optics_px: 0.0,
            aspect: 1.0,
            motion_px: [0.0; 2],
            illumination: [0.0; 2],
            vignette: 0.0,
            glare: Glare::NONE,
            gamma: 1.0,
            black_point: 0.0,
            white_point: 1.0,
            balance: [1.0; 3],
            sharpen: 0.0,
            sharpen_radius_px: 1.0,
            read_noise: 0.0,
            shot_noise: 0.0,
            column_noise: 0.0,
            dust: 0.0,
            hairs: 0.0,
            colour: true,
            jpeg: None,
        };
        Self { print, scan }
    }
}

/// How the ink shares become marks on the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Technology {
    /// Dye sublimation: each dot takes any tone.
    Continuous,
    /// Laser pulses of any strength in polycarbonate. Burns grey: a colour picture comes out grey.
    Engraving,
    /// An amplitude-modulated screen, 1 bit.
    ClusteredDot {
        /// Addressable dots per inch, 1200–2400 (platesetters, ISO 12640).
        device: Ppi,
        /// Screen cells per inch, 133–220 (ISO 12647-2 prints 60–80 cells per cm; real prints have
        /// 197–200).
        lines: f64,
        /// Turn of the first ink's screen, degrees; each further ink's is turned by 30 more.
        angle_deg: f64,
    },
    /// Error diffusion, 1 bit.
    ErrorDiffusion {
        /// Addressable dots per inch, 1200–2400.
        device: Ppi,
        /// Where the error goes.
        kernel: Kernel,
    },
    /// Drops that miss their place.
    Inkjet {
        /// Addressable dots per inch, 1200–2400.
        device: Ppi,
        /// Drop sizes with none counted, 2–4.
        levels: u8,
        /// Error diffusion, or a blue-noise mask where none.
        kernel: Option<Kernel>,
        /// Root mean square error of placement along each axis, 1–6 µm: half of it belongs to the
        /// nozzle (a row), the rest to the drop.
        placement: Mm,
    },
}

/// Where the error of a dot goes; rows are scanned to and fro (serpentine).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// Floyd and Steinberg (1976): 4 neighbours.
    FloydSteinberg,
    /// Stucki (1981): 12 neighbours, sharper and with fewer worms.
    Stucki,
}

/// The page and the ink on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrintConditions {
    /// How the ink is laid.
    pub technology: Technology,
    /// Inks that all colours share, 0–2, where the technology is a clustered-dot screen: black, and
    /// a second one. With three colours, and the first screen at 15°, five inks stand at 15, 45,
    /// 75, 105 and 135°, as on real prints.
    pub shared_inks: u8,
    /// Reflectance of the bare page, 0.80–0.92 (ISO 12647-2 papers: L* 90–97).
    pub paper: f64,
    /// Reflectance of solid ink, 0.01–0.05 (densities 2.0–1.3).
    pub black: f64,
    /// Tone value increase at half tone, as a share of the whole, 0.05–0.22 (ISO 12647-2).
    pub gain: f64,
    /// Yule–Nielsen factor of optical gain, 1 (none) – 1.7.
    pub yule_nielsen: f64,
    /// Share of both gains that the printer's calibration takes back, 0.3–1.
    pub calibration: f64,
    /// Sigma of a printed spot, total (device dot, melt, diffusion): 4–45 µm.
    pub spot: Mm,
    /// Sigma of light's way through the paper, 5–40 µm (Arney et al. 1996: 10–40; the
    /// sharpest edges of real scans leave no room for more than 8).
    pub spread: Mm,
    /// Root mean square of the ink's own noise over 20 × 20 µm, as a share of the ink (of half
    /// tone, where tone is continuous), 0–0.13. An inkjet print at 150 ppi had 0.0083 of full scale.
    pub grain: f64,
    /// Root mean square of cloudiness at half tone, as a share of the ink, 0–0.03 (ISO 24790
    /// mottle).
    pub mottle: f64,
    /// Distance over which the clouds change, 0.1–1.5 mm.
    pub mottle_size: Mm,
    /// Root mean square of bands across the feed at half tone, as a share of the ink, 0–0.02.
    pub banding: f64,
    /// Period of the bands, 0.2–3 mm.
    pub banding_pitch: Mm,
    /// What time did.
    pub wear: Wear,
    /// Glints of embossed or laminated stock a square centimetre, 0–4.
    pub relief: f64,
}

/// What time did to the page, after the print and before the scan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wear {
    /// Share of the contrast that abrasion took at its worst place, 0–0.3.
    pub abrasion: f64,
    /// Share of the light that the darkest stain takes, 0–0.3.
    pub stain: f64,
    /// Scratches per square centimetre, 0–4.
    pub scratches: f64,
}

/// What lies around the portrait.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Surround {
    /// Reflectance: paper 0.75–0.92, a lid or a dark mat 0.02–0.2.
    pub reflectance: f64,
    /// Depth of a printed wave pattern, as a share of the reflectance, 0–0.15.
    pub pattern: f64,
    /// Distance between the waves, 0.3–1.2 mm.
    pub pattern_pitch: Mm,
}

/// Light that falls elsewhere than a scanner's maker would have it: on the page from the page itself,
/// on the sensor from the whole picture, and from a lamp that the page mirrors.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Glare {
    /// Share by which a white ground lights what stands on it, against none: light goes to and fro
    /// between page and glass (Knox 1996). In real flatbed scans a patch is 24–32 % lighter on white
    /// ground than on black, 7–14 % on grey; 0–0.4.
    pub glass: f64,
    /// Share of the surrounding light that the lens spreads over a place, 0–0.06.
    pub lens: f64,
    /// Sigma of the surroundings, 2–15 mm.
    pub reach: Mm,
    /// Light that a lamp's reflection adds at its middle, as a share of white, 0–0.25.
    pub veil: f64,
    /// Sigma of that haze, 5–25 mm.
    pub veil_size: Mm,
    /// Its middle, as shares of the scan's width and height, 0–1.
    pub veil_at: [f64; 2],
}

impl Glare {
    /// None at all.
    pub const NONE: Self = Self {
        glass: 0.0,
        lens: 0.0,
        reach: Mm(5.0),
        veil: 0.0,
        veil_size: Mm(10.0),
        veil_at: [0.5; 2],
    };
}

/// The scanner (or phone), and how the page lies in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScanConditions {
    /// The resolution that the file states; the true one is `scale` times as large.
    pub ppi: Ppi,
    /// True over stated resolution, across and down, 0.97–1.03.
    pub scale: [f64; 2],
    /// Turn of the page, degrees, clockwise as seen; within ±10.
    pub rotation_deg: f64,
    /// Displacement of the page, pixels right and down; within ±0.5.
    pub shift_px: [f64; 2],
    /// Page seen beyond the portrait's bounding box: left, top, right, bottom; 2–6 mm.
    pub border: [Mm; 4],
    /// What is seen there.
    pub surround: Surround,
    /// Share by which the print shrinks from the centre to 20 mm right, and to 20 mm below
    /// (a phone held aslant); within ±0.02.
    pub keystone: [f64; 2],
    /// Radial distortion 20 mm from the centre (positive: barrel), as a share; within ±0.006.
    pub lens: f64,
    /// Amplitude of uneven feed, along it, 0–30 µm. Real flatbed scans miss their places by 13.5 µm
    /// along the feed and 15 µm across it (root mean square), an amplitude of 19 and 21.
    pub feed_jitter: Mm,
    /// Period of uneven feed, 2–25 mm (rollers and gears).
    pub feed_period: Mm,
    /// Phase of uneven feed, radians.
    pub feed_phase: f64,
    /// Amplitude of the carriage's way to and fro across the feed, 0–25 µm.
    pub sway: Mm,
    /// Period of it along the feed, 3–30 mm.
    pub sway_period: Mm,
    /// Phase of it, radians.
    pub sway_phase: f64,
    /// How far red, and how far blue, lies from green in a colour scan, right and down (the feed).
    /// Real flatbed scans: +6 and −7 µm in one, −13 and +23 µm in another, along the feed.
    pub registration: [[Mm; 2]; 2],
    /// Sigma of the optics beside the pixel's own square, in scan pixels, 0.1–0.6; badly
    /// focused scans 0.75, phones 1.2. Edges of real 600-ppi scans rise from 10 to 90 % in 59 and
    /// 43 µm in one (clipped, so a lower bound), in 75 and 69 µm in another.
    pub optics_px: f64,
    /// The optics' blur across over that along the feed, 0.7–2.3 in real scans; their geometric
    /// mean is `optics_px`.
    pub aspect: f64,
    /// Way of the picture during exposure, scan pixels right and down; phones up to 1.5.
    pub motion_px: [f64; 2],
    /// Change of illumination from the centre to the right and to the lower edge, as a share;
    /// scanners ±0.05, phones ±0.25.
    pub illumination: [f64; 2],
    /// Loss of light at the corners, as a share, 0–0.3.
    pub vignette: f64,
    /// Light that went astray.
    pub glare: Glare,
    /// Exponent of the tone curve's error, on linear light, 0.85–1.2.
    pub gamma: f64,
    /// Reflectance that is stored as black, −0.03 (flare) – 0.02.
    pub black_point: f64,
    /// Reflectance that is stored as white, 0.74–1.02. Paper is clipped to white in 3 of 7 real scans.
    pub white_point: f64,
    /// Gains of red, green and blue, 0.95–1.05; grey scans take none.
    pub balance: [f64; 3],
    /// Strength of unsharp masking, 0 (none) – 2. Real flatbed scans overshoot by 9–27 % of an
    /// edge, as 0.7–1.8 do at a radius of one pixel.
    pub sharpen: f64,
    /// Sigma of unsharp masking, scan pixels, 0.6–1.5.
    pub sharpen_radius_px: f64,
    /// Root mean square of read noise, as a share of full scale, 0.001–0.015.
    pub read_noise: f64,
    /// Root mean square of shot noise at full scale, 0.002–0.03 (full well 250 000 – 1 100).
    pub shot_noise: f64,
    /// Root mean square of the columns' gains (line sensors), 0–0.008.
    pub column_noise: f64,
    /// Dust on the glass, specks per square centimetre, 0–8.
    pub dust: f64,
    /// Hairs on the glass per square centimetre, 0–0.3.
    pub hairs: f64,
    /// Whether a colour print gives a colour scan. A grey print always gives a grey one.
    pub colour: bool,
    /// JPEG quality of the stored file, 75–95; none where it is lossless.
    pub jpeg: Option<u8>,
}
