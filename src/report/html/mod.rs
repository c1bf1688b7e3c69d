//! The examiner's report: one page of HTML with all its pictures in it, which shows and prints alike
//! anywhere and asks nothing of a network. A pure function of what it is given.

mod figures;
mod signed_face;

use askama::Template;
use image::ImageError;
use thiserror::Error;

use super::checks::{self, Question};
use super::record::{Holder, ReadPart, Record};
use super::source::Source;
use super::web;
use super::words::{self, full_name, number, read_line, signed};
use crate::formats::hex;
use crate::inspect::decision::verdict::{Outcome, Verdict};
use crate::inspect::tamper::region::Kind;
use crate::inspect::{Inspection, Page};
use crate::spec::{Legend, Mode, Name};
use figures::{CopyRow, IssuedFigure, KeyLine, Rows, ScanFigure};
use signed_face::SignedFigure;

const STYLE: &str = concat!(include_str!("../web/base.css"), "\n", include_str!("style.css"));
const SCRIPT: &str = include_str!("script.js");

/// Symbols of a table, beyond which it is set in two columns.
const LONG: usize = 12;

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A picture could not be encoded.
    #[error("the report's pictures cannot be encoded: {0}")]
    Picture(#[from] ImageError),
    /// The page could not be filled in.
    #[error("the report cannot be written: {0}")]
    Page(#[from] askama::Error),
}

/// The report of a page's main portrait.
///
/// # Errors
/// [`ReportError`].
pub fn report(source: &Source<'_>, page: &Page, record: &Record) -> Result<String, ReportError> {
    let inspection = &page.main;
    let reading = inspection.reading().filter(|_| inspection.is_established());
    let html = Html {
        style: STYLE,
        script: SCRIPT,
        policy: web::policy(STYLE, SCRIPT),
        version: env!("CARGO_PKG_VERSION"),
        record,
        plain: Plain::of(record),
        needle: number(49.0 + 49.0 * record.margin, 1),
        margin: signed(record.margin, 2),
        expected: record.expected.as_ref().map(|holder| full_name(&holder.surname, &holder.given)),
        read: record.read.as_ref().map(read_line),
        second: record.second.as_ref().map(read_line),
        portraits: Other::all(record),
        scan: ScanFigure::of(source.picture, page, &record.regions)?,
        copy: reading.map_or(Ok(Vec::new()), figures::copy)?,
        cell: figures::CELL,
        symbols: symbols(record),
        compares: expected_symbols(record).is_some(),
        rows: Rows::of(inspection)?,
        key: record.key.as_ref().map(|key| Key {
            id: &key.id,
            lines: figures::key_lines(inspection),
            right: key.right,
            placed: key.lines,
            chance: number(key.log10_chance, 1),
        }),
        tamper: record.readable.map(|readable| number(100.0 * readable, 0)),
        face: record.face.map(|face| (number(face.percent(), 0), number(face.of, 0))),
        signature: inspection.signature().map(SignedFigure::of).transpose()?,
        issued: inspection.comparison.as_ref().map(IssuedFigure::of).transpose()?,
        regions: regions(inspection),
        ratio: record.log10_lr.map(|log10| (signed(log10, 2), times(log10))),
        measures: measures(record),
        questions: checks::questions(inspection),
        file: source.file,
        digest: hex(&source.digest),
        profile: &source.profile.name,
        profile_digest: hex(&source.profile.digest),
    };
    Ok(html.render()?)
}

#[derive(Template)]
#[template(path = "report/html/page.html")]
struct Html<'a> {
    style: &'static str,
    script: &'static str,
    policy: String,
    version: &'static str,
    record: &'a Record,
    plain: Plain,
    /// Where on the scale of margins this one stands, in hundredths.
    needle: String,
    margin: String,
    expected: Option<String>,
    read: Option<String>,
    second: Option<String>,
    portraits: Vec<Other>,
    scan: ScanFigure,
    copy: Vec<CopyRow>,
    cell: usize,
    symbols: Vec<Vec<SymbolRow>>,
    compares: bool,
    rows: Option<Rows>,
    key: Option<Key<'a>>,
    /// The share of the portrait on which there is evidence, in hundredths.
    tamper: Option<String>,
    /// How much of the face was confirmed, in hundredths, and its area in mm².
    face: Option<(String, String)>,
    /// The face as it was signed, beside the scan's.
    signature: Option<SignedFigure>,
    /// The portrait beside the one that was issued.
    issued: Option<IssuedFigure>,
    regions: Vec<RegionRow>,
    ratio: Option<(String, String)>,
    measures: Vec<(&'static str, String)>,
    questions: Vec<Question>,
    file: &'a str,
    digest: String,
    profile: &'a str,
    profile_digest: String,
}

/// The verdict in plain words.
struct Plain {
    /// The verdict's colour.
    class: &'static str,
    /// Its sign, for those who see no colours.
    sign: &'static str,
    says: &'static str,
    means: &'static str,
}

impl Plain {
    fn of(record: &Record) -> Self {
        let (class, sign) = match record.result {
            Outcome::Successful => ("passed", "✓"),
            Outcome::Failed => ("failed", "✕"),
            Outcome::Undetermined => ("open", "?"),
        };
        let (says, means) = match record.verdict {
            Verdict::Authentic if record.picture.as_ref().and_then(|p| p.agrees) == Some(true) => (
                "Authentic",
                "The portrait carries the microtext of the expected holder, and its face is that of the portrait it was held against.",
            ),
            Verdict::Authentic => (
                "Authentic",
                "The microtext of the expected holder stands in the portrait and on its face, as far as the first reason says. It was not held against the portrait as issued.",
            ),
            Verdict::Read => (
                "Read",
                "The portrait carries microtext, and it was read. No name was given to compare it with: compare the text below with the document.",
            ),
            Verdict::NameMismatch => (
                "Another name",
                "The portrait carries microtext, but not that of the expected holder. It was not made for this name, or the name that was given is not the document’s.",
            ),
            Verdict::Altered => (
                "Altered",
                "The portrait is not as it was issued: its microtext, or its picture, is another in the marked places. Look at them through a loupe.",
            ),
            Verdict::KeyMismatch => (
                "Not by this key",
                "The microtext can be read, but its lines do not begin where the issuer’s key says for this document. It was made without the key, with another one, or for another document.",
            ),
            Verdict::Forged => (
                "Forged",
                "The signature that such a print carries is missing, or is not the issuer’s for this name: the print was made without the issuer’s key, or its signature was taken from another print.",
            ),
            Verdict::Absent => (
                "No microtext",
                "The portrait carries no microtext, though this scan would have shown it.",
            ),
            Verdict::Inconclusive => (
                "Not decided",
                "This scan does not carry enough evidence. Nothing follows from it, neither for the portrait nor against it; a better scan may tell.",
            ),
        };
        Self { class, sign, says, means }
    }
}

/// One of several portraits.
struct Other {
    says: String,
    margin: String,
    read: String,
}

impl Other {
    /// All portraits, if there are several.
    fn all(record: &Record) -> Vec<Self> {
        let several = record.portraits.len() > 1;
        let page = |portrait: &super::record::Portrait| {
            portrait.page.map_or(String::new(), |page| format!("page {page}: "))
        };
        let of = |portrait: &super::record::Portrait| Self {
            says: page(portrait) + portrait.verdict.name(),
            margin: signed(portrait.margin, 2),
            read: portrait.read.as_ref().map_or_else(|| "not read".to_owned(), read_line),
        };
        record.portraits.iter().filter(|_| several).map(of).collect()
    }
}

/// One symbol as it was read.
struct SymbolRow {
    place: usize,
    symbol: char,
    /// None where no name of as many symbols is expected.
    expected: Option<char>,
    differs: bool,
    runner_up: char,
    margin: String,
    /// The margin in hundredths.
    bar: String,
    copies: String,
}

/// Each symbol that was read, in one column or two.
fn symbols(record: &Record) -> Vec<Vec<SymbolRow>> {
    let Some(read) = &record.read else { return Vec::new() };
    let expected = expected_symbols(record);
    let of = |(place, part): (usize, &ReadPart)| {
        let shown = |symbol: Option<crate::spec::Symbol>| {
            symbol.map_or(words::UNREAD, crate::spec::Symbol::character)
        };
        let expected = expected.as_ref().and_then(|symbols| symbols.get(place)).copied();
        SymbolRow {
            place: place + 1,
            symbol: shown(part.symbol),
            expected,
            differs: part.symbol.is_some() && expected.is_some_and(|e| e != shown(part.symbol)),
            runner_up: shown(part.runner_up),
            margin: number(part.margin, 3),
            bar: number(100.0 * part.margin, 1),
            copies: number(part.copies, 0),
        }
    };
    let mut rows: Vec<SymbolRow> = read.symbols.iter().enumerate().map(of).collect();
    let half = if rows.len() > LONG { rows.len().div_ceil(2) } else { rows.len() };
    let rest = rows.split_off(half);
    [rows, rest].into_iter().filter(|rows| !rows.is_empty()).collect()
}

/// The expected name's symbols, where it has as many as were read, in the same script.
fn expected_symbols(record: &Record) -> Option<Vec<char>> {
    let Holder { surname, given } = record.expected.as_ref()?;
    let read = &record.read.as_ref()?.symbols;
    let legend = Legend::of(&Name::new(surname, given).ok()?, usize::MAX).ok()?;
    let script = read.iter().find_map(|part| part.symbol?.script());
    let fits = legend.symbols().len() == read.len() && script == legend.script();
    fits.then(|| legend.symbols().iter().map(|symbol| symbol.character()).collect())
}

/// What the keyed lines say.
struct Key<'a> {
    id: &'a str,
    lines: Vec<KeyLine>,
    right: usize,
    placed: usize,
    chance: String,
}

