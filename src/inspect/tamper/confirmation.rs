//! Confirmation: where the microtext stands as it should, where it does not, and where nothing can be
//! told. Small places first, and what they leave open in larger ones together.

use ndarray::Array2;

use crate::imaging::Mm;
use crate::inspect::tamper::region::Kind;
use crate::inspect::tamper::strength::{Letters, Strength};

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

/// Looks at all tiles for which `tells` holds. `usual`: how strong letters are in each tile's tone, as a
/// share of what is typical.
pub(super) fn confirm(
    strength: &Strength,
    usual: &Array2<f32>,
    tells: &Array2<bool>,
) -> Array2<Found> {
    let mut found = Array2::from_elem(tells.dim(), Found::Open);
    let mut open = tells.clone();
    for spread in SPREADS {
        let shown = strength.at(spread, &open);
        for (at, letters) in shown.indexed_iter() {
            if open[at] {
                found[at] = judge(letters, usual[at]);
            }
        }
        open.zip_mut_with(&found, |open, &found| *open &= found == Found::Open);
    }
    found
}

/// What a place's letters come to.
fn judge(Letters { own, common, all }: &Letters, usual: f32) -> Found {
    if own.share >= CONFIRMED * usual && own.clear() >= CERTAIN {
        Found::Confirmed
    } else if all.most(SURE) <= LEFT {
        Found::Lacks(Kind::Missing)
    } else if own.most(SURE) <= LEFT && common.share >= THERE && common.clear() >= THERE_CLEAR {
        Found::Lacks(Kind::Foreign)
    } else {
        Found::Open
    }
}
