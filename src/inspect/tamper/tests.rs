//! Tiles that are made up: what is confirmed of them, and what is accused.

use ndarray::Array2;

use crate::inspect::tamper::accusation::Court;
use crate::inspect::tamper::confirmation::{Found, confirm};
use crate::inspect::tamper::region::{Kind, Region};
use crate::inspect::tamper::tiles::drift::{Coarse, Drift};
use crate::inspect::tamper::tiles::ground::Ground;
use crate::inspect::tamper::tiles::shadows;
use crate::inspect::tamper::tiles::strength::Strength;
use crate::inspect::tamper::tiles::tile::{OTHERS, Part, Tile};
use crate::inspect::tamper::tiles::tiling::Tiling;
use crate::inspect::tamper::unrolling::predicted::Predicted;
use crate::inspect::tamper::unrolling::unrolled::{ACROSS, ALONG, Unrolled};

/// Of the default layout: 112 lines, 159 symbols.
const LINES: usize = 112;
const SYMBOLS: usize = 160;

/// What a tile holds: its letters, other ones, or none.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Own,
    Other,
    Nothing,
}

fn blank() -> Unrolled {
    let plane = Array2::zeros((LINES * ACROSS, SYMBOLS * ALONG));
    let covered = vec![0.0; SYMBOLS];
    Unrolled { seen: plane.clone(), pixels: plane, covered, first_line: 0, first_cell: 0 }
}

fn noise() -> impl FnMut() -> f32 {
    let mut seed = 1u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        3.46 * ((seed >> 8) as f32 / (1 << 24) as f32 - 0.5)
    }
}

/// Tiles of a portrait with this noise, in standard deviations of white noise, and how strong their letters
/// are by place.
fn tiles(
    tiling: &Tiling,
    deviation: f32,
    holds: impl Fn([usize; 2]) -> (Holds, f32),
) -> Array2<Tile> {
    let mut random = noise();
    let mut part = |share: f32| {
        let expected: f32 = 40.0;
        let mut noisy = || deviation * expected.sqrt() * random();
        Part {
            seen: share * expected + noisy(),
            expected,
            others: std::array::from_fn(|_| noisy()),
            alike: [0.0; OTHERS],
        }
    };
    let mut all = Array2::from_elem(tiling.dim(), Tile::default());
    for place in tiling.places() {
        let (holds, strength) = holds(place);
        let [common, own] = match holds {
            Holds::Own => [strength; 2],
            Holds::Other => [strength, 0.0],
            Holds::Nothing => [0.0; 2],
        };
        all[place] = Tile { own: part(own), common: part(common), pixels: 400.0 };
    }
    all
}

fn ground(tiling: &Tiling, lightness: impl Fn([usize; 2]) -> f32) -> Array2<Option<Ground>> {
    let mut all = Array2::from_elem(tiling.dim(), None);
    for place in tiling.places() {
        let lightness = lightness(place);
        all[place] = Some(Ground {
            lightness,
            range: [lightness; 2],
            brightest: 0.5,
            certainty: 20.0,
            middle: tiling.middle(place).map(|mm| 23.6 * mm),
        });
    }
    all
}

/// Light ground with dark places all over, which no added light has lifted.
fn lit(tiling: &Tiling) -> Array2<Option<Ground>> {
    let mut all = ground(tiling, |_| 70.0);
    for place in tiling.places().filter(|[row, column]| row % 4 == 0 && column % 4 == 0) {
        if let Some(dark) = &mut all[place] {
            (dark.lightness, dark.range, dark.brightest) = (15.0, [15.0; 2], 0.7);
        }
    }
    all
}

