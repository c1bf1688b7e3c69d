//! What forgers do to a page, as changes of the print before it is scanned.

use anyhow::{Context, Result};
use image::{DynamicImage, Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::imaging::{Picture, Ppi};
use tumar::issue::{embed, portrait, print};
use tumar::spec::{DocumentNumber, Imprint, IssuerKey, Name, Profile};

/// One holder's document, and what a forger has at hand.
pub(crate) struct Case<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) key: &'a IssuerKey,
    pub(crate) document: DocumentNumber,
    pub(crate) name: &'a Name,
    pub(crate) portrait: &'a Picture,
    /// Another person.
    pub(crate) stranger: &'a Picture,
    pub(crate) other_name: &'a Name,
    pub(crate) seed: u64,
}

/// An attack, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    Genuine,
    PhotoWithout,
    PhotoOfAnother,
    PhotoWithNameOnly,
    FaceWithout,
    FaceOfAnother,
    EyesPatched,
    MouthPatched,
    PatchBlurred,
    PatchCloned,
    Foil,
    Morph,
    Stretched,
    OtherDocument,
    Photocopy600,
    Photocopy1200,
    Reengraved2400,
    Stained,
    KeyLeaked,
    MorphEnrolled,
}

/// The part of the print that an attack changes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// Left, top, width, height in millimetres.
    Box([f64; 4]),
    /// Centre and half axes in millimetres.
    Oval([f64; 4]),
}

impl Place {
    /// Whether a place of the print, in millimetres, lies in it.
    pub(crate) fn has(self, [x, y]: [f64; 2]) -> bool {
        match self {
            Self::Box([left, top, width, height]) => {
                (left..left + width).contains(&x) && (top..top + height).contains(&y)
            }
            Self::Oval([cx, cy, a, b]) => ((x - cx) / a).powi(2) + ((y - cy) / b).powi(2) < 1.0,
        }
    }

    pub(crate) fn middle(self) -> [f64; 2] {
        match self {
            Self::Box([left, top, width, height]) => [left + 0.5 * width, top + 0.5 * height],
            Self::Oval([cx, cy, ..]) => [cx, cy],
        }
    }
}

const FACE: Place = Place::Oval([17.5, 20.0, 8.0, 11.0]);
const EYES: Place = Place::Box([11.5, 15.5, 12.0, 4.0]);
const MOUTH: Place = Place::Box([14.0, 26.5, 7.0, 4.0]);
/// A side of the small patches, in millimetres.
const PATCH: f64 = 4.0;

impl Attack {
    pub(crate) const ALL: [Self; 20] = [
        Self::Genuine,
        Self::Stained,
        Self::PhotoWithout,
        Self::PhotoOfAnother,
        Self::PhotoWithNameOnly,
        Self::OtherDocument,
        Self::FaceWithout,
        Self::FaceOfAnother,
        Self::EyesPatched,
        Self::MouthPatched,
        Self::PatchBlurred,
        Self::PatchCloned,
        Self::Foil,
        Self::Morph,
        Self::Stretched,
        Self::Photocopy600,
        Self::Photocopy1200,
        Self::Reengraved2400,
        Self::KeyLeaked,
        Self::MorphEnrolled,
    ];

