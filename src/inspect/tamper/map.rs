//! The tamper map: where the microtext was confirmed, and where it does not stand though it would be
//! seen there.

use ndarray::{Array2, Zip};

use crate::imaging::Mm;
use crate::inspect::rectification::frame::Frame;
use crate::inspect::signal::flatten::Flat;
use crate::inspect::signal::orientation::Orientation;
use crate::inspect::signal::scan::Scan;
use crate::inspect::synchronisation::columns::Columns;
use crate::inspect::tamper::accusation::Court;
use crate::inspect::tamper::confirmation::{Found, State, confirm};
use crate::inspect::tamper::face::Face;
use crate::inspect::tamper::region::Region;
use crate::inspect::tamper::tiles::drift::{Coarse, Drift};
use crate::inspect::tamper::tiles::ground::{self, Ground};
use crate::inspect::tamper::tiles::shadows;
use crate::inspect::tamper::tiles::strength::Strength;
use crate::inspect::tamper::tiles::tile::{self, Tile};
use crate::inspect::tamper::tiles::tiling::Tiling;
use crate::inspect::tamper::tiles::tone_response::ToneResponse;
use crate::inspect::tamper::unrolling::predicted::{Beside, Predicted};
use crate::inspect::tamper::unrolling::unrolled::{CLIPPED, Unrolled};
use crate::numerics::quantile;
use crate::spec::{Profile, face, turning};

/// Tiles nearer to the portrait's edge may lie beyond it.
const EDGE: Mm = Mm(2.0);
/// A tile tells if it has at least this share of the pixels of a full one.
const FULL: f32 = 0.4;

/// The map.
#[derive(Clone, Debug)]
pub struct Tamper {
    /// What can be said of each tile, `[row, column]`.
    pub states: Array2<State>,
    /// Tiles that do not show their letters, for whatever reason.
    pub missing: Array2<bool>,
    /// Regions, the largest first.
    pub regions: Vec<Region>,
    /// How much of the face was confirmed.
    pub face: Face,
    /// How strong letters are by the tone of their ground.
    pub tone_response: ToneResponse,
    /// The middle of each tile in pixels of the scan, where it has any.
    pub middles: Array2<Option<[f64; 2]>>,
    /// A tile's sides across and down, in millimetres.
    pub tile: [f64; 2],
}

/// What the map is drawn from: a scan whose portrait lies between known sides.
pub struct Subject<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// The same without its portrait.
    pub flat: &'a Flat,
    /// Where the lines lie.
    pub frame: &'a Frame,
    /// Where their symbols do.
    pub columns: &'a Columns,
    /// The portrait's fine detail.
    pub unrolled: &'a Unrolled,
    /// What the stack should look like, in its own order.
    pub expected: &'a [f32],
    /// The payload lines, which carry another text, if it is known.
    pub payload: Option<Beside<'a>>,
    /// Which way the text runs.
    pub orientation: Orientation,
    /// Lightness in the scan at which letters turn from lighter to darker than their ground, L*.
    pub turn: f32,
    /// How it was printed.
    pub profile: &'a Profile,
}

impl Subject<'_> {
    /// Maps the portrait. `keyed`: which lines only a key can place, if some are.
    #[must_use]
    pub fn map(&self, keyed: Option<impl Fn(i64) -> bool>) -> Tamper {
        let Self { unrolled, columns, expected, profile, .. } = *self;
        let pitch = profile.layout.pitch.0;
        let tiling = Tiling::new(unrolled, [columns.advance * pitch, pitch]);
        let predicted = Predicted::new(unrolled, columns, expected, |_| true);
        let predicted = predicted.with(unrolled, self.payload);
        let coarse = Coarse::new(unrolled, &predicted, &tiling);
        let drift = Drift::follow(&coarse);
        let tiles = tile::measure(unrolled, &predicted, &drift, &tiling);
        let ground =
            ground::measure((self.scan, self.flat), self.frame, columns, unrolled, &tiling);
        let tells = tells(&tiles, &ground, &tiling);
        let sheet = Sheet { subject: self, ground: &ground, tells: &tells, tiling: &tiling };
        let mut found = sheet.judge(&tiles, &coarse);
        // Who has the name places most lines, but none that is keyed.
        if let Some(keyed) = keyed {
            let predicted = Predicted::new(unrolled, columns, expected, keyed);
            let tiles = tile::measure(unrolled, &predicted, &drift, &tiling);
            let own = sheet.judge(&tiles, &Coarse::new(unrolled, &predicted, &tiling));
            found = found.stricter(own);
        }
        let tones = tiling.places().filter_map(|place| {
            let ground = ground[place].filter(|_| tells[place])?;
            Some((sheet.share(place), ground.lightness))
        });
        let tones: Vec<turning::Tone> = tones.collect();
        let turns = (self.turn, turning::printed(self.turn, &tones));
        let response = ToneResponse::of(&tiles, &ground, &tells, turns, profile.strength as f32);
        sheet.tamper(found, response)
    }
}

