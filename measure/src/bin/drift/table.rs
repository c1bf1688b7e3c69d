//! Numbers of the tables.

/// The value below which this share lies; NaN of none.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let place = (share * values.len() as f64) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// Once in how many, with two standard deviations of a Poisson count.
pub(crate) fn rate(count: usize, of: usize) -> String {
    let once = |count: f64| of as f64 / count.max(1e-9);
    let reach = 2.0 * (count as f64).sqrt();
    if count == 0 {
        return format!("over {of}");
    }
    let least = (count as f64 - reach).max(0.5);
    format!("{:.0} [{:.0}–{:.0}]", once(count as f64), once(count as f64 + reach), once(least))
}
