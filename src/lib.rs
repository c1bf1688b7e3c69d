//! Prints the holder's name as microtext into a passport portrait, and reads it back from a scan.
//!
//! A portrait, a name and a profile give a raster that is ready to print; no files are needed:
//!
//! ```
//! use tumar::imaging::{Picture, Ppi};
//! use tumar::channel::{Conditions, print_and_scan};
//! use tumar::inspect::decision::verdict::Verdict;
//! use tumar::inspect::inspect;
//! use tumar::issue::embed;
//! use tumar::spec::{Mode, Name, Profile};
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
//! let found = inspect(&scan, None, Some(&name), &profile)?;
//! assert_eq!(found.decision.verdict, Verdict::Authentic);
//! # Ok(())
//! # }
//! ```
//!
//! [`issue::pdf()`] and [`issue::svg()`] give the letters as outlines; [`base::encode`] writes rasters.
//! Rooms, from the ground up: [`base`], then [`spec`] and [`channel`], then [`issue`] and
//! [`inspect`], then [`report`]. A room uses only those below it. The library never prints.

pub mod channel;
pub mod formats;
pub mod imaging;
pub mod inspect;
pub mod issue;
pub mod numerics;
pub mod report;
pub mod run;
pub mod spec;