/// A region in which the microtext is not what it should be.
struct RegionRow {
    number: usize,
    kind: &'static str,
    place: String,
    area: String,
    z: String,
}

fn regions(inspection: &Inspection) -> Vec<RegionRow> {
    let regions = inspection.tamper.iter().flat_map(|tamper| &tamper.regions).enumerate();
    let of = |(i, region): (usize, &crate::inspect::tamper::region::Region)| RegionRow {
        number: i + 1,
        kind: match region.kind {
            Kind::Missing => "no letters",
            Kind::Foreign => "other letters",
        },
        place: place(inspection, region.middle).unwrap_or_default(),
        area: number(region.area, 1),
        z: number(region.z, 1),
    };
    regions.map(of).collect()
}

/// Where in the portrait, as its text runs, a place in working pixels lies.
fn place(inspection: &Inspection, [x, y]: [f64; 2]) -> Option<String> {
    let (scan, frame) = (&inspection.scan, inspection.frame()?);
    let at = [(x + 0.5) / scan.per_mm[0], (y + 0.5) / scan.per_mm[1]];
    let mm = |surface: &crate::inspect::signal::geometry::Surface,
              [from, to]: [f64; 2],
              turned: bool| {
        let [a, b] = surface.slope();
        let place = surface.at(at);
        (if turned { to - place } else { place - from }) / a.hypot(b)
    };
    let turned = inspection.orientation();
    let across = mm(&frame.along, frame.across, turned.runs_backwards());
    let down = mm(&frame.lines, frame.down, turned.upside_down);
    Some(format!("{} mm from the left, {} mm from the top", number(across, 1), number(down, 1)))
}

