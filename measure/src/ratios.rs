//! How good likelihood ratios are. All are log10; own: those of names that are the holder's, others:
//! of names that are not. Either kind counts half, whatever its number.

/// The cost, in bits, of a ratio that misleads by this.
fn cost(log10: f64) -> f64 {
    (1.0 + 10f64.powf(log10)).log2()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

/// The log-likelihood-ratio cost (Brümmer and du Preez 2006): 0 for ratios that tell all, 1 for
/// those that tell nothing, more for those that mislead.
pub fn cllr(own: &[f64], others: &[f64]) -> f64 {
    0.5 * (mean(own.iter().map(|v| cost(-v))) + mean(others.iter().map(|&v| cost(v))))
}

/// The same for the best rising map of these values, which says what the values themselves lose.
pub fn cllr_min(own: &[f64], others: &[f64]) -> f64 {
    let lost = |block: &Block| {
        let part = |share: f64, log10: f64| if share > 0.0 { share * cost(log10) } else { 0.0 };
        part(block.own, -block.log10()) + part(block.others, block.log10())
    };
    0.5 * isotonic(own, others).iter().map(lost).sum::<f64>()
}

/// Values to which the best rising map gives one ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// The least value.
    pub from: f64,
    /// The greatest value.
    pub to: f64,
    /// The share of all own that lies here.
    pub own: f64,
    /// The share of all others that lies here.
    pub others: f64,
}

impl Block {
    /// The ratio of all its values.
    pub fn log10(&self) -> f64 {
        (self.own / self.others).log10()
    }

    fn joined(self, next: Self) -> Self {
        let (own, others) = (self.own + next.own, self.others + next.others);
        Self { from: self.from, to: next.to, own, others }
    }

    /// Whether its ratio is at least the next one's.
    fn violates(&self, next: &Self) -> bool {
        self.own * next.others >= next.own * self.others
    }
}

/// The best rising map, by pooling adjacent violators (Ayer et al. 1955).
pub fn isotonic(own: &[f64], others: &[f64]) -> Vec<Block> {
    let share = |of: &[f64]| 1.0 / of.len().max(1) as f64;
    let of_own = own.iter().map(|&v| (v, share(own), 0.0));
    let mut all: Vec<_> = of_own.chain(others.iter().map(|&v| (v, 0.0, share(others)))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    for (value, own, others) in all {
        let mut last = Block { from: value, to: value, own, others };
        // Equal values have one ratio.
        while let Some(before) = blocks.pop_if(|b| b.to >= last.from || b.violates(&last)) {
            last = before.joined(last);
        }
        blocks.push(last);
    }
    blocks
}

/// The least and the greatest ratio, log10, that so many comparisons bear (Vergeer et al. 2016): as far
/// from 1 as deciding by the ratio costs less than not looking at it, at odds at which it just decides,
/// though one comparison more of either kind mislead.
pub fn bounds(own: &[f64], others: &[f64]) -> [f64; 2] {
    const STEP: f64 = 0.01;
    let misled = |count: usize, of: usize| (count + 1) as f64 / (of + 1) as f64;
    let below = |limit: f64| misled(own.iter().filter(|&&v| v < limit).count(), own.len());
    let above = |limit: f64| misled(others.iter().filter(|&&v| v > limit).count(), others.len());
    let furthest = |costs: &dyn Fn(f64) -> f64| {
        let steps = (1..).map(|i| f64::from(i) * STEP);
        steps.take_while(|&log10| costs(log10) < 1.0).last().unwrap_or(0.0)
    };
    let greatest = furthest(&|log10| below(log10) + 10f64.powf(log10) * above(log10));
    let least = furthest(&|log10| above(-log10) + 10f64.powf(log10) * below(-log10));
    [-least, greatest]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cllr_by_hand() {
        assert!((cllr(&[0.0, 0.0], &[0.0]) - 1.0).abs() < 1e-12);
        // LR 3 for own, 1/3 and 1 for others: ½ (log2 4/3 + ½ (log2 4/3 + 1)).
        let third = 3f64.log10();
        let own = (4.0f64 / 3.0).log2();
        let by_hand = 0.5 * (own + 0.5 * (own + 1.0));
        assert!((cllr(&[third], &[-third, 0.0]) - by_hand).abs() < 1e-12);
        assert!(cllr(&[-2.0], &[2.0]) > 6.0);
    }

    #[test]
    fn adjacent_violators_are_pooled() {
        let blocks = isotonic(&[1.0, 3.0, 5.0], &[0.0, 2.0, 4.0, 3.0]);
        let expected = [(0.0, 0.0, 0.0, 1.0), (1.0, 4.0, 2.0, 3.0), (5.0, 5.0, 1.0, 0.0)];
        assert_eq!(blocks.len(), expected.len(), "{blocks:?}");
        for (block, (from, to, own, others)) in blocks.iter().zip(expected) {
            assert!((block.from - from).abs() + (block.to - to).abs() < 1e-12, "{blocks:?}");
            assert!((block.own - own / 3.0).abs() < 1e-12, "{blocks:?}");
            assert!((block.others - others / 4.0).abs() < 1e-12, "{blocks:?}");
        }
        // Own ⅔ against others ¾ in the middle block, the rest is told.
        let log10 = (8.0f64 / 9.0).log10();
        let by_hand = 0.5 * (2.0 / 3.0 * cost(-log10) + 0.75 * cost(log10));
        assert!((cllr_min(&[1.0, 3.0, 5.0], &[0.0, 2.0, 4.0, 3.0]) - by_hand).abs() < 1e-12);
    }

    #[test]
    fn values_that_part_cost_nothing_and_bear_as_much_as_they_are_many() {
        let (own, others) = ([5.0; 99], [-5.0; 999]);
        assert!(cllr_min(&own, &others) < 1e-12);
        let [least, greatest] = bounds(&own, &others);
        // ratio · 1/1000 + 1/100 < 1, and ratio · 1/100 + 1/1000 < 1.
        assert!((least + 99.9f64.log10()).abs() < 0.011, "{least}");
        assert!((greatest - 990.0f64.log10()).abs() < 0.011, "{greatest}");
    }
}
