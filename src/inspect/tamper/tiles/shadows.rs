//! How strongly letters show in the shadows of this very scan, where presses close up and veils of light
//! lie: as a share of what is typical of it.

use ndarray::Array2;

use crate::inspect::tamper::tiles::ground::Ground;
use crate::inspect::tamper::tiles::strength::{Shown, Strength};

/// Shadows are darker than this, in L* of the scan. No press that was seen weakens lighter tones.
const DARK: f32 = 48.0;
/// Width of a class of tones in L*, and how far beside it tones are alike.
const CLASS: f32 = 4.0;
const ALIKE: f32 = 4.0;
/// A tone tells if so many tiles have it, and their letters stand so many standard deviations over none.
const TELLING: usize = 12;
const CLEAR: f32 = 6.0;
/// Letters are never expected to be weaker than this share: what another portrait, laid over the print,
/// lets through is not mistaken for shadows.
const LEAST: f32 = 0.3;

/// What is usual for each tile, 0..1.
pub(crate) fn usual(
    strength: &Strength,
    ground: &Array2<Option<Ground>>,
    tells: &Array2<bool>,
) -> Array2<f32> {
    let lightness = |at: (usize, usize)| ground[at].filter(|_| tells[at]).map(|g| g.lightness);
    let classes = (DARK / CLASS) as usize;
    let mut by_class = vec![1.0f32; classes];
    // Where letters show in a tone, they show in lighter ones.
    let mut most = 0.0f32;
    for (class, usual) in by_class.iter_mut().enumerate() {
        let middle = (class as f32 + 0.5) * CLASS;
        let alike = tells
            .indexed_iter()
            .map(|(at, _)| at)
            .filter(|&at| lightness(at).is_some_and(|l| (l - middle).abs() <= 0.5 * CLASS + ALIKE));
        let places: Vec<[usize; 2]> = alike.map(|(row, column)| [row, column]).collect();
        let Shown { share, .. } = match strength.together(places.iter().copied()).own {
            shown if places.len() >= TELLING && shown.clear() >= CLEAR => shown,
            _ => continue,
        };
        most = most.max(share);
        *usual = most.clamp(LEAST, 1.0);
    }
    Array2::from_shape_fn(tells.dim(), |at| {
        let class = lightness(at).map_or(classes, |l| (l.max(0.0) / CLASS) as usize);
        by_class.get(class).copied().unwrap_or(1.0)
    })
}
