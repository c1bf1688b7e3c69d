//! The notch: takes a halftone or a weave out of the lines, which may repeat more strongly than any
//! text. It stands on a few frequencies, text on many.

use realfft::RealFftPlanner;

use crate::inspect::synchronisation::strips::Strips;

/// Bins of the lines' spectrum that text fills at least, and the share of its power that others
/// must have over those to be taken out. Guesses.
const HARMONICS: usize = 24;
const EXCESS: f32 = 0.05;

/// The lines without what stands out of their spectrum; `None` where nothing does.
#[must_use]
pub fn notched(strips: &Strips) -> Option<Strips> {
    let size = (2 * strips.length).next_multiple_of(60);
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let mut padded = forward.make_input_vec();
    let mut spectrum = forward.make_output_vec();
    let mut transform = |strip: &[f32], spectrum: &mut [_]| {
        padded[..strip.len()].copy_from_slice(strip);
        padded[strip.len()..].fill(0.0);
        if forward.process(&mut padded, spectrum).is_err() {
            unreachable!("buffers are the planner's own");
        }
    };
    let mut power = vec![0.0f32; spectrum.len()];
    // Every second height shows the frequencies as well as all of them.
    for strip in strips.samples().chunks_exact(strips.length).step_by(2) {
        transform(strip, &mut spectrum);
        power.iter_mut().zip(&spectrum).for_each(|(p, z)| *p += z.norm_sqr());
    }
    let mut order = power.clone();
    order.sort_by(|a, b| b.total_cmp(a));
    let highest = order[HARMONICS.min(order.len() - 1)].max(1e-20);
    let excess: f32 = power.iter().map(|p| (p - highest).max(0.0)).sum();
    if excess < EXCESS * power.iter().sum::<f32>() {
        return None;
    }
    let gain = |p: &f32| (highest / p.max(highest)).sqrt() / size as f32;
    let gains: Vec<f32> = power.iter().map(gain).collect();
    let mut whole = inverse.make_output_vec();
    let mut samples = Vec::with_capacity(strips.samples().len());
    for strip in strips.samples().chunks_exact(strips.length) {
        transform(strip, &mut spectrum);
        spectrum.iter_mut().zip(&gains).for_each(|(z, gain)| *z *= gain);
        if inverse.process(&mut spectrum, &mut whole).is_err() {
            unreachable!("a real spectrum");
        }
        samples.extend_from_slice(&whole[..strips.length]);
    }
    Some(strips.with(samples))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::inspect::synchronisation::strips::HEIGHTS;

    #[test]
    fn a_halftone_goes_and_a_text_stays() {
        let (lines, length) = (8, 640);
        let text =
            |line: usize, x: usize| ((x + 13 * line) % 80 * 2_654_435 % 97) as f32 / 97.0 - 0.5;
        let halftone = |x: usize| 4.0 * (TAU * x as f32 / 3.37).sin();
        let sample = |at: usize, halftone: &dyn Fn(usize) -> f32| {
            text(at / (HEIGHTS * length), at % length) + halftone(at % length)
        };
        let count = lines * HEIGHTS * length;
        let plain: Vec<f32> = (0..count).map(|at| sample(at, &|_| 0.0)).collect();
        let screened: Vec<f32> = (0..count).map(|at| sample(at, &halftone)).collect();
        let likeness = |a: &[f32], b: &[f32]| {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        let hidden = likeness(&plain, &screened);
        let freed = notched(&Strips::of_lines(screened, length)).expect("a halftone stands out");
        let left = likeness(&plain, freed.samples());
        assert!(hidden < 0.15 && left > 3.0 * hidden, "{hidden} {left}");
    }
}
