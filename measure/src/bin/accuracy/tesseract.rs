//! Tesseract on the same scans, each prepared as well as we know how. It is run as a program, on one
//! thread; without it the column is left out.
#![expect(clippy::print_stderr, reason = "why there is no table")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use image::{GrayImage, Luma};
use serde::Serialize;

use tumar::imaging::raster::{bilinear, blur};
use tumar::imaging::{Mm, Picture, Plane, Ppi, tone};
use tumar::inspect::stacking::grid;
use tumar::inspect::{Inspection, inspect};
use tumar::spec::{Name, Profile, Script, Symbol};

/// Pixels a millimetre of what Tesseract is given: capitals of 0.24 mm are 36 pixels high.
const PER_MM: f64 = 150.0;
/// Side of the square from the scan's middle that stands for the whole, which takes minutes: 30 lines.
const PART: Mm = Mm(12.0);
/// Lines of text that are tried one by one, evenly over the portrait.
const LINES: usize = 6;
/// Copies of the stack side by side, so that the name stands whole in between.
const COPIES: usize = 3;
/// White round a line, in pixels.
const MARGIN: usize = 20;

/// What Tesseract is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Variant {
    /// [`PART`] of the flattened scan, as one block of text (psm 6).
    Block,
    /// The same as sparse text (psm 11).
    Sparse,
    /// [`LINES`] lines of it, straightened by tumar (psm 7).
    Lines,
    /// All copies in one, registered and stacked by tumar (psm 7).
    Stack,
}

impl Variant {
    pub(crate) const ALL: [Self; 4] = [Self::Block, Self::Sparse, Self::Lines, Self::Stack];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Block => "flattened scan, psm 6",
            Self::Sparse => "flattened scan, psm 11",
            Self::Lines => "6 lines that tumar straightened, psm 7",
            Self::Stack => "tumar's stack, psm 7",
        }
    }

    fn segmentation(self) -> &'static str {
        match self {
            Self::Block => "6",
            Self::Sparse => "11",
            Self::Lines | Self::Stack => "7",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    pub(crate) variant: Variant,
    /// The name stands somewhere in the output.
    pub(crate) exact: bool,
    /// Edits a letter from the name to the part of the output that is nearest to it.
    pub(crate) errors: f64,
    /// In Tesseract.
    pub(crate) millis: f64,
}

/// Whether Tesseract and its languages are there.
pub(crate) fn installed() -> bool {
    let languages = Command::new("tesseract").arg("--list-langs").output();
    let languages = languages.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let there = languages.is_ok_and(|known| {
        ["eng", "kaz", "rus"].iter().all(|language| known.lines().any(|line| line == *language))
    });
    if !there {
        eprintln!("tesseract with eng, kaz and rus is not installed: no Tesseract column");
    }
    there
}

/// Lets Tesseract read a scan in every variant.
pub(crate) fn read(scan: &Picture, name: &Name, profile: &Profile) -> Result<Vec<Attempt>> {
    let inspection = inspect(scan, None, None, profile)?;
    let ink = ink(scan, &inspection)?;
    let folder = tempfile::tempdir()?;
    let truth = normalised(&format!("{}{}", name.surname(), name.given()));
    let mut attempts = Vec::new();
    for variant in Variant::ALL {
        let pictures = match variant {
            Variant::Block | Variant::Sparse => vec![part(&ink, resolution(&inspection)?)],
            Variant::Lines => lines(&ink, &inspection, profile),
            Variant::Stack => stacked(&inspection, profile).into_iter().collect(),
        };
        let (mut text, start) = (String::new(), Instant::now());
        for picture in &pictures {
            let path = folder.path().join("given.png");
            picture.save(&path)?;
            text += &ocr(&path, variant, name.script())?;
        }
        let text = normalised(&text);
        let distance = nearest(&truth, &text);
        attempts.push(Attempt {
            variant,
            exact: distance == 0,
            errors: distance as f64 / truth.len() as f64,
            millis: start.elapsed().as_secs_f64() * 1e3,
        });
    }
    Ok(attempts)
}

