//! ITU-T T.4 (one- and two-dimensional, and TIFF's own without marks) and T.6 → rows of one bit.

use std::convert::Infallible;

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, ByteReader};

/// How rows are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Compression 2: runs alone; each row begins with a byte.
    Plain,
    /// Compression 3: marks between rows; `true` where rows may lean on the row above.
    Group3(bool),
    /// Compression 4.
    Group4,
}

/// Bytes of zeros behind the data, which are no code: codes are looked up by more bits than they
/// have.
const FILL: usize = 4;

/// `rows` rows of `width` pixels, each in whole bytes, black as 1. Fewer come back where the data ends
/// or makes no sense; but where an end mark follows some rows, the rest is white, as scanners that
/// feed paper of any length mean it.
pub(super) fn rows(data: &[u8], coding: Coding, width: u16, rows: usize) -> Vec<u8> {
    let bytes = data.iter().copied().chain([0; FILL]).map(Ok::<u8, Infallible>);
    let Ok(mut reader) = ByteReader::new(bytes);
    let stride = usize::from(width).div_ceil(8);
    let mut out = Vec::new();
    let (mut above, mut row) = (Vec::new(), Vec::new());
    while out.len() < rows * stride {
        row.clear();
        let leans = match begin(&mut reader, coding) {
            Begin::Row { leans } => leans,
            Begin::EndMark if !out.is_empty() => {
                out.resize(rows * stride, 0);
                break;
            }
            Begin::EndMark | Begin::Nothing => break,
        };
        let read = if leans {
            leaning(&mut reader, &above, &mut row, width)
        } else {
            runs(&mut reader, &mut row, width)
        };
        if read.is_none() {
            break;
        }
        paint(&mut out, &row, width, stride);
        std::mem::swap(&mut above, &mut row);
        if coding == Coding::Plain {
            _ = reader.consume(reader.bits_to_byte_boundary());
        }
    }
    out
}

/// What stands before a row.
enum Begin {
    /// A row, which may lean on the one above.
    Row { leans: bool },
    /// The mark that ends the page: RTC (T.4, 4.1.4), EOFB (T.6, 2.4.1.1).
    EndMark,
    /// No more bits.
    Nothing,
}

/// EOL (T.4, 4.1.2), of 12 bits.
const END_OF_LINE: u16 = 1;

/// Passes over what stands before a row: fill and its mark.
fn begin(reader: &mut impl BitReader, coding: Coding) -> Begin {
    match coding {
        Coding::Plain if reader.peek(1).is_some() => Begin::Row { leans: false },
        Coding::Plain => Begin::Nothing,
        // No row begins with a mark: the first of the two tells.
        Coding::Group4 if reader.peek(12) == Some(END_OF_LINE) => Begin::EndMark,
        Coding::Group4 => Begin::Row { leans: true },
        Coding::Group3(both) => marked(reader, both).unwrap_or(Begin::Nothing),
    }
}

/// The same of Group 3; none where the bits end.
fn marked(reader: &mut impl BitReader, both: bool) -> Option<Begin> {
    let mut marks = 0;
    // No code begins with so many zeros (T.4, 4.1.2).
    while reader.peek(11) == Some(0) {
        while reader.peek(1)? == 0 {
            _ = reader.consume(1);
        }
        _ = reader.consume(1);
        marks += 1;
        // Six marks end the page; between them, too, stand the tags of rows.
        if marks > 1 {
            return Some(Begin::EndMark);
        }
        if both {
            let runs = reader.peek(1)? == 1;
            _ = reader.consume(1);
            if reader.peek(11) != Some(0) {
                return Some(Begin::Row { leans: !runs });
            }
        }
    }
    reader.peek(1).map(|_| Begin::Row { leans: false })
}

/// A run's length: any number of 64s and one of less.
fn run(reader: &mut impl BitReader, dark: bool) -> Option<u16> {
    let mut sum = 0u16;
    loop {
        let part = if dark { black::decode(reader)? } else { white::decode(reader)? };
        sum = sum.checked_add(part)?;
        if part < 64 {
            return Some(sum);
        }
    }
}

/// One-dimensional: runs of white and black in turn. `row` receives where the colour changes.
fn runs(reader: &mut impl BitReader, row: &mut Vec<u16>, width: u16) -> Option<()> {
    let (mut at, mut dark) = (0u16, false);
    while at < width {
        at = at.checked_add(run(reader, dark)?).filter(|&at| at <= width)?;
        row.push(at);
        dark = !dark;
    }
    Some(())
}

/// Two-dimensional (T.4, 4.2; T.6, 2.2): by the changes of the row above.
fn leaning(
    reader: &mut impl BitReader,
    above: &[u16],
    row: &mut Vec<u16>,
    width: u16,
) -> Option<()> {
    let (mut at, mut dark, mut first) = (0u16, false, true);
    // b1 is the first change above that lies right of here and goes to the other colour.
    let mut from = 0usize;
    while at < width {
        from = from.saturating_sub(2) & !1 | usize::from(dark);
        while above.get(from).is_some_and(|&change| change < at || change == at && !first) {
            from += 2;
        }
        let b1 = above.get(from).copied().unwrap_or(width);
        match mode::decode(reader)? {
            Mode::Pass => at = above.get(from + 1).copied().unwrap_or(width),
            Mode::Vertical(shift) => {
                let to = i32::from(b1) + i32::from(shift);
                let to = u16::try_from(to).ok().filter(|&to| to >= at && to <= width)?;
                row.push(to);
                at = to;
                dark = !dark;
            }
            Mode::Horizontal => {
                for dark in [dark, !dark] {
                    at = at.checked_add(run(reader, dark)?).filter(|&at| at <= width)?;
                    row.push(at);
                }
            }
            Mode::Extension | Mode::EOF => return None,
        }
        first = false;
    }
    Some(())
}

/// Appends a row of white with its black runs.
fn paint(out: &mut Vec<u8>, changes: &[u16], width: u16, stride: usize) {
    let start = out.len();
    out.resize(start + stride, 0);
    for run in changes.chunks(2) {
        let from = run[0];
        let to = run.get(1).copied().unwrap_or(width).min(width);
        for x in from..to {
            out[start + usize::from(x / 8)] |= 0x80 >> (x % 8);
        }
    }
}
