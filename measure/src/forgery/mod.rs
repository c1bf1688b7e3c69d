//! What forgers do to a page, and what life does, as changes of the print before it is scanned.

mod place;
mod retouch;

use anyhow::{Context, Result};
use image::RgbImage;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::Picture;
use tumar::issue::{embed, portrait, print};
use tumar::spec::{DocumentNumber, Imprint, IssuerKey, Name, Profile};

pub use place::Place;
use retouch::over;

/// One holder's document, and what a forger has at hand.
pub struct Case<'a> {
    /// How it is printed.
    pub profile: &'a Profile,
    /// The issuer's key; none: the print is public.
    pub key: Option<&'a IssuerKey>,
    /// Its number.
    pub document: DocumentNumber,
    /// The holder.
    pub name: &'a Name,
    /// Their portrait.
    pub portrait: &'a Picture,
    /// Another person.
    pub stranger: &'a Picture,
    /// Another holder.
    pub other_name: &'a Name,
    /// Places and amounts are drawn by it.
    pub seed: u64,
}

/// What an attack is about, for the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing was forged.
    Harmless,
    /// The face was replaced, wholly.
    Face,
    /// Eyes or mouth were.
    Feature,
    /// The whole portrait was.
    Whole,
    /// A small part was changed, or the page was printed again.
    Other,
}

/// An attack, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// None.
    Genuine,
    /// Life: a thumb's smear and a pen's stroke.
    Stained,
    /// Life: spots of light.
    Glare,
    /// Life: a greasy thumb.
    Fingerprint,
    /// Life: scratches to the paper.
    Scratched,
    /// Life: a stamp over a corner.
    Stamped,
    /// Life: waves of the laminate.
    Laminated,
    /// Life: a page that bulges.
    Curled,
    /// Another portrait, without microtext.
    PhotoWithout,
    /// Another holder's portrait.
    PhotoOfAnother,
    /// Another portrait with the right name, by a forger without the key.
    PhotoWithNameOnly,
    /// A face, tone matched, without microtext.
    FaceWithout,
    /// The same, darker.
    FaceDarker,
    /// The same, lighter.
    FaceLighter,
    /// A face from another holder's print.
    FaceOfAnother,
    /// A face with the right name on the print's own grid, without the key.
    FaceWithNameOnly,
    /// A dark face, 14 × 20 mm, a visible square.
    SquareDark,
    /// A light flat patch of 10.6 × 12.7 mm.
    PatchLight,
    /// Eyes, without microtext.
    EyesWithout,
    /// Eyes of another holder's print.
    EyesOfAnother,
    /// A mouth, without microtext.
    MouthWithout,
    /// The other face laid over, in tenths.
    Morph(u8),
    /// A printed foil over the face.
    Foil,
    /// A patch of 4 × 4 mm without microtext.
    PatchBlurred,
    /// A patch of 4 × 4 mm from elsewhere.
    PatchCloned,
    /// The eyes from elsewhere in the print.
    EyesInpainted,
    /// A moustache drawn.
    Moustache,
    /// Glasses drawn.
    Glasses,
    /// The whole stretched.
    Stretched,
    /// The page of another document.
    OtherDocument,
    /// Printed again from a scan of 600 ppi.
    Photocopy600,
    /// Printed again from a scan of 1200 ppi.
    Photocopy1200,
    /// Printed again from a scan of 2400 ppi.
    Reengraved2400,
    /// Another portrait, with the issuer's own key.
    KeyLeaked,
    /// A morph that was issued.
    MorphEnrolled,
}

/// A side of the small patches, in millimetres.
const PATCH: f64 = 4.0;

