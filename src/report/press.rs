//! The report of a press: what it does, in words, numbers and plots.

use askama::Template;

use super::web;
use crate::imaging::tone;
use crate::press::Press;
use crate::press::calibrate::estimate::Estimate;
use crate::press::calibrate::legibility::Legible;
use crate::press::correction;
use crate::press::prediction::{Prediction, Scanner};
use crate::spec::{Mode, Profile};

const STYLE: &str = concat!(include_str!("web/base.css"), "\n", include_str!("press.css"));
const SCRIPT: &str = "";

/// The page.
///
/// # Errors
/// Only if a template fails, which is a fault of tumar.
pub fn page(press: &Press, predictions: &[(Scanner, Prediction)]) -> Result<String, askama::Error> {
    Html {
        style: STYLE,
        policy: web::policy(STYLE, SCRIPT),
        sheets: press.sheets.join(", "),
        headline: headline(press),
        advice: press.advice(),
        rows: rows(press),
        curve: Curve::of(press),
        strips: strips(press),
        predictions: predictions.iter().map(Foretold::of).collect(),
    }
    .render()
}

#[derive(Template)]
#[template(path = "report/press.html")]
struct Html {
    style: &'static str,
    policy: String,
    sheets: String,
    headline: String,
    advice: Vec<String>,
    rows: Vec<Row>,
    curve: Curve,
    strips: Vec<Strips>,
    predictions: Vec<Foretold>,
}

/// A measured number.
struct Row {
    what: &'static str,
    value: String,
    sigma: String,
}

/// The wedge: lightness in the scan over lightness in the raster, as points of a plot of 100 × 100.
struct Curve {
    seen: String,
    /// As dots: x, y.
    dots: Vec<[f32; 2]>,
}

impl Curve {
    fn of(press: &Press) -> Self {
        let paper = press.tones.paper.value.max(1e-3);
        let dot = |step: &crate::press::calibrate::tones::Step| {
            let wish = tone::lightness(tone::LINEAR_OF_U8[usize::from(step.tone)]);
            let seen = tone::lightness((step.on_white / paper).clamp(0.0, 1.0) as f32);
            [wish, 100.0 - seen]
        };
        let dots: Vec<[f32; 2]> = press.tones.steps.iter().map(dot).collect();
        let points: Vec<String> = dots.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        Self { seen: points.join(" "), dots }
    }
}

/// Strips of one kind: how many of how many were read, by tone.
struct Strips {
    what: String,
    tones: Vec<(u8, usize, usize)>,
}

fn headline(press: &Press) -> String {
    let usual =
        |strip: &&Legible| strip.mode == Mode::Tint && (strip.cap_height_mm - 0.24).abs() < 1e-6;
    let faintest = press
        .strips
        .iter()
        .filter(usual)
        .filter(|strip| {
            let alike = |other: &&&Legible| (other.strength - strip.strength).abs() < 1e-9;
            press.strips.iter().filter(usual).filter(|s| alike(&s)).all(|other| other.is_read)
        })
        .map(|strip| strip.strength)
        .fold(f64::INFINITY, f64::min);
    if press.strips.is_empty() {
        "Measured; this size of sheet has no microtext".to_owned()
    } else if faintest.is_finite() {
        format!(
            "Microtext of 0.24 mm is read from a strength of {faintest} on, in all tones of the sheet"
        )
    } else {
        "Microtext of 0.24 mm is not read in all tones, at any strength of the sheet".to_owned()
    }
}

