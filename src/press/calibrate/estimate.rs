//! A measured number with its uncertainty.

use serde::{Deserialize, Serialize};

/// A value and its standard uncertainty (JCGM 100).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// One standard deviation of it.
    pub sigma: f64,
}

impl Estimate {
    /// A value and its uncertainty.
    #[must_use]
    pub fn new(value: f64, sigma: f64) -> Self {
        Self { value, sigma }
    }

    /// Of several: their mean and its uncertainty, which is at least that of their spread; none of none.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        if values.len() < 2 {
            return values.first().map(|value| Self::new(*value, 0.0));
        }
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Some(Self::new(mean, (variance / n).sqrt()))
    }
}
