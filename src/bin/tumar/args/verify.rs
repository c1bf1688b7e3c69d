//! The arguments of `tumar verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use tumar::keys::KeyClaim;
use tumar::microtext::Legend;
use tumar::report::log::Format;
use tumar::{Name, Ppi, Profile};

use super::common::{CommonArgs, PictureArgs, ProfileArgs, bad_name, document_number, ppi};
use super::signature::TrustArgs;
use crate::failure::Failure;
use crate::files;

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// PNG, JPEG, JPEG 2000, TIFF, PDF, WebP or BMP, upright or not, with or without a border. Of several
    /// pages all are inspected, as those of one document, unless --page names one
    pub(crate) scan: PathBuf,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    /// The surname that the microtext should carry; without it, the microtext is read blind
    #[arg(long, value_name = "S")]
    surname: Option<String>,
    /// The given names that the microtext should carry
    #[arg(long, value_name = "G", requires = "surname")]
    given: Option<String>,
    /// An issuer's key: check whether the lines begin where it says. Give the option several times to
    /// try several keys
    #[arg(long, value_name = "FILE", requires = "document_number")]
    key: Vec<PathBuf>,
    /// The number of the scanned document
    #[arg(long, value_name = "N", requires = "key")]
    document_number: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// The portrait as it was issued, to hold the scan's against: any picture, or the chip's EF.DG2 (its
    /// signature is not checked)
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: Option<PathBuf>,
    /// What tumar calibrate measured of the issuer's press and this scanner: a print that looks printed by
    /// another press is inconclusive. Asks for scans at 1200 ppi and more
    #[arg(long, value_name = "PRESS.toml")]
    pub(crate) press: Option<PathBuf>,
    /// Scan resolution, 50 to 12000 [default: the file's]
    #[arg(long, value_name = "N", value_parser = ppi, allow_negative_numbers = true)]
    pub(crate) ppi: Option<Ppi>,
    /// Write the record of the inspection as JSON; - writes it, and nothing else, to stdout
    #[arg(long, value_name = "FILE|-")]
    pub(crate) json: Option<PathBuf>,
    /// Write a copy of the scan with what was found drawn into it
    #[arg(long, value_name = "FILE.png")]
    pub(crate) overlay: Option<PathBuf>,
    /// Write a report for examiners: one page of HTML with its pictures in it. An existing file is
    /// never overwritten
    #[arg(long, value_name = "FILE.html")]
    pub(crate) report: Option<PathBuf>,
    /// Write the checks in the form of BSI TR-03135: FILE.json or FILE.xml. An existing file is never
    /// overwritten
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl VerifyArgs {
    /// The log's file, and how it is written down by its ending.
    pub(crate) fn log(&self) -> Result<Option<(&Path, Format)>, Failure> {
        let Some(path) = self.log.as_deref() else { return Ok(None) };
        match path.extension().and_then(|ending| ending.to_str()) {
            Some(ending) if ending.eq_ignore_ascii_case("json") => Ok(Some((path, Format::Json))),
            Some(ending) if ending.eq_ignore_ascii_case("xml") => Ok(Some((path, Format::Xml))),
            _ => Err(Failure::usage(format!(
                "{}: a log's name ends in .json or .xml",
                path.display()
            ))),
        }
    }

    /// The profile, and the expected name if there is one and the profile can print it.
    pub(crate) fn profile_and_name(&self) -> Result<(Profile, Option<Name>), Failure> {
        let profile = self.profile.load()?;
        let Some(surname) = &self.surname else { return Ok((profile, None)) };
        let name = Name::new(surname, self.given.as_deref().unwrap_or(""));
        let name = name.and_then(|name| Legend::of(&name, profile.most_symbols).map(|_| name));
        Ok((profile, Some(name.map_err(|e| bad_name(&e))?)))
    }

    /// The issuers' keys and the document's number, if the print is to be held against them.
    pub(crate) fn key_claim(&self) -> Result<Option<KeyClaim>, Failure> {
        let Some(number) = &self.document_number else { return Ok(None) };
        let document = document_number(number)?;
        let keys = self.key.iter().map(|path| files::read_key(path)).collect::<Result<_, _>>()?;
        Ok(Some(KeyClaim { keys, document }))
    }
}
