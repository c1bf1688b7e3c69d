//! Rows on all cores: one row per thread, and no more than that in memory.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use rayon::{ThreadPool, ThreadPoolBuilder};

thread_local! {
    static ALONE: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).build().ok();
}

/// Does one row's work with all its loops on one thread of its own; none if it panics. In a pool of all
/// threads, one that waits for its share of a loop would meanwhile begin a second row, and a third.
pub(in crate::run) fn attempt<R: Send>(work: impl FnOnce() -> R + Send) -> Option<R> {
    let alone = || {
        ALONE.with(|pool| match pool {
            Some(pool) => pool.install(work),
            None => work(),
        })
    };
    catch_unwind(AssertUnwindSafe(alone)).ok()
}

/// Does `work` on each row, on so many threads at once, and hands the results to `done` on this thread,
/// a few at a time, in the order in which rows end. Where `work` panics, `failed` gives the result.
///
/// Ends early when `stop` is set, with the rows that were begun, or when `done` fails.
///
/// # Errors
/// What `done` returns.
pub(in crate::run) fn each<T: Send + Sync, R: Send, E: Send>(
    threads: NonZero<usize>,
    rows: impl Iterator<Item = T> + Send,
    work: impl Fn(&T) -> R + Sync,
    failed: impl Fn(&T) -> R + Sync,
    stop: &AtomicBool,
    mut done: impl FnMut(Vec<R>) -> Result<(), E>,
) -> Result<(), E> {
    let rows = Mutex::new(rows);
    let next = || rows.lock().ok()?.next();
    let (send, ended) = sync_channel(2 * threads.get());
    std::thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (send, next, work, failed) = (send.clone(), &next, &work, &failed);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed)
                    && let Some(row) = next()
                {
                    let result = attempt(|| work(&row));
                    if send.send(result.unwrap_or_else(|| failed(&row))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        // Here it is dropped where `done` fails, so that no thread waits for it.
        let ended = ended;
        // What waits is journalled together: one sync for all of it.
        while let Ok(first) = ended.recv() {
            done(std::iter::once(first).chain(ended.try_iter()).collect())?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        threads: usize,
        rows: u32,
        stop_at: u32,
        fail_at: usize,
    ) -> (Vec<u32>, Result<(), String>) {
        let (stop, mut found) = (AtomicBool::new(false), Vec::new());
        let work = |row: &u32| {
            if *row == stop_at {
                stop.store(true, Ordering::Relaxed);
            }
            assert!(!row.is_multiple_of(7), "a fault");
            *row
        };
        let result = each(
            NonZero::new(threads).unwrap(),
            1..=rows,
            work,
            |row| row + 1000,
            &stop,
            |some| {
                found.extend(some);
                if found.len() >= fail_at { Err("full".to_owned()) } else { Ok(()) }
            },
        );
        found.sort_unstable();
        (found, result)
    }

    #[test]
    fn every_row_ends_once_and_faults_are_caught() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        for threads in [1, 2, 5] {
            let (found, result) = run(threads, 30, 0, usize::MAX);
            let mut due: Vec<u32> =
                (1..=30).map(|r| if r % 7 == 0 { r + 1000 } else { r }).collect();
            due.sort_unstable();
            assert_eq!((found, result), (due, Ok(())));
        }
        std::panic::set_hook(hook);
    }

    #[test]
    fn it_stops_when_told_and_when_nothing_can_be_kept() {
        let (found, result) = run(1, 6, 3, usize::MAX);
        assert_eq!((found, result), (vec![1, 2, 3], Ok(())));
        let (found, result) = run(2, 6, 0, 2);
        assert!(result.is_err() && found.len() >= 2);
    }
}
