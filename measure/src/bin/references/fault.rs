//! References that are not the portrait as issued.

use image::{DynamicImage, Rgb, RgbImage};
use tumar::imaging::{Picture, Ppi};

/// What is wrong with a reference, or only different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    None,
    Stranger,
    Grey,
    Small,
    Mirrored,
    Cropped,
    Background,
    Smoothed,
    Raster,
    Scan,
}

impl Fault {
    pub(crate) const ALL: [Self; 10] = [
        Self::None,
        Self::Stranger,
        Self::Grey,
        Self::Small,
        Self::Mirrored,
        Self::Cropped,
        Self::Background,
        Self::Smoothed,
        Self::Raster,
        Self::Scan,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::None => "as issued",
            Self::Stranger => "another person's",
            Self::Grey => "in grey",
            Self::Small => "120 × 154 pixels",
            Self::Mirrored => "mirrored",
            Self::Cropped => "the middle 85 %",
            Self::Background => "another background",
            Self::Smoothed => "the face smoothed",
            Self::Raster => "the print's own raster",
            Self::Scan => "the scan itself",
        }
    }

    /// The reference, of the portrait, another person's, the print's raster and the scan.
    pub(crate) fn of(
        self,
        portrait: &Picture,
        stranger: &Picture,
        raster: &Picture,
        scan: &Picture,
    ) -> Picture {
        let with = |pixels| Picture { pixels, ..portrait.clone() };
        let pixels = &portrait.pixels;
        let (width, height) = (pixels.width(), pixels.height());
        match self {
            Self::None => portrait.clone(),
            Self::Stranger => stranger.clone(),
            Self::Grey => Picture::new(pixels.to_luma8().into(), Ppi(300.0)),
            Self::Small => {
                with(pixels.resize_exact(120, 154, image::imageops::FilterType::Lanczos3))
            }
            Self::Mirrored => with(pixels.fliph()),
            Self::Cropped => {
                let cut = [width, height].map(|v| (0.075 * f64::from(v)) as u32);
                with(pixels.crop_imm(cut[0], cut[1], width - 2 * cut[0], height - 2 * cut[1]))
            }
            Self::Background => dots(portrait, |pixel, [x, y]| {
                let is_head = ((x - 17.5) / 12.5).powi(2) + ((y - 20.5) / 17.0).powi(2) < 1.0;
                if is_head || y > 34.0 {
                    return pixel;
                }
                let stripes = 150.0 + 60.0 * (1.3 * x + 0.7 * y).sin();
                [stripes, stripes, 0.9 * stripes]
            }),
            Self::Smoothed => {
                let smooth = pixels.blur(f64::from(width) as f32 / 35.0 * 0.4).to_rgb8();
                dots(portrait, |pixel, [x, y]| {
                    if ((x - 17.5) / 8.0).powi(2) + ((y - 20.0) / 11.0).powi(2) > 1.0 {
                        return pixel;
                    }
                    let dot = [x / 35.0 * f64::from(width), y / 45.0 * f64::from(height)];
                    smooth
                        .get_pixel((dot[0] as u32).min(width - 1), (dot[1] as u32).min(height - 1))
                        .0
                        .map(f64::from)
                })
            }
            Self::Raster => raster.clone(),
            Self::Scan => scan.clone(),
        }
    }
}

/// Width and height of the portrait in millimetres.
const SIZE: [f64; 2] = [35.0, 45.0];

/// A picture changed pixel by pixel, each at its place in millimetres of the portrait.
fn dots(picture: &Picture, change: impl Fn([f64; 3], [f64; 2]) -> [f64; 3]) -> Picture {
    let from = picture.pixels.to_rgb8();
    let size = [from.width(), from.height()].map(f64::from);
    let pixels = RgbImage::from_fn(from.width(), from.height(), |x, y| {
        let at =
            [(f64::from(x) + 0.5) / size[0] * SIZE[0], (f64::from(y) + 0.5) / size[1] * SIZE[1]];
        let new = change(from.get_pixel(x, y).0.map(f64::from), at);
        Rgb(new.map(|v| v.round().clamp(0.0, 255.0) as u8))
    });
    Picture { pixels: DynamicImage::from(pixels), ..picture.clone() }
}
