//! One attack on one print, scanned and inspected.

use anyhow::Result;
use measure::forgery::{Attack, Case, Place};
use measure::world::{Scanned, World};
use tumar::inspect::comparison::agreement::Figures;
use tumar::inspect::decision::claim::{Claim, KeyClaim};
use tumar::inspect::decision::picture_check::PictureCheck;
use tumar::inspect::tamper::confirmation::State;
use tumar::inspect::tamper::map::Tamper;
use tumar::inspect::{Inspection, Reader};
use tumar::report::overlay;
use tumar::{Outcome, Reference, Verdict};

/// How it ended.
pub(crate) struct Trial {
    pub(crate) attack: Attack,
    pub(crate) world: World,
    pub(crate) portrait: String,
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// Of the microtext alone: whether the name was read.
    pub(crate) is_named: bool,
    /// Share of the face that was confirmed; 0 where it was not found.
    pub(crate) face: f64,
    pub(crate) overlay: image::RgbImage,
    pub(crate) scan: image::DynamicImage,
    /// How well the place was found, where there is one.
    pub(crate) found: Option<Found>,
    /// What the comparison with the portrait as issued says, where there was one.
    pub(crate) picture: Option<(Figures, PictureCheck)>,
}

/// A changed place against the map's.
pub(crate) struct Found {
    pub(crate) f1: f64,
    /// Between the middles, in millimetres; none where nothing was found.
    pub(crate) off_mm: Option<f64>,
}

impl Trial {
    pub(crate) fn outcome(&self) -> Outcome {
        self.verdict.outcome()
    }
}

pub(crate) fn run(
    attack: Attack,
    case: &Case<'_>,
    portrait: &str,
    world: World,
    reader: &Reader<'_>,
    has_reference: bool,
) -> Result<Trial> {
    let print = attack.print(case)?;
    let Scanned { scan, to_print } = world.scan(&print, case.seed)?;
    let issue =
        case.key.map(|key| KeyClaim { keys: vec![key.clone()], document: case.document.clone() });
    let reference =
        has_reference.then(|| Reference::new(case.portrait, case.profile)).transpose()?;
    let claim = Claim {
        name: Some(case.name),
        key: issue.as_ref(),
        reference: reference.as_ref(),
        ..Claim::default()
    };
    let inspection = reader.check(&scan, None, claim)?.main;
    let found = attack.place(case).zip(inspection.tamper());
    let found = found.map(|(place, tamper)| compare(place, tamper, &inspection, to_print));
    let decision = inspection.decision();
    let text = tumar::inspect::decision::decide::decide(&inspection.evidence().of_text());
    Ok(Trial {
        attack,
        world,
        portrait: portrait.to_owned(),
        overlay: overlay::overlay(&scan, &inspection),
        verdict: decision.verdict,
        reason: decision.reasons[0].clone(),
        is_named: text.verdict == Verdict::Authentic,
        face: inspection.tamper().map_or(0.0, |tamper| tamper.face.share()),
        scan: scan.pixels,
        found,
        picture: inspection
            .comparison()
            .map(|comparison| comparison.figures)
            .zip(inspection.evidence().picture),
    })
}

/// The map's tiles that lack microtext against those of the place.
fn compare(
    place: Place,
    tamper: &Tamper,
    inspection: &Inspection,
    to_print: impl Fn([f64; 2]) -> [f64; 2],
) -> Found {
    let (mut both, mut only_found, mut only_there) = (0.0, 0.0, 0.0);
    let mut middles = [[0.0; 2]; 2];
    let mut counts = [0.0; 2];
    for (state, middle) in tamper.states.iter().zip(&tamper.middles) {
        let Some(middle) = middle else { continue };
        let at = to_print(inspection.scan().in_file(*middle));
        let (there, found) = (place.has(at), *state == State::Lacking);
        match (there, found) {
            (true, true) => both += 1.0,
            (false, true) => only_found += 1.0,
            (true, false) => only_there += 1.0,
            (false, false) => {}
        }
        for (i, is) in [there, found].into_iter().enumerate() {
            if is {
                counts[i] += 1.0;
                middles[i] = [0, 1].map(|axis| middles[i][axis] + at[axis]);
            }
        }
    }
    let f1 = 2.0 * both / f64::max(2.0 * both + only_found + only_there, 1.0);
    let off = counts.iter().all(|count| *count > 0.0).then(|| {
        let [a, b] = [0, 1].map(|i| middles[i].map(|sum| sum / counts[i]));
        (a[0] - b[0]).hypot(a[1] - b[1])
    });
    Found { f1, off_mm: off }
}