    /// What is done, in words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Genuine => "none",
            Self::Stained => "none; stained by a thumb and a pen",
            Self::PhotoWithout => "photo swapped, without microtext",
            Self::PhotoOfAnother => "photo swapped, another holder's",
            Self::PhotoWithNameOnly => "photo swapped, right name, no key",
            Self::OtherDocument => "page of another document number",
            Self::FaceWithout => "face swapped, without microtext",
            Self::FaceOfAnother => "face swapped, another holder's",
            Self::EyesPatched => "eyes patched, 12 × 4 mm",
            Self::MouthPatched => "mouth patched, 7 × 4 mm",
            Self::PatchBlurred => "patch of 4 × 4 mm blurred",
            Self::PatchCloned => "patch of 4 × 4 mm cloned from elsewhere",
            Self::Foil => "foil over the face, right name printed on it",
            Self::Morph => "morph printed over the face",
            Self::Stretched => "cropped and stretched by 3 %",
            Self::Photocopy600 => "photocopy, scanned at 600 ppi",
            Self::Photocopy1200 => "photocopy, scanned at 1200 ppi",
            Self::Reengraved2400 => "reprinted from a scan of 2400 ppi",
            Self::KeyLeaked => "photo swapped, right name, the issuer's key",
            Self::MorphEnrolled => "morph handed in at enrolment",
        }
    }

    /// Whether nothing was changed.
    pub(crate) fn is_none(self) -> bool {
        matches!(self, Self::Genuine | Self::Stained)
    }

    /// Where the print is changed, if it is in a part.
    pub(crate) fn place(self, case: &Case<'_>) -> Option<Place> {
        match self {
            Self::FaceWithout | Self::FaceOfAnother | Self::Foil | Self::Morph => Some(FACE),
            Self::EyesPatched => Some(EYES),
            Self::MouthPatched => Some(MOUTH),
            Self::PatchBlurred | Self::PatchCloned => Some(patch(case.seed)),
            _ => None,
        }
    }

    /// The print that lies on the scanner.
    pub(crate) fn print(self, case: &Case<'_>) -> Result<Picture> {
        let Case { profile, name, .. } = *case;
        let genuine = case.genuine(case.portrait, &case.document)?;
        let without = |portrait: &Picture| -> Result<Picture> {
            Ok(portrait::prepare(portrait, profile)?.untouched(profile.dpi))
        };
        Ok(match self {
            Self::Genuine => genuine,
            Self::Stained => stained(&genuine, case.seed),
            Self::PhotoWithout => without(case.stranger)?,
            Self::PhotoOfAnother => {
                let other = Case { name: case.other_name, document: "X7654321".parse()?, ..*case };
                other.genuine(case.stranger, &other.document)?
            }
            Self::PhotoWithNameOnly => embed(case.stranger, name, profile)?.picture,
            Self::OtherDocument => case.genuine(case.portrait, &"X7654321".parse()?)?,
            Self::FaceWithout => over(&genuine, &without(case.stranger)?, FACE, 1.0),
            Self::FaceOfAnother => {
                let other = embed(case.stranger, case.other_name, profile)?.picture;
                over(&genuine, &other, FACE, 1.0)
            }
            Self::EyesPatched => over(&genuine, &without(case.stranger)?, EYES, 1.0),
            Self::MouthPatched => over(&genuine, &without(case.stranger)?, MOUTH, 1.0),
            Self::PatchBlurred => over(&genuine, &without(case.portrait)?, patch(case.seed), 1.0),
            Self::PatchCloned => cloned(&genuine, patch(case.seed), case.seed),
            Self::Foil => {
                let foil = embed(case.stranger, name, profile)?.picture;
                over(&genuine, &foil, FACE, 1.0)
            }
            Self::Morph => over(&genuine, &without(case.stranger)?, FACE, 0.6),
            Self::Stretched => stretched(&genuine),
            Self::Photocopy600 => copied(&genuine, Preset::Flatbed600, case.seed)?,
            Self::Photocopy1200 => copied(&genuine, Preset::Lab1200, case.seed)?,
            Self::Reengraved2400 => copied(&genuine, Preset::Lab2400, case.seed)?,
            Self::KeyLeaked => case.genuine(case.stranger, &case.document)?,
            Self::MorphEnrolled => {
                let (own, other) = (without(case.portrait)?, without(case.stranger)?);
                case.genuine(&over(&own, &other, FACE, 0.5), &case.document)?
            }
        })
    }
}

impl Case<'_> {
    fn genuine(&self, portrait: &Picture, document: &DocumentNumber) -> Result<Picture> {
        let imprint = Imprint::keyed(self.name, self.profile, self.key, document)?;
        Ok(print(portrait, &imprint, self.profile)?.picture)
    }
}

/// A patch somewhere on the face or the shoulders.
fn patch(seed: u64) -> Place {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x70_61_74_63_68);
    let at = [random.random_range(6.0..25.0), random.random_range(8.0..34.0)];
    Place::Box([at[0], at[1], PATCH, PATCH])
}

fn dots(picture: &Picture, change: impl Fn(&RgbImage, u32, u32, [f64; 2]) -> Rgb<u8>) -> Picture {
    let ppi = picture.ppi.map_or(Ppi(1200.0), |[ppi, _]| ppi);
    let from = picture.pixels.to_rgb8();
    let pixels = RgbImage::from_fn(from.width(), from.height(), |x, y| {
        change(&from, x, y, [x, y].map(|v| ppi.mm(f64::from(v) + 0.5).0))
    });
    Picture { pixels: DynamicImage::from(pixels), ..picture.clone() }
}

/// A part of `picture` under so much of `cover`.
fn over(picture: &Picture, cover: &Picture, place: Place, share: f64) -> Picture {
    let cover = cover.pixels.to_rgb8();
    dots(picture, |own, x, y, at| {
        let (own, cover) = (own.get_pixel(x, y), cover.get_pixel(x, y));
        if !place.has(at) {
            return *own;
        }
        let mixed =
            |c: usize| f64::from(own.0[c]) + share * (f64::from(cover.0[c]) - f64::from(own.0[c]));
        Rgb([0, 1, 2].map(|c| mixed(c).round() as u8))
    })
}

