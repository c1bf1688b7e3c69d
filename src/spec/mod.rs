//! What is printed and where: one truth for the generator and the reader.

pub mod alphabet;
pub mod check;
pub mod face;
pub mod imprint;
pub mod key;
pub mod layout;
pub mod legend;
pub mod modulation;
pub mod profile;
mod profile_error;
mod profile_file;
pub mod screen;
pub mod signed;
mod spelling;
pub mod threshold;
pub mod turning;
pub mod typeface;

pub use alphabet::{Script, Symbol};
pub use imprint::Imprint;
pub use key::{DocumentNumber, IssuerKey};
pub use layout::Layout;
pub use legend::{Legend, Name};
pub use profile::{Mode, Profile};
pub use typeface::Typeface;
