//! The frame of a JPEG: its kind, its components, and which of their coefficients are there.

use super::error::DecodeError;
use super::limits::Limits;

/// SOFn (ITU-T T.81, B.2.2).
#[derive(Debug)]
pub(super) struct Frame {
    /// Pixels across and down.
    pub(super) size: [u16; 2],
    pub(super) components: Vec<Component>,
    progressive: bool,
    /// The most samples of a component in an MCU, in blocks across and down.
    most: [u8; 2],
}

#[derive(Debug)]
pub(super) struct Component {
    id: u8,
    /// Blocks in an MCU, across and down.
    pub(super) sampling: [u8; 2],
    /// Blocks from one row of them to the next, in whole MCUs.
    pub(super) stride: u64,
    /// For each block a bit for each coefficient that is not 0, in zigzag order; none unless
    /// progressive.
    pub(super) coded: Vec<u64>,
    /// For each coefficient how many of its low bits are still missing.
    missing: [u8; 64],
}

/// SOS (B.2.3).
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) parts: Vec<Part>,
    /// The first and the last, in zigzag order.
    pub(super) coefficients: [u32; 2],
    /// Whether it adds a bit to what is there.
    pub(super) refines: bool,
    low_bit: u8,
}

#[derive(Debug)]
pub(super) struct Part {
    /// The component's place in the frame.
    pub(super) component: usize,
    /// The numbers of its tables, of differences in the upper half.
    pub(super) codes: u8,
}

/// What a frame of this marker is, where it is not read (ITU-T T.81, table B.1).
fn unread(marker: u8) -> Option<&'static str> {
    match marker {
        0xc0..=0xc2 => None,
        0xc3 => Some("lossless JPEG"),
        0xc9 | 0xca => Some("JPEG in arithmetic code"),
        _ => Some("hierarchical JPEG"),
    }
}

impl Frame {
    /// Reads the segment of a marker.
    ///
    /// # Errors
    /// [`DecodeError::Kind`] where it is not read, [`DecodeError::Corrupt`],
    /// [`DecodeError::TooLarge`] and [`DecodeError::TooManyBytes`].
    pub(super) fn read(
        marker: u8,
        segment: &[u8],
        at: usize,
        limits: Limits,
    ) -> Result<Self, DecodeError> {
        let kind = |kind| Err(DecodeError::Kind(kind));
        if let Some(unread) = unread(marker) {
            return kind(unread);
        }
        let senseless = || DecodeError::Corrupt {
            format: "JPEG",
            detail: format!("its frame at byte {at} makes no sense"),
        };
        let &[bits, h1, h2, w1, w2, count, ref fields @ ..] = segment else {
            return Err(senseless());
        };
        if bits != 8 {
            return kind("JPEG of 12 bits");
        }
        let size = [[w1, w2], [h1, h2]].map(u16::from_be_bytes);
        if size.contains(&0) {
            return kind("JPEG whose height stands behind its data");
        }
        let pixels = u64::from(size[0]) * u64::from(size[1]);
        limits.check(size[0].into(), size[1].into())?;
        let fields: Vec<_> = fields.chunks_exact(3).take(count.into()).collect();
        let sampling = |field: &[u8]| [field[1] >> 4, field[1] & 15];
        let legal = |field: &&[u8]| sampling(field).iter().all(|n| (1..=4).contains(n));
        if fields.len() != usize::from(count) || count > 4 || !fields.iter().all(legal) {
            return Err(senseless());
        }
        let most = [0, 1].map(|axis| fields.iter().map(|f| sampling(f)[axis]).max().unwrap_or(1));
        if fields.len() == 3 && sampling(fields[0]) != most {
            return kind("JPEG whose luma is sampled below its chroma");
        }
        let progressive = marker == 0xc2;
        if progressive {
            // Decoders keep all coefficients, in two bytes each, beside the picture.
            let all = fields.iter().map(|f| u64::from((f[1] >> 4) * (f[1] & 15))).sum::<u64>();
            let unit = u64::from(most[0]) * u64::from(most[1]);
            let bytes = pixels * u64::from(count) + 2 * pixels * all / unit;
            limits.check_bytes(bytes / 2)?;
        }
        let units = [0, 1].map(|i| u64::from(size[i]).div_ceil(8 * u64::from(most[i])));
        let component = |field: &&[u8]| {
            let blocks = [0, 1].map(|axis| units[axis] * u64::from(sampling(field)[axis]));
            let coded =
                if progressive { vec![0; (blocks[0] * blocks[1]) as usize] } else { Vec::new() };
            Component {
                id: field[0],
                sampling: sampling(field),
                stride: blocks[0],
                coded,
                missing: [u8::MAX; 64],
            }
        };
        let components = fields.iter().map(component).collect();
        Ok(Self { size, components, progressive, most })
    }

    /// Reads a scan's header; none if it makes no sense.
    pub(super) fn scan(&self, header: &[u8]) -> Option<Scan> {
        let (&count, rest) = header.split_first()?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let &[first, last, bits] = rest.first_chunk()?;
        let place = |id| self.components.iter().position(|component| component.id == id);
        let parts = parts
            .chunks_exact(2)
            .map(|part| Some(Part { component: place(part[0])?, codes: part[1] }))
            .collect::<Option<Vec<_>>>()?;
        let twice = (1..parts.len())
            .any(|i| parts[..i].iter().any(|part| part.component == parts[i].component));
        if parts.is_empty() || twice {
            return None;
        }
        if !self.progressive {
            return Some(Scan { parts, coefficients: [0, 63], refines: false, low_bit: 0 });
        }
        let (high, low) = (bits >> 4, bits & 15);
        // G.1.1.1: either the first coefficients, or others of one component.
        let band = if first == 0 { last == 0 } else { parts.len() == 1 };
        let legal = band && first <= last && last < 64 && low < 14;
        let coefficients = [first, last].map(u32::from);
        legal.then_some(Scan { parts, coefficients, refines: high > 0, low_bit: low })
    }

    /// MCUs of a scan, across and down (A.2.2): of one component alone, its blocks.
    pub(super) fn units(&self, scan: &Scan) -> [u64; 2] {
        let alone = match &scan.parts[..] {
            [part] => Some(self.components[part.component].sampling),
            _ => None,
        };
        [0, 1].map(|axis| {
            let (size, most) = (u64::from(self.size[axis]), u64::from(self.most[axis]));
            match alone {
                Some(sampling) => (size * u64::from(sampling[axis])).div_ceil(most).div_ceil(8),
                None => size.div_ceil(8 * most),
            }
        })
    }

    /// Notes that a scan was whole.
    pub(super) fn there(&mut self, scan: &Scan) {
        let [first, last] = scan.coefficients.map(|at| at as usize);
        for part in &scan.parts {
            self.components[part.component].missing[first..=last].fill(scan.low_bit);
        }
    }

    /// Whether all bits of all coefficients are there.
    pub(super) fn is_whole(&self) -> bool {
        self.components.iter().all(|component| component.missing == [0; 64])
    }
}
