//! The lines of text: as they lie, moved over each other, pooled, and read.

use image::{GrayImage, Rgb, RgbImage};
use tumar::imaging::Plane;
use tumar::imaging::raster::bilinear;
use tumar::inspect::recognition::reading::Read;
use tumar::inspect::stacking::grid::{ACROSS, ALONG};
use tumar::inspect::stacking::stack::{Stack, stack};

use crate::scene::Seen;
use crate::sheet::{FAINT, GOOD, INK, MARGIN, Sheet, TITLE, WARM};
use crate::{grey, signed};

/// Lines that are shown, the first of them (from the portrait's upper edge), and how many symbols.
const LINES: usize = 8;
const FIRST: f64 = 5.0;
const SYMBOLS: usize = 40;
/// Pixels a symbol along the line and a pitch across it.
const SYMBOL: u32 = 24;
const PITCH: u32 = 44;
/// Longest lag of the chart, in symbols.
const LAGS: usize = 45;
/// Places a symbol, and heights in the line, at which lines are compared with themselves.
const PLACES: usize = 4;
const HEIGHTS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Lightest and darkest ink of the pictures of copies, as a share of the tallest.
const RANGE: [f32; 2] = [1.1, -0.25];

/// The matched filter's view of the lines.
struct Lines<'a> {
    seen: &'a Seen<'a>,
    signal: Plane,
}

impl<'a> Lines<'a> {
    fn new(seen: &'a Seen<'a>) -> Self {
        Self { seen, signal: signed(seen) }
    }

    /// The signal so many symbols from the origin of the columns, at a line's number with fraction.
    fn at(&self, symbols: f64, line: f64) -> f32 {
        let (scan, frame) = (self.seen.scan, self.seen.frame);
        let along = self.seen.columns.along(symbols, line);
        let place = frame.place(along, line, frame.lines.centre());
        let [x, y] = [0, 1].map(|i| place[i] * scan.per_mm[i] - 0.5);
        let (rows, columns) = self.signal.dim();
        let inside = x >= 0.0 && y >= 0.0 && x < columns as f64 - 1.0 && y < rows as f64 - 1.0;
        if inside { bilinear(&self.signal, x, y) } else { 0.0 }
    }

    /// Symbols from the origin to the portrait's left edge.
    fn left(&self) -> f64 {
        let frame = self.seen.frame;
        let middle = 0.5 * (frame.down[0] + frame.down[1]);
        self.seen.columns.symbols_from_origin(frame.across[0], middle).ceil()
    }

    /// The numbers of all whole lines.
    fn all(&self) -> std::ops::Range<i64> {
        self.seen.frame.down[0].ceil() as i64..self.seen.frame.down[1].floor() as i64
    }

    /// Likeness of the lines with themselves at each whole lag, less what lies beside it.
    fn repetition(&self) -> Vec<f32> {
        let (left, count) = (self.left(), 150 * PLACES);
        let mut sums = vec![0.0f32; (LAGS + 2) * PLACES];
        for (line, height) in self.all().flat_map(|l| HEIGHTS.map(|h| (l, h))) {
            let at = |i: usize| self.at(left + i as f64 / PLACES as f64, line as f64 + height);
            let samples: Vec<f32> = (0..count).map(at).collect();
            for (lag, sum) in sums.iter_mut().enumerate() {
                *sum += samples.iter().zip(&samples[lag..]).map(|(a, b)| a * b).sum::<f32>()
                    / (count - lag) as f32;
            }
        }
        let beside = |lag: usize| 0.5 * (sums[lag - PLACES] + sums[lag + PLACES]);
        let whole = (1..=LAGS).map(|symbols| symbols * PLACES);
        whole.map(|lag| (sums[lag] - beside(lag)) / sums[0]).collect()
    }
}

