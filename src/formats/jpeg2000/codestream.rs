//! The headers of a JPEG 2000 codestream: its size, and how many pieces it is cut into.
//!
//! ISO/IEC 15444-1, annex A. Tiles, precincts, code blocks, layers and changes of progression each
//! cost memory and time by what a few bytes claim, so they are counted here first.

use super::error::{Jp2Error, MAX_COMPONENTS, MAX_JP2_PIXELS};
use crate::formats::bytes::Bytes;

/// The most tiles; portraits have one, scanners' files some hundred.
pub(crate) const MAX_TILES: u64 = 4096;

/// The most packets and code blocks, over all tiles and components. A page of 100 million pixels in
/// three components, with blocks of 32 × 32 and 32 layers, has under two million.
pub(crate) const MAX_PIECES: u64 = 8_000_000;

/// The largest step from sample to sample of a component; chroma has 1 or 2.
const MAX_STEP: u8 = 4;

const SOC: u16 = 0xff4f;
const SIZ: u16 = 0xff51;
const COD: u16 = 0xff52;
const COC: u16 = 0xff53;
const POC: u16 = 0xff5f;
const SOT: u16 = 0xff90;
const SOD: u16 = 0xff93;
const EOC: u16 = 0xffd9;

/// What SIZ says (annex A.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Pixels across.
    pub(crate) width: u32,
    /// Pixels down.
    pub(crate) height: u32,
    /// One to [`MAX_COMPONENTS`].
    pub(crate) components: Vec<Component>,
    /// A tile's size, cut to the picture's.
    tile: [u32; 2],
    /// Tiles across and down.
    tiles: [u64; 2],
}

/// What SIZ says of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    /// Bits a sample, 1 to 16.
    pub(crate) bits: u8,
    /// Pixels from sample to sample across and down.
    step: [u8; 2],
}

/// Whether these bytes begin as a codestream does.
pub(crate) fn is_codestream(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0x4f, 0xff, 0x51])
}

/// Where the tile-parts end, and what in them does not say so as decoders expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The first byte behind the last tile-part.
    pub(crate) end: usize,
    /// Whether the end mark follows at once.
    pub(crate) marked: bool,
    /// Where the length of a tile-part is left open, and its length (A.4.2: Psot 0).
    pub(crate) open: Option<(usize, u32)>,
}

/// Reads the headers and follows the tile-parts to the end mark.
pub(crate) fn header(mut stream: Bytes<'_>) -> Result<(Size, Extent), Jp2Error> {
    if stream.u16() != Some(SOC) || stream.u16() != Some(SIZ) {
        return Err(Jp2Error::Missing("the codestream's size"));
    }
    let size = Size::read(&mut stream)?;
    let mut cuts = Cuts::default();
    if segments(&mut stream, &size, &mut cuts)? != SOT {
        return Err(Jp2Error::Missing("the first tile"));
    }
    let extent = tiles(&mut stream, &size, &mut cuts)?;
    Ok((size, extent))
}