/// What is found, and what is accused.
fn judge(
    tiles: Array2<Tile>,
    ground: &Array2<Option<Ground>>,
    tiling: &Tiling,
) -> (Array2<Found>, Vec<Region>) {
    let tells = Array2::from_elem(tiling.dim(), true);
    let strength = Strength::of(tiles, ground, &tells, tiling.size).unwrap();
    let usual = shadows::usual(&strength, ground, &tells);
    let mut face = tells.map(|_| false);
    tiling.places().for_each(|place| face[place] = is_patch(place));
    let found = confirm(&strength, &tells, &usual, &face);
    let unrolled = blank();
    let plane = unrolled.seen.clone();
    let predicted = Predicted {
        own: plane.clone(),
        common: plane,
        pattern: [[0.0; ALONG]; ACROSS],
        kept: vec![true; LINES],
        symbols: 20,
    };
    let coarse = Coarse::new(&unrolled, &predicted, tiling);
    let court = Court {
        found: &found,
        strength: &strength,
        ground,
        tells: &tells,
        tiling,
        coarse: &coarse,
        turn: 40.0,
    };
    let regions = court.regions();
    (found, regions)
}

fn tiling() -> Tiling {
    Tiling::new(&blank(), [0.22, 0.4])
}

/// A patch of 8 × 10 mm.
fn is_patch([row, column]: [usize; 2]) -> bool {
    (18..31).contains(&row) && (15..24).contains(&column)
}

#[test]
fn what_lacks_is_found_where_it_is() {
    let tiling = tiling();
    let light = lit(&tiling);
    for (instead, kind) in [(Holds::Nothing, Kind::Missing), (Holds::Other, Kind::Foreign)] {
        for deviation in [1.0, 2.0] {
            let holds = |at| (if is_patch(at) { instead } else { Holds::Own }, 0.6);
            let (found, regions) = judge(tiles(&tiling, deviation, holds), &light, &tiling);
            let [region] = &regions[..] else { panic!("{kind:?} {deviation}: {}", regions.len()) };
            assert_eq!(region.kind, kind);
            let right = region.tiles.iter().filter(|at| is_patch(**at)).count();
            let f1 = 2.0 * right as f64 / (region.tiles.len() + 13 * 9) as f64;
            assert!(f1 > 0.75, "{kind:?} {deviation}: {f1}");
            let sound = found.iter().filter(|found| **found == Found::Confirmed).count();
            assert!(sound as f64 > 0.9 * (found.len() - 13 * 9) as f64, "{sound}");
        }
    }
}

#[test]
fn a_genuine_print_is_confirmed_all_over() {
    let tiling = tiling();
    let light = ground(&tiling, |_| 70.0);
    for deviation in [0.5, 1.0, 3.0] {
        let (found, regions) =
            judge(tiles(&tiling, deviation, |_| (Holds::Own, 0.6)), &light, &tiling);
        let sound = found.iter().filter(|found| **found == Found::Confirmed).count();
        assert!(regions.is_empty() && sound as f64 > 0.9 * found.len() as f64, "{sound}");
    }
}

/// Without letters on the face there is nothing to confirm it by, however large the places.
#[test]
fn what_has_no_letters_is_never_confirmed() {
    let tiling = tiling();
    let light = ground(&tiling, |_| 70.0);
    for deviation in [1.0, 3.0] {
        let holds = |at| (if is_patch(at) { Holds::Nothing } else { Holds::Own }, 0.6);
        let (found, _) = judge(tiles(&tiling, deviation, holds), &light, &tiling);
        let inner =
            |[row, column]: [usize; 2]| (20..29).contains(&row) && (17..22).contains(&column);
        let confirmed = tiling.places().filter(|&at| inner(at) && found[at] == Found::Confirmed);
        assert_eq!(confirmed.count(), 0, "{deviation}");
    }
}

/// Letters that are weak all over a tone are no less there if the tone is a shadow.
#[test]
fn weak_letters_confirm_a_dark_face_and_no_light_one() {
    let tiling = tiling();
    let confirmed = |tone: f32, left: f32| {
        let ground = ground(&tiling, |at| if is_patch(at) { tone } else { 70.0 });
        let holds = |at| (Holds::Own, if is_patch(at) { left } else { 0.6 });
        let (found, _) = judge(tiles(&tiling, 0.5, holds), &ground, &tiling);
        let inside = || tiling.places().filter(|&at| is_patch(at));
        let sound = inside().filter(|&at| found[at] == Found::Confirmed).count();
        sound as f64 / inside().count() as f64
    };
    assert!(confirmed(20.0, 0.12) > 0.8);
    assert!(confirmed(70.0, 0.12) < 0.3);
    assert!(confirmed(20.0, 0.0) < 0.3);
}

