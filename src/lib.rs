//! Prints the holder's name as microtext into a passport portrait, and reads it back from a scan.
//!
//! A portrait, a name and a profile give a raster that is ready to print; no files are needed:
//!
//! ```
//! use tumar::channel::{Conditions, print_and_scan};
//! use tumar::{Mode, Name, Picture, Ppi, Profile, Reader, Verdict, embed};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Any picture will do: grey or RGB, 8 or 16 bits.
//! let pixels = image::GrayImage::from_fn(350, 450, |x, y| image::Luma([(90 + x / 4 + y / 9) as u8]));
//! let portrait = Picture::new(pixels.into(), Ppi(300.0));
//! let name = Name::new("Назарбаева", "Әсел")?;
//! let profile = Profile::default();
//!
//! let printed = embed(&portrait, &name, &profile)?;
//! assert_eq!(printed.picture.size(), (1654, 2126)); // 35 × 45 mm at 1200 dpi
//! assert!(printed.summary.copies > 500);
//!
//! // The same as a halftone of letters, one bit a dot.
//! let halftone = embed(&portrait, &name, &profile.clone().with_mode(Mode::Screen))?;
//! assert!(halftone.picture.bilevel);
//!
//! // Printed and scanned, by a model, and read.
//! let scan = print_and_scan(&printed.picture, &Conditions::clean(Ppi(600.0)), 1)?;
//! let found = Reader::new(&profile).inspect(&scan, None, Some(&name))?;
//! assert_eq!(found.decision().verdict, Verdict::Authentic);
//! # Ok(())
//! # }
//! ```
//!
//! [`pdf()`] and [`svg()`] give the letters as outlines; [`decode()`] and [`encode()`] read and write
//! rasters. The library never prints.

// Without `internals` the rooms below are closed: what only tests and measuring programs use is dead,
// and what an `Inspection` holds of the stages cannot be named.
#![cfg_attr(
    not(feature = "internals"),
    expect(
        dead_code,
        unnameable_types,
        unreachable_pub,
        unused_imports,
        reason = "the stages are open to tests and measuring programs only"
    )
)]

// Rooms, from the ground up: imaging; formats and spec; channel, issue and inspect; press; report; run. A room
// uses only those below it (tests/integration/architecture.rs).
pub mod channel;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod formats;
#[cfg(not(feature = "internals"))]
mod formats;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod imaging;
#[cfg(not(feature = "internals"))]
mod imaging;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod inspect;
#[cfg(not(feature = "internals"))]
mod inspect;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod issue;
#[cfg(not(feature = "internals"))]
mod issue;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod numerics;
#[cfg(not(feature = "internals"))]
mod numerics;
pub mod press;
pub mod report;
pub mod run;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod spec;
#[cfg(not(feature = "internals"))]
mod spec;

pub use formats::decode::decode;
pub use formats::encode::{Format, encode};
pub use imaging::{Mm, Picture, Ppi};
pub use inspect::comparison::reference::Reference;
pub use inspect::{Claim, Decision, InspectedFile, Inspection, Outcome, Page, Reader, Verdict};
pub use issue::{Document, Embedded, Summary, embed, pdf, print, svg};
pub use report::Record;
pub use spec::{Imprint, Mode, Name, Profile};

/// Why something could not be done.
pub mod error {
    pub use crate::channel::ChannelError;
    pub use crate::formats::decode::DecodeError;
    pub use crate::formats::dg2::Dg2Error;
    pub use crate::formats::encode::EncodeError;
    pub use crate::formats::jp2::Jp2Error;
    pub use crate::imaging::colour::ProfileFault;
    pub use crate::inspect::comparison::reference::ReferenceError;
    pub use crate::inspect::document::DocumentError;
    pub use crate::inspect::signal::scan::ScanError;
    pub use crate::issue::EmbedError;
    pub use crate::issue::difference::DifferenceError;
    pub use crate::issue::portrait::PortraitError;
    pub use crate::issue::screen::ScreenError;
    pub use crate::issue::signature::SignError;
    pub use crate::press::calibrate::CalibrateError;
    pub use crate::press::correction::CorrectionError;
    pub use crate::press::prediction::PredictionError;
    pub use crate::press::sheet::SheetError;
    pub use crate::spec::key::{KeyError, NumberError};
    pub use crate::spec::legend::NameError;
    pub use crate::spec::profile::ProfileError;
    pub use crate::spec::signed::{NumberTooLong, PayloadError, SigningKeyError};
    pub use crate::spec::typeface::TypefaceError;
}

