//! A row that may kill its worker is done alone: rows beside it would die with it and then be suspected
//! themselves.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lets many rows through at once, or one alone.
#[derive(Default)]
pub(super) struct Isolation {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    together: usize,
    alone: usize,
    /// Those who wait to be alone go first.
    waiting: usize,
}

/// A row that is through, until it is dropped.
pub(super) struct Pass<'a> {
    isolation: &'a Isolation,
    alone: bool,
}

impl Isolation {
    /// Waits for its turn, but no longer than `longest`: who is through may hang.
    pub(super) fn pass(&self, alone: bool, longest: Duration) -> Pass<'_> {
        let mut state = self.lock();
        if alone {
            state.waiting += 1;
            let others = |state: &mut State| state.together > 0 || state.alone > 0;
            state = self.wait(state, longest, others);
            state.waiting -= 1;
            state.alone += 1;
        } else {
            let others = |state: &mut State| state.waiting > 0 || state.alone > 0;
            state = self.wait(state, longest, others);
            state.together += 1;
        }
        drop(state);
        Pass { isolation: self, alone }
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        longest: Duration,
        others: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout_while(state, longest, others);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.isolation.lock();
        let count = if self.alone { &mut state.alone } else { &mut state.together };
        *count -= 1;
        drop(state);
        self.isolation.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn nobody_is_beside_one_alone() {
        let (isolation, inside, long) =
            (Isolation::default(), AtomicUsize::new(0), Duration::from_secs(60));
        std::thread::scope(|scope| {
            for i in 0..6 {
                let (isolation, inside) = (&isolation, &inside);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let alone = i % 3 == 0;
                        let _pass = isolation.pass(alone, long);
                        let before = inside.fetch_add(1, Ordering::SeqCst);
                        assert!(!alone || before == 0);
                        std::thread::yield_now();
                        assert!(!alone || inside.load(Ordering::SeqCst) == 1);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }

    #[test]
    fn who_hangs_is_not_waited_for() {
        let isolation = Isolation::default();
        let _hangs = isolation.pass(true, Duration::ZERO);
        drop(isolation.pass(false, Duration::from_millis(1)));
        drop(isolation.pass(true, Duration::from_millis(1)));
    }
}