impl Attack {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::Genuine,
        Self::Stained,
        Self::Glare,
        Self::Fingerprint,
        Self::Scratched,
        Self::Stamped,
        Self::Laminated,
        Self::Curled,
        Self::PhotoWithout,
        Self::PhotoOfAnother,
        Self::PhotoWithNameOnly,
        Self::OtherDocument,
        Self::FaceWithout,
        Self::FaceDarker,
        Self::FaceLighter,
        Self::FaceOfAnother,
        Self::FaceWithNameOnly,
        Self::SquareDark,
        Self::Foil,
        Self::PatchLight,
        Self::EyesWithout,
        Self::EyesOfAnother,
        Self::EyesInpainted,
        Self::MouthWithout,
        Self::Morph(3),
        Self::Morph(5),
        Self::Morph(7),
        Self::PatchBlurred,
        Self::PatchCloned,
        Self::Moustache,
        Self::Glasses,
        Self::Stretched,
        Self::Photocopy600,
        Self::Photocopy1200,
        Self::Reengraved2400,
        Self::KeyLeaked,
        Self::MorphEnrolled,
    ];

    /// What is done, in words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Genuine => "none",
            Self::Stained => "none; stained by a thumb and a pen",
            Self::Glare => "none; spots of glare",
            Self::Fingerprint => "none; a greasy thumb",
            Self::Scratched => "none; scratched",
            Self::Stamped => "none; a stamp over a corner",
            Self::Laminated => "none; waves of the laminate",
            Self::Curled => "none; a curled page",
            Self::PhotoWithout => "photo swapped, without microtext",
            Self::PhotoOfAnother => "photo swapped, another holder's",
            Self::PhotoWithNameOnly => "photo swapped, right name, no key",
            Self::OtherDocument => "page of another document number",
            Self::FaceWithout => "face swapped, tone matched, without microtext",
            Self::FaceDarker => "face swapped, darker, without microtext",
            Self::FaceLighter => "face swapped, lighter, without microtext",
            Self::FaceOfAnother => "face swapped, another holder's",
            Self::FaceWithNameOnly => "face swapped, right name on the grid, no key",
            Self::SquareDark => "dark face, a square of 14 × 20 mm",
            Self::Foil => "foil over the face, right name printed on it",
            Self::PatchLight => "light flat patch of 10.6 × 12.7 mm",
            Self::EyesWithout => "eyes patched, 12 × 4 mm",
            Self::EyesOfAnother => "eyes patched, another holder's",
            Self::EyesInpainted => "eyes painted out",
            Self::MouthWithout => "mouth patched, 7 × 4 mm",
            Self::Morph(3) => "morph of 30 % printed over the face",
            Self::Morph(5) => "morph of 50 % printed over the face",
            Self::Morph(_) => "morph of 70 % printed over the face",
            Self::PatchBlurred => "patch of 4 × 4 mm without microtext",
            Self::PatchCloned => "patch of 4 × 4 mm cloned from elsewhere",
            Self::Moustache => "moustache drawn",
            Self::Glasses => "glasses drawn",
            Self::Stretched => "cropped and stretched by 3 %",
            Self::Photocopy600 => "photocopy, scanned at 600 ppi",
            Self::Photocopy1200 => "photocopy, scanned at 1200 ppi",
            Self::Reengraved2400 => "reprinted from a scan of 2400 ppi",
            Self::KeyLeaked => "photo swapped, right name, the issuer's key",
            Self::MorphEnrolled => "morph handed in at enrolment",
        }
    }

    /// What it is about.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Genuine
            | Self::Stained
            | Self::Glare
            | Self::Fingerprint
            | Self::Scratched
            | Self::Stamped
            | Self::Laminated
            | Self::Curled => Class::Harmless,
            Self::FaceWithout
            | Self::FaceDarker
            | Self::FaceLighter
            | Self::FaceOfAnother
            | Self::FaceWithNameOnly
            | Self::SquareDark
            | Self::Foil => Class::Face,
            Self::EyesWithout | Self::EyesOfAnother | Self::EyesInpainted | Self::MouthWithout => {
                Class::Feature
            }
            Self::PhotoWithout
            | Self::PhotoOfAnother
            | Self::PhotoWithNameOnly
            | Self::KeyLeaked => Class::Whole,
            _ => Class::Other,
        }
    }

    /// Whether nothing was changed.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.class() == Class::Harmless
    }

    /// Where the print is changed, if it is in a part.
    #[must_use]
    pub fn place(self, case: &Case<'_>) -> Option<Place> {
        match self {
            Self::FaceWithout
            | Self::FaceDarker
            | Self::FaceLighter
            | Self::FaceOfAnother
            | Self::FaceWithNameOnly
            | Self::Foil
            | Self::Morph(_) => Some(Place::FACE),
            Self::SquareDark => Some(Place::SQUARE),
            Self::EyesWithout | Self::EyesOfAnother | Self::EyesInpainted => Some(Place::EYES),
            Self::MouthWithout => Some(Place::MOUTH),
            Self::PatchLight => Some(Place::Box([12.0, 14.0, 10.6, 12.7])),
            Self::PatchBlurred | Self::PatchCloned => Some(patch(case.seed)),
            _ => None,
        }
    }

    /// The print that lies on the scanner.
    ///
    /// # Errors
    /// Where a portrait or a name cannot be printed.
    pub fn print(self, case: &Case<'_>) -> Result<Picture> {
        let seed = case.seed;
        let genuine = case.genuine(case.portrait, case.name, &case.document)?;
        let swap = Swap { genuine: &genuine };
        Ok(match self {
            Self::Genuine => genuine,
            Self::Stained => retouch::stained(&genuine, seed),
            Self::Glare => retouch::glare(&genuine, seed),
            Self::Fingerprint => retouch::fingerprint(&genuine, seed),
            Self::Scratched => retouch::scratched(&genuine, seed),
            Self::Stamped => retouch::stamped(&genuine, seed),
            Self::Laminated => retouch::laminated(&genuine, seed),
            Self::Curled => retouch::curled(&genuine, seed),
            Self::PhotoWithout => case.plain(case.stranger)?,
            Self::PhotoOfAnother => case.another()?,
            Self::PhotoWithNameOnly => embed(case.stranger, case.name, case.profile)?.picture,
            Self::OtherDocument => case.genuine(case.portrait, case.name, &"X7654321".parse()?)?,
            Self::FaceWithout => swap.of(&case.plain(case.stranger)?, Place::FACE, 1.0),
            Self::FaceDarker => swap.of(&case.plain(case.stranger)?, Place::FACE, 0.45),
            Self::FaceLighter => swap.of(&case.plain(case.stranger)?, Place::FACE, 1.6),
            Self::SquareDark => swap.of(&case.plain(case.stranger)?, Place::SQUARE, 0.3),
            Self::FaceOfAnother => over(&genuine, &case.another()?, Place::FACE, 1.0),
            Self::FaceWithNameOnly | Self::Foil => {
                let forged = embed(case.stranger, case.name, case.profile)?.picture;
                let forged = match self {
                    // A foil lies where it fell.
                    Self::Foil => retouch::shifted(&forged, seed),
                    _ => forged,
                };
                over(&genuine, &forged, Place::FACE, 1.0)
            }
            Self::PatchLight => {
                let place = Place::Box([12.0, 14.0, 10.6, 12.7]);
                retouch::flat(&genuine, place, 1.35)
            }
            Self::EyesWithout => swap.of(&case.plain(case.stranger)?, Place::EYES, 1.0),
            Self::EyesOfAnother => over(&genuine, &case.another()?, Place::EYES, 1.0),
            Self::EyesInpainted => retouch::inpainted(&genuine, Place::EYES, seed),
            Self::MouthWithout => swap.of(&case.plain(case.stranger)?, Place::MOUTH, 1.0),
            Self::Morph(tenths) => {
                let stranger = retouch::matched(&genuine, &case.plain(case.stranger)?, Place::FACE);
                over(&genuine, &stranger, Place::FACE, f64::from(tenths) / 10.0)
            }
            Self::PatchBlurred => over(&genuine, &case.plain(case.portrait)?, patch(seed), 1.0),
            Self::PatchCloned => retouch::cloned(&genuine, patch(seed), seed),
            Self::Moustache => retouch::drawn(&genuine, false, seed),
            Self::Glasses => retouch::drawn(&genuine, true, seed),
            Self::Stretched => retouch::stretched(&genuine),
            Self::Photocopy600 => copied(&genuine, &scanner(Preset::Flatbed600, seed), seed)?,
            Self::Photocopy1200 => copied(&genuine, &scanner(Preset::Lab1200, seed), seed)?,
            Self::Reengraved2400 => copied(&genuine, &scanner(Preset::Lab2400, seed), seed)?,
            Self::KeyLeaked => case.genuine(case.stranger, case.name, &case.document)?,
            Self::MorphEnrolled => {
                let (own, other) = (case.plain(case.portrait)?, case.plain(case.stranger)?);
                let morph = over(&own, &other, Place::FACE, 0.5);
                case.genuine(&morph, case.name, &case.document)?
            }
        })
    }
}

