//! Which rows are out: published, and not yet stored. It stays small however long the run is.

use std::collections::BTreeMap;

use super::task::Task;

/// The rows that are out, and those still to come.
pub(super) struct Window<I> {
    tasks: I,
    ahead: usize,
    out: BTreeMap<u64, Out>,
    /// Rows up to this one were taken from `tasks`, or left out there because they are stored.
    highest: u64,
    exhausted: bool,
}

pub(super) struct Out {
    pub(super) body: Vec<u8>,
    /// How often it was published; the server drops what it has seen under the same number.
    pub(super) published: u32,
}

/// What a result is to the run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// The row's first.
    First,
    /// The row is stored already.
    Repeat,
    /// The row's turn has not come: an earlier process published it.
    Early,
}

impl<I: Iterator<Item = Task>> Window<I> {
    pub(super) fn new(tasks: I, ahead: usize) -> Self {
        Self { tasks, ahead: ahead.max(1), out: BTreeMap::new(), highest: 0, exhausted: false }
    }

    /// Takes rows until as many are out as may be.
    pub(super) fn fill(&mut self) {
        while !self.exhausted && self.out.len() < self.ahead {
            match self.tasks.next() {
                Some(Task { row, body }) => {
                    self.highest = self.highest.max(row);
                    self.out.insert(row, Out { body, published: 0 });
                }
                None => self.exhausted = true,
            }
        }
    }

    /// Whether it pays to fill it: publishing many at once costs little more than one.
    pub(super) fn wants_more(&self) -> bool {
        !self.exhausted && self.out.len() <= self.ahead - self.ahead.div_ceil(4)
    }

    /// The rows that are yet to be published.
    pub(super) fn unpublished(&self) -> Vec<u64> {
        self.out.iter().filter(|(_, out)| out.published == 0).map(|(&row, _)| row).collect()
    }

    /// The rows that were published.
    pub(super) fn published(&self) -> impl Iterator<Item = u64> {
        self.out.iter().filter(|(_, out)| out.published > 0).map(|(&row, _)| row)
    }

    pub(super) fn get(&self, row: u64) -> Option<&Out> {
        self.out.get(&row)
    }

    pub(super) fn get_mut(&mut self, row: u64) -> Option<&mut Out> {
        self.out.get_mut(&row)
    }

    pub(super) fn judge(&self, row: u64) -> Settled {
        if self.out.contains_key(&row) {
            Settled::First
        } else if self.exhausted || row <= self.highest {
            Settled::Repeat
        } else {
            Settled::Early
        }
    }

    /// The row is stored.
    pub(super) fn close(&mut self, row: u64) {
        self.out.remove(&row);
    }

    pub(super) fn is_done(&self) -> bool {
        self.exhausted && self.out.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(rows: std::ops::RangeInclusive<u64>) -> Window<impl Iterator<Item = Task>> {
        Window::new(rows.map(|row| Task { row, body: Vec::new() }), 4)
    }

    #[test]
    fn each_row_counts_once() {
        let mut window = window(3..=10);
        assert_eq!(window.judge(5), Settled::Early);
        window.fill();
        assert_eq!(window.unpublished(), [3, 4, 5, 6]);
        assert_eq!(window.judge(5), Settled::First);
        window.close(5);
        assert_eq!(window.judge(5), Settled::Repeat);
        assert_eq!(window.judge(1), Settled::Repeat, "left out: stored before");
        assert_eq!(window.judge(7), Settled::Early);
    }

    #[test]
    fn it_ends_when_all_are_stored() {
        let mut window = window(1..=6);
        for row in 1..=6 {
            if window.out.is_empty() || window.wants_more() {
                window.fill();
            }
            assert!(window.out.len() <= 4);
            assert!(!window.is_done());
            window.close(row);
        }
        window.fill();
        assert!(window.is_done());
        assert_eq!(window.judge(99), Settled::Repeat);
    }

    #[test]
    fn no_rows_are_no_work() {
        let mut window = Window::new(std::iter::empty(), 4);
        assert!(!window.is_done());
        window.fill();
        assert!(window.is_done());
    }
}