/// Some lines as they lie, how they are like themselves, and the same lines moved over each other.
pub(crate) fn synchronisation(seen: &Seen<'_>) -> RgbImage {
    const CHART: u32 = 150;
    let lines = Lines::new(seen);
    let [width, height] = [SYMBOLS as u32 * SYMBOL, LINES as u32 * PITCH];
    let mut sheet = Sheet::new(width + 2 * MARGIN, 3 * TITLE + 2 * height + CHART + 3 * MARGIN);
    let first = (seen.frame.down[0] + FIRST).ceil();
    let left = lines.left() + 2.0;
    let draw = |sheet: &mut Sheet, top: u32, begin: &dyn Fn(i64) -> f64| {
        let plane = Plane::from_shape_fn((height as usize, width as usize), |(y, x)| {
            let row = y / PITCH as usize;
            let line = first + (y as f64 + 0.5) / f64::from(PITCH);
            let begin = begin(first as i64 + row as i64);
            lines.at(begin + (x as f64 + 0.5) / f64::from(SYMBOL), line)
        });
        let shown = grey(&plane, [3.0, -1.6]);
        sheet.picture([MARGIN, top], [width, height], |x, y| grey_of(&shown, x, y));
    };
    sheet.title(MARGIN, "eight lines, straightened");
    draw(&mut sheet, TITLE, &|_| left);

    let top = TITLE + height + MARGIN;
    let symbols = seen.columns.symbols;
    sheet.write([MARGIN, top], INK, "how like itself a line is so many symbols on");
    let bars = lines.repetition();
    chart(&mut sheet, [MARGIN, top + TITLE], [width, CHART], &bars, symbols);

    let top = top + 2 * TITLE + CHART + MARGIN;
    sheet.write([MARGIN, top - 36], INK, "the same lines, each moved to where the name begins");
    let begins = seen.reading.begins as f64 / ALONG as f64;
    draw(&mut sheet, top, &|line| {
        let phase = seen.columns.phase(line).unwrap_or(0) as f64;
        let circle = symbols as f64;
        // The first place at or after `left` at which the name begins.
        let name = begins - phase;
        name + ((left - name) / circle).ceil() * circle
    });
    for copy in 0..SYMBOLS.div_ceil(symbols) {
        let x = MARGIN + (copy * symbols) as u32 * SYMBOL;
        sheet.fill([x, top], [2, height], WARM);
    }
    sheet.page
}

fn grey_of(picture: &GrayImage, x: u32, y: u32) -> Rgb<u8> {
    Rgb([picture.get_pixel(x, y).0[0]; 3])
}

/// Bars at whole lags from 1 on; the multiples of `marked` stand out.
fn chart(
    sheet: &mut Sheet,
    [left, top]: [u32; 2],
    [width, height]: [u32; 2],
    bars: &[f32],
    marked: usize,
) {
    let most = bars.iter().copied().fold(1e-9_f32, f32::max);
    let room = height - 32;
    let zero = top + room * 3 / 4;
    sheet.fill([left, zero], [width, 1], FAINT);
    for (i, bar) in bars.iter().enumerate() {
        let length = (bar.abs() / most * (room * 3 / 4) as f32) as u32;
        let length = length.min(room * 3 / 4);
        let lag = i + 1;
        let x = left + (i as u32 * width) / bars.len() as u32;
        let is_marked = lag.is_multiple_of(marked);
        let colour = if is_marked { WARM } else { Rgb([150; 3]) };
        let corner = if *bar > 0.0 { [x, zero - length] } else { [x, zero] };
        let length = if *bar > 0.0 { length } else { length.min(room / 4) };
        sheet.fill(corner, [width / bars.len() as u32 - 6, length], colour);
        if is_marked || lag.is_multiple_of(5) {
            sheet.write([x, top + room + 4], if is_marked { WARM } else { INK }, &lag.to_string());
        }
    }
}

/// Copies of the text from one line, from a few, and from all.
pub(crate) fn stacking(seen: &Seen<'_>) -> RgbImage {
    const MAGNIFICATION: usize = 4;
    let of = |lines: usize| {
        let mut columns = seen.columns.clone();
        let middle = columns.phases.len() / 2;
        for (number, phase) in columns.phases.iter_mut().enumerate() {
            if number.abs_diff(middle) > lines / 2 {
                *phase = None;
            }
        }
        stack(&seen.flat, seen.scan, seen.frame, &columns, &seen.tones)
    };
    let stacks = [1, 9, usize::MAX].map(of);
    let width = stacks[0].symbols * ALONG * MAGNIFICATION;
    let row = (ACROSS * MAGNIFICATION) as u32;
    let mut sheet = Sheet::new(width as u32 + 2 * MARGIN, 3 * (row + TITLE) + MARGIN);
    for (number, stack) in stacks.iter().enumerate() {
        let top = number as u32 * (row + TITLE) + TITLE;
        let shown = copy(&heights(stack, seen.reading.begins), MAGNIFICATION);
        sheet.write([MARGIN, top - 34], INK, &title(number, stack));
        sheet.picture([MARGIN, top], [shown.width(), row], |x, y| grey_of(&shown, x, y));
    }
    sheet.page
}

