//! The report's pictures, as data URIs.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageResult, Luma};

use crate::imaging::raster::bilinear;
use crate::imaging::{Mm, Picture, Plane, tone};
use crate::inspect::comparison::agreement::{Agreement, Comparison};
use crate::inspect::decision::text;
use crate::inspect::recognition::reading::Reading;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::scan::Scan;
use crate::inspect::stacking::grid::ALONG;
use crate::inspect::tamper::confirmation::State;
use crate::inspect::{Inspection, Page};
use crate::report::overlay;
use crate::report::record::Region;

/// What is shown of a page around the portrait. A guess.
const AROUND: Mm = Mm(4.0);
/// The longer side of the scan at the most, in pixels: as wide as a screen. A guess.
const LONGEST: u32 = 1600;
/// JPEG quality of the scan. A guess.
const QUALITY: u8 = 88;
/// Colour profiles of more bytes are left out: the page would be all profile. Displays' and
/// scanners' have a few thousand, presses' half a million and more.
const LONGEST_PROFILE: usize = 1 << 18;

/// Pixels a bin of the pooled copy. A guess, as all sizes here: what looks well on a page.
const MAGNIFICATION: usize = 5;
/// Symbols a row of the pooled copy at the most.
const A_ROW: usize = 24;

/// Lines that are shown straightened.
const LINES: usize = 7;
/// How much of them, in line pitches.
const ALONG_LINES: usize = 24;
/// Pixels a pitch.
const PITCH: usize = 40;
/// From one candidate for them to the next, in pitches.
const STRIDE: usize = 3;
/// How uneven in lightness (standard deviation, L*) lines may be that are sound all over, to be
/// shown rather than even ones of which none can be told. A guess.
const UNTOLD: f32 = 40.0;

/// The scan and what was found in it.
pub(super) struct ScanFigure {
    pub(super) picture: String,
    /// The marks on clear ground; none where nothing was found.
    pub(super) marks: Option<String>,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Whether it is a part of the file's picture.
    pub(super) is_part: bool,
    pub(super) regions: Vec<Box>,
}

/// The portrait beside the one that was issued.
pub(super) struct IssuedFigure {
    pub(super) says: String,
    pub(super) scan: String,
    pub(super) reference: String,
    pub(super) difference: String,
}

impl IssuedFigure {
    pub(super) fn of(comparison: &Comparison) -> ImageResult<Self> {
        /// Standard deviations from grey to black or white.
        const MOST: f32 = 4.0;
        let says = match (comparison.agreement, comparison.unexplained) {
            (Agreement::Agrees, None) => "the face is the reference’s".to_owned(),
            (Agreement::Agrees, Some(why)) => format!("the face is the reference’s, but {why}"),
            (_, Some(why)) => why.to_string(),
            (_, None) => "it cannot be told".to_owned(),
        };
        let (rows, columns) = comparison.difference.dim();
        let grey = |x: u32, y: u32| {
            let left = comparison.difference[[y as usize, x as usize]] / MOST;
            Luma([(127.5 + 127.5 * left.clamp(-1.0, 1.0)) as u8])
        };
        let difference = GrayImage::from_fn(columns as u32, rows as u32, grey);
        let (width, height) = comparison.scan_view.dimensions();
        let difference = image::imageops::resize(&difference, width, height, FilterType::Triangle);
        Ok(Self {
            says,
            scan: jpeg(&comparison.scan_view.clone().into(), None)?,
            reference: jpeg(&comparison.reference_view.clone().into(), None)?,
            difference: jpeg(&difference.into(), None)?,
        })
    }
}

/// A numbered region, in pixels of the figure.
pub(super) struct Box {
    pub(super) number: usize,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    pub(super) label_x: String,
    pub(super) label_y: String,
}

