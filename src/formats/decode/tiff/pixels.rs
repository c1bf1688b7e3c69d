//! Strips and tiles → the samples of a picture.

use super::directory::{Directory, Order};
use super::layout::{Compression, Layout, Photometric};
use super::unpack::{Wanted, unpack};
use crate::formats::decode::alpha::Sample;
use crate::formats::decode::error::DecodeError;

/// A sample that strips and tiles hold.
pub(super) trait Stored: Sample {
    /// Samples from a row's bytes, of so many bits each; small ones are not stretched.
    fn unpacked(row: &[u8], bits: usize, order: Order, out: &mut Vec<Self>);
    fn sum(self, other: Self) -> Self;
}

impl Stored for u8 {
    fn unpacked(row: &[u8], bits: usize, _: Order, out: &mut Vec<Self>) {
        if bits == 8 {
            out.extend(row);
            return;
        }
        let mask = (1u8 << bits) - 1;
        for byte in row {
            out.extend((1..=8 / bits).map(|number| byte >> (8 - number * bits) & mask));
        }
    }

    fn sum(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

impl Stored for u16 {
    fn unpacked(row: &[u8], _: usize, order: Order, out: &mut Vec<Self>) {
        out.extend(row.chunks_exact(2).map(|sample| order.u16([sample[0], sample[1]])));
    }

    fn sum(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

/// The samples of a page, interleaved: its channels, and alpha if it has it.
///
/// # Errors
/// [`DecodeError::Ends`] where rows are missing, and what unpacking says.
pub(super) fn samples<T: Stored>(
    page: &Directory<'_>,
    layout: &Layout,
) -> Result<Vec<T>, DecodeError> {
    let kept = layout.photometric.channels() + usize::from(layout.alpha.is_some());
    // Whatever is claimed, data this short cannot make: no memory is taken for it.
    let per_byte = match layout.compression {
        Compression::None => 8,
        Compression::Fax2 | Compression::Group3 { .. } | Compression::Group4 => 600_000,
        _ => 40_000,
    };
    let pixels = layout.size[0] * layout.size[1];
    if pixels > page.file().len().saturating_mul(per_byte) {
        return Err(DecodeError::Ends { missing: 100 });
    }
    let bytes = (pixels * kept * size_of::<T>()) as u64;
    layout.limits.check_bytes(bytes)?;
    let mut out = vec![T::default(); pixels * kept];
    let planes = if layout.planar { kept } else { 1 };
    let tables = page.bytes(347);
    for plane in 0..planes {
        for down in 0..layout.chunks[1] {
            for across in 0..layout.chunks[0] {
                let number = (plane * layout.chunks[1] + down) * layout.chunks[0] + across;
                let corner = [across * layout.chunk[0], down * layout.chunk[1]];
                let rows = chunk::<T>(page, layout, tables, number, corner[1])?;
                put(&rows, layout, corner, plane, kept, &mut out);
            }
        }
    }
    Ok(out)
}

/// What one strip or tile holds: whole rows of it.
fn chunk<T: Stored>(
    page: &Directory<'_>,
    layout: &Layout,
    tables: Option<&[u8]>,
    number: usize,
    top: usize,
) -> Result<Vec<T>, DecodeError> {
    let samples = if layout.planar { 1 } else { layout.samples };
    // A last strip is as short as it has to be; tiles are filled up.
    let rows =
        if layout.tiled { layout.chunk[1] } else { layout.chunk[1].min(layout.size[1] - top) };
    let rows_of = Rows::of(layout, samples);
    let lines = rows.div_ceil(rows_of.pixels);
    let wanted = Wanted { size: [layout.chunk[0], lines], samples, stride: rows_of.stride };
    let data = packed(page.file(), layout, number, rows_of.stride * lines);
    let ends = |there: usize| {
        let rows = (layout.size[1] - (top + there).min(layout.size[1])).max(1);
        DecodeError::Ends { missing: (100 * rows).div_ceil(layout.size[1]) as u8 }
    };
    let bytes = match unpack(data, layout, tables, wanted) {
        Err(DecodeError::Ends { missing }) => {
            return Err(ends(rows * (100 - usize::from(missing)) / 100));
        }
        other => other?,
    };
    // Only rows that are in the picture have to be there.
    let needed = rows.min(layout.size[1] - top);
    if bytes.len() < needed.div_ceil(rows_of.pixels) * rows_of.stride {
        return Err(ends(bytes.len() / rows_of.stride * rows_of.pixels));
    }
    if layout.shared != [1, 1] {
        return Ok(spread(&bytes, layout, rows_of.stride, needed));
    }
    let stride = rows_of.stride;
    let mut out = Vec::with_capacity(needed * layout.chunk[0] * samples);
    let mut row = Vec::new();
    for bytes in bytes.chunks_exact(stride).take(needed) {
        row.clear();
        T::unpacked(bytes, layout.bits, page.order(), &mut row);
        row.truncate(layout.chunk[0] * samples);
        if layout.differences {
            for at in samples..row.len() {
                row[at] = row[at].sum(row[at - samples]);
            }
        }
        out.extend(&row);
    }
    Ok(out)
}

/// How a strip's or tile's bytes are parted.
struct Rows {
    /// Bytes of each.
    stride: usize,
    /// Rows of pixels in each.
    pixels: usize,
}

impl Rows {
    fn of(layout: &Layout, samples: usize) -> Self {
        let [across, down] = layout.shared;
        let stride = match layout.shared {
            [1, 1] => (layout.chunk[0] * samples * layout.bits).div_ceil(8),
            _ => layout.chunk[0].div_ceil(across) * (across * down + 2),
        };
        Self { stride, pixels: down }
    }
}

/// Data units (TIFF 6.0, section 21): all Y of some pixels, row by row, and their one Cb and Cr → Y,
/// Cb and Cr of each pixel.
fn spread<T: Stored>(bytes: &[u8], layout: &Layout, stride: usize, rows: usize) -> Vec<T> {
    let [across, down] = layout.shared;
    let (width, luma) = (layout.chunk[0], across * down);
    let mut out = Vec::with_capacity(3 * width * rows);
    for y in 0..rows {
        let units = &bytes[y / down * stride..][..stride];
        for x in 0..width {
            let unit = &units[x / across * (luma + 2)..][..luma + 2];
            let values = [unit[y % down * across + x % across], unit[luma], unit[luma + 1]];
            out.extend(values.map(|value| T::narrow(value.into())));
        }
    }
    out
}

/// The bytes of a strip or tile. One that is not packed is as long as its rows, whatever its length
/// is said to be.
fn packed<'a>(file: &'a [u8], layout: &Layout, number: usize, plain: usize) -> &'a [u8] {
    let from = usize::try_from(layout.offsets[number]).unwrap_or(usize::MAX);
    let rest = file.get(from..).unwrap_or(&[]);
    let length = layout.lengths.as_ref().map(|lengths| lengths[number]);
    let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
    let length = if layout.compression == Compression::None { plain } else { length };
    &rest[..length.min(rest.len())]
}

/// Puts a strip's or tile's rows where they belong, and leaves out what is beside the picture.
fn put<T: Stored>(
    rows: &[T],
    layout: &Layout,
    [left, top]: [usize; 2],
    plane: usize,
    kept: usize,
    out: &mut [T],
) {
    let width = layout.size[0];
    let samples = if layout.planar { 1 } else { layout.samples };
    for (y, row) in rows.chunks_exact(layout.chunk[0] * samples).enumerate() {
        let pixels = row.chunks_exact(samples).take(width - left);
        let start = ((top + y) * width + left) * kept;
        let target = out[start..((top + y + 1) * width) * kept].chunks_exact_mut(kept);
        for (to, from) in target.zip(pixels) {
            match layout.planar {
                true => to[plane] = from[0],
                false => to.copy_from_slice(&from[..kept]),
            }
        }
    }
}

/// Brings values to 0 for black and to the whole range.
pub(super) fn settle<T: Stored>(samples: &mut [T], layout: &Layout) {
    let channels = layout.photometric.channels();
    let kept = channels + usize::from(layout.alpha.is_some());
    let top = if layout.bits < 8 { (1 << layout.bits) - 1 } else { T::TOP };
    let inverse = layout.photometric == Photometric::WhiteIsZero;
    for pixel in samples.chunks_exact_mut(kept) {
        for (channel, value) in pixel.iter_mut().enumerate() {
            let stretched = value.wide() * (T::TOP / top);
            let inverse = inverse && channel < channels;
            *value = T::narrow(if inverse { T::TOP - stretched } else { stretched });
        }
    }
}
