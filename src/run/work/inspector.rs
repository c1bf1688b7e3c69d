//! One row of `qa`: a scan and the name that it should carry → verdict, record and measures.

use super::processor::RowProcessor;
use crate::imaging::{Picture, Ppi};
use crate::inspect::decision::claim::{Claim, KeyClaim};
use crate::inspect::document::InspectedFile;
use crate::inspect::{Page, Reader};
use crate::report::{Record, words};
use crate::run::input::Inputs;
use crate::run::journal::{Entry, FolderError, Inspected};
use crate::run::manifest::{Command, Fields, Row, time};
use crate::run::spc::Measures;
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
    /// Where the rows' scans are.
    pub inputs: Inputs,
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
}

impl Inspector<'_> {
    /// Inspects a row, or says in its entry why not.
    #[must_use]
    pub fn inspected(&self, row: &Row) -> Entry<Inspected> {
        let mut entry = Entry::of(row, Command::Qa.picture());
        let seen = match &row.fields {
            Ok(fields) => self.look(fields, &mut entry),
            Err(what) => Err(what.clone()),
        };
        let inspected = seen.map(|Seen { page, record, .. }| {
            let is_blind = record.expected.is_none();
            Inspected {
                result: record.result,
                verdict: record.verdict,
                margin: record.margin,
                reason: record.reasons.first().cloned().unwrap_or_default(),
                read: record.read.as_ref().filter(|_| is_blind).map(words::read_line),
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
    pub fn look(&self, fields: &Fields, entry: &mut Entry<Inspected>) -> Result<Seen, String> {
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
        let claim = Claim { name: name.as_ref(), key: key.as_ref(), reference: None };
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
