//! The press: what one printer and one scanner do to a page, measured on a test sheet.

pub mod sheet;
