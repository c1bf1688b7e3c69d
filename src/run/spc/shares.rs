//! The p-chart: the share of documents that did not pass, of one machine, in groups. Limits are exact
//! binomial ones, since nearly all documents pass and the usual three sigma of so small shares mean
//! nothing (Montgomery 2012, 7.2).

use serde::{Deserialize, Serialize};

use super::limits::Rates;

/// Documents of a group: a guess.
const GROUP: usize = 50;
/// The most documents of a base: a guess. More would only hide slow changes.
const MOST: usize = 5000;
const _: () = assert!(GROUP < MOST);

/// What share does not pass when nothing is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareBase {
    /// Documents that did not pass.
    pub failed: usize,
    /// Of so many.
    pub documents: usize,
}

/// Some documents, one after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Place of the first.
    pub first: usize,
    /// How many.
    pub documents: usize,
    /// How many of them did not pass.
    pub failed: usize,
    /// The largest share of failed ones that signals nothing; 1 where nothing is known yet.
    pub upper: f64,
    /// Whether it is signalled: more failed.
    pub signalled: bool,
}

/// The share of documents that did not pass, in groups.
#[derive(Clone, Debug)]
pub struct ShareChart {
    /// The share that is normal.
    pub centre: f64,
    /// What told it.
    pub base: ShareBase,
    /// The groups, in order; the last may be smaller.
    pub groups: Vec<Group>,
}

/// Charts the share that did not pass; none of less than a group. `base`: that of an earlier run.
/// Groups that are not signalled join the base.
#[must_use]
pub fn shares(passed: &[bool], base: Option<&ShareBase>) -> Option<ShareChart> {
    if passed.len() < GROUP {
        return None;
    }
    let mut own = base.copied().unwrap_or_default();
    let mut groups = Vec::new();
    for (i, group) in passed.chunks(GROUP).enumerate() {
        let (documents, failed) = (group.len(), group.iter().filter(|passed| !**passed).count());
        let most = own.most(documents, Rates::share() * documents as f64);
        let signalled = failed > most;
        let upper = most as f64 / documents as f64;
        groups.push(Group { first: i * GROUP, documents, failed, upper, signalled });
        if !signalled && own.documents < MOST {
            own.failed = own.failed.saturating_add(failed);
            own.documents += documents;
        }
    }
    let centre = own.failed as f64 / own.documents.max(1) as f64;
    Some(ShareChart { centre, base: own, groups })
}

impl ShareBase {
    /// How many of so many documents may fail if more should do so by chance in this share of groups:
    /// the share that fails is as likely as the base leaves it by Jeffreys' prior, which makes the count
    /// beta-binomial.
    fn most(&self, documents: usize, chance: f64) -> usize {
        if self.documents == 0 {
            return documents;
        }
        let a = self.failed as f64 + 0.5;
        let b = (self.documents - self.failed.min(self.documents)) as f64 + 0.5;
        let n = documents as f64;
        // P(0) = Π (b + i) / (a + b + i); then P(k + 1) from P(k).
        let mut share =
            (0..documents).map(|i| (b + i as f64) / (a + b + i as f64)).product::<f64>();
        let mut above = 1.0 - share;
        let mut count = 0;
        while above > chance && count < documents {
            let k = count as f64;
            share *= (n - k) * (a + k) / ((k + 1.0) * (b + n - k - 1.0));
            above -= share;
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_pass_for_once_is_signalled_once() {
        let passed: Vec<bool> =
            (0..1000).map(|i| i % 100 != 7 && !(400..450).contains(&i) || i % 4 == 0).collect();
        let chart = shares(&passed, None).unwrap();
        let signalled: Vec<usize> =
            chart.groups.iter().filter(|g| g.signalled).map(|g| g.first).collect();
        assert_eq!(signalled, [400]);
        assert!((chart.centre - 0.01).abs() < 0.002, "{}", chart.centre);
        assert_eq!(chart.groups.iter().map(|g| g.documents).sum::<usize>(), 1000);
    }

    #[test]
    fn limits_are_exact() {
        // 1 % of many: the binomial distribution of 50 documents, P(X > 4) = 1.5e-4, P(X > 3) = 1.6e-3.
        let base = ShareBase { failed: 100_000, documents: 10_000_000 };
        assert_eq!(base.most(50, 1e-3), 4);
        assert_eq!(base.most(50, 2e-3), 3);
        assert_eq!(ShareBase::default().most(50, 1e-3), 50);
        // Little is known of ten.
        assert!(ShareBase { failed: 0, documents: 10 }.most(50, 1e-3) > 8);
    }

    #[test]
    fn an_absurd_base_is_borne() {
        let base = ShareBase { failed: usize::MAX, documents: 1 };
        assert_eq!(shares(&[false; 120], Some(&base)).unwrap().groups.len(), 3);
        let base = ShareBase { failed: 0, documents: usize::MAX };
        assert_eq!(shares(&[false; 120], Some(&base)).unwrap().groups.len(), 3);
    }

    #[test]
    fn a_known_base_tells_at_once() {
        let base = ShareBase { failed: 3, documents: 1000 };
        let passed: Vec<bool> = (0..60).map(|i| i % 5 != 0).collect();
        let chart = shares(&passed, Some(&base)).unwrap();
        assert!(chart.groups[0].signalled);
        assert!(shares(&passed[..10], Some(&base)).is_none());
    }
}