/// What was measured of the scan.
fn measures(record: &Record) -> Vec<(&'static str, String)> {
    let scan = &record.scan;
    let page = scan.page.map_or(String::new(), |page| format!("page {page} of the file, "));
    let source = words::ppi_source(scan.ppi_source);
    let ppi =
        scan.ppi.map_or_else(|| "unknown".to_owned(), |ppi| format!("{} ppi", number(ppi, 0)));
    let mut all = vec![
        ("Size", format!("{page}{} × {} pixels", scan.width_px, scan.height_px)),
        ("Resolution", format!("{ppi}, {source}")),
    ];
    all.extend(scan.rotation_deg.map(|deg| ("Rotation", turn(deg))));
    all.extend(scan.rotation_deg.map(|_| ("Mirrored", yes_or_no(scan.mirrored).to_owned())));
    let Some(microtext) = &record.microtext else { return all };
    let blur = format!("{} mm (standard deviation)", number(microtext.blur_mm, 3));
    let copy = format!(
        "{} (−1: as blurred as copies, 1: as sharp as originals; weak, and nothing rests on it)",
        words::signed(microtext.copy_margin, 2)
    );
    all.extend([("Blur of the letters", blur), ("Copy", copy)]);
    let mode = match microtext.mode {
        Mode::Tint => "tint: the letters shift the portrait’s tone",
        Mode::Screen => "screen: the letters are the portrait’s halftone",
    };
    all.extend([
        ("Contrast of the letters", number(microtext.contrast, 3)),
        ("Portrait with microtext", format!("{} %", number(100.0 * microtext.coverage, 0))),
        ("Copies read together", number(microtext.copies, 0)),
        ("Height of a capital", format!("{} mm", number(microtext.cap_height_mm, 3))),
        ("Scan pixels a capital", number(microtext.dots_per_cap, 1)),
        ("Kind of microtext", mode.to_owned()),
    ]);
    all
}

fn turn(deg: f64) -> String {
    let way = if deg < 0.0 { "counterclockwise" } else { "clockwise" };
    format!("{}° {way}", number(deg.abs(), 2))
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// How many times likelier, in words and round figures.
fn times(log10: f64) -> String {
    let times = 10f64.powf(log10.abs());
    let scale = 10f64.powi(times.log10().floor() as i32 - 1);
    let decimals = if scale < 1.0 { 1 } else { 0 };
    let round = number((times / scale).round() * scale, decimals);
    let [more, less] = if log10 >= 0.0 { ["H1", "H2"] } else { ["H2", "H1"] };
    format!("A scan like this one is about {round} times likelier under {more} than under {less}.")
}
