//! What the comparison came to.

use std::fmt;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::imaging::Plane;

/// Whether the scan's portrait is the one that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// It is.
    Agrees,
    /// It is another, in part or as a whole.
    Differs,
    /// Cannot be told.
    Untold,
}

impl Agreement {
    /// Its word in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Untold => "untold",
        }
    }
}

/// What stands between scan and reference beside light, tone, blur and bends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Why {
    /// Only the mirrored reference fits.
    Mirrored,
    /// The same picture, cropped otherwise.
    OtherCrop {
        /// How much larger the picture is in the scan than in the reference: 0.1 is 10 %.
        enlarged: f64,
        /// Millimetres that it lies to the right and below.
        shift: [f64; 2],
    },
    /// The reference carries lines of microtext.
    CarriesMicrotext,
    /// Another picture as a whole.
    OtherPicture,
    /// The face, or a part of it.
    OtherFace,
    /// What lies around the face.
    OtherBackground,
    /// Small places of the face have other detail.
    OtherDetail,
    /// The pictures could not be laid on each other.
    NotRegistered,
    /// Too little of the face's detail is to be seen in the scan.
    LittleDetail,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mirrored => f.write_str("the reference is mirrored"),
            Self::OtherCrop { enlarged, shift: [right, below] } => write!(
                f,
                "the reference is the same picture in another crop: in the scan it is {:+.0} % as \
                 large and lies {right:+.1} mm to the right and {below:+.1} mm below",
                100.0 * enlarged
            ),
            Self::CarriesMicrotext => f.write_str(
                "the reference carries microtext itself: it is a scan of a print, or the print's \
                 own raster, and no portrait as issued",
            ),
            Self::OtherPicture => f.write_str("the scan shows another picture than the reference"),
            Self::OtherFace => f.write_str("the face is not the reference's"),
            Self::OtherBackground => {
                f.write_str("what lies around the face is not the reference's")
            }
            Self::OtherDetail => f.write_str(
                "small places of the face do not fit: marks on the page, a retouched reference, or \
                 a change of the print",
            ),
            Self::NotRegistered => f.write_str("scan and reference cannot be laid on each other"),
            Self::LittleDetail => f.write_str(
                "the scan shows too little of the face to hold it against the reference",
            ),
        }
    }
}

/// A place of the scan that is not the reference's.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureRegion {
    /// Left, upper, right and lower edge in pixels of the scan's file.
    pub bounds: [f64; 4],
    /// Its area on the print.
    pub area_mm2: f64,
    /// How much speaks for another picture where most does: variances that are left, times the share
    /// of detail that is not the reference's; 2 to 12.
    pub strength: f32,
    /// Whether its middle lies in the face.
    pub is_face: bool,
}

impl PictureRegion {
    /// Whether a pixel of the file lies within its bounds.
    #[must_use]
    pub fn has(&self, [x, y]: [f64; 2]) -> bool {
        let [left, top, right, bottom] = self.bounds;
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }
}

/// Numbers that the answer rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Square millimetres of the face that show another picture.
    pub face_mm2: f64,
    /// The same of what lies around it.
    pub around_mm2: f64,
    /// How much speaks for another picture in the face, in the mean, and where most does; 0 to 12.
    pub foreign: [f32; 2],
    /// Correlation of the detail in the face, in all of the portrait, and around the face; −1..1.
    pub likeness: [f64; 3],
    /// Correlation of the coarse features before registration; −1..1.
    pub rough: f64,
    /// Root mean square of the scan's detail in the face, in cube roots of light.
    pub detail: f64,
    /// Deviation of the noise, in cube roots of light.
    pub noise: f64,
    /// Deviation of places around the face when all is fitted, in millimetres.
    pub place: f64,
    /// How much blurrier the scan is than the reference, of a Gaussian of 0.25 mm; below 0: sharper.
    pub blurred: f64,
    /// Where the reference's middle lies in the frame of the microtext, millimetres right and down.
    pub shift: [f64; 2],
    /// How much larger the picture is than that frame says, across and down: 0.01 is 1 %.
    pub enlarged: [f64; 2],
    /// Power of lines of microtext in the reference over that beside them.
    pub lines: f64,
}

/// A scan held against the portrait as issued.
#[derive(Debug)]
pub struct Comparison {
    /// Of the face.
    pub agreement: Agreement,
    /// Of all of the portrait.
    pub whole: Agreement,
    /// −1 (differs) to 1 (agrees), of the face; what cannot be told is 0.
    pub margin: f64,
    /// Places that differ, the largest first.
    pub regions: Vec<PictureRegion>,
    /// What does not fit, if something does not.
    pub unexplained: Option<Why>,
    /// What the answer rests on.
    pub figures: Figures,
    /// The scan's portrait as the reference's grid sees it, sRGB, [`PER_MM`](super::view::PER_MM).
    pub scan_view: GrayImage,
    /// The reference in the scan's tones, of the same size.
    pub reference_view: GrayImage,
    /// What is left between them in standard deviations, scan less reference, at half that resolution.
    pub difference: Plane,
}
