//! One row of `qa`: a scan and the name that it should carry → verdict, record and measures.

use std::path::PathBuf;

use super::processor::RowProcessor;
use crate::imaging::{Picture, Ppi};
use crate::inspect::comparison::reference::Reference;
use crate::inspect::decision::claim::{Claim, KeyClaim};
use crate::inspect::decision::evidence::Facing;
use crate::inspect::decision::print_check::Printing;
use crate::inspect::document::InspectedFile;
use crate::inspect::{Page, Reader};
use crate::report::{Record, words};
use crate::run::input::Inputs;
use crate::run::journal::{Entry, FolderError, Inspected, Portrait};
use crate::run::manifest::{Command, Fields, IssuedPortrait, Row, time};
use crate::run::spc::Measures;
use crate::spec::signed::PublicKey;
use crate::spec::{IssuerKey, Legend, Name, Profile};

/// Inspects the rows of a run.
pub struct Inspector<'r> {
    /// How scans are read.
    pub profile: &'r Profile,
    /// The reader, by the same profile.
    pub reader: &'r Reader<'r>,
    /// The scans' resolution, if it overrides what their files say.
    pub ppi: Option<Ppi>,
    /// The issuer's keys; then each row needs a document number.
    pub keys: &'r [IssuerKey],
    /// Keys whose signatures are trusted, if prints must be signed.
    pub trust: Option<&'r [PublicKey]>,
    /// What the issuer's press prints, if copies are to be told.
    pub printing: Option<&'r Printing>,
    /// Where the rows' scans are, and the portraits that they name.
    pub inputs: Inputs,
    /// Where the portraits of a run of `issue` are, if scans are held against those.
    pub issued: Option<Inputs>,
}

/// A scan and what was found on it.
pub struct Seen {
    /// The scan; of several pages the one with the main portrait.
    pub picture: Picture,
    /// What was found.
    pub page: Page,
    /// The same for people and programs.
    pub record: Record,
}

impl RowProcessor for Inspector<'_> {
    type Done = Inspected;

    /// Inspects a row.
    fn process(&self, row: &Row) -> Result<Entry<Inspected>, FolderError> {
        Ok(self.inspected(row))
    }

    fn fault(&self, row: &Row) -> Entry<Inspected> {
        Entry::of(row, Command::Qa.picture()).fault()
    }

    fn is_there(&self, _: &Inspected) -> bool {
        true
    }

    fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    fn changed(&self, entry: &Entry<Inspected>) -> Option<PathBuf> {
        let scan = entry.input.as_ref().and_then(|stamp| self.inputs.changed(&entry.file, stamp));
        let portrait = || {
            let Portrait { file, issued, stamp } = entry.portrait.as_ref()?;
            self.portraits(*issued)?.changed(file, stamp)
        };
        scan.or_else(portrait)
    }
}

impl Inspector<'_> {
    /// Inspects a row, or says in its entry why not.
    #[must_use]
    pub fn inspected(&self, row: &Row) -> Entry<Inspected> {
        let mut entry = Entry::of(row, Command::Qa.picture());
        let seen = self.look(row, &mut entry);
        let inspected = seen.map(|Seen { page, record, .. }| {
            let is_blind = record.expected.is_none();
            Inspected {
                result: record.result,
                verdict: record.verdict,
                margin: record.margin,
                reason: record.reasons.first().cloned().unwrap_or_default(),
                read: record.read.as_ref().filter(|_| is_blind).map(words::read_line),
                picture: page.main.evidence().picture.map(|picture| picture.agreement),
                face: confirmed(&page),
                measures: Measures::of(&page, self.profile),
                record: Some(record),
            }
        });
        entry.ended(inspected)
    }

    /// Inspects a row's scan and stamps its entry.
    ///
    /// # Errors
    /// A sentence, where there is nothing to inspect.
    pub fn look(&self, row: &Row, entry: &mut Entry<Inspected>) -> Result<Seen, String> {
        let fields = row.fields.as_ref().map_err(String::clone)?;
        let issued = row.issued.as_ref().map(Result::as_ref).transpose().map_err(String::clone)?;
        if let Some(time) = fields.get("time") {
            time::parse(time)?;
        }
        let name = self.name(fields)?;
        let key = match self.keys {
            [] => None,
            keys => Some(KeyClaim { keys: keys.to_vec(), document: fields.document_number()? }),
        };
        let (bytes, stamp) = self.inputs.read(&entry.file)?;
        entry.input = Some(stamp);
        let reference = self.reference(fields, issued, entry)?;
        let (name, reference) = (name.as_ref(), reference.as_ref());
        let (key, trust, printing) = (key.as_ref(), self.trust, self.printing);
        let claim = Claim { name, key, reference, trust, printing };
        let pages = self.inputs.pages(&bytes)?;
        let document = self.reader.document(&pages, None, self.ppi, claim);
        let InspectedFile { page, name, picture } =
            document.map_err(|error| match error.advice() {
                Some(advice) => format!("{error}; {advice}"),
                None => error.to_string(),
            })?;
        let record = Record::of_page(&page, name.as_ref(), self.profile);
        Ok(Seen { picture, page, record })
    }

    /// The portrait that the scan should show, stamped into the row's entry: the one that the row names,
    /// or else the one that was issued; none where neither is known.
    fn reference(
        &self,
        fields: &Fields,
        issued: Option<&IssuedPortrait>,
        entry: &mut Entry<Inspected>,
    ) -> Result<Option<Reference>, String> {
        let own = fields.get("portrait");
        let Some(file) = own.or_else(|| issued.map(|issued| issued.file.as_str())) else {
            return Ok(None);
        };
        let mut read = || {
            let is_issued = own.is_none();
            let inputs = self.portraits(is_issued).ok_or("nothing says where it is")?;
            let (bytes, stamp) = inputs.read(file)?;
            let is_other = issued.is_some_and(|issued| issued.sha256 != stamp.sha256);
            entry.portrait = Some(Portrait { file: file.to_owned(), issued: is_issued, stamp });
            if is_other {
                return Err("this is not the file that the issue run printed".to_owned());
            }
            let (picture, _) = inputs.picture(&bytes)?;
            Reference::new(&picture, self.profile).map_err(|error| error.to_string())
        };
        read().map(Some).map_err(|what| format!("the portrait {}: {what}", words::visible(file)))
    }

    /// Where portraits are: those of the run of `issue`, or those that rows name.
    fn portraits(&self, issued: bool) -> Option<&Inputs> {
        if issued { self.issued.as_ref() } else { Some(&self.inputs) }
    }

    /// The name that the scan should carry; none where the row has none.
    fn name(&self, fields: &Fields) -> Result<Option<Name>, String> {
        if fields.get("surname").is_none() && fields.get("given").is_none() {
            return Ok(None);
        }
        let name = Name::new(fields.text("surname"), fields.text("given"));
        let name = name.and_then(|name| {
            Legend::of(&name, self.profile.most_symbols)?;
            Ok(name)
        });
        name.map(Some).map_err(|error| format!("the name: {error}"))
    }
}

/// The share of the face that its microtext confirms, in thousandths as whole ones.
fn confirmed(page: &Page) -> Option<f64> {
    match page.main.evidence().face {
        Facing::Looked { face, .. } => Some((1e3 * face.share()).round() / 1e3),
        Facing::NotAsked | Facing::Unknown => None,
    }
}
