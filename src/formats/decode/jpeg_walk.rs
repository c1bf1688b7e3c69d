//! Whether a JPEG's data reaches to the end of its picture.
//!
//! Decoders fill what is missing with grey and say nothing. So the entropy-coded segments are gone
//! through first, code by code, without making pixels of them: ITU-T T.81, annex F (sequential) and
//! G (progressive). Arithmetic codes, lossless and hierarchical pictures are not read.

use super::error::DecodeError;
use super::jpeg_bits::{Bits, Stop, Table};
use super::jpeg_frame::{Frame, Scan};
use super::limits::Limits;

/// The most scans; libjpeg writes some 10.
const MAX_SCANS: usize = 500;

/// Goes through a file that begins with SOI. Its end marker may be missing.
///
/// # Errors
/// [`DecodeError::Ends`], [`DecodeError::Damaged`], [`DecodeError::Kind`] and, for headers,
/// [`DecodeError::Corrupt`].
pub(super) fn walk(file: &[u8], limits: Limits) -> Result<(), DecodeError> {
    let mut walk = Walk { file, ..Walk::default() };
    let mut at = 2;
    loop {
        let Some((marker, behind)) = next_marker(file, at) else {
            return walk.whole();
        };
        if marker == 0xd9 {
            return walk.whole();
        }
        at = behind;
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let Some(segment) = segment(file, behind) else {
            return match walk.scans {
                0 => Err(DecodeError::Ends { missing: 100 }),
                _ => walk.whole(),
            };
        };
        at += 2 + segment.len();
        match marker {
            0xc4 => walk.tables(segment).ok_or_else(|| corrupt("its code tables", behind))?,
            0xdd => {
                let interval = segment.first_chunk().ok_or_else(|| corrupt("DRI", behind))?;
                walk.interval = u16::from_be_bytes(*interval).into();
            }
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc => {
                if walk.frame.is_some() {
                    return Err(corrupt("a second frame", behind));
                }
                walk.frame = Some(Frame::read(marker, segment, behind, limits)?);
            }
            0xda => at = walk.scan(segment, behind, at)?,
            _ => {}
        }
    }
}

fn corrupt(what: &str, at: usize) -> DecodeError {
    DecodeError::Corrupt { format: "JPEG", detail: format!("{what} at byte {at} makes no sense") }
}

/// The next marker from a place on, and the place behind it. What is no marker is passed over.
fn next_marker(file: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        match file.get(at..)? {
            [0xff, 1..=0xfe, ..] => return Some((file[at + 1], at + 2)),
            [_, _, ..] => at += 1,
            _ => return None,
        }
    }
}

fn segment(file: &[u8], at: usize) -> Option<&[u8]> {
    let length = file.get(at..)?.first_chunk().map(|&length| u16::from_be_bytes(length))?;
    file.get(at + 2..at + usize::from(length).max(2))
}

/// What has been read so far.
#[derive(Default)]
struct Walk<'a> {
    file: &'a [u8],
    frame: Option<Frame>,
    /// Tables of differences and of the other coefficients.
    codes: [[Option<Table>; 4]; 2],
    /// MCUs from one restart marker to the next; 0 without.
    interval: u64,
    scans: usize,
}

impl Walk<'_> {
    /// DHT (B.2.4.2).
    fn tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((head, rest)) = segment.split_at_checked(17) {
            let count = head[1..].iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(count)?;
            let slot = self.codes.get_mut(usize::from(head[0] >> 4))?;
            *slot.get_mut(usize::from(head[0] & 15))? = Some(Table::new(&head[1..], symbols)?);
            segment = rest;
        }
        Some(())
    }

    /// Goes through one scan, whose header and data begin at these places; gives the place behind.
    fn scan(&mut self, header: &[u8], at: usize, data: usize) -> Result<usize, DecodeError> {
        self.scans += 1;
        let frame = self.frame.as_mut().ok_or_else(|| corrupt("a scan without a frame", at))?;
        let scan = frame.scan(header).filter(|_| self.scans <= MAX_SCANS);
        let scan = scan.ok_or_else(|| corrupt("a scan's header", at))?;
        let mut codes = Vec::new();
        for part in &scan.parts {
            let table =
                |class: usize, number: u8| self.codes[class][usize::from(number & 3)].as_ref();
            codes.push([table(0, part.codes >> 4), table(1, part.codes)]);
        }
        let mut run = Run { bits: Bits::new(self.file, data), scan: &scan, codes, zero_blocks: 0 };
        let [across, down] = frame.units(&scan);
        let mut due = self.interval;
        let mut marks = 0u8;
        for row in 0..down {
            for column in 0..across {
                if due == 0 && self.interval > 0 {
                    if !run.restart(0xd0 + marks) {
                        return Err(self.broken(&run, [row, down], Stop::Ended));
                    }
                    marks = (marks + 1) % 8;
                    due = self.interval;
                }
                due = due.saturating_sub(1);
                if let Err(stop) = run.unit(frame, [column, row]) {
                    return Err(self.broken(&run, [row, down], stop));
                }
            }
        }
        frame.there(&scan);
        Ok(run.bits.at)
    }

    /// What to say of data that broke off in this row of units, of so many.
    fn broken(&self, run: &Run<'_>, [row, rows]: [u64; 2], stop: Stop) -> DecodeError {
        let at = run.bits.at;
        let next = next_marker(self.file, at);
        let ended = stop == Stop::Ended && matches!(next, None | Some((0xd9, _)));
        let height = self.frame.as_ref().map_or(0, |frame| frame.size[1]);
        if ended && self.scans > 1 {
            DecodeError::EndsCoarse
        } else if ended {
            DecodeError::Ends { missing: (100 * (rows - row)).div_ceil(rows) as u8 }
        } else {
            let row = (u64::from(height) * row / rows) as u32;
            DecodeError::Damaged { format: "JPEG", at, row }
        }
    }

    /// Whether the scans brought everything.
    fn whole(&self) -> Result<(), DecodeError> {
        match &self.frame {
            Some(frame) if frame.is_whole() => Ok(()),
            Some(_) if self.scans > 0 => Err(DecodeError::EndsCoarse),
            _ => Err(DecodeError::Ends { missing: 100 }),
        }
    }
}

