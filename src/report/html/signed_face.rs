//! The face that was signed, in the report.

use image::ImageResult;
use image::imageops::FilterType;

use super::figures::{png, stretched};
use crate::inspect::comparison::agreement::Agreement;
use crate::inspect::decision::signature_check::{SignatureCheck, Trust};
use crate::report::words::number;
use crate::spec::signed::Digest;
use crate::spec::signed::digest::CELLS;

/// The face as it was signed, beside the scan's, both as coarse as a digest.
pub(super) struct SignedFigure {
    pub(super) key: String,
    pub(super) document: String,
    pub(super) says: &'static str,
    pub(super) face: String,
    pub(super) signed: String,
    pub(super) scan: String,
}

impl SignedFigure {
    pub(super) fn of(check: &SignatureCheck) -> ImageResult<Self> {
        /// Pixels a cell.
        const LARGER: u32 = 6;
        /// Lightness of a face's usual spread.
        const CONTRAST: f32 = 20.0;
        let shown = |digest: &Digest| {
            let (width, height) = (CELLS[0] as u32, CELLS[1] as u32);
            let grey = stretched(&(digest.picture() * CONTRAST));
            let size = [width, height].map(|side| side * LARGER);
            png(&image::imageops::resize(&grey, size[0], size[1], FilterType::Triangle).into())
        };
        let says = match check.trust {
            Trust::Valid => "A trusted key signed this name, this document number and this face",
            Trust::Invalid => "The signature is not that of this key for this name",
            Trust::UnknownKey => "The print says that it was signed by a key that is not trusted",
            Trust::NotAsked => "The signature was not checked: no trusted key was given",
            Trust::Unproved => "The signature could not be checked: the name is not clear",
        };
        let (correlation, chance) = (number(check.correlation, 2), -check.log10_odds().ceil());
        let face = match check.agreement() {
            Agreement::Agrees => format!(
                "The face in the scan is the one that was signed (correlation {correlation}); another person’s agrees as well once in 10^{chance:.0}"
            ),
            Agreement::Differs => format!(
                "The face in the scan is not the one that was signed (correlation {correlation})"
            ),
            Agreement::Untold => format!(
                "Whether the face in the scan is the one that was signed cannot be told (correlation {correlation})"
            ),
        };
        Ok(Self {
            key: check.key.to_string(),
            document: check.document.signs().to_owned(),
            says,
            face,
            signed: shown(&check.digest)?,
            scan: shown(&check.seen)?,
        })
    }
}