impl Size {
    fn read(stream: &mut Bytes<'_>) -> Result<Self, Jp2Error> {
        let at = stream.at();
        let senseless = || Jp2Error::Senseless { what: "the codestream's size", at };
        let mut fields = segment(stream, "the codestream's size")?;
        let cut = Jp2Error::Truncated { what: "the codestream's size", at };
        fields.take(2).ok_or(cut.clone())?; // Rsiz: what a decoder must be able to do
        let mut pair = || fields.u32().zip(fields.u32()).map(|(x, y)| [x, y]).ok_or(cut.clone());
        let [end, start, tile, first] = [pair()?, pair()?, pair()?, pair()?];
        let count = fields.u16().ok_or(cut.clone())?;

        let extent = |axis: usize| {
            // B.3: the picture lies in the grid, and the first tile has some of it.
            let first_end = u64::from(first[axis]) + u64::from(tile[axis]);
            let fits = first[axis] <= start[axis] && first_end > u64::from(start[axis]);
            let fits = fits && start[axis] < end[axis] && tile[axis] > 0;
            fits.then(|| end[axis] - start[axis]).ok_or_else(senseless)
        };
        let [width, height] = [extent(0)?, extent(1)?];
        if u64::from(width) * u64::from(height) > MAX_JP2_PIXELS {
            return Err(Jp2Error::TooLarge { width, height });
        }
        let tiles = [0, 1].map(|i| u64::from((end[i] - first[i]).div_ceil(tile[i])));
        let (what, most) = ("tiles", MAX_TILES);
        let number = tiles[0].saturating_mul(tiles[1]);
        if number > most {
            return Err(Jp2Error::TooMany { what, count: number, most });
        }
        if count == 0 || count > MAX_COMPONENTS {
            let (count, most) = (count.into(), MAX_COMPONENTS.into());
            return Err(Jp2Error::TooMany { what: "components", count, most });
        }
        let mut components = Vec::new();
        for _ in 0..count {
            let &[depth, across, down] = fields.take(3).ok_or(cut.clone())? else {
                return Err(cut);
            };
            let (bits, signed) = ((depth & 0x7f) + 1, depth & 0x80 != 0);
            if bits > 16 || signed {
                return Err(Jp2Error::Samples { bits, signed });
            }
            if ![across, down].iter().all(|step| (1..=MAX_STEP).contains(step)) {
                return Err(senseless());
            }
            components.push(Component { bits, step: [across, down] });
        }
        // Samples that are all as far apart are the pixels (B.2).
        let steps = components[0].step.map(u32::from);
        let alike = components.iter().all(|component| component.step.map(u32::from) == steps);
        let [width, height] = match alike {
            true => [0, 1].map(|i| end[i].div_ceil(steps[i]) - start[i].div_ceil(steps[i])),
            false => [width, height],
        };
        if width == 0 || height == 0 {
            return Err(senseless());
        }
        let tile = [tile[0].min(width), tile[1].min(height)];
        Ok(Self { width, height, components, tile, tiles })
    }

    /// Packets and code blocks of all tiles if all are coded like this; rather too many.
    fn pieces(&self, coding: &Coding) -> u64 {
        let mut sum = 0u64;
        for (level, &exponents) in coding.precincts.iter().enumerate() {
            let halvings = coding.precincts.len() - 1 - level;
            let parts = |axis: usize, halvings: usize, exponent: u8| {
                let length = u64::from(self.tile[axis]) >> halvings.min(32);
                (length >> exponent) + 2
            };
            let precincts = parts(0, halvings, exponents[0]) * parts(1, halvings, exponents[1]);
            // Above the lowest level there are three bands of half the size (B.7).
            let (bands, half) = if level == 0 { (1, 0) } else { (3, 1) };
            let block = |axis: usize| {
                let exponent = coding.block[axis].min(exponents[axis].saturating_sub(half));
                parts(axis, halvings + usize::from(half), exponent)
            };
            let blocks = bands * block(0).saturating_mul(block(1));
            let packets = precincts.saturating_mul(coding.layers.into());
            sum = sum.saturating_add(packets.saturating_add(blocks));
        }
        let tiles = self.tiles[0] * self.tiles[1];
        sum.saturating_mul(tiles).saturating_mul(self.components.len() as u64)
    }
}

/// How a tile is cut into pieces (annex A.6.1).
struct Coding {
    /// Layers of quality.
    layers: u16,
    /// Code blocks' exponents, across and down.
    block: [u8; 2],
    /// For each resolution its precincts' exponents, across and down.
    precincts: Vec<[u8; 2]>,
}

impl Coding {
    /// COD, or with `component` COC, which leaves the layers as they are.
    fn read(mut fields: Bytes<'_>, component: bool) -> Option<Self> {
        if component {
            fields.u8()?;
        }
        let own_precincts = fields.u8()? & 1 != 0;
        let layers = if component {
            // What COD allows at most.
            32
        } else {
            fields.u8()?;
            let layers = fields.u16()?;
            fields.u8()?;
            layers
        };
        let &[levels, across, down, _, _] = fields.take(5)? else { return None };
        let mut precincts = vec![[15; 2]; usize::from(levels.min(32)) + 1];
        if own_precincts {
            for exponents in &mut precincts {
                let both = fields.u8()?;
                *exponents = [both & 15, both >> 4];
            }
        }
        let block = [across, down].map(|exponent| (exponent & 15) + 2);
        Some(Self { layers, block, precincts })
    }
}

/// What the headers read so far cut the picture into.
#[derive(Default)]
struct Cuts {
    /// Packets and code blocks of one progression through the file.
    pieces: u64,
    /// Entries of POC; each goes through all packets again.
    changes: u64,
}

