//! A print, scanned and read without a name.

use anyhow::Result;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::inspect::{Inspection, Reader};

/// Draws a preset's conditions by the seed, with the scanner at `ppi` where that is given.
pub fn read(
    print: &Picture,
    preset: Preset,
    ppi: Option<f64>,
    seed: u64,
    reader: &Reader<'_>,
) -> Result<Inspection> {
    let mut conditions = Conditions::draw(preset, seed);
    if let Some(ppi) = ppi {
        conditions.scan.ppi = Ppi(ppi);
    }
    let scan = print_and_scan(print, &conditions, seed)?;
    Ok(reader.inspect(&scan, None, None)?)
}
