//! Why there is no sheet.

use thiserror::Error;

use super::label;
use crate::issue::EmbedError;
use crate::spec::legend::NameError;
use crate::spec::profile::ProfileError;

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