/// Files of pictures, read whole and written whole.
pub mod files {
    pub use crate::formats::decode::{Limits, MAX_FILE_BYTES, MAX_PIXELS, Pages, bytes, read};
    pub use crate::formats::dg2::{Coding, is_dg2};
    pub use crate::formats::durable::Synced;
    pub use crate::formats::encode::{write, write_new, write_secret, write_whole};
    pub use crate::formats::file_names::{folded, found};
}

/// The issuer's keys: the secret by which lines begin, and the pair that signs and checks.
pub mod keys {
    pub use crate::inspect::decision::claim::KeyClaim;
    pub use crate::inspect::decision::key_check::Keyed;
    pub use crate::inspect::decision::signature_check::{SignatureCheck, Signing, Trust};
    pub use crate::issue::sign;
    pub use crate::spec::key::{DocumentNumber, IssuerKey, KeyId, LONGEST_KEY_FILE, RowKey};
    pub use crate::spec::signed::key::LONGEST_FILE as LONGEST_SIGNING_KEY_FILE;
    pub use crate::spec::signed::{Digest, PublicKey, SecretKey, Sign, SigningKeyId};
}

/// What is printed: alphabet, legend, layout, typeface.
pub mod microtext {
    pub use crate::issue::Microtext;
    pub use crate::issue::screen::check as check_screen;
    pub use crate::issue::vector::{Layer, Letter, Outline, Segment};
    pub use crate::spec::layout::{Cell, Wave};
    pub use crate::spec::profile::{Depth, FEWEST_DOTS_A_CAPITAL, ICAO_MICROPRINT, MOST_DOTS};
    pub use crate::spec::screen::Screen;
    pub use crate::spec::typeface::Glyph;
    pub use crate::spec::{Layout, Legend, Script, Symbol, Typeface};
}

/// A portrait as it is before anything is printed into it.
pub mod portrait {
    pub use crate::issue::portrait::{FEWEST_PIXELS, Prepared, prepare};
}

/// The colours of a picture, by the profile that it carries.
pub mod colour {
    pub use crate::imaging::colour::{Colour, Curve};
}

/// Lengths and resolutions.
pub mod units {
    pub use crate::imaging::units::{Mm, PLAUSIBLE_PPI, Ppi};
}

/// What was measured, and what of it makes a decision.
pub mod evidence {
    pub use crate::inspect::comparison::agreement::{
        Agreement, Comparison as PictureComparison, Figures, PictureRegion, Why,
    };
    pub use crate::inspect::comparison::reference::FEWEST_PER_MM;
    pub use crate::inspect::decision::evidence::{
        Alterations, Evidence, Facing, Key, Obstacle, Place, Repetition, Told,
    };
    pub use crate::inspect::decision::operating_range::Range;
    pub use crate::inspect::decision::picture_check::PictureCheck;
    pub use crate::inspect::decision::print_check::{PrintCheck, Printed, Printing};
    pub use crate::inspect::decision::text::{Comparison, Expected, READ, Text};
    pub use crate::inspect::recognition::reading::{Read, Reading, Readings};
    pub use crate::inspect::signal::orientation::Orientation;
    pub use crate::inspect::signal::scan::{PpiSource, Resolution, Scan};
    pub use crate::inspect::tamper::confirmation::State;
    pub use crate::inspect::tamper::face::Face;
    pub use crate::inspect::tamper::map::Tamper;
    pub use crate::inspect::tamper::region::{Kind, Region};
    pub use crate::inspect::tamper::tiles::tone_response::ToneResponse;
}
