//! The report of a whole print run: one page of HTML that says what happened, which machine drifts and
//! what shows it, and has all rows in a table. A pure function of what it is given.

mod data;
mod drift;
mod findings;
mod labels;
mod page;
mod panels;
mod parts;
mod plot;

pub use page::report;
