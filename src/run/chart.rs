//! Control charts.

use serde::{Deserialize, Serialize};

/// What is normal for one measure of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a stand-in")]
pub struct Base {
    pub centre: f64,
    pub sigma: f64,
    pub documents: usize,
}

/// Individuals and EWMA of one measure of one machine, in order of time.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What is normal.
    pub base: Base,
    /// In order.
    pub values: Vec<f64>,
    /// Half the width of the individuals' limits about the centre.
    pub control: f64,
    /// At each value.
    pub ewma: Vec<f64>,
    /// Half the width of the EWMA's limits at each value.
    pub ewma_control: Vec<f64>,
    /// Places in `values` at which something was signalled, in order.
    pub signals: Vec<Signal>,
}

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// What signalled it.
    pub test: Test,
    /// Place in `values` at which it is signalled.
    pub at: usize,
    /// Where the change began, as estimated.
    pub since: usize,
    /// How far from the centre, in sigma.
    pub shift: f64,
}

/// What signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "a stand-in")]
pub enum Test {
    Individuals,
    Ewma,
}

/// The share of documents that did not pass, in groups, of one machine.
#[derive(Clone, Debug)]
pub struct ShareChart {
    /// The share that is normal.
    pub centre: f64,
    /// In order.
    pub groups: Vec<Group>,
}

/// Documents that followed each other.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "a stand-in")]
pub struct Group {
    pub first: usize,
    pub documents: usize,
    pub failed: usize,
    pub upper: f64,
    pub signalled: bool,
}
