//! The code of the payload lines: bytes → a codeword → glyphs, and back from soft glyphs.
//!
//! The codeword is that of the telemetry code of rate ½ with 2,048 bits (CCSDS 131.0-B, an
//! accumulate-repeat-4-jagged-accumulate LDPC code), shortened: data bits beyond the payload's are
//! zero, and are not printed. Five bits a glyph.

use labrador_ldpc::LDPCCode;
use ndarray::{Array2, ArrayView1};

use crate::spec::alphabet::Symbol;
use crate::spec::layout::{Line, Rows};
use crate::spec::profile::Profile;

/// Bytes that the code carries.
pub const BYTES: usize = 109;
/// Glyphs that the payload lines repeat.
pub const GLYPHS: usize = PRINTED.div_ceil(BITS);
/// Bits a glyph.
const BITS: usize = 1;
/// Glyphs of the alphabet.
pub const KINDS: usize = 1 << BITS;

const CODE: LDPCCode = LDPCCode::TM2048;
/// Data bits of the code, and bits of a codeword.
const DATA: usize = 1024;
const CODEWORD: usize = 2048;
/// Bits of the codeword that are printed.
const PRINTED: usize = CODEWORD - (DATA - 8 * BYTES);
/// Rounds of message passing at the most.
const ROUNDS: usize = 100;
/// How sure a bit that is not printed is, in nepers: surer than any that is.
const KNOWN: f32 = 1e4;

/// The glyphs for 0, 1 … 31.
const ALPHABET: &str = "_M";
const _: () = assert!(ALPHABET.len() == KINDS);

/// The glyphs for 0, 1 … 31.
pub fn alphabet() -> impl Iterator<Item = Symbol> {
    ALPHABET.chars().map(Symbol::of_payload)
}

/// The glyphs, each as its number, of these bytes.
#[must_use]
pub fn encode(bytes: &[u8; BYTES]) -> Vec<u8> {
    let mut codeword = [0u8; CODEWORD / 8];
    codeword[..BYTES].copy_from_slice(bytes);
    CODE.encode(&mut codeword);
    let bits: Vec<u8> = printed().map(|i| codeword[i / 8] >> (7 - i % 8) & 1).collect();
    let glyph = |bits: &[u8]| (0..BITS).fold(0, |v, i| v << 1 | bits.get(i).unwrap_or(&0));
    bits.chunks(BITS).map(glyph).collect()
}

/// The bytes of which these are the glyphs, if a codeword is near. `likelihoods`: natural logarithm
/// of how likely each glyph is at each place, `[place, glyph]`, but for a constant a place.
#[must_use]
pub fn decode(likelihoods: &Array2<f32>) -> Option<[u8; BYTES]> {
    if likelihoods.dim() != (GLYPHS, KINDS) {
        return None;
    }
    let mut llrs = vec![KNOWN; CODEWORD];
    let soft = likelihoods.rows().into_iter().flat_map(bits);
    printed().zip(soft).for_each(|(i, llr)| llrs[i] = llr);
    let mut word = vec![0; CODE.output_len()];
    let mut working = vec![0.0f32; CODE.decode_ms_working_len()];
    let mut signs = vec![0; CODE.decode_ms_working_u8_len()];
    let (found, _) = CODE.decode_ms(&llrs, &mut word, &mut working, &mut signs, ROUNDS);
    let is_short = word[BYTES..DATA / 8].iter().all(|byte| *byte == 0);
    (found && is_short).then(|| std::array::from_fn(|i| word[i]))
}

/// The glyph with which payload line `row` begins: they go on from line to line, so that the copies
/// of each lie far apart, evenly over the whole portrait.
#[must_use]
pub fn first(row: usize, rows: Rows, profile: &Profile) -> usize {
    let layout = &profile.layout;
    let (_, cells) = layout.extent(profile.width, profile.height);
    let before = (0..row).filter(|row| layout.line(*row, rows) == Line::Payload).count();
    before * cells % GLYPHS
}

/// The bits of the codeword that are printed.
fn printed() -> impl Iterator<Item = usize> {
    (0..8 * BYTES).chain(DATA..CODEWORD)
}

/// How much likelier it is, as a natural logarithm, that each bit of a glyph is 0 than 1.
fn bits(glyphs: ArrayView1<'_, f32>) -> [f32; BITS] {
    let most = glyphs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sums = [[f32::MIN_POSITIVE; 2]; BITS];
    for (glyph, likelihood) in glyphs.iter().enumerate() {
        let chance = (likelihood - most).exp();
        for (i, sums) in sums.iter_mut().enumerate() {
            sums[glyph >> (BITS - 1 - i) & 1] += chance;
        }
    }
    sums.map(|[zero, one]| (zero / one).ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u8) -> [u8; BYTES] {
        std::array::from_fn(|i| (i as u8).wrapping_mul(37).wrapping_add(seed))
    }

    fn certain(glyphs: &[u8]) -> Array2<f32> {
        Array2::from_shape_fn((GLYPHS, KINDS), |(i, g)| {
            if usize::from(glyphs[i]) == g { 0.0 } else { -4.0 }
        })
    }

    #[test]
    fn what_is_printed_is_read() {
        assert_eq!(alphabet().count(), KINDS);
        for seed in [0, 99] {
            let glyphs = encode(&bytes(seed));
            assert_eq!(glyphs.len(), GLYPHS);
            assert_eq!(decode(&certain(&glyphs)), Some(bytes(seed)));
        }
    }

    #[test]
    fn a_fifth_of_the_glyphs_may_be_illegible() {
        let glyphs = encode(&bytes(3));
        let mut likelihoods = certain(&glyphs);
        for place in (0..GLYPHS).step_by(5) {
            likelihoods.row_mut(place).fill(0.0);
        }
        assert_eq!(decode(&likelihoods), Some(bytes(3)));
        for place in (0..GLYPHS).step_by(11) {
            likelihoods[[place, usize::from(glyphs[place] ^ 21)]] = 3.0;
        }
        assert_eq!(decode(&likelihoods), Some(bytes(3)));
    }

    #[test]
    fn noise_is_no_codeword() {
        let noise = Array2::from_shape_fn((GLYPHS, KINDS), |(i, g)| ((i * 31 + g * 17) % 23) as f32);
        assert_eq!(decode(&noise), None);
        assert_eq!(decode(&Array2::zeros((3, KINDS))), None);
    }
}
