//! The progress of a run, on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tumar::run::{Counts, Watch};

use crate::failure::Failure;

/// From one line to the next: a guess at what a log should hold.
const LINES: Duration = Duration::from_secs(10);
/// Drawings of the bar a second: a guess; the eye needs no more.
const DRAWN: u8 = 10;

/// Set by Ctrl-C and by what else ends a program politely.
static STOP: AtomicBool = AtomicBool::new(false);

/// What ends a run early. The second Ctrl-C ends the program at once: nothing is lost by that either.
pub(crate) fn stop() -> Result<&'static AtomicBool, Failure> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(crate::failure::WORK));
        }
    })
    .map_err(|e| Failure::work(format!("signals cannot be caught: {e}")))?;
    Ok(&STOP)
}

/// Shows how far a run is.
pub(crate) struct Progress {
    shown: Shown,
    begun: Instant,
    /// Rows that earlier starts did.
    before: Option<u64>,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines(Instant),
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        let now = Instant::now();
        let shown = match std::io::stderr().is_terminal() {
            _ if quiet => Shown::Nothing,
            false => Shown::Lines(now),
            true => {
                let target = ProgressDrawTarget::stderr_with_hz(DRAWN);
                let bar = ProgressBar::with_draw_target(None, target);
                let style = ProgressStyle::with_template("{wide_bar:.cyan/dim} {msg}");
                Shown::Bar(style.map_or(bar.clone(), |style| bar.with_style(style)))
            }
        };
        Self { shown, begun: now, before: None }
    }

    fn line(&self, counts: &Counts) -> String {
        let (done, before) = (counts.done(), self.before.unwrap_or_default());
        let rate = (done - before) as f64 / self.begun.elapsed().as_secs_f64().max(1e-3);
        let left = (counts.rows - done) as f64 / rate;
        let left = match left.is_finite() {
            true if done > before => format!(", {} left", duration(left)),
            _ => String::new(),
        };
        format!("{done} of {} rows, {rate:.1} per second{left}; {}", counts.rows, told(counts))
    }
}

impl Watch for Progress {
    fn progress(&mut self, counts: &Counts) {
        if self.before.is_none() {
            self.before = Some(counts.done());
        }
        let line = self.line(counts);
        match &mut self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                bar.set_length(counts.rows);
                bar.set_position(counts.done());
                bar.set_message(line);
            }
            Shown::Lines(last) => {
                if last.elapsed() >= LINES {
                    *last = Instant::now();
                    say(&line);
                }
            }
        }
    }

    fn note(&mut self, note: &str) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => bar.println(note),
            Shown::Lines(_) => say(note),
        }
    }

    fn finishing(&mut self) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Lines(_) => say("all rows are done; writing the results"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

/// How many rows ended how; what there is none of is left out.
pub(crate) fn told(counts: &Counts) -> String {
    let kinds = [
        (counts.successful, "good"),
        (counts.failed, "failed"),
        (counts.undetermined, "undetermined"),
        (counts.errors, "in error"),
    ];
    let some = kinds.iter().enumerate().filter(|(i, (count, _))| *i == 0 || *count > 0);
    let some: Vec<String> = some.map(|(_, (count, what))| format!("{count} {what}")).collect();
    some.join(", ")
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

pub(crate) fn say(line: &str) {
    // If stderr is gone there is nobody left to tell.
    let _gone = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let told = [3.4, 75.0, 3599.6, 7300.0].map(duration);
        assert_eq!(told, ["3 s", "1 min 15 s", "1 h 00 min", "2 h 01 min"]);
    }

    #[test]
    fn what_is_not_there_is_not_told() {
        let counts = Counts { rows: 9, successful: 0, failed: 2, undetermined: 0, errors: 1 };
        assert_eq!(told(&counts), "0 good, 2 failed, 1 in error");
    }
}
