//! One print: signed and not, whole, with a third destroyed, and with another's face.

use anyhow::Result;
use image::{DynamicImage, GenericImage, GenericImageView, Rgba};
use measure::portraits::Portrait;
use measure::seed;
use measure::world::World;
use tumar::evidence::Agreement;
use tumar::imaging::Picture;
use tumar::inspect::{Claim, Inspection, Reader, Verdict};
use tumar::issue::print;
use tumar::keys::{SecretKey, Sign, Trust, sign};
use tumar::spec::{Imprint, Name, Profile, face};

/// What all prints share.
pub(crate) struct Bench<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) key: &'a SecretKey,
}

/// How it ended.
pub(crate) struct Trial {
    pub(crate) title: String,
    pub(crate) why: String,
    pub(crate) name_unsigned: bool,
    pub(crate) name_signed: bool,
    pub(crate) signed: Option<Signed>,
    pub(crate) damaged: Option<Signed>,
    pub(crate) replaced: Option<Signed>,
}

/// What a payload was worth.
pub(crate) struct Signed {
    pub(crate) trust: Trust,
    pub(crate) correlation: f64,
    pub(crate) agrees: bool,
    pub(crate) verdict: Verdict,
}

impl Signed {
    fn of(inspection: &Inspection) -> Option<Self> {
        let check = inspection.signature()?;
        let verdict = inspection.decision().verdict;
        let agrees = check.agreement() == Agreement::Agrees;
        Some(Self { trust: check.trust, correlation: check.correlation, agrees, verdict })
    }
}

impl Bench<'_> {
    /// Prints `own`, and `other`'s face over it, and scans them alike. The name is not told.
    pub(crate) fn trial(
        &self,
        number: usize,
        own: &Portrait,
        other: &Portrait,
        name: &Name,
        world: World,
    ) -> Result<Trial> {
        let profile = self.profile;
        let seed = seed::seed(&own.title, &format!("{}{number}", world.name()), 17);
        let trust = [self.key.public().clone()];
        let look = |picture: &Picture| -> Result<Inspection> {
            let scan = world.scan(picture, seed)?.scan;
            let claim = Claim { trust: Some(&trust), ..Claim::default() };
            Ok(self.reader.check(&scan, None, claim)?.main)
        };
        let plain = Imprint::new(name, profile)?;
        let document = format!("N{:08}", seed % 100_000_000).parse()?;
        let imprint = sign(plain.clone(), &own.picture, document, self.key, profile)?;
        let printed = print(&own.picture, &imprint, profile)?.picture;
        let pasted = print(&other.picture, &plain, &profile.clone().with_strength(0.0)?)?.picture;
        let unsigned = look(&print(&own.picture, &plain, profile)?.picture)?;
        let found = look(&printed)?;
        let is_read = |found: &Inspection| {
            found.evidence().established().is_some_and(tumar::evidence::Text::is_clear)
        };
        Ok(Trial {
            title: own.title.clone(),
            why: found.decision().reasons.join("; "),
            name_unsigned: is_read(&unsigned),
            name_signed: is_read(&found),
            signed: Signed::of(&found),
            damaged: Signed::of(&look(&destroyed(&printed, number))?),
            replaced: Signed::of(&look(&with_face(&printed, &pasted))?),
        })
    }
}

/// A third of the portrait gone, to grey paper: at the bottom, at the right, or a disc in the middle.
fn destroyed(printed: &Picture, number: usize) -> Picture {
    let is_gone = |[x, y]: [f64; 2]| match number % 3 {
        0 => y > 2.0 / 3.0,
        1 => x > 2.0 / 3.0,
        // By area, of a portrait of 35 × 45.
        _ => {
            ((x - 0.5) * 35.0).hypot((y - 0.5) * 45.0)
                < (35.0 * 45.0 / 3.0 / std::f64::consts::PI).sqrt()
        }
    };
    changed(printed, is_gone, |_, _| Rgba([200, 200, 200, 255]))
}

/// The face's window and a little more from another print.
fn with_face(printed: &Picture, other: &Picture) -> Picture {
    let is_face = |[x, y]: [f64; 2]| {
        let off = [(x - face::MIDDLE[0]) / 0.31, (y - face::MIDDLE[1]) / 0.34];
        off[0].hypot(off[1]) < 1.0
    };
    let other = other.pixels.clone();
    changed(printed, is_face, move |x, y| other.get_pixel(x, y))
}

fn changed(
    printed: &Picture,
    is: impl Fn([f64; 2]) -> bool,
    to: impl Fn(u32, u32) -> Rgba<u8>,
) -> Picture {
    let mut pixels = DynamicImage::ImageRgba8(printed.pixels.to_rgba8());
    let (width, height) = (pixels.width(), pixels.height());
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        if is([f64::from(x) / f64::from(width), f64::from(y) / f64::from(height)]) {
            pixels.put_pixel(x, y, to(x, y));
        }
    }
    let pixels = match printed.pixels {
        DynamicImage::ImageLuma8(_) => DynamicImage::ImageLuma8(pixels.to_luma8()),
        _ => DynamicImage::ImageRgb8(pixels.to_rgb8()),
    };
    Picture { pixels, ..printed.clone() }
}
