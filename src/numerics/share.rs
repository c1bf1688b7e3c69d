//! Shares of trials.

/// The normal quantile of a two-sided 95 %.
const Z: f64 = 1.96;

/// The 95 % interval of the share that so many of so many tell, 0..1 (Wilson 1927); of none, all is open.
#[must_use]
pub fn interval(hits: usize, of: usize) -> [f64; 2] {
    if of == 0 {
        return [0.0, 1.0];
    }
    let n = of as f64;
    let share = hits as f64 / n;
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    [middle - reach, middle + reach].map(|end| (end / whole).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Newcombe 1998, table I: 81 of 263, 0 of 20, 15 of 148.
        for (hits, of, [low, high]) in
            [(81, 263, [0.2553, 0.3662]), (0, 20, [0.0, 0.1611]), (15, 148, [0.0624, 0.1605])]
        {
            let found = interval(hits, of);
            assert!((found[0] - low).abs() < 1e-4 && (found[1] - high).abs() < 1e-4, "{found:?}");
        }
        assert!(interval(0, 0)[0] < 1e-9 && interval(0, 0)[1] > 0.999);
    }
}
