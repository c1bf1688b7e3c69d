//! Pictures whose values are no light by curves alone → sRGB: inks, and profiles that are tables.

use image::{DynamicImage, ImageBuffer, Rgb};
use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions,
};
use rayon::prelude::*;

use crate::imaging::colour::{self, ProfileFault};
use crate::imaging::picture::Picture;

/// Samples of four inks, no ink is 0, row-major.
#[derive(Debug)]
pub(super) enum Inks {
    /// 8 bits each.
    Eight(Vec<u8>),
    /// 16 bits each.
    Sixteen(Vec<u16>),
}

/// CMYK → sRGB of the same depth, by the profile of its inks.
///
/// # Errors
/// [`ProfileFault`].
pub(super) fn from_cmyk(
    size: (u32, u32),
    inks: &Inks,
    icc: &[u8],
) -> Result<Picture, ProfileFault> {
    let profile = colour::profile(icc)?;
    if profile.color_space != DataColorSpace::Cmyk {
        return Err(ProfileFault::Foreign);
    }
    let (width, height) = size;
    let damaged = |_| ProfileFault::Damaged;
    let srgb = ColorProfile::new_srgb();
    let pixels = match inks {
        Inks::Eight(inks) => {
            let by = profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options());
            let rgb = rows(inks, width as usize, &*by.map_err(damaged)?)?;
            ImageBuffer::<Rgb<u8>, _>::from_raw(width, height, rgb).map(DynamicImage::from)
        }
        Inks::Sixteen(inks) => {
            let by = profile.create_transform_16bit(Layout::Rgba, &srgb, Layout::Rgb, options());
            let rgb = rows(inks, width as usize, &*by.map_err(damaged)?)?;
            ImageBuffer::<Rgb<u16>, _>::from_raw(width, height, rgb).map(DynamicImage::from)
        }
    };
    let pixels = pixels.ok_or(ProfileFault::Foreign)?;
    Ok(Picture { pixels, ppi: None, icc: srgb.encode().ok(), bilevel: false })
}

/// RGB → sRGB of the same depth in place, if the picture's profile is a table that can be applied.
/// All other pictures stay as they are, also those with a damaged profile.
pub(super) fn settle(picture: &mut Picture) {
    let Some(Ok(profile)) = picture.icc.as_deref().map(colour::profile) else { return };
    if profile.color_space != DataColorSpace::Rgb || !colour::is_table(&profile) {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let width = picture.pixels.width() as usize;
    let settled = match &mut picture.pixels {
        DynamicImage::ImageRgb8(rgb) => profile
            .create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options())
            .is_ok_and(|by| in_place(rgb, width, &*by)),
        DynamicImage::ImageRgb16(rgb) => profile
            .create_transform_16bit(Layout::Rgb, &srgb, Layout::Rgb, options())
            .is_ok_and(|by| in_place(rgb, width, &*by)),
        _ => false,
    };
    if settled {
        picture.icc = srgb.encode().ok();
    }
}

/// White stays white; in gamut, colours stay what they are.
fn options() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        prefer_fixed_point: false,
        ..TransformOptions::default()
    }
}

fn rows<T: Copy + Default + Send + Sync>(
    inks: &[T],
    width: usize,
    by: &(dyn TransformExecutor<T> + Send + Sync),
) -> Result<Vec<T>, ProfileFault> {
    let mut rgb = vec![T::default(); inks.len() / 4 * 3];
    rgb.par_chunks_mut(width * 3)
        .zip(inks.par_chunks(width * 4))
        .try_for_each(|(rgb, inks)| by.transform(inks, rgb).map_err(|_| ProfileFault::Damaged))?;
    Ok(rgb)
}

/// All rows, or none: the first row tells whether the transform takes rows of this kind.
fn in_place<T: Copy + Default + Send + Sync>(
    values: &mut [T],
    width: usize,
    by: &(dyn TransformExecutor<T> + Send + Sync),
) -> bool {
    values.par_chunks_mut(width * 3).all(|row| {
        let stored = row.to_vec();
        by.transform(&stored, row).is_ok()
    })
}