impl ScanFigure {
    pub(super) fn of(picture: &Picture, page: &Page, regions: &[Region]) -> ImageResult<Self> {
        let part = Part::around(&page.main, picture);
        let pixels = &picture.pixels;
        let is_part = part.size != [pixels.width(), pixels.height()];
        let cut = pixels.crop_imm(part.corner[0], part.corner[1], part.size[0], part.size[1]);
        let scale = (f64::from(LONGEST) / f64::from(part.size[0].max(part.size[1]))).min(1.0);
        let [width, height] = part.size.map(|v| ((f64::from(v) * scale).round() as u32).max(1));
        let shown =
            if scale < 1.0 { cut.resize_exact(width, height, FilterType::Triangle) } else { cut };
        let scales = [0, 1].map(|i| f64::from([width, height][i]) / f64::from(part.size[i]));
        let view = |place: [f64; 2]| {
            [0, 1].map(|i| (place[i] - f64::from(part.corner[i]) + 0.5) * scales[i] - 0.5)
        };
        let portraits = page.portraits_beside_main();
        let marks = (!portraits.is_empty())
            .then(|| png(&overlay::marks([width, height], &portraits, view).into()))
            .transpose()?;
        let regions = boxes(regions, view, f64::from(width.max(height)) / 50.0);
        let picture = jpeg(&shown, picture.icc.as_deref())?;
        Ok(Self { picture, marks, width, height, is_part, regions })
    }
}

fn boxes(regions: &[Region], view: impl Fn([f64; 2]) -> [f64; 2], size: f64) -> Vec<Box> {
    let of = |(i, region): (usize, &Region)| {
        let [x, y] = view([region.x_px, region.y_px]);
        let [to_x, to_y] = view([region.x_px + region.width_px, region.y_px + region.height_px]);
        let text = |v: f64| format!("{v:.0}");
        Box {
            number: i + 1,
            x: text(x),
            y: text(y),
            width: text(to_x - x),
            height: text(to_y - y),
            label_x: text(x + 0.25 * size),
            label_y: text(y + 1.05 * size),
        }
    };
    regions.iter().enumerate().map(of).collect()
}

/// A part of the picture, in pixels.
struct Part {
    corner: [u32; 2],
    size: [u32; 2],
}

impl Part {
    /// The portrait and some millimetres around it; all where it is not known.
    fn around(inspection: &Inspection, picture: &Picture) -> Self {
        let all = [picture.pixels.width(), picture.pixels.height()];
        let Some(corners) = inspection.corners() else { return Self { corner: [0; 2], size: all } };
        let scan = &inspection.scan;
        let [from, to] = [0, 1].map(|end| {
            [0, 1].map(|axis| {
                let room = AROUND.0 * scan.per_mm[axis] * scan.factor as f64;
                let places = corners.iter().map(|corner| corner[axis]);
                let most = f64::from(all[axis]);
                let place = if end == 0 {
                    places.fold(f64::INFINITY, f64::min) - room
                } else {
                    places.fold(f64::NEG_INFINITY, f64::max) + room
                };
                place.clamp(0.0, most) as u32
            })
        });
        if (0..2).any(|i| to[i] <= from[i]) {
            return Self { corner: [0; 2], size: all };
        }
        Self { corner: from, size: [to[0] - from[0], to[1] - from[1]] }
    }
}

/// Some symbols of the pooled copy.
pub(super) struct CopyRow {
    pub(super) picture: String,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) letters: Vec<Letter>,
}

/// A symbol beneath its picture.
pub(super) struct Letter {
    pub(super) x: usize,
    pub(super) middle: usize,
    pub(super) symbol: char,
    pub(super) is_read: bool,
}

/// The pooled copy in rows, the widest first.
pub(super) fn copy(reading: &Reading) -> ImageResult<Vec<CopyRow>> {
    let symbols = reading.circle.len();
    let a_row = symbols.div_ceil(symbols.div_ceil(A_ROW).max(1)).max(1);
    let cell = ALONG * MAGNIFICATION;
    let row = |from: usize| {
        let range = from..(from + a_row).min(symbols);
        let picture = overlay::copies(reading, range.clone(), MAGNIFICATION);
        let letter = |(i, read): (usize, &crate::inspect::recognition::reading::Read)| Letter {
            x: i * cell,
            middle: i * cell + cell / 2,
            symbol: read.symbol.character(),
            is_read: read.log_odds >= text::READ,
        };
        Ok(CopyRow {
            height: picture.height() as usize,
            picture: png(&picture.into())?,
            width: a_row * cell,
            letters: reading.circle[range].iter().enumerate().map(letter).collect(),
        })
    };
    (0..symbols).step_by(a_row).map(row).collect()
}

/// Width of a symbol's picture.
pub(super) const CELL: usize = ALONG * MAGNIFICATION;

