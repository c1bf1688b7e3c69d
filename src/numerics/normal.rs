//! The normal distribution, to 10⁻¹² of its tail.

use std::f64::consts::TAU;

/// Beyond this many standard deviations the continued fraction converges faster than the series.
const FAR: f64 = 3.0;

/// Density at `z`.
#[must_use]
pub fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / TAU.sqrt()
}

/// The share that lies above `z`.
#[must_use]
pub fn tail(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - tail(-z);
    }
    if z < FAR {
        // Marsaglia (2004): Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/15 + …).
        let (mut term, mut sum, mut odd) = (z, z, 1.0);
        while term > 1e-16 {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return 0.5 - density(z) * sum;
    }
    // Abramowitz and Stegun, 26.2.14.
    let fraction = (1..60).rev().fold(z, |below, i| z + f64::from(i) / below);
    density(z) / fraction
}

/// The share that lies below `z`.
#[must_use]
pub fn below(z: f64) -> f64 {
    tail(-z)
}

/// Above which `z` this share lies; `share` over 0 to ½.
#[must_use]
pub fn quantile(share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tails_are_those_of_the_tables() {
        // Abramowitz and Stegun, tables 26.1 and 26.2.
        for (z, share) in [
            (0.0, 0.5),
            (1.0, 0.158_655_253_931_457),
            (2.98, 0.001_441_242),
            (3.02, 0.001_263_873),
            (5.0, 2.866_515_719e-7),
            (-1.0, 0.841_344_746_068_543),
        ] {
            assert!((tail(z) / share - 1.0).abs() < 1e-6, "{z}: {}", tail(z));
        }
        assert!((quantile(0.001_35) - 2.999_98).abs() < 1e-4);
        assert!((below(1.3) + tail(1.3) - 1.0).abs() < 1e-12);
    }
}
