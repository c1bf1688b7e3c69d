//! The subjects of a run on the server: run, announcement and row, as they are spelled.

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;

use super::error::ClusterError;

/// The longest name of a run, in characters: a guess; subjects may be longer.
const MAX_NAME_CHARS: usize = 64;

/// All rows.
pub(in crate::run::cluster) const ROWS: &str = "tumar.rows.>";
/// All results.
pub(in crate::run::cluster) const RESULTS: &str = "tumar.results.>";
/// All counts of attempts.
pub(in crate::run::cluster) const ATTEMPTS: &str = "tumar.tries.>";
/// All announcements.
pub(in crate::run::cluster) const RUNS: &str = "tumar.runs.*";

/// The subjects of an announced run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::run::cluster) struct RunSubjects {
    pub(in crate::run::cluster) run: String,
    /// Drawn when the run was announced.
    pub(in crate::run::cluster) id: String,
}

impl RunSubjects {
    /// The subject of a row that is to be done.
    pub(in crate::run::cluster) fn row(&self, row: u64) -> String {
        format!("tumar.rows.{}.{}.{row}", self.run, self.id)
    }

    /// The subject of a row's result.
    pub(in crate::run::cluster) fn result(&self, row: u64) -> String {
        format!("tumar.results.{}.{}.{row}", self.run, self.id)
    }

    /// The subject under which a row's attempts are counted.
    pub(in crate::run::cluster) fn attempts(&self, row: u64) -> String {
        format!("tumar.tries.{}.{}.{row}", self.run, self.id)
    }

    /// The subjects of all its rows.
    pub(in crate::run::cluster) fn rows(&self) -> String {
        format!("tumar.rows.{}.{}.*", self.run, self.id)
    }

    /// The subjects of all its results.
    pub(in crate::run::cluster) fn results(&self) -> String {
        format!("tumar.results.{}.{}.*", self.run, self.id)
    }

    /// The name of the consumer of its results.
    pub(in crate::run::cluster) fn consumer(&self) -> String {
        format!("{}-{}", self.run, self.id)
    }

    /// Under which id the server drops a row's repetition. A row that is published anew because the
    /// server lost it is no repetition.
    pub(in crate::run::cluster) fn message_id(&self, row: u64, published: u32) -> String {
        format!("{}-{row}-{published}", self.id)
    }

    /// Run and row of a subject.
    pub(in crate::run::cluster) fn parse(subject: &str) -> Option<(Self, u64)> {
        let mut parts = subject.split('.').skip(2);
        let (run, id, row) = (parts.next()?, parts.next()?, parts.next()?);
        let subjects = Self { run: run.to_owned(), id: id.to_owned() };
        Some((subjects, row.parse().ok()?)).filter(|_| parts.next().is_none())
    }
}

/// Whether a consumer is of some [`RunSubjects`] of the run.
pub(in crate::run::cluster) fn is_consumer_of(name: &str, run: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(of, _)| of == run)
}

/// The subject of a run's announcement.
pub(in crate::run::cluster) fn announcement(run: &str) -> String {
    format!("tumar.runs.{run}")
}

/// The subject on which a run's coordinator answers.
pub(in crate::run::cluster) fn lease(run: &str) -> String {
    format!("tumar.alive.{run}")
}

/// The subjects of all rows that were ever published under a run's name.
pub(in crate::run::cluster) fn all_rows(run: &str) -> String {
    format!("tumar.rows.{run}.>")
}

/// The subjects of all attempts that were ever counted under a run's name.
pub(in crate::run::cluster) fn all_attempts(run: &str) -> String {
    format!("tumar.tries.{run}.>")
}

/// The subjects of all results that were ever published under a run's name.
pub(in crate::run::cluster) fn all_results(run: &str) -> String {
    format!("tumar.results.{run}.>")
}

/// Checks that a run's name may stand in a subject.
pub(in crate::run::cluster) fn check_name(run: &str) -> Result<(), ClusterError> {
    let fits = (1..=MAX_NAME_CHARS).contains(&run.len());
    let plain = run.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits && plain { Ok(()) } else { Err(ClusterError::RunName) }
}

/// Headers with a message id.
pub(in crate::run::cluster) fn headers(message_id: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, message_id);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_are_written() {
        let subjects = RunSubjects { run: "spring-2026".into(), id: "Ab9".into() };
        assert_eq!(RunSubjects::parse(&subjects.row(17)), Some((subjects.clone(), 17)));
        assert!(is_consumer_of(&subjects.consumer(), "spring-2026"));
        assert!(!is_consumer_of(&subjects.consumer(), "spring"));
        assert_eq!(RunSubjects::parse(&subjects.result(1)), Some((subjects, 1)));
        for other in ["tumar.rows.a.b", "tumar.rows.a.b.c", "tumar.rows.a.b.1.2", ""] {
            assert_eq!(RunSubjects::parse(other), None, "{other}");
        }
    }

    #[test]
    fn names_stay_within_a_subject() {
        assert!(check_name("2026-11_a").is_ok());
        for bad in ["", "a.b", "a*", ">", "a b", "ж", &"a".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