/// Letters that fade bit by bit are worn, glared or blurred; where they end at once a patch lies.
#[test]
fn what_fades_is_not_accused() {
    let tiling = tiling();
    let light = ground(&tiling, |_| 70.0);
    let fading = |at: [usize; 2]| {
        let [x, y] = tiling.middle(at);
        let away = (x - 17.0).hypot(y - 20.0);
        (Holds::Own, 0.6 * (((away - 4.0) / 10.0).clamp(0.0, 1.0) as f32))
    };
    let (found, regions) = judge(tiles(&tiling, 1.0, fading), &light, &tiling);
    assert!(regions.is_empty());
    assert_ne!(found[[23, 19]], Found::Confirmed);
}

/// Of shadows that are lost everywhere, of the tone at which letters turn, and of places that glare may
/// have lifted from there, nothing is said.
#[test]
fn tones_that_show_no_letters_are_not_accused() {
    let tiling = tiling();
    let holds = |at| (if is_patch(at) { Holds::Nothing } else { Holds::Own }, 0.6);
    for tone in [20.0, 41.0] {
        let ground = ground(&tiling, |at| if is_patch(at) { tone } else { 70.0 });
        let (found, regions) = judge(tiles(&tiling, 1.0, holds), &ground, &tiling);
        assert!(regions.is_empty(), "{tone}");
        assert_ne!(found[[24, 19]], Found::Confirmed);
    }
    // Without any dark place near, all of the tone may be added light.
    let veiled = ground(&tiling, |at| if is_patch(at) { 62.0 } else { 70.0 });
    assert!(judge(tiles(&tiling, 1.0, holds), &veiled, &tiling).1.is_empty());
}

/// Letters of the other sign are letters: light that was added moved their ground across the turn.
#[test]
fn letters_of_the_other_sign_are_there() {
    let tiling = tiling();
    let light = ground(&tiling, |_| 70.0);
    let holds = |at| (Holds::Own, if is_patch(at) { -0.5 } else { 0.6 });
    let (found, regions) = judge(tiles(&tiling, 1.0, holds), &light, &tiling);
    assert!(regions.is_empty() && found[[24, 19]] == Found::Confirmed);
}

#[test]
fn letters_are_followed_where_they_drift() {
    let tiling = tiling();
    let mut random = noise();
    let text = Array2::from_shape_fn((LINES * ACROSS, SYMBOLS * ALONG), |_| random());
    let predicted = Predicted {
        own: text.clone(),
        common: Array2::zeros(text.dim()),
        pattern: [[0.0; ALONG]; ACROSS],
        kept: vec![true; LINES],
        symbols: 20,
    };
    // Further to the right and below the further to the right they stand, up to 5 bins.
    let drift = |column: usize| (5 * column / (SYMBOLS * ALONG)) as i64;
    let seen = Array2::from_shape_fn(text.dim(), |(row, column)| {
        let at = [row as i64 - drift(column) / 2, column as i64 - drift(column)];
        let inside = at.iter().all(|v| *v >= 0);
        if inside { text[at.map(|v| v as usize)] } else { 0.0 }
    });
    let pixels = Array2::ones(text.dim());
    let covered = vec![1.0; SYMBOLS];
    let unrolled = Unrolled { seen, pixels, covered, first_line: 0, first_cell: 0 };
    let found = Drift::follow(&Coarse::new(&unrolled, &predicted, &tiling));
    for column in [4, 20, 36] {
        let expected = drift((column * 4 + 2) * ALONG) as f32;
        let [down, along] = found.0[[28, column]];
        assert!((along - expected).abs() < 1.0, "{column}: {along} for {expected}");
        assert!((down - 0.5 * expected).abs() < 1.0, "{column}: {down}");
    }
}