/// Lines of the portrait, level.
pub(super) struct Rows {
    pub(super) picture: String,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) lines: Vec<Line>,
    /// What of the lines is shown, in millimetres.
    pub(super) length: String,
    /// Pixels a pixel of the file.
    pub(super) magnification: String,
}

/// A line of the portrait.
pub(super) struct Line {
    pub(super) middle: usize,
    pub(super) number: String,
    pub(super) is_placed: bool,
}

impl Rows {
    /// Some lines where letters show best.
    pub(super) fn of(inspection: &Inspection) -> ImageResult<Option<Self>> {
        let (Some(frame), Some(columns), Some(_)) =
            (inspection.frame(), inspection.columns(), inspection.stack())
        else {
            return Ok(None);
        };
        let (scan, turned) = (&inspection.scan, inspection.orientation());
        let (level, top) = (Level::of(scan, frame), frame.down[0].ceil());
        let sound = soundness(inspection, frame);
        let Some([left, above]) = clearest_lines(&level, &sound) else {
            return Ok(None);
        };
        let [width, height] = [ALONG_LINES, LINES].map(|pitches| pitches * PITCH);
        let pixels = Plane::from_shape_fn((height, width), |(y, x)| {
            let x = if turned.runs_backwards() { width - 1 - x } else { x };
            let y = if turned.upside_down { height - 1 - y } else { y };
            let [x, y] = [x, y].map(|v| (v as f64 + 0.5) / PITCH as f64);
            level.at(left as f64 + x, above as f64 + y)
        });
        let line = |i: usize| {
            let line = top as i64
                + above as i64
                + if turned.upside_down { LINES - 1 - i } else { i } as i64;
            let index = usize::try_from(line - columns.first_line).ok();
            let row = columns.row_phases.zip(index).map(|(law, index)| law.row(index) + 1);
            Line {
                middle: i * PITCH + PITCH / 2,
                number: row.map_or(String::new(), |row| row.to_string()),
                is_placed: columns.phase(line).is_some(),
            }
        };
        let [x, y] = frame.lines.slope();
        let pitch_mm = 1.0 / x.hypot(y);
        let file_px = pitch_mm * (scan.per_mm[0] * scan.per_mm[1]).sqrt() * scan.factor as f64;
        Ok(Some(Self {
            picture: png(&stretched(&pixels).into())?,
            width,
            height,
            lines: (0..LINES).map(line).collect(),
            length: format!("{:.1}", ALONG_LINES as f64 * pitch_mm),
            magnification: format!("{:.1}", PITCH as f64 / file_px),
        }))
    }
}

/// How much of each pitch of each line, `[line, pitch along]`, holds microtext that stands as it
/// should: 1 or 0.
fn soundness(inspection: &Inspection, frame: &Frame) -> Plane {
    let per_mm = inspection.scan.per_mm;
    let [across, down] = frame_size(frame);
    let mut sound = Plane::zeros((down, across));
    for [x, y] in places_of_sound(inspection) {
        let place = [(x + 0.5) / per_mm[0], (y + 0.5) / per_mm[1]];
        let u = frame.along.at(place) - frame.across[0];
        let v = frame.lines.at(place) - frame.down[0].ceil();
        // A tile's middle, of some two pitches to either side.
        for (down, across) in [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)] {
            if let Some(sound) = sound.get_mut([(v + down) as usize, (u + across) as usize]) {
                *sound = 1.0;
            }
        }
    }
    sound
}

/// The pitch along and the line, `[along, line]`, from which lines are most even in lightness and
/// most sound.
fn clearest_lines(level: &Level<'_>, sound: &Plane) -> Option<[usize; 2]> {
    let unfit = |&[u, v]: &[usize; 2]| {
        let pitches = || (0..LINES * ALONG_LINES).map(|i| [i % ALONG_LINES, i / ALONG_LINES]);
        let count = (LINES * ALONG_LINES) as f32;
        let tone = |[x, y]: [usize; 2]| level.at((u + x) as f64 + 0.5, (v + y) as f64 + 0.5);
        let mean = pitches().map(tone).sum::<f32>() / count;
        let square = pitches().map(|at| (tone(at) - mean).powi(2)).sum::<f32>() / count;
        let told = pitches().filter_map(|[x, y]| sound.get([v + y, u + x])).sum::<f32>();
        square.sqrt() - UNTOLD * told / count
    };
    let (down, across) = sound.dim();
    let corners = (0..=down.saturating_sub(LINES)).step_by(STRIDE).flat_map(|v| {
        (0..=across.saturating_sub(ALONG_LINES)).step_by(STRIDE).map(move |u| [u, v])
    });
    let best = corners.map(|corner| (unfit(&corner), corner));
    best.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, corner)| corner)
}

