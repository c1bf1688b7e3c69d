//! The reader: a scan → what is printed in it, and whether that is the holder's name.
//!
//! A scan goes through the rooms from the ground up: [`signal`], [`detection`], [`rectification`],
//! [`synchronisation`], [`stacking`], [`recognition`], [`tamper`], [`comparison`]. [`candidate`] reads it, blindly, within
//! a [`budget`]; [`printing`] looks at how it was printed;
//! [`inspection`] gathers the evidence against a claim, and [`decision`] decides. [`reader`] looks for
//! portraits on a page, and for the resolution, and [`document`] goes through the pages of a file. A room uses only those before it.

pub mod budget;
pub mod candidate;
pub mod comparison;
pub mod decision;
pub mod detection;
pub mod document;
pub mod inspection;
pub mod printing;
pub mod reader;
pub mod recognition;
pub mod rectification;
pub mod signal;
pub mod signature;
pub mod stacking;
pub mod synchronisation;
pub mod tamper;

pub use decision::claim::{Claim, KeyClaim};
pub use decision::verdict::{Decision, Outcome, Verdict};

pub use document::InspectedFile;
pub use inspection::Inspection;
pub use reader::{Page, Reader, inspect};
pub use signal::scan::{PpiSource, ScanError};
