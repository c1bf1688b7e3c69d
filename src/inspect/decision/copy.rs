//! Copies: what a print loses when it is scanned and printed again. Of all that was tried only the
//! blur of the letters tells, and little: printers differ as much as a copy does from its original.

use crate::imaging::Mm;

/// Means and standard deviations of the natural logarithm of the blur in millimetres: of 157 genuine
/// prints and of 115 copies from scans of 600, 1200 and 2400 ppi, flatbeds, a document reader and worn
/// pages (`examples/attacks --csv`).
const GENUINE: [f64; 2] = [-3.17, 0.28];
const COPIED: [f64; 2] = [-2.88, 0.22];

/// What a blur says: the chance that the print is no copy less the chance that it is one, if one were
/// as likely as the other beforehand; −1..1. A print blurred more than most copies says nothing: a dull
/// printer makes such, too.
#[must_use]
pub fn margin(blur: Mm) -> f64 {
    let log = blur.0.max(1e-6).ln().clamp(GENUINE[0] - GENUINE[1], COPIED[0] + COPIED[1]);
    let density = |[mean, deviation]: [f64; 2]| {
        -0.5 * ((log - mean) / deviation).powi(2) - f64::ln(deviation)
    };
    (0.5 * (density(GENUINE) - density(COPIED))).tanh()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sharper_the_less_of_a_copy() {
        let margins = [0.01, 0.03, 0.04, 0.05, 0.06, 0.07].map(|blur| margin(Mm(blur)));
        assert!(margins.is_sorted_by(|a, b| a >= b), "{margins:?}");
        assert!(margins[1] > 0.3 && margins[4] < -0.1, "{margins:?}");
        // Neither end is proof.
        let ends = [0.0, 1.0, f64::INFINITY].map(|blur| margin(Mm(blur)).abs());
        assert!(ends.iter().all(|&end| end < 0.9), "{ends:?}");
    }
}