fn ocr(path: &Path, variant: Variant, script: Script) -> Result<String> {
    let language = match script {
        Script::Latin => "eng",
        Script::Cyrillic => "kaz+rus",
    };
    let whitelist: String = script.symbols().chain([script.end()]).map(Symbol::character).collect();
    let output = Command::new("tesseract")
        .arg(path)
        .args(["stdout", "--dpi", "300", "--oem", "1", "-l", language])
        .args(["--psm", variant.segmentation()])
        .args(["-c", &format!("tessedit_char_whitelist={whitelist}")])
        // The name is no word of a dictionary.
        .args(["-c", "load_system_dawg=0", "-c", "load_freq_dawg=0"])
        .env("OMP_THREAD_LIMIT", "1")
        .output()
        .context("tesseract")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Capitals without spaces and fillers.
fn normalised(text: &str) -> Vec<char> {
    let capitals = text.chars().flat_map(char::to_uppercase);
    capitals.filter(|c| !c.is_whitespace() && *c != '<').collect()
}

/// Fewest edits from a text to any part of another (Sellers 1980).
fn nearest(text: &[char], within: &[char]) -> usize {
    let mut column: Vec<usize> = (0..=text.len()).collect();
    let mut least = text.len();
    for c in within {
        let mut diagonal = 0;
        for (i, letter) in text.iter().enumerate() {
            let edited = 1 + column[i].min(column[i + 1]);
            let kept = diagonal + usize::from(letter != c);
            diagonal = std::mem::replace(&mut column[i + 1], edited.min(kept));
        }
        least = least.min(column[text.len()]);
    }
    least
}

/// The scan at its full resolution without the portrait: the local mean taken off, in units of the
/// local deviation, letters positive in light and dark tones.
fn ink(scan: &Picture, inspection: &Inspection) -> Result<Plane> {
    const MEAN: Mm = Mm(0.25);
    const DEVIATION: Mm = Mm(0.6);
    /// Of the generator: below this L* letters are lighter than their ground.
    const TURN: f32 = 40.0;
    let ppi = resolution(inspection)?;
    let light = scan.luminance(1);
    let mean = blur(&light, ppi.px(MEAN));
    let mut ink = (&mean - &light) / (&mean + 0.01);
    let deviation = blur(&(&ink * &ink), ppi.px(DEVIATION));
    ensure!(ink.dim() == deviation.dim(), "a plane changed its size");
    ndarray::Zip::from(&mut ink).and(&mean).and(&deviation).for_each(|v, &mean, &square| {
        let turned = if tone::lightness(mean.clamp(0.0, 1.0)) < TURN { -1.0 } else { 1.0 };
        *v *= turned / square.max(1e-6).sqrt();
    });
    Ok(ink)
}

fn resolution(inspection: &Inspection) -> Result<Ppi> {
    Ok(inspection.scan().resolution.context("the scan's resolution")?.axes[0])
}

/// Dark ink on white, three deviations to either side.
fn grey(ink: f32) -> Luma<u8> {
    Luma([(255.0 * (0.5 - ink / 6.0)).clamp(0.0, 255.0) as u8])
}

fn part(ink: &Plane, ppi: Ppi) -> GrayImage {
    let step = ppi.per_mm() / PER_MM;
    let side = (PART.0 * PER_MM) as u32;
    let [top, left] = [ink.nrows(), ink.ncols()].map(|n| 0.5 * (n as f64 - ppi.px(PART)));
    let place = |pixel: u32, start: f64| start + (f64::from(pixel) + 0.5) * step - 0.5;
    GrayImage::from_fn(side, side, |x, y| grey(bilinear(ink, place(x, left), place(y, top))))
}

/// Lines of text, evenly over the portrait.
fn lines(ink: &Plane, inspection: &Inspection, profile: &Profile) -> Vec<GrayImage> {
    let Some(frame) = inspection.frame() else { return Vec::new() };
    let pitch = profile.layout.pitch.0;
    let per_pitch = pitch * PER_MM;
    let [rows, columns] = [&frame.down, &frame.across].map(|[from, to]| to - from);
    let (width, height) = ((columns * per_pitch) as u32, per_pitch as u32 + 2 * MARGIN as u32);
    let per_mm = inspection.scan().per_mm.map(|v| v * inspection.scan().factor as f64);
    let line = |i: usize| {
        let number = (frame.down[0] + rows * (i as f64 + 0.5) / LINES as f64).floor();
        let mut near = frame.lines.centre();
        GrayImage::from_fn(width, height, |x, y| {
            let u = frame.across[0] + (f64::from(x) + 0.5) / per_pitch;
            let v = number + (f64::from(y) + 0.5 - MARGIN as f64) / per_pitch;
            near = frame.place(u, v, near);
            let [x, y] = [0, 1].map(|i| near[i] * per_mm[i] - 0.5);
            grey(bilinear(ink, x, y))
        })
    };
    (0..LINES).map(line).collect()
}

/// The stack, enlarged, in [`COPIES`].
fn stacked(inspection: &Inspection, profile: &Profile) -> Option<GrayImage> {
    let reading = inspection.reading()?;
    let bins = reading.picture.len() / grid::ACROSS;
    let plane = Plane::from_shape_vec((grid::ACROSS, bins), reading.picture.clone()).ok()?;
    let mut sorted = reading.picture.clone();
    sorted.sort_by(f32::total_cmp);
    let [white, black] = [0.02, 0.98].map(|share| sorted[(share * sorted.len() as f64) as usize]);
    let layout = &profile.layout;
    let across = layout.pitch.0 * PER_MM / grid::ACROSS as f64;
    let along = layout.advance.0 * PER_MM / grid::ALONG as f64;
    let (height, width) = (grid::ACROSS as f64 * across, (COPIES * bins) as f64 * along);
    let picture = GrayImage::from_fn(
        width as u32 + 2 * MARGIN as u32,
        height as u32 + 2 * MARGIN as u32,
        |x, y| {
            let x = (f64::from(x) + 0.5 - MARGIN as f64) / along;
            let y = (f64::from(y) + 0.5 - MARGIN as f64) / across;
            let inside = (0.0..(COPIES * bins) as f64).contains(&x)
                && (0.0..grid::ACROSS as f64).contains(&y);
            let ink = bilinear(&plane, x.rem_euclid(bins as f64) - 0.5, y - 0.5);
            let share = if inside { (black - ink) / (black - white).max(1e-9) } else { 1.0 };
            Luma([(255.0 * share).clamp(0.0, 255.0) as u8])
        },
    );
    Some(picture)
}