/// A part replaced by another of the same print, its tone matched as a retoucher does.
fn cloned(picture: &Picture, place: Place, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let ppi = picture.ppi.map_or(Ppi(1200.0), |[ppi, _]| ppi);
    let [cx, cy] = place.middle();
    let side = |centre: f64, size: f64, way: f64| if centre < 0.5 * size { way } else { -way };
    let shift = [
        side(cx, 35.0, random.random_range(4.5..8.0)),
        side(cy, 45.0, random.random_range(1.0..6.0)),
    ]
    .map(|mm| (mm * ppi.per_mm()).round() as i64);
    dots(picture, |own, x, y, at| {
        let from = [i64::from(x) + shift[0], i64::from(y) + shift[1]];
        let inside = from[0] >= 0
            && from[1] >= 0
            && from[0] < i64::from(own.width())
            && from[1] < i64::from(own.height());
        if place.has(at) && inside {
            *own.get_pixel(from[0] as u32, from[1] as u32)
        } else {
            *own.get_pixel(x, y)
        }
    })
}

/// The outer 1.5 % on each side cut off, the rest stretched over the whole.
fn stretched(picture: &Picture) -> Picture {
    let (width, height) = (picture.pixels.width(), picture.pixels.height());
    let cut = [width, height].map(|v| (0.015 * f64::from(v)) as u32);
    let part = picture.pixels.crop_imm(cut[0], cut[1], width - 2 * cut[0], height - 2 * cut[1]);
    let pixels = part.resize_exact(width, height, image::imageops::FilterType::CatmullRom);
    Picture { pixels, ..picture.clone() }
}

/// A thumb's smear and a pen's stroke.
fn stained(picture: &Picture, seed: u64) -> Picture {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x73_74);
    let thumb = [random.random_range(5.0..30.0), random.random_range(5.0..40.0)];
    let from = [random.random_range(0.0..35.0), random.random_range(0.0..45.0)];
    let angle: f64 = random.random_range(0.0..3.1);
    let length = random.random_range(5.0..15.0);
    dots(picture, |own, x, y, at| {
        let mut light = 1.0;
        let away = ((at[0] - thumb[0]) / 6.0).powi(2) + ((at[1] - thumb[1]) / 8.0).powi(2);
        light *= 1.0 - 0.15 * (-away).exp();
        let [dx, dy] = [at[0] - from[0], at[1] - from[1]];
        let (along, across) =
            (dx * angle.cos() + dy * angle.sin(), dy * angle.cos() - dx * angle.sin());
        if (0.0..length).contains(&along) && across.abs() < 0.25 {
            light *= 0.25;
        }
        own.get_pixel(x, y).0.map(|v| (f64::from(v) * light).round() as u8).into()
    })
}

/// What a forger scans and prints again: as it came off the scanner, cut to the portrait.
fn copied(picture: &Picture, preset: Preset, seed: u64) -> Result<Picture> {
    let conditions = Conditions::draw(preset, seed ^ 0x63_6f_70_79);
    let scan = print_and_scan(picture, &conditions, seed)?;
    let geometry = conditions.geometry(picture)?;
    let (width, height) = (35.0, 45.0);
    let ppi = scan.ppi.map(|[ppi, _]| ppi).context("a scan has a resolution")?;
    let from = scan.pixels.to_rgb8();
    let size = [width, height].map(|mm| (mm * ppi.per_mm()).round() as u32);
    let pixels = RgbImage::from_fn(size[0], size[1], |x, y| {
        let at = geometry.to_scan([x, y].map(|v| (f64::from(v) + 0.5) / ppi.per_mm()));
        bilinear(&from, at)
    });
    Ok(Picture::new(pixels.into(), ppi))
}

fn bilinear(picture: &RgbImage, [x, y]: [f64; 2]) -> Rgb<u8> {
    let limit = [picture.width() - 1, picture.height() - 1].map(f64::from);
    let (x, y) = (x.clamp(0.0, limit[0]), y.clamp(0.0, limit[1]));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(picture.width() - 1), (y0 + 1).min(picture.height() - 1));
    let (fx, fy) = (x.fract(), y.fract());
    let corner = |x, y, c: usize| f64::from(picture.get_pixel(x, y).0[c]);
    Rgb([0, 1, 2].map(|c| {
        let upper = corner(x0, y0, c) * (1.0 - fx) + corner(x1, y0, c) * fx;
        let lower = corner(x0, y1, c) * (1.0 - fx) + corner(x1, y1, c) * fx;
        (upper * (1.0 - fy) + lower * fy).round() as u8
    }))
}