/// One scan while it is gone through.
struct Run<'a> {
    bits: Bits<'a>,
    scan: &'a Scan,
    /// For each component its tables of differences and of the other coefficients.
    codes: Vec<[Option<&'a Table>; 2]>,
    /// Blocks from this one on without new coefficients (G.1.2.2).
    zero_blocks: u32,
}

impl Run<'_> {
    /// Goes behind the restart marker that comes next, if it is this one.
    fn restart(&mut self, expected: u8) -> bool {
        self.zero_blocks = 0;
        self.bits.restart_behind(expected)
    }

    /// One MCU (A.2).
    fn unit(&mut self, frame: &mut Frame, [column, row]: [u64; 2]) -> Result<(), Stop> {
        let alone = self.scan.parts.len() == 1;
        for (number, part) in self.scan.parts.iter().enumerate() {
            let component = &mut frame.components[part.component];
            let [across, down] = if alone { [1, 1] } else { component.sampling.map(u64::from) };
            for y in 0..down {
                for x in 0..across {
                    let [x, y] = [column * across + x, row * down + y];
                    let place = (y * component.stride + x) as usize;
                    self.block(number, component.coded.get_mut(place))?;
                }
            }
        }
        Ok(())
    }

    /// One block; `coded` has a bit for each coefficient that is not 0 so far, if it is progressive.
    fn block(&mut self, number: usize, coded: Option<&mut u64>) -> Result<(), Stop> {
        let [differences, others] = self.codes[number];
        let [first, last] = self.scan.coefficients;
        match coded {
            None => {
                self.difference(differences)?;
                self.others(others, [1, 63], &mut 0)
            }
            Some(_) if first == 0 && self.scan.refines => self.bits.take(1).map(|_| ()),
            Some(_) if first == 0 => self.difference(differences),
            Some(coded) if self.scan.refines => self.refined(others, [first, last], coded),
            Some(coded) => self.others(others, [first, last], coded),
        }
    }

    /// F.1.2.1.
    fn difference(&mut self, codes: Option<&Table>) -> Result<(), Stop> {
        let length = self.bits.symbol(codes.ok_or(Stop::Senseless)?)?;
        if length > 11 {
            return Err(Stop::Senseless);
        }
        self.bits.take(length.into()).map(|_| ())
    }

    /// F.1.2.2 and, with runs of blocks, G.1.2.2.
    fn others(
        &mut self,
        codes: Option<&Table>,
        [first, last]: [u32; 2],
        coded: &mut u64,
    ) -> Result<(), Stop> {
        if self.zero_blocks > 0 {
            self.zero_blocks -= 1;
            return Ok(());
        }
        let codes = codes.ok_or(Stop::Senseless)?;
        let mut at = first;
        while at <= last {
            let symbol = self.bits.symbol(codes)?;
            let (zeros, length) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if length == 0 && zeros < 15 {
                self.zero_blocks = (1 << zeros) + self.bits.take(zeros)? - 1;
                return Ok(());
            }
            at += zeros;
            if at > last {
                return Err(Stop::Senseless);
            }
            if length > 0 {
                self.bits.take(length)?;
                *coded |= 1 << at;
            }
            at += 1;
        }
        Ok(())
    }

    /// G.1.2.3: one bit for each coefficient that is not 0 already, and new ones between them.
    fn refined(
        &mut self,
        codes: Option<&Table>,
        [first, last]: [u32; 2],
        coded: &mut u64,
    ) -> Result<(), Stop> {
        let mut at = first;
        while at <= last && self.zero_blocks == 0 {
            let symbol = self.bits.symbol(codes.ok_or(Stop::Senseless)?)?;
            let (mut zeros, length) = (u32::from(symbol >> 4), symbol & 15);
            match length {
                0 if zeros < 15 => {
                    self.zero_blocks = (1 << zeros) + self.bits.take(zeros)?;
                    break;
                }
                0 => {}
                1 => _ = self.bits.take(1)?,
                _ => return Err(Stop::Senseless),
            }
            while at <= last {
                if *coded >> at & 1 == 1 {
                    self.bits.take(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if length == 1 && at <= last {
                *coded |= 1 << at;
            }
            at += 1;
        }
        if self.zero_blocks > 0 {
            for at in at..=last {
                self.bits.take((*coded >> at & 1) as u32)?;
            }
            self.zero_blocks -= 1;
        }
        Ok(())
    }
}
