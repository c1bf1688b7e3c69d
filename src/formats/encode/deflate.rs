//! Samples → a zlib stream (RFC 1950) of the differences of neighbours.

use std::io::{Cursor, Error};

use fdeflate::{Compressor, StoredOnlyCompressor};

/// A sample of 8 or 16 bits.
pub(crate) trait Sample: Copy + Sync {
    /// Writes how much each sample of a row is more than that `channels` before it, modulo its range,
    /// in this machine's byte order; the first pixel as it is.
    fn subtract(row: &[Self], channels: usize, out: &mut [u8]);
}

impl Sample for u8 {
    fn subtract(row: &[Self], channels: usize, out: &mut [u8]) {
        out[..channels].copy_from_slice(&row[..channels]);
        let pairs = row[channels..].iter().zip(row);
        out[channels..].iter_mut().zip(pairs).for_each(|(out, (v, left))| {
            *out = v.wrapping_sub(*left);
        });
    }
}

impl Sample for u16 {
    fn subtract(row: &[Self], channels: usize, out: &mut [u8]) {
        let out = out.as_chunks_mut::<2>().0;
        let first = out.iter_mut().zip(&row[..channels]);
        first.for_each(|(out, v)| *out = v.to_ne_bytes());
        let pairs = row[channels..].iter().zip(row);
        out[channels..].iter_mut().zip(pairs).for_each(|(out, (v, left))| {
            *out = v.wrapping_sub(*left).to_ne_bytes();
        });
    }
}

/// The stream of rows of `width` pixels of `N` channels, each sample less its left neighbour: TIFF's
/// predictor 2, and PDF's.
pub(crate) fn differences<const N: usize, S: Sample>(samples: &[S], width: usize) -> Vec<u8> {
    let mut differences = vec![0; size_of_val(samples)];
    let rows = differences.chunks_exact_mut(width * N * size_of::<S>());
    rows.zip(samples.chunks_exact(width * N)).for_each(|(out, row)| S::subtract(row, N, out));
    zlib(&differences)
}

/// fdeflate has one table of codes, made for differences, most of which are small, and finds runs of
/// nothing only: a third of the time that zlib takes at its fastest, a fifth more bytes. Noise, which
/// its codes would make longer, is stored.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let coded = || {
        let mut encoder = Compressor::new(Vec::with_capacity(bytes.len() / 2))?;
        encoder.write_data(bytes)?;
        encoder.finish()
    };
    let stored = || {
        let mut encoder = StoredOnlyCompressor::new(Cursor::new(Vec::new()))?;
        encoder.write_data(bytes)?;
        encoder.finish().map(Cursor::into_inner)
    };
    let in_memory = |e: Error| unreachable!("memory takes all bytes: {e}");
    let short = coded().unwrap_or_else(in_memory);
    if short.len() <= StoredOnlyCompressor::<()>::compressed_size(bytes.len()) {
        short
    } else {
        stored().unwrap_or_else(in_memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_stored() {
        let noise: Vec<u8> =
            (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for (bytes, most) in [(&noise[..], 200_100), (&[0; 10_000], 300), (&[], 100)] {
            let packed = zlib(bytes);
            assert!(packed.len() < most, "{} became {}", bytes.len(), packed.len());
            assert!(fdeflate::decompress_to_vec(&packed).unwrap() == bytes);
        }
    }
}