/// The portrait's tiles and what they stand on.
struct Sheet<'a> {
    subject: &'a Subject<'a>,
    ground: &'a Array2<Option<Ground>>,
    tells: &'a Array2<bool>,
    tiling: &'a Tiling,
}

/// What the tiles were found to be, and the regions that nothing explains.
struct Judged {
    found: Array2<Found>,
    regions: Vec<Region>,
}

impl Judged {
    /// What two looks agree on, and all that either accuses.
    fn stricter(mut self, other: Self) -> Self {
        self.found.zip_mut_with(&other.found, |found, &other| {
            if *found == Found::Confirmed && other != Found::Confirmed {
                *found = other;
            }
        });
        let is_new = |region: &Region| {
            !self.regions.iter().any(|own| own.tiles.iter().any(|at| region.tiles.contains(at)))
        };
        let new: Vec<Region> = other.regions.into_iter().filter(is_new).collect();
        self.regions.extend(new);
        self
    }
}

impl Sheet<'_> {
    fn judge(&self, tiles: &Array2<Tile>, coarse: &Coarse<'_>) -> Judged {
        let Self { ground, tells, tiling, .. } = *self;
        let Some(strength) = Strength::of(tiles.clone(), ground, tells, tiling.size) else {
            let found = Array2::from_elem(tiling.dim(), Found::Open);
            return Judged { found, regions: Vec::new() };
        };
        let mut face = tells.map(|_| false);
        tiling.places().for_each(|place| face[place] = self.is_face(place));
        let usual = shadows::usual(&strength, ground, tells);
        let found = confirm(&strength, tells, &usual, &face);
        let court = Court {
            found: &found,
            strength: &strength,
            ground,
            tells,
            tiling,
            coarse,
            turn: self.subject.turn,
        };
        let regions = court.regions();
        Judged { found, regions }
    }

    fn tamper(&self, Judged { found, regions }: Judged, tone_response: ToneResponse) -> Tamper {
        let tiling = self.tiling;
        let missing = found.map(|found| matches!(found, Found::Lacks(_)));
        let mut states = found.map(|found| match found {
            Found::Confirmed => State::Confirmed,
            Found::Open | Found::Lacks(_) => State::Unreadable,
        });
        for &place in regions.iter().flat_map(|region| &region.tiles) {
            states[place] = State::Lacking;
        }
        let mut face = Face::default();
        for place in tiling.places().filter(|&place| self.is_face(place)) {
            face.of += tiling.area();
            if states[place] == State::Confirmed {
                face.checked += tiling.area();
            }
        }
        Tamper {
            states,
            missing,
            regions,
            face,
            tone_response,
            middles: self.ground.map(|ground| ground.map(|ground| ground.middle)),
            tile: tiling.size,
        }
    }

    /// Whether a tile lies in the face's zone.
    fn is_face(&self, place: [usize; 2]) -> bool {
        face::has(self.share(place))
    }

    /// Where a tile's middle lies as the text runs, in shares of the portrait's width and height.
    fn share(&self, place: [usize; 2]) -> [f64; 2] {
        let profile = self.subject.profile;
        let middle = self.tiling.middle(place);
        let mut shares = [middle[0] / profile.width.0, middle[1] / profile.height.0];
        let orientation = self.subject.orientation;
        if orientation.upside_down {
            shares[1] = 1.0 - shares[1];
        }
        if orientation.runs_backwards() {
            shares[0] = 1.0 - shares[0];
        }
        shares
    }
}

impl Tamper {
    /// Share of the tiles on which there is evidence, 0..1.
    #[must_use]
    pub fn readable(&self) -> f64 {
        let read = self.states.iter().filter(|&&state| state != State::Unreadable).count();
        read as f64 / self.states.len().max(1) as f64
    }
}

/// Tiles that surely lie in the portrait and could show letters.
fn tells(tiles: &Array2<Tile>, ground: &Array2<Option<Ground>>, tiling: &Tiling) -> Array2<bool> {
    let mut pixels: Vec<f32> = tiles.iter().map(|tile| tile.pixels).collect();
    let full = quantile(&mut pixels, 0.75).unwrap_or(0.0);
    let [width, height] =
        [tiling.count[1] as f64 * tiling.size[0], tiling.count[0] as f64 * tiling.size[1]];
    let mut tells = Array2::from_elem(tiles.dim(), false);
    Zip::indexed(&mut tells).and(tiles).and(ground).for_each(
        |(row, column), tells, tile, ground| {
            let [x, y] = tiling.middle([row, column]);
            let from_edge = x.min(width - x).min(y).min(height - y);
            *tells = from_edge >= EDGE.0
                && tile.pixels > FULL * full
                && ground.is_some_and(|ground| ground.brightest < CLIPPED);
        },
    );
    tells
}
