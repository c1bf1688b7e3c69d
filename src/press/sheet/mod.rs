//! The test sheet: what a press prints so that its scan tells what the press does.

pub mod error;
pub mod label;
pub mod plan;
mod render;
pub mod strip;

use crate::imaging::{Picture, Ppi};
use crate::issue::pdf_page;
use error::MOST_DOTS;
pub use error::SheetError;
pub use plan::Size;

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
