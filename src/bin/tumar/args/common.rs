//! Arguments that several commands have, and their ranges.

use std::ops::RangeInclusive;
use std::path::Path;

use clap::Args;
use tumar::error::NameError;
use tumar::files::{Limits, Pages};
use tumar::keys::DocumentNumber;
use tumar::units::PLAUSIBLE_PPI;
use tumar::{Picture, Ppi, Profile};

use crate::failure::{self, Failure};
use crate::files;

#[derive(Args)]
pub(crate) struct CommonArgs {
    /// Threads to use; results never depend on their number [default: one per core]
    #[arg(long, value_name = "N", value_parser = jobs, allow_negative_numbers = true)]
    pub(crate) jobs: Option<usize>,
    /// Print nothing but errors and the JSON that was asked for
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Which picture of a file is read.
#[derive(Args)]
pub(crate) struct PictureArgs {
    /// The page of a TIFF or PDF, from 1
    #[arg(long, value_name = "N", value_parser = page, allow_negative_numbers = true)]
    pub(crate) page: Option<usize>,
    #[command(flatten)]
    pub(crate) size: SizeArgs,
}

impl PictureArgs {
    /// Reads a picture; of a file of several pages the one that is asked for, else the first, which is
    /// warned of.
    pub(crate) fn read(&self, path: &Path, common: &CommonArgs) -> Result<Picture, Failure> {
        let bytes = files::bytes(path)?;
        let no_picture = |error| files::no_picture(path, &error);
        let pages = Pages::of(&bytes, self.limits()).map_err(no_picture)?;
        if self.page.is_none() && pages.count() > 1 && !common.quiet {
            let many = format!("it has {} pages, and the first is taken", pages.count());
            failure::warn(&format!("{}: {many}; --page names another", path.display()));
        }
        pages.page(self.page.unwrap_or(1)).map_err(no_picture)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.size.limits()
    }
}

/// How large a picture is read.
#[derive(Args)]
pub(crate) struct SizeArgs {
    /// The most pixels that a picture may have; larger ones are refused before memory is taken for them
    /// [default: 250000000]
    #[arg(long, value_name = "N", value_parser = max_pixels, allow_negative_numbers = true)]
    pub(crate) max_pixels: Option<u64>,
}

impl SizeArgs {
    pub(crate) fn limits(&self) -> Limits {
        self.max_pixels.map_or_else(Limits::default, |pixels| Limits { pixels })
    }
}

#[derive(Args)]
pub(crate) struct ProfileArgs {
    /// The microtext profile: "default", or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "default")]
    pub(crate) profile: String,
}

impl ProfileArgs {
    pub(crate) fn load(&self) -> Result<Profile, Failure> {
        if self.profile == "default" {
            return Ok(Profile::default());
        }
        let text = self.text()?;
        Profile::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", self.profile)))
    }

    /// The profile's file.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        if self.profile == "default" {
            return Ok(Profile::default_text().to_owned());
        }
        let path = Path::new(&self.profile);
        if path.extension().is_none_or(|ending| ending != "toml") {
            let unknown = "no such profile; use \"default\", or name a FILE.toml";
            return Err(Failure::usage(format!("--profile {}: {unknown}", self.profile)));
        }
        files::read_text(path)
    }
}

/// Neither the number nor a part of it goes into the error.
pub(crate) fn document_number(text: &str) -> Result<DocumentNumber, Failure> {
    text.parse().map_err(|e| Failure::usage(format!("--document-number: {e}")))
}

/// The error of a name; it shows no more of it than the letters that are in the way.
pub(crate) fn bad_name(error: &NameError) -> Failure {
    Failure::usage(match error {
        NameError::Unprintable(_) => format!("the name: {error}"),
        NameError::MixedScripts { latin, cyrillic } => {
            let (few, script, rest) = if latin.len() <= cyrillic.len() {
                (latin, "Latin", "Cyrillic")
            } else {
                (cyrillic, "Cyrillic", "Latin")
            };
            let named = few.iter().map(|&c| format!("'{c}' (U+{:04X})", u32::from(c)));
            let named = named.collect::<Vec<_>>().join(", ");
            format!(
                "the name mixes scripts: {named} of {script}, the rest {rest}; write it in one of them"
            )
        }
        other => other.to_string(),
    })
}

fn within(text: &str, range: RangeInclusive<f64>) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("it must be a number from {} to {}", range.start(), range.end()))
}

pub(crate) fn ppi(text: &str) -> Result<Ppi, String> {
    within(text, PLAUSIBLE_PPI).map(Ppi)
}

fn page(text: &str) -> Result<usize, String> {
    let number: Option<usize> = text.parse().ok();
    number.filter(|&number| number > 0).ok_or_else(|| "it must be a whole number from 1".to_owned())
}

/// Up to what sides of 65,536 pixels make.
fn max_pixels(text: &str) -> Result<u64, String> {
    let number: Option<u64> = text.parse().ok();
    let number = number.filter(|number| (1..=1 << 32).contains(number));
    number.ok_or_else(|| "it must be a whole number from 1 to 4294967296".to_owned())
}

fn jobs(text: &str) -> Result<usize, String> {
    let number: Option<usize> = text.parse().ok();
    let number = number.filter(|number| (1..=512).contains(number));
    number.ok_or_else(|| "it must be a whole number from 1 to 512".to_owned())
}
