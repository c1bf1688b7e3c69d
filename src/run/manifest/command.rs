//! What a run does with its rows, and which columns that takes.

use serde::Serialize;

/// What a run's rows are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Portraits to print.
    Issue,
    /// Scans to inspect.
    Qa,
}

impl Command {
    /// Its word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Qa => "qa",
        }
    }

    /// The columns that every row has. The second one names its picture.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Issue => &["id", "portrait", "surname", "given"],
            Self::Qa => &["id", "scan", "surname", "given"],
        }
    }

    /// Those of them that are left where a run of `issue` has the names.
    pub(super) fn columns_but_names(self) -> &'static [&'static str] {
        &self.columns()[..2]
    }

    /// The column that names a row's picture.
    #[must_use]
    pub fn picture(self) -> &'static str {
        self.columns()[1]
    }
}
