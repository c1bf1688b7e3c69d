//! The arguments of printing.

use std::path::{Path, PathBuf};

use clap::Args;
use tumar::error::ProfileError;
use tumar::keys::{DocumentNumber, Sign};
use tumar::microtext::Microtext;
use tumar::press::correction::{self, Correction};
use tumar::{Imprint, Mode, Name, Profile};

use super::common::{CommonArgs, PictureArgs, ProfileArgs, bad_name, document_number};
use super::signature::SignArgs;
use crate::failure::Failure;
use crate::files;

#[derive(Args)]
pub(crate) struct EmbedArgs {
    /// PNG, JPEG, JPEG 2000, TIFF, PDF, WebP, BMP or a chip's EF.DG2 with one face; it is cropped
    /// around its centre to the profile's shape
    pub(crate) portrait: PathBuf,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    /// The holder's surname, in upper or lower case; for a person with a single name, that name
    #[arg(long, value_name = "S")]
    surname: String,
    /// The holder's given names
    #[arg(long, value_name = "G", default_value = "", hide_default_value = true)]
    given: String,
    /// The surname in the other script, for profiles with legends = 2
    #[arg(long, value_name = "S")]
    second_surname: Option<String>,
    /// The given names in the other script
    #[arg(long, value_name = "G", requires = "second_surname")]
    second_given: Option<String>,
    /// What to write: the raster as .png, .tif or .tiff; portrait and letters as .pdf; the letters
    /// alone, as outlines, as .svg
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Whether a PDF has its letters above the portrait or below it; below, dark tones have none
    /// [default: above]
    #[arg(long, value_name = "above|below", value_parser = microtext)]
    pub(crate) microtext: Option<Microtext>,
    #[command(flatten)]
    print: PrintArgs,
    /// The issuer's key: half of the lines begin where it says for this document
    #[arg(long, value_name = "FILE", requires = "document_number")]
    key: Option<PathBuf>,
    #[command(flatten)]
    sign: SignArgs,
    /// The number of the document, in any spelling
    #[arg(long, value_name = "N")]
    document_number: Option<String>,
    /// Draw how the print looks from 40 cm and through a loupe, beside the original; for a PDF or an
    /// SVG, the raster that the same options make
    #[arg(long, value_name = "FILE.png")]
    pub(crate) preview: Option<PathBuf>,
    /// Write what was printed as JSON; - writes it, and nothing else, to stdout
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Who signs a print, and for which document.
pub(crate) struct Signing {
    pub(crate) signer: Box<dyn Sign>,
    pub(crate) document: DocumentNumber,
}

impl EmbedArgs {
    /// Who signs the print, and for which document; none where it is not signed.
    pub(crate) fn signer(&self) -> Result<Option<Signing>, Failure> {
        let signer = self.sign.signer()?;
        match (signer, &self.document_number) {
            (Some(signer), Some(number)) => {
                Ok(Some(Signing { signer, document: document_number(number)? }))
            }
            (Some(_), None) => {
                Err(Failure::usage("a signed print needs the document's number: --document-number"))
            }
            (None, Some(_)) if self.key.is_none() => {
                let what = "--document-number is for keyed and signed prints: add --key, --sign or --sign-command";
                Err(Failure::usage(what))
            }
            (None, _) => Ok(None),
        }
    }

    pub(crate) fn imprint(&self, profile: &Profile) -> Result<Imprint, Failure> {
        let name = self.name()?;
        let imprint = match (&self.key, &self.document_number) {
            (Some(key), Some(number)) => {
                let (key, number) = (files::read_key(key)?, document_number(number)?);
                Imprint::keyed(&name, profile, &key, &number)
            }
            _ => Imprint::new(&name, profile),
        };
        imprint.map_err(|e| bad_name(&e))
    }

    fn name(&self) -> Result<Name, Failure> {
        let name = Name::new(&self.surname, &self.given).map_err(|e| bad_name(&e))?;
        let Some(surname) = &self.second_surname else { return Ok(name) };
        let given = self.second_given.as_deref().unwrap_or_default();
        Ok(name.with_second(Name::new(surname, given).map_err(|e| bad_name(&e))?))
    }

    pub(crate) fn profile(&self) -> Result<Profile, Failure> {
        self.print.profile()
    }

    /// What is measured of the press.
    pub(crate) fn correction(&self) -> Result<Option<Correction>, Failure> {
        self.print.correction()
    }

    /// The press's file.
    pub(crate) fn press(&self) -> Option<&Path> {
        self.print.press.as_deref()
    }
}

/// A profile, and options that override parts of it.
#[derive(Args)]
pub(crate) struct PrintArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// Print resolution, 300 to 5080 [default: the profile's]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    dpi: Option<f64>,
    /// tint shifts the portrait's tone; screen makes the letters its halftone, in one bit per dot
    /// [default: the profile's]
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<Mode>,
    /// Bits per channel of the raster, 8 or 16 [default: the profile's]
    #[arg(long, value_name = "BITS", allow_negative_numbers = true)]
    depth: Option<u32>,
    /// Amplitude as a share of the lightness scale, 0 to 1 [default: the profile's]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    strength: Option<f64>,
    /// What tumar calibrate measured of the press: its tone curve is taken back from rasters, dark tones are
    /// kept out of the shadows that it loses, and letters are up to 2.5 times as strong where it blurs more
    /// than others, unless --strength says how strong
    #[arg(long, value_name = "PRESS.toml")]
    pub(crate) press: Option<PathBuf>,
}

impl PrintArgs {
    pub(crate) fn profile(&self) -> Result<Profile, Failure> {
        let mut profile = self.profile.load()?;
        let bad = |option: &'static str| {
            move |error| match error {
                ProfileError::Range { value, range, .. } => {
                    Failure::usage(format!("{option} is {value}; it must be {range}"))
                }
                other => Failure::usage(format!("{option}: {other}")),
            }
        };
        if let Some(dpi) = self.dpi {
            profile = profile.with_dpi(dpi).map_err(bad("--dpi"))?;
        }
        if let Some(depth) = self.depth {
            profile = profile.with_depth(depth).map_err(bad("--depth"))?;
        }
        if let Some(strength) = self.strength {
            profile = profile.with_strength(strength).map_err(bad("--strength"))?;
        }
        if let Some(mode) = self.mode {
            profile = profile.with_mode(mode);
        }
        let Some(path) = &self.press else { return Ok(profile) };
        if self.strength.is_some() && profile.mode == Mode::Tint {
            return Ok(profile);
        }
        let press = files::read_press(path)?;
        correction::profile(&press, &profile).map_err(|error| Failure::file(path, error))
    }

    /// What takes a press's tones back.
    pub(crate) fn correction(&self) -> Result<Option<Correction>, Failure> {
        let Some(path) = &self.press else { return Ok(None) };
        let correction = Correction::of(&files::read_press(path)?);
        correction.map(Some).map_err(|error| Failure::file(path, error))
    }
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "tint" => Ok(Mode::Tint),
        "screen" => Ok(Mode::Screen),
        _ => Err("it must be tint or screen".to_owned()),
    }
}

fn microtext(place: &str) -> Result<Microtext, String> {
    match place {
        "above" => Ok(Microtext::Above),
        "below" => Ok(Microtext::Below),
        _ => Err("it must be above or below".to_owned()),
    }
}
