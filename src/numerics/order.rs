//! Values by their rank. Each moves the slice's values about and takes time in proportion to their
//! number.

use super::Real;

/// The median: the upper one of the two middle values of an even number. None of no values.
///
/// ```
/// # use tumar::numerics::median;
/// assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(3.0));
/// ```
pub fn median<T: Real>(values: &mut [T]) -> Option<T> {
    let middle = values.len() / 2;
    at_rank(values, middle)
}

/// The value with the share `share` (0..1) of all below it: rank ⌊share · n⌋ of 0..n, the last one
/// at the most. None of no values.
///
/// A share of a half gives [`median`]'s value.
pub fn quantile<T: Real>(values: &mut [T], share: f64) -> Option<T> {
    let last = values.len().checked_sub(1)?;
    let rank = (share * values.len() as f64) as usize;
    at_rank(values, rank.min(last))
}

/// The value whose rank is nearest to the share `share` (0..1, else the nearer of both) of the way
/// from the least to the greatest: rank of share · (n − 1), rounded. None of no values.
pub fn nearest_rank<T: Real>(values: &mut [T], share: f64) -> Option<T> {
    let last = values.len().checked_sub(1)?;
    let rank = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
    at_rank(values, rank)
}

fn at_rank<T: Real>(values: &mut [T], rank: usize) -> Option<T> {
    (rank < values.len()).then(|| *values.select_nth_unstable_by(rank, T::total_order).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_few_values() {
        assert_eq!(median::<f32>(&mut []), None);
        assert_eq!(quantile::<f64>(&mut [], 0.5), None);
        assert_eq!(nearest_rank::<f64>(&mut [], 0.5), None);
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut [3.0, 1.0, 2.0f32]), Some(2.0));
        // Of two in the middle, the upper.
        assert_eq!(median(&mut [4.0, 3.0, 1.0, 2.0]), Some(3.0));
    }

    #[test]
    fn quantiles_of_a_ramp() {
        let ramp = || (0..10).rev().map(f64::from).collect::<Vec<_>>();
        for (share, below, nearest) in
            [(0.0, 0.0, 0.0), (0.25, 2.0, 2.0), (0.5, 5.0, 5.0), (0.93, 9.0, 8.0), (1.0, 9.0, 9.0)]
        {
            assert_eq!(quantile(&mut ramp(), share), Some(below), "{share}");
            assert_eq!(nearest_rank(&mut ramp(), share), Some(nearest), "{share}");
        }
        assert_eq!(nearest_rank(&mut ramp(), -1.0), Some(0.0));
        assert_eq!(quantile(&mut ramp(), 0.5), median(&mut ramp()));
    }

    #[test]
    fn what_is_no_number_counts_as_the_greatest() {
        assert_eq!(median(&mut [f32::NAN, 1.0, 2.0]), Some(2.0));
        assert!(quantile(&mut [f64::NAN, 1.0], 1.0).is_some_and(f64::is_nan));
    }
}
