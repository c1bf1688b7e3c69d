//! A share of trials with its 95 % interval.

use std::fmt;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    /// Those that count.
    pub hits: usize,
    /// All.
    pub of: usize,
}

impl Rate {
    /// How many of these are hits.
    pub fn of<T>(items: impl IntoIterator<Item = T>, hit: impl Fn(&T) -> bool) -> Self {
        items.into_iter().fold(Self::default(), |rate, item| Self {
            hits: rate.hits + usize::from(hit(&item)),
            of: rate.of + 1,
        })
    }

    /// 0..1; see [`Self::interval`] for how sure that is.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }

    /// The 95 % score interval of Wilson (1927).
    pub fn interval(self) -> [f64; 2] {
        tumar::numerics::interval(self.hits, self.of)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 {
            return f.write_str("–");
        }
        let [low, high] = self.interval().map(|v| 100.0 * v);
        write!(f, "{:.1} % [{low:.1}–{high:.1}]", 100.0 * self.share())
    }
}
