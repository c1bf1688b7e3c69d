//! The payload lines: where they lie is known from the name's, so that they are stacked and read
//! without a search of their own, but for the portrait's left edge, which the name's lines tell up to
//! whole copies.

use crate::inspect::candidate::Found;
use crate::inspect::recognition::field::Field;
use crate::inspect::recognition::fit::Fit;
use crate::inspect::recognition::reading::{Reading, in_stack};
use crate::inspect::recognition::soft;
use crate::inspect::recognition::stroke_gain;
use crate::inspect::recognition::templates::{Alphabet, Alphabets};
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::scan::Scan;
use crate::inspect::stacking::grid::ALONG;
use crate::inspect::stacking::stack;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::synchronisation::row_phase::RowPhases;
use crate::spec::layout::{Line, Rows};
use crate::spec::signed::code;
use crate::spec::{Mode, Profile};

/// Left edges are tried that lie so many symbols or less from where the lines seem to end. A guess: a
/// portrait's margin may be too light for its lines to be seen.
const OFF: f64 = 16.0;

/// No cell weighs more than so many times as much as half of them: a flat patch over the portrait is far
/// more even than any portrait. A guess.
const EVEN: f32 = 4.0;

/// What the payload lines of a scan hold.
#[derive(Clone, Debug)]
pub struct PayloadLines {
    /// The bytes, if they could be read.
    pub bytes: Option<[u8; code::BYTES]>,
    /// The lines, each with the number of the cell at its origin; none for other lines.
    pub columns: Columns,
    /// What all of it should look like, in the order of the scan's stack, if it could be read.
    pub expected: Option<Vec<f32>>,
    /// The portrait's left and right side by it, as distances along the lines in pitches.
    pub across: [f64; 2],
}

/// Reads the payload lines beside the lines of a name; none where it is not known which these are, and
/// where all lines seem to be the name's, unless the print must be signed.
#[must_use]
pub fn read(
    found: &Found,
    flat: &Flat,
    scan: &Scan,
    profile: &Profile,
    alphabets: &Alphabets<'_>,
    must_be_signed: bool,
) -> Option<PayloadLines> {
    let (columns, reading) = (found.columns.as_ref()?, found.readings.as_ref()?.likelier());
    let mut phases = columns.row_phases?;
    if must_be_signed {
        // A faint print may seem to have no payload lines: before it is accused they are looked at.
        phases.rows = Rows::of(phases.rows.are_keyed(), true);
    } else if !phases.rows.are_signed() {
        return None;
    }
    let screened;
    let alphabet: &Alphabet = match reading.mode {
        Mode::Tint => alphabets.payload(),
        Mode::Screen => {
            screened = alphabets.screened_payload(&stroke_gain::by_tone(&found.tones, flat));
            &screened
        }
    };
    let edges = edges(found, columns, reading, &phases, profile);
    let first = *edges.first()?;
    let columns = of_payload(columns, &phases, first, profile);
    let stack = stack::stack(flat, scan, &found.frame, &columns, &found.tones);
    let begins = reading.begins % ALONG;
    let field = Field::of(&stack, reading.orientation).turned(begins).even(EVEN);
    let looks = (reading.imaging, reading.psf.clone(), reading.contrast as f32);
    let mut fit = Fit::like(field, alphabet, looks);
    let cells = soft::symbols(&mut fit);
    // Another edge turns the circle.
    let cell = |place: usize, edge: i64| {
        let off = if reading.orientation.runs_backwards() { edge - first } else { first - edge };
        (place as i64 + off).rem_euclid(columns.symbols as i64) as usize
    };
    let decoded = |edge: i64| {
        let place_of = |place| code::glyph_of(cell(place, edge));
        code::decode(&code::of_cells(&cells, place_of)).map(|bytes| (edge, bytes))
    };
    let read = edges.into_iter().find_map(decoded);
    let (edge, bytes) = read.map_or((first, None), |(edge, bytes)| (edge, Some(bytes)));
    let expected = bytes.map(|bytes| {
        let glyphs = code::encode(&bytes);
        let glyph = |place| usize::from(glyphs[code::glyph_of(cell(place, edge))]);
        fit.text = (0..columns.symbols).map(glyph).collect();
        let all = columns.symbols * ALONG;
        in_stack(&fit.expected().0, all, begins, reading.orientation)
    });
    let across = sides(found, &columns, reading, edge, profile);
    Some(PayloadLines { bytes, columns, expected, across })
}

/// Where the portrait's left edge, as the text runs, may lie: whole symbols from the origin, the likeliest
/// first.
fn edges(
    found: &Found,
    columns: &Columns,
    reading: &Reading,
    phases: &RowPhases,
    profile: &Profile,
) -> Vec<i64> {
    let length = columns.symbols as i64;
    let whole = (reading.begins / ALONG) as i64;
    let turn = phases.turn() as i64;
    let backwards = phases.orientation.runs_backwards();
    let one = if backwards { -(whole + turn) } else { whole - turn };
    let middle = 0.5 * (found.frame.down[0] + found.frame.down[1]);
    let seen = found.frame.across.map(|along| columns.symbols_from_origin(along, middle));
    let width = profile.width.0 / profile.layout.advance.0;
    let edges =
        (-width as i64 - length..=width as i64 + length).filter(|n| (n - one) % length == 0);
    let off = |edge: i64| {
        let sides = if backwards { [-width, 0.0] } else { [0.0, width] };
        let sides = sides.map(|side| edge as f64 + side);
        (sides[0] - seen[0]).abs().min((sides[1] - seen[1]).abs())
    };
    let mut edges: Vec<i64> = edges.filter(|edge| off(*edge) <= OFF.max(length as f64)).collect();
    edges.sort_by(|&a, &b| off(a).total_cmp(&off(b)));
    edges
}

/// The portrait's sides if its left edge lies at this symbol.
fn sides(
    found: &Found,
    columns: &Columns,
    reading: &Reading,
    edge: i64,
    profile: &Profile,
) -> [f64; 2] {
    let within = (reading.begins % ALONG) as f64 / ALONG as f64 + reading.imaging.along;
    let width = profile.width.0 / profile.layout.advance.0;
    let symbols = if reading.orientation.runs_backwards() {
        let right = edge as f64 - within;
        [right - width, right]
    } else {
        let left = edge as f64 + within;
        [left, left + width]
    };
    let middle = 0.5 * (found.frame.down[0] + found.frame.down[1]);
    symbols.map(|symbol| columns.along(symbol, middle))
}

/// The columns of the payload lines if the portrait's left edge lies at this symbol.
fn of_payload(columns: &Columns, phases: &RowPhases, edge: i64, profile: &Profile) -> Columns {
    let lines = columns.phases.len();
    let (printed, _) = profile.layout.extent(profile.width, profile.height);
    let cells = code::first_cell(printed, phases.rows, profile);
    let backwards = phases.orientation.runs_backwards();
    let mut placed = vec![None; lines];
    for (line, row) in phases.lines_of(Line::Payload, lines, profile) {
        let first = code::first_cell(row, phases.rows, profile) as i64;
        let number = if backwards { -edge - first } else { first - edge };
        placed[line] = Some(number.rem_euclid(cells as i64) as usize);
    }
    let mut payload = columns.clone();
    (payload.symbols, payload.phases, payload.row_phases) = (cells, placed, None);
    payload
}