/// Marker segments up to SOT, SOD or EOC, which is returned.
fn segments(stream: &mut Bytes<'_>, size: &Size, cuts: &mut Cuts) -> Result<u16, Jp2Error> {
    loop {
        let at = stream.at();
        let marker = stream.u16().ok_or(Jp2Error::Truncated { what: "the header", at })?;
        match marker {
            SOT | SOD | EOC => return Ok(marker),
            0xff30..=0xff3f => continue, // nothing follows these (A.1)
            0xff00.. => {}
            _ => return Err(Jp2Error::Senseless { what: "the marker", at }),
        }
        let fields = segment(stream, "the marker segment")?;
        match marker {
            COD | COC => {
                let coding = Coding::read(fields, marker == COC);
                let what = "the coding style";
                let coding = coding.ok_or(Jp2Error::Senseless { what, at })?;
                cuts.pieces = cuts.pieces.max(size.pieces(&coding));
            }
            // Seven bytes an entry (A.6.6).
            POC => cuts.changes += 1 + fields.left() as u64 / 7,
            _ => {}
        }
        let count = cuts.pieces.saturating_mul(1 + cuts.changes);
        if count > MAX_PIECES {
            let what = "packets and code blocks";
            return Err(Jp2Error::TooMany { what, count, most: MAX_PIECES });
        }
    }
}

/// The tile-parts, the first of whose SOT is read (annex A.4.2).
fn tiles(stream: &mut Bytes<'_>, size: &Size, cuts: &mut Cuts) -> Result<Extent, Jp2Error> {
    let mut there = vec![false; (size.tiles[0] * size.tiles[1]) as usize];
    let mut open = None;
    loop {
        let at = stream.at() - 2;
        let what = "the tile";
        let cut = Jp2Error::Truncated { what, at };
        let mut fields = segment(stream, what)?;
        let (number, length) = fields.u16().zip(fields.u32()).ok_or(cut.clone())?;
        match there.get_mut(usize::from(number)) {
            Some(there) => *there = true,
            None => return Err(Jp2Error::Senseless { what, at }),
        }
        // From SOT on; nought means up to the end mark.
        let taken = stream.at() - at;
        let rest = match length {
            0 => up_to_the_mark(*stream, size, cuts)?,
            length => {
                (length as usize).checked_sub(taken).ok_or(Jp2Error::Senseless { what, at })?
            }
        };
        if length == 0 {
            open = Some((at + 6, (taken + rest) as u32));
        }
        let mut part = stream.part(rest).ok_or(cut.clone())?;
        if segments(&mut part, size, cuts)? != SOD {
            return Err(Jp2Error::Senseless { what, at });
        }
        let end = stream.at();
        let fill = stream.rest().iter().take_while(|&&byte| byte == 0).count();
        stream.take(fill);
        match stream.u16() {
            Some(SOT) if fill == 0 => {}
            Some(EOC) => {
                let whole = there.iter().all(|&there| there);
                let extent = Extent { end, marked: fill == 0, open };
                return whole.then_some(extent).ok_or(Jp2Error::Missing("a tile"));
            }
            _ => return Err(Jp2Error::Truncated { what: "the picture", at: end }),
        }
    }
}

/// How many bytes are left before the end mark, which cannot stand in packets (B.10.1).
fn up_to_the_mark(stream: Bytes<'_>, size: &Size, cuts: &mut Cuts) -> Result<usize, Jp2Error> {
    let mut packets = stream;
    segments(&mut packets, size, cuts)?;
    let mark = packets.rest().windows(2).position(|pair| pair == EOC.to_be_bytes());
    let mark = mark.ok_or(Jp2Error::Truncated { what: "the picture", at: stream.at() })?;
    Ok(packets.at() + mark - stream.at())
}

/// The contents of a marker segment, whose marker is read.
fn segment<'a>(stream: &mut Bytes<'a>, what: &'static str) -> Result<Bytes<'a>, Jp2Error> {
    let at = stream.at();
    let length = stream.u16().and_then(|length| usize::from(length).checked_sub(2));
    let contents = length.and_then(|length| stream.part(length));
    contents.ok_or(Jp2Error::Truncated { what, at })
}
