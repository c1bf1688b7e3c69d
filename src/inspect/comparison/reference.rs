//! The portrait as issued, brought to the grid of the comparison.

use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::F32;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use thiserror::Error;

use crate::imaging::crop::Crop;
use crate::imaging::{Picture, Plane, Ppi};
use crate::inspect::comparison::view::{self, PER_MM};
use crate::spec::Profile;

/// Pixels a millimetre of the print that a reference needs: fewer do not tell faces apart. A guess.
pub const FEWEST_PER_MM: f64 = 2.0;
/// By how much a reference may be wider or higher than the profile's shape before it is no portrait
/// that was cropped for it. A guess.
const OTHER_SHAPE: f64 = 2.0;
/// References of more pixels a millimetre are averaged first. For speed alone.
const PLENTY: f64 = 24.0;

/// Why a picture cannot be held against a scan.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// Too few pixels.
    #[error(
        "the reference has {width} × {height} pixels, {per_mm:.1} a millimetre of the print; it \
         needs {FEWEST_PER_MM} a millimetre: take the portrait as it was issued"
    )]
    TooSmall {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// Pixels a millimetre of the print, as it would be cropped.
        per_mm: f64,
    },
    /// Not the shape of a portrait.
    #[error(
        "the reference has {width} × {height} pixels, which is not the shape of a portrait of \
         {expected}: take the portrait as it was issued"
    )]
    Shape {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// The profile's size in millimetres.
        expected: String,
    },
}

/// The portrait as issued, cropped as for print.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Luminance in linear light, 0..1, `[row, column]`, at [`PER_MM`] over the profile's size.
    pub(super) light: Plane,
    /// Pixels of the file a millimetre of the print.
    pub(super) per_mm: f64,
    /// Whether it has colours.
    pub coloured: bool,
}

impl Reference {
    /// Crops and resamples a portrait as it is done for print (about its centre, in linear light).
    ///
    /// # Errors
    /// [`ReferenceError`].
    pub fn new(picture: &Picture, profile: &Profile) -> Result<Self, ReferenceError> {
        let (width, height) = picture.size();
        let too_small = |per_mm| ReferenceError::TooSmall { width, height, per_mm };
        if width == 0 || height == 0 {
            return Err(too_small(0.0));
        }
        let millimetres = [profile.width.0, profile.height.0];
        let stretch = width as f64 / height as f64 * millimetres[1] / millimetres[0];
        if !(1.0 / OTHER_SHAPE..=OTHER_SHAPE).contains(&stretch) {
            let expected = format!("{} × {}", profile.width, profile.height);
            return Err(ReferenceError::Shape { width, height, expected });
        }
        let crop = Crop::centred((width, height), profile.size_px());
        let per_mm = crop.width / millimetres[0];
        if per_mm < FEWEST_PER_MM {
            return Err(too_small(per_mm));
        }
        let factor = ((per_mm / PLENTY) as usize).max(1);
        let light = resampled(&picture.luminance(factor), crop, factor, profile);
        Ok(Self { light, per_mm, coloured: picture.pixels.color().has_color() })
    }

    /// The same seen in a mirror.
    pub(super) fn mirrored(&self) -> Self {
        let mut light = self.light.clone();
        light.invert_axis(ndarray::Axis(1));
        let light = Plane::from_shape_fn(light.dim(), |at| light[at]);
        Self { light, ..*self }
    }

    /// Its resolution on the print.
    #[must_use]
    pub fn ppi(&self) -> Ppi {
        Ppi(self.per_mm * crate::imaging::units::MM_PER_INCH)
    }
}

/// The crop of a plane that was averaged by `factor`, at [`PER_MM`].
fn resampled(plane: &Plane, crop: Crop, factor: usize, profile: &Profile) -> Plane {
    let [columns, rows] = view::size(profile);
    let (height, width) = plane.dim();
    let share = 1.0 / factor as f64;
    // The view leaves out what is less than a block of pixels.
    let within = |length: f64, mm: f64, pixels: usize| length * pixels as f64 / (mm * PER_MM);
    let size = [
        within(crop.width * share, profile.width.0, columns),
        within(crop.height * share, profile.height.0, rows),
    ];
    let corner = [crop.left * share, crop.top * share];
    let size = [size[0].min(width as f64 - corner[0]), size[1].min(height as f64 - corner[1])];
    let enlarges = columns as f64 > size[0];
    let filter = if enlarges { FilterType::CatmullRom } else { FilterType::Lanczos3 };
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(corner[0], corner[1], size[0], size[1]);
    let pixels = plane.iter().map(|&v| F32::new(v)).collect();
    let source = TypedImage::from_pixels(width as u32, height as u32, pixels)
        .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"));
    let mut target = TypedImage::new(columns as u32, rows as u32);
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .unwrap_or_else(|e| unreachable!("the crop lies within: {e}"));
    let values = target.pixels().iter().map(|v| v.0.clamp(0.0, 1.0)).collect();
    Plane::from_shape_vec((rows, columns), values)
        .unwrap_or_else(|e| unreachable!("one value a pixel: {e}"))
}
