//! One row of `issue`: a portrait and a name → a print-ready raster in the run's folder.

use std::path::Path;

use super::processor::RowProcessor;
use crate::formats::encode::{self, Format};
use crate::formats::hex;
use crate::issue::{self, Embedded};
use crate::press::correction::Correction;
use crate::run::input::Inputs;
use crate::run::journal::{Entry, Folder, FolderError, Printed};
use crate::run::manifest::{Command, Fields, Row, paths};
use crate::spec::legend::NameError;
use crate::spec::signed::Sign;
use crate::spec::{Imprint, IssuerKey, Name, Profile};

/// Prints the rows of a run.
pub struct Printer<'r> {
    /// How rows are printed.
    pub profile: &'r Profile,
    /// The issuer's key; then each row needs a document number.
    pub key: Option<&'r IssuerKey>,
    /// Who signs the prints, if they are signed; then, too.
    pub signer: Option<&'r dyn Sign>,
    /// What takes the press's tones back, if it is known.
    pub correction: Option<&'r Correction>,
    /// Where the rows' portraits are.
    pub inputs: Inputs,
    /// Where their prints go.
    pub folder: &'r Folder,
}

impl RowProcessor for Printer<'_> {
    type Done = Printed;

    /// Prints a row.
    fn process(&self, row: &Row) -> Result<Entry<Printed>, FolderError> {
        let mut entry = Entry::of(row, Command::Issue.picture());
        let fields = match &row.fields {
            Ok(fields) => fields,
            Err(what) => return Ok(entry.ended(Err(what.clone()))),
        };
        let encoded = self.encoded(fields, &mut entry);
        let (out, bytes, warnings) = match encoded {
            Ok(encoded) => encoded,
            Err(what) => return Ok(entry.ended(Err(what))),
        };
        let published = self.folder.publish(&out, |file| file.write_all(&bytes))?;
        let sha256 = hex(&published.digest);
        Ok(entry.ended(Ok(Printed { out, sha256, bytes: published.bytes, warnings })))
    }

    fn fault(&self, row: &Row) -> Entry<Printed> {
        Entry::of(row, Command::Issue.picture()).fault()
    }

    fn is_there(&self, printed: &Printed) -> bool {
        let path = self.folder.path().join(&printed.out);
        path.metadata().is_ok_and(|found| found.is_file() && found.len() == printed.bytes)
    }

    fn inputs(&self) -> &Inputs {
        &self.inputs
    }
}

impl Printer<'_> {
    fn encoded(
        &self,
        fields: &Fields,
        entry: &mut Entry<Printed>,
    ) -> Result<(String, Vec<u8>, Vec<String>), String> {
        let out = paths::output(&entry.id, fields.get("out"))?;
        let imprint = self.imprint(fields)?;
        let (bytes, stamp) = self.inputs.read(&entry.file)?;
        entry.input = Some(stamp);
        let (mut portrait, warning) = self.inputs.picture(&bytes)?;
        if let Some(correction) = self.correction {
            portrait = correction.lifted(&portrait);
        }
        let imprint = match self.signer {
            None => imprint,
            Some(signer) => {
                let document = fields.document_number()?;
                let signed = issue::sign(imprint, &portrait, document, signer, self.profile);
                signed.map_err(|error| error.to_string())?
            }
        };
        let printed = issue::print(&portrait, &imprint, self.profile);
        let Embedded { picture, summary } = printed.map_err(|error| error.to_string())?;
        let format = Format::of(Path::new(&out)).map_err(|error| error.to_string())?;
        let picture = match self.correction {
            Some(correction) => correction.corrected(picture),
            None => picture,
        };
        let bytes = encode::encode(&picture, format).map_err(|error| error.to_string())?;
        Ok((out, bytes, warning.into_iter().chain(summary.warnings).collect()))
    }

    fn imprint(&self, fields: &Fields) -> Result<Imprint, String> {
        let bad = |error: NameError| format!("the name: {error}");
        let name = name(fields, "surname", "given").map_err(bad)?;
        let name = match fields.get("second_surname") {
            None => name,
            Some(_) => {
                let second = self::name(fields, "second_surname", "second_given").map_err(bad)?;
                name.with_second(second)
            }
        };
        let imprint = match self.key {
            None => Imprint::new(&name, self.profile),
            Some(key) => Imprint::keyed(&name, self.profile, key, &fields.document_number()?),
        };
        imprint.map_err(bad)
    }
}

fn name(fields: &Fields, surname: &str, given: &str) -> Result<Name, NameError> {
    Name::new(fields.text(surname), fields.text(given))
}
