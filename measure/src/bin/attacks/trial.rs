//! One attack on one print, scanned and inspected.

use anyhow::Result;
use tumar::channel::{Conditions, Preset, print_and_scan};
use tumar::inspect::decision::claim::{Claim, KeyClaim};
use tumar::inspect::tamper::map::{Ground, Tamper};
use tumar::inspect::{Inspection, Reader};
use tumar::report::overlay;
use tumar::{Outcome, Verdict};

use crate::attack::{Attack, Case, Place};

/// How it ended.
pub(crate) struct Trial {
    pub(crate) attack: Attack,
    pub(crate) preset: Preset,
    pub(crate) verdict: Verdict,
    pub(crate) overlay: image::RgbImage,
    pub(crate) scan: image::DynamicImage,
    /// How well the place was found, where there is one on readable ground.
    pub(crate) found: Option<Found>,
    /// The letters' blur in millimetres and their contrast.
    pub(crate) letters: Option<[f64; 2]>,
    /// log10 of the chance that a forger without the key has so many lines right.
    pub(crate) log10_chance: Option<f64>,
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

/// Share of a place that must be readable for its area to be compared.
const READABLE: f64 = 0.7;

pub(crate) fn run(
    attack: Attack,
    case: &Case<'_>,
    preset: Preset,
    reader: &Reader<'_>,
) -> Result<Trial> {
    let print = attack.print(case)?;
    let conditions = Conditions::draw(preset, case.seed);
    let scan = print_and_scan(&print, &conditions, case.seed)?;
    let issue = KeyClaim { keys: vec![case.key.clone()], document: case.document.clone() };
    let claim = Claim { name: Some(case.name), key: Some(&issue) };
    let inspection = reader.check(&scan, None, claim)?.main;
    let geometry = conditions.geometry(&print)?;
    let found = attack.place(case).zip(inspection.tamper());
    let found = found.and_then(|(place, tamper)| {
        compare(place, tamper, &inspection, |pixel| geometry.to_print(pixel))
    });
    Ok(Trial {
        attack,
        preset,
        overlay: overlay::overlay(&scan, &inspection),
        verdict: inspection.decision().verdict,
        scan: scan.pixels,
        found,
        letters: inspection
            .reading()
            .filter(|_| inspection.is_established())
            .map(|reading| [reading.imaging.blur.0, reading.contrast]),
        log10_chance: inspection
            .keyed()
            .map(tumar::inspect::decision::key_check::Keyed::log10_chance),
    })
}

/// The map's cells that lack microtext against those of the place, on readable ground.
fn compare(
    place: Place,
    tamper: &Tamper,
    inspection: &Inspection,
    to_print: impl Fn([f64; 2]) -> [f64; 2],
) -> Option<Found> {
    let lacking: std::collections::HashSet<[usize; 2]> =
        tamper.regions.iter().flat_map(|region| region.cells.iter().copied()).collect();
    let (mut both, mut only_found, mut only_there, mut whole) = (0.0, 0.0, 0.0, 0.0f64);
    let mut middles = [[0.0; 2]; 2];
    let mut counts = [0.0; 2];
    for ((line, cell), ground) in tamper.ground.indexed_iter() {
        let Some(middle) = tamper.middles[[line, cell]] else { continue };
        let at = to_print(inspection.scan().in_file(middle));
        let (there, found) = (place.has(at), lacking.contains(&[line, cell]));
        whole += f64::from(u8::from(there));
        if *ground == Ground::Unreadable {
            continue;
        }
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
    if both + only_there < READABLE * whole {
        return None;
    }
    let f1 = 2.0 * both / f64::max(2.0 * both + only_found + only_there, 1.0);
    let off = counts.iter().all(|count| *count > 0.0).then(|| {
        let [a, b] = [0, 1].map(|i| middles[i].map(|sum| sum / counts[i]));
        (a[0] - b[0]).hypot(a[1] - b[1])
    });
    Some(Found { f1, off_mm: off })
}