/// Places, in working pixels, where the microtext stands as it should.
fn places_of_sound(inspection: &Inspection) -> impl Iterator<Item = [f64; 2]> {
    let tiles = inspection.tamper.iter().flat_map(|map| map.states.iter().zip(&map.middles));
    tiles.filter_map(|(state, middle)| middle.filter(|_| *state == State::Confirmed))
}

/// Whole line pitches of the portrait, along its lines and down.
fn frame_size(frame: &Frame) -> [usize; 2] {
    [frame.across, frame.down].map(|[from, to]| (to - from).max(1.0) as usize)
}

/// The portrait with its lines level: the place in working pixels at every pitch.
struct Level<'a> {
    luminance: &'a Plane,
    x: Plane,
    y: Plane,
}

impl<'a> Level<'a> {
    fn of(scan: &'a Scan, frame: &Frame) -> Self {
        let [across, down] = frame_size(frame);
        let nodes = (down + 1, across + 1);
        let (mut x, mut y) = (Plane::zeros(nodes), Plane::zeros(nodes));
        let mut near = frame.lines.centre();
        for (i, j) in (0..nodes.0).flat_map(|i| (0..nodes.1).map(move |j| (i, j))) {
            near = frame.place(frame.across[0] + j as f64, frame.down[0].ceil() + i as f64, near);
            let [at_x, at_y] = [0, 1].map(|axis| near[axis] * scan.per_mm[axis] - 0.5);
            (x[[i, j]], y[[i, j]]) = (at_x as f32, at_y as f32);
        }
        Self { luminance: &scan.luminance, x, y }
    }

    /// The lightness so many pitches along the lines and down.
    fn at(&self, u: f64, v: f64) -> f32 {
        let [x, y] = [&self.x, &self.y].map(|plane| f64::from(bilinear(plane, u, v)));
        tone::lightness(bilinear(self.luminance, x, y))
    }
}

/// Lightness as grey, from the darkest hundredth to the lightest.
pub(super) fn stretched(lightness: &Plane) -> GrayImage {
    let mut sorted: Vec<f32> = lightness.iter().copied().collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let [dark, light] = [1, 99].map(|share| sorted[(sorted.len() - 1) * share / 100]);
    let range = (light - dark).max(1.0);
    let (height, width) = lightness.dim();
    GrayImage::from_fn(width as u32, height as u32, |x, y| {
        let share = (lightness[[y as usize, x as usize]] - dark) / range;
        Luma([(20.0 + 225.0 * share).clamp(0.0, 255.0) as u8])
    })
}

/// One keyed line of the print.
pub(super) struct KeyLine {
    pub(super) x: usize,
    pub(super) number: usize,
    pub(super) is_right: bool,
}

/// The keyed lines that could be placed, in the order of the print.
pub(super) fn key_lines(inspection: &Inspection) -> Vec<KeyLine> {
    let lines = inspection.keyed().into_iter().flat_map(|keyed| &keyed.lines);
    let line =
        |(x, &(row, is_right)): (usize, &(usize, bool))| KeyLine { x, number: row + 1, is_right };
    lines.enumerate().map(line).collect()
}

fn jpeg(picture: &DynamicImage, icc: Option<&[u8]>) -> ImageResult<String> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    if let Some(icc) = icc.filter(|icc| icc.len() <= LONGEST_PROFILE) {
        // A picture without its profile is still the picture.
        let _unsupported = encoder.set_icc_profile(icc.to_vec());
    }
    if picture.color().has_color() {
        picture.to_rgb8().write_with_encoder(encoder)?;
    } else {
        picture.to_luma8().write_with_encoder(encoder)?;
    }
    Ok(uri("image/jpeg", &bytes))
}

pub(super) fn png(picture: &DynamicImage) -> ImageResult<String> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_with_encoder(PngEncoder::new(&mut bytes))?;
    Ok(uri("image/png", bytes.get_ref()))
}

fn uri(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}
