//! The pages of a file.

use std::panic::AssertUnwindSafe;

use super::error::DecodeError;
use super::limits::Limits;
use super::{classic, guard, jp2_file, magic, pdf, tiff};
use crate::formats::{dg2, jp2};
use crate::imaging::picture::Picture;

/// A file of one or more pages, of which none is decoded yet.
pub struct Pages<'b> {
    kind: Kind<'b>,
    limits: Limits,
}

enum Kind<'b> {
    /// A picture.
    One(&'b [u8]),
    /// With the numbers of the directories that are pages.
    Tiff(&'b [u8], Vec<usize>),
    Pdf(pdf::Document),
}

impl<'b> Pages<'b> {
    /// The pages of a file: a TIFF and a PDF may have several, all others have one.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn of(file: &'b [u8], limits: Limits) -> Result<Self, DecodeError> {
        if file.is_empty() {
            return Err(DecodeError::Empty);
        }
        let picture = if dg2::is_dg2(file) { dg2::picture(file)?.1 } else { file };
        let opened = guard::quietly(|| {
            Ok(if magic::is_tiff(picture) {
                Kind::Tiff(picture, tiff::pages(picture)?)
            } else if magic::is_pdf(picture) && !magic::is_known(picture) {
                Kind::Pdf(pdf::Document::open(picture, limits)?)
            } else {
                Kind::One(picture)
            })
        });
        let kind = opened.unwrap_or_else(|| Err(DecodeError::Broken(magic::format_of(picture))))?;
        Ok(Self { kind, limits })
    }

    /// How many there are; one at least.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.kind {
            Kind::One(_) => 1,
            Kind::Tiff(_, pages) => pages.len(),
            Kind::Pdf(document) => document.pages(),
        }
    }

    /// A page, counted from 1, as `decode` gives it.
    ///
    /// # Errors
    /// [`DecodeError::NoPage`]; for all others see [`DecodeError`].
    pub fn page(&self, number: usize) -> Result<Picture, DecodeError> {
        let index = (1..=self.count()).contains(&number).then(|| number - 1);
        let index = index.ok_or(DecodeError::NoPage { asked: number, of: self.count() })?;
        let limits = self.limits;
        // What a failing parser leaves behind is not looked at but by it.
        let decoded = guard::quietly(AssertUnwindSafe(|| match &self.kind {
            Kind::One(bytes) if jp2::is_jpeg_2000(bytes) => jp2_file::picture(bytes, limits),
            Kind::One(bytes) => classic::picture(bytes, limits),
            Kind::Tiff(bytes, pages) => {
                tiff::page(bytes, pages[index], limits).map(classic::upright)
            }
            Kind::Pdf(document) => document.page(index, limits).map(classic::upright),
        }));
        decoded.unwrap_or_else(|| Err(DecodeError::Broken(self.format())))
    }

    fn format(&self) -> &'static str {
        match &self.kind {
            Kind::One(bytes) => magic::format_of(bytes),
            Kind::Tiff(..) => "TIFF",
            Kind::Pdf(_) => "PDF",
        }
    }
}
