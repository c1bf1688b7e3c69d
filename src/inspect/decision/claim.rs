//! What a scan is held against.

use crate::inspect::comparison::reference::Reference;
use crate::inspect::decision::print_check::Printing;
use crate::spec::signed::PublicKey;
use crate::spec::{DocumentNumber, IssuerKey, Name};

/// The holder's name, and who issued the print for which document, as far as they are known.
#[derive(Clone, Copy, Default)]
pub struct Claim<'a> {
    /// The name that the microtext should carry; without one it is read blind.
    pub name: Option<&'a Name>,
    /// Keys of the issuer and the document's number, for keyed prints.
    pub key: Option<&'a KeyClaim>,
    /// The portrait as it was issued, if it is at hand.
    pub reference: Option<&'a Reference>,
    /// Keys whose signatures are trusted: then a print must be signed.
    pub trust: Option<&'a [PublicKey]>,
    /// What the issuer's press prints, by which copies are told.
    pub printing: Option<&'a Printing>,
}

/// Who may have issued a print, and for which document.
pub struct KeyClaim {
    /// The issuer's keys, any of which may have been used.
    pub keys: Vec<IssuerKey>,
    /// The document that the scan is of.
    pub document: DocumentNumber,
}
