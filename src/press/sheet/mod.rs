//! The test sheet: what a press prints so that its scan tells what the press does.

pub mod label;
pub mod plan;
mod render;
pub mod strip;

use thiserror::Error;

use crate::imaging::{Picture, Ppi};
use crate::issue::{EmbedError, pdf_page};
use crate::spec::Profile;
use crate::spec::legend::NameError;
use crate::spec::profile::ProfileError;
pub use plan::Size;

/// The most dots of a sheet: an A4 page at 1200 dpi.
pub const MOST_DOTS: f64 = 140e6;

/// Why there is no sheet.
#[derive(Debug, Error)]
pub enum SheetError {
    /// Not a number of a sheet.
    #[error("{0:?} is no number of a sheet: 1 to {max} of A–Z and 0–9", max = label::NUMBER)]
    Number(String),
    /// Too large.
    #[error("a sheet of {0:.0} million dots; at most {max:.0} million are taken: give a lower --dpi or a smaller --size", max = MOST_DOTS / 1e6)]
    TooLarge(f64),
    /// No resolution of a press.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The microtext could not be printed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The microtext's name could not be set.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The code could not be made.
    #[error("the sheet's code cannot be made: {0}")]
    Code(String),
}

/// Draws a test sheet, sRGB, at the resolution of a press. `number`: its own, up to six capital letters
/// and digits; `portraits`: what it shows beside its patches, on sizes that have room.
///
/// # Errors
/// [`SheetError`].
pub fn sheet(
    size: Size,
    number: &str,
    portraits: &[Picture],
    dpi: Ppi,
) -> Result<Picture, SheetError> {
    if !label::is_number(number) {
        return Err(SheetError::Number(number.to_owned()));
    }
    let [width, height] = size.mm();
    let dots = width * height * dpi.per_mm().powi(2);
    if dots > MOST_DOTS {
        return Err(SheetError::TooLarge(dots / 1e6));
    }
    render::render(size, number, portraits, dpi)
}

/// The sheet as a page of its exact size.
#[must_use]
pub fn pdf(sheet: &Picture) -> Vec<u8> {
    pdf_page::of_picture(sheet)
}

/// By which a sheet's portraits are printed and read.
///
/// # Errors
/// [`SheetError::Profile`], for a resolution that no profile may have.
pub fn portrait_profile(dpi: Ppi) -> Result<Profile, SheetError> {
    Ok(Profile::default().with_dpi(dpi.0)?)
}