/// A swap of a part of a print.
struct Swap<'a> {
    genuine: &'a Picture,
}

impl Swap<'_> {
    /// This part of another picture, in the tone of what it covers times a factor of light.
    fn of(&self, cover: &Picture, place: Place, factor: f64) -> Picture {
        let mut cover = retouch::matched(self.genuine, cover, place);
        if (factor - 1.0).abs() > 1e-9 {
            cover = retouch::exposed(&cover, factor);
        }
        over(self.genuine, &cover, place, 1.0)
    }
}

impl Case<'_> {
    /// A print as the issuer makes it.
    fn genuine(
        &self,
        portrait: &Picture,
        name: &Name,
        document: &DocumentNumber,
    ) -> Result<Picture> {
        let Some(key) = self.key else { return Ok(embed(portrait, name, self.profile)?.picture) };
        let imprint = Imprint::keyed(name, self.profile, key, document)?;
        Ok(print(portrait, &imprint, self.profile)?.picture)
    }

    /// A print of another holder, with the other portrait.
    fn another(&self) -> Result<Picture> {
        self.genuine(self.stranger, self.other_name, &"X7654321".parse()?)
    }

    /// A portrait printed without microtext.
    fn plain(&self, portrait: &Picture) -> Result<Picture> {
        Ok(portrait::prepare(portrait, self.profile)?.untouched(self.profile.dpi))
    }
}