fn rows(press: &Press) -> Vec<Row> {
    let number =
        |what, Estimate { value, sigma }: Estimate, times: f64, unit: &str, digits: usize| Row {
            what,
            value: format!("{:.digits$} {unit}", times * value),
            sigma: format!("± {:.digits$}", times * sigma),
        };
    let (tones, edges, texture) = (&press.tones, &press.edges, &press.texture);
    let mut rows = vec![
        number("Width of the print, of the raster's", press.scale[0], 100.0, "%", 2),
        number("Height of the print", press.scale[1], 100.0, "%", 2),
        number("Bow of straight lines", press.bow_mm, 1.0, "mm", 3),
        number("Light of bare paper, of the scan's white", tones.paper, 100.0, "%", 1),
        number("Light of solid ink", tones.black, 100.0, "%", 1),
        number("Tone value increase at half tone", tones.gain, 100.0, "%", 1),
        number("Lighter on white ground than on black by", tones.glare, 100.0, "%", 1),
        number("Blur of press and scanner (sigma), across", edges.across, 1000.0, "µm", 1),
        number("… down", edges.down, 1000.0, "µm", 1),
        number("Overshoot of edges", edges.overshoot, 100.0, "%", 1),
        number("Noise of the scan on paper, a pixel", texture.noise, 100.0, "%", 2),
        number("… on middle tints", texture.tint_noise, 100.0, "%", 2),
        number("Grain of the ink over 20 µm, of the ink", texture.grain, 100.0, "%", 1),
    ];
    let plain = |what, value| Row { what, value, sigma: String::new() };
    let [across, down] = edges.letters.map(|left| 100.0 * left.value);
    rows.push(plain("Contrast left of letters", format!("{across:.0} × {down:.0} %")));
    let mtf = edges.mtf50();
    rows.push(plain(
        "Half of the contrast is left at (MTF50)",
        format!("{:.1} × {:.1} line pairs a mm", mtf[0], mtf[1]),
    ));
    rows.push(plain(
        "Halftone screen",
        match texture.screen {
            Some(screen) => {
                format!("{:.0} lines an inch at {:.0}°", screen.lines_per_inch, screen.angle_deg)
            }
            None => "none seen".to_owned(),
        },
    ));
    rows.push(plain(
        "Tones told apart",
        format!("L* {:.0} to {:.0}", tones.shadows_lost, tones.highlights_lost),
    ));
    let usual = Profile::default().with_mode(Mode::Tint);
    if let Ok(fitted) = correction::profile(press, &usual) {
        let strength = format!("{:.2}", fitted.strength);
        rows.push(plain("Strength of letters that --press takes", strength));
    }
    if let Some(register) = &press.register {
        for (what, off) in ["Cyan from black", "Magenta from black", "Yellow from black"]
            .into_iter()
            .zip(register.inks)
        {
            rows.push(plain(what, format!("{:+.0}, {:+.0} µm", 1000.0 * off[0], 1000.0 * off[1])));
        }
        for (what, off) in
            ["The scanner's red from green", "… blue from green"].into_iter().zip(register.colours)
        {
            rows.push(plain(what, format!("{:+.0}, {:+.0} µm", 1000.0 * off[0], 1000.0 * off[1])));
        }
    }
    rows
}

/// The strips by kind, in the order of the sheet.
fn strips(press: &Press) -> Vec<Strips> {
    let mut kinds: Vec<Strips> = Vec::new();
    for strip in &press.strips {
        let mode = if strip.mode == Mode::Tint { "tint" } else { "letter screen" };
        let what = format!(
            "{mode}, strength {}, capitals of {:.2} mm",
            strip.strength, strip.cap_height_mm
        );
        let known = kinds.iter().position(|kind| kind.what == what);
        let at = known.unwrap_or_else(|| {
            kinds.push(Strips { what, tones: Vec::new() });
            kinds.len() - 1
        });
        let tones = &mut kinds[at].tones;
        let known = tones.iter().position(|(tone, ..)| *tone == strip.tone);
        let at = known.unwrap_or_else(|| {
            tones.push((strip.tone, 0, 0));
            tones.len() - 1
        });
        tones[at].1 += usize::from(strip.is_read);
        tones[at].2 += 1;
    }
    kinds
}

/// How often prints are read and accepted on a scanner.
struct Foretold {
    scanner: String,
    read: String,
    accepted: String,
}

impl Foretold {
    fn of((scanner, found): &(Scanner, Prediction)) -> Self {
        let shares = found.shares().map(|share| share.map(|v| 100.0 * v));
        let [read, accepted] =
            shares.map(|[share, low, high]| format!("{share:.0} % ({low:.0}–{high:.0} %)"));
        Self { scanner: scanner.to_string(), read, accepted }
    }
}
