//! The arguments of a press: its test sheet, and what the sheet's scans tell.

use std::path::PathBuf;

use clap::Args;
use tumar::Ppi;
use tumar::press::sheet::Size;

use super::common::{CommonArgs, SizeArgs, ppi};
use super::embed::PrintArgs;

#[derive(Args)]
pub(crate) struct SheetArgs {
    /// The sheet to write: .pdf, .tif, .tiff or .png
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// card (85.6 × 54 mm), passport-page (125 × 88 mm) or a4
    #[arg(long, value_name = "SIZE", default_value = "a4")]
    pub(crate) size: Size,
    /// The resolution of the press, 300 to 5080: what is printed dot for dot is measured best
    #[arg(long, value_name = "N", default_value = "600", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) dpi: Ppi,
    /// The sheet's own number, up to six of A–Z and 0–9: it stands in the results
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args)]
pub(crate) struct CalibrateArgs {
    /// Scans of test sheets, each of one sheet: PNG, JPEG, JPEG 2000, TIFF, PDF, WebP or BMP
    #[arg(required = true, value_name = "SHEET_SCAN")]
    pub(crate) scans: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) size: SizeArgs,
    /// What the press does, to write: for --press of other commands
    #[arg(long, value_name = "PRESS.toml")]
    pub(crate) out: PathBuf,
    /// The same in words and pictures, to write
    #[arg(long, value_name = "PRESS.html")]
    pub(crate) report: Option<PathBuf>,
    /// So many portraits are printed and scanned by what was measured, and read, to tell how often
    /// that succeeds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) prints: usize,
    /// The resolution of the scans [default: the files']
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) ppi: Option<Ppi>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

#[derive(Args)]
pub(crate) struct TrialArgs {
    /// The folder of a trial: with --prints it is made; without, the scans in it are read
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Make so many prints, of the bundled portraits and of holders that nobody is, 1 to 99
    #[arg(long, value_name = "N", value_parser = prints)]
    pub(crate) prints: Option<usize>,
    /// The resolution of the scans [default: the files']
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) ppi: Option<Ppi>,
    #[command(flatten)]
    pub(crate) print: PrintArgs,
    #[command(flatten)]
    pub(crate) size: SizeArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

fn prints(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=99).contains(number));
    number.ok_or_else(|| "it must be a whole number from 1 to 99".to_owned())
}