/// A patch somewhere on the face or the shoulders.
fn patch(seed: u64) -> Place {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x70_61_74_63_68);
    let at = [random.random_range(6.0..25.0), random.random_range(8.0..34.0)];
    Place::Box([at[0], at[1], PATCH, PATCH])
}

/// A forger's.
fn scanner(preset: Preset, seed: u64) -> Conditions {
    Conditions::draw(preset, seed ^ 0x63_6f_70_79)
}

/// What a forger scans and prints again: as it came off the scanner, cut to the portrait.
fn copied(picture: &Picture, conditions: &Conditions, seed: u64) -> Result<Picture> {
    let scan = print_and_scan(picture, conditions, seed)?;
    let geometry = conditions.geometry(picture)?;
    cut(&scan, |place| geometry.to_scan(place))
}

/// A scan cut to its portrait of 35 × 45 mm. `to_scan`: where its places, mm, lie in the scan's pixels.
///
/// # Errors
/// Where the scan has no resolution.
pub fn cut(scan: &Picture, to_scan: impl Fn([f64; 2]) -> [f64; 2]) -> Result<Picture> {
    let ppi = scan.ppi.map(|[ppi, _]| ppi).context("a scan has a resolution")?;
    let from = scan.pixels.to_rgb8();
    let size = [35.0, 45.0].map(|mm: f64| (mm * ppi.per_mm()).round() as u32);
    let pixels = RgbImage::from_fn(size[0], size[1], |x, y| {
        let at = to_scan([x, y].map(|v| (f64::from(v) + 0.5) / ppi.per_mm()));
        retouch::bilinear(&from, at)
    });
    Ok(Picture::new(pixels.into(), ppi))
}
