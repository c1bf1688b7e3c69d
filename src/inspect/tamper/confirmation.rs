//! Confirmation: where the microtext stands as it should, where it does not, and where nothing can be
//! told. Small places first, and what they leave open in larger ones together.

use ndarray::{Array2, Zip};

use crate::imaging::Mm;
use crate::inspect::tamper::region::Kind;
use crate::inspect::tamper::tiles::strength::{Letters, Strength};

/// Spreads of the places that are looked at: a Gaussian of the least one weighs as much as a square of
/// 3 mm, one of the largest as the whole face.
pub(super) const SPREADS: [Mm; 4] = [Mm(0.85), Mm(1.5), Mm(3.0), Mm(6.0)];
/// A place is confirmed if what tells its letters apart is at least this share of what is typical, and
/// usual in its tone, and stands so many standard deviations over none.
const CONFIRMED: f32 = 0.35;
const CERTAIN: f32 = 4.0;
/// It lacks letters if no more than this share can be there, so many standard deviations up …
pub(super) const LEFT: f32 = 0.3;
pub(super) const SURE: f32 = 4.0;
/// … and it has other letters if what all have in common is this share and stands so clear.
const THERE: f32 = 0.45;
const THERE_CLEAR: f32 = 5.0;

/// What can be said of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The microtext stands as it should.
    Confirmed,
    /// Too dark, light, lively, worn or blurred for evidence.
    Unreadable,
    /// The microtext is not there.
    Lacking,
}

/// What each tile is found to be, before it is asked why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Not told.
    Open,
    /// The microtext stands there.
    Confirmed,
    /// It does not.
    Lacks(Kind),
}

/// Looks at all tiles for which `tells` holds, and then at shadows in the face once more, by themselves:
/// where letters are weak, strong ones around the face would lend it theirs. `usual`: how strong letters
/// are in each tile's tone, as a share of what is typical; `face`: the tiles of its zone.
pub(super) fn confirm(
    strength: &Strength,
    tells: &Array2<bool>,
    usual: &Array2<f32>,
    face: &Array2<bool>,
) -> Array2<Found> {
    let mut found = Array2::from_elem(tells.dim(), Found::Open);
    look(strength, tells.clone(), |at, letters| {
        found[at] = judge(letters);
        found[at] != Found::Open
    });
    let mut shadows = Array2::from_elem(tells.dim(), false);
    Zip::from(&mut shadows).and(tells).and(&found).and(usual).and(face).for_each(
        |shadow, &tells, &found, &usual, &face| {
            *shadow = tells && face && found != Found::Confirmed && usual < 1.0;
        },
    );
    look(strength, shadows, |at, Letters { own, .. }| {
        let stands = own.share >= CONFIRMED * usual[at] && own.clear() >= CERTAIN;
        if stands {
            found[at] = Found::Confirmed;
        }
        stands
    });
    found
}

/// Looks at the open tiles in larger and larger places, as long as they are open: `is_told` says whether
/// what one shows settles it.
fn look(
    strength: &Strength,
    mut open: Array2<bool>,
    mut is_told: impl FnMut((usize, usize), &Letters) -> bool,
) {
    for spread in SPREADS {
        if !open.iter().any(|open| *open) {
            return;
        }
        let shown = strength.at(spread, &open);
        Zip::indexed(&mut open).and(&shown).for_each(|at, open, letters| {
            *open = *open && !is_told(at, letters);
        });
    }
}

/// What a place's letters come to.
fn judge(Letters { own, common, all }: &Letters) -> Found {
    if own.share >= CONFIRMED && own.clear() >= CERTAIN {
        Found::Confirmed
    } else if all.most(SURE) <= LEFT {
        Found::Lacks(Kind::Missing)
    } else if own.most(SURE) <= LEFT && common.share >= THERE && common.clear() >= THERE_CLEAR {
        Found::Lacks(Kind::Foreign)
    } else {
        Found::Open
    }
}
