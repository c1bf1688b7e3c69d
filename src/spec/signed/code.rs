//! The code of the payload lines: bytes → a codeword → glyphs, and back from soft glyphs.
//!
//! The codeword is that of the telemetry code of rate ½ with 2,048 bits (CCSDS 131.0-B, an
//! accumulate-repeat-4-jagged-accumulate LDPC code), shortened: data bits beyond the payload's are
//! zero, and are not printed. One bit a glyph; neighbours in print lie far apart in the codeword, so
//! that damage hits no part of it alone.

use labrador_ldpc::LDPCCode;
use ndarray::Array2;

use crate::spec::layout::{Line, Rows};
use crate::spec::profile::Profile;

/// Bytes that the code carries.
pub const BYTES: usize = 102;
/// Glyphs that the payload lines repeat.
pub const GLYPHS: usize = CODEWORD - (DATA - 8 * BYTES);

const CODE: LDPCCode = LDPCCode::TM2048;
/// Data bits of the code, and bits of a codeword.
const DATA: usize = 1024;
const CODEWORD: usize = 2048;
/// From one glyph to the next, in bits of the codeword that are printed: near the golden ratio's part
/// of them, and without a common divisor.
const STRIDE: usize = 1137;
const _: () = assert!(are_coprime(STRIDE, GLYPHS));
/// Rounds of message passing at the most.
const ROUNDS: usize = 100;
/// How sure a bit that is not printed is, in nepers: surer than any that is.
const KNOWN: f32 = 1e4;

/// The glyphs, as 0 and 1, of these bytes.
#[must_use]
pub fn encode(bytes: &[u8; BYTES]) -> Vec<u8> {
    let mut codeword = [0u8; CODEWORD / 8];
    codeword[..BYTES].copy_from_slice(bytes);
    CODE.encode(&mut codeword);
    printed().map(|i| codeword[i / 8] >> (7 - i % 8) & 1).collect()
}

/// The bytes of which these are the glyphs, if a codeword is near. `glyphs`: natural logarithm of how
/// likely each glyph is at each place, `[place, glyph]`, but for a constant a place.
#[must_use]
pub fn decode(glyphs: &Array2<f32>) -> Option<[u8; BYTES]> {
    if glyphs.dim() != (GLYPHS, 2) {
        return None;
    }
    let mut llrs = vec![KNOWN; CODEWORD];
    for (i, glyph) in printed().zip(glyphs.rows()) {
        llrs[i] = (glyph[0] - glyph[1]).clamp(-KNOWN, KNOWN);
    }
    let mut word = vec![0; CODE.output_len()];
    let mut working = vec![0.0f32; CODE.decode_ms_working_len()];
    let mut signs = vec![0; CODE.decode_ms_working_u8_len()];
    let (found, _) = CODE.decode_ms(&llrs, &mut word, &mut working, &mut signs, ROUNDS);
    let is_short = word[BYTES..DATA / 8].iter().all(|byte| *byte == 0);
    // Nothing at all is the codeword of zeros.
    let is_blank = word[..BYTES].iter().all(|byte| *byte == 0);
    (found && is_short && !is_blank).then(|| std::array::from_fn(|i| word[i]))
}

/// The cell, of all cells of payload lines from the first on, with which payload line `row` begins.
#[must_use]
pub fn first_cell(row: usize, rows: Rows, profile: &Profile) -> usize {
    let layout = &profile.layout;
    let (_, cells) = layout.extent(profile.width, profile.height);
    (0..row).filter(|row| layout.line(*row, rows) == Line::Payload).count() * cells
}

/// Which glyph stands in a cell. Each round of [`GLYPHS`] cells holds all of them, in an order of its own,
/// so that no region holds all copies of many: those that the last round leaves out are scattered, too.
#[must_use]
pub fn glyph_of(cell: usize) -> usize {
    let step = (0..cell / GLYPHS).fold(1, |step, _| step * STRIDE % GLYPHS);
    cell % GLYPHS * step % GLYPHS
}

/// What all cells together say of each glyph: `[cell, glyph]` → `[place, glyph]`, natural logarithms.
/// `glyph_of`: which place of the code each row tells of.
#[must_use]
pub fn of_cells(cells: &Array2<f32>, glyph_of: impl Fn(usize) -> usize) -> Array2<f32> {
    let mut glyphs = Array2::zeros((GLYPHS, cells.ncols()));
    for (row, likelihoods) in cells.rows().into_iter().enumerate() {
        let mut sum = glyphs.row_mut(glyph_of(row));
        sum += &likelihoods;
    }
    glyphs
}

/// The bits of the codeword that are printed, in the order of their glyphs.
fn printed() -> impl Iterator<Item = usize> {
    let nth = |i: usize| if i < 8 * BYTES { i } else { i - 8 * BYTES + DATA };
    (0..GLYPHS).map(move |glyph| nth(glyph * STRIDE % GLYPHS))
}

const fn are_coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { are_coprime(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u8) -> [u8; BYTES] {
        std::array::from_fn(|i| (i as u8).wrapping_mul(37).wrapping_add(seed))
    }

    fn certain(glyphs: &[u8]) -> Array2<f32> {
        let sure = |(i, g)| if usize::from(glyphs[i]) == g { 0.0 } else { -4.0 };
        Array2::from_shape_fn((GLYPHS, 2), sure)
    }

    #[test]
    fn what_is_printed_is_read() {
        for seed in [0, 99] {
            let glyphs = encode(&bytes(seed));
            assert_eq!(glyphs.len(), GLYPHS);
            assert_eq!(decode(&certain(&glyphs)), Some(bytes(seed)));
        }
    }

    #[test]
    fn a_third_of_the_glyphs_may_lack_and_some_be_wrong() {
        let glyphs = encode(&bytes(3));
        let mut soft = certain(&glyphs);
        // A region of the portrait: whole runs of neighbours.
        for place in (0..GLYPHS).filter(|place| place % 300 < 100) {
            soft.row_mut(place).fill(0.0);
        }
        assert_eq!(decode(&soft), Some(bytes(3)));
        for place in (100..GLYPHS).step_by(61) {
            soft[[place, usize::from(1 - glyphs[place])]] = 2.0;
        }
        assert_eq!(decode(&soft), Some(bytes(3)));
    }

    #[test]
    fn each_round_of_cells_holds_all_glyphs() {
        for round in 0..3 {
            let mut seen = vec![false; GLYPHS];
            (0..GLYPHS).for_each(|cell| seen[glyph_of(round * GLYPHS + cell)] = true);
            assert!(seen.iter().all(|seen| *seen), "{round}");
        }
        // Of the default profile's cells, any third leaves most glyphs.
        let cells = 19 * 160;
        for gone in [0..cells / 3, cells / 3..2 * cells / 3, 2 * cells / 3..cells] {
            let left: std::collections::BTreeSet<usize> =
                (0..cells).filter(|cell| !gone.contains(cell)).map(glyph_of).collect();
            assert!(left.len() > GLYPHS * 7 / 10, "{}", left.len());
        }
    }

    #[test]
    fn noise_is_no_codeword() {
        let noise = |(i, g)| ((i * 31 + g * 17 + i * i % 7) % 23) as f32;
        assert_eq!(decode(&Array2::from_shape_fn((GLYPHS, 2), noise)), None);
        assert_eq!(decode(&Array2::zeros((GLYPHS, 2))), None);
        assert_eq!(decode(&Array2::zeros((3, 2))), None);
    }
}
