//! A file of several pages: all are inspected, and their portraits are those of one document.

use thiserror::Error;

use crate::formats::decode::{DecodeError, Pages};
use crate::imaging::{Picture, Ppi};
use crate::inspect::decision::claim::Claim;
use crate::inspect::reader::{Page, Reader};
use crate::inspect::signal::scan::ScanError;
use crate::spec::Name;

/// The most pages that are inspected together: a passport's, twice.
pub const MAX_PAGES: usize = 128;

/// What was found on the pages of a file.
pub struct InspectedFile {
    /// The portraits of all pages. The main one, and what is said of a scan without text, is of the
    /// page that tells most.
    pub page: Page,
    /// The spelling of the claimed name that was held against the main portrait.
    pub name: Option<Name>,
    /// The page with the main portrait.
    pub picture: Picture,
}

/// Why a file was not inspected.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The file, or its only page, holds no picture.
    #[error("{0}")]
    File(#[from] DecodeError),
    /// A page, counted from 1, holds none: nothing is said of a document that is not whole.
    #[error("page {0}: {1}")]
    Page(usize, #[source] DecodeError),
    /// More than [`MAX_PAGES`].
    #[error("it has {0} pages; at most {MAX_PAGES} are inspected together")]
    TooManyPages(usize),
    /// A resolution that makes no sense.
    #[error("{0}")]
    Scan(#[from] ScanError),
}

impl DocumentError {
    /// What may help.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::File(error) => Some(error.advice()),
            Self::Page(_, error) => Some(error.advice()),
            Self::TooManyPages(_) => Some("name the one with the portrait by --page"),
            Self::Scan(_) => None,
        }
    }
}

impl Reader<'_> {
    /// [`Reader::check_spellings`] of a file's pages, or of one of them, counted from 1.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn document(
        &self,
        pages: &Pages<'_>,
        only: Option<usize>,
        ppi: Option<Ppi>,
        claim: Claim<'_>,
    ) -> Result<InspectedFile, DocumentError> {
        let look = |number| {
            let picture = pages.page(number);
            let picture = picture.map_err(|error| match (only, pages.count()) {
                (Some(_), _) | (_, 1) => DocumentError::File(error),
                _ => DocumentError::Page(number, error),
            })?;
            let (page, name) = self.check_spellings(&picture, ppi, claim)?;
            let page = if pages.count() > 1 { page.on_leaf(number) } else { page };
            Ok(InspectedFile { page, name, picture })
        };
        if let Some(only) = only {
            return look(only);
        }
        if pages.count() > MAX_PAGES {
            return Err(DocumentError::TooManyPages(pages.count()));
        }
        // One page is kept beside the one that is looked at.
        (2..=pages.count()).try_fold(look(1)?, |before, number| Ok(before.with(look(number)?)))
    }
}

impl InspectedFile {
    /// With those of the next page.
    fn with(self, next: Self) -> Self {
        let is_next = next.page.tells_more_than(&self.page);
        let (kept, left) = if is_next { (next, self) } else { (self, next) };
        Self { page: kept.page.joined(left.page), ..kept }
    }
}
