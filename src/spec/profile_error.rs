//! Why a profile cannot be used.

use thiserror::Error;

use super::typeface::TypefaceError;

/// Why a profile cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// Not TOML, or an unknown, missing or mistyped field.
    #[error("{0}")]
    Syntax(String),
    /// A number that makes no sense.
    #[error("{field} is {value}; it must be {range}")]
    Range {
        /// The field's dotted name.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: String,
    },
    /// The typeface.
    #[error("microtext.typeface: {0}")]
    Typeface(#[from] TypefaceError),
}

/// `value`, if it lies within the range of `field`.
pub(super) fn within(
    field: &'static str,
    value: f64,
    [low, high]: [f64; 2],
) -> Result<f64, ProfileError> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(ProfileError::Range { field, value, range: format!("from {low} to {high}") })
    }
}