fn title(number: usize, stack: &Stack) -> String {
    let lines = ["one line", "nine lines", "all lines"][number];
    format!("{lines}: {:.0} copies", stack.copies)
}

/// The height of the ink at each bin, from the first symbol of the name on.
fn heights(stack: &Stack, begins: usize) -> Plane {
    let along = stack.symbols * ALONG;
    Plane::from_shape_fn((ACROSS, along), |(y, x)| {
        let bin = y * along + (x + begins) % along;
        if stack.weight[bin] > 0.0 { stack.signal[bin] / stack.weight[bin] } else { 0.0 }
    })
}

/// A copy of the text, so many pixels a bin, on a scale of its own.
fn copy(plane: &Plane, magnification: usize) -> GrayImage {
    let mut sorted: Vec<f32> = plane.iter().copied().collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let tallest = sorted[sorted.len() * 98 / 100].max(1e-9);
    let (height, width) = plane.dim();
    let enlarged =
        Plane::from_shape_fn((height * magnification, width * magnification), |(y, x)| {
            let [x, y] = [x, y].map(|v| (v as f64 + 0.5) / magnification as f64 - 0.5);
            bilinear(plane, x, y)
        });
    grey(&enlarged, RANGE.map(|v| v * tallest))
}

/// The copy that was read, as it should look, and how clear each symbol is.
pub(crate) fn recognition(seen: &Seen<'_>) -> RgbImage {
    const MAGNIFICATION: usize = 4;
    const BARS: u32 = 120;
    let reading = seen.reading;
    let along = reading.circle.len() * ALONG;
    let cell = (ALONG * MAGNIFICATION) as u32;
    let row = (ACROSS * MAGNIFICATION) as u32;
    let mut sheet = Sheet::new(
        (along * MAGNIFICATION) as u32 + 2 * MARGIN,
        2 * (row + TITLE) + 3 * TITLE + BARS + 3 * MARGIN,
    );
    let pictures = [
        (&reading.picture, "all copies in one"),
        (&reading.expected, "the text that explains it best"),
    ];
    for (number, (bins, title)) in pictures.into_iter().enumerate() {
        let top = number as u32 * (row + TITLE) + TITLE;
        let plane = Plane::from_shape_fn((ACROSS, along), |(y, x)| bins[y * along + x]);
        let shown = copy(&plane, MAGNIFICATION);
        sheet.write([MARGIN, top - 34], INK, title);
        sheet.picture([MARGIN, top], [shown.width(), row], |x, y| grey_of(&shown, x, y));
    }
    let top = 2 * (row + TITLE) + 8;
    let alone: Vec<(f64, char)> = reading.circle.iter().map(alone).collect();
    let most = alone.iter().map(|(decades, _)| *decades).fold(1.0, f64::max);
    for (i, (read, (decades, rival))) in reading.circle.iter().zip(alone).enumerate() {
        let middle = MARGIN + i as u32 * cell + cell / 2;
        let mut centred = |top: u32, colour: Rgb<u8>, text: &str| {
            let width = sheet.width(text);
            sheet.write([middle - width / 2, top], colour, text);
        };
        centred(top, GOOD, &read.symbol.character().to_string());
        centred(top + 36 + BARS + 4, INK, &format!("{decades:.0}"));
        centred(top + 36 + BARS + 34, WARM, &rival.to_string());
        let length = (decades.max(0.0) / most * f64::from(BARS)) as u32;
        sheet.fill([middle - 16, top + 36 + BARS - length], [32, length], GOOD);
    }
    let notes = [
        (GOOD, "each letter by itself: the bar says by how many decades it is likelier"),
        (WARM, "than the likeliest other one there"),
    ];
    for (i, (colour, note)) in notes.into_iter().enumerate() {
        sheet.key([MARGIN, top + BARS + 114 + 34 * i as u32], colour, note);
    }
    sheet.page
}

/// By how many decades a symbol is likelier than the likeliest other one, all other places as they
/// are, and that other one.
fn alone(read: &Read) -> (f64, char) {
    let others = read.against.iter().filter(|(symbol, _)| *symbol != read.symbol);
    let rival = others.max_by(|a, b| a.1.total_cmp(&b.1));
    rival.map_or((0.0, ' '), |(symbol, likelihood)| {
        (-likelihood / std::f64::consts::LN_10, symbol.character())
    })
}
