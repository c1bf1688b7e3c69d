//! Where a row stands: run, announcement and number, as subjects say them.

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;

use super::ClusterError;

/// The longest name of a run.
const LONGEST_NAME: usize = 64;

/// All rows.
pub(super) const ROWS: &str = "tumar.rows.>";
/// All results.
pub(super) const RESULTS: &str = "tumar.results.>";
/// All counts of tries.
pub(super) const TRIES: &str = "tumar.tries.>";
/// All announcements.
pub(super) const RUNS: &str = "tumar.runs.*";

/// An announced run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) run: String,
    /// Drawn when the run was announced.
    pub(super) id: String,
}

impl Place {
    /// The subject of a row that is to be done.
    pub(super) fn row(&self, row: u64) -> String {
        format!("tumar.rows.{}.{}.{row}", self.run, self.id)
    }

    /// The subject of a row's result.
    pub(super) fn result(&self, row: u64) -> String {
        format!("tumar.results.{}.{}.{row}", self.run, self.id)
    }

    /// The subject under which a row's tries are counted.
    pub(super) fn tries(&self, row: u64) -> String {
        format!("tumar.tries.{}.{}.{row}", self.run, self.id)
    }

    /// The subjects of all its rows.
    pub(super) fn rows(&self) -> String {
        format!("tumar.rows.{}.{}.*", self.run, self.id)
    }

    /// The subjects of all its results.
    pub(super) fn results(&self) -> String {
        format!("tumar.results.{}.{}.*", self.run, self.id)
    }

    /// The name of the consumer of its results.
    pub(super) fn consumer(&self) -> String {
        format!("{}-{}", self.run, self.id)
    }

    /// Under which id the server drops a row's repetition. A row that is published anew because the
    /// server lost it is no repetition.
    pub(super) fn message_id(&self, row: u64, published: u32) -> String {
        format!("{}-{row}-{published}", self.id)
    }

    /// Run and row of a subject.
    pub(super) fn parse(subject: &str) -> Option<(Self, u64)> {
        let mut parts = subject.split('.').skip(2);
        let (run, id, row) = (parts.next()?, parts.next()?, parts.next()?);
        let place = Self { run: run.to_owned(), id: id.to_owned() };
        Some((place, row.parse().ok()?)).filter(|_| parts.next().is_none())
    }
}

/// Whether a consumer is of some [`Place`] of the run.
pub(super) fn is_consumer_of(name: &str, run: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(of, _)| of == run)
}

/// The subject of a run's announcement.
pub(super) fn announcement(run: &str) -> String {
    format!("tumar.runs.{run}")
}

/// The subject on which a run's coordinator answers.
pub(super) fn alive(run: &str) -> String {
    format!("tumar.alive.{run}")
}

/// The subjects of all rows that were ever published under a run's name.
pub(super) fn all_rows(run: &str) -> String {
    format!("tumar.rows.{run}.>")
}

/// The subjects of all tries that were ever counted under a run's name.
pub(super) fn all_tries(run: &str) -> String {
    format!("tumar.tries.{run}.>")
}

/// The subjects of all results that were ever published under a run's name.
pub(super) fn all_results(run: &str) -> String {
    format!("tumar.results.{run}.>")
}

/// Checks that a run's name may stand in a subject.
pub(super) fn check_name(run: &str) -> Result<(), ClusterError> {
    let fits = (1..=LONGEST_NAME).contains(&run.len());
    let plain = run.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits && plain { Ok(()) } else { Err(ClusterError::RunName) }
}

/// Headers with a message id.
pub(super) fn headers(message_id: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, message_id);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_are_written() {
        let place = Place { run: "spring-2026".into(), id: "Ab9".into() };
        assert_eq!(Place::parse(&place.row(17)), Some((place.clone(), 17)));
        assert!(is_consumer_of(&place.consumer(), "spring-2026"));
        assert!(!is_consumer_of(&place.consumer(), "spring"));
        assert_eq!(Place::parse(&place.result(1)), Some((place, 1)));
        for other in ["tumar.rows.a.b", "tumar.rows.a.b.c", "tumar.rows.a.b.1.2", ""] {
            assert_eq!(Place::parse(other), None, "{other}");
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
